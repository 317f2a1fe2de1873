"""Importing the native format: what is taken, and how it meets labels that are there and people at work."""

import json
import threading
from pathlib import Path

import pytest
from sqlalchemy import select, update

from labelwright.db import tables as t
from labelwright.model.errors import InvalidLabels
from labelwright.model.geometry import ImageSegmentation, Point, Polygon, Rectangle
from labelwright.services import configurations, history, imports, tasks
from labelwright.services.context import Context
from tests.builders import (
    HARBOUR_CLASSES,
    Project,
    Team,
    annotation,
    free_text,
    geometry_class,
    make_project,
    rectangle,
    save,
)
from tests.native import Importer, exported

CLASSES = (*HARBOUR_CLASSES, free_text("note", 10))
BOX = [{"x": 1, "y": 2, "w": 10, "h": 8}]
TRIANGLE = [{"x": 1, "y": 1}, {"x": 20, "y": 1}, {"x": 1, "y": 20}]
RING = [{"x": 5, "y": 5}, {"x": 8, "y": 5}, {"x": 5, "y": 8}]


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin, classes=CLASSES, media=("a.png", "b.png"))


@pytest.fixture
def importer(ctx: Context, team: Team, project: Project) -> Importer:
    return Importer(ctx, team, project)


# --- what is taken --------------------------------------------------------------------------------------------------


def test_every_kind_comes_in_under_its_own_name_or_as_geometry(importer: Importer) -> None:
    done = importer.labels(
        {
            "crane": [{"rectangle": BOX}, {"geometry": BOX}],
            "quay_edge": [{"line": TRIANGLE[:2]}],
            "ship": [{"polygon": TRIANGLE}],
            "water": [{"image_segmentation": [TRIANGLE, RING]}],
        }
    )
    kinds = [type(annotation.geometry).__name__ for annotation in importer.document().annotations]
    assert kinds == ["Rectangle", "Rectangle", "Line", "Polygon", "ImageSegmentation"]
    assert (done.tasks, done.annotations, done.unchanged) == (1, 5, 0)


def test_nested_geometries_and_answers_come_in_under_their_parent(importer: Importer, project: Project) -> None:
    importer.labels(
        {
            "crane": [
                {
                    "geometry": BOX,
                    "classifications": {"defects": ["crack", "rust", "crack", {"defect_note": ["left side"]}]},
                    "nested_geometries": {
                        "hook": [{"point": [{"x": 3, "y": 4}], "classifications": {"hook_state": ["open"]}}]
                    },
                }
            ]
        }
    )
    crane, hook = importer.document().annotations
    assert crane.answers == {
        project.class_id("crane", "defects"): ("rust", "crack"),
        project.class_id("crane", "defects", "defect_note"): "left side",
    }
    assert (hook.parent_id, hook.geometry) == (crane.id, Point(3, 4))
    assert hook.answers == {project.class_id("crane", "hook", "hook_state"): "open"}


@pytest.mark.parametrize(("x", "read"), [("12", 12), (12.5, 12.5), (0, 0), (1e1, 10)])
def test_a_number_may_be_a_text_of_digits(importer: Importer, x, read) -> None:
    importer.labels({"crane": [{"geometry": [{"x": x, "y": "2", "w": 1, "h": "3"}]}]})
    assert importer.document().annotations[0].geometry == Rectangle(read, 2, 1, 3)


def test_keys_are_read_in_either_case_as_they_are_stored_in_lower(importer: Importer) -> None:
    importer.labels({"CRANE": [{"geometry": BOX, "classifications": {"Crane_Type": ["tower"]}}]})
    assert len(importer.document().annotations) == 1


def test_a_pretty_printed_file_with_unknown_top_level_keys_is_read(importer: Importer) -> None:
    items = [
        {"label_classes": [{"class_name": "crane", "geometry_type": "rectangle"}]},
        {
            "internal_media_ID": importer.medium,
            "external_media_ID": 'a":b \\" : x.png',
            "segmentations": ["http://localhost/a"],
            "labels": {"crane": [{"geometry": BOX, "classifications": {}}]},
            "global_classifications": {"note": ['say ":"']},
            "something": {"new": [{"er": 1}]},
        },
    ]
    done = importer.load_text(json.dumps(items, indent=2, separators=(",", " : ")))
    assert (done.annotations, done.answers, done.ignored, done.warnings) == (1, 1, 0, ())


def test_points_on_the_border_lie_in_the_picture(importer: Importer) -> None:
    importer.labels({"quay_edge": [{"geometry": [{"x": 0, "y": 0}, {"x": 64, "y": 48}]}]})
    assert len(importer.document().annotations) == 1


def test_existing_labels_stay_unless_keep_data_is_false(importer: Importer) -> None:
    importer.labels({"crane": [{"geometry": BOX}]})
    importer.labels({"ship": [{"geometry": TRIANGLE}]}, keepData=True)
    assert len(importer.document().annotations) == 2
    importer.labels({"ship": [{"geometry": TRIANGLE}]}, keepData=False)
    assert [type(a.geometry) for a in importer.document().annotations] == [Polygon]


def test_answers_are_overwritten_where_the_file_has_some(importer: Importer, project: Project) -> None:
    importer.answers({"surface": ["wet", {"puddles": ["small"]}], "note": ["fog"]})
    importer.answers({"surface": ["dry"]})
    assert importer.document().answers == {
        project.class_id("surface"): "dry",
        project.class_id("surface", "puddles"): ("small",),
        project.class_id("note"): "fog",
    }


def test_null_takes_an_answer_away_or_as_old_clients_want_it_leaves_it(importer: Importer, project: Project) -> None:
    note = project.class_id("note")
    importer.answers({"note": ["fog"]})
    importer.answers({"note": [None]}, null_clears=False)
    assert importer.document().answers == {note: "fog"}
    importer.answers({"note": [None]})
    assert importer.document().answers == {note: None}
    importer.answers({"surface": [None]}, null_clears=False)
    assert importer.document().answers == {note: None, project.class_id("surface"): None}


def test_a_known_id_replaces_its_geometry_and_keeps_who_made_it(
    ctx: Context, team: Team, importer: Importer, project: Project
) -> None:
    made = annotation(ctx, project.class_id("crane"), comment="look here", z=3)
    save(ctx, team.admin, project.task_ids["a.png"], created=(made,))

    importer.labels({"crane": [{"id": made.id, "geometry": [{"x": 0, "y": 0, "w": 5, "h": 5}]}]})

    (now,) = importer.document().annotations
    assert (now.geometry, now.comment, now.z) == (Rectangle(0, 0, 5, 5), "look here", 3)
    assert (now.source, now.created_by, now.changed_by) == ("user", team.admin.id, team.admin.id)
    assert now.changed_at >= now.created_at
    assert importer.revision() == 2


def test_a_comment_of_the_file_replaces_the_one_there_and_null_takes_it_away(
    ctx: Context, team: Team, importer: Importer, project: Project
) -> None:
    made = annotation(ctx, project.class_id("crane"), comment="look here")
    save(ctx, team.admin, project.task_ids["a.png"], created=(made,))

    importer.labels({"crane": [{"id": made.id, "geometry": BOX, "comment": 'bent: ü "now"'}]})
    assert [now.comment for now in importer.document().annotations] == ['bent: ü "now"']

    importer.labels({"crane": [{"id": made.id, "geometry": BOX, "comment": None}]})
    assert [now.comment for now in importer.document().annotations] == [None]


@pytest.mark.parametrize(("comment", "code"), [("x" * 129, "too_long"), (5, "wrong_type"), (["x"], "wrong_type")])
def test_a_comment_that_is_none_refuses_the_import(importer: Importer, comment, code) -> None:
    with pytest.raises(InvalidLabels) as refused:
        importer.labels({"crane": [{"geometry": BOX, "comment": comment}]})
    assert [(issue.pointer, issue.code) for issue in refused.value.issues] == [("/0/labels/crane/0/comment", code)]


def test_the_same_ids_twice_change_nothing_the_second_time(importer: Importer) -> None:
    items = {"crane": [{"id": "01a00000-0000-7000-8000-000000000001", "geometry": BOX}]}
    assert importer.labels(items).unchanged == 0
    again = importer.labels(items)
    assert (again.unchanged, again.annotations) == (1, 1)
    assert importer.revision() == 1


def test_without_ids_geometries_are_added_and_told_to_be_the_same(importer: Importer) -> None:
    importer.labels({"crane": [{"geometry": BOX}]})
    done = importer.labels({"crane": [{"geometry": BOX}]})
    assert len(importer.document().annotations) == 2
    assert [(warned.code, warned.count) for warned in done.warnings] == [("same_geometry", 1)]


def test_states_and_labelers_stay_and_the_import_is_marked_and_remembered(
    ctx: Context, team: Team, importer: Importer, project: Project
) -> None:
    task_id = project.task_ids["a.png"]
    taken = tasks.take_next(ctx, team.labeler, project.id)
    assert taken is not None
    importer.labels({"crane": [{"geometry": BOX}]})

    page = tasks.list_tasks(ctx, team.admin, project.id, tasks.TaskFilter())
    shown = {task["id"]: task for task in page.items}
    assert (shown[task_id]["state"], shown[task_id]["labeler"]["id"]) == ("IN_PROGRESS", team.labeler.id)
    assert (shown[task_id]["hasImport"], shown[project.task_ids["b.png"]]["hasImport"]) == (True, False)
    (entry,) = history.list_history(ctx, team.admin, task_id)
    assert (entry["source"], entry["created"], entry["actor"]["id"]) == ("import", 1, team.admin.id)
    (made,) = importer.document().annotations
    assert (made.source, made.created_by) == ("import", team.admin.id)


def test_an_import_that_changes_nothing_still_marks_the_task(
    ctx: Context, team: Team, importer: Importer, project: Project
) -> None:
    save(ctx, team.admin, project.task_ids["a.png"], set_answers={project.class_id("note"): "fog"})
    assert importer.answers({"note": ["fog"]}).unchanged == 1
    page = tasks.list_tasks(ctx, team.admin, project.id, tasks.TaskFilter())
    assert [task["hasImport"] for task in page.items] == [True, False]


def test_items_without_a_medium_are_counted_and_the_overview_is_not(importer: Importer) -> None:
    done = importer.load({"label_classes": []}, {"labels": {}}, {"internal_media_ID": None}, {})
    assert (done.tasks, done.ignored) == (0, 3)
    assert done.warnings[0].message == "3 items name no medium (internal_media_ID) and were ignored."


def test_two_items_about_one_medium_are_applied_in_order(importer: Importer, project: Project) -> None:
    item = {"internal_media_ID": importer.medium}
    done = importer.load(
        {**item, "keepData": False, "global_classifications": {"note": ["one"]}},
        {"internal_media_ID": importer.media["b.png"]},
        {**item, "global_classifications": {"note": ["two"]}},
    )
    assert importer.document().answers == {project.class_id("note"): "two"}
    assert (done.tasks, [warned.code for warned in done.warnings]) == (2, ["medium_twice"])
    refused = importer.refusal(item, {**item, "keepData": False})
    assert (refused.issues[0].pointer, refused.issues[0].code) == ("/1/keepData", "medium_twice")


def test_a_ring_that_is_closed_is_opened_and_told(importer: Importer) -> None:
    closed = [*TRIANGLE, TRIANGLE[0]]
    done = importer.labels({"ship": [{"geometry": closed}], "water": [{"geometry": [closed, [*RING, RING[0]]]}]})
    assert [(w.code, w.count) for w in done.warnings] == [("closed_ring", 3)]
    ship, water = importer.document().annotations
    assert isinstance(ship.geometry, Polygon)
    assert isinstance(water.geometry, ImageSegmentation)
    assert len(ship.geometry.points) == 3
    assert [len(ring) for ring in water.geometry.rings] == [3, 3]


def test_what_leaves_the_picture_is_kept_or_cut_on_request(importer: Importer) -> None:
    outside = {
        "crane": [
            {"geometry": [{"x": 60, "y": 40, "w": 10, "h": 4}]},
            {"geometry": [{"x": 70, "y": 0, "w": 1, "h": 1}]},
        ],
        "quay_edge": [{"geometry": [{"x": 1, "y": 1}, {"x": 70, "y": 60}]}],
        "ship": [{"geometry": [{"x": 60, "y": 0}, {"x": 70, "y": 0}, {"x": 60, "y": 10}]}],
        "water": [{"geometry": [[{"x": -9, "y": -9}, {"x": 9, "y": -9}, {"x": 9, "y": 9}, {"x": -9, "y": 9}], RING]}],
    }
    kept = importer.labels(outside, out_of_bounds="keep")
    assert [(w.code, w.count) for w in kept.warnings] == [("outside_picture", 5)]
    assert importer.document().annotations[0].geometry == Rectangle(60, 40, 10, 4)

    cut = importer.labels(outside, out_of_bounds="clip", keepData=False)

    assert [(w.code, w.count) for w in cut.warnings] == [("clipped", 5), ("cut_away", 1)]
    box, edge, ship, water = (annotation.geometry for annotation in importer.document().annotations)
    assert box == Rectangle(60, 40, 4, 4)
    assert edge.points == ((1, 1), (64, 48))
    assert set(ship.points) == {(60, 0), (64, 0), (64, 6), (60, 10)}
    assert set(water.rings[0]) == {(0, 0), (9, 0), (9, 9), (0, 9)}
    assert water.rings[1] == tuple((p["x"], p["y"]) for p in RING)


def test_without_a_known_size_nothing_lies_outside(ctx: Context, importer: Importer) -> None:
    own = t.medium.c.id == importer.medium
    ctx.db.write(
        lambda conn: conn.execute(update(t.medium).where(own).values(width=None, height=None, state="pending"))
    )
    importer.labels({"crane": [{"geometry": [{"x": 900, "y": 900, "w": 10, "h": 8}]}]})
    assert len(importer.document().annotations) == 1


def test_a_large_file_is_read_from_the_disk_in_batches(
    ctx: Context, team: Team, importer: Importer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH", 1)
    monkeypatch.setattr(imports, "_HELD_BYTES", 10)
    items = [{"internal_media_ID": m, "labels": {"crane": [{"geometry": BOX}]}} for m in importer.media.values()]
    path = tmp_path / "labels.json"
    path.write_text(json.dumps(items))
    done = imports.import_file(ctx, team.admin, importer.project.id, path)
    assert (done.tasks, done.annotations) == (2, 2)
    assert len(importer.document("b.png").annotations) == 1


# --- at the same time as other people -------------------------------------------------------------------------------


def test_a_save_between_reading_and_writing_is_merged_with(
    ctx: Context, team: Team, importer: Importer, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    crane = annotation(ctx, project.class_id("crane"), rectangle(30, 30, 5, 5))
    prepare = imports._Import.prepare

    def prepared_then_saved(run, *given):
        counts = prepare(run, *given)
        save(ctx, team.admin, project.task_ids["a.png"], created=(crane,))
        return counts

    monkeypatch.setattr(imports._Import, "prepare", prepared_then_saved)
    importer.labels({"crane": [{"geometry": BOX}]})

    assert {a.geometry for a in importer.document().annotations} == {Rectangle(1, 2, 10, 8), crane.geometry}
    assert importer.revision() == 2


def test_a_class_that_goes_between_reading_and_writing_refuses_the_import(
    ctx: Context, team: Team, importer: Importer, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepare = imports._Import.prepare

    def prepared_then_cut(run, *given):
        counts = prepare(run, *given)
        classes = project.configuration.classes[1:]
        configurations.save_configuration(ctx, team.admin, project.id, classes, confirm=True)
        return counts

    monkeypatch.setattr(imports._Import, "prepare", prepared_then_cut)
    with pytest.raises(InvalidLabels, match="not in the label configuration"):
        importer.labels({"ship": [{"geometry": TRIANGLE}], "crane": [{"geometry": BOX}]})
    assert importer.revision() == 0


def test_saves_go_on_while_a_file_is_read(
    ctx: Context, team: Team, importer: Importer, project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, saved = threading.Event(), threading.Event()
    read = imports.TaskReader.read

    def slow(*given):
        reading.set()
        assert saved.wait(60)
        return read(*given)

    monkeypatch.setattr(imports.TaskReader, "read", slow)
    thread = threading.Thread(target=importer.labels, args=({"crane": [{"geometry": BOX}]},))
    thread.start()
    assert reading.wait(60)
    save(ctx, team.admin, project.task_ids["b.png"], created=(annotation(ctx, project.class_id("crane")),))
    saved.set()
    thread.join(60)
    assert (importer.revision("a.png"), importer.revision("b.png")) == (1, 1)


def test_labels_of_an_older_configuration_are_merged_as_the_new_one_has_them(
    ctx: Context, team: Team, importer: Importer, project: Project
) -> None:
    save(ctx, team.admin, project.task_ids["a.png"], set_answers={project.class_id("note"): "fog"})
    classes = (*project.configuration.classes[:-1], geometry_class("buoy", "point"))
    configurations.save_configuration(ctx, team.admin, project.id, classes, confirm=True)
    importer.labels({"buoy": [{"geometry": [{"x": 1, "y": 1}]}]})
    assert importer.document().answers == {}
    tasks.complete_task(ctx, team.admin, project.task_ids["a.png"])
    (task,) = exported(ctx, team.admin, project.id)
    assert list(task["labels"]) == ["buoy"]


def test_the_history_can_tell_what_the_import_replaced(ctx: Context, importer: Importer, project: Project) -> None:
    importer.labels({"crane": [{"geometry": BOX}]})
    importer.labels({"ship": [{"geometry": TRIANGLE}]}, keepData=False)
    with ctx.db.read() as conn:
        own = t.label_change.c.task_id == project.task_ids["a.png"]
        rows = conn.execute(select(t.label_change).where(own).order_by(t.label_change.c.revision)).all()
    assert [(row.created, row.updated, row.deleted) for row in rows] == [(1, 0, 0), (1, 0, 1)]
