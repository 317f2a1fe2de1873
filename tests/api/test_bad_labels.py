"""Labels that must not be stored: each save is refused with the place and the rule, and nothing of it is kept."""

from collections.abc import Callable
from typing import Any

import pytest
from starlette.testclient import TestClient

from labelwright.services.context import Context
from tests.builders import Project, Team, make_project

Made = Callable[[Project, str], dict[str, Any]]
BOX = {"kind": "rectangle", "x": 1, "y": 2, "w": 10, "h": 8}


def _annotation(class_path: tuple[str, ...], geometry: Any, **fields: Any) -> Made:
    def make(project: Project, annotation_id: str) -> dict[str, Any]:
        named = {"id": annotation_id, "classId": project.class_id(*class_path), "geometry": geometry}
        return {"created": [{**named, **fields}]}

    return make


def _crane(**fields: Any) -> Made:
    return _annotation(("crane",), BOX, **fields)


def _ship(points: Any) -> Made:
    return _annotation(("ship",), {"kind": "polygon", "points": points})


def _water(rings: Any) -> Made:
    return _annotation(("water",), {"kind": "image_segmentation", "rings": rings})


def _answered(*path: str, value: Any) -> Made:
    def make(project: Project, annotation_id: str) -> dict[str, Any]:
        crane = {"id": annotation_id, "classId": project.class_id("crane"), "geometry": BOX}
        return {"created": [{**crane, "answers": {project.class_id(*path): value}}]}

    return make


SQUARE = [[1, 1], [9, 1], [9, 9], [1, 9]]
GEOMETRY = "/created/0/geometry"

BAD: dict[str, tuple[Made, str, str | None]] = {
    "a polygon for a rectangle class": (
        _annotation(("crane",), {"kind": "polygon", "points": SQUARE}),
        GEOMETRY,
        "wrong_geometry",
    ),
    "an unknown kind": (_annotation(("crane",), {"kind": "circle"}), GEOMETRY, None),
    "no kind": (_annotation(("crane",), {"x": 1, "y": 1, "w": 2, "h": 2}), GEOMETRY, None),
    "a missing coordinate": (_annotation(("crane",), {"kind": "rectangle", "x": 1, "y": 1, "w": 2}), GEOMETRY, None),
    "a third coordinate": (_ship([[1, 2, 3], [2, 2], [3, 3]]), f"{GEOMETRY}/points/0", None),
    "a coordinate that is null": (_ship([[None, 2], [2, 2], [3, 3]]), f"{GEOMETRY}/points/0/0", None),
    "a coordinate that is a text": (_ship([["1", 2], [2, 2], [3, 3]]), f"{GEOMETRY}/points/0/0", None),
    "a coordinate that is true": (_ship([[True, 2], [2, 2], [3, 3]]), f"{GEOMETRY}/points/0/0", None),
    "one pixel outside": (
        _annotation(("crane",), {**BOX, "x": 55}),
        GEOMETRY,
        "outside_picture",
    ),
    "below zero": (_annotation(("crane",), {**BOX, "x": -0.5}), GEOMETRY, "outside_picture"),
    "far too large": (_annotation(("crane",), {**BOX, "x": 1e300}), GEOMETRY, "out_of_range"),
    "a rectangle without width": (_annotation(("crane",), {**BOX, "w": 0}), GEOMETRY, "no_size"),
    "a rectangle of negative height": (_annotation(("crane",), {**BOX, "h": -3}), GEOMETRY, "no_size"),
    "a polygon of two points": (_ship([[1, 1], [2, 2]]), f"{GEOMETRY}/points", "too_few_points"),
    "a polygon on one line": (_ship([[1, 1], [2, 2], [3, 3]]), f"{GEOMETRY}/points", "no_area"),
    "a polygon of 10,001 points": (
        _ship([[1, n / 1000] for n in range(10_001)]),
        f"{GEOMETRY}/points",
        "too_many_points",
    ),
    "a line of one point": (
        _annotation(("quay_edge",), {"kind": "line", "points": [[1, 1]]}),
        f"{GEOMETRY}/points",
        "too_few_points",
    ),
    "a segment without outline": (_water([]), f"{GEOMETRY}/rings", "too_few_points"),
    "a hole of two points": (_water([SQUARE, [[2, 2], [3, 3]]]), f"{GEOMETRY}/rings/1", "too_few_points"),
    "an option that is not there": (
        _answered("crane", "crane_type", value="wett"),
        "/created/0/answers",
        "unknown_option",
    ),
    "two answers to an option": (
        _answered("crane", "crane_type", value=["mobile", "tower"]),
        "/created/0/answers",
        "wrong_answer",
    ),
    "an option ticked twice": (
        _answered("crane", "defects", value=["rust", "rust"]),
        "/created/0/answers",
        "duplicate_option",
    ),
    "a text that is too long": (
        _answered("crane", "defects", "defect_note", value="x" * 51),
        "/created/0/answers",
        "too_long",
    ),
    "a number as answer": (_answered("crane", "crane_type", value=3), "/created/0/answers", None),
    "a question of the medium under a geometry": (
        _answered("surface", value="wet"),
        "/created/0/answers",
        "wrong_parent",
    ),
    "a nested class at the root": (
        _annotation(("crane", "hook"), {"kind": "point", "x": 1, "y": 1}),
        "/created/0/parentId",
        "wrong_parent",
    ),
    "a parent that is not there": (_crane(parentId="01900000-0000-7000-8000-000000000000"), "/created", "no_parent"),
    "an id that is no UUID": (
        lambda project, _: {"created": [{"id": "../x", "classId": project.class_id("crane"), "geometry": BOX}]},
        "/created/0/id",
        "invalid_id",
    ),
    "the same id twice": (
        lambda project, known: {
            "created": [{"id": known, "classId": project.class_id("crane"), "geometry": BOX} for _ in range(2)]
        },
        "/created/1/id",
        "duplicate_id",
    ),
    "a change of what is not there": (
        lambda project, known: {"updated": [{"id": known, "classId": project.class_id("crane"), "geometry": BOX}]},
        "/updated/0/id",
        "unknown_id",
    ),
    "a deletion of what is not there": (lambda _, known: {"deleted": [known]}, "/deleted/0", "unknown_id"),
    "a field that is not there": (_crane(colour="red"), "/created/0", None),
    "a comment of 129 characters": (_crane(comment="c" * 129), "/created/0/comment", "too_long"),
    "an unknown class": (
        lambda _, known: {
            "created": [{"id": known, "classId": "01900000-0000-7000-8000-000000000000", "geometry": BOX}]
        },
        "/created/0/classId",
        "unknown_class",
    ),
}


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin)


def _save(client: TestClient, project: Project, ctx: Context, fields: dict[str, Any]) -> Any:
    change = {"changeId": ctx.new_id(), "revision": 0, "configurationRevision": 1, **fields}
    return client.patch(f"/api/tasks/{project.task_id}/labels", json=change)


@pytest.mark.parametrize(("made", "pointer", "code"), BAD.values(), ids=BAD.keys())
def test_a_save_that_breaks_a_rule_is_refused_whole_with_its_place(
    ctx: Context, client: TestClient, project: Project, made: Made, pointer: str, code: str | None
) -> None:
    fields = made(project, ctx.new_id())
    good = {"id": ctx.new_id(), "classId": project.class_id("crane"), "geometry": BOX}
    fields["created"] = [*fields.get("created", []), good]
    answer = _save(client, project, ctx, fields)
    problem = answer.json()

    assert answer.status_code == 422, answer.text
    assert any(e["pointer"].startswith(pointer) and code in {None, e["code"]} for e in problem["errors"]), problem
    opened = client.get(f"/api/tasks/{project.task_id}").json()
    assert (opened["revision"], opened["document"]["annotations"]) == (0, [])


def test_the_border_is_inside_and_minus_zero_is_zero(ctx: Context, client: TestClient, project: Project) -> None:
    box = {"kind": "rectangle", "x": -0.0, "y": 0, "w": 64, "h": 48}
    answer = _save(client, project, ctx, _annotation(("crane",), box)(project, ctx.new_id()))
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 400),
        (b"   ", 400),
        (b"null", 422),
        (b"[]", 422),
        (b"{'changeId': 1}", 400),
        (b'{"changeId": "x", ', 400),
        (b'{"revision": NaN}', 400),
        (b'{"revision": 1e400}', 422),
        (b'{"changeId": "\xff"}', 400),
        (b"[" * 100_000, 400),
        (b'{"a":' * 100_000, 400),
        ('{"changeId": "x"}'.encode("utf-16"), 400),
        (b'{"revision": ' + b"9" * 5000 + b"}", 422),
    ],
)
def test_a_body_that_is_no_difference_is_refused_and_the_server_lives(
    client: TestClient, project: Project, raw: bytes, status: int
) -> None:
    answer = client.patch(f"/api/tasks/{project.task_id}/labels", content=raw)
    assert answer.status_code in {400, 422}, answer.text
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert client.get("/health").status_code == 200


def test_a_key_that_occurs_twice_is_refused(client: TestClient, project: Project, ctx: Context) -> None:
    raw = f'{{"changeId":"{ctx.new_id()}","revision":0,"configurationRevision":1,"deleted":[],"deleted":["x"]}}'
    answer = client.patch(f"/api/tasks/{project.task_id}/labels", content=raw.encode())
    assert answer.status_code == 400, answer.text
    assert "deleted" in answer.json()["detail"]
