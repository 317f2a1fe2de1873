"""Whether the server is ready; the one answer that needs nobody signed in."""

from fastapi import APIRouter
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Ctx
from labelwright.api.downloads import file_at
from labelwright.db.database import is_ready

router = APIRouter(tags=["health"])


@file_at(router, "/health")
def health(ctx: Ctx) -> Response:
    """200 when the database answers, 503 otherwise."""
    return MsgspecResponse({"status": "ready"}) if is_ready(ctx.db) else MsgspecResponse({"status": "down"}, 503)
