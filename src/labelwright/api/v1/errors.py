"""The one table from our errors to what old clients understand: `{key, params, msg, code, details}` and a status.

Old clients branch on the status (500 is *their* mistake as well as ours) and pass every other body's fields on as
keyword arguments, so no further field may stand in it. They put `params` into a text of their own for keys that they
know; for all others they show `msg`.
"""

import re
from collections.abc import Callable
from typing import Any, NamedTuple

import structlog
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.model import errors as e
from labelwright.model.errors import Issue, LabelwrightError
from labelwright.services.pictures import NotShown
from labelwright.services.v1_values import ValueRefused

log = structlog.get_logger()

PREFIX = "/api/v1/"
Detail = dict[str, Any]
Path = dict[str, Any]


class Refusal(NamedTuple):
    """One answer: its status, its key, what the client puts into its text, and the fields concerned."""

    status: int
    key: str
    params: tuple[Any, ...] = ()
    details: tuple[Detail, ...] = ()


class V1Error(Exception):
    """Something that only this API says."""

    def __init__(self, refusal: Refusal, message: str) -> None:
        super().__init__(message)
        self.refusal = refusal
        self.message = message


NOUNS = {
    "project": "Project",
    "dataset": "Dataset",
    "medium": "Image",
    "task": "Task",
    "value": "LabelEntryValue",
    "label class": "Entry",
    "label configuration": "LabelConfiguration",
    "label iteration": "LabelIteration",
}
ACCEPTED_TYPES = "[image/jpeg, image/jpg, image/png]"


def detail(field: str, key: str, *params: str) -> Detail:
    """One field that is wrong; `field` is written as a person would: `shortDescription` is “Short Description”."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", field)
    return {"name": words[:1].upper() + words[1:], "key": key, "params": [field, *params]}


_ISSUE_KEYS = {"invalid_name": "ex_pattern", "invalid_text": "ex_size", "invalid_key": "ex_pattern"}


def details_of(issues: tuple[Issue, ...]) -> tuple[Detail, ...]:
    """Turn issues into details; the field is the last name in an issue's pointer."""
    return tuple(detail(_field(i.pointer), _ISSUE_KEYS.get(i.code, "ex_val_invalid"), i.message) for i in issues)


def _field(pointer: str) -> str:
    return next((part for part in reversed(pointer.split("/")) if part and not part.isdigit()), "body")


def _not_found(error: LabelwrightError, _: Path) -> Refusal:
    fields = error.fields
    return Refusal(
        404, "ex_notfound", (NOUNS.get(fields["what"], fields["what"]), fields["criterion"], fields["value"])
    )


def _taken(error: LabelwrightError, _: Path) -> Refusal:
    what = error.fields["what"]
    return Refusal(412, "ex_alreadyexists", (NOUNS.get(what, what), "name", error.fields["value"]))


def _invalid(error: LabelwrightError, _: Path) -> Refusal:
    return Refusal(400, "ex_validation", (), details_of(getattr(error, "issues", ())))


def _unsupported(error: LabelwrightError, _: Path) -> Refusal:
    found = str(error.fields.get("content_type") or "application/octet-stream")
    entry = {"name": "data", "key": "ex_val_bin_mime", "params": [found, ACCEPTED_TYPES]}
    return Refusal(400, "ex_validation", (), (entry,))


def _too_large(error: LabelwrightError, _: Path) -> Refusal:
    limit = next((value for name, value in error.fields.items() if name.startswith("limit")), "the limit")
    return Refusal(413, "ex_limit", ("Size", "more", limit))


def _task_state(_: LabelwrightError, path: Path) -> Refusal:
    return Refusal(500, "ex_gen_wrong_label_task_state", tuple(str(value) for value in list(path.values())[:1]))


def _own_words(error: LabelwrightError, _: Path) -> Refusal:
    return Refusal(500, error.fields["key"], tuple(error.fields["params"]))


def _always(status: int, key: str, *params: str) -> Callable[[LabelwrightError, Path], Refusal]:
    return lambda _error, _path: Refusal(status, key, params)


TABLE: dict[type[LabelwrightError], Callable[[LabelwrightError, Path], Refusal]] = {
    e.NotSignedIn: _always(401, "ex_unauthorized"),
    e.TokenRefused: _always(403, "ex_forbidden"),
    e.Forbidden: _always(403, "ex_forbidden"),
    e.NotFound: _not_found,
    e.NameTaken: _taken,
    e.AlreadyConnected: _always(412, "ex_already_contains", "Project", "Dataset"),
    e.NotConnected: _always(500, "ex_gen_does_not_contain", "Project", "Dataset"),
    e.AlreadyDeleted: _always(500, "ex_gen_image_delete"),
    e.WrongTaskState: _task_state,
    e.TaskNotEditable: _task_state,
    e.Invalid: _invalid,
    e.UnsupportedPicture: _unsupported,
    e.UnreadablePicture: _always(500, "ex_gen_image_upload"),
    e.UploadDamaged: _always(500, "ex_gen_image_upload"),
    e.TooLarge: _too_large,
    e.StorageFull: _always(507, "ex_system"),
    e.DamagedFile: _always(500, "ex_gen_file_stream"),
    NotShown: _always(500, "ex_gen_file_stream"),
    e.Busy: _always(503, "ex_service_unavailable", "server"),
    ValueRefused: _own_words,
}


def refusal_of(error: LabelwrightError, path: Path) -> Refusal:
    """Look up the nearest class in the error's line of descent; what has no row is `ex_gen_<code>`."""
    for kind in type(error).__mro__:
        if kind in TABLE:
            return TABLE[kind](error, path)
    return Refusal(500, f"ex_gen_{error.code}")


def answer(refusal: Refusal, message: str) -> Response:
    """Make the answer; `message` says in full what is wrong and what helps."""
    body = {
        "key": refusal.key,
        "params": refusal.params,
        "msg": message,
        "code": refusal.status,
        "details": refusal.details,
    }
    headers = {"WWW-Authenticate": "Token"} if refusal.status == 401 else {}
    return MsgspecResponse(body, status_code=refusal.status, headers=headers)


Known = LabelwrightError | V1Error | RequestValidationError | HTTPException


def answer_error(error: Known, request: Request) -> Response:
    """Answer what a route raised."""
    match error:
        case V1Error():
            return answer(error.refusal, error.message)
        case LabelwrightError():
            refusal = refusal_of(error, request.path_params)
            if refusal.key == f"ex_gen_{error.code}":
                log.error("an error without a row reached an old client", code=error.code, message=error.message)
            return answer(refusal, error.message)
        case RequestValidationError():
            return answer(Refusal(400, "ex_validation", (), _parameter_details(error)), "Validation error.")
        case HTTPException():
            return answer(Refusal(error.status_code, "ex_validation"), str(error.detail))


def _parameter_details(error: RequestValidationError) -> tuple[Detail, ...]:
    return tuple(detail(str(item["loc"][-1]), "ex_val_invalid", str(item["msg"])) for item in error.errors())


def find_early(path: str, status: int, message: str) -> Response | None:
    """The answer to a request of an old client that never reached a route; None when the path is not theirs."""
    if not path.startswith(PREFIX):
        return None
    rows = {413: Refusal(413, "ex_limit", ("Size", "more", "allowed")), 500: Refusal(500, "ex_system")}
    return answer(rows.get(status, Refusal(status, "ex_validation")), message)
