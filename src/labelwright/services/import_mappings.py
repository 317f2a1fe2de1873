"""Mappings that people saved for a project: what the classes, questions and options of some kind of file become."""

from collections.abc import Callable
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Row, select, update
from sqlalchemy.exc import IntegrityError

from labelwright.db import tables as t
from labelwright.exchange.mapping import ClassMapping, by_id, by_key, fitting, misfits, sources
from labelwright.exchange.reading import Surveyed
from labelwright.model.configuration import Configuration
from labelwright.model.errors import Invalid, Issue, NameTaken, NotFound
from labelwright.services import configurations
from labelwright.services.access import Actor, Right, access_project
from labelwright.services.context import Context

MAX_NAME: Final = 80
MOST: Final = 200


class Named(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A mapping with its name; on a change, what is left out stays."""

    name: str | None = None
    mapping: ClassMapping | None = None


def list_mappings(ctx: Context, actor: Actor, project_id: str) -> list[dict[str, Any]]:
    """The saved mappings of a project by name, each with what does not fit any more. Raises NotFound, Forbidden."""
    with ctx.db.read() as conn:
        access_project(conn, actor, project_id, Right.IMPORT)
        configuration = configurations.of_project(conn, project_id)
        return [_shown(row, configuration) for row in conn.execute(_of_project(project_id))]


def get_mapping(ctx: Context, actor: Actor, mapping_id: str) -> dict[str, Any]:
    """One saved mapping. Raises NotFound, Forbidden."""
    with ctx.db.read() as conn:
        row = _access(conn, actor, mapping_id)
        return _shown(row, configurations.of_project(conn, row.project_id))


def save_mapping(ctx: Context, actor: Actor, project_id: str, named: Named) -> dict[str, Any]:
    """Save a mapping under a name of its own. Raises Invalid, NameTaken."""
    mapping_id = ctx.new_id()
    name, mapping = _checked_name(named.name), named.mapping or ClassMapping()

    def work(conn: Connection) -> None:
        access_project(conn, actor, project_id, Right.IMPORT)
        fit = checked(mapping, configurations.of_project(conn, project_id), "/mapping")
        if len(conn.execute(_of_project(project_id)).all()) >= MOST:
            raise _invalid("name", f"A project keeps at most {MOST} mappings. Delete one first.")
        values = {"id": mapping_id, "project_id": project_id, "name": name, "mapping": msgspec.json.encode(fit)}
        made = {"created_by": actor.id, "created_by_name": actor.name, "changed_at": ctx.now_ms()}
        conn.execute(t.label_mapping.insert().values(**values, **made))

    _write(ctx, work, name)
    return get_mapping(ctx, actor, mapping_id)


def change_mapping(ctx: Context, actor: Actor, mapping_id: str, named: Named) -> dict[str, Any]:
    """Give a mapping another name or content. Raises Invalid, NameTaken, NotFound."""
    name = None if named.name is None else _checked_name(named.name)

    def work(conn: Connection) -> None:
        row = _access(conn, actor, mapping_id)
        values: dict[str, Any] = {"changed_at": ctx.now_ms()}
        if name is not None:
            values["name"] = name
        if named.mapping is not None:
            fit = checked(named.mapping, configurations.of_project(conn, row.project_id), "/mapping")
            values["mapping"] = msgspec.json.encode(fit)
        conn.execute(update(t.label_mapping).where(t.label_mapping.c.id == mapping_id).values(**values))

    _write(ctx, work, name or "")
    return get_mapping(ctx, actor, mapping_id)


def delete_mapping(ctx: Context, actor: Actor, mapping_id: str) -> None:
    """Forget a mapping; imports that it was used for keep what they have. Raises NotFound, Forbidden."""

    def work(conn: Connection) -> None:
        _access(conn, actor, mapping_id)
        conn.execute(t.label_mapping.delete().where(t.label_mapping.c.id == mapping_id))

    ctx.db.write(work)


def offered(conn: Connection, project_id: str, surveyed: Surveyed) -> list[dict[str, Any]]:
    """The saved mappings for files with the same classes: those that speak of nothing that the file lacks."""
    names = {name for use in surveyed.classes for name in (use.name, f"{use.parent}.{use.name}")}
    configuration = configurations.of_project(conn, project_id)
    shown = [_shown(row, configuration) for row in conn.execute(_of_project(project_id))]
    return [one for one in shown if one["sources"] and set(one["sources"]) <= names]


def checked(mapping: ClassMapping, configuration: Configuration, pointer: str) -> ClassMapping:
    """The mapping with classes by id. Raises Invalid with everything in it that leads nowhere."""
    mapping = by_id(mapping, configuration)
    issues = tuple(
        msgspec.structs.replace(issue, pointer=f"{pointer}{issue.pointer}") for issue in misfits(mapping, configuration)
    )
    if issues:
        raise Invalid(f"The mapping does not fit: {issues[0].message}", issues)
    return mapping


def _of_project(project_id: str) -> Any:
    return select(t.label_mapping).where(t.label_mapping.c.project_id == project_id).order_by(t.label_mapping.c.name)


def _access(conn: Connection, actor: Actor, mapping_id: str) -> Row[Any]:
    row = conn.execute(select(t.label_mapping).where(t.label_mapping.c.id == mapping_id)).first()
    if row is None:
        raise NotFound("mapping", mapping_id)
    try:
        access_project(conn, actor, row.project_id, Right.IMPORT)
    except NotFound:
        raise NotFound("mapping", mapping_id) from None
    return row


def _shown(row: Row[Any], configuration: Configuration) -> dict[str, Any]:
    """`mapping` names classes by id and holds what fits; `portable` names them by key, to take along."""
    mapping = msgspec.json.decode(row.mapping, type=ClassMapping)
    fit = fitting(mapping, configuration)
    return {
        "id": row.id,
        "projectId": row.project_id,
        "name": row.name,
        "mapping": fit,
        "portable": by_key(fit, configuration),
        "sources": sorted(sources(mapping)),
        "problems": misfits(mapping, configuration),
        "createdBy": row.created_by_name,
        "changedAt": row.changed_at,
    }


def _write(ctx: Context, work: Callable[[Connection], None], name: str) -> None:
    try:
        ctx.db.write(work)
    except IntegrityError:
        raise NameTaken("mapping", name) from None


def _checked_name(name: str | None) -> str:
    clean = " ".join((name or "").split())
    if not clean or len(clean) > MAX_NAME:
        raise _invalid("name", f"A mapping needs a name of 1 to {MAX_NAME} characters.")
    return clean


def _invalid(field: str, message: str) -> Invalid:
    return Invalid(message, (Issue(f"/{field}", f"invalid_{field}", message),))
