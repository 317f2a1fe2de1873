"""Labels by file from old clients: what is taken, what is refused, and that a refusal changes nothing."""

import json
from typing import Any

import pytest
from starlette.testclient import TestClient

from labelwright.model.document import Document
from labelwright.model.geometry import ImageSegmentation, Line, Polygon, Rectangle
from labelwright.services import labels, tasks
from labelwright.services.context import Context
from tests.builders import Project, Team, make_project
from tests.native import ALL_STATES, exported
from tests.v1.refusals import refused

MISSING = "01900000-0000-7000-8000-000000000000"
BOX = {"x": 1, "y": 2, "w": "10", "h": 8.5}
TRIANGLE = [{"x": 1, "y": 1}, {"x": 9, "y": 1}, {"x": 5, "y": 9}]


class File:
    """Imports items about the one medium of a project."""

    def __init__(self, ctx: Context, v1: TestClient, project: Project, team: Team) -> None:
        self.ctx, self.v1, self.project, self.team = ctx, v1, project, team
        self.medium = v1.get(f"dataset/{project.dataset_id}").json()["media"][0]["id"]

    def post(self, *items: dict[str, Any]):
        return self.v1.post(f"project/{self.project.id}/prediction", json=list(items))

    def item(self, **fields: Any) -> dict[str, Any]:
        return {"internal_media_ID": self.medium, **fields}

    def labels(self, **labels: Any):
        return self.post(self.item(labels=labels))

    def answers(self, **answers: Any):
        return self.post(self.item(global_classifications=answers))

    @property
    def document(self) -> Document:
        with self.ctx.db.read() as conn:
            return labels.load(conn, self.project.task_id, self.project.configuration).document


@pytest.fixture
def file(ctx: Context, v1: TestClient, project: Project, team: Team) -> File:
    return File(ctx, v1, project, team)


def fine(answer: Any) -> None:
    assert (answer.status_code, answer.json()) == (200, {"errorMessages": ""}), answer.text


def test_labels_and_nested_answers_are_imported_and_the_task_is_marked(file: File) -> None:
    hook = {"point": [{"x": 5, "y": 6}], "classifications": {"hook_state": ["open"]}}
    crane = {
        "rectangle": [BOX],
        "classifications": {"crane_type": ["gantry"], "defects": ["rust", "crack", {"defect_note": ["left leg"]}]},
        "nested_geometries": {"hook": [hook]},
    }
    answers = {"surface": ["wet", {"puddles": ["small", "large"]}]}
    fine(file.post(file.item(labels={"crane": [crane]}, global_classifications=answers)))

    (task,) = file.v1.get(f"task/{file.project.id}/list").json()
    assert (task["hasJsonUpload"], task["labelTaskState"], task["labeler"]) == (True, "WAITING", None)
    (shown,) = exported(file.ctx, file.team.admin, file.project.id, status=ALL_STATES)
    assert shown["global_classifications"] == answers
    assert shown["labels"]["crane"] == [
        {
            "geometry": [{"x": 1, "y": 2, "w": 10, "h": 8.5}],
            "classifications": crane["classifications"],
            "nested_geometries": {"hook": [{"geometry": hook["point"], "classifications": {"hook_state": ["open"]}}]},
        }
    ]


@pytest.mark.parametrize("shape", ["geometry", "own name"])
def test_geometries_are_called_geometry_or_by_their_type(file: File, shape: str) -> None:
    def named(kind: str, value: Any) -> list[Any]:
        return [{kind if shape == "own name" else "geometry": value}]

    fine(
        file.labels(
            crane=named("rectangle", [BOX]),
            quay_edge=named("line", TRIANGLE[:2]),
            ship=named("polygon", TRIANGLE),
            water=named("image_segmentation", [TRIANGLE, [{"x": 4, "y": 2}, {"x": 6, "y": 2}, {"x": 5, "y": 4}]]),
        )
    )
    triangle = ((1, 1), (9, 1), (5, 9))
    assert {a.geometry for a in file.document.annotations} == {
        Rectangle(1, 2, 10, 8.5),
        Line(triangle[:2]),
        Polygon(triangle),
        ImageSegmentation((triangle, ((4, 2), (6, 2), (5, 4)))),
    }


def test_existing_labels_stay_unless_the_file_says_otherwise(file: File) -> None:
    crane = {"crane": [{"geometry": [BOX]}]}
    fine(file.labels(**crane))
    fine(file.labels(**crane))
    assert len(file.document.annotations) == 2
    fine(file.post(file.item(labels=crane, keepData=False)))
    assert len(file.document.annotations) == 1


def test_answers_are_overwritten_but_a_null_leaves_what_is_there(file: File) -> None:
    fine(file.answers(surface=["dry"]))
    fine(file.answers(surface=["wet"]))
    fine(file.answers(surface=[None, {"puddles": [None]}]))

    surface, puddles = file.project.class_id("surface"), file.project.class_id("surface", "puddles")
    assert file.document.answers == {surface: "wet", puddles: ()}


def test_points_beyond_the_picture_are_kept_and_counted(file: File) -> None:
    answer = file.labels(quay_edge=[{"line": [{"x": 0, "y": 0}, {"x": 1000, "y": 1000}]}])
    fine(answer)
    assert answer.headers["x-outside-picture"] == "1"
    assert len(file.document.annotations) == 1


def test_items_without_a_medium_are_passed_over(file: File) -> None:
    fine(file.post({"label_classes": []}, {"labels": {"crane": []}}))
    assert file.document == Document()


@pytest.mark.parametrize(
    ("labels", "key", "params"),
    [
        ({"boat": [{"geometry": [BOX]}]}, "ex_gen_wrong_entry_id", ["boat"]),
        ({"hook": [{"point": TRIANGLE[:1]}]}, "ex_gen_wrong_entry_id", ["hook"]),
        ({"surface": [{"classifications": {}}]}, "ex_gen_wrong_entry_id", ["surface"]),
        (
            {"crane": [{"geometry": [BOX], "classifications": {"surface": ["dry"]}}]},
            "ex_gen_wrong_entry_id",
            ["surface"],
        ),
        (
            {"crane": [{"geometry": [BOX], "nested_geometries": {"ship": [{"polygon": TRIANGLE}]}}]},
            "ex_gen_wrong_entry_id",
            ["ship"],
        ),
        (
            {"crane": [{"geometry": [BOX], "classifications": {"crane_type": ["balloon"]}}]},
            "ex_gen_wrong_entry_id",
            ["crane_type"],
        ),
        (
            {"crane": [{"geometry": [BOX], "classifications": {"defects": ["rust", {"defect_note": ["x" * 51]}]}}]},
            "ex_gen_wrong_entry_id",
            ["defect_note"],
        ),
        ({"ship": [{"geometry": [BOX]}]}, "ex_gen_entry_value_validation", ["POLYGON"]),
        ({"ship": [{"line": TRIANGLE}]}, "ex_gen_entry_value_validation", ["POLYGON"]),
        ({"ship": [{"geometry": TRIANGLE[:2]}]}, "ex_gen_entry_value_validation", ["POLYGON"]),
        ({"ship": [{"classifications": {}}]}, "ex_gen_entry_value_validation", ["POLYGON"]),
        ({"crane": [{"polygon": TRIANGLE}]}, "ex_gen_entry_type_not_found", ["RECTANGLE"]),
        ({"crane": [{"rectangle": [{**BOX, "angle": 3}]}]}, "ex_gen_entry_type_not_found", ["RECTANGLE"]),
        ({"water": [{"polygon": TRIANGLE}]}, "ex_gen_entry_type_not_found", ["IMAGE_SEGMENTATION"]),
        ({"water": [{"geometry": TRIANGLE}]}, "ex_gen_entry_type_not_found", ["IMAGE_SEGMENTATION"]),
        (
            {"crane": [{"geometry": [BOX], "nested_geometries": {"hook": [{"geometry": TRIANGLE}]}}]},
            "ex_gen_entry_value_validation",
            ["POINT"],
        ),
    ],
)
def test_what_does_not_fit_is_refused_whole(file: File, labels: Any, key: str, params: list[str]) -> None:
    answer = file.post(file.item(labels={"crane": [{"geometry": [BOX]}]}), file.item(labels=labels))
    assert refused(answer) == (500, key, params)
    assert answer.json()["msg"].startswith("/1/labels/")
    assert file.document == Document()


def test_a_wrong_answer_is_named_with_its_options(file: File) -> None:
    answer = file.answers(surface=["muddy"])
    assert refused(answer) == (500, "ex_gen_wrong_entry_id", ["surface"])
    assert "“muddy” is not an option of “surface”: dry, wet." in answer.json()["msg"]
    assert refused(file.answers(colour=["red"])) == (500, "ex_gen_wrong_entry_id", ["colour"])


def test_a_medium_that_is_no_task_is_refused(file: File) -> None:
    answer = file.post({"internal_media_ID": MISSING, "labels": {}})
    assert refused(answer) == (500, "ex_gen_json_upload_not_found_task", [])
    assert MISSING in answer.json()["msg"]


def test_an_unknown_project_and_one_without_classes_are_refused(
    ctx: Context, v1: TestClient, file: File, team: Team
) -> None:
    assert refused(v1.post(f"project/{MISSING}/prediction", json=[{}])) == (
        404,
        "ex_notfound",
        ["Project", "id", MISSING],
    )
    bare = make_project(ctx, team.admin, name="Bare", classes=())
    assert refused(v1.post(f"project/{bare.id}/prediction", json=[{}]))[1] == "ex_gen_wrong_entry_id"


def test_an_export_imports_into_an_empty_copy_and_exports_the_same(ctx: Context, file: File, team: Team) -> None:
    water = [{"geometry": [TRIANGLE]}]
    crane = {"geometry": [BOX], "classifications": {"defects": [None, {"defect_note": ["x"]}]}}
    fine(file.post(file.item(labels={"crane": [crane], "water": water}, global_classifications={"surface": [None]})))
    tasks.complete_task(ctx, team.admin, file.project.task_id)
    (before,) = exported(ctx, team.admin, file.project.id)

    fine(file.post({"label_classes": []}, before | {"keepData": False}))

    assert exported(ctx, team.admin, file.project.id) == [before]
    assert json.dumps(before["labels"]) == json.dumps(exported(ctx, team.admin, file.project.id)[0]["labels"])
