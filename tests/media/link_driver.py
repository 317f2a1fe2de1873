"""Drive `fetch` against servers of the test."""

import pytest

from labelwright.media.addresses import LinkRules
from labelwright.media.link_connection import LinkLimits
from labelwright.media.links import fetch
from labelwright.model.errors import LinkUnreachable

from .pictures import encoded, quarters
from .web_server import WebServer

PICTURE = encoded(quarters(400, 300), "PNG") + bytes(200_000)
LOCAL = LinkRules(allowed_networks=("127.0.0.2/32",))  # where the test's servers are; 127.0.0.1 stays forbidden
PATIENT = LinkLimits(total_s=60.0, connect_s=30.0, read_s=30.0)


def body_of(url: str, **options) -> bytes:
    pieces: list[bytes] = []
    fetched = fetch(url, pieces.append, **{"rules": LOCAL, "limits": PATIENT, **options})
    assert fetched.size_bytes == sum(map(len, pieces))
    return b"".join(pieces)


def url_of(server: WebServer, path: str = "/a.png") -> str:
    return f"http://127.0.0.2:{server.port}{path}"


def refusal_of(url: str, **options) -> LinkUnreachable:
    pieces: list[bytes] = []
    with pytest.raises(LinkUnreachable) as caught:
        fetch(url, pieces.append, **{"rules": LOCAL, "limits": PATIENT, **options})
    assert caught.value.message.startswith("“")
    return caught.value
