"""Connections that send too slowly, too much, or nonsense are closed; everybody else is served."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import httpx2
import pytest
from structlog.testing import capture_logs

from labelwright.api import deadlines
from labelwright.services import datasets
from labelwright.services.context import Context
from tests.builders import Team, picture_bytes
from tests.serving import serving

SHORT_S = 0.4
# What is closed sooner than this was closed by a deadline of the tests: those of the product are longer.
SOON_S = 18
GET = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"


@pytest.fixture
def server(ctx: Context) -> Iterator[str]:
    """The real server with the deadlines of the product."""
    with serving(ctx) as address:
        yield address


@pytest.fixture
def hasty(server: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The server with deadlines of fractions of a second."""
    monkeypatch.setattr(deadlines, "HEAD_S", SHORT_S)
    monkeypatch.setattr(deadlines, "BODY_S", SHORT_S)
    monkeypatch.setattr(deadlines, "BODY_LEAST_BYTES", 400)
    return server


def connected(server: str) -> socket.socket:
    place = urlsplit(server)
    opened = socket.create_connection((place.hostname, place.port))
    opened.settimeout(60)
    return opened


def everything(connection: socket.socket) -> bytes:
    """What the server still sends until it closes."""
    received = b""
    with contextlib.suppress(ConnectionError):
        while piece := connection.recv(65_536):
            received += piece
    return received


def seconds_until_closed(connection: socket.socket) -> float:
    started = time.monotonic()
    everything(connection)
    return time.monotonic() - started


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET / HTT",
        b"GET /health HTTP/1.1\r\nHost: localh",
        GET + b"GET /he",
        b"PATCH /api/tasks/x/labels HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{",
        b"POST /api/projects HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel",
    ],
    ids=["silent", "half a line", "half a head", "half a second request", "half a body", "half a chunk"],
)
def test_a_request_that_stops_half_way_is_closed(hasty: str, monkeypatch: pytest.MonkeyPatch, sent: bytes) -> None:
    with connected(hasty) as connection:
        connection.sendall(sent)
        assert seconds_until_closed(connection) < SOON_S
    monkeypatch.undo()
    assert httpx2.get(f"{hasty}/health", timeout=60).status_code == 200


@pytest.mark.parametrize("piece", [b"X-A: b\r\n", b"x"], ids=["headers", "one endless header"])
def test_a_head_that_trickles_is_closed(hasty: str, piece: bytes) -> None:
    with connected(hasty) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: localhost\r\n" + (b"X-B: " if piece == b"x" else b""))
        assert seconds_until_refused(connection, piece) < SOON_S


def seconds_until_refused(connection: socket.socket, piece: bytes) -> float:
    """How long a piece can be sent again and again."""
    started = time.monotonic()
    with contextlib.suppress(ConnectionError):
        while time.monotonic() - started < SOON_S:
            connection.sendall(piece)
            time.sleep(SHORT_S / 20)
    return time.monotonic() - started


def upload_head(ctx: Context, team: Team, size: int) -> bytes:
    dataset = datasets.create_dataset(ctx, team.admin, name=f"D {size}", owner=team.organisation_id)
    lines = (
        f"POST /api/datasets/{dataset['id']}/media HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {team.admin_token}",
        "X-filename: a.png",
        f"Content-Length: {size}",
        "Connection: close",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def test_a_body_slower_than_the_least_rate_is_closed_and_leaves_nothing(ctx: Context, team: Team, hasty: str) -> None:
    head = upload_head(ctx, team, 100_000)
    with connected(hasty) as connection, capture_logs() as logged:
        connection.sendall(head)
        assert seconds_until_refused(connection, b"x") < SOON_S
    wait_until(lambda: list((ctx.settings.data / "media" / "incoming").iterdir()) == [])
    assert [entry for entry in logged if entry["log_level"] == "error"] == []


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert holds()


def test_a_body_at_a_fair_rate_may_take_longer_than_any_deadline(
    ctx: Context, team: Team, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    longer_than_this_process_is_held_up_s = 1.5
    monkeypatch.setattr(deadlines, "BODY_S", longer_than_this_process_is_held_up_s)
    monkeypatch.setattr(deadlines, "BODY_LEAST_BYTES", 400)
    raw = picture_bytes() + b"\x00" * 12_000
    head = upload_head(ctx, team, len(raw))
    with connected(server) as connection:
        connection.sendall(head)
        started = time.monotonic()
        for start in range(0, len(raw), 300):
            connection.sendall(raw[start : start + 300])
            time.sleep(SHORT_S / 8)
        assert time.monotonic() - started > deadlines.BODY_S
        assert everything(connection).startswith(b"HTTP/1.1 201")


def test_a_head_or_trailer_without_end_is_cut_off(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "HEAD_S", 600)
    monkeypatch.setattr(deadlines, "BODY_S", 600)
    chunked = b"POST /api/setup HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    for beginning in (b"GET /", b"GET / HTTP/1.1\r\nX-A: ", chunked + b"X-A: "):
        with connected(server) as connection:
            sent = 0
            connection.sendall(beginning)
            with contextlib.suppress(ConnectionError):
                while sent < 64 * 2**20:
                    connection.sendall(b"x" * 65_536)
                    sent += 65_536
            assert sent < 32 * 2**20


@pytest.mark.parametrize(
    "request_bytes",
    [
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3, 3\r\n\r\nabc",
        b"POST /api/setup HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n c\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: local\x00host\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: localhost\r\n\r\n",
        b"G\x01T / HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
    ],
    ids=lambda raw: repr(raw[:60]),
)
def test_a_request_that_can_be_read_in_two_ways_is_refused(server: str, request_bytes: bytes) -> None:
    with connected(server) as connection:
        connection.sendall(request_bytes)
        connection.shutdown(socket.SHUT_WR)
        assert everything(connection).split(b"\r\n")[0] == b"HTTP/1.1 400 Bad Request"


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/api/projects/../setup", 404),
        (b"/api/projects/%2e%2e/setup", 404),
        (b"/api/./setup", 404),
        (b"//api/setup", 200),
        (b"http://elsewhere.example/health", 200),
    ],
)
def test_dots_in_an_address_lead_nowhere(server: str, target: bytes, status: int) -> None:
    with connected(server) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert int(everything(connection).split(b" ")[1]) == status


def test_an_address_of_40_kilobytes_and_a_thousand_headers_are_refused(server: str) -> None:
    headers = b"".join(b"X-%d: y\r\n" % n for n in range(1000))
    for head, status in ((b"GET /" + b"x" * 40_000 + b" HTTP/1.1\r\n", 414), (b"GET / HTTP/1.1\r\n" + headers, 431)):
        with connected(server) as connection:
            connection.sendall(head + b"Host: localhost\r\nConnection: close\r\n\r\n")
            assert int(everything(connection).split(b" ")[1]) == status


def test_an_upgrade_to_another_protocol_is_ignored(server: str) -> None:
    head = b"GET /health HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n"
    with connected(server) as connection:
        connection.sendall(head)
        assert everything(connection).startswith(b"HTTP/1.1 200")


def test_two_hundred_silent_connections_do_not_keep_others_out(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deadlines, "HEAD_S", 600)  # they stay until everybody is served
    with contextlib.ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(connected(server))
        others = stack.enter_context(httpx2.Client(timeout=60, headers={"Connection": "close"}))
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: others.get(f"{server}/health").status_code, range(40)))
        assert set(answers) == {200}


def test_an_upload_that_the_client_breaks_off_leaves_nothing(ctx: Context, team: Team, server: str) -> None:
    with capture_logs() as logged:
        with connected(server) as connection:
            connection.sendall(upload_head(ctx, team, 100_000) + picture_bytes())
        wait_until(lambda: any(entry["event"] == "request" for entry in logged))
        assert list((ctx.settings.data / "media" / "incoming").iterdir()) == []
        assert not (ctx.settings.data / "media" / "originals").exists()
    assert [entry for entry in logged if entry["log_level"] == "error"] == []
    (dataset,) = datasets.list_datasets(ctx, team.admin)
    assert dataset["mediaCount"] == 0
