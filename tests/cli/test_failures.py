"""Exit codes, and what is said with them."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from labelwright.cli.logs import without_secrets
from tests.cli.conftest import Run


def test_help_and_version_end_well_and_wrong_usage_does_not(command: Run) -> None:
    assert "Label pictures" in command("--help").out
    assert command("--version").code == 0
    assert command("export").code == 2
    assert command("no-such-command").code == 2
    assert command("export", "p", "--coordinates", "rounded").code == 2


@pytest.mark.parametrize("name", ["serve", "demo", "admin", "upload", "export", "import", "projects", "tasks"])
def test_every_command_explains_itself(command: Run, name: str) -> None:
    done = command(name, "--help")

    assert done.code == 0
    assert "Usage: labelwright" in done.out


def test_a_server_that_is_not_there_is_one_line(command: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("LABELWRIGHT_URL", f"http://127.0.0.1:{unused.getsockname()[1]}")
        done = command("projects")

    assert done.code == 1
    assert done.err.startswith("labelwright: The server at http://127.0.0.1:")
    assert done.err.count("\n") == 1


def test_a_token_that_is_unknown_is_said(labelwright: Run) -> None:
    done = labelwright("projects", "--token", "lw_unknown")

    assert done.code == 1
    assert "unknown or revoked" in done.err


def test_a_command_of_the_server_without_its_extra_names_the_extra(tmp_path: Path) -> None:
    done = python(f"sys.modules['uvicorn'] = None; run(app, ['serve', '--data', {str(tmp_path)!r}, '--port', '0'])")

    assert done.returncode == 3
    assert "pip install 'labelwright[server]'" in done.stderr


def test_a_reader_who_has_seen_enough_is_no_error_of_ours() -> None:
    done = python("code = exit_code(BrokenPipeError()); print('to nobody', flush=True); code")

    assert (done.returncode, done.stdout, done.stderr) == (1, "", "")


def python(code: str) -> subprocess.CompletedProcess[str]:
    """Run an expression that gives an exit code, in a process of its own."""
    imports = "import sys; from labelwright.cli import app; from labelwright.cli.failures import exit_code, run"
    *before, last = code.split("; ")
    script = "\n".join([imports, *before, f"sys.exit({last})"])
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GET /api/v1/project?token=lw_abcdefghijklmnop&x=1", "GET /api/v1/project?token=***&x=1"),
        ("used lw_abcdefghijklmnop", "used lw_abcd***"),
        ("password=correct horse", "password=*** horse"),
    ],
)
def test_logs_never_hold_a_secret(text: str, kept: str) -> None:
    assert without_secrets(None, "info", {"event": text})["event"] == kept
