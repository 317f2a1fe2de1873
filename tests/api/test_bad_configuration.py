"""Label configurations that must not be saved: each is refused with the place and the rule, and nothing changes."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from labelwright.services.context import Context
from tests.builders import Project, Team, annotation, make_project, save

GEOMETRY = {"key": "car", "name": "Car", "type": "polygon"}
QUESTION = {"key": "make", "name": "Make", "type": "option", "options": [{"key": "a", "name": "A"}]}


def _g(key: str = "car", **fields: Any) -> dict[str, Any]:
    return {**GEOMETRY, "key": key, **fields}


def _q(key: str = "make", **fields: Any) -> dict[str, Any]:
    return {**QUESTION, "key": key, **fields}


def _deep(levels: int) -> dict[str, Any]:
    here = _q(f"q{levels}")
    for level in range(levels - 1, 0, -1):
        here = _q(f"q{level}", children=[here])
    return here


BAD = {
    "the same key twice at the root": ([_g(), _q("car")], "/classes/1/key", "duplicate_key"),
    "keys that differ in case only": ([_g("Car"), _g("cAR")], "/classes/1/key", "duplicate_key"),
    "the same key twice in one tree": ([_g(children=[_q("car")])], "/classes/0/children/0/key", "duplicate_key"),
    "a dot in a key": ([_g("a.b")], "/classes/0/key", "invalid_key"),
    "an umlaut in a key": ([_g("größe")], "/classes/0/key", "invalid_key"),
    "an empty key": ([_g("")], "/classes/0/key", "invalid_key"),
    "a key of 57 characters": ([_g("k" * 57)], "/classes/0/key", "invalid_key"),
    "a word of the export format": ([_g("geometry")], "/classes/0/key", "forbidden_key"),
    "a word of the export format in capitals": ([_g("Classifications")], "/classes/0/key", "forbidden_key"),
    "an empty name": ([_g(name="")], "/classes/0/name", "invalid_name"),
    "a name of 57 characters": ([_g(name="n" * 57)], "/classes/0/name", "invalid_name"),
    "a line break in a name": ([_g(name="a\nb")], "/classes/0/name", "invalid_name"),
    "level five": ([_deep(5)], "/classes/0/children/0/children/0/children/0/children/0", "too_deep"),
    "a child of a segmentation": (
        [_g(type="image_segmentation", children=[_q()])],
        "/classes/0/children/0",
        "wrong_place",
    ),
    "a nested segmentation": (
        [_g(children=[_g("s", type="image_segmentation")])],
        "/classes/0/children/0",
        "wrong_place",
    ),
    "a geometry under a classification": ([_q(children=[_g()])], "/classes/0/children/0", "wrong_place"),
    "a geometry nested twice": (
        [_g(children=[_g("b", children=[_g("c")])])],
        "/classes/0/children/0/children/0",
        "wrong_place",
    ),
    "an id of nobody": ([_g(id="01900000-0000-7000-8000-000000000000")], "/classes/0/id", "unknown_id"),
    "an option class without options": ([_q(options=[])], "/classes/0/options", "wrong_option_count"),
    "an option key twice": (
        [_q(options=[{"key": "a", "name": "A"}, {"key": "a", "name": "B"}])],
        "/classes/0/options/1/key",
        "duplicate_key",
    ),
    "10,000 options": (
        [_q(options=[{"key": f"k{n}", "name": "A"} for n in range(10_000)])],
        "/classes/0/options",
        "wrong_option_count",
    ),
    "a text of length 0": (
        [{"key": "t", "name": "T", "type": "free_text", "maxLength": 0}],
        "/classes/0/maxLength",
        None,
    ),
    "a text of length 256": (
        [{"key": "t", "name": "T", "type": "free_text", "maxLength": 256}],
        "/classes/0/maxLength",
        "invalid_length",
    ),
    "a text without length": (
        [{"key": "t", "name": "T", "type": "free_text"}],
        "/classes/0/maxLength",
        "invalid_length",
    ),
    "a length in words": (
        [{"key": "t", "name": "T", "type": "free_text", "maxLength": "ten"}],
        "/classes/0/maxLength",
        None,
    ),
    "a shortcut twice": (
        [_g(shortcut="3"), _g("b", shortcut="3")],
        "/classes/1/shortcut",
        "duplicate_shortcut",
    ),
    "a letter as shortcut": ([_g(shortcut="a")], "/classes/0/shortcut", "invalid_shortcut"),
    "two digits as shortcut": ([_g(shortcut="10")], "/classes/0/shortcut", "invalid_shortcut"),
    "a type that is not there": ([_g(type="circle")], "/classes/0/type", "unknown_type"),
    "the former type": ([_q(type="RADIO")], "/classes/0/type", "unknown_type"),
    "a colour by name": ([_g(color="red")], "/classes/0/color", "invalid_color"),
    "a colour that is a script": ([_g(color="javascript:alert(1)")], "/classes/0/color", "invalid_color"),
    "a colour that is cut": ([_g(color="#12")], "/classes/0/color", "invalid_color"),
    "501 classes": ([_g(f"k{n}") for n in range(501)], "/classes", "too_many_classes"),
    "a field that is not there": ([_g(colour="#123456")], "/classes/0", None),
}


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin)


def _url(project: Project) -> str:
    return f"/api/projects/{project.id}/configuration"


@pytest.mark.parametrize(("classes", "pointer", "code"), BAD.values(), ids=BAD.keys())
def test_a_configuration_that_breaks_a_rule_is_refused_with_its_place(
    client: TestClient, project: Project, classes: list[Any], pointer: str, code: str | None
) -> None:
    before = client.get(_url(project)).json()
    answer = client.put(_url(project), json={"classes": classes, "confirm": True})
    problem = answer.json()

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    found = {(error["pointer"], error["code"]) for error in problem["errors"]}
    assert (pointer, code) in found if code else pointer in {place for place, _ in found}
    assert client.get(_url(project)).json() == before


def test_a_class_cannot_change_its_type_or_its_parent(client: TestClient, project: Project) -> None:
    classes = client.get(_url(project)).json()["classes"]
    edge = next(c for c in classes if c["key"] == "quay_edge")
    crane = next(c for c in classes if c["key"] == "crane")

    retyped = client.put(_url(project), json={"classes": [{**edge, "type": "polygon"}], "confirm": True})
    moved = client.put(
        _url(project), json={"classes": [{**crane, "children": [{**edge, "key": "e"}]}], "confirm": True}
    )

    assert [e["code"] for e in retyped.json()["errors"]] == ["type_changed"]
    assert [e["code"] for e in moved.json()["errors"]] == ["parent_changed"]


def test_two_admins_who_save_at_once_do_not_overwrite_each_other(client: TestClient, project: Project) -> None:
    revision = client.get(_url(project)).json()["revision"]
    first = client.put(_url(project), json={"classes": [_g()], "revision": revision})
    second = client.put(_url(project), json={"classes": [_q()], "revision": revision})

    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (409, "configuration_conflict")
    assert second.json()["currentRevision"] == revision + 1


def test_taking_out_a_class_with_labels_asks_first_and_keeps_them_in_the_history(
    ctx: Context, team: Team, client: TestClient, project: Project
) -> None:
    save(ctx, team.admin, project.task_id, created=(annotation(ctx, project.class_id("crane")),))
    classes = [c for c in client.get(_url(project)).json()["classes"] if c["key"] != "crane"]

    asked = client.put(_url(project), json={"classes": classes})
    assert (asked.status_code, asked.json()["code"]) == (409, "confirmation_needed")
    (removed,) = [c for c in asked.json()["effects"]["removedClasses"] if c["key"] == "crane"]
    assert (removed["annotations"], removed["tasks"]) == (1, 1)

    assert client.put(_url(project), json={"classes": classes, "confirm": True}).status_code == 200
    opened = client.get(f"/api/tasks/{project.task_id}").json()
    history = client.get(f"/api/tasks/{project.task_id}/history").json()["items"]
    assert opened["document"]["annotations"] == []
    assert [(entry["source"], entry["deleted"]) for entry in history] == [("configuration", 1), ("user", 0)]


def test_a_configuration_file_comes_back_as_it_went(
    client: TestClient, project: Project, ctx: Context, team: Team
) -> None:
    written = client.get(f"{_url(project)}/file")
    other = make_project(ctx, team.admin, name="Copy", classes=())
    read = client.post(f"{_url(other)}/file", content=written.content)
    again = client.get(f"{_url(other)}/file")

    assert read.status_code == 200, read.text
    assert again.content == written.content
    assert client.post(f"{_url(other)}/file", content=written.content).json()["code"] == "configuration_not_empty"
