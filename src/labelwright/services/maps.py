"""Semantic maps: one class of one task painted on request, the same for everybody until its labels change."""

import hashlib
import threading
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, select

from labelwright.db import tables as t
from labelwright.formats import semantic_map
from labelwright.model.configuration import Configuration
from labelwright.model.document import Document
from labelwright.model.errors import Invalid, Issue, NotFound
from labelwright.services import configurations, labels
from labelwright.services.access import Actor, Right, require
from labelwright.services.context import Context
from labelwright.services.pictures import NotShown

MOST_BMP_PIXELS = 100_000_000

# Painting a picture of hundreds of megapixels takes a whole processor: more at once would only take more memory.
_PAINTING = threading.BoundedSemaphore(2)


class MapOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`form` is a key of `semantic_map.FORMS`, `rule` one of `semantic_map.RULE_NAMES`."""

    form: str = "png"
    rule: str = "centre"


def parse_options(*, form: str = "png", rule: str = "centre") -> MapOptions:
    """Check the options as they stand in an address. Raises Invalid."""
    for field, value, known in (("format", form, semantic_map.FORMS), ("rule", rule, semantic_map.RULE_NAMES)):
        if value not in known:
            message = f"{field}={value[:40]} is unknown here; use {' or '.join(known)}."
            raise Invalid(message, (Issue(f"/{field}", f"invalid_{field}", message),))
    return MapOptions(form=form, rule=rule)


class SemanticMap(msgspec.Struct, frozen=True, kw_only=True):
    """A map ready to be painted: `etag` names its bytes before they are made."""

    document: Document
    class_ids: frozenset[str]
    size_wh: tuple[int, int]
    options: MapOptions
    etag: str

    @property
    def content_type(self) -> str:
        return semantic_map.FORMS[self.options.form].content_type

    def paint(self) -> bytes:
        """Make the picture file."""
        segments = semantic_map.segments_of(self.document, self.class_ids)
        write = semantic_map.FORMS[self.options.form].write
        with _PAINTING:
            return write(segments, self.size_wh, semantic_map.RULE_NAMES[self.options.rule])


def open_map(ctx: Context, actor: Actor, task_id: str, export_key: str, options: MapOptions) -> SemanticMap:
    """Find what a map shows; the task may be in any state, as any state can be exported.

    A key of another type than image segmentation gives a black picture. Raises NotFound (task, label class, medium),
    Forbidden, NotShown while the medium's size is unknown, Invalid for a BMP of a very large picture.
    """
    with ctx.db.read() as conn:
        task = _access(conn, actor, task_id)
        configuration = configurations.of_project(conn, task.project_id)
        class_ids = _class_ids(configuration, export_key.replace("+", " ").lower())
        if task.medium_deleted:
            raise NotFound("medium", task.medium_id)
        if not task.width:
            text = f"The size of “{task.medium_name}” is not known yet. Try again when the picture is there."
            raise NotShown(text, state=task.medium_state)
        stored = labels.load(conn, task_id, configuration)
    size_wh = (task.width, task.height)
    _check_form(options.form, size_wh, task.medium_name)
    etag = _etag(stored.row.sha256 if stored.row else "", class_ids, size_wh, options)
    return SemanticMap(document=stored.document, class_ids=class_ids, size_wh=size_wh, options=options, etag=etag)


def _check_form(form: str, size_wh: tuple[int, int], name: str) -> None:
    """Refuse what would be held whole in memory for a very large picture: a BMP has one byte a pixel."""
    width, height = size_wh
    if form == "bmp" and width * height > MOST_BMP_PIXELS:
        message = f"A BMP of “{name}” would take {width * height / 1e6:.0f} MB. Ask for format=png."
        raise Invalid(message, (Issue("/format", "too_large_for_format", message),))


def _access(conn: Connection, actor: Actor, task_id: str) -> Row[Any]:
    """Fetch a task whose medium may be deleted: what is asked for is checked in the order that clients know."""
    query = (
        select(
            t.task,
            t.project.c.organisation_id,
            t.medium.c.width,
            t.medium.c.height,
            t.medium.c.state.label("medium_state"),
        )
        .join(t.project, t.project.c.id == t.task.c.project_id)
        .join(t.medium, t.medium.c.id == t.task.c.medium_id)
        .where(t.task.c.id == task_id, t.project.c.deleted_at.is_(None))
    )
    row = conn.execute(query).first()
    if row is None:
        raise NotFound("task", task_id)
    require(actor, row.organisation_id, Right.VIEW_MEDIUM, what="task", value=task_id)
    return row


def _class_ids(configuration: Configuration, key: str) -> frozenset[str]:
    found = frozenset(class_id for class_id, placed in configuration.by_id.items() if placed.label_class.key == key)
    if not found:
        raise NotFound("label class", key[:60], criterion="export key")
    return found


def _etag(document_sha256: str, class_ids: frozenset[str], size_wh: tuple[int, int], options: MapOptions) -> str:
    named = (semantic_map.VERSION, document_sha256, *sorted(class_ids), *size_wh, options.form, options.rule)
    return hashlib.sha256(repr(named).encode()).hexdigest()[:32]
