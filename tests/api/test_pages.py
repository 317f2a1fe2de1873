"""The web application's start pages and the files they load."""

import base64
import gzip
import hashlib
from pathlib import Path

import pytest

from labelwright.api import pages
from labelwright.api.app import create_app
from tests.api.checked import CheckedClient
from tests.api.conftest import ORIGIN, World
from tests.conftest import OPERATOR_SECRET

TASK = "01900000-0000-7000-8000-000000000000"
SCRIPT = "const task = 1"


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A folder as the build leaves it."""
    for name in ("index", "label", "docs"):
        inside = f"<script>{SCRIPT}</script>" if name != "docs" else ""
        (tmp_path / f"{name}.html").write_text(f'<title>{name}</title>{inside}<script src="/assets/a-1.js"></script>')
    assets = tmp_path / "assets"
    assets.mkdir()
    (assets / "a-1.js").write_bytes(b"plain")
    (assets / "a-1.js.br").write_bytes(b"brotli")
    (assets / "a-1.js.gz").write_bytes(gzip.compress(b"plain"))
    (assets / "b-1.css").write_bytes(b"style")
    return tmp_path


@pytest.fixture
def client(world: World, built: Path, monkeypatch: pytest.MonkeyPatch) -> CheckedClient:
    monkeypatch.setattr(pages, "STATIC", built)
    made = CheckedClient(create_app(world.ctx, operator_secret=OPERATOR_SECRET), base_url=ORIGIN)
    made.promise = world.promise
    return made


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/", "index"),
        ("/projects/x/tasks", "index"),
        ("/labels", "index"),
        (f"/label/{TASK}", "label"),
        ("/label/else", "label"),
        ("/api/docs", "docs"),
    ],
)
def test_each_address_gets_the_start_page_of_its_half(client: CheckedClient, address: str, page: str) -> None:
    answer = client.get(address)
    assert answer.text.startswith(f"<title>{page}</title>")
    assert answer.headers["cache-control"] == "no-cache"


def test_the_scripts_inside_a_page_may_run_and_no_others(client: CheckedClient) -> None:
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in client.get("/").headers["content-security-policy"]
    assert "script-src 'self';" in client.get("/api/docs").headers["content-security-policy"]


def test_a_page_that_is_built_anew_is_served_anew(client: CheckedClient, built: Path) -> None:
    before = client.get("/").text
    (built / "index.html").write_text(before + "!")
    assert client.get("/").text == before + "!"


def test_label_mode_has_its_task_asked_for_before_the_page_is_read(client: CheckedClient) -> None:
    link = client.get(f"/label/{TASK}").headers["link"]
    assert link == (
        f"</api/session>; rel=preload; as=fetch; crossorigin, </api/tasks/{TASK}>; rel=preload; as=fetch; crossorigin"
    )
    assert "link" not in client.get("/label/%3E;rel=x").headers
    assert "link" not in client.get("/").headers


@pytest.mark.parametrize(
    ("accepted", "encoding", "content"),
    [
        ("gzip, deflate, br", "br", b"brotli"),
        ("gzip", "gzip", b"plain"),
        ("br;q=0, gzip;q=0.5", "gzip", b"plain"),
        ("identity", None, b"plain"),
        ("broken", None, b"plain"),
    ],
)
def test_a_file_is_served_packed_as_the_browser_takes_it(
    client: CheckedClient, accepted: str, encoding: str | None, content: bytes
) -> None:
    with client.stream("GET", "/assets/a-1.js", headers={"Accept-Encoding": accepted}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers.get("content-encoding") == encoding
    assert (gzip.decompress(raw) if encoding == "gzip" else raw) == content
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-type"] == "text/javascript; charset=utf-8"


def test_a_file_that_is_not_packed_is_served_as_it_is(client: CheckedClient) -> None:
    answer = client.get("/assets/b-1.css", headers={"Accept-Encoding": "br"})
    assert (answer.content, answer.headers["content-type"]) == (b"style", "text/css; charset=utf-8")


@pytest.mark.parametrize("name", ["none.js", "..%2Findex.html", "a-1.js.br", "", "%00"])
def test_what_is_no_file_of_the_application_is_not_found(client: CheckedClient, name: str) -> None:
    assert client.get(f"/assets/{name}").status_code == 404


def test_a_file_that_was_built_since_is_found(client: CheckedClient, built: Path) -> None:
    client.get("/assets/a-1.js")
    (built / "assets" / "c-1.js").write_bytes(b"new")
    assert client.get("/assets/c-1.js").content == b"new"


def test_without_a_build_the_page_says_so(client: CheckedClient, built: Path) -> None:
    (built / "index.html").unlink()
    answer = client.get("/")
    assert (answer.status_code, "make setup" in answer.text) == (503, True)
