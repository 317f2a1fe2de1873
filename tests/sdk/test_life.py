"""The whole way from pictures to the file with the Python client, and back in."""

import json
from pathlib import Path

import pytest

from labelwright.model.configuration import LabelClass
from labelwright.model.document import Annotation
from labelwright.model.errors import (
    AlreadyConnected,
    ConfigurationNotEmpty,
    Conflict,
    Invalid,
    InvalidConfiguration,
    LabelsNotComplete,
    NameTaken,
    NotFound,
    RevisionConflict,
    UnsupportedPicture,
    WrongTaskState,
)
from labelwright.sdk import Client, Project, TaskQuery
from labelwright.sdk.labels import ExportOptions
from labelwright.services import accounts
from labelwright.services.context import Context
from tests.builders import HARBOUR_CLASSES, PASSWORD, free_text, make_team, option, picture_bytes, rectangle


def make_project(sdk: Client, *names: str, classes: tuple[LabelClass, ...] = HARBOUR_CLASSES) -> Project:
    project, dataset = sdk.projects.create("Cranes"), sdk.datasets.create("Crane pictures")
    for name in names or ("a.png",):
        sdk.media.upload(dataset.id, picture_bytes(), name)
    sdk.configurations.save(project.id, classes)
    sdk.projects.connect(project.id, dataset.id)
    return sdk.projects.get(project.id)


def label_all(sdk: Client, project: Project) -> None:
    """Put one crane of 10 x 8 pixels into each task and complete it."""
    crane = sdk.configurations.get(project.id).find_root("crane")
    assert crane is not None
    for task in list(sdk.tasks.list(project.id)):
        annotation = Annotation(id=sdk.tasks.new_id(), class_id=str(crane.id), geometry=rectangle())
        sdk.tasks.save(sdk.tasks.open(task.id), created=[annotation])
        sdk.tasks.complete(task.id)


def test_from_pictures_to_the_exported_file(sdk: Client, tmp_path: Path) -> None:
    project = make_project(sdk, "a.png", "b.png")
    assert (project.media_count, project.task_counts["BACKLOG"]) == (2, 2)
    assert sdk.tasks.release_all(project.id).moved == 2
    label_all(sdk, project)

    assert sdk.labels.summary(project.id).tasks == 2
    seen: list[int] = []
    size_bytes = sdk.labels.save_export(project.id, tmp_path / "out" / "cranes.json", on_tasks=seen.append)

    raw = (tmp_path / "out" / "cranes.json").read_bytes()
    exported = json.loads(raw)
    assert (len(raw), sum(seen)) == (size_bytes, 2)
    assert [task["external_media_ID"] for task in exported[1:]] == ["a.png", "b.png"]
    assert exported[1]["labels"]["crane"][0]["geometry"] == [{"x": 1, "y": 2, "w": 10, "h": 8}]
    assert list(sdk.labels.tasks(project.id)) == exported[1:]


def test_what_was_exported_imports_into_an_empty_project_and_exports_the_same(sdk: Client, tmp_path: Path) -> None:
    project = make_project(sdk, "a.png", "b.png")
    label_all(sdk, project)
    file = tmp_path / "cranes.json"
    sdk.labels.save_export(project.id, file)

    copy = sdk.projects.create("Copy")
    sdk.configurations.import_file(copy.id, sdk.configurations.read_file(project.id))
    sdk.projects.connect(copy.id, project.datasets[0].id)
    done = sdk.labels.import_file(copy.id, file)
    for task in list(sdk.tasks.list(copy.id)):
        sdk.tasks.complete(task.id)

    assert (done.tasks, done.annotations) == (2, 2)
    tasks = list(sdk.labels.tasks(copy.id))
    assert [task["labels"] for task in tasks] == [task["labels"] for task in sdk.labels.tasks(project.id)]


def test_export_options_choose_states_and_add_ids(sdk: Client) -> None:
    project = make_project(sdk)
    label_all(sdk, project)
    task = next(sdk.tasks.list(project.id))
    sdk.tasks.reopen(task.id)

    assert list(sdk.labels.tasks(project.id)) == []
    options = ExportOptions(status=("waiting_changed",), include=("ids",))
    (exported,) = sdk.labels.tasks(project.id, options)

    assert (exported["status"], len(exported["labels"]["crane"][0]["id"])) == ("waiting_changed", 36)


def test_a_semantic_map_arrives_as_png(sdk: Client) -> None:
    project = make_project(sdk)
    label_all(sdk, project)
    task = next(sdk.tasks.list(project.id))

    assert sdk.labels.read_map(task.id, "water").startswith(b"\x89PNG")


def test_lists_are_fetched_page_by_page(sdk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"{number}.png" for number in range(5)]
    project = make_project(sdk, *names)
    pages = _limited_to(sdk, 2, monkeypatch)

    assert [task.medium_name for task in sdk.tasks.list(project.id)] == names
    assert len(pages) == 3
    assert [medium.media_name for medium in sdk.media.list(project.datasets[0].id)] == names
    assert [task.medium_name for task in sdk.tasks.list(project.id, TaskQuery(search="3"))] == ["3.png"]


def _limited_to(sdk: Client, limit: int, monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Ask for small pages; gives the list of pages asked for."""
    transport, fetched = sdk.tasks._transport, []
    get = transport.get

    def small(path, kind, query=None):
        fetched.append(path)
        return get(path, kind, {**(query or {}), "limit": limit})

    monkeypatch.setattr(transport, "get", small)
    return fetched


def test_a_labeler_takes_saves_and_completes_with_his_password(sdk: Client, url: str) -> None:
    project = make_project(sdk)
    sdk.tasks.release_all(project.id)

    with Client.sign_in(url, "labeler@harbour.example", PASSWORD) as person:
        taken = person.tasks.take_next(project.id)
        assert taken is not None
        person.tasks.save(taken, answers={_class_id(sdk, project, "surface"): "wet"})
        done = person.tasks.complete(taken.task.id, configuration_revision=taken.configuration.revision)
        assert person.tasks.take_next(project.id) is None

    assert (done.state, done.labeler and done.labeler.name) == ("COMPLETED", "Harbour labeler")
    assert [entry.source for entry in sdk.tasks.history(done.id)] == ["user"]


def _class_id(sdk: Client, project: Project, key: str) -> str:
    found = sdk.configurations.get(project.id).find_root(key)
    assert found is not None
    return str(found.id)


def test_original_bytes_come_back_and_a_broken_download_leaves_nothing(
    sdk: Client, ctx: Context, tmp_path: Path
) -> None:
    dataset = sdk.datasets.create("Pictures")
    raw = picture_bytes(200, 100)
    medium = sdk.media.upload(dataset.id, raw, "größe 图.png")

    assert sdk.media.download(medium.id, tmp_path / "back.png").read_bytes() == raw
    assert (medium.media_name, medium.width, medium.height) == ("größe 图.png", 200, 100)

    stored = next(path for path in (ctx.settings.data / "media").rglob("*") if path.is_file())
    stored.write_bytes(raw[:-1] + b"?")
    with pytest.raises(Exception, match="damaged"):
        sdk.media.download(medium.id, tmp_path / "again.png")
    assert [path.name for path in tmp_path.glob("*.png*")] == ["back.png"]


def test_a_file_is_uploaded_under_its_name_and_progress_adds_up(sdk: Client, tmp_path: Path) -> None:
    file = tmp_path / "crane.png"
    file.write_bytes(picture_bytes())
    dataset = sdk.datasets.create("Pictures")
    sent: list[int] = []

    medium = sdk.media.upload(dataset.id, file, on_sent=sent.append)

    assert (medium.media_name, sum(sent)) == ("crane.png", file.stat().st_size)
    assert sdk.media.get(medium.id) == medium
    assert sdk.media.delete([medium.id]) == 1
    assert list(sdk.media.list(dataset.id)) == []


def test_things_are_changed_deleted_and_restored(sdk: Client) -> None:
    project, dataset = make_project(sdk), sdk.datasets.get("Crane pictures")

    assert sdk.projects.change(project.id, short_description="More", pinned=True).short_description == "More"
    assert sdk.datasets.change(dataset.id, name="Others").name == "Others"
    sdk.projects.disconnect(project.id, dataset.id)
    sdk.projects.delete(project.id)
    sdk.datasets.delete(dataset.id)
    assert (sdk.projects.list(), sdk.datasets.list()) == ((), ())
    assert sdk.projects.list(deleted=True)[0].id == project.id
    assert sdk.projects.restore(project.id).deleted is False
    assert sdk.datasets.restore(dataset.id).name == "Others"


def test_skip_withdraw_reset_and_reopen(sdk: Client) -> None:
    project = make_project(sdk, "a.png", "b.png")
    first, second = sdk.tasks.list(project.id)

    assert sdk.tasks.release(project.id, [first.id]).moved == 1
    assert sdk.tasks.withdraw(project.id, [first.id]).moved == 1
    assert sdk.tasks.release_all(project.id, dataset_id=project.datasets[0].id).moved == 2
    assert sdk.tasks.withdraw_all(project.id).moved == 2
    assert sdk.tasks.skip(second.id).state == "SKIPPED"
    assert sdk.tasks.reopen(second.id).state == "WAITING_CHANGED"
    assert sdk.tasks.reset_labeler(second.id).labeler is None


def test_effects_of_a_configuration_are_told_before_they_happen(sdk: Client) -> None:
    project = make_project(sdk)
    label_all(sdk, project)
    kept = tuple(c for c in sdk.configurations.get(project.id).classes if c.key != "crane")

    effects = sdk.configurations.effects(project.id, kept)

    assert (effects.finished_tasks, effects.needs_confirmation) == (1, True)
    with pytest.raises(Conflict) as refusal:
        sdk.configurations.save(project.id, kept)
    assert refusal.value.code == "confirmation_needed"
    assert refusal.value.fields["effects"]["finishedTasks"] == 1
    assert sdk.configurations.save(project.id, kept, confirm=True).find_root("crane") is None


def test_refusals_are_the_models_own_errors(sdk: Client, tmp_path: Path) -> None:
    project, dataset = make_project(sdk, classes=(option("state", "new", "old", required=True),)), "Crane pictures"
    task = next(sdk.tasks.list(project.id))
    opened = sdk.tasks.open(task.id)
    sdk.tasks.save(opened, answers={_class_id(sdk, project, "state"): None})

    with pytest.raises(NotFound, match="no project with name or id Nowhere"):
        sdk.projects.get("Nowhere")
    with pytest.raises(NotFound, match="no dataset"):
        sdk.datasets.get("Nowhere")
    with pytest.raises(NameTaken, match="Cranes"):
        sdk.projects.create("Cranes")
    with pytest.raises(AlreadyConnected):
        sdk.projects.connect(project.id, sdk.datasets.get(dataset).id)
    with pytest.raises(UnsupportedPicture, match=r"notes\.txt"):
        sdk.media.upload(sdk.datasets.get(dataset).id, b"notes", "notes.txt")
    with pytest.raises(InvalidConfiguration) as invalid:
        sdk.configurations.save(project.id, (free_text("note", 1000),))
    assert invalid.value.issues[0].pointer == "/classes/0/maxLength"
    with pytest.raises(ConfigurationNotEmpty):
        sdk.configurations.import_file(project.id, b"[]")
    with pytest.raises(LabelsNotComplete) as incomplete:
        sdk.tasks.complete(task.id)
    assert incomplete.value.issues[0].class_id == _class_id(sdk, project, "state")
    with pytest.raises(RevisionConflict) as conflict:
        sdk.tasks.save(opened, answers={_class_id(sdk, project, "state"): "old"})
    assert conflict.value.fields["current_revision"] == 1
    with pytest.raises(WrongTaskState):
        sdk.tasks.reopen(task.id)


def test_a_name_in_two_organisations_asks_for_the_id(sdk: Client, ctx: Context, url: str) -> None:
    other = make_team(ctx, "Elsewhere")
    first = sdk.projects.create("Cranes")
    with Client(url, other.admin_token) as elsewhere:
        second = elsewhere.projects.create("Cranes")
    email = "admin@harbour.example"
    accounts.create_user(ctx, email=email, name="", password=PASSWORD, organisation="Elsewhere", role="admin")

    with Client.sign_in(url, email, PASSWORD) as both:
        with pytest.raises(Invalid, match="several; give one of the ids"):
            both.projects.get("Cranes")
        assert {both.projects.get(project.id).id for project in (first, second)} == {first.id, second.id}
