"""One table of boxes, `boxes.csv`: a row for each box, `x,y,w,h` in pixels from the top left corner of the picture.

A row without a class stands for a picture: for the answers about it, or that it has no boxes. Answers are JSON. Tables
of others are read with their names of columns, and with two corners instead of a width and a height.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final, NamedTuple

from labelwright.exchange.archive import Archive
from labelwright.exchange.asides import asides_of
from labelwright.exchange.files import Files, refused
from labelwright.exchange.flat import Flattener
from labelwright.exchange.format import Chosen, Format, Setting, only_boxes, refuses
from labelwright.exchange.found import Faults, FoundAnswer, FoundMedium, FoundObject, LabelFile, Place, families
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.source import Source, TaskLabels
from labelwright.formats.csv_files import Row, columns_of, decimals, write_rows
from labelwright.formats.csv_pictures import Line, by_picture
from labelwright.formats.json_files import answers_in, answers_text
from labelwright.model.geometry import Rectangle, kind_of

PATH: Final = "boxes.csv"
NEEDED: Final = ("path", "class", "x", "y", "w", "h")
_COLUMNS: Final = (
    *("path", "medium_id", "class", "x", "y", "w", "h", "annotation_id", "answers", "parent_id", "comment", "split"),
)
# What others call these columns. Where there are corners, a width and a height are those of the picture.
_PICTURES: Final = ("path", "filename", "file_name", "image_path", "image")
_CLASSES: Final = ("class", "label", "class_name", "category")
_EDGES: Final = (("x", "y", "w", "h"), ("x", "y", "width", "height"))
_CORNERS: Final = ("xmin", "ymin", "xmax", "ymax")

# What a spreadsheet may take for a formula. A text that begins so gets a quote before it, if that is asked for, and any
# text that would be taken for such a one, always: so that whoever reads it takes off no quote that was there before.
_FORMULA: Final = re.compile("[=+\\-@\t\r']")
_QUOTED: Final = re.compile("'[=+\\-@\t\r']")
FORMULAS: Final = Setting(
    id="formulas",
    name="Formulas",
    text="What becomes of names and texts that begin with =, +, - or @, which spreadsheets execute.",
    kind="choice",
    default="keep",
    choices=(("keep", "Left as they are"), ("escape", "A ' before them, which comes off again when they are imported")),
)


class _Columns(NamedTuple):
    """Where a table has what."""

    picture: str
    label: str
    box: tuple[str, ...]
    known: frozenset[str]

    def read(self, row: Row) -> Row:
        """A row with the names that ours has."""
        told = {name: _unquoted(text) for name, text in row.items()}
        told["path"], told["class"] = told[self.picture], told[self.label]
        return told

    def others(self, row: Row) -> Row:
        """What stands in other columns."""
        return {name: row[name] for name in row if name not in self.known}

    def rectangle(self, row: Row) -> Rectangle:
        """Raises ValueError, which names the column."""
        a, b, c, d = decimals(row, *self.box)
        return Rectangle(a, b, c - a, d - b) if self.box == _CORNERS else Rectangle(a, b, c, d)


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:
    """Write the table; with splits, each row says its own."""
    flat = Flattener(source.scheme, SUPPORTS, ledger)
    asked = _FORMULA if settings["formulas"] == "escape" else _QUOTED
    with archive.file(PATH) as put:
        write_rows(put, [_COLUMNS])
        for task in source.tasks(None):
            write_rows(put, ([_quoted(cell, asked) for cell in row] for row in _rows(task, flat)))


def _quoted(cell: Any, asked: re.Pattern[str]) -> Any:
    return f"'{cell}" if isinstance(cell, str) and asked.match(cell) else cell


def _unquoted(text: str) -> str:
    return text[1:] if text[:1] == "'" and _QUOTED.match(text) else text


def _rows(task: TaskLabels, flat: Flattener) -> Iterator[tuple[Any, ...]]:
    medium = task.medium
    answers = flat.begin(task, needs_size=False) or {}
    objects = list(flat.objects(task))
    if answers or not objects:
        yield (medium.path, medium.id, "", "", "", "", "", "", answers_text(answers), "", "", medium.split)
    for one in objects:
        parent = objects[one.parent].id if one.parent is not None else ""
        box = kind_of(one.geometry).bounds(one.geometry)
        comment = one.labelled.annotation.comment
        yield (
            medium.path,
            medium.id,
            one.name,
            *box,
            one.id,
            answers_text(one.attributes),
            parent,
            comment,
            medium.split,
        )


# --- reading --------------------------------------------------------------------------------------------------------


def recognise(files: Files) -> bool:
    """Whether a table has the columns of boxes."""
    return bool(_with_boxes(files, files.beginning(".csv")))


def _with_boxes(files: Files, paths: Iterable[str]) -> list[str]:
    return [path for path in paths if _find_columns(columns_of(files, path)) is not None]


def _find_columns(names: set[str]) -> _Columns | None:
    picture = next((name for name in _PICTURES if name in names), None)
    label = next((name for name in _CLASSES if name in names), None)
    box = next((edges for edges in (_EDGES[0], _CORNERS, _EDGES[1]) if names >= set(edges)), None)
    if not (picture and label and box):
        return None
    return _Columns(picture, label, box, frozenset((*_COLUMNS, picture, label, *box)))


def read(files: Files) -> LabelFile:
    """Open every table of boxes. Raises Invalid when there is none."""
    paths = _with_boxes(files, files.ending(".csv"))
    if not paths:
        raise refused("The upload", "not_boxes", f"holds no boxes: no CSV has the columns {', '.join(NEEDED)}.")
    faults = Faults()

    def media() -> Iterator[FoundMedium]:
        for path in paths:
            columns = _find_columns(columns_of(files, path))
            assert columns is not None
            for picture, lines in by_picture(files, path, columns.picture, faults, _unquoted):
                yield _medium(path, picture, [(line, columns.read(row)) for line, row in lines], columns, faults)

    return LabelFile(classes=(), media=media, faults=faults)


def _medium(file: str, picture: str, lines: list[Line], columns: _Columns, faults: Faults) -> FoundMedium:
    objects: dict[str, FoundObject] = {}
    parents: dict[str, str] = {}
    answers: list[FoundAnswer] = []
    for line, row in lines:
        place = Place(file, line=line)
        found = tuple(answers_in(row.get("answers"), place, faults))
        if not row["class"]:
            answers += found
            continue
        try:
            geometry = columns.rectangle(row)
        except ValueError as error:
            faults.add(place, "invalid_box", f"The box of “{row['class'][:60]}” cannot be read: {error}.", row["class"])
            continue
        key = row.get("annotation_id") or str(line)
        objects[key if key not in objects else str(line)] = _object(row, geometry, found, place, columns)
        if row.get("parent_id"):
            parents[key] = row["parent_id"]
    first = lines[0][1]
    return FoundMedium(
        place=Place(file, line=lines[0][0]),
        path=picture,
        id=first.get("medium_id") or None,
        split=first.get("split", ""),
        objects=tuple(families(objects, parents)),
        answers=tuple(answers),
    )


def _object(
    row: Row, geometry: Rectangle, answers: tuple[FoundAnswer, ...], place: Place, columns: _Columns
) -> FoundObject:
    return FoundObject(
        class_name=row["class"],
        geometry=geometry,
        place=place,
        answers=answers,
        id=row.get("annotation_id") or None,
        comment=row.get("comment") or None,
        asides=asides_of(columns.others(row), place),
    )


SUPPORTS: Final = only_boxes(depth=refuses("The table of boxes has no depth; it is lost."))
FORMAT: Final = Format(
    id="csv",
    name="CSV of boxes",
    text="One table with a row for each box, for spreadsheets, pandas and scripts.",
    supports=SUPPORTS,
    settings=(FORMULAS,),
    write=write,
    read=read,
    recognise=recognise,
    main=PATH,
)
