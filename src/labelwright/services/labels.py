"""The labels of a task: the one way in is a difference, applied to the revision it was made on."""

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, bindparam, select, update

from labelwright.db import tables as t
from labelwright.model.configuration import Configuration
from labelwright.model.document import Applied, Change, Difference, Document, Stamp, apply
from labelwright.model.errors import (
    ConfigurationChanged,
    InvalidLabels,
    Issue,
    NotYourTask,
    RevisionConflict,
    TaskNotEditable,
)
from labelwright.model.ids import is_uuid
from labelwright.model.ordering import ordered
from labelwright.model.task import ANY_OPEN, TaskState
from labelwright.model.validate import SizeWH, annotation_issues, answers_issues
from labelwright.services import configurations, conform, history
from labelwright.services.access import GRANTS, Actor, Right, access_task
from labelwright.services.context import Context

REVIEWED = (TaskState.REVIEWED, TaskState.REVIEWED_SKIP)


# Made once: a save runs all of these, and making a statement costs more than running it.
_LABELS = select(t.label_document).where(t.label_document.c.task_id == bindparam("task"))
_SAVED = select(t.label_change.c.revision, t.label_change.c.at).where(
    t.label_change.c.task_id == bindparam("task"), t.label_change.c.change_id == bindparam("change")
)
_SIZE = select(t.medium.c.width, t.medium.c.height).where(t.medium.c.id == bindparam("medium"))
_INSERT = t.label_document.insert()
_UPDATE = update(t.label_document).where(t.label_document.c.task_id == bindparam("task"))
_TOUCH = update(t.task).where(t.task.c.id == bindparam("task"))


class Saved(msgspec.Struct, frozen=True, rename="camel"):
    """The answer to a save: the revision that holds it, and when it was saved (epoch ms)."""

    revision: int
    saved_at: int


class Stored(NamedTuple):
    """A task's labels as they stand: document under the current configuration, and the row (None: never saved)."""

    document: Document
    revision: int
    row: Row[Any] | None


def load(conn: Connection, task_id: str, configuration: Configuration) -> Stored:
    """Read a task's labels, conformed to the configuration."""
    row = conn.execute(_LABELS, {"task": task_id}).first()
    return Stored(conform.current(row, configuration), row.revision if row else 0, row)


def load_bytes(conn: Connection, task_id: str, configuration: Configuration) -> tuple[bytes, int]:
    """Read a task's labels as canonical JSON, conformed to the configuration, and their revision."""
    row = conn.execute(_LABELS, {"task": task_id}).first()
    return conform.current_bytes(row, configuration), row.revision if row else 0


def refusal(actor: Actor, task: Row[Any]) -> TaskNotEditable | NotYourTask | None:
    """Why the caller may not change this task's labels now; None when he may."""
    state = TaskState(task.state)
    if state in REVIEWED:
        return TaskNotEditable("The task is reviewed. Reopen it before you change its labels.")
    if actor.grants[task.organisation_id] in GRANTS[Right.LABEL_ANY]:
        return None
    if state not in ANY_OPEN:
        return TaskNotEditable("The task is finished. An admin can reopen it.")
    if state != TaskState.IN_PROGRESS or actor.user_id is None or task.labeler_id != actor.user_id:
        return NotYourTask("The task is not yours. Take it with “Start labelling”, or ask an admin to release it.")
    return None


async def save(ctx: Context, actor: Actor, task_id: str, difference: Difference) -> Saved:
    """Do what `apply_difference` does for a caller on an event loop."""
    stamp = Stamp(actor.id, ctx.now_ms(), actor.source)
    return await ctx.db.written(lambda conn: apply_within(conn, actor, task_id, difference, stamp))


def apply_difference(ctx: Context, actor: Actor, task_id: str, difference: Difference) -> Saved:
    """Save one difference: document, export form, history and task in one transaction.

    Sending the same `change_id` again is answered like the first time. Raises RevisionConflict (somebody saved
    meanwhile), ConfigurationChanged, InvalidLabels, NotYourTask, TaskNotEditable, NotFound.
    """
    stamp = Stamp(actor.id, ctx.now_ms(), actor.source)
    return ctx.db.write(lambda conn: apply_within(conn, actor, task_id, difference, stamp))


def apply_within(
    conn: Connection, actor: Actor, task_id: str, difference: Difference, stamp: Stamp, *, anywhere: bool = False
) -> Saved:
    """Do what `apply_difference` does inside a transaction; `anywhere` lets points lie outside the picture."""
    task = access_task(conn, actor, task_id, Right.LABEL)
    if (before := _find_saved(conn, task_id, difference.change_id)) is not None:
        return before
    if (error := refusal(actor, task)) is not None:
        raise error
    configuration = configurations.of_project(conn, task.project_id)
    stored = load(conn, task_id, configuration)
    if difference.revision != stored.revision:
        text = f"Somebody saved revision {stored.revision} of these labels; yours were made on {difference.revision}."
        raise RevisionConflict(text, current_revision=stored.revision)
    difference = ordered(difference, configuration)
    applied = apply(stored.document, difference, stamp)
    issues = (*_input_issues(difference), *applied.issues)
    if not issues:
        size_wh = None if anywhere else _size_of(conn, task.medium_id)
        issues = tuple(touched_issues(applied, difference, configuration, size_wh))
    if issues:
        _refuse(issues, difference, configuration)
    return store(conn, task, stored, applied.document, applied.change, configuration, stamp, difference.change_id)


def _find_saved(conn: Connection, task_id: str, change_id: str) -> Saved | None:
    row = conn.execute(_SAVED, {"task": task_id, "change": change_id}).first()
    return Saved(row.revision, row.at) if row else None


def _input_issues(difference: Difference) -> Iterator[Issue]:
    if not is_uuid(difference.change_id):
        yield Issue("/changeId", "invalid_id", "changeId must be a UUID in lower case.")
    for index, annotation in enumerate(difference.created):
        if not is_uuid(annotation.id):
            yield Issue(f"/created/{index}/id", "invalid_id", "An annotation's id must be a UUID in lower case.")


def _size_of(conn: Connection, medium_id: str) -> SizeWH | None:
    row = conn.execute(_SIZE, {"medium": medium_id}).one()
    return (row.width, row.height) if row.width else None


def touched_issues(
    applied: Applied, difference: Difference, configuration: Configuration, size_wh: SizeWH | None
) -> Iterator[Issue]:
    """Check what a difference touches, in the document that it makes.

    A geometry that stays as it was may lie outside the picture: imports for old clients keep such ones.
    """
    by_id = {annotation.id: annotation for annotation in applied.document.annotations}
    kept = {now.id for was, now in applied.change.annotations if was and now and was.geometry == now.geometry}
    for name, annotations in (("created", difference.created), ("updated", difference.updated)):
        for index, annotation in enumerate(annotations):
            parent = by_id.get(annotation.parent_id) if annotation.parent_id else None
            bounds = None if annotation.id in kept else size_wh
            place = f"/{name}/{index}"
            yield from annotation_issues(annotation, configuration, pointer=place, parent=parent, size_wh=bounds)
    yield from answers_issues(difference.answers.set, configuration, owner=None, pointer="/answers/set")


def _refuse(issues: tuple[Issue, ...], difference: Difference, configuration: Configuration) -> None:
    gone = {"unknown_class", "unknown_option", "too_long"}
    if difference.configuration_revision != configuration.revision and {issue.code for issue in issues} <= gone:
        text = f"The label configuration changed meanwhile: {issues[0].message}"
        raise ConfigurationChanged(text, issues=issues, current_revision=configuration.revision)
    raise InvalidLabels(f"Nothing was saved. {issues[0].message}", issues)


def store(  # noqa: PLR0913, PLR0917 - everything one transaction writes
    conn: Connection,
    task: Row[Any],
    stored: Stored,
    document: Document,
    change: Change,
    configuration: Configuration,
    stamp: Stamp,
    change_id: str,
) -> Saved:
    """Write the next revision of a task's labels. The caller has checked everything.

    What a newer configuration takes from a row that was not rewritten yet goes into the history with this change.
    """
    revision = stored.revision + 1
    if stored.row is not None and not conform.is_fresh(stored.row, configuration):
        change = conform.difference_of(conform.decoded(stored.row.document), document)
    values = {**conform.ready(document, configuration)._asdict(), "revision": revision, "changed_at": stamp.at}
    if stored.row is None:
        conn.execute(_INSERT, {"task_id": task.id, "project_id": task.project_id, **values})
    else:
        conn.execute(_UPDATE, {"task": task.id, **values})
    history.append(conn, history.Entry(task.id, revision, change_id, stamp, change))
    conn.execute(_TOUCH, {"task": task.id, "changed_at": stamp.at, "changed_by": stamp.actor_id})
    return Saved(revision, stamp.at)
