"""Processes that do long work for the server, each in a folder of its own; one that nobody wants any more is ended."""

import errno
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

import msgspec

from labelwright.exchange.work import Said

ERRORS: Final = "errors.log"
LOOK_EVERY_S: Final = 0.3
NOT_STARTED: Final = -1
_REFUSED: Final = {errno.EAGAIN, errno.ENOMEM}


class Ended(NamedTuple):
    """How a worker ended: its exit status, the last that it said, and whether it was let run to its end."""

    code: int
    said: Said
    was_wanted: bool


def run_worker(
    module: str,
    folder: Path,
    *arguments: str,
    is_wanted: Callable[[], bool],
    tell: Callable[[Said], object] = lambda _: None,
) -> Ended:
    """Run a module of `jobs` for a folder and pass on what it says, until it ends or is not wanted any more."""
    command = [sys.executable, "-m", f"labelwright.jobs.{module}", str(folder), *arguments]
    said = Said(step="starting")
    with (folder / ERRORS).open("wb") as errors:
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors)
        except OSError as error:
            if error.errno not in _REFUSED:
                raise
            text = f"The system refused a process for it ({error.strerror}). Try again when it has less to do."
            return Ended(NOT_STARTED, msgspec.structs.replace(said, error=text), was_wanted=True)
    with process as worker:
        assert worker.stdout is not None
        watch = _Watch(worker, is_wanted)
        watch.start()
        try:
            for line in worker.stdout:
                said = msgspec.json.decode(line, type=Said)
                tell(said)
        finally:
            watch.end()
    return Ended(worker.returncode, said, not watch.has_killed)


class _Watch(threading.Thread):
    """Looks whether a worker is wanted, also while it has nothing to say."""

    def __init__(self, worker: subprocess.Popen[bytes], is_wanted: Callable[[], bool]) -> None:
        super().__init__(daemon=True)
        self._worker, self._is_wanted, self._ended = worker, is_wanted, threading.Event()
        self.has_killed = False

    def run(self) -> None:
        while not self._ended.wait(LOOK_EVERY_S):
            if not self._is_wanted():
                self.has_killed = True
                self._worker.kill()
                return

    def end(self) -> None:
        self._ended.set()
        self.join()
