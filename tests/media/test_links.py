"""Fetching from public links: the right bytes from the right address, or a refusal that gives nothing away."""

import socket
import ssl
import time
from collections.abc import Iterator

import pytest

from labelwright.media.addresses import LinkRules
from labelwright.media.link_connection import LinkLimits
from labelwright.media.link_url import parse_link
from labelwright.media.links import fetch
from labelwright.model.errors import ForbiddenAddress, LinkUnreachable

from .pictures import encoded, quarters
from .web_server import TLS, WebServer, ok, raw, redirect, serving

PICTURE = encoded(quarters(400, 300), "PNG") + bytes(200_000)
LOCAL = LinkRules(allowed_networks=("127.0.0.2/32",))  # where the test's servers are; 127.0.0.1 stays forbidden
QUICK = LinkLimits(total_s=3.0, connect_s=1.0, read_s=1.0)


@pytest.fixture
def canary() -> Iterator[WebServer]:
    """A server on every address of this machine that nobody may reach."""
    with serving(ok(PICTURE), "::") as server:
        yield server


def body_of(url: str, **options) -> bytes:
    pieces: list[bytes] = []
    fetched = fetch(url, pieces.append, **{"rules": LOCAL, "limits": QUICK, **options})
    assert fetched.size_bytes == sum(map(len, pieces))
    return b"".join(pieces)


def url_of(server: WebServer, path: str = "/a.png") -> str:
    return f"http://127.0.0.2:{server.port}{path}"


def refusal_of(url: str, **options) -> LinkUnreachable:
    pieces: list[bytes] = []
    with pytest.raises(LinkUnreachable) as caught:
        fetch(url, pieces.append, **{"rules": LOCAL, "limits": QUICK, **options})
    assert caught.value.message.startswith("“")
    return caught.value


# --- the picture ---


def test_a_picture_is_fetched_and_its_kind_is_told_by_its_bytes():
    with serving(ok(PICTURE, "Content-Type: text/html")) as server:
        fetched = fetch(url_of(server), lambda _: None, rules=LOCAL)

        assert (fetched.size_bytes, fetched.content_type) == (len(PICTURE), "image/png")
        assert body_of(url_of(server)) == PICTURE


def test_the_request_is_plain_and_carries_nothing_of_ours():
    with serving(ok(PICTURE)) as server:
        body_of(url_of(server, "/é x?q=ü&b=%20#part".replace(" ", "%20")))

    assert server.requests == [
        (
            "GET /%C3%A9%20x?q=%C3%BC&b=%20 HTTP/1.1\r\n"
            f"Host: 127.0.0.2:{server.port}\r\n"
            "User-Agent: Labelwright\r\nAccept: image/*\r\nAccept-Encoding: identity\r\nConnection: close\r\n\r\n"
        ).encode()
    ]


@pytest.mark.parametrize("path", ["/a.png?size=large", "/a.png;v=1", "/no-extension", "/a.txt", "/"])
def test_the_end_of_the_url_does_not_matter(path):
    with serving(ok(PICTURE)) as server:
        assert body_of(url_of(server, path)) == PICTURE


def test_a_body_in_chunks_is_put_together():
    pieces = [PICTURE[start : start + 3000] for start in range(0, len(PICTURE), 3000)]
    body = b"".join(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" for piece in pieces) + b"0\r\n\r\n"

    with serving(raw(200, body, "Transfer-Encoding: chunked")) as server:
        assert body_of(url_of(server)) == PICTURE


def test_a_body_without_a_length_ends_with_the_connection():
    with serving(raw(200, PICTURE)) as server:
        assert body_of(url_of(server)) == PICTURE


def test_a_tiny_picture_is_a_picture():
    tiny = encoded(quarters(2, 2), "PNG")
    with serving(ok(tiny)) as server:
        assert body_of(url_of(server)) == tiny


# --- what is refused before anything is asked ---

BAD_URLS = {
    "ftp://example.com/a.jpg": "does not begin with http",
    "file:///etc/passwd": "does not begin with http",
    "data:image/png;base64,AAAA": "does not begin with http",
    "javascript:alert(1)": "does not begin with http",
    "//example.com/a.jpg": "does not begin with http",
    "example.com/a.jpg": "does not begin with http",
    "": "does not begin with http",
    "http://": "has no valid host name",
    "http:///a.jpg": "has no valid host name",
    "http://user:pass@example.com/a.jpg": "contains a user name",
    "http://user@example.com/a.jpg": "contains a user name",
    "http://@example.com/a.jpg": "contains a user name",
    "http://example.com@127.0.0.1/a.jpg": "contains a user name",
    "http://exa mple.com/": "contains blanks",
    "http://example.com/a b.jpg": "contains blanks",
    "http://example.com/a\r\nX: y": "contains blanks",
    "http://example.com\\@127.0.0.1/": "contains blanks",
    "http://example.com/\x00": "contains blanks",
    "http://example.com:0/": "names port 0",
    "http://example.com:99999/": "is no valid URL",
    "http://example.com:http/": "is no valid URL",
    "http://[::1/": "is no valid URL",
    "http://[::1%25lo]/": "has no valid IPv6 address",
    "http://[localhost]/": "is no valid",
    "http://a..b/": "has no valid host name",
    "http://" + "a" * 64 + ".com/": "has no valid host name",
    "http://%31%32%37.0.0.1/": "has no valid host name",
    "http://exam\u2028ple.com/": "has no valid host name",
    "http://example.com/" + "a" * 1300: "is longer than 1256",
}


@pytest.mark.parametrize("url", BAD_URLS)
def test_what_is_no_link_is_refused_without_asking_anybody(url):
    asked = []

    error = refusal_of(url, resolve=lambda *who: asked.append(who) or [])

    assert BAD_URLS[url] in error.message
    assert error.fields["reason"] == "INVALID_URL"
    assert "pass@" not in error.message or "user" in error.message
    assert asked == []


def test_the_longest_url_is_1256_characters():
    assert parse_link("http://example.com/".ljust(1256, "a")).host == "example.com"


@pytest.mark.parametrize(
    ("url", "host", "header"),
    [
        ("http://EXAMPLE.com./", "example.com", "example.com"),
        ("http://bücher.example/", "xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("http://例え.テスト/", "xn--r8jz45g.xn--zckzah", "xn--r8jz45g.xn--zckzah"),
        ("https://example.com:443/", "example.com", "example.com"),
        ("https://example.com:80/", "example.com", "example.com:80"),
        ("http://[2001:DB8::1]:8080/", "2001:db8::1", "[2001:db8::1]:8080"),
        ("http://a_b.example/", "a_b.example", "a_b.example"),
    ],
)
def test_hosts_in_any_script_are_understood(url, host, header):
    link = parse_link(url)

    assert (link.host, link.host_header) == (host, header)


# --- what must not be reached ---

INSIDE = [
    *("127.0.0.1", "2130706433", "0177.0.0.1", "0x7f.1", "0x7f000001", "127.1", "0", "0.0.0.0", "localhost"),
    *("LOCALHOST", "localhost.", "①②⑦.⓪.⓪.①", "１２７。０。０。１", "[::]", "[::1]", "[::ffff:127.0.0.1]"),  # noqa: RUF001 - on purpose
    *("[0:0:0:0:0:ffff:7f00:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "[fec0::1]", "[::127.0.0.1]"),
]


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("host", INSIDE)
def test_no_way_of_writing_it_leads_to_this_machine(canary, host, scheme):
    with pytest.raises(ForbiddenAddress, match="Address not allowed"):
        body_of(f"{scheme}://{host}:{canary.port}/a.png", rules=LinkRules())

    assert canary.connections == 0


@pytest.mark.parametrize(
    "address", ["100.64.0.1", "169.254.169.254", "224.0.0.1", "10.0.0.1", "fd00:ec2::254", "fe80::1%lo"]
)
def test_a_name_may_not_stand_for_an_address_inside(canary, address):
    with pytest.raises(ForbiddenAddress):
        body_of("http://metadata.google.internal/", resolve=lambda *_: [address])

    assert canary.connections == 0


def test_one_address_inside_among_public_ones_is_enough_to_refuse(canary):
    with pytest.raises(ForbiddenAddress):
        body_of(f"http://pictures.test:{canary.port}/", resolve=lambda *_: ["8.8.8.8", "127.0.0.1"])

    assert canary.connections == 0


def test_a_name_that_changes_its_address_is_resolved_once(canary):
    answers = [["127.0.0.2"], ["127.0.0.1"], ["127.0.0.1"]]
    asked = []
    with serving(ok(PICTURE)) as server:
        body = body_of(
            f"http://rebinding.test:{server.port}/", resolve=lambda *who: asked.append(who) or answers.pop(0)
        )
        assert body == PICTURE
        assert asked == [("rebinding.test", server.port)]

    assert canary.connections == 0


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("host", ["127.0.0.1", "[::1]", "localhost", "2130706433", "[::ffff:127.0.0.1]"])
def test_a_redirect_inside_is_refused(canary, host, status):
    with serving(redirect(f"http://{host}:{canary.port}/a.png", status)) as server:
        with pytest.raises(ForbiddenAddress):
            body_of(url_of(server))
        assert server.connections == 1

    assert canary.connections == 0


def test_a_redirect_to_a_name_that_moved_inside_is_refused(canary):
    answers = {"outside.test": [["127.0.0.2"], ["127.0.0.1"]]}
    with serving(redirect("/again")) as server, pytest.raises(ForbiddenAddress):
        body_of(f"http://outside.test:{server.port}/", resolve=lambda host, _: answers[host].pop(0))

    assert canary.connections == 0


@pytest.mark.parametrize("location", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://u:p@127.0.0.2/", "http://["])
def test_a_redirect_to_no_link_is_refused(location):
    with serving(redirect(location)) as server:
        error = refusal_of(url_of(server))

    assert "redirects to something that is no link" in error.message


def test_proxies_of_the_environment_are_not_used(canary, monkeypatch):
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY", "https_proxy"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{canary.port}")
    with serving(ok(PICTURE)) as server:
        assert body_of(url_of(server)) == PICTURE

    assert canary.connections == 0


def test_links_to_ourselves_are_refused_by_port_and_by_name(canary):
    everywhere = ("127.0.0.0/8",)
    with pytest.raises(ForbiddenAddress):
        body_of(
            f"http://127.0.0.1:{canary.port}/",
            rules=LinkRules(allowed_networks=everywhere, own_ports=(canary.port,)),
        )
    with pytest.raises(ForbiddenAddress):
        body_of(
            "https://labels.example.org/a.png",
            rules=LinkRules(allowed_networks=everywhere, own_urls=("https://Labels.example.org/app",)),
            resolve=lambda *_: ["127.0.0.1"],
        )

    assert canary.connections == 0


# --- redirects ---


def chain(steps: int):
    def answer(request: bytes) -> Iterator[bytes]:
        step = int(request.split()[1].strip(b"/"))
        return (redirect(f"/{step + 1}") if step < steps else ok(PICTURE))(request)

    return answer


def test_three_redirects_are_followed_and_no_fourth():
    with serving(chain(3)) as server:
        assert body_of(url_of(server, "/0")) == PICTURE
    with serving(chain(4)) as server:
        assert "redirects more than 3 times" in refusal_of(url_of(server, "/0")).message
        assert server.connections == 4


def test_a_loop_of_redirects_ends():
    with serving(redirect("/a.png")) as server:
        assert "redirects more than 3 times" in refusal_of(url_of(server)).message


def test_a_redirect_without_a_goal_is_told():
    with serving(raw(302, b"", "Content-Length: 0")) as server:
        assert "without saying where" in refusal_of(url_of(server)).message


# --- what is no picture ---


@pytest.mark.parametrize("status", [201, 204, 206, 304, 400, 401, 403, 404, 410, 429, 500, 503])
def test_other_answers_than_200_are_told(status):
    with serving(raw(status, b"", "Content-Length: 0")) as server:
        error = refusal_of(url_of(server))

    assert f"answers {status}" in error.message
    assert error.fields["reason"] == "INVALID_URL"


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (b"<!doctype html><html>" + bytes(9000), "an HTML page"),
        (b'{"error": "no"}', "a text file"),
        (b"", "an empty file"),
        (b"%PDF-1.7", "a PDF document"),
        (b"<svg/>", "an SVG drawing"),
    ],
)
def test_what_is_no_picture_is_named_and_not_written(body, found):
    written: list[bytes] = []
    with serving(ok(body, "Content-Type: image/png")) as server, pytest.raises(LinkUnreachable) as caught:
        fetch(url_of(server), written.append, rules=LOCAL)

    assert found in caught.value.message
    assert caught.value.fields["reason"] == "INVALID_MIME_TYPE"
    assert written == []


def test_a_page_is_told_by_its_beginning_without_reading_it_all():
    def endless(_request: bytes) -> Iterator[bytes]:
        yield b"HTTP/1.1 200 OK\r\n\r\n<!doctype html>"
        while True:
            yield b"x" * 10_000

    with serving(endless) as server:
        assert "an HTML page" in refusal_of(url_of(server)).message


def test_a_body_that_breaks_off_is_told():
    with serving(raw(200, PICTURE[:5000], f"Content-Length: {len(PICTURE)}")) as server:
        assert f"broke off: 5000 of {len(PICTURE)} bytes" in refusal_of(url_of(server)).message


def test_chunks_that_break_off_are_told():
    with serving(raw(200, b"ffff\r\n" + PICTURE[:9000], "Transfer-Encoding: chunked")) as server:
        assert refusal_of(url_of(server)).fields["reason"] == "INVALID_URL"


def test_compressed_bodies_are_refused():
    with serving(ok(PICTURE, "Content-Encoding: gzip")) as server:
        assert "sends compressed bytes" in refusal_of(url_of(server)).message


@pytest.mark.parametrize("answer", [b"", b"\r\n", b"junk\r\n\r\n", b"HTTP/1.1 abc\r\n\r\n", b"SSH-2.0-x\r\n" * 20])
def test_what_is_no_http_is_told(answer):
    with serving(lambda _: iter([answer])) as server:
        assert "could not be reached" in refusal_of(url_of(server)).message


def unknown_name(*_: object) -> list[str]:
    raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")


def test_nobody_there_is_told():
    with serving(ok(PICTURE)) as server:
        url = url_of(server)

    assert "could not be reached" in refusal_of(url).message
    assert "could not be reached" in refusal_of("http://no-such-host.test/", resolve=unknown_name).message


def test_the_second_address_is_tried_when_the_first_is_silent():
    rules = LinkRules(allowed_networks=("127.0.0.2/32", "127.0.0.3/32"))
    with serving(ok(PICTURE)) as server:
        body = body_of(f"http://two.test:{server.port}/", rules=rules, resolve=lambda *_: ["127.0.0.3", "127.0.0.2"])

    assert body == PICTURE


def test_errors_of_the_receiver_are_its_own():
    def full(_piece: bytes) -> None:
        raise OSError(28, "No space left on device")

    with serving(ok(PICTURE)) as server, pytest.raises(OSError, match="No space left") as caught:
        fetch(url_of(server), full, rules=LOCAL)

    assert not isinstance(caught.value, LinkUnreachable)


# --- too much, too slow ---


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
    begin = time.monotonic()
    with serving(answer) as server:
        error = refusal_of(url_of(server), limits=LinkLimits(max_bytes=500_000, total_s=20))

    assert error.fields["reason"] == "INVALID_URL"
    assert time.monotonic() - begin < 5


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
        for _ in range(400):
            time.sleep(0.02)
            yield drop

    return answer


@pytest.mark.parametrize("name", SLOW)
def test_drops_cannot_hold_us_beyond_the_deadline(name):
    begin = time.monotonic()
    with serving(slowly(*SLOW[name])) as server:
        error = refusal_of(url_of(server), limits=LinkLimits(total_s=0.7, read_s=0.5))

        assert "did not answer in time" in error.message
        assert time.monotonic() - begin < 2


def test_drops_are_found_by_their_rate_long_before_the_deadline():
    begin = time.monotonic()
    with serving(slowly(*SLOW["a slow body"])) as server:
        limits = LinkLimits(total_s=60, rate_window_s=0.5, least_bytes_per_s=20_000)
        assert "did not answer in time" in refusal_of(url_of(server), limits=limits).message

    assert time.monotonic() - begin < 5


def test_a_resolver_that_hangs_cannot_hold_us():
    begin = time.monotonic()

    error = refusal_of("http://slow.test/", resolve=lambda *_: time.sleep(2) or [], limits=LinkLimits(connect_s=0.3))

    assert "did not answer in time" in error.message
    assert time.monotonic() - begin < 1.5


# --- encrypted ---


@pytest.fixture
def trusting() -> ssl.SSLContext:
    """The usual rules for certificates, with the authority of the test server added."""
    return ssl.create_default_context(cafile=str(TLS / "authority.pem"))


def to_loopback(*_: object) -> list[str]:
    return ["127.0.0.2"]


def test_an_encrypted_link_is_held_against_the_name_in_it(trusting):
    with serving(ok(PICTURE), tls=True) as server:
        body = body_of(f"https://pictures.test:{server.port}/a.png", resolve=to_loopback, tls=trusting)

        assert body == PICTURE
        assert f"Host: pictures.test:{server.port}".encode() in server.requests[0]


@pytest.mark.parametrize("host", ["other.test", "127.0.0.2"])
def test_a_certificate_for_another_name_is_refused(trusting, host):
    with serving(ok(PICTURE), tls=True) as server:
        error = refusal_of(f"https://{host}:{server.port}/a.png", resolve=to_loopback, tls=trusting)

        assert "has no valid certificate" in error.message
        assert server.requests == []


def test_an_unknown_authority_is_refused():
    with serving(ok(PICTURE), tls=True) as server:
        error = refusal_of(f"https://pictures.test:{server.port}/a.png", resolve=to_loopback)

        assert "has no valid certificate" in error.message
        assert server.requests == []


def test_an_encrypted_link_to_a_plain_server_is_refused(trusting):
    with serving(ok(PICTURE)) as server:
        error = refusal_of(f"https://pictures.test:{server.port}/a.png", resolve=to_loopback, tls=trusting)

    assert error.fields["reason"] == "INVALID_URL"
