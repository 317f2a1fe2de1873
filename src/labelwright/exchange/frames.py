"""Values one after another in a file, each behind its length: four bytes (big-endian), then MessagePack."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from labelwright.exchange.files import mapped

_HEAD_BYTES: Final = 4


def write_frame(file: BinaryIO, content: bytes) -> None:
    """Append a frame."""
    file.write(len(content).to_bytes(_HEAD_BYTES, "big"))
    file.write(content)


class Frames:
    """A file of frames, where it lies: nothing is read that nobody looks at."""

    def __init__(self, path: Path) -> None:
        self._frames = memoryview(mapped(path, None))

    def walk(self) -> Iterator[tuple[int, memoryview]]:
        """Start a walk: the place of each frame, and the frame."""
        at = 0
        while at < len(self._frames):
            frame = self.at(at)
            yield at, frame
            at += _HEAD_BYTES + len(frame)

    def at(self, place: int) -> memoryview:
        """The frame at a place."""
        start = place + _HEAD_BYTES
        return self._frames[start : start + int.from_bytes(self._frames[place:start], "big")]
