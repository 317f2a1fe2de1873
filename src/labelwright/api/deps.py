"""What routes are given: the context and the caller.

The caller comes from a token (`Authorization: Bearer|Token ...`) or, without one, from the session cookie. Requests
that change something with a cookie must come from our own pages.
"""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import Depends, Request, Response

from labelwright.model.errors import Forbidden, NotSignedIn, TokenRefused
from labelwright.services import accounts, tokens
from labelwright.services.access import Actor
from labelwright.services.accounts import Account
from labelwright.services.context import Context

COOKIE = "labelwright_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def get_context(request: Request) -> Context:
    context: Context = request.app.state.context
    return context


async def _context(request: Request) -> Context:
    """`get_context` without a detour through a thread, which FastAPI takes for functions that are not async."""
    return get_context(request)


Ctx = Annotated[Context, Depends(_context)]


def bearer_secret(request: Request) -> str | None:
    """The token in the Authorization header; None when there is no such header. Raises TokenRefused for two."""
    headers = request.headers.getlist("authorization")
    if not headers:
        return None
    if len(headers) > 1:
        raise TokenRefused("There are two Authorization headers. Send one.")
    kind, _, secret = headers[0].partition(" ")
    if kind.lower() not in {"bearer", "token"} or not secret.strip():
        return None
    return secret.strip()


def get_account(request: Request, ctx: Ctx) -> Account:
    """Who is signed in by cookie. Raises NotSignedIn."""
    secret = request.cookies.get(COOKIE)
    if not secret:
        raise NotSignedIn("You are not signed in. Sign in, or send an API token in the Authorization header.")
    check_same_origin(request)
    return accounts.account_of_session(ctx, secret)


def get_actor(request: Request, ctx: Ctx) -> Actor:
    """Who calls. A token decides alone, also beside a cookie. Raises NotSignedIn, TokenRefused, Forbidden."""
    secret = bearer_secret(request)
    if secret is not None:
        return tokens.actor_of_token(ctx, secret)
    return get_account(request, ctx).actor()


SignedIn = Annotated[Account, Depends(get_account)]
Caller = Annotated[Actor, Depends(get_actor)]


def check_same_origin(request: Request) -> None:
    """Refuse a change that another site's page sends with our cookie. Raises Forbidden."""
    if request.method in SAFE_METHODS:
        return
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        allowed = site in {"same-origin", "none"}
    else:
        origin = request.headers.get("origin")
        allowed = origin is not None and urlsplit(origin).netloc in own_netlocs(request)
    if not allowed:
        raise Forbidden("The request comes from another site's page. Open Labelwright itself and try again.")


def own_netlocs(request: Request) -> set[str]:
    """`host:port` under which this server is known."""
    base_url = get_context(request).settings.base_url or ""
    return {request.headers.get("host", ""), urlsplit(base_url).netloc} - {""}


def base_url(request: Request) -> str:
    """The address that the caller uses, without a slash at the end: configured, else from the request."""
    configured = get_context(request).settings.base_url
    if configured:
        return configured.rstrip("/")
    return f"{request.url.scheme}://{request.headers.get('host', request.url.netloc)}"


def client_address(request: Request) -> str:
    """The client's address for counting attempts; IPv6 by its /64, of which everybody has a whole one."""
    host = request.client.host if request.client else "unknown"
    return str(ipaddress.ip_network((host.partition("%")[0], 64), strict=False)) if ":" in host else host


def set_session_cookie(request: Request, response: Response, secret: str) -> None:
    """Hand out the session: unreadable for scripts, not sent along from other sites."""
    settings = get_context(request).settings
    response.set_cookie(
        COOKIE,
        secret,
        max_age=settings.session_days * 86_400,
        httponly=True,
        samesite="lax",
        secure=settings.cookies_are_secure,
        path="/",
    )
