"""Tiles of very large pictures: made in the background, once for the same bytes, and served one by one."""

import time
from typing import Any, NamedTuple

import structlog
from sqlalchemy import Row, select, update

from labelwright.db import tables as t
from labelwright.media.pyramid import Address, Pyramid, read_head, read_tile
from labelwright.model.errors import (
    Busy,
    Conflict,
    DamagedFile,
    NotFound,
    StorageFull,
    TooLarge,
    UnreadablePicture,
    UnsupportedPicture,
)
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.media import BROKEN, PREPARING, READY, Json
from labelwright.services.pictures import TILES, TILES_VERSION, NotShown, ready
from labelwright.storage.keys import Key, derived_key, original_key
from labelwright.storage.receiver import readable_size

# Pixels are decoded into a file of the storage, four bytes each at most.
_WORKING_BYTES = 4
_TELL_EVERY_S = 1.0

log = structlog.get_logger()


class NotTiled(Conflict):
    """The medium is shown in one piece."""

    code = "not_tiled"


class _NotWanted(Exception):
    """The medium was deleted while its tiles were being made."""


class Tile(NamedTuple):
    """One tile to serve, with the strong ETag that names it."""

    data: bytes
    content_type: str
    etag: str
    name: str


# --- serving --------------------------------------------------------------------------------------------------------


def get_tile(ctx: Context, actor: Actor, medium_id: str, address: Address) -> Tile:
    """One tile. Raises NotFound for a medium or tile that is not there, NotShown, NotTiled."""
    row = ready(ctx, actor, medium_id)
    if row.tiles is None:
        raise NotTiled(f"“{row.name}” has no tiles: it is shown in one piece.")
    pyramid = Pyramid((row.width, row.height), row.tiles)
    if not pyramid.has(address):
        raise NotFound("tile", f"{address.level}/{address.column}_{address.row}", criterion="address")
    try:
        data = _read(ctx, _key(row.sha256), pyramid, address)
    except (DamagedFile, ValueError):
        _make_anew(ctx, row)
        raise NotShown(f"The tiles of “{row.name}” are being made anew. Wait a moment.", state=PREPARING) from None
    etag = f"{row.sha256}-{TILES}.{TILES_VERSION}-{address.level}-{address.column}-{address.row}"
    return Tile(data, f"image/{pyramid.format}", etag, row.name)


def _read(ctx: Context, key: Key, pyramid: Pyramid, address: Address) -> bytes:
    return read_tile(lambda start, stop: ctx.store.read_part(key, start, stop), pyramid, address)


def _key(sha256: str) -> Key:
    return derived_key(sha256, TILES, TILES_VERSION)


def _make_anew(ctx: Context, row: Row[Any]) -> None:
    """Put a medium whose tiles are gone or damaged back to where they are made."""
    ctx.store.delete_derived(_key(row.sha256))
    own = (t.medium.c.id == row.id) & (t.medium.c.state == READY)
    values = {"state": PREPARING, "progress": 0, "tiles": None}
    ctx.db.write(lambda conn: conn.execute(update(t.medium).where(own).values(**values)))
    ctx.bell.ring()


# --- making ---------------------------------------------------------------------------------------------------------


def prepare_next(ctx: Context) -> bool:
    """Make the tiles of one picture that waits for them. False when there is none, or no room for them.

    What is wrong with a picture for good is written down. A full disk is not its fault: it goes on waiting and says so.
    """
    waiting = (
        select(t.medium)
        .where(t.medium.c.state == PREPARING, t.medium.c.deleted_at.is_(None))
        .order_by(t.medium.c.id)
        .limit(1)
    )
    with ctx.db.read() as conn:
        row = conn.execute(waiting).first()
    if row is None:
        return False
    try:
        _write_down(ctx, row, _prepare(ctx, row))
    except StorageFull as error:
        if row.reason_text != error.message:
            log.warning("tiles wait for room in the storage", medium=row.id)
            _write_down(ctx, row, {"progress": 0, "reason_text": error.message})
        return False
    except (UnsupportedPicture, UnreadablePicture, TooLarge, DamagedFile) as error:
        broken = {"state": BROKEN, "progress": None, "reason": "INVALID_MIME_TYPE", "reason_text": error.message}
        _write_down(ctx, row, broken)
    except Busy:
        return False  # the server ends
    except _NotWanted:
        log.info("tiles are not wanted any more", medium=row.id)
    return True


def _prepare(ctx: Context, row: Row[Any]) -> Json:
    """Make what is missing; returns the columns of a medium that is ready."""
    warnings = row.reason_text
    pyramid = _find_head(ctx, _key(row.sha256))
    if pyramid is None:
        warnings = _make(ctx, row)
        pyramid = _find_head(ctx, _key(row.sha256))
        assert pyramid is not None, "it was put a moment ago"
    width, height = pyramid.size_wh
    shown = {"tiles": pyramid.format, "width": width, "height": height}
    return {"state": READY, "progress": None, "reason": None, "reason_text": warnings, **shown}


def _find_head(ctx: Context, key: Key) -> Pyramid | None:
    """What the stored pyramid is, None where there is none or a damaged one."""
    try:
        return read_head(lambda start, stop: ctx.store.read_part(key, start, stop))
    except (DamagedFile, ValueError):
        return None


def _make(ctx: Context, row: Row[Any]) -> str | None:
    """Make the pyramid and keep it whole; returns what there is to say about the picture."""
    source = ctx.store.find_local_path(original_key(row.sha256))
    if source is None:
        raise DamagedFile(f"The stored file of “{row.name}” is gone. Upload the same file again.")
    _check_room(ctx, row)
    with ctx.store.temporary() as output:
        written = ctx.images.write_tiles(source, output, row.name, _Teller(ctx, row))
        ctx.store.put_derived(row.sha256, TILES, TILES_VERSION, output)
    return " ".join(written.warnings) or None


def _check_room(ctx: Context, row: Row[Any]) -> None:
    """Refuse to begin what cannot end: the decoded pixels for a while, and the tiles. Raises StorageFull."""
    pixels = row.width * row.height
    needed = _WORKING_BYTES * pixels + max(2 * row.size, pixels)
    if not ctx.store.has_room(needed):
        raise StorageFull(
            f"The storage has no room for the tiles of “{row.name}”: {readable_size(needed)} are needed while they are"
            " made. Free some space; they are made as soon as there is room."
        )


class _Teller:
    """Write down how far the tiles of a medium are, now and then."""

    def __init__(self, ctx: Context, row: Row[Any]) -> None:
        self._ctx, self._row = ctx, row
        self._most, self._told = 0, time.monotonic()

    def __call__(self, done: float) -> None:
        self._most = max(self._most, min(99, int(100 * done)))
        if time.monotonic() - self._told < _TELL_EVERY_S:
            return
        self._told = time.monotonic()
        values = {"progress": self._most, "reason_text": None}
        if _write_down(self._ctx, self._row, values) == 0:
            raise _NotWanted


def _write_down(ctx: Context, row: Row[Any], values: Json) -> int:
    """Write what became of a medium, unless it was deleted or answered meanwhile; returns whether it was not."""
    own = (t.medium.c.id == row.id) & (t.medium.c.state == PREPARING) & t.medium.c.deleted_at.is_(None)
    return ctx.db.write(lambda conn: conn.execute(update(t.medium).where(own).values(**values)).rowcount)
