"""The one file of a format, sent while it is written, is the file that an archive of the format holds."""

import json
import threading
import zipfile
from typing import Any

import pytest
from starlette.testclient import TestClient

from labelwright.exchange.exporting import CONFIGURATION_PATH
from labelwright.formats import FORMATS
from labelwright.model.errors import Forbidden, Invalid, NotFound
from labelwright.model.geometry import Point
from labelwright.services import export_work, label_exports, label_streams, tasks
from labelwright.services.context import Context
from labelwright.services.label_exports import Wanted
from tests.builders import Project, Team, annotation, make_project, make_team, save

ONE_FILE = [form.id for form in FORMATS.values() if form.main is not None and form.write is not None]


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    """Three pictures, two of them completed with cranes, one of which has a hook."""
    made = make_project(ctx, team.admin, name="Hafen Köln", media=("a.png", "b.png", "c.png"))
    for name in ("a.png", "b.png"):
        crane = annotation(ctx, made.class_id("crane"), answers={made.class_id("crane", "crane_type"): "tower"})
        hook = annotation(ctx, made.class_id("crane", "hook"), Point(3, 4), parent_id=crane.id)
        created = (crane, hook) if name == "a.png" else (crane,)
        save(ctx, team.admin, made.task_ids[name], created=created, set_answers={made.class_id("surface"): "wet"})
        tasks.complete_task(ctx, team.admin, made.task_ids[name])
    return made


def streamed(ctx: Context, team: Team, project: Project, **wanted: Any) -> bytes:
    stream = label_streams.open_stream(ctx, team.admin, project.id, Wanted(**wanted))
    stream.export.start()
    try:
        return b"".join(stream.export)
    finally:
        stream.export.close()


def archived(ctx: Context, team: Team, project: Project, **wanted: Any) -> zipfile.ZipFile:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(**wanted))
    export_work.write_next(ctx)
    assert label_exports.get_export(ctx, team.admin, asked["id"])["state"] == "done"
    return zipfile.ZipFile(label_exports.archive_path(ctx, asked["id"]))


@pytest.mark.parametrize("form", ONE_FILE)
def test_the_bytes_are_those_in_the_archive(ctx: Context, team: Team, project: Project, form: str) -> None:
    wanted = {"format": form, "states": ("completed", "backlog", "waiting"), "classes": ("crane",)}
    with archived(ctx, team, project, **wanted) as archive:
        assert streamed(ctx, team, project, **wanted) == archive.read(FORMATS[form].main or "")
        assert CONFIGURATION_PATH in archive.namelist()


def test_options_are_those_of_the_format(ctx: Context, team: Team, project: Project) -> None:
    wanted = {"format": "coco", "settings": {"keypoints": "false"}, "compact": True, "empty": False}
    wanted["conversions"] = "refuse"
    with archived(ctx, team, project, **wanted) as archive:
        raw = streamed(ctx, team, project, **wanted)
        assert raw == archive.read("annotations/instances_default.json")
    assert [image["file_name"] for image in json.loads(raw)["images"]] == ["a.png", "b.png"]


@pytest.mark.parametrize(
    ("wanted", "text"),
    [
        ({"format": "yolo"}, "YOLO detection is several files; ask for an archive. One file each have native"),
        ({"format": "nothing"}, "There is no format “nothing”"),
        ({"format": "coco", "split": "80/20"}, "split needs more than one file"),
        ({"format": "coco", "pictures": "pack"}, "pictures needs more than one file"),
        ({"format": "coco", "side_car": True}, "sideCar needs more than one file"),
        ({"format": "coco", "settings": {"captions": "true"}}, "captions writes a second file"),
        ({"format": "coco", "conversions": "no"}, "conversions=no will not do; use allow or refuse"),
        ({"format": "coco", "classes": ("boat",)}, "There is no geometry class “boat”"),
    ],
)
def test_what_needs_more_than_one_file_is_refused(
    ctx: Context, team: Team, project: Project, wanted: dict[str, Any], text: str
) -> None:
    with pytest.raises(Invalid, match=text):
        label_streams.open_stream(ctx, team.admin, project.id, Wanted(**wanted))


def test_it_needs_the_right_to_export(ctx: Context, team: Team, project: Project) -> None:
    with pytest.raises(Forbidden):
        label_streams.open_stream(ctx, team.labeler, project.id, Wanted(format="coco"))
    with pytest.raises(NotFound):
        label_streams.open_stream(ctx, make_team(ctx, "Other").admin, project.id, Wanted(format="coco"))


def test_the_address_answers_with_name_type_and_bytes(
    client: TestClient, ctx: Context, team: Team, project: Project
) -> None:
    path = f"/api/projects/{project.id}/export"
    query = {"format": "csv", "status": ["completed"], "class": ["crane"]}
    answer = client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.headers["content-disposition"].endswith("_csv.csv")
    assert answer.content == streamed(ctx, team, project, format="csv", states=("completed",), classes=("crane",))
    refused = client.get(path, params={"format": "coco", "option": "captions=true"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert client.get(path, params={"format": "coco", "option": "captions"}).status_code == 422
    assert client.get(path, params={"format": "coco", "include": "ids"}).status_code == 422
    for misspelt in ("classes", "state", "Status"):
        wrong = client.get(path, params={"format": "coco", misspelt: "crane"})
        assert (wrong.status_code, f"no parameter {misspelt} here" in wrong.text) == (422, True)
    head = client.head(path, params={"format": "cvat"})
    assert head.headers["content-type"] == "application/xml"


@pytest.mark.parametrize("form", ONE_FILE)
def test_the_first_byte_waits_neither_for_labels_nor_for_a_walk_over_all_names(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    """Every format says how it begins while nothing is known yet but that there is a picture."""
    held = threading.Event()

    def after(real: Any, count: int) -> Any:
        def slow(*args: Any, **kwargs: Any) -> Any:
            for number, one in enumerate(real(*args, **kwargs)):
                if number >= count:
                    assert held.wait(60)
                yield one

        return slow

    monkeypatch.setattr(label_streams, "frames", after(label_streams.frames, 0))
    monkeypatch.setattr(label_streams, "names", after(label_streams.names, 1))
    stream = label_streams.open_stream(ctx, team.admin, project.id, Wanted(format=form))
    stream.export.start()
    first = stream.export.take()
    assert first
    held.set()
    whole = first + b"".join(stream.export)
    stream.export.close()
    monkeypatch.undo()
    assert whole == streamed(ctx, team, project, format=form)


def test_a_file_of_no_pictures_is_that_of_an_archive(ctx: Context, team: Team, project: Project) -> None:
    wanted = {"format": "hugging-face", "states": ("reviewed",)}
    assert streamed(ctx, team, project, **wanted) == b""


def test_an_error_in_the_middle_is_no_whole_file(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = label_streams.frames

    def broken(*args: Any, **kwargs: Any) -> Any:
        yield from real(*args, **kwargs)
        raise OSError("the disk is gone")

    monkeypatch.setattr(label_streams, "frames", broken)
    with pytest.raises(OSError, match="the disk is gone"):
        streamed(ctx, team, project, format="coco")
