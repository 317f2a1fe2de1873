"""Tables as text: rows with a head, read with the lines that they stand in."""

import csv
import io
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import Faults, Place

Row = dict[str, str]
_ENDING: Final = "\r\n"
csv.field_size_limit(1 << 20)  # the answers about a picture are one field, and may be longer than its 128 KiB


def columns_of(files: Files, path: str) -> set[str]:
    """The names in the first line."""
    text = files.head(path).decode("utf-8-sig", "replace")
    return {name.strip() for name in next(csv.reader(io.StringIO(text, newline="")), ())}


def rows_of(files: Files, path: str, faults: Faults) -> Iterator[tuple[int, Row]]:
    """The rows of a table with a head, with their line numbers. Raises Invalid where it is no table.

    Cells behind the last column are a fault, unless they are empty: which of them belong where nobody can tell.
    """
    table = csv.reader(io.StringIO(files.text(path), newline=""))
    try:
        names = _names(path, next(table, []))
        count = len(names)
        for cells in table:
            if len(cells) <= count or not any(map(str.strip, cells[count:])):
                if cells:
                    yield table.line_num, dict(itertools.zip_longest(names, cells[:count], fillvalue=""))
            else:
                text = (
                    f"A row holds {len(cells)} cells under a head of {count} columns; a text with a comma needs quotes."
                )
                faults.add(Place(path, line=table.line_num), "too_many_cells", text, ",".join(cells[count:]))
    except csv.Error as error:
        raise refused(path, "invalid_table", f"cannot be read at line {table.line_num}: {error}.") from None


def _names(path: str, head: list[str]) -> list[str]:
    """The names of columns; one without a name has its number. Raises Invalid where two have the same one."""
    names = [name.strip() or f"column {number}" for number, name in enumerate(head, 1)]
    for name, times in Counter(names).items():
        if times > 1:
            text = f"has {times} columns named “{name[:60]}”, and which is meant nobody knows; name each otherwise."
            raise refused(path, "duplicate_column", text)
    return names


def write_rows(put: Callable[[bytes], None], rows: Iterable[Iterable[Any]]) -> None:
    """Write rows as they come; None is an empty field."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator=_ENDING)  # which makes it quote a single return as well
    for row in rows:
        table.writerow(row)
        put(f"{text.getvalue().removesuffix(_ENDING)}\n".encode())
        text.seek(0)
        text.truncate()


def decimals(row: Row, *columns: str) -> tuple[float, ...]:
    """The numbers in some columns. Raises ValueError, which names the column."""
    return tuple(_decimal(name, row.get(name, "")) for name in columns)


def _decimal(name: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{name} is “{text[:20]}” and no number") from None
