"""Requests to one server: JSON there and back, patience while it is busy, errors as values of the model."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx2
import msgspec

from labelwright.sdk.errors import UnexpectedAnswer, connection_errors, error_of

T = TypeVar("T")
Query = Mapping[str, Any]
Content = Callable[[], bytes | Iterable[bytes]]

BUSY = 503
TRIES = 5
LONGEST_WAIT_S = 30.0


class Page(msgspec.Struct, Generic[T], frozen=True, rename="camel"):
    """One page of a list; `next_cursor` asks for the next one."""

    items: tuple[T, ...]
    next_cursor: str | None = None
    total: int | None = None


class Transport:
    """One server's requests. `wait` sleeps some seconds before a busy server is asked again."""

    def __init__(self, http: httpx2.Client, wait: Callable[[float], None]) -> None:
        self.http, self._wait = http, wait

    def get(self, path: str, kind: type[T], query: Query | None = None) -> T:
        """Fetch and decode."""
        return self.send("GET", path, kind, query=query)

    def send(self, method: str, path: str, kind: type[T], *, body: object = None, query: Query | None = None) -> T:
        """Send `body` as JSON and decode the answer as `kind`."""
        with self.stream(method, path, query=query, **_json(body)) as answer:
            return decoded(answer.read(), kind, answer)

    def act(self, method: str, path: str, *, body: object = None, query: Query | None = None) -> None:
        """Send a request whose answer says nothing."""
        with self.stream(method, path, query=query, **_json(body)):
            pass

    def pages(self, path: str, page: type[Page[T]], query: Query) -> Iterator[T]:
        """Go through all pages of a list, fetching each when it is needed."""
        cursor: str | None = None
        while True:
            fetched = self.get(path, page, {**query, "cursor": cursor})
            yield from fetched.items
            if (cursor := fetched.next_cursor) is None:
                return

    @contextmanager
    def stream(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        content: Content | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Iterator[httpx2.Response]:
        """Open a request and give its answer, whose body is still to be read.

        `content` makes the body anew for each try: a busy server is asked up to five times. Raises the errors of the
        model, ServerUnreachable, UnexpectedAnswer.
        """
        params = {name: value for name, value in (query or {}).items() if value is not None}
        with connection_errors(self.http.base_url):
            for attempt in range(1, TRIES + 1):
                body = content() if content else None
                with self.http.stream(method, path, params=params, content=body, headers=headers) as answer:
                    if answer.is_success:
                        yield answer
                        return
                    answer.read()
                    if answer.status_code != BUSY or attempt == TRIES:
                        raise error_of(answer)
                self._wait(retry_after_s(answer))


def _json(body: object) -> dict[str, Any]:
    if body is None:
        return {}
    encoded = msgspec.json.encode(body)
    return {"content": lambda: encoded, "headers": {"Content-Type": "application/json"}}


def decoded(raw: bytes, kind: type[T], answer: httpx2.Response) -> T:
    """Decode an answer. Raises UnexpectedAnswer when it is something else."""
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.MsgspecError as error:
        text = f"{answer.request.url.copy_with(query=None)} answered with something else than expected: {error}."
        raise UnexpectedAnswer(text, status=answer.status_code) from None


def retry_after_s(answer: httpx2.Response) -> float:
    """How long a busy server asks us to wait; a second when it does not say."""
    announced = answer.headers.get("retry-after", "")
    return min(float(announced), LONGEST_WAIT_S) if announced.isdigit() else 1.0


def segment(value: str) -> str:
    """Quote an id or key for its place in a path."""
    return quote(value, safe="")
