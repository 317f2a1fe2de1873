"""Tables as text: rows with a head, read with the lines that they stand in."""

import csv
import io
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from labelwright.exchange.files import Files, refused

Row = dict[str, str]
_ENDING: Final = "\r\n"
csv.field_size_limit(1 << 20)  # the answers about a picture are one field, and may be longer than its 128 KiB


def columns_of(files: Files, path: str) -> set[str]:
    """The names in the first line."""
    line = files.head(path).decode("utf-8-sig", "replace").split("\n", 1)[0]
    return {name.strip().strip('"') for name in line.split(",")}


def rows_of(files: Files, path: str) -> Iterator[tuple[int, Row]]:
    """The rows of a table with a head, with their line numbers. Raises Invalid where it is no table."""
    table = csv.DictReader(io.StringIO(files.text(path), newline=""))
    try:
        table.fieldnames = [name.strip() for name in table.fieldnames or ()]
        for row in table:
            yield table.line_num, {key: value or "" for key, value in row.items() if key is not None}
    except csv.Error as error:
        raise refused(path, "invalid_table", f"cannot be read at line {table.line_num}: {error}.") from None


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
