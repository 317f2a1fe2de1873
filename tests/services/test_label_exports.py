"""Exports into archives: one moment's labels, written by a process of its own, stopped, resumed and checked."""

import errno
import hashlib
import io
import json
import os
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from labelwright.exchange.manifest import decode
from labelwright.model.errors import Invalid, NotFound, WrongTaskState
from labelwright.model.geometry import Point
from labelwright.services import export_work, label_exports, tasks
from labelwright.services.context import Context
from labelwright.services.label_exports import Wanted
from tests.builders import Project, Team, annotation, make_project, make_team, rectangle, save


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    """Two completed pictures with cranes, one of them with a hook, and one that waits."""
    made = make_project(ctx, team.admin, media=("a.png", "b.png", "c.png"))
    for name in ("a.png", "b.png"):
        crane = annotation(ctx, made.class_id("crane"), answers={made.class_id("crane", "crane_type"): "tower"})
        hook = annotation(ctx, made.class_id("crane", "hook"), Point(3, 4), parent_id=crane.id)
        created = (crane, hook) if name == "a.png" else (crane,)
        save(ctx, team.admin, made.task_ids[name], created=created, set_answers={made.class_id("surface"): "wet"})
        tasks.complete_task(ctx, team.admin, made.task_ids[name])
    return made


def written(ctx: Context, team: Team, project: Project, **wanted: Any) -> dict[str, Any]:
    """Ask for an export and write it."""
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(**({"format": "coco"} | wanted)))
    assert export_work.write_next(ctx)
    return label_exports.get_export(ctx, team.admin, asked["id"])


def content(ctx: Context, export: dict[str, Any]) -> zipfile.ZipFile:
    return zipfile.ZipFile(label_exports.archive_path(ctx, export["id"]))


def test_an_export_is_written_checked_and_has_a_digest(ctx: Context, team: Team, project: Project) -> None:
    export = written(ctx, team, project)
    assert (export["state"], export["error"]) == ("done", None)
    raw = label_exports.archive_path(ctx, export["id"]).read_bytes()
    assert export["sha256"] == hashlib.sha256(raw).hexdigest()
    assert export["size"] == len(raw)
    with content(ctx, export) as archive:
        coco = json.loads(archive.read("annotations/instances_default.json"))
        assert [image["file_name"] for image in coco["images"]] == ["a.png", "b.png"]
        assert [a["id"] for a in coco["annotations"]] == [1, 2]
        assert coco["annotations"][0]["keypoints"] == [3, 4, 2]
        assert decode(archive.read("manifest.json")).ledger.source["geometries"] == 3


def test_the_same_labels_give_the_same_archive_another_day(ctx: Context, team: Team, project: Project) -> None:
    assert written(ctx, team, project)["sha256"] == written(ctx, team, project)["sha256"]


def test_pictures_are_packed_as_they_were_uploaded(ctx: Context, team: Team, project: Project) -> None:
    export = written(ctx, team, project, pictures="pack")
    with content(ctx, export) as archive:
        files = {file.path: file.sha256 for file in decode(archive.read("manifest.json")).files}
        for path in ("images/a.png", "images/b.png"):
            assert hashlib.sha256(archive.read(path)).hexdigest() == files[path]
            with ctx.db.read() as conn:
                known = conn.exec_driver_sql("SELECT sha256 FROM medium").scalars().all()
            assert files[path] in known


def test_a_dry_run_gives_the_report_and_no_file(ctx: Context, team: Team, project: Project) -> None:
    export = written(ctx, team, project, dry_run=True)
    assert export["state"] == "done"
    assert not export["downloadable"]
    report = json.loads(bytes(export["report"]))
    assert report["balance"]["converted"]["geometries"] == 1
    (hook,) = [entry for entry in report["balance"]["entries"] if entry["bucket"] == "converted"]
    assert hook["classes"] == {"hook": 1}


def test_an_export_that_was_stopped_goes_on_with_the_labels_of_its_moment(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = written(ctx, team, project)
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco"))
    with monkeypatch.context() as patched:
        patched.setattr(export_work, "_run_worker", lambda *_: None)  # the server dies when the snapshot is taken
        export_work.write_next(ctx)
    label_exports.cancel_export(ctx, team.admin, asked["id"])
    assert not export_work.write_next(ctx)
    save(ctx, team.admin, project.task_ids["c.png"], created=(annotation(ctx, project.class_id("crane"), rectangle()),))
    tasks.complete_task(ctx, team.admin, project.task_ids["c.png"])

    label_exports.resume_export(ctx, team.admin, asked["id"])
    assert export_work.write_next(ctx)
    resumed = label_exports.get_export(ctx, team.admin, asked["id"])
    assert resumed["sha256"] == first["sha256"]
    with pytest.raises(WrongTaskState):
        label_exports.cancel_export(ctx, team.admin, asked["id"])


def test_what_is_asked_wrongly_is_refused_by_name(ctx: Context, team: Team, project: Project) -> None:
    wrong = {
        "format": "cocoa",
        "states": ("finished",),
        "classes": ("carr",),
        "split": "80/30",
        "pictures": "resized",
    }
    for field, value in wrong.items():
        with pytest.raises(Invalid) as caught:
            label_exports.create_export(ctx, team.admin, project.id, Wanted(**({"format": "coco"} | {field: value})))
        assert caught.value.issues[0].pointer == f"/{field}"
    with pytest.raises(Invalid) as caught:
        label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco", settings={"holes": "filled"}))
    assert "rle" in caught.value.message or "polygons" in caught.value.message


def test_where_the_system_has_no_process_left_the_export_says_so_and_goes_on_later(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))

    with monkeypatch.context() as full:
        full.setattr(subprocess, "Popen", refused)
        export = written(ctx, team, project)
    assert export["state"] == "failed"
    assert "refused a process" in export["error"]
    label_exports.resume_export(ctx, team.admin, export["id"])
    assert export_work.write_next(ctx)
    assert label_exports.get_export(ctx, team.admin, export["id"])["state"] == "done"


def test_another_organisation_does_not_see_an_export(ctx: Context, team: Team, project: Project) -> None:
    export = written(ctx, team, project)
    stranger = make_team(ctx, "Elsewhere").admin
    with pytest.raises(NotFound):
        label_exports.get_export(ctx, stranger, export["id"])


def test_a_deleted_export_leaves_nothing(ctx: Context, team: Team, project: Project) -> None:
    export = written(ctx, team, project)
    label_exports.delete_export(ctx, team.admin, export["id"])
    assert not label_exports.folder_of(ctx, export["id"]).exists()
    assert label_exports.list_exports(ctx, team.admin, project.id) == []


def test_the_bytes_of_an_archive_are_served_in_ranges_and_by_a_signed_address(
    ctx: Context, team: Team, project: Project, client: Any
) -> None:
    export = written(ctx, team, project)
    whole = client.get(f"/api/exports/{export['id']}/file").content
    part = client.get(f"/api/exports/{export['id']}/file", headers={"Range": "bytes=10-"})
    assert (part.status_code, part.content) == (206, whole[10:])
    link = client.post(f"/api/exports/{export['id']}/link").json()["url"]
    asked = client.head(link, headers={"Authorization": ""})
    assert (asked.headers["content-length"], asked.headers["accept-ranges"]) == (str(len(whole)), "bytes")
    assert asked.headers["etag"] == f'"{export["sha256"]}"'
    assert client.get(link, headers={"Authorization": ""}).content == whole
    assert client.get(link.replace("signature=", "signature=0"), headers={"Authorization": ""}).status_code == 404
    assert zipfile.ZipFile(io.BytesIO(whole)).testzip() is None


def test_an_export_is_followed_by_its_events_until_it_is_done(
    ctx: Context, team: Team, project: Project, client: Any
) -> None:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco"))
    with ThreadPoolExecutor(1) as others:
        writing = others.submit(export_work.write_next, ctx)
        answer = client.get(f"/api/exports/{asked['id']}/events")
        assert writing.result()
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [json.loads(event.removeprefix("data: ")) for event in answer.text.split("\n\n") if event]
    assert (events[-1]["state"], {event["id"] for event in events}) == ("done", {asked["id"]})
    assert events[-1]["report"]["balance"]["exported"]["geometries"] > 0
