"""Whose job is next where several wait: nobody's keeps those of everybody else waiting.

Of one kind, several jobs are at work at a time, each of another person. The next is one of an organisation that has
none at work, if there is one; then of the organisation, and in it of the person, whose last turn is the longest ago.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from sqlalchemy import Table, select

from labelwright.db import tables as t
from labelwright.services.context import Context


class Waiting(NamedTuple):
    """A job that waits for its turn; `person` may be a token as well."""

    id: str
    person: str | None
    organisation: str


def waiting(ctx: Context, table: Table, states: Sequence[str]) -> list[Waiting]:
    """The jobs of a table in some states, the oldest first."""
    query = (
        select(table.c.id, table.c.created_by, t.project.c.organisation_id)
        .join(t.project, t.project.c.id == table.c.project_id)
        .where(table.c.state.in_(states))
        .order_by(table.c.created_at, table.c.id)
    )
    with ctx.db.read() as conn:
        return [Waiting(*row) for row in conn.execute(query)]


class Turns:
    """Who is at work, and when each was served last. Threads share one; a job is never given to two of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at_work: dict[str, tuple[object, Waiting]] = {}
        self._served: dict[str | None, int] = {}
        self._count = 0

    @contextmanager
    def next(self, kind: object, look: Callable[[], Iterable[Waiting]]) -> Iterator[str | None]:
        """Lend the next job of those that `look` finds, the oldest first, for as long as the block runs; None if none.

        Jobs of another `kind` do not count as work of the same person; they are the same jobs in another state.
        """
        with self._lock:  # what has ended is written down before it is let go, so it is not found again
            job = self._chosen(kind, look())
            if job is not None:
                self._count += 1
                self._at_work[job.id] = kind, job
                self._served[job.organisation] = self._served[job.person] = self._count
        try:
            yield None if job is None else job.id
        finally:
            if job is not None:
                with self._lock:
                    del self._at_work[job.id]

    def _chosen(self, kind: object, waiting: Iterable[Waiting]) -> Waiting | None:
        busy = [job for other, job in self._at_work.values() if other == kind]
        people, organisations = {job.person for job in busy}, {job.organisation for job in busy}
        free = (job for job in waiting if job.id not in self._at_work and job.person not in people)

        def turn(job: Waiting) -> tuple[bool, int, int]:
            served = self._served
            return job.organisation in organisations, served.get(job.organisation, 0), served.get(job.person, 0)

        return min(free, key=turn, default=None)
