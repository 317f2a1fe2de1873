"""Clearing and uploading label configurations."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from labelwright.services import tasks
from labelwright.services.context import Context
from tests.builders import Project, Team, annotation, make_project, save
from tests.v1.refusals import detail_of, refused

MISSING = "01900000-0000-7000-8000-000000000000"


def entry(kind: str, key: str, *children: Any, **fields: Any) -> dict[str, Any]:
    return {"type": kind, "entryKey": key, "entryValue": key.title(), "children": list(children), **fields}


def lamp(**fields: Any) -> dict[str, Any]:
    return entry("rectangle", "lamp", **fields)


@pytest.fixture
def empty(ctx: Context, team: Team) -> Project:
    return make_project(ctx, team.admin, classes=())


def upload(v1: TestClient, project: Project, *entries: dict[str, Any]):
    return v1.put(f"config/{project.configuration.id}", json=list(entries))


def test_an_upload_as_clients_write_it_is_taken_and_shown_whole(v1: TestClient, empty: Project) -> None:
    colours = {"traffic light": "traffic light", "Green": "Grün"}
    select = entry("select", "colour", entry("freetext", "remark", maxLength="20"), options=colours, required=True)
    answer = upload(v1, empty, lamp(shortcut=3, color="#ff0000") | {"children": [select]})

    shown = answer.json()
    (root,) = shown["entries"]
    (child,) = root["children"]
    (text,) = child["children"]
    assert {key: shown[key] for key in ("id", "projectId", "numberOfCompletedTasks", "numberOfReviewedTasks")} == {
        "id": empty.configuration.id,
        "projectId": empty.id,
        "numberOfCompletedTasks": 0,
        "numberOfReviewedTasks": 0,
    }
    assert root.keys() == {
        "id",
        "lcEntryParentId",
        "entryKey",
        "entryValue",
        "type",
        "color",
        "shortcut",
        "timestamp",
        "maxLength",
        "children",
        "options",
        "required",
    }
    assert (root["type"], root["shortcut"], root["color"], root["options"]) == ("RECTANGLE", "3", "#FF0000", {})
    assert (child["type"], child["options"], child["required"]) == ("SELECT", colours, True)
    assert (child["lcEntryParentId"], child["shortcut"], root["lcEntryParentId"]) == (root["id"], None, None)
    assert (text["type"], text["maxLength"]) == ("FREETEXT", 20)


def test_a_configuration_must_be_cleared_before_another_is_uploaded(v1: TestClient, project: Project) -> None:
    own = project.configuration.id
    assert refused(upload(v1, project, lamp())) == (500, "ex_gen_config_not_cleared", [own])
    assert v1.delete(f"config/{own}").json() == {"configId": own}
    assert upload(v1, project, lamp()).status_code == 200


def test_clearing_takes_the_labels_and_lets_finished_tasks_wait(
    ctx: Context, v1: TestClient, project: Project, team: Team
) -> None:
    save(ctx, team.admin, project.task_id, created=(annotation(ctx, project.class_id("crane")),))
    tasks.complete_task(ctx, team.admin, project.task_id)

    v1.delete(f"config/{project.configuration.id}")

    opened = v1.get(f"task/{project.task_id}").json()
    assert opened["labelTaskState"] == "WAITING_CHANGED"
    assert opened["labelIteration"]["entryValues"] == []
    assert opened["lastChangedConfig"] > project.configuration.timestamp


def test_an_empty_list_is_sent_as_no_body(v1: TestClient, empty: Project) -> None:
    assert v1.put(f"config/{empty.configuration.id}").json()["entries"] == []


def test_a_double_slash_at_the_beginning_is_one(v1: TestClient, empty: Project) -> None:
    assert v1.delete(f"http://localhost//api/v1/config/{empty.configuration.id}").status_code == 200


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([lamp(), lamp()], (412, "ex_alreadyexists", ["Label entry", "entryKey:", "lamp"])),
        ([lamp(), entry("LINE", "Lamp")], (412, "ex_alreadyexists", ["Label entry", "entryKey:", "lamp"])),
        (
            [lamp(shortcut=1), entry("line", "b", shortcut="1")],
            (412, "ex_alreadyexists", ["Shortcut", "value:", "1"]),
        ),
        ([entry("point", "geometry")], (500, "ex_gen_forbidden_keyword", ["geometry"])),
        ([entry("circle", "a")], (500, "ex_gen_entry_type_not_found", ["entry type"])),
        ([entry("freetext", "a")], (500, "ex_gen_entry_classification_incorrect", ["FREETEXT"])),
        (
            [entry("freetext", "a", entry("point", "b"), maxLength=5)],
            (500, "ex_gen_geometry_definition_incorrect", ["point"]),
        ),
        (
            [entry("line", "a", entry("image_segmentation", "b"))],
            (500, "ex_gen_geometry_definition_incorrect", ["image_segmentation"]),
        ),
        ([lamp(id=MISSING)], (404, "ex_notfound", ["Entry", "id", MISSING])),
    ],
)
def test_a_wrong_configuration_is_refused_in_the_known_words(
    v1: TestClient, empty: Project, entries: list[Any], expected: tuple[int, str, list[str]]
) -> None:
    assert refused(upload(v1, empty, *entries)) == expected
    assert v1.delete(f"config/{empty.configuration.id}").status_code == 200
    assert upload(v1, empty, lamp()).status_code == 200


def test_a_configuration_nested_too_deep_is_refused(v1: TestClient, empty: Project) -> None:
    tower: dict[str, Any] = entry("checklist", "level 300", options={"a": "A"})
    for level in reversed(range(300)):
        tower = entry("checklist", f"level {level}", tower, options={"a": "A"})
    assert refused(upload(v1, empty, tower)) == (500, "ex_gen_config_depth", [])


def test_wrong_fields_are_named(v1: TestClient, empty: Project) -> None:
    assert detail_of(upload(v1, empty, entry("point", "größe"))) == ("Entry Key", "ex_pattern")
    assert detail_of(upload(v1, empty, lamp(entryValue=""))) == ("Entry Value", "ex_pattern")
    assert detail_of(upload(v1, empty, lamp(color="red"))) == ("Color", "ex_val_invalid")
    assert detail_of(upload(v1, empty, {"type": "point", "entryValue": "A"})) == ("Entry Key", "ex_notnull")
    assert detail_of(upload(v1, empty, lamp(shortcut=12))) == ("Shortcut", "ex_val_invalid")


def test_an_unknown_configuration_is_not_found(v1: TestClient) -> None:
    expected = (404, "ex_notfound", ["LabelConfiguration", "id", MISSING])
    assert refused(v1.delete(f"config/{MISSING}")) == expected
    assert refused(v1.put(f"config/{MISSING}", json=[lamp()])) == expected
