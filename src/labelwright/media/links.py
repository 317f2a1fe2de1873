"""Fetch a picture from a public link: the one place where this server sends a request to an address a user wrote."""

import http.client
import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urljoin

import msgspec

from labelwright.media.addresses import NOT_ALLOWED, Address, LinkRules, check_address
from labelwright.media.link_connection import Exchange, LinkLimits, TooManyBytesError, time_left
from labelwright.media.link_url import Link, invalid_url, parse_link
from labelwright.media.signature import HEAD_BYTES, SUPPORTED, Kind, identify
from labelwright.model.errors import ForbiddenAddress, LinkUnreachable

Resolver = Callable[[str, int], list[str]]

_REDIRECTS = {301, 302, 303, 307, 308}
_PIECE_BYTES = 2**16
_DEFAULT_RULES = LinkRules()
_DEFAULT_LIMITS = LinkLimits()


class Fetched(msgspec.Struct, frozen=True, kw_only=True):
    """What came: `content_type` by its bytes, whatever the server called it."""

    size_bytes: int
    content_type: str


def resolve_name(host: str, port: int) -> list[str]:
    """Ask the system for the addresses of `host`. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_, place in found))


class _Way(msgspec.Struct, frozen=True):
    """How to get there, for all redirects of one fetch."""

    rules: LinkRules
    limits: LinkLimits
    resolve: Resolver
    tls: ssl.SSLContext
    deadline: float


def fetch(
    url: str,
    write: Callable[[bytes], object],
    *,
    rules: LinkRules = _DEFAULT_RULES,
    limits: LinkLimits = _DEFAULT_LIMITS,
    resolve: Resolver = resolve_name,
    tls: ssl.SSLContext | None = None,
) -> Fetched:
    """Fetch the picture at `url` and `write` its bytes piece by piece, the first once it is known to be a picture.

    Each name is resolved once, its addresses checked, and one of those very addresses connected to; with each
    redirect again. `resolve` and `tls` are for installations with names and certificates of their own.
    Raises LinkUnreachable (reason INVALID_URL or INVALID_MIME_TYPE), ForbiddenAddress, and what `write` raises.
    """
    way = _Way(rules, limits, resolve, tls or ssl.create_default_context(), time.monotonic() + limits.total_s)
    link = parse_link(url)
    for _ in range(limits.max_redirects + 1):
        with _connect(url, link, way) as exchange:
            with _naming_the_failure(url):
                response = exchange.read_head()
            if response.status not in _REDIRECTS:
                return _receive(url, response, write, limits)
            link = _follow(url, link, response)
    raise invalid_url(url, f"redirects more than {limits.max_redirects} times.")


@contextmanager
def _naming_the_failure(url: str) -> Iterator[None]:
    """Turn what networks do into one error, which says no more than a browser at home could see."""
    try:
        yield
    except TimeoutError:
        raise invalid_url(url, "did not answer in time. Try again later.") from None
    except ssl.SSLError:
        raise invalid_url(url, "has no valid certificate, or no encryption we know.") from None
    except TooManyBytesError:
        raise invalid_url(url, "sends more than is allowed here.") from None
    except (OSError, http.client.HTTPException, UnicodeError):
        raise invalid_url(url, "could not be reached. See whether it opens in a browser.") from None


def _connect(url: str, link: Link, way: _Way) -> Exchange:
    """Open a connection to the first address that takes one."""
    for own in way.rules.own_urls:
        ourselves = parse_link(own)
        if (ourselves.host, ourselves.port) == (link.host, link.port):
            raise ForbiddenAddress(NOT_ALLOWED)
    with _naming_the_failure(url):
        addresses = [check_address(text, link.port, way.rules) for text in _resolve_in_time(link, way)]
        return _connect_to_first(link, addresses, way)


def _connect_to_first(link: Link, addresses: list[Address], way: _Way) -> Exchange:
    failure = OSError("no address")
    for address in addresses:
        try:
            return Exchange(link, address, way.tls, way.limits, way.deadline)
        except ssl.SSLError:
            raise
        except OSError as error:
            failure = error
    raise failure


def _resolve_in_time(link: Link, way: _Way) -> list[str]:
    """Resolve in a thread of its own: the system's resolver knows no deadline. Raises OSError, TimeoutError."""
    answers: queue.SimpleQueue[list[str] | Exception] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(way.resolve(link.host, link.port))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, name="resolve", daemon=True).start()
    try:
        answer = answers.get(timeout=min(way.limits.connect_s, time_left(way.deadline)))
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, Exception):
        raise answer
    return answer


def _follow(url: str, link: Link, response: http.client.HTTPResponse) -> Link:
    location = response.getheader("Location")
    if not location:
        raise invalid_url(url, f"answers {response.status} without saying where to go.")
    try:
        return parse_link(urljoin(link.url, location.strip()))
    except (LinkUnreachable, ValueError):
        raise invalid_url(url, "redirects to something that is no link to a picture.") from None


def _receive(
    url: str, response: http.client.HTTPResponse, write: Callable[[bytes], object], limits: LinkLimits
) -> Fetched:
    announced = _check_headers(url, response, limits)
    head, size_bytes, kind = b"", 0, None
    for piece in _pieces(url, response):
        size_bytes += len(piece)
        if size_bytes > limits.max_bytes:
            raise _too_large(url, limits)
        if kind is not None:
            write(piece)
        elif len(head := head + piece) >= HEAD_BYTES:
            kind = _check_kind(url, head)
            write(head)
    if announced is not None and size_bytes < announced:
        raise invalid_url(url, f"broke off: {size_bytes} of {announced} bytes came. Try again later.")
    if kind is None:
        kind = _check_kind(url, head)
        write(head)
    return Fetched(size_bytes=size_bytes, content_type=kind.content_type)


def _pieces(url: str, response: http.client.HTTPResponse) -> Iterator[bytes]:
    while True:
        with _naming_the_failure(url):
            piece = response.read1(_PIECE_BYTES)
        if not piece:
            return
        yield piece


def _check_headers(url: str, response: http.client.HTTPResponse, limits: LinkLimits) -> int | None:
    """Refuse what is not worth reading; return the length that the server announced."""
    if response.status != http.client.OK:
        raise invalid_url(url, f"answers {response.status}, not 200. See whether it opens in a browser.")
    if response.getheader("Content-Encoding", "identity").lower() != "identity":
        raise invalid_url(url, "sends compressed bytes although we asked for plain ones.")
    announced = response.length
    if announced is not None and announced > limits.max_bytes:
        raise _too_large(url, limits)
    return announced


def _too_large(url: str, limits: LinkLimits) -> LinkUnreachable:
    return invalid_url(url, f"is larger than the limit of {limits.max_bytes / 1e6:g} MB.")


def _check_kind(url: str, head: bytes) -> Kind:
    kind = identify(head[:HEAD_BYTES])
    if not head:
        raise LinkUnreachable(f"“{url[:200]}” leads to an empty file.", reason="INVALID_MIME_TYPE")
    if kind.format is None:
        raise LinkUnreachable(
            f"“{url[:200]}” is {kind.name}; supported are {SUPPORTED}. {kind.remedy}",
            reason="INVALID_MIME_TYPE",
            found=kind.name,
            content_type=kind.content_type,
        )
    return kind
