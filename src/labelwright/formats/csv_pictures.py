"""The rows of a table by picture, in whatever order they are, without holding them all."""

import csv
from collections.abc import Callable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Final

import msgspec

from labelwright.exchange.chains import Chains
from labelwright.exchange.files import Files
from labelwright.exchange.found import Faults, Place
from labelwright.exchange.index import Index
from labelwright.formats.csv_files import Row, names_in, rows_of
from labelwright.formats.text_lines import open_text

Line = tuple[int, Row]
_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(tuple[str, Line]).decode


def by_picture(
    files: Files, path: str, column: str, faults: Faults, plain: Callable[[str], str] = str
) -> Iterator[tuple[str, list[Line]]]:
    """Every picture with its rows, in the order of their first ones. Raises Invalid where it is no table.

    A column names pictures, and `plain` takes off what is not of their names; a row without one is a fault. A walk over
    the names says whether the rows of one picture follow one another, as they mostly do; those that do not wait in a
    temporary file.
    """
    lines = _named(files, path, column, faults, plain)
    if _are_together(files, path, column, plain):
        for picture, some in groupby(lines, itemgetter(0)):
            yield picture, [line for _, line in some]
        return
    with files.spool() as spool:
        waiting = Chains(spool)
        for picture, line in lines:
            waiting.add(picture, _ENCODE((picture, line)))
        for number in range(len(waiting)):
            found = [_DECODE(record) for record in waiting.all(number)]
            yield found[0][0], [line for _, line in found]


def _named(
    files: Files, path: str, column: str, faults: Faults, plain: Callable[[str], str]
) -> Iterator[tuple[str, Line]]:
    for number, row in rows_of(files, path, faults):
        if picture := plain(row[column]):
            yield picture, (number, row)
        else:
            no_picture(faults, Place(path, line=number), column)


def no_picture(faults: Faults, place: Place, column: str) -> None:
    """Note that a row does not name its picture."""
    faults.add(place, "no_picture", f"A row needs its {column}, which names the picture.")


def _are_together(files: Files, path: str, column: str, plain: Callable[[str], str]) -> bool:
    """Whether each picture's rows follow one another; no where that cannot be seen at once."""
    rows, seen = filter(None, csv.reader(open_text(files, path))), Index()
    try:
        names = map(itemgetter(names_in(path, next(rows, [])).index(column)), rows)
        return all(seen.add(plain(name)) for name, _ in groupby(names))
    except (csv.Error, IndexError):
        return False
