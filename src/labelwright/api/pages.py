"""The web application's files, and its start page for every address that is not the API's."""

from pathlib import Path

from fastapi import FastAPI
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import StaticFiles

STATIC = Path(__file__).parents[1] / "static"

NOT_BUILT = """<!doctype html><meta charset="utf-8"><title>Labelwright</title>
<h1>The web application is not built</h1><p>Run <code>make setup</code>, then start the server again. The API works.</p>
"""


class ForeverFiles(StaticFiles):
    """Files whose names carry their hash: they never change, so browsers may keep them."""

    async def get_response(self, path: str, scope: dict[str, object]) -> Response:  # type: ignore[override]
        answer = await super().get_response(path, scope)
        answer.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return answer


class PageConvertor(StringConvertor):
    """Every path but those of the API: there unknown addresses are 404 and wrong methods 405, never a page."""

    regex = r"(?!(?:api|assets|schema|health)(?:/|$)).*"


register_url_convertor("page", PageConvertor())


def install(app: FastAPI) -> None:
    """Serve `/assets/*` and the start page; unknown API addresses stay problem documents."""
    if (STATIC / "assets").is_dir():
        app.mount("/assets", ForeverFiles(directory=STATIC / "assets"), name="assets")
    app.add_api_route("/api/docs", _docs, methods=["GET"], include_in_schema=False)
    app.add_api_route("/{path:page}", _page, methods=["GET", "HEAD"], include_in_schema=False)


def _page(path: str) -> Response:
    """A file beside the start page (icon, manifest), else the start page itself, whose script reads the address."""
    if path in TOP_FILES and (STATIC / path).is_file():
        return FileResponse(STATIC / path)
    index = STATIC / "index.html"
    if not index.is_file():
        return HTMLResponse(NOT_BUILT, status_code=503)
    return FileResponse(index, headers={"Cache-Control": "no-cache"})


TOP_FILES = frozenset({"favicon.svg", "favicon.ico", "robots.txt", "theme.js"})


def _docs(_: Request) -> Response:
    """The API's documentation page; its script and style are ours, so it works without the internet."""
    page = STATIC / "docs.html"
    return FileResponse(page) if page.is_file() else HTMLResponse(NOT_BUILT, status_code=503)
