"""API tokens: shown once, stored hashed, with a scope, revocable."""

import re
import secrets
from typing import Any

from sqlalchemy import Connection, Row, bindparam, select, update

from labelwright.db import tables as t
from labelwright.model.errors import Invalid, Issue, NameTaken, NotFound, TokenRefused
from labelwright.services.access import Actor, Right, require
from labelwright.services.accounts import ensure_organisation, note_use, token_hash
from labelwright.services.context import Context

SCOPES = ("read", "import", "label", "admin")
PREFIX = "lw_"
NAME = re.compile(r"[\w .-]{1,30}")
USED_EVERY_MS = 60_000


def list_tokens(ctx: Context, actor: Actor, organisation_id: str) -> list[dict[str, Any]]:
    """Tokens of an organisation that are not revoked, newest first; never a secret."""
    require(actor, organisation_id, Right.MANAGE_TOKENS, what="organisation", value=organisation_id)
    query = (
        select(t.api_token)
        .where(t.api_token.c.organisation_id == organisation_id, t.api_token.c.revoked_at.is_(None))
        .order_by(t.api_token.c.created_at.desc(), t.api_token.c.id.desc())
    )
    with ctx.db.read() as conn:
        return [_shown(row) for row in conn.execute(query)]


def _shown(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "name": row.name,
        "organisation": row.organisation_id,
        "scope": row.scope,
        "prefix": row.prefix,
        "createdAt": row.created_at,
        "lastUsedAt": row.last_used_at,
        "revokedAt": row.revoked_at,
    }


def create_token(ctx: Context, actor: Actor, *, organisation_id: str, name: str, scope: str) -> dict[str, Any]:
    """Make a token; the answer is the only one that ever holds its `secret`."""
    require(actor, organisation_id, Right.MANAGE_TOKENS, what="organisation", value=organisation_id)
    _check(name, scope)
    return ctx.db.write(lambda conn: insert_token(conn, ctx, organisation_id, name, scope, created_by=actor.user_id))


def create_token_for(ctx: Context, *, organisation: str, name: str, scope: str) -> dict[str, Any]:
    """Make a token on the command line; an organisation with a new name is made too."""
    _check(name, scope)

    def work(conn: Connection) -> dict[str, Any]:
        organisation_id = ensure_organisation(conn, ctx, organisation)
        return insert_token(conn, ctx, organisation_id, name, scope, created_by=None)

    return ctx.db.write(work)


def _check(name: str, scope: str) -> None:
    if not NAME.fullmatch(name):
        message = f"The token's name “{name[:40]}” needs 1 to 30 letters, digits, blanks, _ . or -."
        raise Invalid(message, (Issue("/name", "invalid_name", message),))
    if scope not in SCOPES:
        message = f"There is no scope “{scope[:40]}”; use {', '.join(SCOPES)}."
        raise Invalid(message, (Issue("/scope", "invalid_scope", message),))


def insert_token(
    conn: Connection, ctx: Context, organisation_id: str, name: str, scope: str, *, created_by: str | None
) -> dict[str, Any]:
    live = (
        (t.api_token.c.organisation_id == organisation_id)
        & (t.api_token.c.name == name)
        & t.api_token.c.revoked_at.is_(None)
    )
    if conn.execute(select(t.api_token.c.id).where(live)).first():
        raise NameTaken("token", name)
    secret = PREFIX + secrets.token_urlsafe(32)
    values = {
        "id": ctx.new_id(),
        "organisation_id": organisation_id,
        "name": name,
        "token_hash": token_hash(secret),
        "prefix": secret[:8],
        "scope": scope,
        "created_by": created_by,
        "created_at": ctx.now_ms(),
    }
    conn.execute(t.api_token.insert().values(**values))
    row = conn.execute(select(t.api_token).where(t.api_token.c.id == values["id"])).one()
    return {**_shown(row), "secret": secret}


def revoke_token(ctx: Context, actor: Actor, token_id: str) -> None:
    """End a token at once and for ever."""

    def work(conn: Connection) -> None:
        row = conn.execute(select(t.api_token).where(t.api_token.c.id == token_id)).first()
        if row is None or row.revoked_at is not None:
            raise NotFound("token", token_id)
        require(actor, row.organisation_id, Right.MANAGE_TOKENS, what="token", value=token_id)
        conn.execute(update(t.api_token).where(t.api_token.c.id == token_id).values(revoked_at=ctx.now_ms()))

    ctx.db.write(work)


_BY_HASH = select(t.api_token).where(t.api_token.c.token_hash == bindparam("hash"))


def actor_of_token(ctx: Context, secret: str) -> Actor:
    """Who calls with this token. Raises TokenRefused, with one text for unknown and revoked ones."""
    with ctx.db.read() as conn:
        row = conn.execute(_BY_HASH, {"hash": token_hash(secret)}).first()
    if row is None or row.revoked_at is not None:
        raise TokenRefused("This API token is unknown or revoked. Make a new one under API tokens.")
    now = ctx.now_ms()
    if row.last_used_at is None or now - row.last_used_at > USED_EVERY_MS:
        note_use(ctx, update(t.api_token).where(t.api_token.c.id == row.id).values(last_used_at=now))
    grants = {row.organisation_id: f"token:{row.scope}"}
    return Actor(id=row.id, user_id=row.created_by, name=row.name, source="token", grants=grants)
