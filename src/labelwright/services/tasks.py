"""Tasks: lists, the next one, and every change of state, each one conditional statement against the table of moves."""

from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, func, or_, select, update

from labelwright.db import tables as t
from labelwright.model.configuration import Configuration
from labelwright.model.document import Document
from labelwright.model.errors import (
    ConfigurationChanged,
    Forbidden,
    Invalid,
    Issue,
    LabelsNotComplete,
    NotYourTask,
    WrongTaskState,
)
from labelwright.model.task import OPEN_TO_LABELERS, Move, TaskState, find_move, moves_of
from labelwright.model.validate import completion_issues
from labelwright.services import configurations, conform, labels, media
from labelwright.services.access import Actor, Right, access_project, access_task, organisations_with
from labelwright.services.context import Context
from labelwright.services.naming import contains
from labelwright.services.paging import Page, behind, cut, page_size, parts

Json = dict[str, Any]
ACTIONS = ("release", "withdraw", "reopen", "reset_labeler", "complete", "skip")


class TaskFilter(msgspec.Struct, frozen=True, kw_only=True):
    """What a task list shows; None and empty mean everything."""

    states: tuple[str, ...] = ()
    search: str = ""
    labeler: str | None = None
    dataset: str | None = None


# --- lists ----------------------------------------------------------------------------------------------------------


def _task_query() -> Any:
    return (
        select(
            t.task,
            t.project.c.organisation_id,
            t.user.c.name.label("labeler_name"),
            t.label_document.c.revision,
            t.label_document.c.annotation_count,
        )
        .join(t.project, t.project.c.id == t.task.c.project_id)
        .outerjoin(t.user, t.user.c.id == t.task.c.labeler_id)
        .outerjoin(t.label_document, t.label_document.c.task_id == t.task.c.id)
    )


def list_tasks(
    ctx: Context, actor: Actor, project_id: str, wanted: TaskFilter, *, cursor: str | None = None, limit: int = 100
) -> Page:
    """One page of a project's tasks by medium name. Raises NotFound, Invalid."""
    size = page_size(limit)
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.LIST_TASKS)
        conditions = _conditions(project_id, wanted)
        total = conn.scalar(select(func.count()).select_from(t.task).where(*conditions)) or 0
        rows = conn.execute(
            _task_query()
            .where(*conditions, *behind(cursor, t.task.c.medium_name, t.task.c.medium_id))
            .order_by(t.task.c.medium_name, t.task.c.medium_id)
            .limit(size + 1)
        ).all()
    kept, following = cut(list(rows), size, "medium_name", "medium_id")
    return Page([task_json(row, actor) for row in kept], following, total)


def _conditions(project_id: str, wanted: TaskFilter) -> list[ColumnElement[bool]]:
    unknown = next((state for state in wanted.states if state not in TaskState.__members__), None)
    if unknown is not None:
        message = f"There is no task state “{unknown[:40]}”; use {', '.join(TaskState)}."
        raise Invalid(message, (Issue("/state", "invalid_state", message),))
    conditions: list[ColumnElement[bool]] = [t.task.c.project_id == project_id, t.task.c.medium_deleted.is_(False)]
    if wanted.states:
        conditions.append(t.task.c.state.in_(wanted.states))
    if wanted.search.strip():
        conditions.append(contains(t.task.c.medium_name, wanted.search))
    if wanted.labeler:
        conditions.append(t.task.c.labeler_id == wanted.labeler)
    if wanted.dataset:
        conditions.append(t.task.c.dataset_id == wanted.dataset)
    return conditions


def task_json(row: Row[Any], actor: Actor) -> Json:
    """Dress a row of `_task_query` as task JSON with what the caller may do now."""
    return {
        "id": row.id,
        "projectId": row.project_id,
        "state": row.state,
        "mediumId": row.medium_id,
        "mediumName": row.medium_name,
        "datasetId": row.dataset_id,
        "labeler": {"id": row.labeler_id, "name": row.labeler_name} if row.labeler_id else None,
        "hasImport": row.has_import,
        "reviewComment": row.review_comment,
        "revision": row.revision or 0,
        "annotationCount": row.annotation_count or 0,
        "timestamp": row.changed_at,
        "thumbnailUrl": f"/api/media/{row.medium_id}/thumbnail?size=256",
        "actions": _actions(row, actor),
    }


def _actions(row: Row[Any], actor: Actor) -> list[str]:
    state, admin, holder = TaskState(row.state), actor.is_admin_of(row.organisation_id), _holds(actor, row)
    found = [action for action in ACTIONS if find_move(action, state, admin=admin, holder=holder)]
    return [*found, "label"] if labels.refusal(actor, row) is None else found


def _holds(actor: Actor, row: Row[Any]) -> bool:
    return actor.user_id is not None and row.labeler_id == actor.user_id


def get_task(conn: Connection, actor: Actor, task_id: str) -> Json:
    """One task that the caller has access to, as JSON."""
    return task_json(conn.execute(_task_query().where(t.task.c.id == task_id)).one(), actor)


# --- opening --------------------------------------------------------------------------------------------------------


class Opened(msgspec.Struct, frozen=True, rename="camel"):
    """Everything that label mode needs at once."""

    task: Json
    project: Json
    dataset: Json
    medium: Json
    configuration: Configuration
    labels: msgspec.Raw = msgspec.field(name="document")
    revision: int
    editable: bool
    read_only_reason: str | None

    @property
    def document(self) -> Document:
        return conform.decoded(bytes(self.labels))


def open_task(ctx: Context, actor: Actor, task_id: str) -> Opened:
    """Read a task with medium, configuration and labels; changes nothing. Raises NotFound."""
    with ctx.db.read() as conn:
        row = access_task(conn, actor, task_id, Right.LIST_TASKS)
        configuration = configurations.of_project(conn, row.project_id)
        document, revision = labels.load_bytes(conn, task_id, configuration)
        refusal = labels.refusal(actor, row)
        both = t.project.join(t.dataset, t.dataset.c.id == row.dataset_id)
        names = select(t.project, t.dataset.c.name.label("dataset_name")).select_from(both)
        project = conn.execute(names.where(t.project.c.id == row.project_id)).one()
        return Opened(
            task=get_task(conn, actor, task_id),
            project={"id": project.id, "name": project.name, "reviewActivated": project.review_activated},
            dataset={"id": row.dataset_id, "name": project.dataset_name},
            medium=media.get_medium_json(conn, row.medium_id),
            configuration=configuration,
            labels=msgspec.Raw(document),
            revision=revision,
            editable=refusal is None,
            read_only_reason=refusal.message if refusal else None,
        )


# --- the next one ---------------------------------------------------------------------------------------------------


def take_next(ctx: Context, actor: Actor, project_id: str | None = None) -> Row[Any] | None:
    """Give the caller his own unfinished task first, else the next open one by medium name; None when there is none.

    A task of a medium that cannot be shown waits until it can. One task never goes to two people.
    """
    return ctx.db.write(lambda conn: _take(conn, ctx, actor, project_id))


def _take(conn: Connection, ctx: Context, actor: Actor, project_id: str | None) -> Row[Any] | None:
    if actor.user_id is None:
        raise Forbidden(
            "This token belongs to no person, and tasks are taken by people. Sign in, or make the token there."
        )
    if project_id is not None:
        access_project(conn, actor, project_id, Right.TAKE_TASK)
    scope = _scope(actor, project_id)
    if (mine := _first(conn, scope, TaskState.IN_PROGRESS, labeler_id=actor.user_id)) is not None:
        return mine
    found = [_first(conn, scope, state) for state in OPEN_TO_LABELERS]
    candidates = sorted((row.medium_name, row.medium_id, row) for row in found if row is not None)
    if not candidates:
        return None
    return _move(conn, ctx, actor, candidates[0][2], "take")


def hand_out(ctx: Context, actor: Actor, project_id: str | None = None) -> Json:
    """Take the next task as `take_next` does, and tell what is to be known of it."""
    return ctx.db.write(lambda conn: _told(conn, actor, _take(conn, ctx, actor, project_id)))


def _told(conn: Connection, actor: Actor, row: Row[Any] | None) -> Json:
    """What somebody needs to know of his task who has loaded it before it was his: whether that is the latest."""
    if row is None:
        return {"taskId": None, "projectId": None, "task": None, "configurationRevision": None}
    task, configuration = get_task(conn, actor, row.id), configurations.of_project(conn, row.project_id)
    own = {"taskId": row.id, "projectId": row.project_id}
    return {**own, "task": task, "configurationRevision": configuration.revision}


def _scope(actor: Actor, project_id: str | None) -> ColumnElement[bool]:
    """The projects to take tasks from: the one that the caller has access to, else all in which he may."""
    if project_id is not None:
        return t.project.c.id == project_id
    organisations = organisations_with(actor, Right.TAKE_TASK)
    return t.project.c.organisation_id.in_(organisations) & t.project.c.deleted_at.is_(None)


def _first(
    conn: Connection, scope: ColumnElement[bool], state: TaskState, *, labeler_id: str | None = None
) -> Row[Any] | None:
    """Find the first task in `state` by medium name: of each project the first one, which is one step in an index."""
    candidate = t.task.alias("candidate")
    conditions = [
        candidate.c.project_id == t.project.c.id,
        candidate.c.medium_deleted.is_(False),
        candidate.c.state == state,
        t.medium.c.state == media.READY,
    ]
    if labeler_id is not None:
        conditions.append(candidate.c.labeler_id == labeler_id)
    first_of_project = (
        select(candidate.c.id)
        .join(t.medium, t.medium.c.id == candidate.c.medium_id)
        .where(*conditions)
        .order_by(candidate.c.medium_name, candidate.c.medium_id)
        .limit(1)
        .correlate(t.project)
        .scalar_subquery()
    )
    query = (
        select(t.task, t.project.c.organisation_id)
        .select_from(t.project)
        .join(t.task, t.task.c.id == first_of_project)
        .where(scope)
        .order_by(t.task.c.medium_name, t.task.c.medium_id)
        .limit(1)
    )
    return conn.execute(query).first()


# --- moves ----------------------------------------------------------------------------------------------------------


def move_task(ctx: Context, actor: Actor, task_id: str, action: str) -> Json:
    """Release, withdraw, reopen, reset_labeler or skip one task. Raises WrongTaskState, NotYourTask, Forbidden."""

    def work(conn: Connection) -> Json:
        _moved(conn, ctx, actor, task_id, action)
        return get_task(conn, actor, task_id)

    return ctx.db.write(work)


def _moved(conn: Connection, ctx: Context, actor: Actor, task_id: str, action: str) -> Row[Any]:
    right = Right.LABEL if action in {"complete", "skip"} else Right.MANAGE_TASKS
    return _move(conn, ctx, actor, access_task(conn, actor, task_id, right), action)


def complete_task(ctx: Context, actor: Actor, task_id: str, *, configuration_revision: int | None = None) -> Json:
    """Check that nothing required is missing and complete the task.

    `configuration_revision` is the one the labels were made with; a newer one raises ConfigurationChanged, so that
    the labeler sees what is new. Raises LabelsNotComplete with what is missing.
    """

    def work(conn: Connection) -> Json:
        _completed(conn, ctx, actor, task_id, configuration_revision)
        return get_task(conn, actor, task_id)

    return ctx.db.write(work)


def go_on(
    ctx: Context, actor: Actor, task_id: str, action: str, *, configuration_revision: int | None = None
) -> tuple[Json, Json]:
    """Complete or skip a task and take the next of its project, in one step: both or neither.

    Gives the finished task, and what `hand_out` tells of the next. Raises as `complete_task`, `move_task`, `take_next`.
    """

    def work(conn: Connection) -> tuple[Json, Json]:
        if action == "complete":
            row = _completed(conn, ctx, actor, task_id, configuration_revision)
        else:
            row = _moved(conn, ctx, actor, task_id, action)
        taken = _take(conn, ctx, actor, row.project_id)
        return get_task(conn, actor, task_id), _told(conn, actor, taken)

    return ctx.db.write(work)


def _completed(conn: Connection, ctx: Context, actor: Actor, task_id: str, revision: int | None) -> Row[Any]:
    row = access_task(conn, actor, task_id, Right.LABEL)
    configuration = configurations.of_project(conn, row.project_id)
    if revision is not None and revision != configuration.revision:
        text = "The label configuration changed meanwhile. Look at the task again before you complete it."
        raise ConfigurationChanged(text, current_revision=configuration.revision)
    moved = _move(conn, ctx, actor, row, "complete")
    check_complete(conn, task_id, configuration)
    return moved


def check_complete(conn: Connection, task_id: str, configuration: Configuration) -> None:
    """Raise LabelsNotComplete with every required answer that is missing."""
    issues = completion_issues(labels.load(conn, task_id, configuration).document, configuration)
    if issues:
        count = "one answer is" if len(issues) == 1 else f"{len(issues)} answers are"
        raise LabelsNotComplete(f"The task is not complete: {count} missing. {issues[0].message}", issues)


def _move(conn: Connection, ctx: Context, actor: Actor, row: Row[Any], action: str) -> Row[Any]:
    """Change the state in one conditional statement: whoever comes second finds another state and is refused.

    A task that is there already stays as it is.
    """
    state = TaskState(row.state)
    admin, holder = actor.is_admin_of(row.organisation_id), _holds(actor, row)
    move = find_move(action, state, admin=admin, holder=holder)
    if move is None:
        if (admin or holder) and any(state == known.target for known in moves_of(action)):
            return row
        raise _refusal(row, action, state, holder=holder)
    own = (t.task.c.id == row.id) & (t.task.c.state == state)
    values = _values_of(move, actor, row.labeler_id, ctx.now_ms())
    moved = conn.execute(update(t.task).where(own).values(**values).returning(t.task)).first()
    if moved is None:
        raise _refusal(row, action, state, holder=holder)
    return moved


def _values_of(move: Move, actor: Actor, labeler_id: str | None, now: int) -> Json:
    labeler = actor.user_id if move.takes_labeler else None if move.clears_labeler else labeler_id
    return {"state": move.target.value, "labeler_id": labeler, "changed_at": now, "changed_by": actor.id}


def _refusal(row: Row[Any], action: str, state: TaskState, *, holder: bool) -> NotYourTask | WrongTaskState:
    if not holder and any(state in move.sources for move in moves_of(action)):
        return NotYourTask(f"The task “{row.medium_name}” is not yours. Ask an admin.")
    verb = action.replace("_", " ")
    message = f"The task “{row.medium_name}” is {state.value}: {verb} is not possible from there. Reload the list."
    return WrongTaskState(message, state=state.value, action=action)


def move_many(
    ctx: Context,
    actor: Actor,
    project_id: str,
    direction: str,
    *,
    task_ids: list[str] | None = None,
    dataset_id: str | None = None,
) -> tuple[int, int]:
    """Release (to WAITING) or withdraw (to BACKLOG) many tasks; returns how many moved and how many did not."""
    action = {"WAITING": "release", "BACKLOG": "withdraw"}.get(direction)
    if action is None:
        message = f"The direction “{direction[:40]}” must be WAITING or BACKLOG."
        raise Invalid(message, (Issue("/direction", "invalid_direction", message),))
    if task_ids is None and dataset_id is None:
        message = "Say which tasks: their taskIds, or a datasetId (ALL for every dataset)."
        raise Invalid(message, (Issue("/datasetId", "missing", message),))
    (move,) = moves_of(action)

    def work(conn: Connection) -> tuple[int, int]:
        access_project(conn, actor, project_id, Right.MANAGE_TASKS)
        chosen: list[ColumnElement[bool]] = [t.task.c.project_id == project_id, t.task.c.medium_deleted.is_(False)]
        if task_ids is not None:
            chosen.append(or_(*(t.task.c.id.in_(part) for part in parts(task_ids))))
        elif dataset_id != "ALL":
            chosen.append(t.task.c.dataset_id == dataset_id)
        total = conn.scalar(select(func.count()).select_from(t.task).where(*chosen)) or 0
        values = {"state": move.target.value, "changed_at": ctx.now_ms(), "changed_by": actor.id}
        result = conn.execute(update(t.task).where(*chosen, t.task.c.state.in_(move.sources)).values(**values))
        return result.rowcount, total - result.rowcount

    return ctx.db.write(work)
