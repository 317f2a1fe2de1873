"""Carry bytes from a thread that must not wait to a consumer that may be slow: what does not fit waits in a file.

An export reads one snapshot of the database. While the consumer keeps up, chunks pass through memory; when he has
cost the producer its patience, everything that he is too slow for goes to a temporary file, so that the snapshot
ends after seconds whatever he does.
"""

import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import IO

from labelwright.model.errors import StorageFull
from labelwright.storage.durable import naming_a_full_disk
from labelwright.storage.store import DEFAULT_RESERVE_BYTES

CHUNK_BYTES = 2**18
HELD_CHUNKS = 8
PATIENCE_S = 3.0
_LOOK_AT_SPACE_EVERY_BYTES = 2**26

OpenFile = Callable[[], IO[bytes]]


class Abandoned(Exception):
    """The consumer is gone: nobody wants the rest."""


class Relay:
    """One producer `put`s chunks and `finish`es; one consumer `take`s them and `close`s. Both may be any thread."""

    def __init__(self, open_file: OpenFile, *, patience_s: float, held_chunks: int = HELD_CHUNKS) -> None:
        """`open_file` makes the temporary file when it is needed; `patience_s` is how long `put` waits in all."""
        self._open_file = open_file
        self._held_chunks = held_chunks
        self._patience_s = patience_s
        self._changed = threading.Condition()
        self._held: deque[bytes] = deque()
        self._file: IO[bytes] | None = None
        self._written = self._read = 0
        self._total = 0
        self._finished = self._closed = False
        self._error: BaseException | None = None

    # --- the producer's side ---

    def put(self, chunk: bytes) -> None:
        """Hand on the next bytes. Raises Abandoned when the consumer is gone, StorageFull."""
        with self._changed:
            self._total += len(chunk)
            if self._written == self._read and self._has_room():
                self._held.append(chunk)
                self._changed.notify_all()
                return
        self._spill(chunk)

    def _has_room(self) -> bool:
        """Wait for room in memory as long as patience lasts; the lock is held."""
        while not self._closed and len(self._held) >= self._held_chunks and self._patience_s > 0:
            before = time.monotonic()
            self._changed.wait(self._patience_s)
            self._patience_s -= time.monotonic() - before
        if self._closed:
            raise Abandoned
        return len(self._held) < self._held_chunks

    def _spill(self, chunk: bytes) -> None:
        with naming_a_full_disk():
            self._file = self._file or self._open_file()
            if self._written % _LOOK_AT_SPACE_EVERY_BYTES < len(chunk):
                _check_space(self._file)
            self._file.seek(self._written)
            self._file.write(chunk)
            self._file.flush()
        with self._changed:
            if self._closed:
                raise Abandoned
            self._written += len(chunk)
            self._changed.notify_all()

    def finish(self, error: BaseException | None = None) -> None:
        """Say that nothing follows, or why nothing can."""
        with self._changed:
            self._finished, self._error = True, error
            if self._closed:
                self._drop()
            self._changed.notify_all()

    # --- the consumer's side ---

    def take(self) -> bytes | None:
        """Wait for the next bytes; None at the end. Raises what the producer failed with."""
        with self._changed:
            while True:
                if self._held:
                    chunk = self._held.popleft()
                    self._changed.notify_all()
                    return chunk
                if self._read < self._written:
                    break
                if self._finished:
                    if self._error is not None:
                        raise self._error
                    return None
                self._changed.wait()
        return self._take_spilled()

    def _take_spilled(self) -> bytes:
        assert self._file is not None
        chunk = os.pread(self._file.fileno(), min(CHUNK_BYTES, self._written - self._read), self._read)
        with self._changed:
            self._read += len(chunk)
        return chunk

    def total_bytes(self) -> int:
        """Wait until the producer has finished; how many bytes there are in all. Raises what it failed with."""
        with self._changed:
            self._patience_s = 0
            self._changed.notify_all()
            while not self._finished:
                self._changed.wait()
            if self._error is not None:
                raise self._error
            return self._total

    def close(self) -> None:
        """Stop caring: the producer ends at its next chunk, the temporary file is gone."""
        with self._changed:
            self._closed = True
            self._held.clear()
            if self._finished:
                self._drop()
            self._changed.notify_all()

    def _drop(self) -> None:
        if self._file is not None:
            self._file.close()

    def __iter__(self) -> Iterator[bytes]:
        while (chunk := self.take()) is not None:
            yield chunk


def _check_space(file: IO[bytes]) -> None:
    space = os.fstatvfs(file.fileno())
    if space.f_bavail * space.f_frsize < DEFAULT_RESERVE_BYTES:
        raise StorageFull("The storage has no room to hold an export for a slow connection. Free some space.")
