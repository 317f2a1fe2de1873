"""What the markers of a JPEG say about how it has to be decoded. Reads bytes, no pixels."""

from pathlib import Path
from typing import NamedTuple

_START_OF_SCAN, _START_OF_FRAME = 0xDA, 0xC0
_NO_FRAMES = {0xC4, 0xC8, 0xCC}
_PROGRESSIVE = {0xC2, 0xC6, 0xCA, 0xCE}
_COEFFICIENT_BYTES = 2


class Layout(NamedTuple):
    """`frame` is the marker of the frame, `sampling` (across, down) of each component; `scanned` of them come first."""

    frame: int
    sampling: tuple[tuple[int, int], ...]
    scanned: int

    @property
    def is_arithmetic(self) -> bool:
        """Whether it uses arithmetic coding, which Pillow decodes and browsers do not."""
        return self.frame >= 0xC9

    @property
    def bytes_per_pixel(self) -> float:
        """What the decoder holds in memory for each pixel until the file's end; 0 where rows come one by one."""
        if self.frame not in _PROGRESSIVE and self.scanned == len(self.sampling):
            return 0.0
        return _COEFFICIENT_BYTES * self.blocks_per_block

    @property
    def blocks_per_block(self) -> float:
        """How many blocks of all components cover 8 x 8 pixels: 3 in full colour, 1.5 with colours halved both ways."""
        most = max(across for across, _ in self.sampling) * max(down for _, down in self.sampling)
        return sum(across * down for across, down in self.sampling) / most

    def least_bytes(self, size_wh: tuple[int, int]) -> int:
        """Return what a file of this size takes at least: a block of 8 x 8 takes two bits, in several scans one."""
        if self.is_arithmetic:
            return 0
        width, height = size_wh
        blocks = width * height // 64 * self.blocks_per_block
        return int(blocks * (1 if self.bytes_per_pixel else 2)) // 8


def read_layout(path: Path) -> Layout | None:
    """Walk over the markers up to the first scan; None where they lead nowhere."""
    frame = 0
    sampling: tuple[tuple[int, int], ...] = ()
    with path.open("rb") as file:
        file.seek(2)
        while len(head := file.read(4)) == 4 and head[0] == 0xFF:
            marker, size = head[1], int.from_bytes(head[2:4], "big") - 2
            if _START_OF_FRAME <= marker <= 0xCF and marker not in _NO_FRAMES:
                frame, sampling = marker, _sampling(file.read(size))
            elif marker == _START_OF_SCAN:
                return Layout(frame, sampling, int.from_bytes(file.read(1), "big")) if sampling else None
            else:
                file.seek(size, 1)
    return None


def _sampling(frame: bytes) -> tuple[tuple[int, int], ...]:
    factors = frame[7::3][: frame[5]] if len(frame) > 5 else b""
    return tuple((max(1, factor >> 4), max(1, factor & 15)) for factor in factors)
