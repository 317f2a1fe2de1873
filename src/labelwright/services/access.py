"""Who may do what: one table of rights, and the calls that fetch and authorise in one step.

Another organisation's object is the same NotFound as an object that never was; inside the organisation a missing
right is Forbidden and named.
"""

from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, Select, bindparam, select

from labelwright.db import tables as t
from labelwright.model.errors import Forbidden, NotFound


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who calls. `grants` maps organisation id to the caller's role there.

    A role is `labeler` or `admin` for people, and a token's scope as `token:read|import|label|admin`.
    `user_id` is the person (of a token: the person who made it), None for a token made on the command line.
    """

    id: str
    user_id: str | None
    name: str
    source: str
    grants: dict[str, str]
    is_operator: bool = False

    def role_in(self, organisation_id: str) -> str | None:
        return self.grants.get(organisation_id)

    def is_admin_of(self, organisation_id: str) -> bool:
        return self.grants.get(organisation_id) in ADMINS

    @property
    def is_token(self) -> bool:
        return self.source == "token"


PEOPLE = frozenset({"labeler", "admin"})
TOKENS = frozenset({"token:read", "token:import", "token:label", "token:admin"})
ADMINS = frozenset({"admin", "token:admin"})


class Right(StrEnum):
    """A right's value completes the sentence “You may not …”."""

    READ_PROJECT = "read this project"
    MANAGE_PROJECT = "create, change or delete projects"
    CONFIGURE = "change the label configuration"
    READ_DATASET = "read this dataset"
    MANAGE_DATASET = "change or delete datasets"
    CREATE_DATASET = "create datasets or connect them"
    UPLOAD = "add media"
    VIEW_MEDIUM = "view this medium"
    DELETE_MEDIUM = "delete media"
    LIST_TASKS = "list the tasks"
    TAKE_TASK = "take tasks"
    LABEL = "label"
    LABEL_ANY = "change labels of tasks that are not yours"
    MANAGE_TASKS = "release, withdraw or reset tasks"
    READ_HISTORY = "read the history of a task"
    IMPORT = "import labels"
    EXPORT = "export labels"
    LIST_MEMBERS = "list the members"
    MANAGE_TOKENS = "create or revoke API tokens"


EVERYBODY = PEOPLE | TOKENS

GRANTS: dict[Right, frozenset[str]] = {
    Right.READ_PROJECT: EVERYBODY,
    Right.MANAGE_PROJECT: ADMINS,
    Right.CONFIGURE: ADMINS,
    Right.READ_DATASET: EVERYBODY,
    Right.MANAGE_DATASET: ADMINS,
    Right.CREATE_DATASET: ADMINS | {"token:import"},
    Right.UPLOAD: ADMINS | {"token:import"},
    Right.VIEW_MEDIUM: EVERYBODY,
    Right.DELETE_MEDIUM: ADMINS,
    Right.LIST_TASKS: EVERYBODY,
    Right.TAKE_TASK: PEOPLE | {"token:label", "token:admin"},
    Right.LABEL: PEOPLE | {"token:label", "token:admin"},
    Right.LABEL_ANY: ADMINS,
    Right.MANAGE_TASKS: ADMINS,
    Right.READ_HISTORY: EVERYBODY - {"token:import", "token:label"},
    Right.IMPORT: ADMINS | {"token:import"},
    Right.EXPORT: ADMINS | {"token:read"},
    Right.LIST_MEMBERS: PEOPLE,
    Right.MANAGE_TOKENS: frozenset({"admin"}),
}


def require(actor: Actor, organisation_id: str, right: Right, *, what: str, value: str) -> None:
    """Let the caller pass or raise: NotFound outside his organisations, Forbidden where the right is missing."""
    role = actor.role_in(organisation_id)
    if role is None:
        raise NotFound(what, value)
    if role not in GRANTS[right]:
        remedy = "Use a token with another scope." if actor.is_token else "Ask an admin of the organisation."
        message = f"You may not {right}. {remedy}"
        raise Forbidden(message)


def organisations_with(actor: Actor, right: Right) -> list[str]:
    """Ids of the organisations in which the caller has `right`."""
    return [organisation for organisation, role in actor.grants.items() if role in GRANTS[right]]


def choose_organisation(actor: Actor, wanted: str | None, right: Right) -> str:
    """The organisation that a new thing belongs to: the one asked for, else the caller's only one."""
    if wanted is not None:
        require(actor, wanted, right, what="organisation", value=wanted)
        return wanted
    able = organisations_with(actor, right)
    if len(able) == 1:
        return able[0]
    if not able:
        raise Forbidden(f"You may not {right}. Ask an admin of the organisation.")
    raise Forbidden("You belong to several organisations; say which one with “owner”.")


# Made once: every request of the hot paths runs one of these, and making a statement costs more than running it.
_PROJECT = select(t.project).where(t.project.c.id == bindparam("wanted"))
_DATASET = select(t.dataset).where(t.dataset.c.id == bindparam("wanted"))
_MEDIUM = (
    select(t.medium, t.dataset.c.organisation_id)
    .join(t.dataset, t.dataset.c.id == t.medium.c.dataset_id)
    .where(t.medium.c.id == bindparam("wanted"), t.medium.c.deleted_at.is_(None))
)
_TASK = (
    select(t.task, t.project.c.organisation_id, t.project.c.name.label("project_name"))
    .join(t.project, t.project.c.id == t.task.c.project_id)
    .where(t.task.c.id == bindparam("wanted"), t.project.c.deleted_at.is_(None), t.task.c.medium_deleted.is_(False))
)


def _fetch(conn: Connection, query: Select[Any], what: str, value: str) -> Row[Any]:
    row = conn.execute(query, {"wanted": value}).first()
    if row is None:
        raise NotFound(what, value)
    return row


def access_project(
    conn: Connection, actor: Actor, project_id: str, right: Right, *, deleted: bool | None = False
) -> Row[Any]:
    """Fetch a project for an act that needs `right`; `deleted=None` takes it deleted or not."""
    row = _fetch(conn, _PROJECT, "project", project_id)
    require(actor, row.organisation_id, right, what="project", value=project_id)
    if deleted is not None and (row.deleted_at is not None) != deleted:
        raise NotFound("project", project_id)
    return row


def access_dataset(
    conn: Connection, actor: Actor, dataset_id: str, right: Right, *, deleted: bool | None = False
) -> Row[Any]:
    """Fetch a dataset for an act that needs `right`; `deleted=None` takes it deleted or not."""
    row = _fetch(conn, _DATASET, "dataset", dataset_id)
    require(actor, row.organisation_id, right, what="dataset", value=dataset_id)
    if deleted is not None and (row.deleted_at is not None) != deleted:
        raise NotFound("dataset", dataset_id)
    return row


def access_medium(conn: Connection, actor: Actor, medium_id: str, right: Right) -> Row[Any]:
    """Fetch a medium that is not deleted, with its dataset's `organisation_id`."""
    row = _fetch(conn, _MEDIUM, "medium", medium_id)
    require(actor, row.organisation_id, right, what="medium", value=medium_id)
    return row


def access_task(conn: Connection, actor: Actor, task_id: str, right: Right) -> Row[Any]:
    """Fetch a task of a live project and medium, with `organisation_id` and `project_name`."""
    row = _fetch(conn, _TASK, "task", task_id)
    require(actor, row.organisation_id, right, what="task", value=task_id)
    return row
