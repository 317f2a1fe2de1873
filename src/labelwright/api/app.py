"""Put the application together: routes, errors, middlewares, the web pages, the OpenAPI document."""

import functools
import time
from typing import Any

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labelwright import __version__
from labelwright.api import errors, pages, security
from labelwright.api.routes import (
    accounts,
    configurations,
    datasets,
    export,
    grid,
    health,
    label_exports,
    label_imports,
    media,
    operator,
    projects,
    tasks,
    tokens,
)
from labelwright.api.schemas import Problem, model_schemas
from labelwright.api.v1.router import router as v1
from labelwright.services.context import Context

log = structlog.get_logger()

# Tasks first: routes are looked for in this order, and saves are most of all requests.
ROUTES = (
    *(tasks, grid, accounts, tokens, projects, datasets, media, configurations),
    *(export, label_exports, label_imports),
)
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"model": Problem, "description": "What is wrong, where, and the remedy (RFC 9457)."},
    "5XX": {"model": Problem, "description": "What went wrong on the server, and whether to try again (RFC 9457)."},
}


def create_app(context: Context, *, operator_secret: str, setup_secret: str | None = None) -> FastAPI:
    """Make the ASGI application of one context. `setup_secret` opens the first-start page once."""
    app = FastAPI(
        title="Labelwright",
        version=__version__,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        routes=list(_routes()),
    )
    app.state.context = context
    app.state.operator_secret, app.state.setup_secret = operator_secret, setup_secret
    pages.install(app)
    errors.install_errors(app)
    app.openapi = lambda: openapi_document(app)  # type: ignore[method-assign]
    app.add_middleware(errors.UnexpectedErrors)
    app.add_middleware(security.BodyLimit, settings=context.settings)
    app.add_middleware(security.HostGuard, settings=context.settings)
    app.add_middleware(security.HeadLimit)
    app.add_middleware(SingleSlashes)
    app.add_middleware(security.SafeHeaders)
    app.add_middleware(AccessLog)
    return app


@functools.cache
def _routes() -> tuple[BaseRoute, ...]:
    """All routes of the API. What FastAPI works out for their first request is kept with them, for every context."""
    # Each stands in the application itself: FastAPI looks for the route once more on each level of routers.
    root = APIRouter(responses=PROBLEMS)
    for router in (*(routes.router for routes in ROUTES), label_exports.public, operator.router, v1):
        root.include_router(router, prefix="/api")
    root.include_router(health.router)
    root.include_router(export.public)
    return tuple(root.routes)


def openapi_document(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI document with the schemas of the model's own structs; made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, routes=app.routes, description=DESCRIPTION)
        schemas = document["components"]["schemas"]
        schemas |= model_schemas()
        for field, struct in (("configuration", "Configuration"), ("document", "Document")):
            schemas["OpenedTask"]["properties"][field] = {"$ref": f"#/components/schemas/{struct}"}
        for operation in (one for path in document["paths"].values() for one in path.values()):
            for status in PROBLEMS:
                content = operation["responses"][status]["content"]
                content["application/problem+json"] = content.pop("application/json")
        document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
        document["security"] = [{"token": []}]
        app.openapi_schema = document
    return app.openapi_schema


DESCRIPTION = """\
The API of Labelwright. Send an API token as `Authorization: Bearer lw_...`; tokens are made under *API tokens*.
Errors are `application/problem+json`; times are epoch milliseconds; ids are UUIDv7.
"""


class SingleSlashes:
    """Take `//api/v1/...` for `/api/v1/...`: old clients write it so."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith("//"):
            scope = {**scope, "path": "/" + scope["path"].lstrip("/")}
        await self.app(scope, receive, send)


class AccessLog:
    """One line a request: method, path, status, time. Never the query: old clients carry their token there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started, status = time.perf_counter(), 0

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, noted)
        finally:
            took = round((time.perf_counter() - started) * 1000, 1)
            path = scope["path"].encode("unicode_escape").decode("ascii")
            log.info("request", method=scope["method"], path=path, status=status, ms=took)
