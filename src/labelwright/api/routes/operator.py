"""What the operator's command line asks of a running server: it proves itself with the secret in the data folder."""

import secrets

from fastapi import APIRouter, Request
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Ctx
from labelwright.api.models import OperatorTokenBody, OperatorUserBody, TokenMade, UserShown
from labelwright.model.errors import NotFound
from labelwright.services import accounts, tokens

router = APIRouter(prefix="/operator", tags=["operator"], include_in_schema=False)
HEADER = "X-Labelwright-Operator"


def _check_operator(request: Request) -> None:
    """Pretend that there is nothing here to everybody without the secret."""
    given = request.headers.get(HEADER, "")
    if not secrets.compare_digest(given.encode(), request.app.state.operator_secret.encode()):
        raise NotFound("page", request.url.path, criterion="address")


@router.post("/users", response_model=UserShown, status_code=201)
def create_user(request: Request, ctx: Ctx, body: OperatorUserBody) -> Response:
    """Make a person, and his organisation where it is new."""
    _check_operator(request)
    account = accounts.create_user(
        ctx,
        email=body.email,
        name=body.name,
        password=body.password,
        organisation=body.organisation,
        role=body.role,
    )
    shown = {"id": account.id, "email": account.email, "name": account.name, "isOperator": account.is_operator}
    return MsgspecResponse(shown, status_code=201)


@router.post("/tokens", response_model=TokenMade, status_code=201)
def create_token(request: Request, ctx: Ctx, body: OperatorTokenBody) -> Response:
    """Make an API token, and its organisation where it is new."""
    _check_operator(request)
    made = tokens.create_token_for(ctx, organisation=body.organisation, name=body.name, scope=body.scope)
    return MsgspecResponse(made, status_code=201)
