"""What a manifest says of media: kept while their labels are written, so that nobody walks over them once more."""

import tempfile
import weakref
from array import array
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from labelwright.exchange.archive import lines_of
from labelwright.exchange.manifest import medium_of
from labelwright.exchange.source import Medium
from labelwright.exchange.turning import UPRIGHT

_IN_MEMORY: Final = 1 << 20


class Described(NamedTuple):
    """Some media: their lines, how many there are, and names of those that are missing, or are not upright."""

    lines: bytes
    size: int
    missing: list[str]
    turned: list[str]


def described(media: Iterable[Medium], picture: Callable[[Medium], str]) -> Described:
    """Describe media; `picture` says what became of theirs."""
    found = [medium_of(medium, picture(medium)) for medium in media]
    return Described(
        lines_of(found),
        len(found),
        [medium.name for medium in found if medium.picture == "missing"],
        [medium.name for medium in found if medium.orientation != UPRIGHT],
    )


class MediaLines:
    """The lines of media in their order; most of them wait on the disk, in a temporary file."""

    def __init__(self, folder: Path | None) -> None:
        self._file = tempfile.SpooledTemporaryFile(_IN_MEMORY, dir=str(folder) if folder else None)  # noqa: SIM115 - as long as this lives
        weakref.finalize(self, self._file.close)
        self._sizes = array("Q")
        self.count = 0
        self.missing: list[str] = []
        self.turned: list[str] = []

    def add(self, some: Described) -> None:
        """Add media behind the others."""
        self._file.write(some.lines)
        self._sizes.append(len(some.lines))
        self.count += some.size
        self.missing += some.missing
        self.turned += some.turned

    def portions(self) -> Iterator[bytes]:
        """All lines, some at a time, as they were added."""
        self._file.seek(0)
        for size in self._sizes:
            yield self._file.read(size)
