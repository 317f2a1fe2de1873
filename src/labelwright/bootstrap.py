"""The composition root: the one place that picks the concrete database, storage, decoder and clock."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labelwright.config import MEGABYTE, Settings
from labelwright.db.database import Database, lock_file
from labelwright.db.schema import ensure_schema
from labelwright.media.images import Images
from labelwright.media.messages import Limits
from labelwright.model.ids import IdMaker, now_ms
from labelwright.services.context import Context
from labelwright.services.media import is_used
from labelwright.storage.store import open_store

DATABASE = "labelwright.sqlite"
OPERATOR_SECRET = "operator.secret"  # noqa: S105 - the name of a file


@contextmanager
def open_context(settings: Settings) -> Iterator[Context]:
    """Open a data folder: lock it, bring its schema up to date, and close everything at the end.

    Raises AnotherProcess when a server runs on it, NewerData when it is of a later version.
    """
    data = settings.data.resolve()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = data / DATABASE
    lock = lock_file(path.with_suffix(".lock"))
    try:
        ensure_schema(path)
        database = Database(path)
        store = open_store((data / "media").as_uri())
        store.sweep(lambda sha256: is_used(database, sha256))
        images = Images(picture_limits(settings))
        try:
            yield Context(
                settings=settings, db=database, store=store, images=images, now_ms=now_ms, new_id=IdMaker(now_ms)
            )
        finally:
            images.close()
            database.close()
    finally:
        lock.close()


def picture_limits(settings: Settings) -> Limits:
    """What one picture may cost the decoder."""
    return Limits(
        max_pixels=settings.max_picture_megapixels * 1_000_000,
        max_side=settings.max_picture_side,
        tiled_from_pixels=settings.tiled_from_megapixels * 1_000_000,
        tiling_memory_bytes=settings.tiling_memory_megabytes * MEGABYTE,
    )


def operator_secret(data: Path) -> str:
    """The secret with which the operator's command line proves itself to a running server; made at first."""
    path = data / OPERATOR_SECRET
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(32), encoding="ascii")
    return path.read_text(encoding="ascii").strip()
