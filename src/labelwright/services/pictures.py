"""What is shown of a medium: its original bytes, a version that browsers display, thumbnails. Made once, then kept."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import Row

from labelwright.media.messages import THUMBNAIL_SIZES, Written
from labelwright.model.errors import Conflict, Invalid, Issue
from labelwright.services.access import Actor, Right, access_medium
from labelwright.services.context import Context
from labelwright.services.media import READY
from labelwright.storage.keys import Key, derived_key, original_key

# Raised when what the decoder makes changes, so that old versions are made anew.
VERSION = 1


class Picture(NamedTuple):
    """Bytes to serve: where, what, and the strong ETag that names them."""

    key: Key
    content_type: str
    etag: str
    name: str


class NotShown(Conflict):
    """The medium is broken or not fetched yet. Field `state`."""

    code = "medium_not_ready"


def original(ctx: Context, actor: Actor, medium_id: str) -> Picture:
    """The bytes as they were uploaded. Raises NotFound, NotShown."""
    row = _ready(ctx, actor, medium_id)
    return Picture(original_key(row.sha256), row.content_type, row.sha256, row.name)


def display(ctx: Context, actor: Actor, medium_id: str) -> Picture:
    """What a browser shows at exactly the displayed size. Raises NotFound, NotShown, UnreadablePicture."""
    row = _ready(ctx, actor, medium_id)
    if row.display == "original":
        return Picture(original_key(row.sha256), row.content_type, row.sha256, row.name)
    return _derived(ctx, row, "display", f"image/{row.display}", ctx.images.write_display)


def thumbnail(ctx: Context, actor: Actor, medium_id: str, size: int) -> Picture:
    """A WebP of at most `size` (128, 256 or 512) pixels a side. Raises Invalid, NotFound, NotShown."""
    if size not in THUMBNAIL_SIZES:
        message = f"Thumbnails are {', '.join(map(str, THUMBNAIL_SIZES))} pixels, not {size}."
        raise Invalid(message, (Issue("/size", "invalid_size", message),))
    row = _ready(ctx, actor, medium_id)

    def make(path: Path, output: Path, name: str) -> Written:
        return ctx.images.write_thumbnail(path, output, size, name)

    return _derived(ctx, row, f"thumbnail-{size}", "image/webp", make)


def _ready(ctx: Context, actor: Actor, medium_id: str) -> Row[Any]:
    with ctx.db.read() as conn:
        row = access_medium(conn, actor, medium_id, Right.VIEW_MEDIUM)
    if row.state != READY:
        reason = row.reason_text or "It is still being fetched; wait a moment."
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
