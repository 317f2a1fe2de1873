"""All routes of the old clients' API."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.v1 import ai, configuration, datasets, export, importing, media, projects, tasks, values
from labelwright.api.v1.routing import new_router
from labelwright.model.errors import NotFound

router = APIRouter(prefix="/v1", include_in_schema=False)
for nouns in (projects, datasets, media, configuration, importing, export, tasks, values, ai):
    router.include_router(nouns.router)

_nowhere = new_router()


@_nowhere.api_route("/{path:path}", methods=["GET", "HEAD", "POST", "PUT", "DELETE"])
def refuse(request: Request) -> Response:
    """Answer every other address in the form that old clients read."""
    raise NotFound("page", request.url.path[:200], criterion="address")


router.include_router(_nowhere)
