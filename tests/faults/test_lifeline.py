"""A worker whose server was killed ends, and lets the next one into its folder."""

import fcntl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from labelwright.jobs.lifeline import LOCK

WORKER = """
import sys, time
from pathlib import Path
from labelwright.jobs.lifeline import alone_in
with alone_in(Path(sys.argv[1])):
    Path(sys.argv[1], "begun").touch()
    time.sleep(600)
"""
SERVER = "import subprocess, sys; subprocess.run([sys.executable, '-c', sys.argv[2], sys.argv[1]])"


def test_a_worker_ends_with_its_server(tmp_path: Path) -> None:
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(tmp_path), WORKER])
    try:
        wait_until((tmp_path / "begun").exists)
        with (tmp_path / LOCK).open("wb") as lock:
            assert not is_free(lock.fileno())
            server.kill()
            server.wait()
            wait_until(lambda: is_free(lock.fileno()))
    finally:
        server.kill()
        server.wait()


def wait_until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def is_free(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
