"""Cursors: a page ends at a (name, id) pair and the next one begins behind it, whatever is added meanwhile."""

import base64
import binascii
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Column, ColumnElement, Row, tuple_

from labelwright.model.errors import Invalid, Issue

MOST = 1000


class Page(NamedTuple):
    """One page of JSON objects; `next_cursor` is None at the end, `total` counts all pages."""

    items: list[dict[str, Any]]
    next_cursor: str | None
    total: int


def parts(ids: list[str], size: int = 500) -> list[list[str]]:
    """Cut a list into pieces that one statement may name; at least one, which may be empty."""
    return [ids[start : start + size] for start in range(0, max(1, len(ids)), size)]


def encode_cursor(name: str, id_: str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((name, id_))).decode().rstrip("=")


def decode_cursor(cursor: str) -> tuple[str, str]:
    """Read a cursor that `encode_cursor` made. Raises Invalid for anything else."""
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        return msgspec.json.decode(raw, type=tuple[str, str])
    except (binascii.Error, ValueError, msgspec.DecodeError):
        message = "The cursor is not one that this server gave out; start again without it."
        raise Invalid(message, (Issue("/cursor", "invalid_cursor", message),)) from None


def behind(cursor: str | None, name: Column[str], id_: Column[str]) -> list[ColumnElement[bool]]:
    """The condition for rows behind the cursor in (name, id) order."""
    return [tuple_(name, id_) > decode_cursor(cursor)] if cursor else []


def page_size(limit: int) -> int:
    """Check a page size of 1 to 1000. Raises Invalid."""
    if not 1 <= limit <= MOST:
        message = f"limit must be between 1 and {MOST}, is {limit}."
        raise Invalid(message, (Issue("/limit", "invalid_limit", message),))
    return limit


def cut(rows: list[Row[Any]], limit: int, name: str, id_: str) -> tuple[list[Row[Any]], str | None]:
    """Cut the one row too many that was asked for, and make the cursor that follows."""
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]
    return rows[:limit], encode_cursor(getattr(last, name), getattr(last, id_))
