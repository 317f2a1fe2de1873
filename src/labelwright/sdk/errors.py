"""From answers of a server to the model's error tree.

LabelwrightError
├── (every class of labelwright.model.errors, found by its code)
├── ServerUnreachable          no answer, or the connection broke
└── UnexpectedAnswer           an answer that is no problem document: a proxy, another program, a newer server
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import msgspec

from labelwright.model.errors import Invalid, Issue, LabelwrightError, TooManyAttempts


class ServerUnreachable(LabelwrightError):
    code = "server_unreachable"


class UnexpectedAnswer(LabelwrightError):
    """Field `status`: the HTTP status."""

    code = "unexpected_answer"


def _family(kind: type[LabelwrightError]) -> Iterator[type[LabelwrightError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _family(child)


BY_CODE = {kind.code: kind for kind in _family(LabelwrightError) if kind is not LabelwrightError}
# What every problem document has; the rest are the error's own fields.
_STANDARD = frozenset({"type", "title", "status", "detail", "code", "errors", "errorCount"})


def error_of(answer: httpx2.Response) -> LabelwrightError:
    """Make the error that a refused request stands for. The body of `answer` must have been read."""
    try:
        problem = msgspec.json.decode(answer.content, type=dict[str, Any])
        detail, kind = str(problem["detail"]), BY_CODE.get(problem["code"], UnexpectedAnswer)
        issues = msgspec.convert(problem.get("errors", ()), tuple[Issue, ...])
    except (msgspec.MsgspecError, KeyError):
        return _unexpected(answer)
    fields = {_snake(name): value for name, value in problem.items() if name not in _STANDARD}
    error = kind.__new__(kind)
    LabelwrightError.__init__(error, detail, **fields)
    error.args = (detail,)
    if isinstance(error, Invalid):
        error.issues, error.issue_count = issues, int(problem.get("errorCount", len(issues)))
    if isinstance(error, TooManyAttempts):
        error.retry_after_s = int(fields.get("retry_after_s", 60))
    return error


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def _unexpected(answer: httpx2.Response) -> UnexpectedAnswer:
    url = answer.request.url.copy_with(query=None)
    hint = "Is there a Labelwright server at this address?"
    if answer.has_redirect_location:
        hint = f"It points to {answer.headers['location'][:200]}; use that address."
    return UnexpectedAnswer(f"{url} answered with status {answer.status_code}. {hint}", status=answer.status_code)


@contextmanager
def connection_errors(url: httpx2.URL) -> Iterator[None]:
    """Raise what goes wrong on the way to the server at `url` as ServerUnreachable."""
    try:
        yield
    except (httpx2.RequestError, httpx2.InvalidURL, httpx2.StreamError) as error:
        text = f"The server at {url} cannot be reached, or the connection broke ({error}). Is it running?"
        raise ServerUnreachable(text) from error
