"""A process that works for another ends with it: nobody would take what it makes, or stop it."""

import os
import threading
import time
from contextlib import suppress
from typing import Final

ORPHANED: Final = 4
_LOOK_EVERY_S: Final = 0.2


def end_with(parent: int) -> None:
    """Watch, beside the work of this process, whether its parent is there, and end when it is not."""
    with suppress(RuntimeError):  # where not even a thread may start, it ends with the next thing that it says
        threading.Thread(target=_watch, args=(parent,), daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_EVERY_S)
    os._exit(ORPHANED)
