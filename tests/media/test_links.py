"""Fetching from public links: the right bytes, or the reason why there are none."""

import socket
import ssl
from collections.abc import Iterator

import pytest

from labelwright.media.addresses import LinkRules
from labelwright.media.link_connection import LinkLimits
from labelwright.media.links import fetch
from labelwright.model.errors import LinkUnreachable

from .link_driver import LOCAL, PICTURE, body_of, refusal_of, url_of
from .pictures import encoded, quarters
from .web_server import TLS, ok, raw, redirect, serving

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
        url, limits = f"https://pictures.test:{server.port}/a.png", LinkLimits(connect_s=1.0)
        error = refusal_of(url, resolve=to_loopback, tls=trusting, limits=limits)

    assert error.fields["reason"] == "INVALID_URL"
