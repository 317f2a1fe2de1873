"""Users, organisations, memberships and sessions."""

import contextlib
import hashlib
import math
import re
import secrets
import time
import unicodedata
from collections.abc import Callable
from typing import Any

import msgspec
from limits import RateLimitItem, RateLimitItemPerMinute, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from sqlalchemy import Connection, Update, delete, select, update

from labelwright.db import tables as t
from labelwright.model.errors import (
    Busy,
    Forbidden,
    Invalid,
    Issue,
    NotFound,
    NotSignedIn,
    SetupDone,
    StorageFull,
    TooManyAttempts,
    WrongCredentials,
)
from labelwright.services.access import Actor, Right, require
from labelwright.services.context import Context
from labelwright.services.passwords import NOBODY, check_password, hashed, matches

ROLES = ("admin", "labeler")
EMAIL = re.compile(r"[^\s@\x00-\x1f\x7f]{1,64}@[^\s@\x00-\x1f\x7f]{1,189}")
LONGEST_NAME = 128
DAY_MS = 86_400_000
SEEN_EVERY_MS = 60_000

_LIMITER = MovingWindowRateLimiter(MemoryStorage())
_PER_ADDRESS = RateLimitItemPerMinute(20)
_PER_ACCOUNT = parse("10 per 5 minutes")


class Organisation(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    role: str


class Account(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A signed-in person: who, and in which organisations."""

    id: str
    email: str
    name: str
    is_operator: bool
    organisations: tuple[Organisation, ...]

    def actor(self) -> Actor:
        grants = {organisation.id: organisation.role for organisation in self.organisations}
        return Actor(
            id=self.id, user_id=self.id, name=self.name, source="user", grants=grants, is_operator=self.is_operator
        )


class SignedIn(msgspec.Struct, frozen=True):
    account: Account
    session_token: str


def token_hash(secret: str) -> str:
    """What is stored of a 256-bit secret. No salt: there is nothing to guess."""
    return hashlib.sha256(secret.encode()).hexdigest()


# --- people ---------------------------------------------------------------------------------------------------------


def normalised_email(email: str) -> str:
    """Trim, compose and case-fold; raises Invalid when it is no address."""
    cleaned = unicodedata.normalize("NFC", email.strip().casefold())
    if not EMAIL.fullmatch(cleaned):
        message = f"“{email.strip()[:80]}” is not an email address."
        raise Invalid(message, (Issue("/email", "invalid_email", message),))
    return cleaned


def create_user(ctx: Context, *, email: str, name: str, password: str, organisation: str, role: str) -> Account:
    """Make a person and his membership; an organisation with a new name is made too, the first person is the operator.

    An e-mail address that exists gets the membership, and the password stays as it was.
    """
    return ctx.db.write(_adding(ctx, email=email, name=name, password=password, organisation=organisation, role=role))


def _adding(
    ctx: Context, *, email: str, name: str, password: str, organisation: str, role: str
) -> Callable[[Connection], Account]:
    """Check a new person; what is returned adds him inside a transaction. Raises Invalid."""
    address, shown = normalised_email(email), name.strip()
    if role not in ROLES:
        message = f"There is no role “{role}”; use admin or labeler."
        raise Invalid(message, (Issue("/role", "invalid_role", message),))
    if len(shown) > LONGEST_NAME or not shown.isprintable():
        message = f"The name has more than {LONGEST_NAME} characters, or some that cannot be shown."
        raise Invalid(message, (Issue("/name", "invalid_name", message),))
    check_password(password, address)
    password_hash = hashed(password)

    def work(conn: Connection) -> Account:
        user_id = conn.scalar(select(t.user.c.id).where(t.user.c.email == address))
        if user_id is None:
            user_id, first = ctx.new_id(), not _anybody(conn)
            values = {"id": user_id, "email": address, "name": shown or address, "password_hash": password_hash}
            conn.execute(t.user.insert().values(**values, is_operator=first, created_at=ctx.now_ms()))
        join_organisation(conn, ctx, user_id, ensure_organisation(conn, ctx, organisation), role)
        return get_account(conn, user_id)

    return work


def _anybody(conn: Connection) -> bool:
    return conn.execute(select(t.user.c.id).limit(1)).first() is not None


def ensure_organisation(conn: Connection, ctx: Context, name: str) -> str:
    """Find the organisation with this name or make it; returns its id."""
    cleaned = " ".join(name.split())
    if not 1 <= len(cleaned) <= LONGEST_NAME or not cleaned.isprintable():
        message = f"The organisation's name needs 1 to {LONGEST_NAME} characters that can be shown."
        raise Invalid(message, (Issue("/organisation", "invalid_name", message),))
    found = conn.scalar(select(t.organisation.c.id).where(t.organisation.c.name == cleaned))
    if found is not None:
        return str(found)
    organisation_id = ctx.new_id()
    conn.execute(t.organisation.insert().values(id=organisation_id, name=cleaned, created_at=ctx.now_ms()))
    return organisation_id


def join_organisation(conn: Connection, ctx: Context, user_id: str, organisation_id: str, role: str) -> None:  # noqa: ARG001
    """Give the user a role in the organisation, replacing one he had."""
    own = (t.membership.c.organisation_id == organisation_id) & (t.membership.c.user_id == user_id)
    conn.execute(delete(t.membership).where(own))
    conn.execute(t.membership.insert().values(organisation_id=organisation_id, user_id=user_id, role=role))


def get_account(conn: Connection, user_id: str) -> Account:
    row = conn.execute(select(t.user).where(t.user.c.id == user_id)).first()
    if row is None:
        raise NotFound("user", user_id)
    query = (
        select(t.organisation.c.id, t.organisation.c.name, t.membership.c.role)
        .join(t.membership, t.membership.c.organisation_id == t.organisation.c.id)
        .where(t.membership.c.user_id == user_id)
        .order_by(t.organisation.c.name)
    )
    organisations = tuple(Organisation(id=r.id, name=r.name, role=r.role) for r in conn.execute(query))
    return Account(id=row.id, email=row.email, name=row.name, is_operator=row.is_operator, organisations=organisations)


def list_members(ctx: Context, actor: Actor, organisation_id: str) -> list[dict[str, Any]]:
    """People of the organisation; e-mail addresses only for its admins."""
    require(actor, organisation_id, Right.LIST_MEMBERS, what="organisation", value=organisation_id)
    query = (
        select(t.user.c.id, t.user.c.name, t.user.c.email, t.membership.c.role)
        .join(t.membership, t.membership.c.user_id == t.user.c.id)
        .where(t.membership.c.organisation_id == organisation_id)
        .order_by(t.user.c.name, t.user.c.id)
    )
    with ctx.db.read() as conn:
        rows = conn.execute(query).all()
    admin = actor.is_admin_of(organisation_id)
    return [{"id": r.id, "name": r.name, "email": r.email if admin else None, "role": r.role} for r in rows]


# --- first start ----------------------------------------------------------------------------------------------------


def setup_needed(ctx: Context) -> bool:
    """Say whether nobody has an account yet."""
    with ctx.db.read() as conn:
        return not _anybody(conn)


def set_up(ctx: Context, *, email: str, name: str, password: str, organisation: str) -> SignedIn:
    """Make the operator's account and the first organisation. Raises SetupDone when somebody was first."""
    add = _adding(ctx, email=email, name=name, password=password, organisation=organisation, role="admin")

    def work(conn: Connection) -> Account:
        if _anybody(conn):
            raise SetupDone("Labelwright is set up already. Sign in instead.")
        return add(conn)

    return open_session(ctx, ctx.db.write(work))


# --- sessions -------------------------------------------------------------------------------------------------------


def sign_in(ctx: Context, *, email: str, password: str, address: str) -> SignedIn:
    """Check e-mail and password; `address` (of the client) limits the attempts. Raises WrongCredentials."""
    cleaned = unicodedata.normalize("NFC", email.strip().casefold())[:254]
    _count_attempt(address, cleaned)
    with ctx.db.read() as conn:
        row = conn.execute(select(t.user).where(t.user.c.email == cleaned)).first()
        account = get_account(conn, row.id) if row is not None else None
    right = matches(password, row.password_hash if row is not None else NOBODY)
    if row is None or account is None or not right or row.disabled_at is not None:
        raise WrongCredentials("Email address and password do not belong together.")
    _LIMITER.clear(_PER_ACCOUNT, "account", address, cleaned)
    return open_session(ctx, account)


def _count_attempt(address: str, email: str) -> None:
    _count(_PER_ADDRESS, "address", address)
    _count(_PER_ACCOUNT, "account", address, email)


def _count(item: RateLimitItem, *key: str) -> None:
    if not _LIMITER.hit(item, *key):
        wait_s = max(1, math.ceil(_LIMITER.get_window_stats(item, *key).reset_time - time.time()))
        raise TooManyAttempts(f"Too many attempts with a password. Try again in {wait_s} seconds.", wait_s)


def open_session(ctx: Context, account: Account) -> SignedIn:
    """Start a session; only its hash is stored."""
    secret, now = secrets.token_urlsafe(32), ctx.now_ms()
    values = {"token_hash": token_hash(secret), "user_id": account.id, "created_at": now, "seen_at": now}
    expires = now + ctx.settings.session_days * DAY_MS

    def work(conn: Connection) -> None:
        conn.execute(delete(t.session).where(t.session.c.expires_at < now))
        conn.execute(t.session.insert().values(**values, expires_at=expires))

    ctx.db.write(work)
    return SignedIn(account, secret)


def account_of_session(ctx: Context, secret: str) -> Account:
    """Who is signed in with this cookie. Raises NotSignedIn."""
    hash_, now = token_hash(secret), ctx.now_ms()
    with ctx.db.read() as conn:
        query = (
            select(t.session.c.user_id, t.session.c.seen_at, t.session.c.expires_at, t.user.c.disabled_at)
            .join(t.user, t.user.c.id == t.session.c.user_id)
            .where(t.session.c.token_hash == hash_)
        )
        row = conn.execute(query).first()
        if row is None or row.expires_at < now or row.disabled_at is not None:
            raise NotSignedIn("You are not signed in, or your session has ended. Sign in again.")
        account = get_account(conn, row.user_id)
    if now - row.seen_at > SEEN_EVERY_MS:
        expires = now + ctx.settings.session_days * DAY_MS
        note_use(ctx, update(t.session).where(t.session.c.token_hash == hash_).values(seen_at=now, expires_at=expires))
    return account


def note_use(ctx: Context, statement: Update) -> None:
    """Write down that a session or token was used; where nothing can be written, its owner still may read."""
    with contextlib.suppress(StorageFull, Busy):
        ctx.db.write(lambda conn: conn.execute(statement))


def sign_out(ctx: Context, secret: str) -> None:
    """End one session; ending one that is not there is fine."""
    ctx.db.write(lambda conn: conn.execute(delete(t.session).where(t.session.c.token_hash == token_hash(secret))))


def change_password(ctx: Context, actor: Actor, *, current: str, new: str, keep_session: str) -> None:
    """Set a new password and end every other session of the person."""
    if actor.user_id is None or actor.is_token:
        raise Forbidden("A token has no password. Sign in as a person.")
    attempts = (_PER_ACCOUNT, "password", actor.user_id)
    _count(*attempts)
    with ctx.db.read() as conn:
        row = conn.execute(select(t.user).where(t.user.c.id == actor.user_id)).one()
    if not matches(current, row.password_hash):
        message = "The current password is wrong."
        raise Invalid(message, (Issue("/currentPassword", "wrong_password", message),))
    _LIMITER.clear(*attempts)
    check_password(new, row.email, pointer="/newPassword")
    password_hash = hashed(new)

    def work(conn: Connection) -> None:
        conn.execute(update(t.user).where(t.user.c.id == row.id).values(password_hash=password_hash))
        others = (t.session.c.user_id == row.id) & (t.session.c.token_hash != token_hash(keep_session))
        conn.execute(delete(t.session).where(others))

    ctx.db.write(work)
