"""What a worker may take: never the last of the disk or of the memory, which others need to save their labels."""

import contextlib
import os
import resource
from pathlib import Path
from typing import Final

from labelwright.storage.store import DEFAULT_RESERVE_BYTES

_GOES_FIRST: Final = b"800"


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
