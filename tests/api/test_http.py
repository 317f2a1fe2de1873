"""Requests as such: hosts, origins, sizes, ranges, ids and pages that are wrong get the right refusal, never a 500."""

import io
import json
import re
import time
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PIL import Image
from structlog.testing import capture_logs

from labelwright.api.app import create_app
from labelwright.config import Settings
from labelwright.services import media
from labelwright.services.context import Context
from labelwright.services.paging import encode_cursor
from tests.api.checked import CheckedClient
from tests.api.conftest import World
from tests.builders import Project, Team, make_medium
from tests.conftest import OPERATOR_SECRET

MISSING = "01900000-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
def project(world: World) -> Project:
    return world.project()


@pytest.fixture(scope="module")
def picture(world: World, project: Project) -> tuple[str, bytes]:
    """The id and the bytes of a picture that cannot be made small."""
    noise = np.random.default_rng(1).integers(0, 255, (120, 160, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    medium_id = make_medium(world.ctx, world.team.admin, project.dataset_id, "noise.png", buffer.getvalue())
    return medium_id, buffer.getvalue()


# --- hosts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["localhost", "localhost:8000", "LocalHost", "127.0.0.1", "127.0.0.1:9", "[::1]", "[::1]:8000", "192.168.1.4:80"],
)
def test_this_machine_and_addresses_are_answered(world: World, host: str) -> None:
    assert world.client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.nip.io",
        "",
        "localhost/evil",
        "localhost:abc",
        "localhost:8000:1",
        "localhost@evil.example",
        "evil.example@localhost",
        "localhost#x",
        "local host",
        "0x7f.1",
        "2130706433",
        "localhost.",
        "[::1",
        "[]",
    ],
)
def test_foreign_and_broken_hosts_are_refused(world: World, host: str) -> None:
    answer = world.client.get("/api/projects", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_host")


def test_two_hosts_are_refused(world: World) -> None:
    answer = world.client.get("/health", headers=[("Host", "localhost"), ("Host", "localhost")])
    assert answer.status_code == 400


def test_names_from_the_settings_are_answered(ctx: Context) -> None:
    settings = ctx.settings.model_copy(
        update={"base_url": "https://Labels.example.org/", "allowed_hosts": ["inside.example"]}
    )
    client = CheckedClient(create_app(_with(ctx, settings), operator_secret=OPERATOR_SECRET))
    client.promise = _nothing_promised()
    for host, status in (("labels.example.org", 200), ("inside.example:81", 200), ("localhost", 200), ("else", 400)):
        assert client.get("/health", headers={"Host": host}).status_code == status


def _with(ctx: Context, settings: Settings) -> Context:
    from dataclasses import replace

    return replace(ctx, settings=settings)


def _nothing_promised() -> Any:
    from tests.api.checked import Promise

    return Promise({"components": {"schemas": {}}, "paths": {}})


# --- other sites ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://localhost"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://localhost.evil.example"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, 403),
        ({"Referer": "http://localhost/"}, 403),
    ],
)
def test_a_cookie_changes_things_only_from_our_own_pages(
    world: World, project: Project, headers: dict[str, str], status: int
) -> None:
    client = world.signed_in(world.team.admin)
    del client.headers["Origin"]
    answer = client.patch(f"/api/projects/{project.id}", json={"shortDescription": "x"}, headers=headers)
    assert answer.status_code == status
    assert client.get("/api/projects", headers=headers).status_code == 200


def test_a_token_needs_no_origin_and_decides_also_beside_a_cookie(world: World, project: Project) -> None:
    client = world.signed_in(world.team.admin, Authorization=f"Bearer {world.team.tokens['read']}")
    assert client.get(f"/api/projects/{project.id}").status_code == 200
    answer = client.patch(f"/api/projects/{project.id}", json={"shortDescription": "x"})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_page_of_another_site_cannot_sign_anybody_in(world: World) -> None:
    body = {"email": "admin@harbour.example", "password": "correct horse battery"}
    answer = world.client_with().post("/api/session", json=body, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403


def test_a_preflight_of_another_site_gets_no_permission(world: World) -> None:
    headers = {"Origin": "http://evil.example", "Access-Control-Request-Method": "POST"}
    answer = world.client.options("/api/projects", headers=headers)
    assert answer.status_code == 405
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/projects"),
        ("PATCH", "/api/tasks/{task}/labels"),
        ("PUT", "/api/projects/{project}/configuration"),
        ("POST", "/api/projects/{project}/configuration/effects"),
        ("POST", "/api/tokens"),
    ],
)
def test_a_body_that_a_form_could_send_is_not_taken_for_json(
    world: World, project: Project, content_type: str, method: str, path: str
) -> None:
    url = path.format(project=project.id, task=project.task_id)
    client = world.signed_in(world.team.admin, **{"Content-Type": content_type})
    answer = client.request(method, url, content=b'{"classes": []}')
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_content_type")


# --- credentials ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "header",
    [
        "Bearer lw_unknown",
        "Bearer " + "x" * 10_000,
        "Bearer lw_ä".encode("latin-1"),
        "Bearer  ",
        "Bearer",
        "Basic YTpi",
        "lw_nothing before it",
    ],
)
def test_a_token_that_is_none_is_told_so_in_one_way(world: World, header: str | bytes) -> None:
    answer = world.client_with().get("/api/projects", headers=[(b"Authorization", header)])
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("kind", ["Bearer", "bearer", "Token", "TOKEN"])
def test_both_words_before_a_token_are_understood(world: World, kind: str) -> None:
    client = world.client_with({"Authorization": f"{kind} {world.team.admin_token}"})
    assert client.get("/api/projects").status_code == 200


def test_two_authorization_headers_are_refused(world: World) -> None:
    good = ("Authorization", f"Bearer {world.team.admin_token}")
    answer = world.client_with().get("/api/projects", headers=[good, ("Authorization", "Bearer lw_other")])
    assert answer.status_code == 401


@pytest.mark.parametrize("path", ["/api/projects", "/api/session", "/api/tasks/x", "/api/media/x/file"])
def test_a_token_in_the_address_does_not_count(world: World, path: str) -> None:
    answer = world.client_with().get(path, params={"token": world.team.admin_token})
    assert answer.status_code == 401


# --- methods and addresses ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_a_change_of_state_has_one_method(world: World, project: Project, method: str) -> None:
    answer = world.client.request(method, f"/api/tasks/{project.task_id}/complete")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_a_header_or_parameter_does_not_override_the_method(world: World, project: Project, name: str) -> None:
    answer = world.client.get(f"/api/projects/{project.id}", headers={name: "DELETE"}, params={"_method": "DELETE"})
    assert answer.status_code == 200
    assert answer.json()["deleted"] is False


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/projects/", "/health/", "/assets/none.js"])
def test_an_unknown_address_of_the_api_is_a_problem_and_not_a_page(world: World, path: str) -> None:
    answer = world.client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("path", ["/", "/projects", "/projects/x/tasks", "/apiary", "/healthy"])
def test_every_other_address_is_the_application(world: World, path: str) -> None:
    answer = world.client_with().get(path)
    assert answer.headers["content-type"].startswith("text/html")


IDS = ["%2e%2e%2f", "%2e%2e", "%00", "-1", "0", "'; DROP TABLE task; --", "%ff%fe", "%ed%a0%80", "x" * 7000, "💥"]


BODIES: dict[str, Any] = {
    "/links": {"urls": ["https://example.org/a.png"]},
    "/move": {"direction": "WAITING", "datasetId": "ALL"},
    "/labels": {"changeId": MISSING, "revision": 0, "configurationRevision": 1},
    "/configuration": {"classes": []},
    "/effects": {"classes": []},
}


def _routes_with_ids(world: World) -> Iterator[tuple[str, str]]:
    for path, operations in world.app.openapi()["paths"].items():
        yield from ((method.upper(), path) for method in operations if "{" in path)


EXPECTED = {404, 403, 422}  # 403: a token has no members and makes no tokens; 422: an upload without a name


@pytest.mark.parametrize("bad_id", [*IDS, "upper case"], ids=lambda text: text[:12])
def test_an_id_that_is_none_is_not_found_on_any_route(world: World, project: Project, bad_id: str) -> None:
    """Also the upper-case form of an id that is there: ids have one form."""
    client, chosen = world.client, project.id.upper() if bad_id == "upper case" else bad_id
    for method, path in _routes_with_ids(world):
        body = next((value for end, value in BODIES.items() if path.endswith(end)), {})
        url = re.sub(r"\{\w+\}", chosen, path)
        answer = client.request(method, url, json=body)
        expected = EXPECTED if len(url) < 16_384 else {414}  # several long ids make an address too long
        assert answer.status_code in expected, f"{method} {path}: {answer.status_code} {answer.text[:200]}"


def test_an_address_of_60_kilobytes_is_too_long(world: World) -> None:
    for url in (f"/api/projects/{'x' * 60_000}", f"/api/projects?search={'x' * 60_000}", f"/{'x' * 60_000}"):
        assert world.client.get(url).status_code == 414


@pytest.mark.parametrize("headers", [{"X-Large": "x" * 70_000}, {f"X-{n}": "y" for n in range(1000)}])
def test_headers_without_measure_are_refused(world: World, headers: dict[str, str]) -> None:
    assert world.client.get("/health", headers=headers).status_code == 431


# --- bodies ---------------------------------------------------------------------------------------------------------


def _pieces(total: int) -> Iterator[bytes]:
    for _ in range(total // 65_536):
        yield b" " * 65_536


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/projects"),
        ("POST", "/api/media/delete"),
        ("PUT", "/api/projects/{project}/configuration"),
        ("POST", "/api/projects/{project}/configuration/file"),
    ],
)
@pytest.mark.parametrize("sent", ["announced", "in pieces"])
def test_a_body_above_the_limit_is_refused(world: World, project: Project, method: str, path: str, sent: str) -> None:
    content: Any = b" " * 5 * 2**20 if sent == "announced" else _pieces(5 * 2**20)
    url = path.format(project=project.id)
    answer = world.client.request(method, url, content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["connection"] == "close"


def test_a_picture_above_the_limit_is_refused_and_leaves_nothing(ctx: Context, team: Team, client_of: Any) -> None:
    small = _with(ctx, ctx.settings.model_copy(update={"max_picture_bytes": 100_000}))
    headers = {"Authorization": f"Bearer {team.admin_token}", "X-filename": "a.png"}
    client = CheckedClient(create_app(small, operator_secret=OPERATOR_SECRET), base_url="http://localhost")
    client.promise = _nothing_promised()
    dataset = client.post("/api/datasets", json={"name": "Small"}, headers=headers).json()
    for content in (b"x" * 200_000, _pieces(200_000)):
        answer = client.post(f"/api/datasets/{dataset['id']}/media", content=content, headers=headers)
        assert answer.status_code == 413
    assert list((ctx.settings.data / "media" / "incoming").iterdir()) == []


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd"])
def test_a_packed_body_is_refused(world: World, encoding: str) -> None:
    answer = world.client.post("/api/projects", content=b"x", headers={"Content-Encoding": encoding})
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'"x"', 422),
        (b"{", 400),
        (b"{'name': 1}", 400),
        (b'{"name": "x",}', 400),
        (b'{"name": "\xff"}', 400),
        (b'{"name": "\\ud800"}', 422),
        (b'{"name": "a\\u0000b"}', 422),
        (b'{"name": ' + b"9" * 5000 + b"}", 400),
        (b"[" * 100_000, 400),
        (b'{"name": NaN}', 422),
        (b'{"name": true}', 422),
        (b'{"name": 5}', 422),
    ],
)
def test_a_body_that_is_no_project_is_refused_with_a_place(world: World, raw: bytes, status: int) -> None:
    answer = world.client.post("/api/projects", content=raw, headers={"Content-Type": "application/json"})
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_the_server_decides_cannot_be_sent_along(world: World, project: Project) -> None:
    """Taken for the reference's JSON these fields are ignored, never applied."""
    wanted = {
        "id": MISSING,
        "labelConfigurationId": MISSING,
        "labelIterationId": MISSING,
        "timestamp": 1,
        "deleted": True,
        "deleteTime": 1,
        "role": "operator",
        "exportable": True,
        "orgData": {"sub": MISSING, "name": "Elsewhere"},
        "revision": 99,
    }
    made = world.client.post("/api/projects", json={"name": "Decided", **wanted}).json()
    changed = world.client.patch(f"/api/projects/{project.id}", json={**wanted, "owner": MISSING}).json()
    dataset = world.client.post("/api/datasets", json={"name": "Decided", **wanted}).json()
    for shown in (made, changed, dataset):
        assert {name for name, value in wanted.items() if name in shown and shown[name] == value} == set()
        assert shown["owner"] == world.team.organisation_id


def test_a_misspelt_field_is_refused_where_nothing_is_taken_over(world: World) -> None:
    body = {"organisation": world.team.organisation_id, "name": "t", "scope": "read", "role": "admin"}
    answer = world.signed_in(world.team.admin).post("/api/tokens", json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/role"


def test_a_project_for_another_organisation_is_not_found(world: World) -> None:
    answer = world.client.post("/api/projects", json={"name": "Theirs", "owner": MISSING})
    assert answer.status_code == 404


# --- pages and filters ----------------------------------------------------------------------------------------------

LISTS = ("/api/projects/{project}/tasks", "/api/datasets/{dataset}/media")


@pytest.mark.parametrize("limit", ["-1", "0", "1001", "1000000000", "9" * 30, "ten", "1.5", ""])
@pytest.mark.parametrize("path", LISTS)
def test_a_page_size_that_is_none_is_refused(world: World, project: Project, path: str, limit: str) -> None:
    url = path.format(project=project.id, dataset=project.dataset_id)
    answer = world.client.get(url, params={"limit": limit})
    assert answer.status_code == 422
    assert "limit" in answer.json()["errors"][0]["pointer"]


FORGED = [
    "x",
    "ä",
    "!!!!",
    "WyJhIl0",
    "bnVsbA",
    "eyJhIjoxfQ",
    "WzEsMl0",
    encode_cursor("a", "b")[:-2],
    "W" * 9000,
    "WyJcdWQ4MDAiLCJ4Il0",  # ["\\ud800","x"]
    "WyJhXHUwMDAwIiwieCJd",  # ["a\\u0000","x"]
]


@pytest.mark.parametrize("cursor", FORGED, ids=lambda text: text[:12])
@pytest.mark.parametrize("path", LISTS)
def test_a_forged_cursor_is_refused_or_shows_an_ordinary_page(
    world: World, project: Project, path: str, cursor: str
) -> None:
    url = path.format(project=project.id, dataset=project.dataset_id)
    answer = world.client.get(url, params={"cursor": cursor})
    if answer.status_code == 200:
        assert answer.json()["total"] >= 1
    else:
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "invalid_cursor")


@pytest.mark.parametrize("search", ["(a+)+$", "%", "_", "\\", "'", '"', "a.p%", "\x00", "x" * 5000, "*?["])
@pytest.mark.parametrize("path", ["/api/projects", "/api/datasets", *LISTS])
def test_a_search_is_taken_literally_and_at_once(world: World, project: Project, path: str, search: str) -> None:
    url = path.format(project=project.id, dataset=project.dataset_id)
    started = time.process_time()
    answer = world.client.get(url, params={"search": search})
    assert answer.status_code == 200
    assert answer.json()["items"] == []
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "query", ["state=SOLD", "state=completed'--", "state=", *[f"state=WAITING&state={n}" for n in range(2)]]
)
def test_an_unknown_state_is_refused_by_name(world: World, project: Project, query: str) -> None:
    answer = world.client.get(f"/api/projects/{project.id}/tasks?{query}")
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, "/state")


@pytest.mark.parametrize("before", ["-1", "9" * 30, "x", "1e3"])
def test_a_revision_that_is_none_is_refused(world: World, project: Project, before: str) -> None:
    assert world.client.get(f"/api/tasks/{project.task_id}/history", params={"before": before}).status_code == 422


# --- pictures -------------------------------------------------------------------------------------------------------


def _get(world: World, picture: tuple[str, bytes], **headers: str) -> Any:
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return world.client.get(f"/api/media/{picture[0]}/file", headers=sent)


def test_the_file_is_the_uploaded_bytes_with_a_strong_tag(world: World, picture: tuple[str, bytes]) -> None:
    answer = _get(world, picture)
    shown = media.get_medium(world.ctx, world.team.admin, picture[0])
    assert answer.content == picture[1]
    assert answer.headers["etag"] == f'"{shown["sha256"]}"'
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-disposition"] == 'inline; filename="noise.png"'


@pytest.mark.parametrize(
    ("wanted", "status", "start", "end"),
    [
        ("bytes=0-9", 206, 0, 10),
        ("bytes=10-", 206, 10, None),
        ("bytes=-7", 206, -7, None),
        ("bytes=5-5", 206, 5, 6),
        ("bytes=0-99999999", 206, 0, None),
        ("bytes=-99999999", 206, 0, None),
    ],
)
def test_a_range_is_served(
    world: World, picture: tuple[str, bytes], wanted: str, status: int, start: int, end: int | None
) -> None:
    answer = _get(world, picture, Range=wanted)
    assert (answer.status_code, answer.content) == (status, picture[1][start:end])
    assert answer.headers["content-range"].endswith(f"/{len(picture[1])}")


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ("bytes=99999999-", 416),
        ("bytes=5-1", 400),
        ("bytes=a-b", 400),
        ("items=0-1", 400),
        ("bytes=", 400),
        ("bytes", 400),
        ("bytes=-", 400),
        ("bytes=--1", 416),
        ("bytes=0-1,99999999-", 416),
    ],
)
def test_a_range_that_is_none_is_refused(world: World, picture: tuple[str, bytes], wanted: str, status: int) -> None:
    answer = world.client_with({"Authorization": f"Bearer {world.team.admin_token}", "Range": wanted})
    answer.promise = _nothing_promised()
    assert answer.get(f"/api/media/{picture[0]}/file").status_code == status


def test_two_ranges_come_in_parts_and_two_thousand_do_no_harm(world: World, picture: tuple[str, bytes]) -> None:
    client = world.client
    client.promise = _nothing_promised()
    url, raw = f"/api/media/{picture[0]}/file", picture[1]
    two = client.get(url, headers={"Range": "bytes=0-3,10-13"})
    assert two.headers["content-type"].startswith("multipart/byteranges")
    assert raw[0:4] in two.content
    assert raw[10:14] in two.content
    many = ",".join(f"{2 * n}-{2 * n}" for n in range(2000))
    overlapping = ",".join("0-" for _ in range(2000))
    for wanted in (many, overlapping):
        started = time.process_time()
        answer = client.get(url, headers={"Range": f"bytes={wanted}"})
        assert answer.status_code in {200, 206, 400, 416}
        assert len(answer.content) < 20 * len(raw)
        assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("tag", "status"),
    [("{}", 304), ("W/{}", 304), ('"other", {}', 304), ("*", 304), ('"other"', 200), ("", 200), ("not quoted", 200)],
)
def test_a_picture_that_the_client_has_is_not_sent_again(
    world: World, picture: tuple[str, bytes], tag: str, status: int
) -> None:
    etag = _get(world, picture).headers["etag"]
    answer = _get(world, picture, If_None_Match=tag.format(etag))
    assert answer.status_code == status
    assert answer.headers["etag"] == etag
    assert bool(answer.content) == (status == 200)


@pytest.mark.parametrize(("version", "status"), [("same", 206), ("another", 200)])
def test_a_range_of_another_version_is_the_whole_file(
    world: World, picture: tuple[str, bytes], version: str, status: int
) -> None:
    etag = _get(world, picture).headers["etag"] if version == "same" else '"another"'
    answer = _get(world, picture, Range="bytes=0-3", If_Range=etag)
    assert answer.status_code == status
    assert len(answer.content) == (4 if status == 206 else len(picture[1]))


# --- what every answer carries ---------------------------------------------------------------------------------------


def test_every_answer_carries_the_safe_headers(
    world: World, project: Project, picture: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    client, file = world.client, f"/api/media/{picture[0]}/file"
    etag = client.get(file).headers["etag"]
    answers = {
        200: client.get("/api/projects"),
        404: client.get("/api/nothing"),
        400: client.get("/api/projects", headers={"Host": "evil.example"}),
        401: world.client_with().get("/api/projects"),
        405: client.put("/api/projects"),
        413: client.post("/api/projects", content=b" " * 5 * 2**20),
        414: client.get(f"/api/{'x' * 20_000}"),
        422: client.post("/api/projects", json={"name": "\x01"}),
        304: client.get(file, headers={"If-None-Match": etag}),
        206: client.get(file, headers={"Range": "bytes=0-1"}),
    }
    monkeypatch.setattr(media, "get_medium", _broken)
    with capture_logs():
        answers[500] = client.get(f"/api/media/{picture[0]}")
    for status, answer in answers.items():
        assert answer.status_code == status
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src" in answer.headers["content-security-policy"]
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert "cache-control" in answer.headers
        assert "server" not in answer.headers
    assert "sandbox" in answers[206].headers["content-security-policy"]


def _broken(*_: object) -> None:
    raise RuntimeError("a secret path: /srv/labelwright")


def test_an_unexpected_error_says_nothing_about_the_inside(
    world: World, picture: tuple[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "get_medium", _broken)
    with capture_logs() as logged:
        answer = world.client.get(f"/api/media/{picture[0]}")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "srv" not in answer.text
    assert [(entry["event"], entry.get("status")) for entry in logged] == [("unexpected error", None), ("request", 500)]


# --- the documentation ----------------------------------------------------------------------------------------------


def test_the_openapi_document_is_served_and_names_every_error_and_operation(world: World) -> None:
    document = world.client_with().get("/api/openapi.json").json()
    operations = [o for path in document["paths"].values() for o in path.values()]
    assert document["openapi"].startswith("3.1")
    assert len({o["operationId"] for o in operations}) == len(operations) > 40
    assert all(o.get("description") or o.get("summary") for o in operations)
    references = re.findall(r'"\$ref": "#/components/schemas/(\w+)"', json.dumps(document))
    assert set(references) <= set(document["components"]["schemas"])


def test_health_needs_nobody_signed_in_and_tells_no_version(world: World) -> None:
    answer = world.client_with().get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready"})
