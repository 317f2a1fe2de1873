"""The published schema fits what is exported, and nothing else."""

import copy
import json
from pathlib import Path

import jsonschema_rs
import pytest

from labelwright.formats.export_schema import export_schema
from labelwright.model.geometry import ImageSegmentation, Line, Point, Polygon
from labelwright.services import tasks
from labelwright.services.context import Context
from tests.builders import Team, annotation, make_project, save
from tests.native import export_bytes

SQUARE = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0), (10.0, 40.0))
PUBLISHED = Path(__file__).parents[2] / "schema" / "export.schema.json"


@pytest.fixture(scope="module")
def schema() -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(export_schema())


@pytest.fixture
def everything(ctx: Context, team: Team) -> list:
    """An export with every kind, nested ones, answers, and everything that can be included."""
    project = make_project(ctx, team.admin, media=("a.png", "b.png"))
    crane = annotation(
        ctx,
        project.class_id("crane"),
        answers={
            project.class_id("crane", "crane_type"): None,
            project.class_id("crane", "defects"): ("rust", "crack"),
        },
    )
    drawn = (
        crane,
        annotation(ctx, project.class_id("crane", "hook"), Point(5, 6), parent_id=crane.id),
        annotation(ctx, project.class_id("quay_edge"), Line(SQUARE[:2])),
        annotation(ctx, project.class_id("ship"), Polygon(SQUARE)),
        annotation(ctx, project.class_id("water"), ImageSegmentation((SQUARE, SQUARE[:3]))),
    )
    answers = {project.class_id("surface"): "wet", project.class_id("surface", "puddles"): ("small",)}
    save(ctx, team.admin, project.task_ids["a.png"], created=drawn, set_answers=answers)
    tasks.complete_task(ctx, team.admin, project.task_ids["a.png"])
    tasks.move_task(ctx, team.admin, project.task_ids["b.png"], "skip")
    include = ["media", "ids", "provenance", "comments", "timing", "review"]
    return json.loads(export_bytes(ctx, team.admin, project.id, include=include))


def test_the_committed_schema_is_the_one_of_the_code() -> None:
    assert json.loads(PUBLISHED.read_text(encoding="utf-8")) == export_schema()


def test_the_schema_is_itself_valid() -> None:
    assert jsonschema_rs.meta.is_valid(export_schema())


def test_an_empty_and_a_full_export_are_valid(schema, everything) -> None:
    assert schema.is_valid([])
    assert [error.message for error in schema.iter_errors(everything)] == []


def _break_overview(file) -> None:
    file[0]["label_classes"][0]["geometry_type"] = "circle"


def _leave_out_the_tasks(file) -> None:
    del file[1:]


def _repeat_the_overview(file) -> None:
    file.append(file[0])


def _name_a_state_in_capitals(file) -> None:
    file[1]["status"] = "COMPLETED"


def _leave_out_labels(file) -> None:
    del file[1]["labels"]


def _add_a_key(file) -> None:
    file[1]["labels"]["crane"][0]["colour"] = "red"


def _write_a_coordinate_as_text(file) -> None:
    file[1]["labels"]["ship"][0]["geometry"][0]["x"] = "10"


def _answer_without_a_list(file) -> None:
    file[1]["global_classifications"]["surface"] = "wet"


def _begin_an_answer_with_a_child(file) -> None:
    file[1]["global_classifications"]["surface"].pop(0)


def _name_two_children_in_one_object(file) -> None:
    file[1]["global_classifications"]["surface"][1]["depth"] = ["1"]


def _empty_a_nested_list(file) -> None:
    file[1]["labels"]["crane"][0]["nested_geometries"] = {}


def _nest_twice(file) -> None:
    (hook,) = file[1]["labels"]["crane"][0]["nested_geometries"]["hook"]
    hook["nested_geometries"] = {"hook": [copy.deepcopy(hook)]}


@pytest.mark.parametrize(
    "spoil",
    [
        _break_overview,
        _leave_out_the_tasks,
        _repeat_the_overview,
        _name_a_state_in_capitals,
        _leave_out_labels,
        _add_a_key,
        _write_a_coordinate_as_text,
        _answer_without_a_list,
        _begin_an_answer_with_a_child,
        _name_two_children_in_one_object,
        _empty_a_nested_list,
        _nest_twice,
    ],
)
def test_a_file_with_one_thing_wrong_is_invalid(schema, everything, spoil) -> None:
    spoil(everything)
    assert not schema.is_valid(everything)
