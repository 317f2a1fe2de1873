"""What ties a worker to the server that started it: it is alone in its folder, and ends when the server does.

A server that is killed cannot stop its workers. One that went on would write beside the worker of the next start.
"""

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

LOCK: Final = "worker.lock"
_LOOK_EVERY_S: Final = 0.2
ORPHANED: Final = 4


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Wait until no other worker is in the folder, and keep others out; end the process when its parent is gone."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    with (folder / LOCK).open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os._exit(ORPHANED)
