"""Take an import back, from the history alone: what it changed, where nobody changed the same since."""

from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, select

from labelwright.db import tables as t
from labelwright.model.configuration import Configuration
from labelwright.model.document import Change, Document, Stamp
from labelwright.model.migration import conforming
from labelwright.services import configurations, conform
from labelwright.services.context import Context
from labelwright.services.import_storing import Act, change_id, prepared, save_all, tasks_of

_AT_ONCE: Final = 8
"""Media whose labels are in memory together: they may be large."""
_CHANGE: Final = msgspec.json.Decoder(Change)


class Undo:
    """The undo of one import. `media` are those whose tasks some import changed."""

    def __init__(self, ctx: Context, row: Row[Any]) -> None:
        self._ctx, self._row = ctx, row
        self._act = Act(row.id, "undo", Stamp(row.created_by, ctx.now_ms(), "undo"))
        with ctx.db.read() as conn:
            self._configuration: Configuration = configurations.of_project(conn, row.project_id)
            self.media: list[str] = list(conn.execute(imported_media(row.project_id)).scalars())

    def undo(self, media: list[str]) -> int:
        """Take back what the import changed in some media; returns how many things stay, as people changed them."""

        def work(conn: Connection) -> int:
            starts = range(0, len(media), _AT_ONCE)
            return sum(self._undo_some(conn, media[start : start + _AT_ONCE]) for start in starts)

        return self._ctx.db.write(work)

    def _undo_some(self, conn: Connection, media: list[str]) -> int:
        rows = conn.execute(tasks_of(self._row.project_id, media)).all()
        acts = {row.id: (change_id(self._row.id, row.id, "import"), self._act.change_id(row.id)) for row in rows}
        query = select(t.label_change.c.change_id, t.label_change.c.change).where(
            t.label_change.c.task_id.in_(acts),
            t.label_change.c.change_id.in_([one for both in acts.values() for one in both]),
        )
        changes = {one.change_id: one.change for one in conn.execute(query)}
        kept = 0
        for row in rows:
            imported, undone_already = acts[row.id]
            if imported in changes and undone_already not in changes:
                kept += self._undo_one(conn, row, _CHANGE.decode(changes[imported]))
        return kept

    def _undo_one(self, conn: Connection, row: Row[Any], change: Change) -> int:
        before = conform.current(row, self._configuration)
        after, kept = undone(before, change)
        after = conforming(after, self._configuration)
        if after != before:
            ready, stored = conform.ready(after, self._configuration), conform.decoded(row.document)
            save_all(conn, [prepared(row, stored, ready, after)], self._act)
        return kept


def imported_media(project_id: str) -> Any:
    """Select the media of a project whose labels an import changed."""
    return (
        select(t.task.c.medium_id)
        .where(t.task.c.project_id == project_id, t.task.c.medium_deleted.is_(False), t.task.c.has_import.is_(True))
        .order_by(t.task.c.medium_name, t.task.c.medium_id)
    )


def undone(document: Document, change: Change) -> tuple[Document, int]:
    """The document without a change, where nobody changed the same since; and how many things somebody did."""
    annotations = {a.id: a for a in document.annotations}
    answers = dict(document.answers)
    kept = 0
    for was, now in change.annotations:
        one = now or was
        assert one is not None
        key = one.id
        if annotations.get(key) != now:
            kept += 1
        elif was is None:
            annotations.pop(key, None)
        else:
            annotations[key] = was
    for class_id, (was_answer, now_answer) in change.answers.items():
        present = (answers[class_id],) if class_id in answers else ()
        if present != now_answer:
            kept += 1
        elif was_answer:
            answers[class_id] = was_answer[0]
        else:
            answers.pop(class_id, None)
    orphans = [a.id for a in annotations.values() if a.parent_id is not None and a.parent_id not in annotations]
    for key in orphans:
        del annotations[key]
    ordered = tuple(annotations[key] for key in sorted(annotations))
    return Document(annotations=ordered, answers=dict(sorted(answers.items()))), kept
