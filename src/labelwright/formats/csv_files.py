"""Tables as text: rows with a head, read with the lines that they stand in."""

import contextlib
import csv
import io
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import Faults, Place
from labelwright.formats.text_lines import open_text

Row = dict[str, str]
_ENDING: Final = "\r\n"
csv.field_size_limit(1 << 20)  # the answers about a picture are one field, and may be longer than its 128 KiB


def columns_of(files: Files, path: str) -> set[str]:
    """The names in the first line."""
    head = files.head(path)
    text = head.decode("utf-8-sig", "replace")
    names = next(filter(None, csv.reader(io.StringIO(text, newline=""))), [])
    is_cut = b"\n" not in head and len(head) < files.sizes[path]
    return {name.strip() for name in (names[:-1] if is_cut else names)}


def rows_of(files: Files, path: str, faults: Faults) -> Iterator[tuple[int, Row]]:
    """The rows of a table with a head, with their line numbers. Raises Invalid where it is no table.

    Cells behind the last column are a fault, unless they are empty: which of them belong where nobody can tell.
    """
    rows = cells_of(files, path)
    names = names_in(path, next(rows, (0, []))[1])
    count = len(names)
    for line, cells in rows:
        if len(cells) <= count or not any(map(str.strip, cells[count:])):
            yield line, dict(itertools.zip_longest(names, cells[:count], fillvalue=""))
        else:
            text = f"A row holds {len(cells)} cells under a head of {count} columns; a text with a comma needs quotes."
            faults.add(Place(path, line=line), "too_many_cells", text, ",".join(cells[count:]))


def cells_of(files: Files, path: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of every row that has any, the head too, with line numbers. Raises Invalid where it is no table."""
    table = csv.reader(open_text(files, path))
    try:
        for cells in table:
            if cells:
                yield table.line_num, cells
    except csv.Error as error:
        raise refused(path, "invalid_table", f"cannot be read at line {table.line_num}: {error}.") from None


def names_in(path: str, head: list[str]) -> list[str]:
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
    try:
        return tuple([float(row[name]) for name in columns])
    except ValueError:
        name, text = next((name, row[name]) for name in columns if not _is_number(row[name]))
        raise ValueError(f"{name} is “{text[:20]}” and no number") from None


def _is_number(text: str) -> bool:
    with contextlib.suppress(ValueError):
        float(text)
        return True
    return False
