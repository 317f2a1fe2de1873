"""The table of classes beside masks: `classes.csv` with the value, name, colour and kind of each."""

import csv
import io
from collections.abc import Iterable
from typing import Final, NamedTuple

from labelwright.exchange.archive import Archive
from labelwright.exchange.asides import OF_CLASSES, told
from labelwright.exchange.files import Files
from labelwright.exchange.found import Faults, FoundClass, Place
from labelwright.exchange.source import Scheme
from labelwright.formats.csv_files import rows_of
from labelwright.formats.mask_objects import colour_of
from labelwright.formats.whole import whole

PATH: Final = "classes.csv"
BACKGROUND: Final = "background"
IGNORED: Final = "ignore"
_COLUMNS: Final = ("value", "name", "color", "type")

Colour = tuple[int, int, int]


class Row(NamedTuple):
    """A class with its value in masks; ``kind`` is the geometry kind that it has in the project, or empty."""

    value: int
    name: str
    colour: Colour
    kind: str

    @property
    def found(self) -> FoundClass:
        return FoundClass(
            name=self.name,
            types=(self.kind or "image_segmentation",),
            color=hex_of(self.colour),
            number=self.value - 1 if self.value else None,
        )


def rows(scheme: Scheme) -> dict[str, Row]:
    """The classes by id; a value is the number of the class + 1, as 0 is the background."""
    names = scheme.names()
    found = {}
    for label_class in scheme.geometry_classes:
        class_id = str(label_class.id)
        value = scheme.indices[class_id] + 1
        found[class_id] = Row(value, names[class_id], colour_of(label_class.color, value), label_class.type)
    return found


def write(archive: Archive, classes: Iterable[Row], *, ignore: int | None = None, kinds: bool = True) -> None:
    """Write the table, the background first; the ignore index where there is one."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(_COLUMNS)
    table.writerow((0, BACKGROUND, "#000000", ""))
    for row in sorted(classes):
        table.writerow((row.value, row.name, hex_of(row.colour), row.kind if kinds else ""))
    if ignore is not None:
        table.writerow((ignore, IGNORED, "#FFFFFF", ""))
    archive.add(PATH, text.getvalue().encode())


def read(files: Files, faults: Faults, path: str = PATH) -> tuple[dict[int, Row], set[int]]:
    """Read a table: classes by value, and the values that are no classes (background and ignore index)."""
    found: dict[int, Row] = {}
    nothing: set[int] = set()
    for line, fields in rows_of(files, path, faults):
        place, name = Place(path, line=line), fields.get("name", "").strip()
        told(faults, {column: text for column, text in fields.items() if column not in _COLUMNS}, place, OF_CLASSES)
        value = whole(fields.get("value"))
        if value is None or value > 1 << 24 or not name:
            text = "A class needs a value (a whole number) and a name."
            faults.add(place, "invalid_class", text, fields.get("value"))
        elif name in {BACKGROUND, IGNORED} and not fields.get("type"):
            nothing.add(value)
        elif value in found:
            faults.add(place, "duplicate_class", f"The value {value} occurs twice; the first class has it.", value)
        else:
            colour = colour_of(fields.get("color") if is_hex(fields.get("color", "")) else None, value)
            found[value] = Row(value, name, colour, fields.get("type", ""))
    return found, nothing


def hex_of(colour: Colour) -> str:
    return "#{:02X}{:02X}{:02X}".format(*colour)


def is_hex(text: str) -> bool:
    return len(text) == 7 and text[0] == "#" and set(text[1:].lower()) <= set("0123456789abcdef")
