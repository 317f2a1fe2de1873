"""Public links as media: added at once, fetched in the background by the server alone."""

from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Connection, Row, select, update

from labelwright.db import tables as t
from labelwright.media.addresses import LinkRules
from labelwright.media.link_connection import LinkLimits
from labelwright.media.link_url import parse_link
from labelwright.media.links import fetch
from labelwright.media.names import clean_name
from labelwright.model.errors import (
    Conflict,
    ForbiddenAddress,
    LinkUnreachable,
    TooLarge,
    UnreadablePicture,
    UnsupportedPicture,
)
from labelwright.services.access import Actor, Right, access_dataset, access_medium
from labelwright.services.context import Context
from labelwright.services.media import BROKEN, LINK, PENDING, PREPARING, Json, get_medium_json
from labelwright.services.paging import parts
from labelwright.services.uploads import described, insert_medium, is_taken

# So that thousands of links do not make everybody else wait for the one writer.
ADDED_AT_ONCE = 100
SUFFIXES = (".jpeg", ".jpg", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif")


def add_links(ctx: Context, actor: Actor, dataset_id: str, urls: list[str]) -> list[Json]:
    """Add one medium a distinct link; the result says for each what became of it. Raises Forbidden, NotFound."""
    with ctx.db.read() as conn:
        known = _known_links(conn, dataset_id)
    results: list[Json] = []
    for part in parts([url for url in dict.fromkeys(url.strip() for url in urls) if url], ADDED_AT_ONCE):

        def work(conn: Connection, part: list[str] = part) -> list[Json]:
            access_dataset(conn, actor, dataset_id, Right.UPLOAD)
            return [_add(conn, ctx, dataset_id, url, known) for url in part]

        results += ctx.db.write(work)
        ctx.bell.ring()
    return results


def _known_links(conn: Connection, dataset_id: str) -> set[str]:
    query = select(t.medium.c.url).where(
        t.medium.c.dataset_id == dataset_id, t.medium.c.url.is_not(None), t.medium.c.deleted_at.is_(None)
    )
    return {url.lower() for url in conn.execute(query).scalars()}


def _add(conn: Connection, ctx: Context, dataset_id: str, url: str, known: set[str]) -> Json:
    if (refusal := _refusal(url)) is not None:
        return {"url": url, "status": refusal[0], "medium": None, "message": refusal[1]}
    if url.lower() in known:
        return {"url": url, "status": "duplicate", "medium": None, "message": "The dataset has this link already."}
    name = name_of(url)
    if is_taken(conn, dataset_id, name):
        text = f"The dataset has a medium named “{name}” already."
        return {"url": url, "status": "duplicate", "medium": None, "message": text}
    medium = insert_medium(conn, ctx, dataset_id, name, {"source": LINK, "url": url, "state": PENDING})
    known.add(url.lower())
    return {"url": url, "status": "added", "medium": medium, "message": "It is fetched in the background."}


def name_of(url: str) -> str:
    """The medium's name: the last part of the link's path."""
    return clean_name(unquote(urlsplit(url).path.rstrip("/").rpartition("/")[2]))


def _refusal(url: str) -> tuple[str, str] | None:
    """Why a link cannot be one, by its text alone; where it leads is checked when it is fetched."""
    try:
        parse_link(url)
    except LinkUnreachable as error:
        return "refused", error.message
    if not urlsplit(url).path.lower().endswith(SUFFIXES):
        return "unsupported", f"The link must end in one of {', '.join(SUFFIXES)} (before a ?)."
    return None


def retry(ctx: Context, actor: Actor, medium_id: str) -> Json:
    """Fetch a broken link again, or make the tiles of a very large picture again. Raises Conflict for all else."""

    def work(conn: Connection) -> Json:
        row = access_medium(conn, actor, medium_id, Right.UPLOAD)
        if row.state != BROKEN or (row.source != LINK and row.sha256 is None):
            raise Conflict(f"“{row.name}” is not a broken link. Upload the file again instead.")
        again = {"state": PREPARING, "progress": 0} if row.sha256 else {"state": PENDING}
        values = {**again, "reason": None, "reason_text": None}
        conn.execute(update(t.medium).where(t.medium.c.id == medium_id).values(**values))
        return get_medium_json(conn, medium_id)

    medium = ctx.db.write(work)
    ctx.bell.ring()
    return medium


def fetch_next(ctx: Context) -> bool:
    """Fetch one link that waits; what is wrong with it for good is written down. False when none waits.

    A full disk or a busy decoder is not the link's fault: that error is raised and the link goes on waiting.
    """
    pending = (
        select(t.medium)
        .where(t.medium.c.state == PENDING, t.medium.c.deleted_at.is_(None))
        .order_by(t.medium.c.id)
        .limit(1)
    )
    with ctx.db.read() as conn:
        row = conn.execute(pending).first()
    if row is None:
        return False
    try:
        _fetch(ctx, row)
    except (LinkUnreachable, ForbiddenAddress, UnsupportedPicture, UnreadablePicture, TooLarge) as error:
        unreachable = isinstance(error, LinkUnreachable | ForbiddenAddress)
        default = "INVALID_URL" if unreachable else "INVALID_MIME_TYPE"
        reason = error.fields.get("reason", default)
        _write_down(ctx, row, {"state": BROKEN, "reason": reason, "reason_text": error.message})
    return True


def _fetch(ctx: Context, row: Row[Any]) -> None:
    settings = ctx.settings
    rules = LinkRules(
        allowed_networks=tuple(settings.allowed_link_networks),
        own_ports=(ctx.port,) if ctx.port is not None else (),
        own_urls=(settings.base_url,) if settings.base_url else (),
    )
    limits = LinkLimits(max_bytes=settings.max_picture_bytes)
    with ctx.store.receive(limit_bytes=settings.max_picture_bytes) as incoming:
        fetch(row.url, incoming.write, rules=rules, limits=limits)
        received = incoming.finish()
        probe = ctx.images.probe(received.path, row.name)
        ctx.store.put(received)
        _write_down(ctx, row, described(received, probe))
        if probe.is_tiled:
            ctx.bell.ring()


def _write_down(ctx: Context, row: Row[Any], values: Json) -> None:
    """Write what became of a link, unless it was deleted or answered meanwhile."""
    own = (t.medium.c.id == row.id) & (t.medium.c.state == PENDING)
    ctx.db.write(lambda conn: conn.execute(update(t.medium).where(own).values(**values)))
