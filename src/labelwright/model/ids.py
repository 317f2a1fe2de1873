"""Distinct types for ids, and the maker of UUIDv7 (RFC 9562): sortable by time, unique without asking anybody."""

import secrets
import threading
import time
import uuid
from collections.abc import Callable
from typing import Final, NewType

OrganisationId = NewType("OrganisationId", str)
UserId = NewType("UserId", str)
ProjectId = NewType("ProjectId", str)
DatasetId = NewType("DatasetId", str)
MediumId = NewType("MediumId", str)
TaskId = NewType("TaskId", str)
ClassId = NewType("ClassId", str)
AnnotationId = NewType("AnnotationId", str)


def uuid7(now_ms: int, tail: int) -> str:
    """Lay `now_ms` (48 bits) before `tail` (74 bits) and set version and variant."""
    value = (
        (now_ms & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (tail >> 62 & 0xFFF) << 64 | 0b10 << 62 | tail & (1 << 62) - 1
    )
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


class IdMaker:
    """Make ids that only ever grow within this process, also inside one millisecond and when the clock steps back."""

    def __init__(self, now_ms: Callable[[], int], random_bits: Callable[[int], int] = secrets.randbits) -> None:
        self._now_ms, self._random_bits = now_ms, random_bits
        self._lock = threading.Lock()
        self._last_ms, self._tail = 0, 0
        self._steps: list[int] = []

    def __call__(self) -> str:
        with self._lock:
            now = self._now_ms()
            if now > self._last_ms:
                self._last_ms, self._tail = now, self._random_bits(73)
            else:
                self._tail += 1 + self._step()
            if self._tail >> 74:  # the 2^73 spare values of one millisecond are used up: borrow the next
                self._last_ms, self._tail = self._last_ms + 1, self._random_bits(73)
            return uuid7(self._last_ms, self._tail)

    def _step(self) -> int:
        """32 random bits; drawn for many ids at once, as a labelled file asks for a million."""
        if not self._steps:
            drawn = self._random_bits(32 * _DRAWN_AT_ONCE).to_bytes(4 * _DRAWN_AT_ONCE, "little")
            self._steps = memoryview(drawn).cast("I").tolist()
        return self._steps.pop()


_DRAWN_AT_ONCE: Final = 64


def now_ms() -> int:
    """Milliseconds since 1970, the only clock the product stores."""
    return time.time_ns() // 1_000_000


def is_uuid(text: str) -> bool:
    """Say whether `text` is a UUID in canonical lower-case form."""
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False
