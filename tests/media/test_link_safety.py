"""No link leads inside, however it is written, resolved or redirected: a canary listens everywhere, hears nothing."""

from collections.abc import Iterator

import pytest

from labelwright.media.addresses import LinkRules
from labelwright.model.errors import ForbiddenAddress

from .link_driver import PICTURE, body_of, refusal_of, url_of
from .web_server import WebServer, ok, redirect, serving


@pytest.fixture
def canary() -> Iterator[WebServer]:
    """A server on every address of this machine that nobody may reach."""
    with serving(ok(PICTURE), "::") as server:
        yield server


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
