"""Export, import and maps over HTTP: headers, errors, and what happens to connections."""

import dataclasses
import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import update
from starlette.testclient import TestClient
from structlog.testing import capture_logs

from labelwright.api.app import create_app
from labelwright.db import tables as t
from labelwright.services import exports, tasks
from labelwright.services.context import Context
from tests.builders import Project, Team, annotation, make_project, save
from tests.native import export_bytes
from tests.services.test_maps import SQUARE, segment
from tests.serving import serving


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    """A project with one labelled, completed task."""
    made = make_project(ctx, team.admin, name="Hafen Köln")
    save(ctx, team.admin, made.task_id, created=(annotation(ctx, made.class_id("crane")),))
    tasks.complete_task(ctx, team.admin, made.task_id)
    return made


@pytest.fixture
def server(ctx: Context) -> Iterator[str]:
    with serving(ctx) as address:
        yield address


def headers(team: Team) -> dict[str, str]:
    return {"Authorization": f"Bearer {team.admin_token}"}


def test_the_download_has_its_name_type_and_bytes(
    client: TestClient, ctx: Context, team: Team, project: Project
) -> None:
    answer = client.get(f"/api/projects/{project.id}/export")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "no-store"
    name = r"hafen-k%C3%B6ln_\d{8}T\d{6}Z\.json"
    pattern = rf"attachment; filename=\"hafen-koln_\d{{8}}T\d{{6}}Z\.json\"; filename\*=UTF-8''{name}"
    assert re.fullmatch(pattern, answer.headers["content-disposition"])
    assert answer.content == export_bytes(ctx, team.admin, project.id)


def test_an_ascii_name_stands_in_both_forms(client: TestClient, ctx: Context, team: Team) -> None:
    plain = make_project(ctx, team.admin, name="Quay")
    header = client.head(f"/api/projects/{plain.id}/export").headers["content-disposition"]
    assert re.fullmatch(r"attachment; filename=\"(quay_\w+\.json)\"; filename\*=UTF-8''\1", header)


def test_head_answers_without_reading_anything(client: TestClient, project: Project) -> None:
    answer = client.head(f"/api/projects/{project.id}/export")
    assert (answer.status_code, answer.content) == (200, b"")
    assert "content-disposition" in answer.headers


def test_options_come_from_the_address(client: TestClient, project: Project) -> None:
    address = f"/api/projects/{project.id}/export"
    (task,) = client.get(address, params={"status": ["completed", "waiting"], "include": ["ids", "media"]}).json()[1:]
    assert task["media"]["width"] == 64
    assert "id" in task["labels"]["crane"][0]
    refused = client.get(address, params={"include": "names"})
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
    assert "media, ids, provenance, comments, depth, timing, review" in refused.json()["detail"]


def test_the_summary_says_what_the_file_would_hold(client: TestClient, project: Project) -> None:
    found = client.get(f"/api/projects/{project.id}/export/summary").json()
    assert (found["tasks"], found["exportable"], found["reason"]) == (1, True, None)
    assert found["byState"]["COMPLETED"] == 1
    none = client.get(f"/api/projects/{project.id}/export/summary", params={"status": "skipped"}).json()
    assert (none["exportable"], none["reason"]) == (False, "No task is skipped yet. Complete or skip a task first.")


def test_addresses_of_maps_begin_with_the_address_that_the_caller_used(
    client: TestClient, ctx: Context, team: Team, project: Project
) -> None:
    segment(ctx, team, project, SQUARE, revision=1)
    (task,) = client.get(f"/api/projects/{project.id}/export").json()[1:]
    (address,) = task["segmentations"]
    assert address == f"http://localhost/api/v1/export/bitmap/{project.task_id}/water"
    found = client.get(urlsplit(address).path)
    assert found.headers["content-type"] == "image/png"
    again = client.get(urlsplit(address).path, headers={"If-None-Match": found.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    bmp = client.get(urlsplit(address).path, headers={"Accept": "image/bmp"})
    assert (bmp.headers["content-type"], bmp.content[:2]) == ("image/bmp", b"BM")


def test_the_schema_is_served_to_everybody(client_of) -> None:
    answer = client_of().get("/schema/export.schema.json")
    assert answer.headers["content-type"].startswith("application/schema+json")
    assert answer.json()["$schema"] == "https://json-schema.org/draft/2020-12/schema"


# --- real connections -----------------------------------------------------------------------------------------------


def make_large(ctx: Context, team: Team, project: Project, megabytes: int) -> None:
    """Let the one task's ready bytes be large."""
    labels = b'"global_classifications":{},"labels":{"filler":"%s"}' % (b"x" * (megabytes << 20))
    own = t.label_document.c.task_id == project.task_id
    ctx.db.write(lambda conn: conn.execute(update(t.label_document).where(own).values(export=labels)))


def request_text(team: Team, project: Project, version: str) -> bytes:
    """The request for an export as it goes over the line."""
    lines = (
        f"GET /api/projects/{project.id}/export HTTP/{version}",
        "Host: localhost",
        f"Authorization: {headers(team)['Authorization']}",
        "",
        "",
    )
    return "\r\n".join(lines).encode()


def test_an_error_in_the_middle_cuts_the_connection(
    ctx: Context, team: Team, project: Project, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = exports._lines

    def failing(*given):
        for line in lines(*given):
            yield line
            yield (b'{"filler":"', b"x" * (1 << 19), b'"}')
        raise ValueError("a damaged row")

    monkeypatch.setattr(exports, "_lines", failing)
    with capture_logs() as logged, pytest.raises(httpx2.RemoteProtocolError):
        httpx2.get(f"{server}/api/projects/{project.id}/export", headers=headers(team), timeout=60)
    assert [entry["event"] for entry in logged if entry["log_level"] == "error"] == ["unexpected error"]


def test_an_error_before_the_first_byte_is_an_ordinary_answer(
    ctx: Context, team: Team, project: Project, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*given):
        raise ValueError("a damaged row")
        yield

    monkeypatch.setattr(exports, "_lines", failing)
    with capture_logs():
        answer = httpx2.get(f"{server}/api/projects/{project.id}/export", headers=headers(team), timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")


def test_a_client_of_http_1_0_is_told_the_length(ctx: Context, team: Team, project: Project, server: str) -> None:
    make_large(ctx, team, project, 3)
    host, port = urlsplit(server).hostname, urlsplit(server).port
    assert host is not None
    with socket.create_connection((host, port)) as connection:
        connection.sendall(request_text(team, project, "1.0"))
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        body = answer.read()
    assert int(answer.headers["content-length"]) == len(body) > 3 << 20
    assert body.endswith(b"\n]\n")


def test_slow_clients_hold_no_snapshot_and_disturb_nobody(
    ctx: Context, team: Team, project: Project, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "PATIENCE_S", 0.0)
    make_large(ctx, team, project, 16)
    host, port = urlsplit(server).hostname, urlsplit(server).port
    sleepers = []
    for _ in range(10):
        sleeper = socket.socket()
        sleeper.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sleeper.connect((host, port))
        sleeper.sendall(request_text(team, project, "1.1"))
        sleepers.append(sleeper)
    assert all(sleeper.recv(12) == b"HTTP/1.1 200" for sleeper in sleepers)

    wait_until(lambda: not any(thread.name == "export" for thread in threading.enumerate()))
    assert ctx.db._readers.pool.checkedout() == 0
    save(ctx, team.admin, project.task_id, 1, created=(annotation(ctx, project.class_id("crane")),))

    for sleeper in sleepers:
        sleeper.close()
    wait_until(lambda: open_files(ctx) == 0)


def wait_until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def open_files(ctx: Context) -> int:
    """How many deleted temporary files of the data folder this process holds open."""
    found = 0
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = str(link.readlink())
        except FileNotFoundError:
            continue
        found += target.startswith(str(ctx.settings.data)) and target.endswith("(deleted)")
    return found


# --- import ---------------------------------------------------------------------------------------------------------


def test_a_file_is_imported_and_what_was_done_is_told(
    client: TestClient, ctx: Context, team: Team, project: Project
) -> None:
    content = client.get(f"/api/projects/{project.id}/export", params={"include": "ids"}).content
    answer = client.post(
        f"/api/projects/{project.id}/import", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 200
    assert answer.json() == {"tasks": 1, "unchanged": 1, "annotations": 1, "answers": 0, "ignored": 0, "warnings": []}


def test_faults_of_a_file_are_listed_by_place(client: TestClient, project: Project) -> None:
    medium = client.get(f"/api/projects/{project.id}/export").json()[1]["internal_media_ID"]
    content = json.dumps([{"internal_media_ID": medium, "labels": {"crain": []}}])
    answer = client.post(
        f"/api/projects/{project.id}/import", content=content, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    body = answer.json()
    assert body["code"] == "invalid_labels"
    assert body["errors"][0]["pointer"] == "/0/labels/crain"
    assert "did you mean “crane”?" in body["detail"]


@pytest.mark.parametrize(
    ("sent", "word"), [({"Content-Type": "text/plain"}, "text/plain"), ({"Content-Encoding": "gzip"}, "gzip")]
)
def test_other_content_types_and_packed_bodies_are_refused(client: TestClient, project: Project, sent, word) -> None:
    answer = client.post(f"/api/projects/{project.id}/import", content=b"[]", headers=sent)
    assert answer.status_code == 415
    assert word in answer.json()["detail"]


def test_an_import_into_a_project_without_classes_is_refused(client: TestClient) -> None:
    made = client.post("/api/projects", json={"name": "Empty"}).json()
    answer = client.post(
        f"/api/projects/{made['id']}/import", content=b"[]", headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 409
    assert "no label configuration" in answer.json()["detail"]


def test_a_large_file_is_taken_to_be_compared(client, project: Project) -> None:
    content = b"{" + b" " * 5_000_000 + b"}"
    answer = client.post(f"/api/projects/{project.id}/imports", content=content, headers={"X-filename": "large.json"})
    assert answer.status_code == 201, answer.text


@pytest.mark.parametrize("way", ["import", "imports"])
def test_a_file_above_the_limit_is_refused_and_leaves_nothing(
    settings, team: Team, client_of, ctx: Context, project: Project, way: str
) -> None:
    small = dataclasses.replace(ctx, settings=settings.model_copy(update={"max_import_bytes": 1000}))
    app = create_app(small, operator_secret="x")
    client = TestClient(app, base_url="http://localhost", headers=headers(team))

    def blanks():
        for _ in range(10):
            yield b" " * 500

    for content in (b" " * 5000, blanks()):
        answer = client.post(
            f"/api/projects/{project.id}/{way}",
            content=content,
            headers={"Content-Type": "application/json", "X-filename": "large.json"},
        )
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert list((settings.data / "media" / "incoming").iterdir()) == []
