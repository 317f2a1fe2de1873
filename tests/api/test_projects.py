"""Projects through the API: names, texts, deletion and return, and the datasets that are connected to them."""

from typing import Any

import pytest

from tests.api.conftest import World
from tests.api.filling import add_tasks, set_task
from tests.builders import Project, annotation, make_medium, make_team, save

GOOD_NAMES = {
    "plain": "Harbour crane 2",
    "marks": "a_b-c.d",
    "one sign": "x",
    "128 signs": "x" * 128,
    "umlauts": "Größenordnung",
    "han": "起重机数据",
    "devanagari, with vowel signs": "हिन्दी नाम",
    "thai, with tone marks": "ท่าเรือ",
    "arabic, with vowels": "مِينَاء",
    "greek": "Λιμάνι",
    "dots": "..",
    "digits of another script": "٣٤٥",
}
BAD_NAMES = {
    "nothing": "",
    "a blank": " ",
    "129 signs": "x" * 129,
    "a blank in front": " x",
    "a blank behind": "x ",
    "a line break": "a\nb",
    "a NUL": "a\x00b",
    "markup": "<b>x</b>",
    "a slash": "a/b",
    "a comma": "a,b",
    "an emoji": "🚢",
    "a direction override": "a\u202eb",
    "a zero-width blank": "a\u200bb",
    "no-break blank": "a\u00a0b",
}
RESERVED = ["geometry", "label", "image", "polygon", "Dummy_Project", "Intersections", "checklist"]


@pytest.fixture(params=["/api/projects", "/api/datasets"])
def url(request: pytest.FixtureRequest) -> str:
    """Projects and datasets hold the same rules."""
    return str(request.param)


def named(world: World, url: str, name: str) -> Any:
    return world.client.post(url, json={"name": name})


# --- names and texts ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", GOOD_NAMES.values(), ids=GOOD_NAMES.keys())
def test_a_name_of_any_script_is_taken(world: World, url: str, name: str) -> None:
    answer = named(world, url, name)
    assert (answer.status_code, answer.json().get("name")) == (201, name), answer.text


@pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES.keys())
def test_a_name_that_breaks_the_rule_is_refused(world: World, url: str, name: str) -> None:
    answer = named(world, url, name)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "invalid_name")
    assert answer.json()["errors"][0]["pointer"] == "/name"


@pytest.mark.parametrize("name", RESERVED)
def test_a_word_of_the_export_is_no_name_but_in_another_case_it_is(world: World, url: str, name: str) -> None:
    assert named(world, url, name).json()["errors"][0]["code"] == "forbidden_keyword"
    assert named(world, url, name.swapcase()).status_code == 201


def test_a_name_is_taken_once_an_organisation(world: World, url: str) -> None:
    first = named(world, url, "Taken twice").json()
    answer = named(world, url, "Taken twice")
    assert (answer.status_code, answer.json()["code"]) == (409, "name_taken")
    assert "Taken twice" in answer.json()["detail"]
    assert world.client.patch(f"{url}/{first['id']}", json={"name": "Taken twice"}).status_code == 200


def test_the_two_ways_of_writing_an_accent_are_one_name(world: World, url: str) -> None:
    made = named(world, url, "Cafe\u0301")
    assert made.json()["name"] == "Caf\u00e9"
    assert named(world, url, "Caf\u00e9").status_code == 409


def test_a_name_is_free_for_another_organisation(world: World, url: str) -> None:
    named(world, url, "Ours and theirs")
    other = make_team(world.ctx, f"Elsewhere-{url[5:13]}")
    theirs = world.client_with({"Authorization": f"Bearer {other.admin_token}"})
    assert theirs.post(url, json={"name": "Ours and theirs"}).status_code == 201


def test_renaming_to_a_taken_or_bad_name_changes_nothing(world: World, url: str) -> None:
    named(world, url, "There already")
    made = named(world, url, "To be renamed").json()
    for name, status in (("There already", 409), ("geometry", 422), ("", 422), ("x" * 2000, 422)):
        assert world.client.patch(f"{url}/{made['id']}", json={"name": name}).status_code == status
    assert world.client.get(f"{url}/{made['id']}").json()["name"] == "To be renamed"


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"shortDescription": "x" * 129}, "/shortDescription"),
        ({"shortDescription": "a\x00b"}, "/shortDescription"),
        ({"description": "x" * 1025}, "/description"),
        ({"description": "x" * 5000}, "/description"),
        ({"description": "a\x1bb"}, "/description"),
        ({"pinned": "yes"}, "/pinned"),
        ({"reviewActivated": 1}, "/reviewActivated"),
        ({"description": 5}, "/description"),
    ],
)
def test_a_text_that_is_too_long_or_cannot_be_shown_is_refused(
    world: World, fields: dict[str, Any], pointer: str
) -> None:
    project = world.project(media=())
    answer = world.client.patch(f"/api/projects/{project.id}", json=fields)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)


def test_what_a_change_names_is_changed_and_the_rest_stays(world: World) -> None:
    made = world.client.post(
        "/api/projects", json={"name": "Changed", "shortDescription": "short", "description": "two\nlines <b>"}
    ).json()
    changed = world.client.patch(f"/api/projects/{made['id']}", json={"pinned": True, "shortDescription": ""}).json()
    assert changed == {**made, "pinned": True, "shortDescription": ""}


def test_a_new_project_is_empty_and_says_so(world: World) -> None:
    made = world.client.post("/api/projects", json={"name": "Empty and new"}).json()
    assert (made["hasConfiguration"], made["exportable"], made["openTasks"], made["mediaCount"]) == (False, False, 0, 0)
    assert set(made["taskCounts"].values()) == {0}
    assert made["orgData"] == {"sub": world.team.organisation_id, "name": "Harbour"}
    configuration = world.client.get(f"/api/projects/{made['id']}/configuration").json()
    assert (configuration["id"], configuration["revision"]) == (made["labelConfigurationId"], 0)


def test_a_list_is_searched_in_any_case_and_pinned_ones_come_first(world: World) -> None:
    names = ["Überblick 1", "überblick 2", "ÜBERBLICK 3"]
    made = [world.client.post("/api/projects", json={"name": name}).json() for name in names]
    world.client.patch(f"/api/projects/{made[2]['id']}", json={"pinned": True})
    found = world.client.get("/api/projects", params={"search": "ÜBERblick"}).json()["items"]
    assert [project["name"] for project in found] == [names[2], names[0], names[1]]


def test_counts_say_what_is_open_for_the_caller(world: World) -> None:
    project = world.project(media=())
    task_ids = add_tasks(world.ctx, project, 6, states=("BACKLOG", "WAITING", "WAITING_CHANGED"))
    set_task(world.ctx, task_ids[0], "IN_PROGRESS", world.team.labeler.id)
    set_task(world.ctx, task_ids[3], "COMPLETED", world.team.admin.id)
    by_labeler = world.signed_in(world.team.labeler).get(f"/api/projects/{project.id}").json()
    by_admin = world.signed_in(world.team.admin).get(f"/api/projects/{project.id}").json()
    counts = {state: count for state, count in by_admin["taskCounts"].items() if count}
    assert counts == {"WAITING": 2, "WAITING_CHANGED": 2, "IN_PROGRESS": 1, "COMPLETED": 1}
    assert (by_labeler["openTasks"], by_admin["openTasks"]) == (5, 4)
    assert (by_labeler["role"], by_admin["role"], by_admin["exportable"]) == ("labeler", "admin", True)


# --- deletion and return --------------------------------------------------------------------------------------------


def test_a_deleted_project_is_gone_with_its_tasks_and_exports_until_it_returns(world: World) -> None:
    project = world.project(classes=())
    set_task(world.ctx, project.task_id, "SKIPPED")
    client = world.client
    before = client.get(f"/api/projects/{project.id}/export").content
    assert client.delete(f"/api/projects/{project.id}").status_code == 204

    hidden = [
        client.get(f"/api/projects/{project.id}/tasks"),
        client.get(f"/api/projects/{project.id}/export"),
        client.get(f"/api/projects/{project.id}/export/summary"),
        client.get(f"/api/projects/{project.id}/configuration"),
        client.get(f"/api/tasks/{project.task_id}"),
        client.post(f"/api/tasks/{project.task_id}/reopen"),
        client.post(f"/api/projects/{project.id}/next-task"),
        client.patch(f"/api/projects/{project.id}", json={}),
        client.delete(f"/api/projects/{project.id}"),
    ]
    assert {answer.status_code for answer in hidden} == {404}
    shown = client.get(f"/api/projects/{project.id}").json()
    assert (shown["deleted"], shown["deleteTime"] is not None) == (True, True)
    assert project.id not in {p["id"] for p in client.get("/api/projects").json()["items"]}
    deleted = client.get("/api/projects", params={"deleted": True}).json()["items"]
    assert project.id in {p["id"] for p in deleted}

    assert client.post(f"/api/projects/{project.id}/restore").json()["deleted"] is False
    assert client.get(f"/api/projects/{project.id}/export").content == before
    assert client.post(f"/api/projects/{project.id}/restore").status_code == 404


@pytest.mark.parametrize("name", ["Comes back", "y" * 128], ids=["short", "long"])
def test_what_returns_to_a_taken_name_gets_one_of_its_own(world: World, url: str, name: str) -> None:
    first = named(world, url, name).json()
    world.client.delete(f"{url}/{first['id']}")
    second = named(world, url, name).json()

    back = world.client.post(f"{url}/{first['id']}/restore").json()

    assert back["name"] == f"{name[:89]}_{first['id']}"
    assert world.client.get(f"{url}/{second['id']}").json()["name"] == name
    assert world.client.patch(f"{url}/{first['id']}", json={"name": back["name"]}).status_code == 200


def test_a_deleted_dataset_takes_its_media_and_tasks_along_and_brings_them_back(world: World) -> None:
    project = world.project(media=("a.png", "b.png", "c.png"))
    client, crane = world.client, annotation(world.ctx, project.class_id("crane"))
    save(world.ctx, world.team.admin, project.task_ids["a.png"], created=(crane,))
    gone_before = client.get(f"/api/tasks/{project.task_ids['c.png']}").json()["medium"]["id"]
    client.delete(f"/api/media/{gone_before}")

    assert client.delete(f"/api/datasets/{project.dataset_id}").status_code == 204

    assert client.get(f"/api/projects/{project.id}/tasks").json()["total"] == 0
    assert client.get(f"/api/projects/{project.id}").json()["datasets"] == []
    assert client.get(f"/api/tasks/{project.task_ids['a.png']}").status_code == 404
    assert client.get(f"/api/datasets/{project.dataset_id}/media").status_code == 404
    assert client.post(f"/api/datasets/{project.dataset_id}/links", json={"urls": []}).status_code == 404

    back = client.post(f"/api/datasets/{project.dataset_id}/restore").json()

    assert (back["mediaCount"], back["projects"][0]["id"]) == (2, project.id)
    assert client.get(f"/api/projects/{project.id}/tasks").json()["total"] == 2
    assert client.get(f"/api/tasks/{project.task_ids['a.png']}").json()["revision"] == 1
    assert client.get(f"/api/tasks/{project.task_ids['c.png']}").status_code == 404


# --- connected datasets ---------------------------------------------------------------------------------------------


@pytest.fixture
def apart(world: World) -> tuple[str, str]:
    """A project and a dataset of three pictures that know nothing of each other."""
    project = world.client.post("/api/projects", json={"name": world.ctx.new_id()}).json()["id"]
    dataset = world.client.post("/api/datasets", json={"name": world.ctx.new_id()}).json()["id"]
    for name in ("a.png", "b.png", "c.png"):
        make_medium(world.ctx, world.team.admin, dataset, name)
    return project, dataset


def test_connecting_makes_a_task_in_the_backlog_of_every_medium(world: World, apart: tuple[str, str]) -> None:
    project, dataset = apart
    answer = world.client.put(f"/api/projects/{project}/datasets/{dataset}")
    assert (answer.status_code, answer.json()) == (200, {"tasksCreated": 3})
    page = world.client.get(f"/api/projects/{project}/tasks").json()
    assert [(task["mediumName"], task["state"]) for task in page["items"]] == [
        ("a.png", "BACKLOG"),
        ("b.png", "BACKLOG"),
        ("c.png", "BACKLOG"),
    ]
    again = world.client.put(f"/api/projects/{project}/datasets/{dataset}")
    assert (again.status_code, again.json()["code"]) == (409, "already_connected")
    assert world.client.get(f"/api/datasets/{dataset}").json()["projectCount"] == 1


def test_a_new_medium_of_a_connected_dataset_becomes_a_task_in_every_project(
    world: World, apart: tuple[str, str]
) -> None:
    project, dataset = apart
    other = world.client.post("/api/projects", json={"name": world.ctx.new_id()}).json()["id"]
    for connected in (project, other):
        world.client.put(f"/api/projects/{connected}/datasets/{dataset}")
    medium = make_medium(world.ctx, world.team.admin, dataset, "d.png")
    for connected in (project, other):
        page = world.client.get(f"/api/projects/{connected}/tasks", params={"search": "d.png"}).json()
        assert [(task["mediumId"], task["state"]) for task in page["items"]] == [(medium, "BACKLOG")]


def test_disconnecting_asks_first_where_labels_would_be_lost(world: World) -> None:
    project = world.project(media=("a.png", "b.png"))
    crane = annotation(world.ctx, project.class_id("crane"))
    save(world.ctx, world.team.admin, project.task_ids["a.png"], created=(crane,))
    url = f"/api/projects/{project.id}/datasets/{project.dataset_id}"

    asked = world.client.delete(url)

    assert (asked.status_code, asked.json()["code"]) == (409, "confirmation_needed")
    assert (asked.json()["tasks"], asked.json()["labelledTasks"]) == (2, 1)
    assert world.client.get(f"/api/projects/{project.id}/tasks").json()["total"] == 2

    assert world.client.delete(url, params={"confirm": True}).status_code == 204
    assert world.client.get(f"/api/projects/{project.id}/tasks").json()["total"] == 0
    assert world.client.delete(url, params={"confirm": True}).json()["code"] == "not_connected"
    assert world.client.put(url).json() == {"tasksCreated": 2}
    page = world.client.get(f"/api/projects/{project.id}/tasks").json()
    assert {task["revision"] for task in page["items"]} == {0}


def test_disconnecting_what_has_no_labels_asks_nothing(world: World, apart: tuple[str, str]) -> None:
    project, dataset = apart
    world.client.put(f"/api/projects/{project}/datasets/{dataset}")
    assert world.client.delete(f"/api/projects/{project}/datasets/{dataset}").status_code == 204


def test_only_who_may_delete_labels_disconnects(world: World, apart: tuple[str, str]) -> None:
    """Connecting makes tasks, which a token for imports may; disconnecting takes labels away for ever."""
    project, dataset = apart
    importer = world.client_with({"Authorization": f"Bearer {world.team.tokens['import']}"})
    assert importer.put(f"/api/projects/{project}/datasets/{dataset}").status_code == 200
    assert importer.delete(f"/api/projects/{project}/datasets/{dataset}").status_code == 403


@pytest.mark.parametrize("gone", ["project", "dataset"])
def test_what_is_deleted_or_of_others_is_not_connected(world: World, apart: tuple[str, str], gone: str) -> None:
    project, dataset = apart
    url = f"/api/projects/{project}/datasets/{dataset}"
    world.client.delete(f"/api/{gone}s/{project if gone == 'project' else dataset}")
    assert world.client.put(url).status_code == 404


def test_the_projects_of_a_dataset_are_named_without_deleted_ones(world: World) -> None:
    project: Project = world.project(media=())
    shown = world.client.get(f"/api/datasets/{project.dataset_id}").json()
    assert [p["id"] for p in shown["projects"]] == [project.id]
    world.client.delete(f"/api/projects/{project.id}")
    assert world.client.get(f"/api/datasets/{project.dataset_id}").json()["projects"] == []
