"""The unmodified client of the reference in a virtual environment of its own, `.clients/datagym-<version>`.

Its own requirements are of 2019 and cannot be installed beside each other any more; today's versions of what it
imports serve it as well, its code stays as it was published. Made at first use, kept afterwards.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

VERSION = "0.7.2"
ROOT = Path(__file__).parents[2]
HOME = ROOT / ".clients" / f"datagym-{VERSION}"
PYTHON = HOME / "bin" / "python"
MADE = HOME / ".complete"
BESIDE = ("requests", "numpy", "opencv-python-headless", "setuptools<81")


def installed_client() -> Path:
    """The interpreter of the client's environment, which is made where it is missing."""
    HOME.parent.mkdir(exist_ok=True)
    with (HOME.parent / f"datagym-{VERSION}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not MADE.exists():
            shutil.rmtree(HOME, ignore_errors=True)
            _uv("venv", "--python", sys.executable, str(HOME))
            _uv("pip", "install", "--python", str(PYTHON), "--no-deps", f"datagym=={VERSION}")
            _uv("pip", "install", "--python", str(PYTHON), *BESIDE)
            MADE.touch()
    return PYTHON


def _uv(*arguments: str) -> None:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        pytest.fail("uv is missing; run make setup first.")
    environment = {**os.environ, "UV_SYSTEM_CERTS": "1"}
    done = subprocess.run(
        [uv, "--quiet", *arguments], env=environment, capture_output=True, text=True, timeout=600, check=False
    )
    if done.returncode != 0:
        pytest.fail(
            f"The old client datagym {VERSION} could not be installed into {HOME}. It comes from the package "
            "registry; is that out of reach? Run the test again when it can be reached.\n"
            f"uv {' '.join(arguments)}\n{done.stderr}",
            pytrace=False,
        )


def run(script: Path, *arguments: str) -> str:
    """Run a script with the client; returns what it printed. Fails with its output when it fails."""
    command = [str(installed_client()), "-W", "ignore", str(script), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
