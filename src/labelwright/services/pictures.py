"""What is shown of a medium: its original bytes, a version that browsers display, thumbnails. Made once, then kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Row

from labelwright.media.messages import THUMBNAIL_SIZES, Written
from labelwright.model.errors import Conflict, Invalid, Issue
from labelwright.services.access import Actor, Right, access_medium
from labelwright.services.context import Context
from labelwright.services.media import PENDING, PREPARING, READY
from labelwright.storage.keys import Key, derived_key, original_key

# Raised when what the decoder makes changes, so that old versions are made anew.
VERSION = 1
TILES, TILES_VERSION = "tiles", 1
_WAITS = {
    PENDING: "It is still being fetched; wait a moment.",
    PREPARING: "It is very large, and its tiles are being made; wait a moment.",
}


class Picture(NamedTuple):
    """Bytes to serve: where, what, and the strong ETag that names them."""

    key: Key
    content_type: str
    etag: str
    name: str


class NotShown(Conflict):
    """The medium is broken, not fetched yet, or its tiles are not made yet. Field `state`."""

    code = "medium_not_ready"


class ShownInTiles(Conflict):
    """The medium is too large to be shown in one piece."""

    code = "shown_in_tiles"


def original(ctx: Context, actor: Actor, medium_id: str) -> Picture:
    """The bytes as they were uploaded. Raises NotFound, NotShown."""
    row = ready(ctx, actor, medium_id, PREPARING)
    return Picture(original_key(row.sha256), row.content_type, row.sha256, row.name)


def display(ctx: Context, actor: Actor, medium_id: str) -> Picture:
    """What a browser shows at exactly the displayed size.

    Raises NotFound, NotShown, UnreadablePicture, ShownInTiles.
    """
    row = ready(ctx, actor, medium_id)
    if row.display == "original":
        return Picture(original_key(row.sha256), row.content_type, row.sha256, row.name)
    if row.tiles:
        raise ShownInTiles(f"“{row.name}” is too large to be shown in one piece. Use its tiles or the original.")
    return _derived(ctx, row, "display", f"image/{row.display}", ctx.images.write_display)


def thumbnail(ctx: Context, actor: Actor, medium_id: str, size: int) -> Picture:
    """A WebP of at most `size` (128, 256 or 512) pixels a side. Raises Invalid, NotFound, NotShown."""
    if size not in THUMBNAIL_SIZES:
        message = f"Thumbnails are {', '.join(map(str, THUMBNAIL_SIZES))} pixels, not {size}."
        raise Invalid(message, (Issue("/size", "invalid_size", message),))
    row = ready(ctx, actor, medium_id)
    pyramid = ctx.store.find_local_path(derived_key(row.sha256, TILES, TILES_VERSION)) if row.tiles else None

    def make(path: Path, output: Path, name: str) -> Written:
        if pyramid is not None:
            return ctx.images.write_overview(pyramid, output, size, name)
        return ctx.images.write_thumbnail(path, output, size, name)

    return _derived(ctx, row, f"thumbnail-{size}", "image/webp", make)


def ready(ctx: Context, actor: Actor, medium_id: str, *also: str) -> Row[Any]:
    """Fetch a medium that can be shown, or is in one of the states `also`. Raises NotFound, NotShown."""
    with ctx.db.read() as conn:
        row = access_medium(conn, actor, medium_id, Right.VIEW_MEDIUM)
    if row.state not in (READY, *also):
        reason = row.reason_text or _WAITS.get(row.state, "")
        raise NotShown(f"“{row.name}” cannot be shown. {reason}", state=row.state)
    return row


def _derived(
    ctx: Context, row: Row[Any], operation: str, content_type: str, make: Callable[[Path, Path, str], Written]
) -> Picture:
    key = derived_key(row.sha256, operation, VERSION)
    if not ctx.store.exists(key):
        source = ctx.store.find_local_path(original_key(row.sha256))
        assert source is not None, "originals of a directory store have a path"
        with ctx.store.temporary() as output:
            make(source, output, row.name)
            ctx.store.put_derived(row.sha256, operation, VERSION, output)
    return Picture(key, content_type, f"{row.sha256}-{operation}.{VERSION}", row.name)
