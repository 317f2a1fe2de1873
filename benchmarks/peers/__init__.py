"""Other programs that do the same, each in a virtual environment of its own, measured in the same run.

The scripts beside this file run there: they import nothing of ours and print their figures as one line of JSON.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Final, NamedTuple

Figures = dict[str, float]


class Peer(NamedTuple):
    """What is installed, and into which folder."""

    folder: str
    package: str


DATUMARO: Final = Peer("datumaro", "datumaro==1.13.12")
# The converter that Label Studio's export uses, with the version of benchmarks.label_studio.
LABEL_STUDIO: Final = Peer("venv", "label-studio==1.23.2")


def python_of(folder: Path, peer: Peer) -> Path:
    """The Python that has the peer; it is installed where it is missing."""
    python = folder / peer.folder / "bin" / "python"
    if not python.exists():
        uv = Path(sys.executable).with_name("uv")
        folder.mkdir(parents=True, exist_ok=True)
        subprocess.run([uv, "venv", "--quiet", "--python", "3.11", folder / peer.folder], check=True)
        environment = {**os.environ, "VIRTUAL_ENV": str(folder / peer.folder)}
        subprocess.run([uv, "pip", "install", "--quiet", peer.package], env=environment, check=True)
    return python


def run_peer(python: Path, script: str, *arguments: object) -> Figures:
    """Seconds for each annotation, by what was done."""
    path = Path(__file__).parent / f"{script}.py"
    command = [python, path, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{script} failed: {done.stderr[-2000:]}")
    found: Figures = json.loads(done.stdout.splitlines()[-1])
    return found
