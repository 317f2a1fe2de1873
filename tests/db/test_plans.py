"""With 100,000 tasks in a project no list, page or hand-out walks or sorts them: a few statements, each by an index."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Self

import msgspec
import pytest
from sqlalchemy import event, text

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.services import configurations, links, media, projects, tasks
from labelwright.services.context import Context
from labelwright.services.paging import encode_cursor
from labelwright.services.tasks import TaskFilter
from tests.builders import Project, Team, make_project, make_team

MANY = 100_000
MIDDLE = encode_cursor("img 050000.png", "")
MEDIA = """
WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 99999)
INSERT INTO medium (id, dataset_id, name, source, state, created_at)
SELECT printf('m%08d', n), :dataset, printf('img %06d.png', n), 'LOCAL', 'ready', 1 FROM number
"""
TASKS = """
WITH RECURSIVE number(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 99999)
INSERT INTO task (id, project_id, medium_id, dataset_id, medium_name, medium_deleted, has_import, created_at,
    changed_at, state)
SELECT printf('t%08d', n), :project, printf('m%08d', n), :dataset, printf('img %06d.png', n), 0, 0, 1, 1,
    CASE n % 10 WHEN 0 THEN 'BACKLOG' WHEN 1 THEN 'WAITING_CHANGED' WHEN 2 THEN 'WAITING' ELSE 'COMPLETED' END
FROM number
"""


class Large(NamedTuple):
    ctx: Context
    team: Team
    project: Project


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Large]:
    with open_context(Settings(data=tmp_path_factory.mktemp("large"))) as ctx:
        team = make_team(ctx, "Harbour")
        project = make_project(ctx, team.admin, media=())
        make_project(ctx, team.admin, name="Another")
        ids = {"project": project.id, "dataset": project.dataset_id}
        for statement in (MEDIA, TASKS):
            ctx.db.write(lambda conn, statement=statement: conn.execute(text(statement), ids))
        yield Large(ctx, team, project)


class Watch:
    """Every statement that is sent while it watches, with SQLite's plan for it."""

    def __init__(self, ctx: Context) -> None:
        self.ctx, self.sent = ctx, list[tuple[str, Any]]()

    def __enter__(self) -> Self:
        for engine in (self.ctx.db._readers, self.ctx.db._writer):
            event.listen(engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        for engine in (self.ctx.db._readers, self.ctx.db._writer):
            event.remove(engine, "before_cursor_execute", self._note)

    def _note(self, _conn: Any, _cursor: Any, statement: str, parameters: Any, *_: object) -> None:
        if statement.split(maxsplit=1)[0] in {"SELECT", "UPDATE", "INSERT", "DELETE"}:
            self.sent.append((statement, parameters))

    def plans(self) -> list[str]:
        with self.ctx.db.read() as conn:
            return [
                str(step[3])
                for statement, parameters in self.sent
                for step in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            ]


Request = Callable[[Large], Any]


def listed(cursor: str | None = None, **filters: Any) -> Request:
    return lambda w: tasks.list_tasks(w.ctx, w.team.admin, w.project.id, TaskFilter(**filters), cursor=cursor)


def recoloured(large: Large) -> None:
    """With 100,000 labelled tasks, too, no label is read or written for it."""
    ctx, admin, project_id = large.ctx, large.team.admin, large.project.id
    crane, *others = configurations.get_configuration(ctx, admin, project_id).classes
    configurations.save_configuration(
        ctx, admin, project_id, (msgspec.structs.replace(crane, color="#123456"), *others)
    )


REQUESTS: dict[str, tuple[Request, int]] = {
    "the first page": (listed(), 3),
    "a page in the middle": (listed(MIDDLE), 3),
    "a state": (listed(states=("WAITING",)), 3),
    "a page of a state": (listed(MIDDLE, states=("WAITING",)), 3),
    "a state that nothing is in": (listed(states=("SKIPPED",)), 3),
    "states": (listed(states=("WAITING", "COMPLETED")), 3),
    "the media": (
        lambda w: media.list_media(w.ctx, w.team.admin, w.project.dataset_id, media.MediaFilter(), cursor=MIDDLE),
        3,
    ),
    "the next task of a project": (lambda w: tasks.take_next(w.ctx, w.team.admin, w.project.id), 5),
    "the next task of any project": (lambda w: tasks.take_next(w.ctx, w.team.labeler), 4),
    "opening a task": (lambda w: tasks.open_task(w.ctx, w.team.admin, "t00050000"), 6),
    "moving a task": (lambda w: tasks.move_task(w.ctx, w.team.admin, "t00050000", "release"), 3),
    "the projects": (lambda w: projects.list_projects(w.ctx, w.team.admin), 9),
    "a link to fetch": (lambda w: links.fetch_next(w.ctx), 1),
    "a colour of the label configuration": (recoloured, 9),
    "a row to rewrite": (lambda w: configurations.rewrite_next(w.ctx), 1),
}


@pytest.mark.parametrize(("request_", "most"), REQUESTS.values(), ids=REQUESTS.keys())
def test_a_request_takes_few_statements_and_each_finds_its_rows_by_an_index(
    large: Large, request_: Request, most: int
) -> None:
    with Watch(large.ctx) as watch:
        request_(large)
    plans = watch.plans()
    assert 0 < len(watch.sent) <= most
    walks = [step for step in plans if step.startswith(("SCAN task", "SCAN medium", "SCAN candidate"))]
    assert walks == []


@pytest.mark.parametrize(
    "name", ["a page in the middle", "a page of a state", "the media", "the next task of a project"]
)
def test_a_page_is_not_sorted_but_read_in_order(large: Large, name: str) -> None:
    with Watch(large.ctx) as watch:
        REQUESTS[name][0](large)
    assert [step for step in watch.plans() if "TEMP B-TREE" in step] == []


def test_a_page_in_the_middle_is_the_right_one(large: Large) -> None:
    page = tasks.list_tasks(large.ctx, large.team.admin, large.project.id, TaskFilter(), cursor=MIDDLE, limit=2)
    assert [task["mediumName"] for task in page.items] == ["img 050000.png", "img 050001.png"]
    assert page.total == MANY
