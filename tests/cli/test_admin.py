"""`labelwright admin` on a folder that nobody serves."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from labelwright.db.database import lock_file
from tests.cli.conftest import Run


def test_a_new_token_stands_alone_on_standard_output_also_in_a_new_folder(tmp_path: Path) -> None:
    command = ["admin", "create-token", "--organisation", "Harbour", "--name", "first", "--scope", "admin"]
    done = subprocess.run(
        [sys.executable, "-m", "labelwright.cli", *command, "--data", str(tmp_path / "data")],
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert re.fullmatch(r"lw_[\w-]{43}\n", done.stdout)


@pytest.mark.parametrize("left", [None, '{"url":"http://127.0.0.1:1"}'], ids=["not up yet", "after a killed server"])
def test_a_folder_whose_server_does_not_answer_is_said_to_be_one(
    command: Run, tmp_path: Path, left: str | None
) -> None:
    if left is not None:
        (tmp_path / "server.json").write_text(left)
    arguments = ("--organisation", "Harbour", "--name", "first", "--scope", "read", "--data", tmp_path)
    with lock_file(tmp_path / "labelwright.lock"):
        done = command("admin", "create-token", *arguments)
    assert (done.code, done.out) == (1, "")
    assert "does not answer" in done.err
