"""New media: whole files that arrive, and public links. A failed upload leaves nothing behind."""

from contextlib import AbstractContextManager

from sqlalchemy import Connection, select

from labelwright.db import tables as t
from labelwright.media.messages import Probe
from labelwright.media.names import clean_name
from labelwright.model.errors import NameTaken
from labelwright.services import datasets
from labelwright.services.access import Actor, Right, access_dataset
from labelwright.services.context import Context
from labelwright.services.media import LOCAL, PREPARING, READY, Json, get_medium_json
from labelwright.storage.receiver import Expected, Received, Receiver


def begin_upload(
    ctx: Context, actor: Actor, dataset_id: str, name: str, expected: Expected
) -> AbstractContextManager[Receiver]:
    """Check what can be checked before a byte arrives. Raises NameTaken, Forbidden, NotFound, TooLarge, StorageFull."""
    with ctx.db.read() as conn:
        access_dataset(conn, actor, dataset_id, Right.UPLOAD)
        _check_free(conn, dataset_id, clean_name(name))
    return ctx.store.receive(limit_bytes=ctx.settings.max_picture_bytes, expected=expected)


def keep_upload(ctx: Context, actor: Actor, dataset_id: str, name: str, received: Received) -> Json:
    """Look at a received file, keep it and make its tasks. Raises UnsupportedPicture, UnreadablePicture, NameTaken."""
    shown = clean_name(name)
    probe = ctx.images.probe(received.path, shown)
    values = {"source": LOCAL, "url": None, **described(received, probe)}

    def work(conn: Connection) -> Json:
        access_dataset(conn, actor, dataset_id, Right.UPLOAD)
        _check_free(conn, dataset_id, shown)
        return insert_medium(conn, ctx, dataset_id, shown, values)

    ctx.store.put(received)
    medium = ctx.db.write(work)
    if probe.is_tiled:
        ctx.bell.ring()
    return medium


def described(received: Received, probe: Probe) -> Json:
    """The columns of a medium that is ready, or whose tiles are made next."""
    return {
        "state": PREPARING if probe.is_tiled else READY,
        "progress": 0 if probe.is_tiled else None,
        "reason": None,
        "reason_text": " ".join(probe.warnings) or None,
        "sha256": received.sha256,
        "size": received.size_bytes,
        "content_type": probe.content_type,
        "width": probe.width,
        "height": probe.height,
        "orientation": probe.orientation,
        "display": probe.display,
    }


def insert_medium(conn: Connection, ctx: Context, dataset_id: str, name: str, values: Json) -> Json:
    """Add one medium and its tasks in every project its dataset is connected to."""
    medium_id = ctx.new_id()
    row = {"id": medium_id, "dataset_id": dataset_id, "name": name, "created_at": ctx.now_ms(), **values}
    conn.execute(t.medium.insert().values(**row))
    query = (
        select(t.project_dataset.c.project_id)
        .join(t.project, t.project.c.id == t.project_dataset.c.project_id)
        .where(t.project_dataset.c.dataset_id == dataset_id)
    )
    datasets.insert_tasks(conn, ctx, conn.execute(query).scalars(), dataset_id, [(medium_id, name)])
    return get_medium_json(conn, medium_id)


def is_taken(conn: Connection, dataset_id: str, name: str) -> bool:
    """Say whether the dataset has a medium of this name."""
    query = select(t.medium.c.id).where(
        t.medium.c.dataset_id == dataset_id, t.medium.c.name == name, t.medium.c.deleted_at.is_(None)
    )
    return conn.execute(query).first() is not None


def _check_free(conn: Connection, dataset_id: str, name: str) -> None:
    if is_taken(conn, dataset_id, name):
        raise NameTaken("medium", name, "Rename the file, or delete the other one first.")
