"""What ties a worker to the server that started it: it is alone in its folder, and ends when the server does.

A server that is killed cannot stop its workers. One that went on would write beside the worker of the next start.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from labelwright.exchange.orphans import end_with

LOCK: Final = "worker.lock"


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other worker is in the folder, and keep others out; end the process when its parent is gone."""
    end_with(os.getppid())
    with (folder / LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
