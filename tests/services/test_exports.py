"""Which tasks an export holds, in what order, and what a task's line says."""

import json
import threading

import msgspec
import pytest
from sqlalchemy import update

from labelwright.db import tables as t
from labelwright.model.errors import Forbidden, Invalid, NotFound
from labelwright.model.geometry import ImageSegmentation, Line, Point, Polygon
from labelwright.services import configurations, exports, media, tasks
from labelwright.services.context import Context
from labelwright.services.exports import ExportOptions
from tests.builders import HARBOUR_CLASSES, Team, annotation, make_project, make_team, option, rectangle, save
from tests.native import BASE_URL, export_bytes, exported

SQUARE = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0), (10.0, 40.0))
HOLE = ((20.0, 20.0), (30.0, 20.0), (30.0, 30.0), (20.0, 30.0))


def set_states(ctx: Context, states: dict[str, str]) -> None:
    """Put tasks (by id) into states, past the table of moves."""

    def work(conn) -> None:
        for task_id, state in states.items():
            conn.execute(update(t.task).where(t.task.c.id == task_id).values(state=state))

    ctx.db.write(work)


def test_a_project_without_exportable_tasks_exports_an_empty_array(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    assert export_bytes(ctx, team.admin, project.id) == b"[]\n"


def test_the_file_has_one_element_a_line_and_every_line_is_json_by_itself(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, media=("b.png", "a.png"))
    set_states(ctx, dict.fromkeys(project.task_ids.values(), "COMPLETED"))

    raw = export_bytes(ctx, team.admin, project.id)

    opening, *elements, closing, rest = raw.decode().split("\n")
    assert (opening, closing, rest) == ("[", "]", "")
    assert [line.endswith(",") for line in elements] == [True, True, False]
    assert [json.loads(line.removesuffix(",")) for line in elements] == json.loads(raw)


def test_the_overview_lists_every_entry_depth_first_and_calls_four_options_a_select(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    set_states(ctx, {project.task_id: "SKIPPED"})

    overview = json.loads(export_bytes(ctx, team.admin, project.id))[0]

    assert overview == {
        "label_classes": [
            {"class_name": "crane", "geometry_type": "rectangle"},
            {"class_name": "crane_type", "classification_type": "select"},
            {"class_name": "defects", "classification_type": "checklist"},
            {"class_name": "defect_note", "classification_type": "freetext"},
            {"class_name": "hook", "geometry_type": "point"},
            {"class_name": "hook_state", "classification_type": "radio"},
            {"class_name": "quay_edge", "geometry_type": "line"},
            {"class_name": "ship", "geometry_type": "polygon"},
            {"class_name": "water", "geometry_type": "image_segmentation"},
            {"class_name": "surface", "classification_type": "radio"},
            {"class_name": "puddles", "classification_type": "checklist"},
        ]
    }


def test_a_task_line_says_medium_labeler_state_maps_answers_and_labels_in_this_order(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, media=("quay 017.png",))
    taken = tasks.take_next(ctx, team.labeler, project.id)
    assert taken is not None
    crane = annotation(
        ctx,
        project.class_id("crane"),
        rectangle(4.5, 2, 10, 8.25),
        answers={project.class_id("crane", "crane_type"): "gantry", project.class_id("crane", "defects"): ("rust",)},
    )
    hook_answers = {project.class_id("crane", "hook", "hook_state"): None}
    hook = annotation(ctx, project.class_id("crane", "hook"), Point(5, 6), parent_id=crane.id, answers=hook_answers)
    edge = annotation(ctx, project.class_id("quay_edge"), Line(((0, 40.5), (63, 41))))
    water = annotation(ctx, project.class_id("water"), ImageSegmentation((SQUARE, HOLE)))
    answers = {project.class_id("surface"): "wet", project.class_id("surface", "puddles"): ()}
    save(ctx, team.labeler, taken.id, created=(crane, hook, edge, water), set_answers=answers)
    tasks.complete_task(ctx, team.labeler, taken.id)

    line = export_bytes(ctx, team.admin, project.id).decode().split("\n")[2]

    assert line == (
        f'{{"internal_media_ID":"{taken.medium_id}","external_media_ID":"quay 017.png",'
        f'"labeler":"{team.labeler.id}","status":"completed",'
        f'"segmentations":["{BASE_URL}/api/v1/export/bitmap/{taken.id}/water"],'
        '"global_classifications":{"surface":["wet",{"puddles":[null]}]},'
        '"labels":{"crane":[{"geometry":[{"x":4.5,"y":2,"w":10,"h":8.25}],'
        '"classifications":{"crane_type":["gantry"],"defects":["rust"]},'
        '"nested_geometries":{"hook":[{"geometry":[{"x":5,"y":6}],"classifications":{"hook_state":[null]}}]}}],'
        '"quay_edge":[{"geometry":[{"x":0,"y":40.5},{"x":63,"y":41}],"classifications":{}}],'
        '"water":[{"geometry":[[{"x":10,"y":10},{"x":40,"y":10},{"x":40,"y":40},{"x":10,"y":40}],'
        '[{"x":20,"y":20},{"x":30,"y":20},{"x":30,"y":30},{"x":20,"y":30}]],"classifications":{}}]}}'
    )


def test_a_task_that_nobody_opened_has_empty_objects_and_no_labeler(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    tasks.move_task(ctx, team.admin, project.task_id, "skip")

    (task,) = exported(ctx, team.admin, project.id)

    assert task["labeler"] is None
    assert task["status"] == "skipped"
    assert (task["segmentations"], task["global_classifications"], task["labels"]) == ([], {}, {})


def test_without_a_segmentation_class_there_is_no_key_for_maps(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, classes=HARBOUR_CLASSES[:1])
    tasks.move_task(ctx, team.admin, project.task_id, "skip")
    (task,) = exported(ctx, team.admin, project.id)
    assert "segmentations" not in task


def test_tasks_stand_in_code_point_order_of_names_across_all_states(ctx: Context, team: Team) -> None:
    names = ("z.png", "É.png", "a.png", "Z.png", "a10.png", "a2.png", "\U0001d538.png", "ﬀ.png")
    project = make_project(ctx, team.admin, media=names)
    states = ["COMPLETED", "SKIPPED", "REVIEWED"]
    set_states(ctx, {task_id: states[i % 3] for i, task_id in enumerate(project.task_ids.values())})

    found = [task["external_media_ID"] for task in exported(ctx, team.admin, project.id)]

    assert found == sorted(names)


def test_finished_states_are_the_default_and_any_state_may_be_asked_for(ctx: Context, team: Team) -> None:
    names = {f"{state.lower()}.png": state.value for state in tasks.TaskState}
    project = make_project(ctx, team.admin, media=tuple(names))
    set_states(ctx, {project.task_ids[name]: state for name, state in names.items()})

    def found(**options) -> set[str]:
        return {task["status"] for task in exported(ctx, team.admin, project.id, **options)}

    assert found() == {"completed", "skipped", "reviewed"}
    assert found(status=["reviewed_skip", "BACKLOG"]) == {"reviewed_skip", "backlog"}
    assert found(status=list(tasks.TaskState)) == {state.lower() for state in tasks.TaskState}


def test_deleted_media_are_not_exported(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, media=("a.png", "b.png"))
    set_states(ctx, dict.fromkeys(project.task_ids.values(), "COMPLETED"))
    (first, second) = exported(ctx, team.admin, project.id)

    media.delete_media(ctx, team.admin, [first["internal_media_ID"]])

    assert exported(ctx, team.admin, project.id) == [second]


def test_integer_coordinates_round_half_away_from_zero(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    edge = annotation(ctx, project.class_id("quay_edge"), Line(((0.5, 1.5), (12.49, 40.999))))
    save(ctx, team.admin, project.task_id, created=(edge,))
    tasks.move_task(ctx, team.admin, project.task_id, "skip")

    (task,) = exported(ctx, team.admin, project.id, coordinates="integer")

    assert task["labels"]["quay_edge"][0]["geometry"] == [{"x": 1, "y": 2}, {"x": 12, "y": 41}]


def test_include_adds_keys_behind_the_plain_ones_and_changes_nothing_else(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    crane = annotation(ctx, project.class_id("crane"), comment="bent")
    hook = annotation(ctx, project.class_id("crane", "hook"), Point(5, 6), parent_id=crane.id)
    save(ctx, team.admin, project.task_id, created=(crane, hook))
    tasks.complete_task(ctx, team.admin, project.task_id)
    (plain,) = exported(ctx, team.admin, project.id)

    (full,) = exported(
        ctx, team.admin, project.id, include=["media", "ids", "provenance", "comments", "timing", "review"]
    )

    assert list(full) == [*plain, "media", "timing", "review"]
    assert full["media"].keys() == {"width", "height", "sha256", "size", "type"}
    assert (full["media"]["width"], full["media"]["height"], full["media"]["type"]) == (64, 48, "image/png")
    assert full["review"] == {"reviewed": False, "comment": None}
    assert full["timing"].keys() == {"created_at", "changed_at", "labels_changed_at"}
    (shown,) = full["labels"]["crane"]
    assert shown["id"] == crane.id
    assert shown["provenance"]["source"] == "user"
    assert shown["provenance"]["created_by"] == team.admin.id
    (nested,) = shown["nested_geometries"]["hook"]
    assert nested["id"] == hook.id
    assert (shown["comment"], nested["comment"]) == ("bent", None)
    without = [{k: v for k, v in o.items() if k not in {"id", "provenance", "comment"}} for o in (shown, nested)]
    without[0]["nested_geometries"] = {"hook": [without[1]]}
    assert without[0] == plain["labels"]["crane"][0]


def test_labels_of_an_older_configuration_are_exported_as_the_new_one_has_them(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, classes=(*HARBOUR_CLASSES, option("weather", "sun", "rain")))
    ship = annotation(ctx, project.class_id("ship"), Polygon(SQUARE[:3]))
    save(ctx, team.admin, project.task_id, created=(ship,), set_answers={project.class_id("weather"): "rain"})
    tasks.complete_task(ctx, team.admin, project.task_id)
    renamed = tuple(
        msgspec.structs.replace(c, key="vessel") if c.key == "ship" else c for c in project.configuration.classes[:-1]
    )
    configurations.save_configuration(ctx, team.admin, project.id, renamed, confirm=True)
    fresh = export_bytes(ctx, team.admin, project.id)
    make_stale(ctx, project.task_id)

    assert export_bytes(ctx, team.admin, project.id) == fresh
    (task,) = json.loads(fresh)[1:]
    assert list(task["labels"]) == ["vessel"]
    assert task["global_classifications"] == {}


def make_stale(ctx: Context, task_id: str) -> None:
    """Put a row's ready bytes back to an older configuration, as while a large project is being rewritten."""
    own = t.label_document.c.task_id == task_id
    stale = {"configuration_revision": -1, "export": b"old bytes", "segmentation_keys": b'["gone"]'}
    ctx.db.write(lambda conn: conn.execute(update(t.label_document).where(own).values(**stale)))


def test_an_export_is_one_moment_of_the_database(ctx: Context, team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    names = tuple(f"{n:03}.png" for n in range(40))
    project = make_project(ctx, team.admin, media=names)
    set_states(ctx, dict.fromkeys(project.task_ids.values(), "COMPLETED"))
    before = export_bytes(ctx, team.admin, project.id)
    lines = exports._lines
    read_first, changed = threading.Event(), threading.Event()

    def paused(*given):
        for line in lines(*given):
            read_first.set()
            assert changed.wait(60)
            yield line

    monkeypatch.setattr(exports, "_lines", paused)
    export = exports.open_export(ctx, team.admin, project.id, ExportOptions(), base_url=BASE_URL)
    export.start()
    assert read_first.wait(60)
    for task_id in project.task_ids.values():
        save(ctx, team.admin, task_id, created=(annotation(ctx, project.class_id("crane")),))
    changed.set()
    assert b"".join(export) == before
    export.close()
    monkeypatch.undo()
    assert export_bytes(ctx, team.admin, project.id) != before


def test_an_error_while_reading_reaches_the_consumer(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, media=("a.png", "b.png"))
    set_states(ctx, dict.fromkeys(project.task_ids.values(), "COMPLETED"))
    damaged = project.task_ids["b.png"]
    save(ctx, team.admin, damaged, created=(annotation(ctx, project.class_id("crane")),))
    broken = {"configuration_revision": -1, "document": b"{"}
    ctx.db.write(
        lambda conn: conn.execute(update(t.label_document).where(t.label_document.c.task_id == damaged).values(broken))
    )
    with pytest.raises(msgspec.DecodeError):
        export_bytes(ctx, team.admin, project.id)


def test_the_summary_counts_what_an_export_would_hold_and_says_why_nothing(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin, media=("a.png", "b.png"))
    empty = exports.summarise(ctx, team.admin, project.id, ExportOptions())
    assert (empty.tasks, empty.exportable) == (0, False)
    assert empty.reason == "No task is completed, skipped or reviewed yet. Complete or skip a task first."

    tasks.move_task(ctx, team.admin, project.task_id, "skip")

    full = exports.summarise(ctx, team.admin, project.id, ExportOptions())
    assert (full.tasks, full.exportable, full.reason) == (1, True, None)
    assert (full.by_state["SKIPPED"], full.by_state["WAITING"]) == (1, 1)


def test_labelers_may_not_export_and_strangers_find_nothing(ctx: Context, team: Team) -> None:
    project = make_project(ctx, team.admin)
    stranger = make_team(ctx, "Elsewhere").admin
    with pytest.raises(Forbidden):
        export_bytes(ctx, team.labeler, project.id)
    with pytest.raises(NotFound):
        export_bytes(ctx, stranger, project.id)


@pytest.mark.parametrize("options", [{"status": ["done"]}, {"include": ["names"]}, {"coordinates": "rounded"}])
def test_unknown_options_are_refused_by_name(options) -> None:
    (field,) = options
    with pytest.raises(Invalid) as refusal:
        exports.parse_options(**options)
    assert refusal.value.issues[0].pointer == f"/{field}"


@pytest.mark.parametrize(
    ("project", "expected"),
    [
        ("Harbour crane", "harbour-crane_20240610T061320Z.json"),
        ("Größe 東京", "größe-東京_20240610T061320Z.json"),
        ("...", "project_20240610T061320Z.json"),
    ],
)
def test_the_download_is_named_after_the_project_and_the_time(project: str, expected: str) -> None:
    assert exports.file_name(project, 1_718_000_000_000) == expected
