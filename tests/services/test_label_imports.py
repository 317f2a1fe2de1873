"""Imports in any format: what was exported changes nothing, what is new is stored and taken back as a whole."""

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.side_car import PATH
from labelwright.model.errors import Invalid, WrongTaskState
from labelwright.model.geometry import Point, Rectangle
from labelwright.services import (
    configurations,
    export_work,
    import_changes,
    import_plan,
    import_work,
    label_exports,
    label_imports,
    tasks,
)
from labelwright.services.context import Context
from labelwright.services.import_options import Options
from labelwright.services.import_plan import Plan
from labelwright.services.label_exports import Wanted
from tests.builders import Project, Team, annotation, geometry_class, make_project, rectangle, save

KINDS_OF_CRANES = ((1, "tower"), (20, "mobile"), (40, "none of them"))


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    made = make_project(ctx, team.admin, media=("a.png", "b.png"))
    crane = annotation(ctx, made.class_id("crane"), answers={made.class_id("crane", "crane_type"): "tower"})
    hook = annotation(ctx, made.class_id("crane", "hook"), Point(3, 4), parent_id=crane.id)
    save(ctx, team.admin, made.task_ids["a.png"], created=(crane, hook), set_answers={made.class_id("surface"): "wet"})
    for task_id in made.task_ids.values():
        tasks.complete_task(ctx, team.admin, task_id)
    return made


def exported(ctx: Context, team: Team, project: Project, form: str = "coco") -> bytes:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format=form))
    export_work.write_next(ctx)
    assert label_exports.get_export(ctx, team.admin, asked["id"])["state"] == "done"
    return label_exports.archive_path(ctx, asked["id"]).read_bytes()


def send(ctx: Context, team: Team, project: Project, content: bytes, name: str = "labels.zip") -> dict[str, Any]:
    """Send a file and have it compared."""
    with ctx.store.receive(limit_bytes=10**7) as incoming:
        incoming.write(content)
        made = label_imports.create_import(ctx, team.admin, project.id, incoming.finish(), file_name=name)
    return worked(ctx, team, made["id"])


def worked(ctx: Context, team: Team, import_id: str) -> dict[str, Any]:
    while import_work.work_next(ctx):
        pass
    return shown(label_imports.get_import(ctx, team.admin, import_id))


def shown(found: dict[str, Any]) -> dict[str, Any]:
    return json.loads(msgspec.json.encode(found))


def documents(ctx: Context, team: Team, project: Project) -> dict[str, Any]:
    return {name: tasks.open_task(ctx, team.admin, task_id).document for name, task_id in project.task_ids.items()}


def coco(*annotations: dict[str, Any], **more: Any) -> bytes:
    images = [{"id": 7, "file_name": "pictures/b.png", "width": 64, "height": 48}]
    categories = [{"id": 3, "name": "Crane"}, {"id": 4, "name": "boat"}]
    return json.dumps({"images": images, "categories": categories, "annotations": list(annotations)} | more).encode()


def box(number: int, category: int = 3, **more: Any) -> dict[str, Any]:
    return {"id": number, "image_id": 7, "category_id": category, "bbox": [1, 2, 10, 8], "iscrowd": 0} | more


def test_importing_what_was_exported_changes_nothing(ctx: Context, team: Team, project: Project) -> None:
    before = documents(ctx, team, project)
    found = send(ctx, team, project, exported(ctx, team, project))
    assert found["state"] == "ready", found["error"]
    assert found["format"] == "coco"
    assert found["summary"]["geometries"] == {"unchanged": 2}
    assert found["summary"]["refusedCount"] == 0
    label_imports.apply_import(ctx, team.admin, found["id"])
    assert worked(ctx, team, found["id"])["state"] == "done"
    assert documents(ctx, team, project) == before


def test_a_foreign_file_is_compared_stored_and_taken_back(ctx: Context, team: Team, project: Project) -> None:
    before = documents(ctx, team, project)
    found = send(ctx, team, project, coco(box(1), box(2, 4), box(3, bbox=[1, 2])), "theirs.json")
    summary = found["summary"]
    assert summary["geometries"] == {"added": 1}
    assert [fault["code"] for fault in summary["refused"]] == ["invalid_bbox", "unknown_class"]
    assert summary["refused"][0]["place"]["pointer"] == "/annotations/2"
    refused = import_changes.list_changes(ctx, team.admin, found["id"], what="refused")
    assert refused["total"] == 2
    path, name = import_changes.changes_file(ctx, team.admin, found["id"])
    assert path is not None
    assert name == "theirs.json.changes.ndjson"
    assert [json.loads(line)["what"] for line in path.read_text().splitlines()] == ["refused", "refused", "added"]
    assert documents(ctx, team, project) == before

    label_imports.apply_import(ctx, team.admin, found["id"])
    assert worked(ctx, team, found["id"])["state"] == "done"
    (crane,) = documents(ctx, team, project)["b.png"].annotations
    assert (crane.geometry, crane.source) == (Rectangle(1, 2, 10, 8), "import")

    again = send(ctx, team, project, coco(box(1), info={"description": "Harbour"}), "theirs.json")
    assert again["summary"]["geometries"] == {"unchanged": 1}
    (info,) = shown(import_changes.list_changes(ctx, team.admin, again["id"], what="not_kept"))["items"]
    assert (info["code"], info["value"]) == ("info.description", "Harbour")

    label_imports.undo_import(ctx, team.admin, found["id"])
    assert worked(ctx, team, found["id"])["state"] == "undone"
    assert documents(ctx, team, project) == before


def test_what_a_file_says_besides_becomes_an_answer_or_is_counted(ctx: Context, team: Team, project: Project) -> None:
    rows = [
        "path,class,x,y,w,h,crane_type,occluded",
        *(f"b.png,crane,{n},2,10,8,{kind},1" for n, kind in KINDS_OF_CRANES),
    ]
    found = send(ctx, team, project, "\n".join(rows).encode(), "theirs.csv")
    summary = found["summary"]
    assert (summary["refusedCount"], summary["geometries"]) == (0, {"added": 3})
    told = [(one["name"], one["count"], one["place"]["line"]) for one in summary["notKept"]]
    assert told == [("occluded", 3, 2), ("crane_type", 1, 4)]
    asides = {one["name"]: one["how"] for one in summary["fit"]["questions"] if one["aside"]}
    assert asides == {"crane_type": "named", "occluded": "unknown"}
    changes = shown(import_changes.list_changes(ctx, team.admin, found["id"], what="not_kept"))
    assert [(line["code"], line.get("count", 1)) for line in changes["items"]] == [("occluded", 3), ("crane_type", 1)]
    assert changes["items"][0]["reason"].startswith("“occluded” is not kept, 3 times in one file")
    label_imports.apply_import(ctx, team.admin, found["id"])
    worked(ctx, team, found["id"])
    answers = [one.answers for one in documents(ctx, team, project)["b.png"].annotations]
    question = project.class_id("crane", "crane_type")
    assert answers == [{question: "tower"}, {question: "mobile"}, {}]


def test_an_undo_leaves_what_people_changed_since(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, coco(box(1), box(2, bbox=[20, 20, 5, 5])))
    label_imports.apply_import(ctx, team.admin, found["id"])
    worked(ctx, team, found["id"])
    first, _ = documents(ctx, team, project)["b.png"].annotations
    moved = annotation(ctx, first.class_id, rectangle(3, 3, 10, 8))
    task_id = project.task_ids["b.png"]
    save(
        ctx,
        team.admin,
        task_id,
        1,
        updated=(type(moved)(id=first.id, class_id=first.class_id, geometry=moved.geometry),),
    )

    label_imports.undo_import(ctx, team.admin, found["id"])
    undone = worked(ctx, team, found["id"])
    assert undone["summary"]["kept"] == 1
    (left,) = documents(ctx, team, project)["b.png"].annotations
    assert left.geometry == moved.geometry


def test_merging_replaces_what_lies_in_the_same_place(ctx: Context, team: Team, project: Project) -> None:
    first = send(ctx, team, project, coco(box(1)))
    label_imports.apply_import(ctx, team.admin, first["id"])
    worked(ctx, team, first["id"])
    (known,) = documents(ctx, team, project)["b.png"].annotations

    found = send(ctx, team, project, coco(box(1, bbox=[2, 2, 10, 8])))
    assert found["summary"]["geometries"]["added"] == 1
    label_imports.set_options(ctx, team.admin, found["id"], Options(mode="merge_overlap"))
    assert worked(ctx, team, found["id"])["summary"]["geometries"] == {"changed": 1}
    label_imports.apply_import(ctx, team.admin, found["id"])
    worked(ctx, team, found["id"])
    (merged,) = documents(ctx, team, project)["b.png"].annotations
    assert (merged.id, merged.geometry.x) == (known.id, 2)


def test_classes_become_what_somebody_confirmed(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, coco(box(1, 4)))
    options = Options(mapping=ClassMapping(classes={"boat": project.class_id("ship")}))
    label_imports.set_options(ctx, team.admin, found["id"], options)
    ready = worked(ctx, team, found["id"])
    assert ready["summary"]["geometries"]["added"] == 1
    assert [proposed["key"] for proposed in ready["survey"]["proposal"]] == ["crane", "boat"]


def test_pictures_that_are_not_in_the_project_are_listed(ctx: Context, team: Team, project: Project) -> None:
    images = [{"id": 7, "file_name": "nowhere.png", "width": 64, "height": 48}]
    found = send(ctx, team, project, coco(box(1), images=images))
    assert found["summary"]["unmatched"] == ["nowhere.png"]


def test_what_is_no_label_file_is_refused_by_name(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, b"hello", "notes.txt")
    assert found["state"] == "failed"
    assert "no format" in found["error"] or "in no format" in found["error"]
    with pytest.raises(WrongTaskState):
        label_imports.apply_import(ctx, team.admin, found["id"])
    assert not Path(ctx.settings.data / "media" / "incoming" / "upload").exists()


def test_adding_leaves_what_has_the_same_id(ctx: Context, team: Team, project: Project) -> None:
    crane = project.class_id("crane")
    (before,) = (a for a in documents(ctx, team, project)["a.png"].annotations if a.class_id == crane)
    moved = box(1, uid=before.id, bbox=[2, 2, 10, 8]) | {"image_id": 8}
    images = [{"id": 8, "file_name": "a.png", "width": 64, "height": 48}]
    found = send(ctx, team, project, coco(moved, images=images))
    assert found["summary"]["geometries"] == {"changed": 1}
    label_imports.set_options(ctx, team.admin, found["id"], Options(mode="add"))
    assert worked(ctx, team, found["id"])["summary"]["geometries"] == {"added": 1}


def test_every_line_of_the_change_set_has_its_place_and_task(ctx: Context, team: Team, project: Project) -> None:
    images = [
        {"id": 7, "file_name": "b.png", "width": 64, "height": 48},
        {"id": 8, "file_name": "other/b.png", "width": 64, "height": 48},
        {"id": 9, "file_name": "nowhere.png", "width": 64, "height": 48},
    ]
    found = send(ctx, team, project, coco(box(1), box(2, 4), images=images))
    lines = listed(ctx, team, found["id"])["items"]
    assert {(line["what"], line["unit"]) for line in lines} == {
        ("added", "geometries"),
        ("refused", "file"),
        ("unmatched", "media"),
        ("repeated", "media"),
    }
    assert all(line["place"]["pointer"] for line in lines)
    added = next(line for line in lines if line["what"] == "added")
    assert (added["task_id"], added["value"]) == (project.task_ids["b.png"], "rectangle 1,2 10x8")
    assert listed(ctx, team, found["id"], search="NOWHERE")["total"] == 1
    page = listed(ctx, team, found["id"], start=1, limit=2)
    assert (page["items"], page["total"]) == (lines[1:3], len(lines))
    with pytest.raises(Invalid, match="no what="):
        listed(ctx, team, found["id"], what="other")


def listed(ctx: Context, team: Team, import_id: str, **query: Any) -> dict[str, Any]:
    return shown(import_changes.list_changes(ctx, team.admin, import_id, **query))


def test_the_file_may_say_that_its_labels_replace_those_of_a_picture(
    ctx: Context, team: Team, project: Project
) -> None:
    task = {"internal_media_ID": None, "external_media_ID": "a.png", "keepData": False, "labels": {}}
    found = send(ctx, team, project, json.dumps([{"label_classes": []}, task]).encode(), "ours.json")
    assert found["format"] == "native"
    assert found["summary"]["geometries"] == {"removed": 2}
    (removed, *_) = listed(ctx, team, found["id"], what="removed")["items"]
    assert removed["reason"] == "The file does not have it, and only what the file has stays."


def test_what_everything_in_the_file_becomes_is_said(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, coco(box(1), box(2, 4)))
    fits = {(fit["name"], fit["kind"]): fit["how"] for fit in found["summary"]["fit"]["classes"]}
    assert fits == {("Crane", "rectangle"): "named", ("boat", "rectangle"): "unknown"}


def test_an_undo_that_has_nothing_to_take_back_says_so(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, exported(ctx, team, project))
    assert found["undo"] == {"possible": False, "reason": "It has not been stored."}
    label_imports.apply_import(ctx, team.admin, found["id"])
    done = worked(ctx, team, found["id"])
    assert done["summary"]["stored"] == 0
    assert done["undo"]["reason"] == "It changed nothing, so there is nothing to take back."
    with pytest.raises(WrongTaskState, match="changed nothing"):
        label_imports.undo_import(ctx, team.admin, found["id"])


def test_an_undo_needs_neither_the_file_nor_what_was_found_in_it(ctx: Context, team: Team, project: Project) -> None:
    before = documents(ctx, team, project)
    found = send(ctx, team, project, coco(box(1)))
    label_imports.apply_import(ctx, team.admin, found["id"])
    worked(ctx, team, found["id"])
    shutil.rmtree(label_imports.folder_of(ctx, found["id"]))
    label_imports.undo_import(ctx, team.admin, found["id"])
    undone = worked(ctx, team, found["id"])
    assert (undone["state"], undone["undo"]["reason"]) == ("undone", "It was taken back already.")
    assert documents(ctx, team, project) == before


def test_one_stopped_before_it_was_compared_is_read_anew(ctx: Context, team: Team, project: Project) -> None:
    with ctx.store.receive(limit_bytes=10**7) as incoming:
        incoming.write(coco(box(1)))
        made = label_imports.create_import(ctx, team.admin, project.id, incoming.finish(), file_name="x.json")
    label_imports.cancel_import(ctx, team.admin, made["id"])
    label_imports.apply_import(ctx, team.admin, made["id"])
    assert worked(ctx, team, made["id"])["state"] == "ready"


# --- side-cars --------------------------------------------------------------------------------------------------------


def with_side_car(ctx: Context, team: Team, project: Project, form: str = "yolo") -> bytes:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format=form, side_car=True))
    export_work.write_next(ctx)
    export = shown(label_exports.get_export(ctx, team.admin, asked["id"]))
    assert export["state"] == "done", export["error"]
    assert export["report"]["balance"]["side_car"] == {
        "tasks": 0,
        "geometries": 1,
        "answers": 2,
        "comments": 0,
        "ids": 1,
    }
    return label_exports.archive_path(ctx, asked["id"]).read_bytes()


def of_another_version(content: bytes) -> bytes:
    """An archive whose side-car says that it is of version 2."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as archive, zipfile.ZipFile(packed, "w") as changed:
        for name in archive.namelist():
            changed.writestr(name, archive.read(name).replace(b'{"side_car":1', b'{"side_car":2'))
    return packed.getvalue()


def test_a_side_car_brings_everything_into_an_empty_copy_and_leaves_the_project_as_it_is(
    ctx: Context, team: Team, project: Project
) -> None:
    before = documents(ctx, team, project)
    content = with_side_car(ctx, team, project)
    found = send(ctx, team, project, content)
    assert found["state"] == "ready", found["error"]
    assert found["summary"]["geometries"] == {"unchanged": 2}
    assert found["survey"]["sideCar"] | {"classes": []} == {
        **dict.fromkeys(("changed", "deleted", "lost", "new"), 0),
        "same": 1,
        "returned": 1,
        "classes": [],
    }
    copy = make_project(ctx, team.admin, name="Copy", media=("a.png", "b.png"))
    found = send(ctx, team, copy, content)
    label_imports.apply_import(ctx, team.admin, found["id"])
    changes = shown(import_changes.list_changes(ctx, team.admin, found["id"], what="added"))["items"]
    assert {line["place"]["file"] for line in changes} == {PATH}
    assert worked(ctx, team, found["id"])["state"] == "done"
    (was, hook), (now, hook_now) = (d["a.png"].annotations for d in (before, documents(ctx, team, copy)))
    assert [(a.id, a.geometry) for a in (was, hook)] == [(a.id, a.geometry) for a in (now, hook_now)]
    assert now.answers == {copy.class_id("crane", "crane_type"): "tower"}
    assert hook_now.parent_id == now.id
    assert documents(ctx, team, copy)["a.png"].answers == {copy.class_id("surface"): "wet"}


def test_a_side_car_can_be_left_unused_before_and_after_it_was_read(ctx: Context, team: Team, project: Project) -> None:
    copy = make_project(ctx, team.admin, name="Copy", media=("a.png", "b.png"))
    content = with_side_car(ctx, team, project)
    found = send(ctx, team, copy, content)
    assert found["summary"]["geometries"] == {"added": 2}
    label_imports.set_options(ctx, team.admin, found["id"], Options(side_car=False))
    assert worked(ctx, team, found["id"])["summary"]["geometries"] == {"added": 1}
    with ctx.store.receive(limit_bytes=10**7) as incoming:
        incoming.write(of_another_version(content))
        received = incoming.finish()
        with pytest.raises(Invalid, match="use use or ignore"):
            label_imports.create_import(ctx, team.admin, copy.id, received, file_name="x.zip", side_car="maybe")
        made = label_imports.create_import(ctx, team.admin, copy.id, received, file_name="x.zip", side_car="ignore")
    assert worked(ctx, team, made["id"])["summary"]["geometries"] == {"added": 1}


def test_a_side_car_of_another_version_or_configuration_is_told(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, of_another_version(with_side_car(ctx, team, project)))
    assert found["state"] == "failed"
    assert "side-car of version 2" in found["error"]
    other = make_project(
        ctx, team.admin, name="Other", media=("a.png",), classes=(geometry_class("crane", "rectangle"),)
    )
    found = send(ctx, team, other, with_side_car(ctx, team, project))
    codes = [fault["code"] for fault in found["summary"]["refused"]]
    assert codes[0] == "other_configuration"
    assert "crane/hook: point" in found["summary"]["refused"][0]["message"]
    assert "unknown_class" in codes


def test_options_that_were_ticked_in_another_order_are_the_same_answer(
    ctx: Context, team: Team, project: Project
) -> None:
    defects, puddles = project.class_id("crane", "defects"), project.class_id("surface", "puddles")
    crane = annotation(ctx, project.class_id("crane"), answers={defects: ("crack", "rust")})
    save(ctx, team.admin, project.task_ids["b.png"], created=(crane,), set_answers={puddles: ("large", "small")})
    stored = documents(ctx, team, project)["b.png"]
    assert stored.annotations[0].answers[defects] == ("rust", "crack")
    assert stored.answers[puddles] == ("small", "large")
    found = send(ctx, team, project, exported(ctx, team, project))
    assert found["summary"]["geometries"] == {"unchanged": 3}
    assert found["summary"]["answers"] == {"unchanged": 2}


def test_options_that_change_places_change_the_order_of_answers(ctx: Context, team: Team, project: Project) -> None:
    defects = project.class_id("crane", "defects")
    crane = annotation(ctx, project.class_id("crane"), answers={defects: ("rust", "crack")})
    save(ctx, team.admin, project.task_ids["b.png"], created=(crane,))
    root, *others = project.configuration.classes
    questions = tuple(
        msgspec.structs.replace(c, options=c.options[::-1]) if str(c.id) == defects else c for c in root.children
    )
    classes = (msgspec.structs.replace(root, children=questions), *others)
    configurations.save_configuration(ctx, team.admin, project.id, classes)
    assert documents(ctx, team, project)["b.png"].annotations[0].answers[defects] == ("crack", "rust")


@pytest.fixture
def compared(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks whose labels are united with those of a file, from now on."""
    tasks: list[str] = []
    united = Plan._united
    monkeypatch.setattr(Plan, "_united", lambda self, row: (tasks.append(row.id), united(self, row))[1])
    return tasks


def test_what_was_compared_is_stored_without_comparing_it_again(
    ctx: Context, team: Team, project: Project, compared: list[str]
) -> None:
    found = send(ctx, team, project, exported(ctx, team, project))
    assert sorted(compared) == sorted(project.task_ids.values())
    compared.clear()
    label_imports.apply_import(ctx, team.admin, found["id"])
    assert worked(ctx, team, found["id"])["state"] == "done"
    assert compared == []


def test_only_what_somebody_saved_meanwhile_is_compared_again(
    ctx: Context, team: Team, project: Project, compared: list[str]
) -> None:
    a, b = ({"id": n, "file_name": f"{name}.png", "width": 64, "height": 48} for n, name in ((7, "a"), (8, "b")))
    found = send(ctx, team, project, coco(*(box(n, image_id=n, bbox=[3, 3, 7, 7]) for n in (7, 8)), images=[a, b]))
    compared.clear()
    save(ctx, team.admin, project.task_ids["b.png"], created=(annotation(ctx, project.class_id("crane")),))
    before = ctx.now_ms()
    label_imports.apply_import(ctx, team.admin, found["id"])
    assert worked(ctx, team, found["id"])["summary"]["stored"] == 2
    assert compared == [project.task_ids["b.png"]]
    both = documents(ctx, team, project)
    assert [len(document.annotations) for document in both.values()] == [3, 2]
    imported = [one for document in both.values() for one in document.annotations if one.source == "import"]
    assert [one.created_at >= before and one.changed_at == one.created_at for one in imported] == [True, True]


def test_what_there_is_no_room_for_before_is_compared_again_as_it_is_stored(
    ctx: Context, team: Team, project: Project, compared: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_plan, "_ANEW_BYTES", 0)
    a, b = ({"id": n, "file_name": f"{name}.png", "width": 64, "height": 48} for n, name in ((7, "a"), (8, "b")))
    found = send(ctx, team, project, coco(*(box(n, image_id=n, bbox=[3, 3, 7, 7]) for n in (7, 8)), images=[a, b]))
    compared.clear()
    for revision, name in ((1, "a.png"), (0, "b.png")):
        save(ctx, team.admin, project.task_ids[name], revision, created=(annotation(ctx, project.class_id("crane")),))
    label_imports.apply_import(ctx, team.admin, found["id"])
    assert worked(ctx, team, found["id"])["summary"]["stored"] == 2
    assert sorted(compared) == sorted(project.task_ids.values())
    assert [len(document.annotations) for document in documents(ctx, team, project).values()] == [4, 2]


def test_what_was_made_ready_on_other_options_is_not_stored(ctx: Context, team: Team, project: Project) -> None:
    first = send(ctx, team, project, coco(box(1)))
    label_imports.apply_import(ctx, team.admin, first["id"])
    worked(ctx, team, first["id"])
    found = send(ctx, team, project, coco(box(1, bbox=[2, 2, 10, 8])))
    label_imports.set_options(ctx, team.admin, found["id"], Options(mode="replace"))
    label_imports.cancel_import(ctx, team.admin, found["id"])
    for state in ("ready", "done"):
        label_imports.apply_import(ctx, team.admin, found["id"])
        assert worked(ctx, team, found["id"])["state"] == state
    assert [one.geometry for one in documents(ctx, team, project)["b.png"].annotations] == [Rectangle(2, 2, 10, 8)]


def test_what_another_version_has_read_is_not_stored(ctx: Context, team: Team, project: Project) -> None:
    found = send(ctx, team, project, coco(box(1)), "labels.json")
    survey = import_work.folder_of(ctx, found["id"]) / "survey.json"
    survey.write_bytes(survey.read_bytes().replace(b'"rule":1', b'"rule":0'))
    label_imports.apply_import(ctx, team.admin, found["id"])
    failed = worked(ctx, team, found["id"])
    assert (failed["state"], "another version of Labelwright" in failed["error"]) == ("failed", True)


def test_a_text_that_looks_like_a_time_stays_a_text(ctx: Context, team: Team, project: Project) -> None:
    text = '"createdAt":-1,"changedAt":-1}'
    found = send(ctx, team, project, coco(box(1, comment=text)))
    label_imports.apply_import(ctx, team.admin, found["id"])
    worked(ctx, team, found["id"])
    (crane,) = documents(ctx, team, project)["b.png"].annotations
    assert crane.comment == text
    assert crane.created_at > 0


def test_of_many_that_are_refused_the_first_are_named_and_all_counted(
    ctx: Context, team: Team, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_plan, "MOST_SHOWN", 3)
    found = send(ctx, team, project, coco(*(box(n, bbox=[900, 2, 10, 8]) for n in range(7)), box(7, 4)), "theirs.json")
    summary = found["summary"]
    assert [fault["place"]["pointer"] for fault in summary["refused"]] == [f"/annotations/{n}" for n in range(3)]
    assert summary["refusedCount"] == 8
    assert import_changes.list_changes(ctx, team.admin, found["id"], what="refused")["total"] == 8
