"""Tasks as old clients list, open and complete them."""

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, or_, select

from labelwright.db import tables as t
from labelwright.model.errors import LabelsNotComplete
from labelwright.services import projects, tasks, v1_values
from labelwright.services.access import Actor, Right, access_project, access_task
from labelwright.services.context import Context
from labelwright.services.media import Json, get_medium_json
from labelwright.services.naming import contains
from labelwright.services.v1_values import ValueRefused, Values, old_type

SHORTEST_WORD = 3


def list_tasks(
    ctx: Context, actor: Actor, project_id: str, *, state: str, search: str = "", limit: int = 0
) -> list[Row[Any]]:
    """Tasks of one state by medium name, with project name and labeler name; `limit` 0 means all.

    Every word of `search` must occur in the medium's name or the labeler's id; numbers and words of one or two
    letters do not count.
    """
    query = (
        select(
            t.task,
            t.project.c.name.label("project_name"),
            t.project.c.label_iteration_id,
            t.user.c.name.label("labeler_name"),
        )
        .join(t.project, t.project.c.id == t.task.c.project_id)
        .outerjoin(t.user, t.user.c.id == t.task.c.labeler_id)
        .where(t.task.c.project_id == project_id, t.task.c.medium_deleted.is_(False), t.task.c.state == state)
        .where(*(_mentions(word) for word in search.split() if len(word) >= SHORTEST_WORD and not word.isdigit()))
        .order_by(t.task.c.medium_name, t.task.c.medium_id)
        .limit(limit or None)
    )
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.LIST_TASKS)
        return list(conn.execute(query))


def _mentions(word: str) -> ColumnElement[bool]:
    return or_(contains(t.task.c.medium_name, word), contains(t.task.c.labeler_id, word))


def check_export(ctx: Context, actor: Actor, task_id: str) -> None:
    """Refuse who may not export this task. Raises NotFound, Forbidden."""
    with ctx.db.read() as conn:
        access_task(conn, actor, task_id, Right.EXPORT)


class LabelMode(NamedTuple):
    """Everything that label mode shows of one task; `people` are those among its authors who are persons."""

    values: Values
    project: Json
    medium: Json
    dataset_name: str
    people: frozenset[str]


def open_task(ctx: Context, actor: Actor, task_id: str) -> LabelMode:
    """Read a task with its values, each of which has an id from then on. Raises NotFound."""
    values = v1_values.show(ctx, actor, task_id)
    project = projects.get_project(ctx, actor, values.task.project_id)
    with ctx.db.read() as conn:
        medium = get_medium_json(conn, values.task.medium_id)
        named = select(t.dataset.c.name).where(t.dataset.c.id == values.task.dataset_id)
        return LabelMode(values, project, medium, str(conn.scalar(named)), frozenset(_people(conn, values)))


def people_of(ctx: Context, values: Values) -> frozenset[str]:
    """Which authors of a task's labels are persons; the others are tokens."""
    with ctx.db.read() as conn:
        return frozenset(_people(conn, values))


def _people(conn: Any, values: Values) -> list[str]:
    authors = {annotation.created_by for annotation in values.document.annotations} - {None}
    return list(conn.execute(select(t.user.c.id).where(t.user.c.id.in_(authors))).scalars())


def complete_task(ctx: Context, actor: Actor, task_id: str, *, last_changed_config: int) -> bool:
    """Complete a task; False, and nothing done, when its configuration is newer than `last_changed_config` (ms).

    Raises ValueRefused with the first value that is unfinished or lacks its answer, WrongTaskState, NotYourTask.
    """
    with ctx.db.read() as conn:
        values = v1_values.load(conn, actor, task_id, Right.LABEL)
    if values.configuration.timestamp > last_changed_config:
        return False
    for geometry in values.unfinished.values():
        label_class = values.label_class(geometry.class_id)
        text = f"The {label_class.type} of “{label_class.key}” has no coordinates yet: give it some, or delete it."
        raise ValueRefused("ex_gen_entry_value_validation", [old_type(label_class), geometry.id], text)
    try:
        tasks.complete_task(ctx, actor, task_id, configuration_revision=values.configuration.revision)
    except LabelsNotComplete as error:
        raise _missing_answer(ctx, actor, task_id, error) from None
    return True


def _missing_answer(ctx: Context, actor: Actor, task_id: str, error: LabelsNotComplete) -> ValueRefused:
    """Name the value of the first answer that is missing."""
    issue = error.issues[0]
    values = v1_values.show(ctx, actor, task_id)
    class_id = str(issue.class_id)
    value_id = values.ids.get((issue.annotation_id, class_id), "")
    own = old_type(values.label_class(class_id))
    return ValueRefused("ex_gen_entry_value_validation", [own, value_id], error.message)
