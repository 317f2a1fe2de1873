"""Tasks taken by the dozen, and the answers about the media of one's own tasks."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update

from labelwright.db import tables as t
from labelwright.services import grid
from labelwright.services.access import Actor
from tests.api.conftest import World
from tests.api.filling import add_tasks, set_medium, set_task
from tests.builders import Project, free_text, option, save

CLASSES = (option("weather", "sun", "rain"), free_text("note", 10))


@pytest.fixture
def project(world: World) -> Project:
    return world.project(media=(), classes=CLASSES)


def take(world: World, actor: Actor, project: Project, count: int) -> dict[str, int]:
    answer = world.signed_in(actor).post(f"/api/projects/{project.id}/take-tasks", json={"count": count})
    assert answer.status_code == 200
    found: dict[str, int] = answer.json()
    return found


def answers(world: World, actor: Actor, project: Project, **query: Any) -> dict[str, Any]:
    answer = world.signed_in(actor).get(f"/api/projects/{project.id}/answers", params=query)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def test_tasks_are_taken_by_name_until_one_holds_so_many_and_no_more_when_asked_twice(
    world: World, project: Project
) -> None:
    task_ids = add_tasks(world.ctx, project, 8, states=("WAITING", "WAITING_CHANGED", "BACKLOG", "COMPLETED"))
    set_medium(world.ctx, task_ids[1], "pending")
    labeler = world.team.labeler
    assert take(world, labeler, project, 2) == {"taken": 2, "held": 2}
    assert take(world, labeler, project, 2) == {"taken": 0, "held": 2}
    assert [item["taskId"] for item in answers(world, labeler, project)["items"]] == [task_ids[0], task_ids[4]]
    assert take(world, labeler, project, 9) == {"taken": 1, "held": 3}
    assert answers(world, world.team.admin, project)["items"] == []


def test_a_count_out_of_range_is_refused(world: World, project: Project) -> None:
    for count in (0, grid.MOST_HELD + 1):
        answer = world.signed_in(world.team.labeler).post(
            f"/api/projects/{project.id}/take-tasks", json={"count": count}
        )
        assert answer.status_code == 422
        assert "count" in answer.text


def test_a_task_never_goes_to_two_people(world: World, project: Project) -> None:
    add_tasks(world.ctx, project, 90)
    people = [world.team.labeler, world.team.admin]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: grid.take_many(world.ctx, people[n % 2], project.id, 10 + 5 * n), range(12)))
    held = [item["taskId"] for person in people for item in answers(world, person, project, limit=200)["items"]]
    assert len(held) == 90
    assert set(Counter(held).values()) == {1}


def test_answers_are_listed_by_page_and_by_what_is_unanswered(world: World, project: Project) -> None:
    task_ids = add_tasks(world.ctx, project, 5)
    labeler, weather = world.team.labeler, project.class_id("weather")
    for task_id in task_ids:
        set_task(world.ctx, task_id, "IN_PROGRESS", labeler.id)
    save(world.ctx, labeler, task_ids[1], set_answers={weather: "rain"})
    save(world.ctx, labeler, task_ids[2], set_answers={weather: None, project.class_id("note"): "fog"})

    first = answers(world, labeler, project, limit=3)
    assert [item["answers"] for item in first["items"]] == [
        {},
        {weather: "rain"},
        {weather: None, project.class_id("note"): "fog"},
    ]
    assert [item["revision"] for item in first["items"]] == [0, 1, 1]
    assert (first["total"], first["configuration"]["classes"][0]["key"]) == (5, "weather")
    second = answers(world, labeler, project, limit=3, cursor=first["nextCursor"])
    assert [item["taskId"] for item in second["items"]] == task_ids[3:]
    assert second["nextCursor"] is None

    open_ones = answers(world, labeler, project, unanswered=weather, limit=2)
    assert [item["taskId"] for item in open_ones["items"]] == [task_ids[0], task_ids[2]]
    rest = answers(world, labeler, project, unanswered=weather, limit=2, cursor=open_ones["nextCursor"])
    assert [item["taskId"] for item in rest["items"]] == task_ids[3:]


def test_ten_thousand_tasks_are_paged(world: World, project: Project) -> None:
    task_ids = add_tasks(world.ctx, project, 10_000, states=("IN_PROGRESS",))
    own = {"labeler_id": world.team.labeler.id}
    statement = update(t.task).where(t.task.c.project_id == project.id).values(**own)
    world.ctx.db.write(lambda conn: conn.execute(statement))
    seen, cursor = [], None
    while True:
        page = grid.list_answers(world.ctx, world.team.labeler, project.id, cursor=cursor, limit=1000)
        seen += [item["taskId"] for item in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert (seen, page.total) == (task_ids, 10_000)
