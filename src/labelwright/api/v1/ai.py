"""Segmentation by a model: asked for by old clients, not offered here."""

from starlette.responses import Response

from labelwright.api.v1.errors import Refusal, V1Error
from labelwright.api.v1.routing import V1Caller, new_router

router = new_router()


@router.post("/aiseg/calculate")
@router.post("/aiseg/{medium_id}/prepare")
@router.delete("/aiseg/{medium_id}/finish")
def refuse(_actor: V1Caller) -> Response:
    """Say that there is no such service."""
    raise V1Error(Refusal(503, "ex_service_unavailable", ("ai",)), "This server has no model for segmentation.")
