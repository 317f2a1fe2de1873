"""Servers that send too much, too slowly, or never end."""

import threading
import time
from collections.abc import Iterator

import pytest

from labelwright.media.link_connection import LinkLimits

from .link_driver import PICTURE, refusal_of, url_of
from .web_server import raw, serving


def test_an_announced_giant_is_refused_before_its_first_byte():
    with serving(raw(200, PICTURE, "Content-Length: 10000000000")) as server:
        assert "larger than the limit of 200 MB" in refusal_of(url_of(server)).message


def endless_picture(_request: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n\r\n" + PICTURE
    while True:
        yield bytes(50_000)


def endless_chunks(_request: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    yield f"{len(PICTURE):x}\r\n".encode() + PICTURE + b"\r\n"
    while True:
        yield b"1000\r\n" + bytes(4096) + b"\r\n"


def endless_headers(_request: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\n"
    while True:
        yield b"X-More: " + b"y" * 1000 + b"\r\n"


def endless_header(_request: bytes) -> Iterator[bytes]:
    yield b"HTTP/1.1 200 OK\r\nX-More: "
    while True:
        yield b"y" * 1000


def endless_patience(_request: bytes) -> Iterator[bytes]:
    while True:
        yield b"HTTP/1.1 100 Continue\r\n\r\n" * 100


@pytest.mark.parametrize("answer", [endless_picture, endless_chunks, endless_headers, endless_header, endless_patience])
def test_what_never_ends_is_cut_off_by_size(answer):
    with serving(answer) as server:
        error = refusal_of(url_of(server), limits=LinkLimits(max_bytes=500_000, total_s=60))

    assert error.fields["reason"] == "INVALID_URL"
    assert "in time" not in error.message


# Far longer than what is allowed, and shorter than what holds us up goes on.
SOON_S = 30
HELD_UP_S = 60

SLOW = {
    "nothing at all": (b"", b""),
    "a slow status": (b"", b"H"),
    "a slow header": (b"HTTP/1.1 200 OK\r\nX-More: ", b"y"),
    "slow headers": (b"HTTP/1.1 200 OK\r\n", b"A: b\r\n"),
    "a slow body": (b"HTTP/1.1 200 OK\r\n\r\n" + PICTURE[:5000], b"x"),
    "a slow size of a chunk": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
}


def slowly(start: bytes, drop: bytes):
    def answer(_request: bytes) -> Iterator[bytes]:
        yield start
        for _ in range(HELD_UP_S * 50):
            time.sleep(0.02)
            yield drop

    return answer


@pytest.mark.parametrize("name", SLOW)
def test_drops_cannot_hold_us_beyond_the_deadline(name):
    begin = time.monotonic()
    with serving(slowly(*SLOW[name])) as server:
        error = refusal_of(url_of(server), limits=LinkLimits(total_s=0.7, read_s=0.5))

        assert "did not answer in time" in error.message
        assert time.monotonic() - begin < SOON_S


def test_drops_are_found_by_their_rate_long_before_the_deadline():
    begin = time.monotonic()
    with serving(slowly(*SLOW["a slow body"])) as server:
        limits = LinkLimits(total_s=60, rate_window_s=0.5, least_bytes_per_s=20_000)
        assert "did not answer in time" in refusal_of(url_of(server), limits=limits).message

    assert time.monotonic() - begin < SOON_S


def test_a_resolver_that_hangs_cannot_hold_us():
    begin, ended = time.monotonic(), threading.Event()

    def resolve(*_: object) -> list[str]:
        ended.wait(HELD_UP_S)
        return []

    error = refusal_of("http://slow.test/", resolve=resolve, limits=LinkLimits(connect_s=0.3))

    ended.set()
    assert "did not answer in time" in error.message
    assert time.monotonic() - begin < SOON_S
