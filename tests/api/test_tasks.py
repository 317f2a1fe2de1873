"""Tasks through the API: every move from every state for every role, bulk moves, lists, filters and pages."""

from typing import Any

import pytest
from sqlalchemy import select

from labelwright.db import tables as t
from labelwright.model.task import TRANSITIONS, TaskState
from tests.api.conftest import World
from tests.api.filling import add_tasks, set_task
from tests.builders import Project, geometry_class, make_medium, option

# From which state each call leads where; None: no such move. Whoever is not named may not.
OPEN = ("BACKLOG", "WAITING", "IN_PROGRESS", "WAITING_CHANGED")
FINISHED = ("COMPLETED", "REVIEWED", "SKIPPED", "REVIEWED_SKIP")
BY_ADMIN: dict[str, dict[str, str]] = {
    "release": {"BACKLOG": "WAITING"},
    "withdraw": {"WAITING": "BACKLOG", "WAITING_CHANGED": "BACKLOG"},
    "complete": dict.fromkeys(OPEN, "COMPLETED"),
    "skip": dict.fromkeys(OPEN, "SKIPPED"),
    "reopen": dict.fromkeys(("IN_PROGRESS", *FINISHED), "WAITING_CHANGED"),
    "reset-labeler": {
        "IN_PROGRESS": "WAITING_CHANGED",
        "WAITING_CHANGED": "WAITING_CHANGED",
        "COMPLETED": "COMPLETED",
    },
}
BY_HOLDER = {"complete": {"IN_PROGRESS": "COMPLETED"}, "skip": {"IN_PROGRESS": "SKIPPED"}}
MOVES: dict[str, dict[str, dict[str, str]]] = {
    "admin": BY_ADMIN,
    "token": BY_ADMIN,
    "holder": BY_HOLDER,
    "another labeler": {},
}
CLEARS_LABELER = ("reopen", "reset-labeler")


@pytest.fixture(scope="module")
def project(world: World) -> Project:
    return world.project()


@pytest.fixture(scope="module")
def clients(world: World) -> dict[str, Any]:
    return {
        "admin": world.signed_in(world.team.admin),
        "token": world.client,
        "holder": world.signed_in(world.team.labeler),
        "another labeler": world.signed_in(world.team.labeler),
    }


def holder_of(world: World, role: str) -> str:
    """Who holds the task in a test of `role`."""
    return world.team.labeler.id if role == "holder" else world.team.admin.id


def task_row(world: World, task_id: str) -> Any:
    with world.ctx.db.read() as conn:
        return conn.execute(select(t.task).where(t.task.c.id == task_id)).one()


# --- moves ----------------------------------------------------------------------------------------------------------


def test_the_table_of_moves_of_the_product_is_the_one_that_is_tested_here() -> None:
    known = {
        (action.replace("-", "_"), source, target) for action, row in BY_ADMIN.items() for source, target in row.items()
    }
    product = {(m.action, str(s), str(m.target)) for m in TRANSITIONS for s in m.sources}
    by_itself = {entry for entry in product if entry[0] in {"take", "configuration_reopens"}}
    assert product - by_itself == known


@pytest.mark.parametrize("role", MOVES)
@pytest.mark.parametrize("action", BY_ADMIN)
def test_a_move_leads_where_the_table_says_and_nowhere_else(
    world: World, project: Project, clients: dict[str, Any], role: str, action: str
) -> None:
    for state in TaskState:
        set_task(world.ctx, project.task_id, state, holder_of(world, role))
        shown = clients[role].get(f"/api/tasks/{project.task_id}").json()["task"]["actions"]

        answer = clients[role].post(f"/api/tasks/{project.task_id}/{action}")

        row, case = task_row(world, project.task_id), f"{role} {action} {state}: {answer.text}"
        target = MOVES[role].get(action, {}).get(state)
        assert (action.replace("-", "_") in shown) == (target is not None), case
        if target is not None:
            assert answer.status_code == 200, case
            assert (answer.json()["task"]["state"], row.state) == (target, target), case
            assert (row.labeler_id is None) == (action in CLEARS_LABELER), case
        else:
            assert (row.state, row.labeler_id) == (state, holder_of(world, role)), case
            assert answer.status_code == expected_refusal(role, action, state), case


def expected_refusal(role: str, action: str, state: str) -> int:
    """A move that is not in the table: 200 where the task is there already, 403 for who never may, else 409."""
    if action not in MOVES[role] and (role == "holder" or action not in BY_HOLDER):
        return 403
    if role == "another labeler":
        return 403 if state in BY_ADMIN[action] else 409
    return 200 if state in MOVES[role][action].values() else 409


@pytest.mark.parametrize("role", MOVES)
def test_labels_are_changed_exactly_where_the_task_says_that_they_may_be(
    world: World, project: Project, clients: dict[str, Any], role: str
) -> None:
    for state in TaskState:
        set_task(world.ctx, project.task_id, state, holder_of(world, role))
        opened = clients[role].get(f"/api/tasks/{project.task_id}").json()
        assert opened["dataset"]["id"] == opened["medium"]["datasetId"]
        change = {"changeId": world.ctx.new_id(), "revision": opened["revision"], "configurationRevision": 1}
        answer = clients[role].patch(f"/api/tasks/{project.task_id}/labels", json=change)
        allowed = state not in {"REVIEWED", "REVIEWED_SKIP"} and (
            role in {"admin", "token"} or (role == "holder" and state == "IN_PROGRESS")
        )
        assert (answer.status_code == 200) == allowed, f"{role} {state}: {answer.text}"
        assert opened["editable"] == ("label" in opened["task"]["actions"]) == allowed
        assert (opened["readOnlyReason"] is None) == allowed


def test_completing_a_task_of_somebody_else_is_refused_before_its_labels_are_looked_at(
    world: World, clients: dict[str, Any]
) -> None:
    project = world.project(classes=(option("surface", "dry", "wet", required=True),))
    set_task(world.ctx, project.task_id, "IN_PROGRESS", world.team.admin.id)
    answer = clients["another labeler"].post(f"/api/tasks/{project.task_id}/complete")
    assert (answer.status_code, answer.json()["code"]) == (403, "not_your_task")
    set_task(world.ctx, project.task_id, "SKIPPED")
    answer = clients["admin"].post(f"/api/tasks/{project.task_id}/complete")
    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_task_state")


def test_a_task_that_lacks_answers_stays_in_progress_and_each_is_named(world: World, clients: dict[str, Any]) -> None:
    classes = (
        geometry_class("car", "rectangle", option("make", "vw", "fiat", required=True)),
        option("surface", "dry", "wet", required=True),
    )
    project = world.project(classes=classes)
    set_task(world.ctx, project.task_id, "IN_PROGRESS", world.team.labeler.id)
    car = {"id": world.ctx.new_id(), "classId": project.class_id("car")}
    box = {"kind": "rectangle", "x": 1, "y": 1, "w": 5, "h": 5}
    change = {"changeId": world.ctx.new_id(), "revision": 0, "configurationRevision": 1}
    saved = clients["holder"].patch(
        f"/api/tasks/{project.task_id}/labels", json={**change, "created": [{**car, "geometry": box}]}
    )
    assert saved.status_code == 200, saved.text

    answer = clients["holder"].post(f"/api/tasks/{project.task_id}/complete", json={"configurationRevision": 1})

    assert (answer.status_code, answer.json()["code"]) == (422, "labels_not_complete")
    missing = {(issue.get("annotationId"), issue["classId"]) for issue in answer.json()["errors"]}
    assert missing == {(car["id"], project.class_id("car", "make")), (None, project.class_id("surface"))}
    assert task_row(world, project.task_id).state == "IN_PROGRESS"


def test_completing_under_an_older_configuration_is_refused_with_the_newer_ones_number(
    world: World, project: Project, clients: dict[str, Any]
) -> None:
    set_task(world.ctx, project.task_id, "IN_PROGRESS", world.team.labeler.id)
    answer = clients["holder"].post(f"/api/tasks/{project.task_id}/complete", json={"configurationRevision": 0})
    assert (answer.status_code, answer.json()["code"]) == (409, "configuration_changed")
    assert answer.json()["currentRevision"] == 1


# --- many at once ---------------------------------------------------------------------------------------------------


@pytest.fixture
def mixed(world: World) -> tuple[Project, list[str]]:
    """A project of its own with two tasks of every state."""
    project = world.project(media=())
    return project, add_tasks(world.ctx, project, 2 * len(TaskState), states=list(TaskState))


def states_of(world: World, project: Project) -> list[str]:
    page = world.client.get(f"/api/projects/{project.id}/tasks").json()
    return [task["state"] for task in page["items"]]


@pytest.mark.parametrize(
    ("direction", "moved", "sources", "target"),
    [("WAITING", 2, {"BACKLOG"}, "WAITING"), ("BACKLOG", 4, {"WAITING", "WAITING_CHANGED"}, "BACKLOG")],
)
@pytest.mark.parametrize("which", ["all", "dataset", "ids"])
def test_moving_many_moves_what_can_move_and_counts_the_rest(
    world: World,
    mixed: tuple[Project, list[str]],
    direction: str,
    moved: int,
    sources: set[str],
    target: str,
    which: str,
) -> None:
    project, task_ids = mixed
    chosen = {"all": {"datasetId": "ALL"}, "dataset": {"datasetId": project.dataset_id}, "ids": {"taskIds": task_ids}}
    before = states_of(world, project)

    answer = world.client.post(f"/api/projects/{project.id}/tasks/move", json={"direction": direction, **chosen[which]})

    assert answer.json() == {"moved": moved, "unchanged": 16 - moved}
    assert states_of(world, project) == [target if state in sources else state for state in before]


def test_moving_all_counts_and_moves_no_task_of_a_deleted_picture(world: World) -> None:
    project = world.project(media=("a.png", "b.png"))
    gone = project.task_ids["b.png"]
    for task_id in project.task_ids.values():
        set_task(world.ctx, task_id, "BACKLOG")
    world.client.delete(f"/api/media/{task_row(world, gone).medium_id}")
    url = f"/api/projects/{project.id}/tasks/move"
    answer = world.client.post(url, json={"direction": "WAITING", "datasetId": "ALL"})
    assert answer.json() == {"moved": 1, "unchanged": 0}
    assert task_row(world, gone).state == "BACKLOG"


def test_moving_many_never_reaches_into_another_project(world: World, mixed: tuple[Project, list[str]]) -> None:
    project, task_ids = mixed
    other = world.project()
    ids = [other.task_id, task_ids[0], "no id", task_ids[0]]
    url = f"/api/projects/{project.id}/tasks/move"
    assert world.client.post(url, json={"direction": "WAITING", "taskIds": ids}).json() == {"moved": 1, "unchanged": 0}
    set_task(world.ctx, other.task_id, "BACKLOG")
    assert world.client.post(url, json={"direction": "WAITING", "taskIds": ids}).json() == {"moved": 0, "unchanged": 1}
    assert task_row(world, other.task_id).state == "BACKLOG"


@pytest.mark.parametrize(
    "body",
    [
        {"direction": "WAITING"},
        {"direction": "COMPLETED", "datasetId": "ALL"},
        {"datasetId": "ALL"},
        {"direction": "WAITING", "taskIds": "ALL"},
        {"direction": "WAITING", "taskIds": ["x"] * 10_001},
        {"direction": "WAITING", "datasetId": "ALL", "state": "BACKLOG"},
    ],
)
def test_moving_nobody_knows_what_is_refused(world: World, mixed: tuple[Project, list[str]], body: Any) -> None:
    project, _ = mixed
    before = states_of(world, project)
    assert world.client.post(f"/api/projects/{project.id}/tasks/move", json=body).status_code == 422
    assert states_of(world, project) == before


def test_an_opened_task_names_its_picture_before_its_labels_arrive(world: World) -> None:
    project = world.project()
    answer = world.client.get(f"/api/tasks/{project.task_id}")
    picture = answer.headers["x-picture"]
    assert picture == f"/api/media/{answer.json()['medium']['id']}/display"
    assert world.client.get(picture).headers["content-type"].startswith("image/")


# --- lists ----------------------------------------------------------------------------------------------------------


def test_a_list_is_filtered_by_state_name_labeler_and_dataset(world: World) -> None:
    project = world.project(media=())
    task_ids = add_tasks(world.ctx, project, 6, states=("BACKLOG", "WAITING", "COMPLETED"), name="Größe 100% {}.png")
    set_task(world.ctx, task_ids[2], "COMPLETED", world.team.labeler.id)

    def names(**filters: Any) -> list[int]:
        page = world.client.get(f"/api/projects/{project.id}/tasks", params=filters).json()
        assert page["total"] == len(page["items"])
        return [task_ids.index(task["id"]) for task in page["items"]]

    assert names() == [0, 1, 2, 3, 4, 5]
    assert names(state="WAITING") == [1, 4]
    assert names(state=["WAITING", "COMPLETED"]) == [1, 2, 4, 5]
    assert names(search="100% 3") == [3]
    assert names(search="GRÖSSE") == names(search="gröẞe") == names(search="gro\u0308ße") == [0, 1, 2, 3, 4, 5]
    assert names(labeler=world.team.labeler.id) == [2]
    assert names(labeler=world.team.labeler.id, state="WAITING") == []
    assert names(dataset=project.dataset_id, search="4") == [4]
    assert names(dataset="no dataset") == names(labeler="nobody") == []


def test_pages_show_every_task_once_in_order_while_others_are_added(world: World) -> None:
    project = world.project(media=())
    first = add_tasks(world.ctx, project, 1050, name="img {:04}.png")
    seen: list[str] = []
    cursor: str | None = None
    for page in range(50):
        parameters = {"limit": 97, **({"cursor": cursor} if cursor else {})}
        answer = world.client.get(f"/api/projects/{project.id}/tasks", params=parameters).json()
        seen += [task["id"] for task in answer["items"]]
        if (cursor := answer["nextCursor"]) is None:
            break
        add_tasks(world.ctx, project, 3, name=f"img {page * 97:04} {page}-{{}}.png")  # before and behind the page's end
    assert [task_id for task_id in seen if task_id in set(first)] == first
    assert len(seen) == len(set(seen))
    assert answer["total"] == 1050 + 3 * page


def test_a_page_of_media_goes_on_behind_a_name_with_any_sign(world: World) -> None:
    project = world.project(media=())
    names = ["a.png", "a b.png", "ä.png", "“quoted”.png", "日本.png", "🚢.png", "A.png", "a'); --.png"]
    for name in names:
        make_medium(world.ctx, world.team.admin, project.dataset_id, name)
    seen, cursor = [], None
    while True:
        parameters = {"limit": 1, **({"cursor": cursor} if cursor else {})}
        page = world.client.get(f"/api/datasets/{project.dataset_id}/media", params=parameters).json()
        seen += [medium["mediaName"] for medium in page["items"]]
        if (cursor := page["nextCursor"]) is None:
            break
    assert seen == sorted(names)
