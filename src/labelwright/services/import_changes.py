"""The change set of an import: what it would do, or did, one line for each geometry and answer."""

from pathlib import Path
from typing import Any

import msgspec

from labelwright.exchange.change_set import WHATS, read_page
from labelwright.model.errors import Invalid, Issue
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.import_plan import CHANGES
from labelwright.services.label_imports import access_import, folder_of


def list_changes(  # noqa: PLR0913 - a filter and a page
    ctx: Context,
    actor: Actor,
    import_id: str,
    *,
    what: str | None = None,
    search: str = "",
    start: int = 0,
    limit: int = 100,
) -> dict[str, Any]:
    """A page of the change set, and how many lines there are: of one kind (`WHATS`), with a text in them, or all."""
    path, _ = _file(ctx, actor, import_id)
    if what is not None and what not in WHATS:
        text = f"There is no what={what[:40]}; there are {', '.join(WHATS)}."
        raise Invalid(text, (Issue("/what", "invalid_what", text),))
    if not path.is_file():
        return {"items": [], "total": 0}
    most = max(1, min(limit, 1000))
    page, total = read_page(path, what=what, search=search, start=max(start, 0), limit=most)
    return {"items": [msgspec.Raw(line) for line in page], "total": total}


def changes_file(ctx: Context, actor: Actor, import_id: str) -> tuple[Path | None, str]:
    """The whole change set, one JSON object a line, and what it is called; None before the file is compared."""
    path, name = _file(ctx, actor, import_id)
    return path if path.is_file() else None, f"{name}.changes.ndjson"


def _file(ctx: Context, actor: Actor, import_id: str) -> tuple[Path, str]:
    with ctx.db.read() as conn:
        row = access_import(conn, actor, import_id)
    return folder_of(ctx, import_id) / CHANGES, row.file_name
