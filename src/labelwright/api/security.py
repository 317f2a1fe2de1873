"""What every request passes: the host it names, the sizes of its head and body, the headers of its answer."""

import ipaddress
import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labelwright.api.errors import refused
from labelwright.config import MEGABYTE, Settings


def content_security_policy(scripts: Iterable[str] = ()) -> str:
    """Allow what comes from this server alone. `scripts`: hashes of those that stand in a page of ours."""
    allowed = " ".join(("'self'", *scripts))
    return (
        "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; "
        f"script-src {allowed}; connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )


HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": content_security_policy(),
}


class HostGuard:
    """Answer only under names that are ours, so that no foreign page reaches a local server by DNS rebinding."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        names = {"localhost", *settings.allowed_hosts}
        if settings.base_url:
            names.add(urlsplit(settings.base_url).hostname or "")
        self.names = {name.lower() for name in names if name}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_ours(Headers(scope=scope).getlist("host")):
            text = "This server does not answer under that host name. Add it to LABELWRIGHT_ALLOWED_HOSTS."
            await refused(scope["path"], 400, "unknown_host", text)(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_ours(self, hosts: list[str]) -> bool:
        if len(hosts) != 1 or (host := HOST.fullmatch(hosts[0])) is None:
            return False
        name = host["name"].lower()
        return name in self.names or _is_address(name.strip("[]"))


HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[\w.-]+)(:\d{1,5})?", re.ASCII)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class SafeHeaders:
    """Put the security headers on every answer; what a route sets itself stays."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        private = scope["path"].startswith("/api")

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
                if private:
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self.app(scope, receive, send_with_headers)


class HeadLimit:
    """Refuse addresses and headers that no client of ours sends."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (refusal := _refused_head(scope)) is not None:
            status, code, text = refusal
            await refused(scope["path"], status, code, text)(scope, receive, send)
            return
        await self.app(scope, receive, send)


MAX_ADDRESS_BYTES = 16 * 1024
MAX_HEADER_BYTES = 64 * 1024
MAX_HEADERS = 200


def _refused_head(scope: Scope) -> tuple[int, str, str] | None:
    """Status, code and text of the refusal; None for a head as it should be."""
    if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS_BYTES:
        return (414, "address_too_long", f"The address is longer than {MAX_ADDRESS_BYTES} bytes. Shorten it.")
    headers = scope["headers"]
    size = sum(len(name) + len(value) for name, value in headers)
    if len(headers) > MAX_HEADERS or size > MAX_HEADER_BYTES:
        text = f"At most {MAX_HEADERS} headers of {MAX_HEADER_BYTES} bytes in all are read. Send fewer."
        return (431, "headers_too_large", text)
    return None


class BodyLimit:
    """Refuse bodies above the limit of their path: at once when announced, else while they arrive."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        # (path prefix, path suffix, bytes); the first that fits counts.
        self.limits: Iterable[tuple[str, str, int]] = (
            ("/api/datasets/", "/media", settings.max_picture_bytes),
            ("/api/v1/media/", "/file", settings.max_picture_bytes),
            ("/api/projects/", "/import", settings.max_import_bytes),
            ("/api/projects/", "/imports", settings.max_import_bytes),
            ("/api/v1/project/", "/prediction", settings.max_import_bytes),
            ("/api/tasks/", "/labels", 32 * MEGABYTE),
            ("", "", 4 * MEGABYTE),
        )

    def _limit(self, path: str) -> int:
        return next(limit for start, end, limit in self.limits if path.startswith(start) and path.endswith(end))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit, seen, headers = self._limit(scope["path"]), 0, Headers(scope=scope)
        packed = headers.get("content-encoding", "identity")
        if packed.lower() != "identity":
            text = f"Send the body unpacked, not as {packed[:40]}."
            await refused(scope["path"], 415, "unsupported_content_encoding", text)(scope, receive, send)
            return
        announced = headers.get("content-length", "0")
        if announced.isdecimal() and int(announced) > limit:
            refusal = refused(scope["path"], 413, "too_large", _too_large_text(limit), headers=CLOSE)
            await refusal(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(413, _too_large_text(limit), headers=CLOSE)
            return message

        await self.app(scope, counted, send)


CLOSE = {"Connection": "close"}


def _too_large_text(limit: int) -> str:
    return f"The body is larger than {limit / 1e6:.0f} MB, the limit here."
