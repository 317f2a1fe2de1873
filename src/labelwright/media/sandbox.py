"""Take away from a decoding process what it does not need, before it sees a byte of a stranger's file."""

import ctypes
import math
import os
import resource
import sys
from contextlib import suppress

from labelwright.media.messages import Limits

_OPEN_FILES = 64
_NEW_NETWORK, _NEW_USER = 0x40000000, 0x10000000


def confine(allowed: Limits) -> None:
    """Limit memory, files, processes and output; drop the network where the kernel lets us; step back in priority."""
    _leave_network()
    os.nice(5)
    limits = {
        resource.RLIMIT_AS: allowed.address_space_bytes,
        resource.RLIMIT_FSIZE: allowed.output_bytes,
        resource.RLIMIT_NOFILE: _OPEN_FILES,
        resource.RLIMIT_NPROC: 0,
        resource.RLIMIT_CORE: 0,
    }
    if allowed.makes_tiles:
        limits[resource.RLIMIT_DATA] = allowed.tiling_memory_bytes  # mapped files do not count, in which pixels are
    for kind, limit in limits.items():
        with suppress(ValueError, OSError):  # macOS knows no RLIMIT_AS; a hard limit may be lower already
            resource.setrlimit(kind, (limit, limit))


def allow_cpu_seconds(seconds: int) -> None:
    """Let the process use `seconds` more; beyond that the kernel ends it with SIGXCPU, whatever it is doing."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds, hard))


def _leave_network() -> None:
    """Move into a network of our own with nothing in it. Containers often forbid it: the limits stand alone then."""
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        if libc.unshare(_NEW_NETWORK) != 0:
            libc.unshare(_NEW_USER | _NEW_NETWORK)
