"""What every request passes: the host it names, the size of its body, the headers of its answer."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labelwright.api.errors import problem
from labelwright.api.v1.errors import find_early
from labelwright.config import MEGABYTE, Settings

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; style-src 'self' 'unsafe-inline'; script-src 'self'; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
}


class HostGuard:
    """Answer only under names that are ours, so that no foreign page reaches a local server by DNS rebinding."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        names = {"localhost", *settings.allowed_hosts}
        if settings.base_url:
            names.add(urlsplit(settings.base_url).hostname or "")
        self.names = {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._is_ours(Headers(scope=scope).getlist("host")):
            text = "This server does not answer under that host name. Add it to LABELWRIGHT_ALLOWED_HOSTS."
            refusal = find_early(scope["path"], 400, text) or problem(400, "unknown_host", text)
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)

    def _is_ours(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return False
        try:
            name = urlsplit(f"//{hosts[0]}").hostname or ""
        except ValueError:
            return False
        return name in self.names or _is_address(name)


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


class BodyLimit:
    """Refuse bodies above the limit of their path: at once when announced, else while they arrive."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        # (path prefix, path suffix, bytes); the first that fits counts.
        self.limits: Iterable[tuple[str, str, int]] = (
            ("/api/datasets/", "/media", settings.max_picture_bytes),
            ("/api/v1/media/", "/file", settings.max_picture_bytes),
            ("/api/projects/", "/import", settings.max_import_bytes),
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
        limit, seen = self._limit(scope["path"]), 0
        announced = Headers(scope=scope).get("content-length", "0")
        if announced.isdigit() and int(announced) > limit:
            await _too_large(scope["path"], limit)(scope, receive, send)
            return

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise _BodyTooLargeError
            return message

        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, counted, watched)
        except _BodyTooLargeError:
            if not started:
                await _too_large(scope["path"], limit)(scope, receive, send)


class _BodyTooLargeError(Exception):
    pass


def _too_large(path: str, limit: int) -> ASGIApp:
    text = f"The body is larger than {limit / 1e6:.0f} MB, the limit here."
    answer = find_early(path, 413, text) or problem(413, "too_large", text)
    answer.headers["Connection"] = "close"
    return answer
