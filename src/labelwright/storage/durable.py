"""Put files in place so that they are whole or absent, also after the power was cut."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labelwright.model.errors import StorageFull

_FULL = {errno.ENOSPC, errno.EDQUOT}


@contextmanager
def naming_a_full_disk() -> Iterator[None]:
    """Turn "no space", "quota" and "read-only" of the operating system into `StorageFull`."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise StorageFull(
                "The storage is full: nothing of this file was kept. Free some space and send it again."
            ) from error
        if error.errno == errno.EROFS:
            raise StorageFull(
                "The storage is read-only: nothing of this file was kept. Make it writable and send it again."
            ) from error
        raise


def sync_file(path: Path) -> None:
    """Wait until the bytes of `path` are on the disk. Raises OSError, after which the file must not be trusted."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def make_folder(folder: Path) -> None:
    """Make `folder` and its parents, and wait until each new entry is on the disk."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    sync_file(folder.parent)


def place(path: Path, target: Path) -> None:
    """Move `path` to `target` on the same file system; when it returns, `target` survives a power cut.

    A file already there is replaced in one step. An error leaves no new `target` behind.
    Raises StorageFull, or OSError for a failing disk.
    """
    with naming_a_full_disk():
        make_folder(target.parent)
        sync_file(path)
        was_there = target.exists()
        path.replace(target)
        try:
            sync_file(target.parent)
        except OSError:
            if not was_there:
                target.unlink(missing_ok=True)
            raise
