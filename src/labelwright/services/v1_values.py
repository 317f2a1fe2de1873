"""Labels as old clients know them: a tree of *values*, each with an id.

A geometry's value is its annotation and has its id. A classification's value stands for one question of one owner (an
annotation, or the medium), whether it is answered or not; its id is made when it is first shown. A geometry that was
created without coordinates, as old clients do, is *unfinished*: it lives in `v1_value` alone until it gets them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, delete, select, update

from labelwright.db import tables as t
from labelwright.formats.configuration_file import FILE_TYPES
from labelwright.model.canonical import encoded
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import Annotation, Answers, Document
from labelwright.model.errors import Invalid, NotFound
from labelwright.services import configurations, labels
from labelwright.services.access import Actor, Right, access_task
from labelwright.services.context import Context

# A question and whose it is: (id of the annotation, None for the medium; id of the class).
Place = tuple[str | None, str]
ROWS_AT_ONCE = 5000


class ValueRefused(Invalid):
    """What an old client asked of values cannot be. Fields `key` and `params` are its words for the reason."""

    code = "value_refused"

    def __init__(self, key: str, params: Iterable[str], message: str) -> None:
        super().__init__(message, key=key, params=list(params))


class Unfinished(msgspec.Struct, frozen=True, kw_only=True):
    """A geometry without coordinates."""

    id: str
    class_id: str
    parent_id: str | None
    created_at: int
    answers: Answers = {}
    comment: str | None = None


class _Content(msgspec.Struct, frozen=True, omit_defaults=True):
    answers: Answers = {}
    comment: str | None = None


_CONTENT = msgspec.json.Decoder(_Content)


class Values(NamedTuple):
    """All values of one task in one snapshot; `ids` has the id of every classification value that has one."""

    task: Row[Any]
    iteration_id: str
    configuration: Configuration
    document: Document
    revision: int
    annotations: dict[str, Annotation]
    unfinished: dict[str, Unfinished]
    ids: dict[Place, str]
    rows: dict[str, Row[Any]]

    def label_class(self, class_id: str) -> LabelClass:
        return self.configuration.by_id[class_id].label_class

    def find_geometry(self, value_id: str | None) -> Annotation | Unfinished | None:
        """The annotation or unfinished geometry with this id."""
        return self.annotations.get(value_id or "") or self.unfinished.get(value_id or "")

    def find_place(self, value_id: str) -> Place | None:
        """The question that a classification value's id stands for."""
        row = self.rows.get(value_id)
        place = (row.annotation_id, row.class_id) if row is not None else None
        return place if place is not None and self.ids.get(place) == value_id else None


def old_type(label_class: LabelClass) -> str:
    """The type's name for old clients: `RECTANGLE`, `SELECT`."""
    return FILE_TYPES.get(label_class.type, label_class.type.upper())


def load(conn: Connection, actor: Actor, task_id: str, right: Right) -> Values:
    """Read a task's values as they stand. Raises NotFound, Forbidden."""
    task = access_task(conn, actor, task_id, right)
    configuration = configurations.of_project(conn, task.project_id)
    stored = labels.load(conn, task_id, configuration)
    iteration_id = conn.execute(
        select(t.project.c.label_iteration_id).where(t.project.c.id == task.project_id)
    ).scalar()
    rows = {row.id: row for row in conn.execute(select(t.v1_value).where(t.v1_value.c.task_id == task_id))}
    annotations = {annotation.id: annotation for annotation in stored.document.annotations}
    unfinished = dict(_unfinished(rows.values(), configuration, annotations))
    owners = {key: a.class_id for key, a in annotations.items()} | {key: u.class_id for key, u in unfinished.items()}
    return Values(
        task=task,
        iteration_id=str(iteration_id),
        configuration=configuration,
        document=stored.document,
        revision=stored.revision,
        annotations=annotations,
        unfinished=unfinished,
        ids=_ids(rows.values(), configuration, owners),
        rows=rows,
    )


def _unfinished(
    rows: Iterable[Row[Any]], configuration: Configuration, annotations: dict[str, Annotation]
) -> Iterator[tuple[str, Unfinished]]:
    """The rows of unfinished geometries whose class and parent are still there, parents first."""
    alive: set[str | None] = {None, *annotations}
    for row in sorted((row for row in rows if row.content is not None), key=lambda row: row.parent_id is not None):
        if row.id not in annotations and row.class_id in configuration.by_id and row.parent_id in alive:
            alive.add(row.id)
            given = msgspec.structs.asdict(_CONTENT.decode(row.content))
            place = {"id": row.id, "class_id": row.class_id, "parent_id": row.parent_id}
            yield row.id, Unfinished(**place, created_at=row.created_at, **given)


def _ids(rows: Iterable[Row[Any]], configuration: Configuration, owners: dict[str, str]) -> dict[Place, str]:
    """The ids of classification values whose owner is still there and still asks the question."""
    asked = questions(configuration)
    found: dict[Place, str] = {}
    for row in rows:
        owner = row.annotation_id
        if row.id != owner and (owner is None or owner in owners):
            asker = owners[owner] if owner is not None else None
            if row.class_id in asked[asker]:
                found[owner, row.class_id] = row.id
    return found


def questions(configuration: Configuration) -> dict[str | None, list[str]]:
    """Ids of the classifications that each geometry class (None: the medium) asks, in configuration order."""
    asked: dict[str | None, list[str]] = defaultdict(list)
    for class_id, placed in configuration.by_id.items():
        if not placed.label_class.is_geometry:
            asked[str(placed.owner.id) if placed.owner else None].append(class_id)
    return asked


# --- showing --------------------------------------------------------------------------------------------------------


def show(ctx: Context, actor: Actor, task_id: str) -> Values:
    """Read a task's values and see to it that each has an id. Raises NotFound."""
    with ctx.db.read() as conn:
        values = load(conn, actor, task_id, Right.LIST_TASKS)
    if not any(_missing(values)):
        return values

    def work(conn: Connection) -> Values:
        return shown(conn, ctx, load(conn, actor, task_id, Right.LIST_TASKS))

    return ctx.db.write(work)


def shown(conn: Connection, ctx: Context, values: Values) -> Values:
    """Give every value an id, within a transaction; forget ids whose value is gone."""
    now = ctx.now_ms()
    added: list[dict[str, Any]] = []
    ids = dict(values.ids)
    for (owner, class_id), value_id in _missing(values):
        made = value_id or ctx.new_id()
        if value_id is None:
            ids[owner, class_id] = made
        added.append(
            {"id": made, "task_id": values.task.id, "annotation_id": owner, "class_id": class_id, "created_at": now}
        )
    for start in range(0, len(added), ROWS_AT_ONCE):
        conn.execute(t.v1_value.insert(), added[start : start + ROWS_AT_ONCE])
    _forget(conn, values)
    return values._replace(ids=ids)


def _missing(values: Values) -> Iterator[tuple[Place, str | None]]:
    """Values without a row: (place, id), the id of a classification's value being None still to be made."""
    asked = questions(values.configuration)
    for class_id in asked[None]:
        if (None, class_id) not in values.ids:
            yield (None, class_id), None
    owners: list[Annotation | Unfinished] = [*values.annotations.values(), *values.unfinished.values()]
    for owner in owners:
        if owner.id not in values.rows:
            yield (owner.id, owner.class_id), owner.id
        for class_id in asked[owner.class_id]:
            if (owner.id, class_id) not in values.ids:
                yield (owner.id, class_id), None


def _forget(conn: Connection, values: Values) -> None:
    kept = {*values.annotations, *values.unfinished, *values.ids.values()}
    gone = [value_id for value_id in values.rows if value_id not in kept]
    for start in range(0, len(gone), 500):
        conn.execute(delete(t.v1_value).where(t.v1_value.c.id.in_(gone[start : start + 500])))


def task_of(conn: Connection, actor: Actor, value_id: str, task_id: str | None = None) -> str:
    """The task of a value that was shown; `task_id` is where the caller says that it is. Raises NotFound."""
    row = conn.execute(select(t.v1_value.c.task_id).where(t.v1_value.c.id == value_id)).first()
    found = row.task_id if row is not None else task_id
    if found is None:
        raise NotFound("value", value_id)
    try:
        access_task(conn, actor, found, Right.LIST_TASKS)
    except NotFound:
        raise NotFound("value", value_id) from None
    return str(found)


# --- unfinished geometries ------------------------------------------------------------------------------------------


def insert_unfinished(conn: Connection, task_id: str, geometry: Unfinished) -> None:
    row = {"id": geometry.id, "task_id": task_id, "annotation_id": geometry.id, "class_id": geometry.class_id}
    more = {"parent_id": geometry.parent_id, "content": _content(geometry), "created_at": geometry.created_at}
    conn.execute(t.v1_value.insert().values(**row, **more))


def keep_unfinished(conn: Connection, geometry: Unfinished) -> None:
    own = t.v1_value.c.id == geometry.id
    conn.execute(update(t.v1_value).where(own).values(class_id=geometry.class_id, content=_content(geometry)))


def finish(conn: Connection, value_id: str) -> None:
    """Say that the geometry is an annotation of the document now."""
    conn.execute(update(t.v1_value).where(t.v1_value.c.id == value_id).values(content=None))


def forget_unfinished(conn: Connection, value_id: str) -> None:
    """Take an unfinished geometry out, with all that belongs to it."""
    own = (t.v1_value.c.id == value_id) | (t.v1_value.c.annotation_id == value_id)
    conn.execute(delete(t.v1_value).where(own))


def _content(geometry: Unfinished) -> bytes:
    return encoded(_Content(geometry.answers, geometry.comment))
