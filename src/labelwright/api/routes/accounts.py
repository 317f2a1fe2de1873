"""Sign in, sign out, password, first set-up, members."""

import secrets

from fastapi import APIRouter, Request
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import (
    COOKIE,
    Caller,
    Ctx,
    SignedIn,
    check_same_origin,
    client_address,
    get_context,
    set_session_cookie,
)
from labelwright.api.models import Members, PasswordBody, SessionShown, SetupBody, SetupShown, SignInBody
from labelwright.model.errors import Forbidden
from labelwright.services import accounts
from labelwright.services.accounts import Account

router = APIRouter(tags=["accounts"])


def session_json(account: Account) -> dict[str, object]:
    user = {"id": account.id, "email": account.email, "name": account.name, "isOperator": account.is_operator}
    return {"user": user, "organisations": account.organisations}


def _signed_in(request: Request, opened: accounts.SignedIn) -> Response:
    answer = MsgspecResponse(session_json(opened.account))
    set_session_cookie(request, answer, opened.session_token)
    return answer


@router.get("/session", response_model=SessionShown)
def show_session(account: SignedIn) -> Response:
    """Who is signed in."""
    return MsgspecResponse(session_json(account))


@router.post("/session", response_model=SessionShown)
def sign_in(request: Request, ctx: Ctx, body: SignInBody) -> Response:
    """Sign in with e-mail and password; the answer sets the session cookie."""
    _check_page(request)
    opened = accounts.sign_in(ctx, email=body.email, password=body.password, address=client_address(request))
    return _signed_in(request, opened)


def _check_page(request: Request) -> None:
    """Refuse sign-ins that another site's page sends; programs, which name no site, may."""
    if request.headers.get("sec-fetch-site") or request.headers.get("origin"):
        check_same_origin(request)


@router.delete("/session", status_code=204)
def sign_out(request: Request, ctx: Ctx) -> Response:
    """End this session."""
    check_same_origin(request)
    accounts.sign_out(ctx, request.cookies.get(COOKIE, ""))
    answer = Response(status_code=204)
    answer.delete_cookie(COOKIE, path="/")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


@router.put("/session/password", status_code=204)
def change_password(request: Request, ctx: Ctx, account: SignedIn, body: PasswordBody) -> Response:
    """Change the password; every other session of the account ends."""
    accounts.change_password(
        ctx,
        account.actor(),
        current=body.current_password,
        new=body.new_password,
        keep_session=request.cookies.get(COOKIE, ""),
    )
    return Response(status_code=204)


@router.get("/setup", response_model=SetupShown)
def show_setup(ctx: Ctx) -> Response:
    """Whether the first account is still to be made."""
    return MsgspecResponse({"needed": accounts.setup_needed(ctx)})


@router.post("/setup", response_model=SessionShown)
def set_up(request: Request, body: SetupBody) -> Response:
    """Make the operator's account, once, with the secret that the server printed in its terminal."""
    _check_page(request)
    expected: str | None = request.app.state.setup_secret
    if expected is None or not secrets.compare_digest(body.secret.encode(), expected.encode()):
        raise Forbidden("The set-up secret is wrong. It stands in the terminal in which the server was started.")
    opened = accounts.set_up(
        get_context(request), email=body.email, name=body.name, password=body.password, organisation=body.organisation
    )
    request.app.state.setup_secret = None
    return _signed_in(request, opened)


@router.get("/organisations/{organisation_id}/members", response_model=Members)
def list_members(ctx: Ctx, actor: Caller, organisation_id: str) -> Response:
    """People of an organisation; e-mail addresses for its admins only."""
    return MsgspecResponse({"items": accounts.list_members(ctx, actor, organisation_id)})
