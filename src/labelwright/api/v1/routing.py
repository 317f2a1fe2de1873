"""What every route of the old clients' API has: the caller by his token, and errors in their words."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import msgspec
from fastapi import APIRouter, Depends
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.deps import Ctx, bearer_secret, get_account
from labelwright.api.v1.errors import Refusal, V1Error, answer_error, detail
from labelwright.model.errors import InvalidJson, LabelwrightError, NotSignedIn
from labelwright.services import tokens
from labelwright.services.access import Actor

T = TypeVar("T")


class V1Route(APIRoute):
    """A route that answers its errors as old clients expect."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answering(request: Request) -> Response:
            try:
                return await handler(request)
            except (LabelwrightError, V1Error, RequestValidationError, HTTPException) as error:
                return answer_error(error, request)

        return answering


def new_router() -> APIRouter:
    """Make a router of such routes."""
    return APIRouter(route_class=V1Route)


def token_of(request: Request) -> str | None:
    """The token in the address or the Authorization header; credentials of a proxy (Basic) do not count."""
    return request.query_params.get("token") or bearer_secret(request)


def get_caller(request: Request, ctx: Ctx) -> Actor:
    """Who calls, by token alone: a cookie never counts here. Raises NotSignedIn, TokenRefused."""
    secret = token_of(request)
    if secret is None:
        raise NotSignedIn("A token is missing. Send it as ?token=... or in the header Authorization: Token ...")
    return tokens.actor_of_token(ctx, secret)


def get_viewer(request: Request, ctx: Ctx) -> Actor:
    """Who looks at a picture of ours: by token, else by the session of the web application."""
    if token_of(request) is not None:
        return get_caller(request, ctx)
    return get_account(request, ctx).actor()


V1Caller = Annotated[Actor, Depends(get_caller)]
Viewer = Annotated[Actor, Depends(get_viewer)]


def read_body(raw: bytes, decoder: "msgspec.json.Decoder[T]") -> T:
    """Decode a JSON body; `decoder` is lenient with scalars. Raises InvalidJson, V1Error that names the field."""
    if not raw.strip():
        raise InvalidJson("The body is empty; send JSON.")
    try:
        return decoder.decode(raw)
    except msgspec.ValidationError as error:
        raise _field_error(str(error)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidJson(f"The body is not JSON: {error}.") from None


def _field_error(text: str) -> V1Error:
    """Name the field that msgspec's message is about."""
    if (missing := text.partition("required field `")[2]) and "`" in missing:
        field = missing.partition("`")[0]
        return V1Error(Refusal(400, "ex_validation", (), (detail(field, "ex_notnull"),)), f"“{field}” is missing.")
    place = text.rpartition(" - at `$")[2].rstrip("`") if " - at `$" in text else ""
    field = place.rpartition(".")[2] or "body"
    key = "ex_notnull" if "got `null`" in text else "ex_val_invalid"
    return V1Error(Refusal(400, "ex_validation", (), (detail(field, key, text),)), text)
