"""The web application's start pages, for every address that is not the API's."""

import base64
import functools
import hashlib
import re
from pathlib import Path

from fastapi import FastAPI
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response

from labelwright.api.assets import Assets
from labelwright.api.security import content_security_policy
from labelwright.model.ids import is_uuid

STATIC = Path(__file__).parents[1] / "static"
TOP_FILES = frozenset({"favicon.svg", "favicon.ico", "robots.txt"})

NOT_BUILT = """<!doctype html><meta charset="utf-8"><title>Labelwright</title>
<h1>The web application is not built</h1><p>Run <code>make setup</code>, then start the server again. The API works.</p>
"""


class PageConvertor(StringConvertor):
    """Every path but those of the API: there unknown addresses are 404 and wrong methods 405, never a page."""

    regex = r"(?!(?:api|assets|schema|health)(?:/|$)).*"


register_url_convertor("page", PageConvertor())


def install(app: FastAPI) -> None:
    """Serve `/assets/*` and the start pages; unknown API addresses stay problem documents."""
    assets = Assets(STATIC / "assets")

    async def asset(request: Request, name: str) -> Response:
        return assets.answer(request, name)

    app.add_api_route("/assets/{name}", asset, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/api/docs", _docs, methods=["GET", "HEAD"], include_in_schema=False)
    app.add_api_route("/{path:page}", _page, methods=["GET", "HEAD"], include_in_schema=False)


async def _page(path: str) -> Response:
    """A file beside the start pages (the icon), else the start page whose script reads the address."""
    if path in TOP_FILES and (STATIC / path).is_file():
        return FileResponse(STATIC / path, headers={"Cache-Control": "public, max-age=86400"})
    if not path.startswith("label/"):
        return _start_page("index.html")
    answer = _start_page("label.html")
    if is_uuid(task_id := path.removeprefix("label/")):
        # The browser asks for both before it reads the page, whose first script takes the answers.
        answer.headers["Link"] = ", ".join(
            f"<{path}>; {_PRELOAD}" for path in ("/api/session", f"/api/tasks/{task_id}")
        )
    return answer


_PRELOAD = "rel=preload; as=fetch; crossorigin"


async def _docs(_: Request) -> Response:
    """The API's documentation page; its script and style are ours, so it works without the internet."""
    return _start_page("docs.html")


def _start_page(name: str) -> Response:
    page = STATIC / name
    if not page.is_file():
        return HTMLResponse(NOT_BUILT, status_code=503)
    html, policy = _read(page, page.stat().st_mtime_ns)
    return HTMLResponse(html, headers={"Cache-Control": "no-cache", "Content-Security-Policy": policy})


@functools.lru_cache(maxsize=8)
def _read(page: Path, _changed_at_ns: int) -> tuple[bytes, str]:
    """Read a page, and make the policy that lets the scripts in it run, by their hashes, and no others."""
    html = page.read_bytes()
    digests = [hashlib.sha256(script).digest() for script in _SCRIPT_INSIDE.findall(html)]
    return html, content_security_policy(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


_SCRIPT_INSIDE = re.compile(rb"<script>(.*?)</script>", re.DOTALL)
