"""The one table from errors to HTTP, and the problem documents (RFC 9457) that carry them."""

from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from labelwright.api.answers import MsgspecResponse
from labelwright.api.v1.errors import find_early
from labelwright.model import errors as e
from labelwright.model.errors import Issue, LabelwrightError

STATUS: dict[type[LabelwrightError], int] = {
    e.NotSignedIn: 401,
    e.Forbidden: 403,
    e.NotFound: 404,
    e.Conflict: 409,
    e.Invalid: 422,
    e.InvalidJson: 400,
    e.UnsupportedPicture: 415,
    e.UnreadablePicture: 422,
    e.TooLarge: 413,
    e.UploadDamaged: 400,
    e.DamagedFile: 500,
    e.TooManyAttempts: 429,
    e.StorageFull: 507,
    e.Busy: 503,
}

TITLES = {
    400: "The request cannot be read",
    401: "Sign in first",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    409: "The state of things forbids it",
    413: "Too large",
    414: "The address is too long",
    415: "Not a kind that is read here",
    422: "The input breaks a rule",
    429: "Too many attempts",
    431: "The headers are too large",
    500: "Something went wrong on the server",
    503: "Busy",
    507: "Storage full",
}

log = structlog.get_logger()


def status_of(error: LabelwrightError) -> int:
    """Look up the status of the nearest class in the error's line of descent; 500 when none is in the table."""
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    issues: tuple[Issue, ...] = (),
    issue_count: int = 0,
    extras: dict[str, Any] | None = None,
) -> Response:
    """Make an `application/problem+json` answer."""
    body = {
        "type": "about:blank",
        "title": TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "code": code,
    }
    if issues:
        body |= {"errors": issues, "errorCount": issue_count}
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return MsgspecResponse(
        {**body, **(extras or {})}, status_code=status, headers=headers, media_type="application/problem+json"
    )


def answer_error(error: LabelwrightError) -> Response:
    """Turn one of our errors into its answer; field names become camelCase."""
    fields = dict(error.fields)
    issues = tuple(fields.pop("issues", ())) or getattr(error, "issues", ())
    count = getattr(error, "issue_count", 0) or len(issues)
    extras = {_camel(name): value for name, value in fields.items()}
    answer = problem(status_of(error), error.code, error.message, issues=issues[:100], issue_count=count, extras=extras)
    if isinstance(error, e.TooManyAttempts):
        answer.headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, e.Busy):
        answer.headers["Retry-After"] = "2"
    return answer


def _camel(name: str) -> str:
    head, *tail = name.split("_")
    return head + "".join(word.capitalize() for word in tail)


def _answer_validation(request: Request, error: RequestValidationError) -> Response:
    content_type = request.headers.get("content-type", "")
    if request.method not in {"GET", "HEAD", "DELETE"} and content_type and "json" not in content_type:
        return problem(415, _HTTP_CODES[415], f"Send JSON as application/json, not as {content_type[:80]}.")
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        item = found[0]
        place = item["loc"][-1] if item["loc"] else 0
        reason = item.get("ctx", {}).get("error", "not JSON")
        return problem(400, "invalid_json", f"The body is not JSON: {reason} at character {place}.")
    issues = tuple(Issue(_pointer(item["loc"]), str(item["type"]), str(item["msg"])) for item in found)
    detail = f"{issues[0].pointer}: {issues[0].message}" if issues else "The input breaks a rule."
    return problem(422, "invalid", detail, issues=issues[:100], issue_count=len(issues))


def _pointer(location: tuple[Any, ...]) -> str:
    """Make a JSON pointer; what is not in the body keeps its place (`query/limit`) in front."""
    parts = [str(part).replace("~", "~0").replace("/", "~1") for part in location]
    return "/" + "/".join(parts[1:] if parts[:1] == ["body"] else parts)


def install_errors(app: FastAPI) -> None:
    """Answer every error of `app` with a problem document."""

    @app.exception_handler(LabelwrightError)
    def _ours(_: Request, error: LabelwrightError) -> Response:
        if status_of(error) == 500:
            log.error("an error without a status reached a client", code=error.code, message=error.message)
        return answer_error(error)

    @app.exception_handler(RequestValidationError)
    def _invalid(request: Request, error: RequestValidationError) -> Response:
        return _answer_validation(request, error)

    @app.exception_handler(HTTPException)
    def _http(_: Request, error: HTTPException) -> Response:
        detail = "There is nothing at this address." if error.status_code == 404 else str(error.detail)
        answer = problem(error.status_code, _HTTP_CODES.get(error.status_code, "http_error"), detail)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(ClientDisconnect)
    def _gone(_: Request, __: ClientDisconnect) -> Response:
        return problem(400, "upload_damaged", "The connection ended before the whole body had arrived. Send it again.")


_HTTP_CODES = {
    400: "bad_request",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_content_type",
    416: "bad_range",
}


def refused(path: str, status: int, code: str, text: str, *, headers: dict[str, str] | None = None) -> Response:
    """Answer a request that reached no route, in the form that its client reads."""
    answer = find_early(path, status, text) or problem(status, code, text)
    answer.headers.update(headers or {})
    return answer


class UnexpectedErrors:
    """Answer what nobody foresaw, and write it down; an answer that has begun is broken off."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watched)
        except Exception as error:
            log.exception("unexpected error", path=scope["path"], method=scope["method"], exc_info=error)
            if started:
                raise
            text = "An unexpected error happened; nothing was changed. Try again, and tell the operator if it stays."
            await refused(scope["path"], 500, "internal_error", text)(scope, receive, send)
