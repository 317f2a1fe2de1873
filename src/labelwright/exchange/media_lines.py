"""What a manifest says of media: kept while their labels are written, so that nobody walks over them once more."""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final, NamedTuple

from labelwright.exchange.archive import NEXT, lines_of
from labelwright.exchange.manifest import medium_of
from labelwright.exchange.source import Medium
from labelwright.exchange.turning import UPRIGHT
from labelwright.exchange.waiting import Waiting

MOST_NAMED: Final = 1_000


class Named(NamedTuple):
    """How many media something is said of, and the names of the first of them, at most `MOST_NAMED`."""

    total: int = 0
    names: tuple[str, ...] = ()

    def and_then(self, others: "Named") -> "Named":
        """These and others behind them."""
        return Named(self.total + others.total, (*self.names, *others.names)[:MOST_NAMED])


class Described(NamedTuple):
    """Some media: their lines, how many there are, and those that are missing, or are not upright."""

    lines: bytes
    size: int
    missing: Named
    turned: Named


def described(media: Iterable[Medium], picture: Callable[[Medium], str]) -> Described:
    """Describe media; `picture` says what became of theirs."""
    found = [medium_of(medium, picture(medium)) for medium in media]
    return Described(
        lines_of(found),
        len(found),
        _named([medium.name for medium in found if medium.picture == "missing"]),
        _named([medium.name for medium in found if medium.orientation != UPRIGHT]),
    )


def _named(names: list[str]) -> Named:
    return Named(len(names), tuple(names))


class MediaLines:
    """The lines of media in their order."""

    def __init__(self, folder: Path | None) -> None:
        self._lines = Waiting(folder, NEXT)
        self.count = 0
        self.missing = self.turned = Named()

    def add(self, some: Described) -> None:
        """Add media behind the others."""
        self._lines.add(some.lines)
        self.count += some.size
        self.missing = self.missing.and_then(some.missing)
        self.turned = self.turned.and_then(some.turned)

    def portions(self) -> Iterator[bytes]:
        """All lines, in pieces of any length."""
        return self._lines.portions()
