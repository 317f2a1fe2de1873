"""The tasks of a project as exports walk over them: in order, from one moment of the database."""

from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import Connection, select

from labelwright.db import tables as t
from labelwright.exchange.snapshot import Frame
from labelwright.exchange.source import Medium
from labelwright.exchange.turning import UPRIGHT
from labelwright.model.canonical import encoded
from labelwright.model.configuration import Configuration
from labelwright.model.migration import conforming
from labelwright.services import conform
from labelwright.services.measuring import IS_MEASURED

_ROWS_AT_ONCE: Final = 8
"""Labels of a task may be large."""


def frames(
    conn: Connection,
    configuration: Configuration,
    *,
    states: Collection[str] | None = None,
) -> Iterator[Frame]:
    """The tasks of a project by medium name, in some states (lower case) or all; documents fit the configuration."""
    query = (
        select(
            *(t.task.c.id, t.task.c.state, t.task.c.labeler_id, t.task.c.medium_id, t.task.c.medium_name),
            *(t.medium.c.width, t.medium.c.height, t.medium.c.sha256, t.medium.c.size, t.medium.c.content_type),
            *(t.medium.c.orientation, t.medium.c.url, t.dataset.c.name.label("dataset")),
            *(t.label_document.c.document, t.label_document.c.configuration_revision, t.label_measure.c.rows),
        )
        .join(t.medium, t.medium.c.id == t.task.c.medium_id)
        .join(t.dataset, t.dataset.c.id == t.task.c.dataset_id)
        .outerjoin(t.label_document, t.label_document.c.task_id == t.task.c.id)
        .outerjoin(t.label_measure, IS_MEASURED)
        .where(t.task.c.project_id == configuration.project_id, t.task.c.medium_deleted.is_(False))
        .order_by(t.task.c.medium_name, t.task.c.medium_id)
    )
    if states is not None:
        query = query.where(t.task.c.state.in_([state.upper() for state in states]))
    for row in conn.execution_options(stream_results=True, yield_per=_ROWS_AT_ONCE).execute(query):
        task_id, state, labeler, medium_id, name, width, height, sha256, size, kind, turned, url, dataset, *labels = row
        raw, at, measured = labels
        medium = Medium(
            id=medium_id,
            name=name,
            dataset=dataset,
            width=width,
            height=height,
            sha256=sha256,
            size_bytes=size,
            content_type=kind,
            url=url,
            orientation=turned or UPRIGHT,
        )
        if raw is not None and at < configuration.labels_revision:
            raw, measured = encoded(conforming(conform.decoded(raw), configuration)), b""
        yield Frame(task_id, state.lower(), labeler, medium, raw, measured or b"")


def names(conn: Connection, configuration: Configuration, states: Collection[str]) -> Iterator[tuple[str, str]]:
    """Ids and names of the media of the same tasks, in any order, from an index alone."""
    query = (
        select(t.task.c.medium_id, t.task.c.medium_name)
        .where(t.task.c.project_id == configuration.project_id, t.task.c.medium_deleted.is_(False))
        .where(t.task.c.state.in_([state.upper() for state in states]))
    )
    return ((row[0], row[1]) for row in conn.execution_options(stream_results=True, yield_per=1000).execute(query))
