"""A server that is killed, stopped or loses its disk: what it acknowledged is there, and it starts again by itself."""

import contextlib
import hashlib
import os
import shutil
import socket
import subprocess
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlsplit

import httpx2
import pytest
from sqlalchemy import select

from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.db import tables as t
from labelwright.services import tasks
from labelwright.services.context import Context
from tests.builders import Project, Team, make_project, picture_bytes
from tests.e2e.conftest import Server

LABELERS, UPLOADERS = 6, 2
BOX = {"kind": "rectangle", "x": 1, "y": 2, "w": 10, "h": 8}


@pytest.fixture
def project(server: Server, team: Team) -> Project:
    """One task for each who labels."""
    with open_context(Settings(data=server.data)) as ctx:
        return make_project(ctx, team.admin, media=tuple(f"{n}.png" for n in range(LABELERS)))


@dataclass
class Work:
    """Clients that save and upload as fast as they can, and what the server has acknowledged to them."""

    server: Server
    team: Team
    project: Project
    revisions: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    pictures: dict[str, str] = field(default_factory=dict)
    stopped: threading.Event = field(default_factory=threading.Event)

    @contextlib.contextmanager
    def going_on(self, new_id: Callable[[], str]) -> Iterator[None]:
        """Work in the background until the block ends or the server is gone."""
        self.stopped.clear()
        works = [(self._label, task_id) for task_id in self.project.task_ids.values()]
        works += [(self._upload, str(n)) for n in range(UPLOADERS)]
        threads = [threading.Thread(target=self._until_it_breaks, args=(*work, new_id)) for work in works]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self.stopped.set()
            for thread in threads:
                thread.join(20)

    def has_done(self, saves: int, pictures: int) -> bool:
        return sum(self.revisions.values()) >= saves and len(self.pictures) >= pictures

    def _until_it_breaks(self, work: Callable[..., None], which: str, new_id: Callable[[], str]) -> None:
        headers = {"Authorization": f"Bearer {self.team.admin_token}"}
        with (
            httpx2.Client(base_url=self.server.url, headers=headers, timeout=10) as client,
            contextlib.suppress(httpx2.TransportError),
        ):
            while not self.stopped.is_set():
                work(client, which, new_id())

    def _label(self, client: httpx2.Client, task_id: str, change_id: str) -> None:
        """Add one annotation, so that a task has as many as its revision says."""
        url = f"/api/tasks/{task_id}"
        revision = self.revisions[task_id] or client.get(url).json()["revision"]
        crane = {"id": change_id, "classId": self.project.class_id("crane"), "geometry": BOX}
        change = {"changeId": change_id, "revision": revision, "configurationRevision": 1, "created": [crane]}
        answer = client.patch(f"{url}/labels", json=change)
        if answer.status_code == 409:  # saved just before the last kill, and never acknowledged
            self.revisions[task_id] = answer.json()["currentRevision"]
            return
        assert answer.status_code == 200, answer.text
        self.revisions[task_id] = answer.json()["revision"]

    def _upload(self, client: httpx2.Client, _: str, name: str) -> None:
        raw = picture_bytes(40, 30) + name.encode() * 3000
        answer = client.post(
            f"/api/datasets/{self.project.dataset_id}/media", content=raw, headers={"X-filename": f"{name}.png"}
        )
        assert answer.status_code == 201, answer.text
        self.pictures[f"{name}.png"] = hashlib.sha256(raw).hexdigest()


def check(ctx: Context, work: Work, team: Team) -> None:
    """Compare what is stored with what was acknowledged."""
    with ctx.db.read() as conn:
        assert conn.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        assert conn.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        media = {row.name: row.sha256 for row in conn.execute(select(t.medium))}
        changes = conn.execute(select(t.label_change.c.task_id, t.label_change.c.revision)).all()
    for task_id, acknowledged in work.revisions.items():
        opened = tasks.open_task(ctx, team.admin, task_id)
        assert acknowledged <= opened.revision <= acknowledged + 1
        assert len(opened.document.annotations) == opened.revision
        assert sorted(row.revision for row in changes if row.task_id == task_id) == [*range(1, opened.revision + 1)]
    assert work.pictures.items() <= media.items()
    originals = {path.name for path in (ctx.settings.data / "media" / "originals").rglob("*") if path.is_file()}
    assert originals == set(media.values())
    for sha256 in originals:
        ctx.store.check(sha256)
    assert list((ctx.settings.data / "media" / "incoming").iterdir()) == []


def test_a_server_killed_while_people_label_and_upload_loses_nothing_it_acknowledged(
    server: Server, team: Team, project: Project
) -> None:
    work = Work(server, team, project)
    for round_ in range(2):
        server.start()
        with work.going_on(_new_id):
            saves, pictures = sum(work.revisions.values()), len(work.pictures)
            _wait_until(partial(work.has_done, saves + 10 + 17 * round_, pictures + 1 + round_))
            server.kill()
        with open_context(Settings(data=server.data)) as ctx:
            check(ctx, work, team)


def _new_id() -> str:
    return str(uuid.uuid4())


def _wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_a_server_that_is_told_to_stop_finishes_what_has_begun_and_ends_with_0(
    server: Server, team: Team, project: Project
) -> None:
    """Within ten seconds, also when another client never finishes what it began."""
    server.start()
    assert server.process is not None
    raw = picture_bytes(50, 50) + b"\x00" * 50_000
    upload = f"POST /api/datasets/{project.dataset_id}/media"
    with _connected(server) as late, _connected(server) as hanging, _connected(server) as silent:
        late.sendall(_head(upload, team, len(raw)) + raw[:1000])
        hanging.sendall(_head(f"PATCH /api/tasks/{project.task_id}/labels", team, 5000) + b"{")
        silent.sendall(b"GET / HTTP/1.1\r\nHost: loc")
        time.sleep(0.5)

        started = time.monotonic()
        server.process.terminate()
        time.sleep(0.5)
        late.sendall(raw[1000:])

        assert late.recv(65_536).startswith(b"HTTP/1.1 201")
        assert server.process.wait(20) == 0
        assert time.monotonic() - started < 10
    assert not (server.data / "server.json").exists()


def _head(line: str, team: Team, size: int) -> bytes:
    lines = (
        f"{line} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {team.admin_token}",
        "X-filename: late.png",
        f"Content-Length: {size}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def _connected(server: Server) -> socket.socket:
    place = urlsplit(server.url)
    connection = socket.create_connection((place.hostname, place.port))
    connection.settimeout(15)
    return connection


# --- the disk fails -------------------------------------------------------------------------------------------------


@pytest.fixture
def failing_disk(server: Server) -> Iterator[Callable[[], None]]:
    """Call it and from then on every fsync of the server fails with an I/O error."""
    strace = shutil.which("strace")
    if strace is None:
        pytest.skip("strace, which makes system calls fail, is not installed")
    tracers: list[subprocess.Popen[bytes]] = []

    def fail() -> None:
        assert server.process is not None
        calls = "fsync,fdatasync"
        command = [strace, "-f", "-p", str(server.process.pid), "-o", os.devnull, "-e", f"trace={calls}"]
        # Not quiet: it says when it has attached, or why it cannot.
        tracer = subprocess.Popen([*command, "-e", f"inject={calls}:error=EIO"], stderr=subprocess.PIPE)
        tracers.append(tracer)
        assert tracer.stderr is not None
        if b"attached" not in tracer.stderr.readline():
            pytest.skip("strace may not attach to other processes here")

    yield fail
    for tracer in tracers:
        tracer.kill()
        tracer.communicate(timeout=10)


def test_a_disk_that_fails_to_save_ends_the_server_before_it_promises_more(
    server: Server, team: Team, project: Project, failing_disk: Callable[[], None]
) -> None:
    server.start()
    assert server.process is not None
    work = Work(server, team, project)
    headers = {"Authorization": f"Bearer {team.admin_token}"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=20) as client:
        work._label(client, project.task_id, _new_id())
        failing_disk()
        with pytest.raises(httpx2.TransportError):
            work._label(client, project.task_id, _new_id())
    assert server.process.wait(20) == 70
    assert "the disk failed while saving" in server.log.read_text()
    with open_context(Settings(data=server.data)) as ctx:
        check(ctx, work, team)
