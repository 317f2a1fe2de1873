"""What a worker may take: never the last of the disk or of the memory, which others need to save their labels."""

import contextlib
import ctypes
import os
import resource
from pathlib import Path
from typing import Final

from labelwright.storage.store import DEFAULT_RESERVE_BYTES

_GOES_FIRST: Final = b"800"
_TRIM_THRESHOLD, _MMAP_THRESHOLD = -1, -3  # as glibc's malloc.h numbers them
_KEPT_BYTES: Final = 16 << 20
_LARGE_BYTES: Final = 4 << 20


def leave_room(folder: Path, *, files: int = 1) -> None:
    """Keep each of so many files that this process writes from filling the disk, and let it go first without memory."""
    space = os.statvfs(folder)
    free = space.f_bavail * space.f_frsize - DEFAULT_RESERVE_BYTES
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    wanted = max(free // files, 0)
    limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, most))
    with contextlib.suppress(OSError):  # only where there is Linux
        Path("/proc/self/oom_score_adj").write_bytes(_GOES_FIRST)


def keep_pages() -> None:
    """Let this process keep a little of what it frees, for what it takes next.

    Work is done in portions of a few hundred kilobytes, which glibc would give back to the system one by one, and every
    page costs the system more to hand out anew than us to fill. What is larger still goes back at once.
    """
    with contextlib.suppress(OSError, AttributeError):  # only where there is glibc
        change = ctypes.CDLL(None).mallopt
        change(_TRIM_THRESHOLD, _KEPT_BYTES)
        change(_MMAP_THRESHOLD, _LARGE_BYTES)
