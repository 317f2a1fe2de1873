"""What was written to a temporary file, mapped: it is read where it is looked at, and takes no memory.

A map lives as long as somebody holds it; the file may be closed.
"""

import mmap
from typing import IO, TypeVar

import numpy as np
from numpy.typing import NDArray

Number = TypeVar("Number", bound=np.generic)


def mapped(file: IO[bytes], access: int = mmap.ACCESS_READ) -> bytes | mmap.mmap:
    """All that was written to a file."""
    file.flush()
    return mmap.mmap(file.fileno(), 0, access=access) if file.seek(0, 2) else b""


def column(file: IO[bytes], kind: type[Number]) -> NDArray[Number]:
    """The numbers that were written to a file; they can be changed there."""
    return np.frombuffer(mapped(file, mmap.ACCESS_WRITE), dtype=kind)
