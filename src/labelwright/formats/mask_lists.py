"""The list of masks, `masks.csv`: which picture each of them belongs to."""

import csv
import io
import itertools
import mmap
from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.asides import asides_of
from labelwright.exchange.files import Files
from labelwright.exchange.found import Faults, FoundAnswer, Place
from labelwright.exchange.listing import Held, Listing
from labelwright.exchange.source import Source
from labelwright.formats.csv_files import Row, rows_of
from labelwright.formats.mask_pictures import folder, stem

PATH: Final = "masks.csv"
_COLUMNS: Final = ("mask", "picture", "medium_id", "width", "height", "split")


class Listed(msgspec.Struct, frozen=True, array_like=True):
    """A line of the list; `mask` is the path among the files."""

    place: Place
    mask: str
    picture: str
    medium_id: str | None
    split: str
    asides: tuple[FoundAnswer, ...] = ()


_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(Listed).decode


def write(archive: Archive, source: Source, place: str) -> None:
    """Write which mask belongs to which picture; ``place`` is the masks' folder."""
    with archive.file(PATH) as put:
        put(_row(_COLUMNS))
        for split in source.splits:
            for task in source.tasks(split):
                medium = task.medium
                if medium.width:
                    mask = f"{place}/{folder(medium)}{stem(medium)}.png"
                    picture = f"images/{folder(medium)}{medium.path}"
                    put(_row((mask, picture, medium.id, medium.width, medium.height, medium.split)))


def _row(values: Iterable[Any]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(values)
    return text.getvalue().encode()


def in_order(files: Files, root: str, faults: Faults) -> Iterator[Listed]:
    """The lines in the order of the file, where there is one."""
    path = root + PATH
    if path in files.sizes:
        for number, row in rows_of(files, path, faults):
            yield _listed(root, row, Place(path, line=number))


def _listed(root: str, row: Row, place: Place) -> Listed:
    others = {name: text for name, text in row.items() if name not in _COLUMNS}
    mask, picture, medium_id, split = (row.get(name, "") for name in ("mask", "picture", "medium_id", "split"))
    asides = asides_of(others, place) if others else ()
    return Listed(place, root + mask, picture, medium_id or None, split, asides)


def by_mask(files: Files, root: str, faults: Faults) -> Iterator[Listed]:
    """The lines in the order of their masks, the last one of each; meanwhile they lie in a temporary file."""
    with files.spool() as spool:
        order = Listing(_kept(in_order(files, root, faults), spool), files.spool)
        if not len(order):
            return
        spool.flush()
        content = memoryview(mmap.mmap(spool.fileno(), 0, access=mmap.ACCESS_READ))
        for _, some in itertools.groupby(map(order.held, range(len(order))), lambda held: held.path):
            last = max(some, key=lambda held: held.key)
            yield _DECODE(content[last.key : last.key + last.size])


def _kept(lines: Iterable[Listed], spool: IO[bytes]) -> Iterator[Held]:
    """Write lines into a file, each with its place there."""
    at = 0
    for line in lines:
        record = _ENCODE(line)
        spool.write(record)
        yield Held(line.mask, len(record), at)
        at += len(record)


def beside(masks: Iterable[str], lines: Iterator[Listed], faults: Faults) -> Iterator[tuple[str, Listed | None]]:
    """Each mask with its line, both in the order of masks; a line whose mask is not there is a fault."""
    line = next(lines, None)
    for mask in masks:
        while line is not None and line.mask < mask:
            no_mask(faults, line.place, line.mask)
            line = next(lines, None)
        if line is None or line.mask != mask:
            yield mask, None
        else:
            yield mask, line
            line = next(lines, None)
    while line is not None:
        no_mask(faults, line.place, line.mask)
        line = next(lines, None)


def no_mask(faults: Faults, place: Place, mask: str) -> None:
    """Note that a mask that is listed is not there."""
    faults.add(place, "missing_mask", f"The mask {mask[-120:]} is not in the archive.", mask)
