"""The next task: one's own first, in order, only what can be shown, and never one task for two people."""

import threading
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Connection, select

from labelwright.db import tables as t
from labelwright.model.errors import LabelwrightError
from labelwright.services import accounts, tasks, tokens
from labelwright.services.access import Actor
from tests.api.conftest import World
from tests.api.filling import add_tasks, set_medium, set_task
from tests.builders import Project


@pytest.fixture
def project(world: World) -> Project:
    return world.project(media=())


@pytest.fixture(scope="module")
def people(world: World) -> list[Actor]:
    """64 labelers of the team."""
    ids = [world.ctx.new_id() for _ in range(64)]

    def work(conn: Connection) -> None:
        for n, user_id in enumerate(ids):
            values = {"id": user_id, "email": f"{n}@harbour.example", "name": f"Labeler {n}", "password_hash": ""}
            conn.execute(t.user.insert().values(**values, is_operator=False, created_at=1))
            accounts.join_organisation(conn, world.ctx, user_id, world.team.organisation_id, "labeler")

    world.ctx.db.write(work)
    with world.ctx.db.read() as conn:
        return [accounts.get_account(conn, user_id).actor() for user_id in ids]


def take(world: World, actor: Actor, project: Project | None = None) -> str | None:
    url = f"/api/projects/{project.id}/next-task" if project else "/api/next-task"
    answer = world.signed_in(actor).post(url)
    assert answer.status_code == 200
    found: str | None = answer.json()["taskId"]
    assert answer.json()["projectId"] == (project.id if project and found else answer.json()["projectId"])
    return found


def test_tasks_come_by_name_whether_they_wait_for_the_first_time_or_again(
    world: World, project: Project, people: list[Actor]
) -> None:
    task_ids = add_tasks(world.ctx, project, 6, states=("WAITING", "WAITING_CHANGED", "BACKLOG"))
    taken = [take(world, person, project) for person in people[:5]]
    assert taken == [task_ids[0], task_ids[1], task_ids[3], task_ids[4], None]
    with world.ctx.db.read() as conn:
        rows = conn.execute(select(t.task).where(t.task.c.project_id == project.id, t.task.c.labeler_id.is_not(None)))
        assert {(row.id, row.labeler_id, row.state) for row in rows} == {
            (task_id, person.id, "IN_PROGRESS") for task_id, person in zip(taken[:4], people, strict=False)
        }


def test_an_unfinished_task_of_ones_own_comes_first_and_stays_the_same(
    world: World, project: Project, people: list[Actor]
) -> None:
    task_ids = add_tasks(world.ctx, project, 3)
    set_task(world.ctx, task_ids[2], "IN_PROGRESS", people[0].id)
    assert [take(world, people[0], project) for _ in range(3)] == [task_ids[2]] * 3
    assert take(world, people[1], project) == task_ids[0]


def test_a_task_whose_picture_cannot_be_shown_waits_until_it_can(
    world: World, project: Project, people: list[Actor]
) -> None:
    task_ids = add_tasks(world.ctx, project, 3)
    set_medium(world.ctx, task_ids[0], "broken")
    set_medium(world.ctx, task_ids[1], "pending")
    assert take(world, people[0], project) == task_ids[2]
    assert take(world, people[1], project) is None
    set_medium(world.ctx, task_ids[0], "ready")
    assert take(world, people[1], project) == task_ids[0]


def test_an_own_task_whose_picture_broke_does_not_hold_its_labeler_up(
    world: World, project: Project, people: list[Actor]
) -> None:
    task_ids = add_tasks(world.ctx, project, 2)
    assert take(world, people[0], project) == task_ids[0]
    set_medium(world.ctx, task_ids[0], "broken")
    assert take(world, people[0], project) == task_ids[1]


def test_without_a_project_the_next_task_comes_from_any_of_the_callers_own(world: World, people: list[Actor]) -> None:
    with_tasks = [world.project(media=()) for _ in range(3)]
    deleted, *others = [(p, add_tasks(world.ctx, p, 1, name=f"!{n}.png")[0]) for n, p in enumerate(with_tasks)]
    world.client.delete(f"/api/projects/{deleted[0].id}")

    first = take(world, people[10])
    second = take(world, people[11])

    assert [first, second] == [task_id for _, task_id in others]
    set_task(world.ctx, others[0][1], "IN_PROGRESS", people[12].id)
    assert take(world, people[12]) == others[0][1]


def test_deleted_media_and_projects_are_not_handed_out(world: World, project: Project, people: list[Actor]) -> None:
    task_ids = add_tasks(world.ctx, project, 2)
    medium_id = world.client.get(f"/api/tasks/{task_ids[0]}").json()["medium"]["id"]
    world.client.delete(f"/api/media/{medium_id}")
    assert take(world, people[0], project) == task_ids[1]
    world.client.delete(f"/api/projects/{project.id}")
    assert world.signed_in(people[0]).post(f"/api/projects/{project.id}/next-task").status_code == 404


def test_a_token_of_nobody_takes_no_task(world: World, project: Project) -> None:
    made = tokens.create_token_for(world.ctx, organisation="Harbour", name="command line", scope="admin")
    client = world.client_with({"Authorization": f"Bearer {made['secret']}"})
    answer = client.post(f"/api/projects/{project.id}/next-task")
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("action", ["complete", "skip"])
def test_who_finishes_a_task_gets_the_next_in_the_same_step(
    world: World, project: Project, people: list[Actor], action: str
) -> None:
    first, second = add_tasks(world.ctx, project, 2)
    client = world.signed_in(people[0])
    take(world, people[0], project)

    answer = client.post(f"/api/tasks/{first}/{action}", json={"takeNext": True}).json()

    assert answer["task"]["state"] == {"complete": "COMPLETED", "skip": "SKIPPED"}[action]
    revision = world.client.get(f"/api/projects/{project.id}/configuration").json()["revision"]
    following = answer["next"]
    assert (following["taskId"], following["projectId"], following["configurationRevision"]) == (
        second,
        project.id,
        revision,
    )
    assert (following["task"]["state"], following["task"]["labeler"]["id"]) == ("IN_PROGRESS", people[0].user_id)
    last = client.post(f"/api/tasks/{second}/{action}", json={"takeNext": True}).json()
    assert (last["next"]["taskId"], last["next"]["task"]) == (None, None)


def test_without_being_asked_for_no_next_task_is_taken(world: World, project: Project, people: list[Actor]) -> None:
    first, second = add_tasks(world.ctx, project, 2)
    take(world, people[0], project)
    assert world.signed_in(people[0]).post(f"/api/tasks/{first}/complete").json()["next"] is None
    assert world.client.get(f"/api/tasks/{second}").json()["task"]["state"] == "WAITING"


def test_who_may_not_finish_a_task_gets_no_other(world: World, project: Project, people: list[Actor]) -> None:
    first, second = add_tasks(world.ctx, project, 2)
    take(world, people[0], project)
    answer = world.signed_in(people[1]).post(f"/api/tasks/{first}/complete", json={"takeNext": True})
    assert answer.json()["code"] == "not_your_task"
    stale = {"takeNext": True, "configurationRevision": 99}
    answer = world.signed_in(people[0]).post(f"/api/tasks/{first}/complete", json=stale)
    assert answer.json()["code"] == "configuration_changed"
    assert world.client.get(f"/api/tasks/{second}").json()["task"]["state"] == "WAITING"


def test_a_token_of_nobody_finishes_nothing_where_it_wants_the_next(world: World, project: Project) -> None:
    (first,) = add_tasks(world.ctx, project, 1)
    made = tokens.create_token_for(world.ctx, organisation="Harbour", name="finisher", scope="admin")
    client = world.client_with({"Authorization": f"Bearer {made['secret']}"})
    answer = client.post(f"/api/tasks/{first}/skip", json={"takeNext": True})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert world.client.get(f"/api/tasks/{first}").json()["task"]["state"] == "WAITING"


def test_sixty_four_people_finish_five_hundred_tasks_and_none_twice(
    world: World, project: Project, people: list[Actor]
) -> None:
    task_ids = add_tasks(world.ctx, project, 500)

    def work_until_nothing_is_left(person: Actor) -> list[str]:
        done = []
        while (row := tasks.take_next(world.ctx, person, project.id)) is not None:
            tasks.move_task(world.ctx, person, row.id, "skip")
            done.append(row.id)
        return done

    with ThreadPoolExecutor(64) as pool:
        finished = list(pool.map(work_until_nothing_is_left, people))

    assert Counter(task_id for done in finished for task_id in done) == Counter(task_ids)


# --- two at once ----------------------------------------------------------------------------------------------------

Act = Callable[[World, Project, str, list[Actor]], str]


def _move(action: str, who: int | None) -> Act:
    def act(world: World, _: Project, task_id: str, people: list[Actor]) -> str:
        actor = world.team.admin if who is None else people[who]
        try:
            if action == "complete":
                return str(tasks.complete_task(world.ctx, actor, task_id)["state"])
            return str(tasks.move_task(world.ctx, actor, task_id, action)["state"])
        except LabelwrightError as error:
            return error.code

    return act


def _take(who: int) -> Act:
    def act(world: World, project: Project, _: str, people: list[Actor]) -> str:
        return "nothing" if tasks.take_next(world.ctx, people[who], project.id) is None else "taken"

    return act


def _withdraw_all(world: World, project: Project, _: str, __: list[Actor]) -> str:
    return str(tasks.move_many(world.ctx, world.team.admin, project.id, "BACKLOG", dataset_id="ALL"))


PAIRS: dict[str, tuple[str, tuple[Act, ...]]] = {
    "the holder completes and skips": ("IN_PROGRESS", (_move("complete", 0), _move("skip", 0))),
    "the holder completes, an admin resets": ("IN_PROGRESS", (_move("complete", 0), _move("reset_labeler", None))),
    "the holder skips, an admin reopens": ("IN_PROGRESS", (_move("skip", 0), _move("reopen", None))),
    "two take the last one": ("WAITING", (_take(0), _take(1))),
    "one takes, an admin withdraws": ("WAITING", (_take(0), _move("withdraw", None))),
    "one takes, an admin withdraws all": ("WAITING_CHANGED", (_take(0), _withdraw_all)),
    "an admin skips, another completes": ("WAITING", (_move("skip", None), _move("complete", None))),
}


@pytest.mark.parametrize(("state", "acts"), PAIRS.values(), ids=PAIRS.keys())
def test_two_who_act_at_once_end_as_if_one_had_been_first(
    world: World, people: list[Actor], state: str, acts: tuple[Act, ...]
) -> None:
    project = world.project(media=())
    (task_id,) = add_tasks(world.ctx, project, 1)

    def outcome(run: Callable[[], Iterable[str]]) -> tuple[Any, ...]:
        set_task(world.ctx, task_id, state, people[0].id if state == "IN_PROGRESS" else None)
        answers = tuple(run())
        with world.ctx.db.read() as conn:
            row = conn.execute(select(t.task).where(t.task.c.id == task_id)).one()
        return (*answers, row.state, row.labeler_id)

    def one_by_one(order: tuple[int, ...]) -> list[str]:
        answers = {index: acts[index](world, project, task_id, people) for index in order}
        return [answers[index] for index in range(len(acts))]

    def at_once() -> list[str]:
        together = threading.Barrier(len(acts))

        def act(one: Act) -> str:
            together.wait(60)
            return one(world, project, task_id, people)

        return list(pool.map(act, acts))

    possible = {outcome(lambda order=order: one_by_one(order)) for order in permutations(range(len(acts)))}
    with ThreadPoolExecutor(len(acts)) as pool:
        seen = {outcome(at_once) for _ in range(15)}
    assert seen <= possible
    assert len(possible) == len(acts)
