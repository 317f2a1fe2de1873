"""The label configuration of a project: reading, saving as one transaction, clearing, and what a change would cost."""

from collections.abc import Iterator
from functools import lru_cache, partial
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, LargeBinary, Row, bindparam, func, literal, or_, select, update

from labelwright.db import tables as t
from labelwright.model.canonical import encoded
from labelwright.model.configuration import Configuration, LabelClass, check, identity_issues, normalised
from labelwright.model.errors import (
    ConfigurationConflict,
    ConfigurationNotEmpty,
    ConfirmationNeeded,
    InvalidConfiguration,
    NotFound,
)
from labelwright.model.migration import Holding, Losses, Tally, keeps_labels, losses, reopens
from labelwright.model.numbering import Given, number_issues, numbered
from labelwright.model.task import TaskState, moves_of
from labelwright.services import conform
from labelwright.services.access import Actor, Right, access_project
from labelwright.services.context import Context
from labelwright.services.paging import parts

Classes = tuple[LabelClass, ...]

_CLASSES: msgspec.json.Decoder[Classes] = msgspec.json.Decoder(Classes)
_GIVEN: msgspec.json.Decoder[Given] = msgspec.json.Decoder(Given)
_HOLDING: msgspec.json.Decoder[Holding] = msgspec.json.Decoder(Holding)
# Up to this many labelled tasks are rewritten together with the configuration, more of them in the background.
REWRITTEN_AT_ONCE = 300


@lru_cache(maxsize=256)
def _parsed(
    configuration_id: str, project_id: str, revision: int, labels_revision: int, timestamp: int, classes: bytes
) -> Configuration:
    return Configuration(
        id=configuration_id,
        project_id=project_id,
        revision=revision,
        timestamp=timestamp,
        classes=_CLASSES.decode(classes),
        labels_revision=labels_revision,
    )


_OF_PROJECT = select(t.label_configuration).where(t.label_configuration.c.project_id == bindparam("project"))


def of_project(conn: Connection, project_id: str) -> Configuration:
    """The configuration of a project that the caller has access to."""
    return _of_row(conn.execute(_OF_PROJECT, {"project": project_id}).one())


def _of_row(row: Row[Any]) -> Configuration:
    return _parsed(row.id, row.project_id, row.revision, row.labels_revision, row.changed_at, row.classes)


def _given(conn: Connection, project_id: str) -> Given:
    """Every class number that the project ever gave, and to whom."""
    query = select(t.label_configuration.c.numbers).where(t.label_configuration.c.project_id == project_id)
    return _GIVEN.decode(conn.execute(query).scalar_one())


def get_configuration(ctx: Context, actor: Actor, project_id: str) -> Configuration:
    """Read a project's configuration. Raises NotFound."""
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.READ_PROJECT)
        return of_project(conn, project_id)


def find_project_id(ctx: Context, configuration_id: str) -> str:
    """The project of a configuration id, which is not yet authorised. Raises NotFound."""
    with ctx.db.read() as conn:
        query = select(t.label_configuration.c.project_id).where(t.label_configuration.c.id == configuration_id)
        project_id = conn.scalar(query)
    if project_id is None:
        raise NotFound("label configuration", configuration_id)
    return str(project_id)


# --- what a change would do -----------------------------------------------------------------------------------------


class RemovedClass(msgspec.Struct, frozen=True):
    id: str
    key: str
    name: str
    annotations: int
    answers: int
    tasks: int


class RemovedOption(msgspec.Struct, frozen=True, rename="camel"):
    class_id: str
    class_key: str
    option_key: str
    answers: int


class Effects(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What saving would do to existing labels and finished tasks."""

    finished_tasks: int
    removed_classes: tuple[RemovedClass, ...]
    removed_options: tuple[RemovedOption, ...]
    reopens: bool
    needs_confirmation: bool


def preview_effects(ctx: Context, actor: Actor, project_id: str, classes: Classes, *, wish: bool = False) -> Effects:
    """Count what saving `classes` would do. Raises InvalidConfiguration like saving would."""
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.CONFIGURE)
        old = of_project(conn, project_id)
        given = {} if wish else _given(conn, project_id)
        checked = _checked(_wished(classes, old) if wish else classes, old, given)
        return _effects(conn, old, _drafted(old, checked))


def _drafted(old: Configuration, classes: Classes) -> Configuration:
    return msgspec.structs.replace(old, classes=classes)


class Seen(NamedTuple):
    """Which labels were counted under which configuration: the revision of every task's."""

    configuration_revision: int
    revisions: dict[str, int]


def _see(conn: Connection, configuration: Configuration) -> Seen:
    query = (
        select(t.task.c.id, t.label_document.c.revision)
        .join(t.label_document, t.label_document.c.task_id == t.task.c.id)
        .where(t.task.c.project_id == configuration.project_id)
    )
    return Seen(configuration.revision, {row[0]: row[1] for row in conn.execute(query)})


def _effects(conn: Connection, old: Configuration, new: Configuration, seen: Seen | None = None) -> Effects:
    """Count what a change would do; with `seen`, on labels that were saved since alone."""
    loss, tally = losses(old, new), Tally()
    if loss.any:
        for raw in _documents_with(conn, old, loss, seen):
            tally.add(_HOLDING.decode(raw), loss)
    finished = _finished_count(conn, old.project_id)
    removed = [old.by_id[class_id].label_class for class_id in old.by_id if class_id in loss.class_ids]
    return Effects(
        finished_tasks=finished,
        removed_classes=tuple(_removed_class(c, tally) for c in removed),
        removed_options=tuple(
            RemovedOption(class_id, old.by_id[class_id].label_class.key, option, count)
            for (class_id, option), count in sorted(tally.options.items())
        ),
        reopens=bool(finished) and reopens(old, new),
        needs_confirmation=tally.touched > 0,
    )


def _removed_class(removed: LabelClass, tally: Tally) -> RemovedClass:
    key = str(removed.id)
    return RemovedClass(key, removed.key, removed.name, tally.annotations[key], tally.answers[key], tally.tasks[key])


def _documents_with(conn: Connection, old: Configuration, loss: Losses, seen: Seen | None) -> Iterator[bytes]:
    """The documents that mention any class concerned; the database searches bytes, nothing is decoded."""
    wanted = {*loss.class_ids, *loss.options, *loss.shortened}
    mentions = (func.instr(t.label_document.c.document, literal(key.encode(), LargeBinary)) > 0 for key in wanted)
    query = select(t.label_document.c.document).where(or_(*mentions))
    if seen is None or seen.configuration_revision != old.revision:
        yield from conn.execute(query.where(t.label_document.c.project_id == old.project_id)).scalars()
        return
    now = _see(conn, old).revisions
    for part in parts([task_id for task_id, revision in now.items() if seen.revisions.get(task_id) != revision]):
        yield from conn.execute(query.where(t.label_document.c.task_id.in_(part))).scalars()


def _finished_count(conn: Connection, project_id: str) -> int:
    finished = [state for move in moves_of("configuration_reopens") for state in move.sources]
    query = (
        select(func.count())
        .select_from(t.task)
        .where(t.task.c.project_id == project_id, t.task.c.medium_deleted.is_(False), t.task.c.state.in_(finished))
    )
    return conn.scalar(query) or 0


# --- saving ---------------------------------------------------------------------------------------------------------


def save_configuration(  # noqa: PLR0913 - what is saved, on what, and the two answers people give
    ctx: Context,
    actor: Actor,
    project_id: str,
    classes: Classes,
    *,
    revision: int | None = None,
    confirm: bool = False,
    reopen: bool | None = None,
    wish: bool = False,
) -> Configuration:
    """Save a whole configuration: classes without id are new, missing ones go with all their labels.

    With `wish`, the numbers of new classes are what somebody else's file has, and those that are taken are let go.

    `revision` (None: whatever there is) is the one the change was made on. Labels that have no place any more are
    kept in the history. Raises ConfigurationConflict, ConfirmationNeeded (with `effects`), InvalidConfiguration.
    """

    def plan(conn: Connection) -> tuple[Configuration, Classes, Given]:
        access_project(conn, actor, project_id, Right.CONFIGURE)
        old = of_project(conn, project_id)
        _check_revision(old, revision)
        given = _given(conn, project_id)
        return old, _checked(_wished(classes, old) if wish else classes, old, {} if wish else given), given

    def work(conn: Connection, seen: Seen | None) -> Configuration:
        old, checked, given = plan(conn)
        if seen is not None:
            _check_confirmed(conn, old, _drafted(old, checked), seen)
        complete, given = numbered(checked, old, given, wish=wish)
        new = _following(ctx, old, _identified(ctx, complete))
        _store(conn, ctx, actor, new, given)
        if reopen and reopens(old, new):
            _reopen_finished(conn, ctx, project_id)
        return new

    seen: Seen | None = None
    if not confirm:  # all labels are looked at before it is the writer's turn, who has others to serve
        with ctx.db.read() as conn:
            old, checked, _ = plan(conn)
            seen = _check_confirmed(conn, old, _drafted(old, checked))
    return ctx.db.write(partial(work, seen=seen))


def clear_configuration(ctx: Context, actor: Actor, project_id: str) -> Configuration:
    """Take out every class, and so every label; finished tasks wait again."""

    def work(conn: Connection) -> Configuration:
        access_project(conn, actor, project_id, Right.CONFIGURE)
        new = _following(ctx, of_project(conn, project_id), ())
        _store(conn, ctx, actor, new, _given(conn, project_id))
        _reopen_finished(conn, ctx, project_id)
        return new

    return ctx.db.write(work)


def fill_configuration(ctx: Context, actor: Actor, project_id: str, classes: Classes) -> Configuration:
    """Save classes into an empty configuration, as an import does. Raises ConfigurationNotEmpty.

    A class keeps its number of the file, unless another class of this project had that one before.
    """

    def work(conn: Connection) -> Configuration:
        access_project(conn, actor, project_id, Right.CONFIGURE)
        old = of_project(conn, project_id)
        if old.classes:
            raise ConfigurationNotEmpty("The project has a label configuration. Clear it before you import another.")
        complete, given = numbered(_checked(_without_ids(classes), old, {}), old, _given(conn, project_id), wish=True)
        new = _following(ctx, old, _identified(ctx, complete))
        _store(conn, ctx, actor, new, given)
        return new

    return ctx.db.write(work)


def _wished(classes: Classes, old: Configuration) -> Classes:
    """New classes without the numbers that classes of the configuration have."""
    taken = {placed.label_class.number for placed in old.by_id.values()}
    return tuple(
        msgspec.structs.replace(
            c, number=None if c.id is None and c.number in taken else c.number, children=_wished(c.children, old)
        )
        for c in classes
    )


def _check_revision(old: Configuration, revision: int | None) -> None:
    if revision is not None and revision != old.revision:
        text = "Somebody saved the label configuration meanwhile. Reload it and repeat your change."
        raise ConfigurationConflict(text, current_revision=old.revision)


def _check_confirmed(conn: Connection, old: Configuration, new: Configuration, seen: Seen | None = None) -> Seen:
    """Look at the labels that were not seen yet, and say which were. Raises ConfirmationNeeded where some would go."""
    if not losses(old, new).any:
        return Seen(old.revision, {})
    effects = _effects(conn, old, new, seen)
    if effects.needs_confirmation:
        raise ConfirmationNeeded(_loss_text(effects), effects=msgspec.to_builtins(effects))
    return _see(conn, old)


def _loss_text(effects: Effects) -> str:
    parts = [f"“{c.key}” ({c.annotations} annotations, {c.answers} answers)" for c in effects.removed_classes]
    parts += [f"option “{o.option_key}” of “{o.class_key}” ({o.answers} answers)" for o in effects.removed_options]
    return f"Saving removes labels: {'; '.join(parts[:20])}. Confirm to go on."


def _checked(classes: Classes, old: Configuration, given: Given) -> Classes:
    clean = normalised(classes)
    issues = (*check(clean), *identity_issues(clean, old), *number_issues(clean, old, given))
    if issues:
        raise InvalidConfiguration(f"The label configuration cannot be saved: {issues[0].message}", issues)
    return clean


def _identified(ctx: Context, classes: Classes) -> Classes:
    return tuple(
        msgspec.structs.replace(c, id=c.id or ctx.new_id(), children=_identified(ctx, c.children)) for c in classes
    )


def _without_ids(classes: Classes) -> Classes:
    return tuple(msgspec.structs.replace(c, id=None, children=_without_ids(c.children)) for c in classes)


def _following(ctx: Context, old: Configuration, classes: Classes) -> Configuration:
    """The next revision, with `classes`; labels are left alone where nothing in them is another."""
    revision = old.revision + 1
    new = msgspec.structs.replace(old, classes=classes, revision=revision, timestamp=ctx.now_ms())
    return new if keeps_labels(old, new) else msgspec.structs.replace(new, labels_revision=revision)


def _store(conn: Connection, ctx: Context, actor: Actor, new: Configuration, given: Given) -> None:
    """Write the configuration and bring labels along: at once where they are few, else in the background."""
    values: dict[str, Any] = {"revision": new.revision, "changed_at": new.timestamp, "classes": encoded(new.classes)}
    values |= {"numbers": encoded(given), "labels_revision": new.labels_revision}
    conn.execute(update(t.label_configuration).where(t.label_configuration.c.id == new.id).values(**values))
    if new.labels_revision == new.revision and conform.count_stale(conn, new) <= REWRITTEN_AT_ONCE:
        conform.rewrite_stale(conn, ctx, new, actor_id=actor.id, limit=REWRITTEN_AT_ONCE)


def _reopen_finished(conn: Connection, ctx: Context, project_id: str) -> None:
    for move in moves_of("configuration_reopens"):
        finished = (t.task.c.project_id == project_id) & t.task.c.state.in_(move.sources)
        values = {"state": TaskState(move.target).value, "changed_at": ctx.now_ms()}
        conn.execute(update(t.task).where(finished).values(**values))


BATCH = 100


def rewrite_next(ctx: Context) -> bool:
    """Rewrite a batch of rows that a configuration left behind; False when there is nothing to do."""
    behind = (
        select(t.label_configuration.c.project_id)
        .join(t.label_document, t.label_document.c.project_id == t.label_configuration.c.project_id)
        .where(t.label_document.c.configuration_revision < t.label_configuration.c.labels_revision)
        .limit(1)
    )
    with ctx.db.read() as conn:
        project_id = conn.scalar(behind)
    if project_id is None:
        return False

    def work(conn: Connection) -> int:
        return conform.rewrite_stale(conn, ctx, of_project(conn, project_id), actor_id=None, limit=BATCH)

    return ctx.db.write(work) > 0
