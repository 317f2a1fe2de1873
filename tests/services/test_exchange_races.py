"""What happens to exports and imports while somebody changes his mind, the labels or the label configuration."""

import fcntl
import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from labelwright.jobs.lifeline import LOCK
from labelwright.model.errors import InvalidLabels, WrongTaskState
from labelwright.services import (
    configurations,
    export_work,
    import_plan,
    import_work,
    label_exports,
    label_imports,
    tasks,
)
from labelwright.services.context import Context, Stopping
from labelwright.services.import_options import Options
from labelwright.services.label_exports import Wanted
from tests.builders import Project, Team, annotation, geometry_class, make_project, save
from tests.services.test_label_imports import box, coco, send, worked


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin, media=("a.png", "b.png"))


def once(found: Any, act: Callable[[], object]) -> Callable[..., Any]:
    """The function with something that happens when it has run for the first time."""
    acts = [act]

    def acting(*given: Any, **named: Any) -> Any:
        result = found(*given, **named)
        while acts:
            acts.pop()()
        return result

    return acting


def extend(ctx: Context, team: Team, project: Project) -> None:
    """Save the label configuration with one class more."""
    with ctx.db.read() as conn:
        now = configurations.of_project(conn, project.id)
    boat = geometry_class("boat", "rectangle")
    configurations.save_configuration(ctx, team.admin, project.id, (*now.classes, boat), revision=now.revision)


def test_what_was_compared_for_other_options_is_not_shown(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = send(ctx, team, project, coco(box(1), box(2, bbox=[60, 40, 30, 30])))
    assert found["summary"]["geometries"] == {"added": 1}

    def change_mind() -> None:
        label_imports.set_options(ctx, team.admin, found["id"], Options(out_of_bounds="clip"))

    monkeypatch.setattr(import_plan, "open_plan", once(import_plan.open_plan, change_mind))
    label_imports.set_options(ctx, team.admin, found["id"], Options(mode="add"))
    again = worked(ctx, team, found["id"])
    assert (again["state"], again["options"]["outOfBounds"]) == ("ready", "clip")
    assert again["summary"]["geometries"] == {"added": 2}


def test_one_stopped_while_it_is_compared_anew_is_not_stored_unseen(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, coco(box(1)))
    label_imports.set_options(ctx, team.admin, found["id"], Options(mode="replace"))
    label_imports.cancel_import(ctx, team.admin, found["id"])
    label_imports.apply_import(ctx, team.admin, found["id"])
    assert worked(ctx, team, found["id"])["state"] == "ready"


def test_what_was_compared_with_another_label_configuration_is_compared_anew(
    ctx: Context, team: Team, project: Project
) -> None:
    found = send(ctx, team, project, coco(box(1), box(2, 4)))
    assert found["summary"]["geometries"] == {"added": 1}
    extend(ctx, team, project)
    with pytest.raises(WrongTaskState, match="changed since"):
        label_imports.apply_import(ctx, team.admin, found["id"])
    again = worked(ctx, team, found["id"])
    assert (again["state"], again["summary"]["geometries"]) == ("ready", {"added": 2})
    label_imports.apply_import(ctx, team.admin, found["id"])
    assert worked(ctx, team, found["id"])["state"] == "done"


@pytest.mark.parametrize("moment", ["_run_worker", "_prepare"])
def test_an_export_that_is_stopped_at_its_end_goes_on(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco"))
    stop = lambda: label_exports.cancel_export(ctx, team.admin, asked["id"])  # noqa: E731 - one act
    with monkeypatch.context() as patched:
        patched.setattr(export_work, moment, once(getattr(export_work, moment), stop))
        export_work.write_next(ctx)
    assert label_exports.get_export(ctx, team.admin, asked["id"])["state"] == "cancelled"
    label_exports.resume_export(ctx, team.admin, asked["id"])
    export_work.write_next(ctx)
    resumed = label_exports.get_export(ctx, team.admin, asked["id"])
    assert (resumed["state"], resumed["downloadable"]) == ("done", True), resumed["error"]


def test_a_signature_of_any_letters_is_no_reason_to_stumble(
    ctx: Context, team: Team, project: Project, client: Any
) -> None:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco"))
    export_work.write_next(ctx)
    link = client.post(f"/api/exports/{asked['id']}/link").json()["url"]
    start, _, signature = link.rpartition("=")
    for wrong in ("é" * 64, "", signature[:-1], f"{signature}0", signature.upper().replace("A", "B")):
        assert client.get(f"{start}={wrong}").status_code == 404, wrong


def test_the_address_of_one_archive_opens_no_other(ctx: Context, team: Team, project: Project, client: Any) -> None:
    asked = [label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco")) for _ in range(2)]
    while export_work.write_next(ctx):
        pass
    link = client.post(f"/api/exports/{asked[0]['id']}/link").json()["url"]
    assert client.get(link).status_code == 200
    assert client.get(link.replace(asked[0]["id"], asked[1]["id"])).status_code == 404
    expires = link.partition("expires=")[2].partition("&")[0]
    assert client.get(link.replace(expires, str(int(expires) + 1))).status_code == 404
    assert client.get(link.replace(expires, "9" * 30)).status_code in {404, 422}


@pytest.mark.parametrize("z", [2**31, -(2**31), 10**30])
def test_a_depth_that_no_table_has_room_for_is_not_saved(ctx: Context, team: Team, project: Project, z: int) -> None:
    crane = msgspec.structs.replace(annotation(ctx, project.class_id("crane")), z=z)
    with pytest.raises(InvalidLabels, match="depth"):
        save(ctx, team.admin, project.task_ids["a.png"], created=(crane,))


# --- the server ends ------------------------------------------------------------------------------------------------


def ending_after(ctx: Context, asks: int) -> Context:
    """A context of a server that is told to end after so many questions whether it was."""
    left = itertools.repeat(False, asks)
    return replace(ctx, is_stopping=lambda: next(left, True))


def labelled(ctx: Context, team: Team, project: Project) -> list[int]:
    return [
        len(tasks.open_task(ctx, team.admin, task_id).document.annotations) for task_id in project.task_ids.values()
    ]


@pytest.mark.parametrize("at_once", [2000, 0], ids=["as a whole", "in portions"])
def test_an_import_goes_on_wherever_the_server_ended(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(import_work, "AT_ONCE", at_once)
    monkeypatch.setattr(import_work, "PORTION", 1)
    monkeypatch.setattr(import_plan, "STATEMENT_BYTES", 1)
    images = [{"id": n, "file_name": name, "width": 64, "height": 48} for n, name in enumerate(project.task_ids)]
    found = send(ctx, team, project, coco(box(1, image_id=0), box(2, image_id=1), images=images))
    moments = {}
    for act in (label_imports.set_options, label_imports.apply_import, label_imports.undo_import):
        act(ctx, team.admin, found["id"], *([Options(mode="add")] if act == label_imports.set_options else []))
        state = begun = label_imports.get_import(ctx, team.admin, found["id"])["state"]
        for asks in itertools.count():
            with suppress(Stopping):
                import_work.work_next(ending_after(ctx, asks))
            moments[begun] = asks
            state = label_imports.get_import(ctx, team.admin, found["id"])["state"]
            if at_once and begun != "undoing":
                assert labelled(ctx, team, project) in ([0, 0], [1, 1])
            if state != begun:
                break
        assert state in {"ready", "done", "undone"}
    assert set(moments) == {"planning", "applying", "undoing"}
    assert min(moments.values()) > 0
    assert labelled(ctx, team, project) == [0, 0]


def test_what_a_process_does_for_a_server_that_ends_is_done_after_its_next_start(
    ctx: Context, team: Team, project: Project
) -> None:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco"))
    with pytest.raises(Stopping):
        export_work.write_next(ending_after(ctx, 0))
    folder = label_exports.folder_of(ctx, asked["id"])
    folder.mkdir(exist_ok=True)
    with (folder / LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the worker waits until nobody else is in the folder
        export_work.write_next(ending_after(ctx, len(project.task_ids)))
    assert label_exports.get_export(ctx, team.admin, asked["id"])["state"] == "running"
    export_work.write_next(ctx)
    assert label_exports.get_export(ctx, team.admin, asked["id"])["state"] == "done"
