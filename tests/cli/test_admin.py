"""`labelwright admin` on a folder that nobody serves."""

import re
import subprocess
import sys
from pathlib import Path


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
