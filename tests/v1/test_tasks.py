"""Task lists, label-mode data, skipping and completing."""

import pytest
from starlette.testclient import TestClient

from labelwright.model.geometry import Point
from labelwright.services import labels, tasks
from labelwright.services.context import Context
from tests.builders import Project, Team, annotation, make_project, option, save
from tests.v1.refusals import detail_of, refused

MISSING = "01900000-0000-7000-8000-000000000000"
NOW = 2**50


def names(v1: TestClient, project: Project, **params: object) -> list[str]:
    return [task["mediaName"] for task in v1.get(f"task/{project.id}/list", params=params).json()]


def test_a_task_has_the_fields_that_clients_read(ctx: Context, v1: TestClient, project: Project, team: Team) -> None:
    tasks.take_next(ctx, team.labeler, project.id)
    (task,) = v1.get(f"task/{project.id}/list", params={"state": "IN_PROGRESS"}).json()
    iteration = v1.get("project").json()[0]["labelIterationId"]
    medium = v1.get(f"dataset/{project.dataset_id}").json()["media"][0]

    assert task == {
        "taskId": project.task_id,
        "projectId": project.id,
        "projectName": "Harbour crane",
        "labelTaskState": "IN_PROGRESS",
        "labelTaskType": "DEFAULT",
        "preLabelState": None,
        "mediaId": medium["id"],
        "mediaName": "a.png",
        "labeler": "Harbour labeler",
        "iterationId": iteration,
        "reviewComment": None,
        "benchmark": False,
        "hasJsonUpload": False,
        "iterationRun": 1,
    }


def test_waiting_tasks_are_listed_by_name_unless_others_are_asked_for(ctx: Context, v1: TestClient, team: Team) -> None:
    project = make_project(ctx, team.admin, media=("quay_b.png", "quay_a.png", "crane 12.png"))
    tasks.move_task(ctx, team.admin, project.task_ids["quay_a.png"], "withdraw")

    assert names(v1, project) == ["crane 12.png", "quay_b.png"]
    assert names(v1, project, limit=1) == ["crane 12.png"]
    assert names(v1, project, state="BACKLOG") == ["quay_a.png"]


def test_every_word_of_a_search_must_occur_but_numbers_and_short_words_do_not_count(
    ctx: Context, v1: TestClient, team: Team
) -> None:
    project = make_project(ctx, team.admin, media=("quay_b.png", "quay_a.png", "crane 12.png"))
    taken = tasks.take_next(ctx, team.labeler, project.id)
    assert taken is not None

    assert names(v1, project, search="QUAY") == ["quay_a.png", "quay_b.png"]
    assert names(v1, project, search="quay 99999 zz") == ["quay_a.png", "quay_b.png"]
    assert names(v1, project, search="quay crane") == []
    assert names(v1, project, search="quay_") == ["quay_a.png", "quay_b.png"]
    assert names(v1, project, search=f"crane {team.labeler.id[-12:]}", state="IN_PROGRESS") == ["crane 12.png"]


def test_wrong_filters_are_named(v1: TestClient, project: Project) -> None:
    url = f"task/{project.id}/list"
    assert detail_of(v1.get(url, params={"search": "a*"})) == ("Search", "ex_pattern")
    assert detail_of(v1.get(url, params={"state": "DONE"})) == ("State", "ex_val_invalid")
    assert detail_of(v1.get(url, params={"limit": "many"})) == ("Limit", "ex_val_invalid")
    assert detail_of(v1.get(url, params={"limit": -1})) == ("Limit", "ex_min")
    assert refused(v1.get(f"task/{MISSING}/list")) == (404, "ex_notfound", ["Project", "id", MISSING])


def test_label_mode_data_has_everything_in_place(v1: TestClient, project: Project) -> None:
    opened = v1.get(f"task/{project.task_id}").json()

    config, iteration, medium = (opened.pop(key) for key in ("labelConfig", "labelIteration", "media"))
    assert opened == {
        "taskId": project.task_id,
        "labelTaskState": "WAITING",
        "projectName": "Harbour crane",
        "reviewComment": None,
        "aiSegLimitReached": False,
        "lastChangedConfig": project.configuration.timestamp,
        "reviewActivated": False,
        "projectType": "IMAGE",
        "datasetId": project.dataset_id,
        "datasetName": "Harbour crane pictures",
    }
    assert (config["id"], len(config["entries"])) == (project.configuration.id, 5)
    assert (iteration["projectId"], iteration["run"]) == (project.id, 1)
    assert (medium["mediaName"], medium["width"], medium["height"]) == ("a.png", 64, 48)
    (surface,) = iteration["entryValues"]
    (puddles,) = surface["children"]
    assert (surface["entryKeyLcEntry"], surface["entryTypeLcEntry"], surface["selectKey"]) == (
        "surface",
        "SELECT",
        None,
    )
    assert (puddles["entryTypeLcEntry"], puddles["checkedValues"]) == ("CHECKLIST", [])
    assert puddles["lcEntryValueParentId"] == surface["id"]


def test_reading_a_task_changes_no_label_and_shows_the_same_ids_again(
    ctx: Context, v1: TestClient, project: Project, team: Team
) -> None:
    save(ctx, team.admin, project.task_id, created=(annotation(ctx, project.class_id("crane")),))
    first = v1.get(f"task/{project.task_id}").json()["labelIteration"]
    again = v1.get(f"task/{project.task_id}").json()["labelIteration"]

    assert first == again
    with ctx.db.read() as conn:
        assert labels.load(conn, project.task_id, project.configuration).document.answers == {}


def test_an_unknown_task_is_not_found(v1: TestClient) -> None:
    expected = (404, "ex_notfound", ["Task", "id", MISSING])
    assert refused(v1.get(f"task/{MISSING}")) == expected
    assert refused(v1.put(f"task/{MISSING}/skipTask")) == expected
    assert refused(v1.put(f"task/{MISSING}/completeTask", json={"lastChangedConfig": NOW})) == expected


@pytest.mark.parametrize("release", [True, False])
def test_a_token_may_skip_and_complete_from_any_open_state(
    ctx: Context,
    v1: TestClient,
    team: Team,
    release: bool,  # noqa: FBT001 - both states
) -> None:
    project = make_project(ctx, team.admin, media=("a.png", "b.png"), release=release)
    skipped = v1.put(f"task/{project.task_ids['a.png']}/skipTask")
    done = v1.put(f"task/{project.task_ids['b.png']}/completeTask", json={"lastChangedConfig": NOW})

    assert (skipped.status_code, skipped.content) == (200, b"")
    assert done.json() == {"hasLabelConfigChanged": False, "currentTaskId": project.task_ids["b.png"]}
    assert names(v1, project, state="SKIPPED") == ["a.png"]
    assert names(v1, project, state="COMPLETED") == ["b.png"]
    assert refused(v1.put(f"task/{project.task_ids['b.png']}/skipTask")) == (
        500,
        "ex_gen_wrong_label_task_state",
        [project.task_ids["b.png"]],
    )


def test_a_changed_configuration_stops_completion_and_says_so(v1: TestClient, project: Project) -> None:
    known = v1.get(f"task/{project.task_id}").json()["lastChangedConfig"]
    url = f"task/{project.task_id}/completeTask"

    assert v1.put(url, json={"lastChangedConfig": known - 1}).json() == {
        "hasLabelConfigChanged": True,
        "currentTaskId": project.task_id,
    }
    assert names(v1, project) == ["a.png"]
    assert v1.put(url, json={"lastChangedConfig": str(known)}).json()["hasLabelConfigChanged"] is False
    assert detail_of(v1.put(url, json={})) == ("Last Changed Config", "ex_notnull")


def test_a_missing_answer_stops_completion_and_its_value_is_named(ctx: Context, v1: TestClient, team: Team) -> None:
    project = make_project(ctx, team.admin, classes=(option("surface", "dry", "wet", required=True),))
    url = f"task/{project.task_id}/completeTask"

    status, key, (kind, value_id) = refused(v1.put(url, json={"lastChangedConfig": NOW}))

    assert (status, key, kind) == (500, "ex_gen_entry_value_validation", "SELECT")
    (value,) = v1.get(f"task/{project.task_id}").json()["labelIteration"]["entryValues"]
    assert (value["id"], value["valid"]) == (value_id, False)
    body = {"lcEntryId": value["lcEntryId"], "labelTaskId": project.task_id, "selectKey": "dry"}
    assert v1.put(f"lcValue/{value_id}", json=body).json()["valid"] is True
    assert v1.put(url, json={"lastChangedConfig": NOW}).json()["hasLabelConfigChanged"] is False


def test_authors_are_shown_as_persons_or_as_the_token_user(
    ctx: Context, v1: TestClient, project: Project, team: Team
) -> None:
    edge = annotation(ctx, project.class_id("crane", "hook"), Point(x=1, y=1))
    crane = annotation(ctx, project.class_id("crane"))
    save(ctx, team.admin, project.task_id, created=(crane, edge.__replace__(parent_id=crane.id)))
    values = v1.get(f"task/{project.task_id}").json()["labelIteration"]["entryValues"]

    assert [value["labeler"] for value in values] == [None, team.admin.id]
    (hook,) = (child for child in values[1]["children"] if child["entryKeyLcEntry"] == "hook")
    assert (hook["labeler"], hook["lcEntryValueParentId"]) == (team.admin.id, crane.id)
