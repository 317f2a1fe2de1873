"""The store: originals by SHA-256, and what was derived from them.

What every kind of store can do goes through obstore. Two things do not: putting (obstore's directory store
never calls fsync) and reading (it copies at 0.5 GB/s where the file system gives 13), so a directory is
written and read directly. Another kind of store is one line in `_OPENERS` and its own way for these two.
"""

import hashlib
import os
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from urllib.parse import unquote, urlsplit

import msgspec
import obstore
from obstore.store import LocalStore

from labelwright.model.errors import DamagedFile, Invalid
from labelwright.storage.durable import make_folder, naming_a_full_disk, place
from labelwright.storage.keys import (
    DERIVED,
    ORIGINALS,
    Key,
    Sha256,
    derived_folder,
    derived_key,
    original_key,
    parse_sha256,
)
from labelwright.storage.receiver import Expected, Received, Receiver, marker_of

CHUNK_BYTES = 2**18
DEFAULT_RESERVE_BYTES = 64 * 2**20

_NOTHING_ANNOUNCED = Expected()


class Original(msgspec.Struct, frozen=True, kw_only=True):
    """One stored file, as `Store.list_originals` finds it."""

    sha256: Sha256
    size_bytes: int
    stored_at: datetime


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """What a sweep removed: files on their way in, and originals that nothing refers to."""

    temporary_files: int
    orphans: int


class Store:
    """A directory with originals, derived files and a folder for what is on its way in.

    Safe for many threads. One process at a time may `sweep`.
    """

    def __init__(self, root: Path, *, reserve_bytes: int = DEFAULT_RESERVE_BYTES) -> None:
        """Open the store in `root`, made if needed. `reserve_bytes` of the disk stay free for the database."""
        self.root = root.resolve()
        self._incoming = self.root / "incoming"
        self._reserve_bytes = reserve_bytes
        with naming_a_full_disk():
            make_folder(self._incoming)
        self._store = LocalStore(self.root)

    # --- in ---

    def receive(self, *, limit_bytes: int, expected: Expected = _NOTHING_ANNOUNCED) -> Receiver:
        """Begin to receive a file of at most `limit_bytes`. Raises TooLarge, StorageFull when that is clear already."""
        path = self._incoming / f"{uuid.uuid4().hex}.part"
        return Receiver(path, limit_bytes=limit_bytes, reserve_bytes=self._reserve_bytes, expected=expected)

    @contextmanager
    def temporary(self) -> Iterator[Path]:
        """Give a path, on the file system of the store, that is gone at the end unless it was put."""
        path = self._incoming / f"{uuid.uuid4().hex}.part"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def has_room(self, more_bytes: int) -> bool:
        """Return whether `more_bytes` fit besides what is kept free for the database."""
        space = os.statvfs(self._incoming)
        return space.f_bavail * space.f_frsize >= more_bytes + self._reserve_bytes

    def put(self, received: Received) -> Key:
        """Keep what a receiver finished, durably; its temporary path is gone afterwards.

        Equal bytes are stored once. The receiver's `with` confirms them when it ends well; if it does not,
        the next `sweep` asks whether anything refers to them. Raises StorageFull, OSError.
        """
        key = original_key(received.sha256)
        with naming_a_full_disk():
            marker_of(received.path, received.sha256).touch()
        place(received.path, self.root / key)
        return key

    def put_derived(self, sha256: str, operation: str, version: int, path: Path) -> Key:
        """Keep what was made from an original; `path` comes from `temporary`. Raises StorageFull, OSError."""
        key = derived_key(sha256, operation, version)
        place(path, self.root / key)
        return key

    # --- out ---

    def read(self, key: Key, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the bytes from `start` up to, without, `stop`, in chunks of 256 KiB. Raises DamagedFile at once.

        The file is opened before this returns, so a deletion meanwhile does not cut the bytes short.
        """
        try:
            file = (self.root / key).open("rb")
        except FileNotFoundError:
            raise _missing(key) from None

        def chunks() -> Iterator[bytes]:
            with file:
                file.seek(start)
                left = None if stop is None else max(0, stop - start)
                while left != 0:
                    chunk = file.read(CHUNK_BYTES if left is None else min(CHUNK_BYTES, left))
                    if not chunk:
                        return
                    left = None if left is None else left - len(chunk)
                    yield chunk

        return chunks()

    def read_part(self, key: Key, start: int, stop: int) -> bytes:
        """Return the bytes from `start` up to `stop`, fewer where the file ends. Raises DamagedFile."""
        return b"".join(self.read(key, start, stop))

    def find_local_path(self, key: Key) -> Path | None:
        """Return the path of the file where the operating system may read it, None where it has none."""
        path = self.root / key
        return path if path.is_file() else None

    def size(self, key: Key) -> int:
        """Return the length in bytes. Raises DamagedFile when there is no such file."""
        try:
            return obstore.head(self._store, key)["size"]
        except FileNotFoundError:
            raise _missing(key) from None

    def exists(self, key: Key) -> bool:
        return (self.root / key).is_file()

    def check(self, sha256: str) -> None:
        """Read a whole original and compare its bytes with its name. Raises DamagedFile."""
        key = original_key(sha256)
        digest = hashlib.sha256()
        for chunk in self.read(key):
            digest.update(chunk)
        if digest.hexdigest() != sha256:
            raise DamagedFile(
                f"The stored file {key} is damaged: its SHA-256 is {digest.hexdigest()} now."
                " Restore it from a backup or upload the same file again.",
                sha256=sha256,
            )

    def list_originals(self) -> Iterator[Original]:
        """List every stored original, in no particular order."""
        for batch in obstore.list(self._store, ORIGINALS):
            for found in batch:
                sha256 = parse_sha256(found["path"].rpartition("/")[2])
                yield Original(sha256=sha256, size_bytes=found["size"], stored_at=found["last_modified"])

    # --- away ---

    def delete(self, sha256: str) -> None:
        """Remove an original and everything made from it. What is gone already is no error."""
        for batch in obstore.list(self._store, derived_folder(sha256)):
            for found in batch:
                (self.root / found["path"]).unlink(missing_ok=True)
        (self.root / original_key(sha256)).unlink(missing_ok=True)

    def delete_derived(self, key: Key) -> None:
        """Remove what was made from an original, so that it is made anew."""
        assert key.startswith(f"{DERIVED}/"), "originals go with `delete`"
        (self.root / key).unlink(missing_ok=True)

    def sweep(self, is_used: Callable[[Sha256], bool]) -> Swept:
        """Remove what an earlier process left on its way in, before anything is received.

        `is_used` says whether anything refers to an original that was put but never confirmed.
        """
        temporary_files = orphans = 0
        for path in sorted(self._incoming.iterdir()):
            if path.suffix == ".unconfirmed":
                sha256 = parse_sha256(path.name.split(".")[1])
                if not is_used(sha256):
                    self.delete(sha256)
                    orphans += 1
            else:
                temporary_files += 1
            path.unlink()
        return Swept(temporary_files=temporary_files, orphans=orphans)


def _missing(key: Key) -> DamagedFile:
    return DamagedFile(f"The stored file {key} is gone. Restore it from a backup or upload the same file again.")


def _open_directory(url: str, reserve_bytes: int) -> Store:
    parts = urlsplit(url)
    path = Path(unquote(parts.path))
    if parts.netloc not in ("", "localhost") or not path.is_absolute() or parts.query or parts.fragment:
        raise Invalid(f"“{url}” is no directory: write file:///absolute/path.")
    return Store(path, reserve_bytes=reserve_bytes)


_OPENERS: dict[str, Callable[[str, int], Store]] = {"file": _open_directory}


def open_store(url: str, *, reserve_bytes: int = DEFAULT_RESERVE_BYTES) -> Store:
    """Open the store at `url`, e.g. `file:///srv/labelwright/media`. Raises Invalid for a kind that is not offered."""
    opener = _OPENERS.get(urlsplit(url).scheme.lower())
    if opener is None:
        raise Invalid(f"“{url}” names no storage that is offered here; offered: file:///absolute/path.")
    return opener(url, reserve_bytes)
