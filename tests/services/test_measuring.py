"""What is measured of labels in the background changes how long an export takes, and nothing else."""

import pytest
from sqlalchemy import delete, select, update

from labelwright.db import tables as t
from labelwright.exchange.columns import MEASURES, columns_of
from labelwright.model.geometry import Point, Polygon
from labelwright.services import configurations, export_work, label_exports, measuring, tasks
from labelwright.services.context import Context
from labelwright.services.export_snapshot import frames
from labelwright.services.label_exports import Wanted
from tests.builders import Project, Team, annotation, make_project, rectangle, save


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    """Three pictures: two cranes and a ship, a crane with a hook (which is nested), and nothing."""
    made = make_project(ctx, team.admin, media=("a.png", "b.png", "c.png"))
    cranes = [annotation(ctx, made.class_id("crane"), rectangle(at, 2, 3.5, 4), z=int(at)) for at in (0.25, 8)]
    ship = annotation(ctx, made.class_id("ship"), Polygon(((1, 1), (10, 1), (1, 10))))
    save(ctx, team.admin, made.task_ids["a.png"], created=(*cranes, ship))
    crane = annotation(ctx, made.class_id("crane"))
    hook = annotation(ctx, made.class_id("crane", "hook"), Point(3, 4), parent_id=crane.id)
    save(ctx, team.admin, made.task_ids["b.png"], created=(crane, hook))
    for name in ("a.png", "b.png"):
        tasks.complete_task(ctx, team.admin, made.task_ids[name])
    return made


def known(ctx: Context, project: Project) -> dict[str, list[str]]:
    """The measures that an export would be given, by the name of the picture."""
    with ctx.db.read() as conn:
        now = configurations.of_project(conn, project.id)
        found = {frame.medium.name: frame.rows for frame in frames(conn, now)}
    cells = {name: bytes(columns_of(rows).text(MEASURES)) if rows else b"" for name, rows in found.items()}
    return {name: text.decode().split() for name, text in cells.items()}


def archive(ctx: Context, team: Team, project: Project, form: str) -> bytes:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format=form))
    assert export_work.write_next(ctx)
    assert label_exports.get_export(ctx, team.admin, asked["id"])["state"] == "done"
    return label_exports.archive_path(ctx, asked["id"]).read_bytes()


def test_shapes_are_measured_once_and_only_plain_ones(ctx: Context, project: Project) -> None:
    assert known(ctx, project) == {"a.png": [], "b.png": [], "c.png": []}
    assert measuring.measure_next(ctx)
    assert known(ctx, project) == {
        "a.png": ["0.25,2,3.5,4;14", "8,2,3.5,4;14", "1,1,9,9;40.5"],
        "b.png": [],
        "c.png": [],
    }
    assert not measuring.measure_next(ctx)


@pytest.mark.parametrize("form", ["coco", "yolo", "yolo-seg", "voc"])
def test_an_archive_is_the_same_whether_its_shapes_were_measured_before(
    ctx: Context, team: Team, project: Project, form: str
) -> None:
    before = archive(ctx, team, project, form)
    measuring.measure_next(ctx)
    assert archive(ctx, team, project, form) == before


def test_labels_that_are_changed_are_measured_again(ctx: Context, team: Team, project: Project) -> None:
    measuring.measure_next(ctx)
    tasks.move_task(ctx, team.admin, project.task_ids["a.png"], "reopen")
    crane = annotation(ctx, project.class_id("crane"), rectangle(1, 1, 2, 2))
    save(ctx, team.admin, project.task_ids["a.png"], created=(crane,), revision=1)
    assert known(ctx, project)["a.png"] == []
    assert measuring.measure_next(ctx)
    assert known(ctx, project)["a.png"][-1] == "1,1,2,2;4"


def test_labels_that_a_configuration_takes_something_from_are_measured_again(
    ctx: Context, team: Team, project: Project
) -> None:
    measuring.measure_next(ctx)
    classes = tuple(c for c in project.configuration.classes if c.key != "ship")
    configurations.save_configuration(ctx, team.admin, project.id, classes, confirm=True)
    assert known(ctx, project)["a.png"] in ([], ["0.25,2,3.5,4;14", "8,2,3.5,4;14"])
    measuring.measure_next(ctx)
    assert known(ctx, project)["a.png"] == ["0.25,2,3.5,4;14", "8,2,3.5,4;14"]


def test_what_an_older_rule_measured_does_not_count(ctx: Context, project: Project) -> None:
    measuring.measure_next(ctx)
    ctx.db.write(lambda conn: conn.execute(update(t.label_measure).values(rule=0, rows=b"0,0,0,0;0")))
    assert known(ctx, project)["a.png"] == []
    assert measuring.measure_next(ctx)
    assert known(ctx, project)["a.png"][0] == "0.25,2,3.5,4;14"


def test_measures_go_with_their_task(ctx: Context, project: Project) -> None:
    measuring.measure_next(ctx)
    ctx.db.write(lambda conn: conn.execute(delete(t.task).where(t.task.c.project_id == project.id)))
    with ctx.db.read() as conn:
        assert conn.execute(select(t.label_measure)).all() == []
