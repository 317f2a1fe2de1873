"""`labelwright serve`, `admin` beside it, and `demo`: real processes on real folders."""

import fcntl
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx2
import pytest

from labelwright.bootstrap import open_context
from labelwright.cli.serve import announce
from labelwright.config import Settings
from labelwright.jobs.lifeline import LOCK
from labelwright.sdk import Client
from labelwright.services import label_exports
from tests.builders import Team, make_project
from tests.cli.conftest import Run

PASSWORD = "correct horse battery"
INSTALL = Path(__file__).parents[2] / "docs" / "install.md"


@contextmanager
def running(log: Path, *arguments: object, ready: str) -> Iterator[str]:
    """Run a command until its output has `ready`; gives the address that it printed. SIGTERM must end it well."""
    environment = {**os.environ, "COLUMNS": "200", "PYTHONUNBUFFERED": "1"}
    with log.open("wb") as output:
        command = [sys.executable, "-m", "labelwright.cli", *map(str, arguments)]
        process = subprocess.Popen(command, stdout=output, stderr=output, env=environment)
    try:
        yield _address(process, log, ready)
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(timeout=120)
    assert code == 0, log.read_text()


def _address(process: subprocess.Popen[bytes], log: Path, ready: str) -> str:
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and process.poll() is None:
        found = re.search(r"http://127\.0\.0\.1:\d+", log.read_text())
        if found and ready in log.read_text() and _answers(found[0]):
            return found[0]
        time.sleep(0.05)
    pytest.fail(f"not ready: {log.read_text()}")


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/health", timeout=2).status_code == 200
    except httpx2.TransportError:
        return False


def create_user(command: Run, data: Path, monkeypatch: pytest.MonkeyPatch, email: str = "ada@example.org") -> None:
    monkeypatch.setattr("sys.stdin.readline", lambda: f"{PASSWORD}\n", raising=False)
    arguments = ("admin", "create-user", email, "--organisation", "Harbour", "--role", "admin")
    done = command(*arguments, "--password-stdin", "--data", data)
    assert done.code == 0, done.err


def test_a_first_start_prints_the_way_to_the_first_account_and_ends_well(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with running(log, "serve", "--data", tmp_path / "data", "--port", 0, ready="/setup#") as url:
        secret = re.search(r"/setup#(\S+)", log.read_text())
        assert secret is not None
        body = {"email": "ada@example.org", "name": "Ada", "password": PASSWORD, "organisation": "Harbour"}
        made = httpx2.post(f"{url}/api/setup", json={"secret": secret[1], **body}, timeout=60)
        assert made.status_code == 200, made.text
        assert (tmp_path / "data" / "server.json").exists()
    assert not (tmp_path / "data" / "server.json").exists()


def test_the_way_to_the_first_account_is_one_that_can_be_gone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = Settings(data=tmp_path / "my [old] data", base_url="https://labels.example.org/")
    announce("http://127.0.0.1:8000", "s3cret", settings)
    printed = capsys.readouterr().out
    assert "at https://labels.example.org/setup#s3cret\n" in printed
    assert printed.endswith(f"--role admin --data '{tmp_path}/my [old] data'\n")


def test_people_and_tokens_are_made_without_and_beside_a_running_server(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    create_user(command, data, monkeypatch)
    with running(tmp_path / "log", "serve", "--data", data, "--port", 0, ready="is ready") as url:
        create_user(command, data, monkeypatch, "lin@example.org")
        token = ("admin", "create-token", "--organisation", "Harbour", "--scope", "admin", "--data", data)
        made = command(*token, "--name", "nightly")
        twice = command(*token, "--name", "nightly")

        assert re.fullmatch(r"lw_\S+\n", made.out)
        with Client(url, made.out) as client:
            assert client.projects.create("Cranes").name == "Cranes"
        with Client.sign_in(url, "lin@example.org", PASSWORD) as person:
            assert [project.name for project in person.projects.list()] == ["Cranes"]
        assert (twice.code, "nightly" in twice.err) == (1, True)


def serve(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Start a server that is expected to end at once."""
    command = [sys.executable, "-m", "labelwright.cli", "serve", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)


def test_a_data_folder_and_a_port_have_one_server(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(tmp_path / "log", "serve", "--data", data, "--port", 0, ready="is ready") as url:
        same_data = serve("--data", data, "--port", 0)
        same_port = serve("--data", tmp_path / "other", "--port", url.rsplit(":", 1)[1])

    assert (same_data.returncode, str(data) in same_data.stderr) == (1, True)
    assert (same_port.returncode, "Choose another port with --port" in same_port.stderr) == (1, True)


def test_the_backup_of_the_document_is_a_data_folder_that_starts(
    command: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, copy = tmp_path / "data", tmp_path / "copy"
    copy.mkdir()
    snippet = re.search(r"<<'PYTHON'\n(.*?)PYTHON", INSTALL.read_text(), re.DOTALL)
    assert snippet is not None
    with running(tmp_path / "log", "serve", "--data", data, "--port", 0, ready="is ready"):
        create_user(command, data, monkeypatch)
        files = (data / "labelwright.sqlite", copy / "labelwright.sqlite")
        subprocess.run([sys.executable, "-c", snippet[1], *files], check=True)

    with (
        running(tmp_path / "log", "serve", "--data", copy, "--port", 0, ready="is ready") as url,
        Client.sign_in(url, "ada@example.org", PASSWORD) as person,
    ):
        assert person.projects.list() == ()


def test_the_demo_is_made_once_and_there_again_at_once(tmp_path: Path) -> None:
    data, log = tmp_path / "demo", tmp_path / "log"
    with running(log, "demo", "--data", data, "--port", 0, ready="Sign in as") as url:
        password = (data / "demo-password").read_text()
        assert f"Sign in as demo@labelwright.local with the password {password}" in log.read_text()
        assert (data / "demo-password").stat().st_mode & 0o077 == 0
        with Client.sign_in(url, "demo@labelwright.local", password) as client:
            project = client.projects.get("Demo project")
            counts = {state: count for state, count in project.task_counts.items() if count}
            assert counts == {"COMPLETED": 4, "IN_PROGRESS": 1, "WAITING": 2, "BACKLOG": 1}
            exported = list(client.labels.tasks(project.id))
            media = {medium.media_name: medium for medium in client.media.list(project.datasets[0].id)}

    assert [task["external_media_ID"] for task in exported] == [
        "astronaut.png",
        "camera.png",
        "coffee.png",
        "rocket.jpg",
    ]
    assert (media["mosaic.jpg"].width, media["mosaic.jpg"].height) == (12_000, 9_000)

    with (
        running(log, "demo", "--data", data, "--port", 0, ready="Sign in as") as url,
        Client.sign_in(url, "demo@labelwright.local", password) as client,
    ):
        assert [project.name for project in client.projects.list()] == ["Demo project"]
        assert len(client.datasets.list()) == 1
    assert "uploading" not in log.read_text()


def test_who_only_looks_on_and_long_work_do_not_keep_a_server_from_ending(settings: Settings, team: Team) -> None:
    with open_context(settings) as ctx:
        project = make_project(ctx, team.admin)
        wanted = label_exports.Wanted(format="coco")
        export_id = label_exports.create_export(ctx, team.admin, project.id, wanted)["id"]
        folder = label_exports.folder_of(ctx, export_id)
    folder.mkdir(parents=True)
    headers = {"Authorization": f"Bearer {team.admin_token}"}
    with (folder / LOCK).open("wb") as lock, ExitStack() as looking:
        fcntl.flock(lock, fcntl.LOCK_EX)  # the worker waits until nobody else is in the folder
        with running(settings.data / "log", "serve", "--data", settings.data, "--port", 0, ready="is ready") as url:
            events = httpx2.stream("GET", f"{url}/api/exports/{export_id}/events", headers=headers, timeout=60)
            lines = looking.enter_context(events).iter_lines()
            while '"running"' not in next(lines):
                pass
        assert not any("data" in line for line in lines)  # it comes to its end, and does not break off
    with open_context(settings) as ctx:
        assert label_exports.get_export(ctx, team.admin, export_id)["state"] == "running"
