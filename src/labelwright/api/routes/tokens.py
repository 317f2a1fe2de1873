"""API tokens of an organisation."""

from fastapi import APIRouter
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Caller, Ctx
from labelwright.api.models import TokenBody, TokenMade, Tokens
from labelwright.services import tokens

router = APIRouter(prefix="/tokens", tags=["tokens"])


@router.get("", response_model=Tokens)
def list_tokens(ctx: Ctx, actor: Caller, organisation: str) -> Response:
    """Tokens that are not revoked; secrets are never shown again."""
    return MsgspecResponse({"items": tokens.list_tokens(ctx, actor, organisation)})


@router.post("", response_model=TokenMade, status_code=201)
def create_token(ctx: Ctx, actor: Caller, body: TokenBody) -> Response:
    """Make a token; `secret` is shown in this answer only."""
    made = tokens.create_token(ctx, actor, organisation_id=body.organisation, name=body.name, scope=body.scope)
    return MsgspecResponse(made, status_code=201)


@router.delete("/{token_id}", status_code=204)
def revoke_token(ctx: Ctx, actor: Caller, token_id: str) -> Response:
    """Revoke a token, at once and for ever."""
    tokens.revoke_token(ctx, actor, token_id)
    return Response(status_code=204)
