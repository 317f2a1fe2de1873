"""Open Images: `annotations-bbox.csv` with a row for each box, whose edges are shares of the picture's sides.

`class-descriptions.csv` has the name of each label, `image-ids.csv` the pictures with their split and size, those
without boxes too. https://storage.googleapis.com/openimages/web/download_v7.html
"""

from collections.abc import Iterable, Iterator
from typing import IO, Any, Final

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.asides import asides_of
from labelwright.exchange.chains import Chains
from labelwright.exchange.files import Files, refused
from labelwright.exchange.flat import FlatObject, Flattener, apart, inside
from labelwright.exchange.format import Chosen, Format, converts, only_boxes, refuses
from labelwright.exchange.found import Faults, FoundClass, FoundMedium, FoundObject, LabelFile, Place
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.naming import stem_of
from labelwright.exchange.source import Medium, Source
from labelwright.formats.csv_files import Row, cells_of, columns_of, decimals, rows_of, write_rows
from labelwright.formats.csv_pictures import by_picture, no_picture
from labelwright.formats.whole import side
from labelwright.model.geometry import Rectangle, kind_of

BOXES: Final = "annotations-bbox.csv"
CLASSES: Final = "class-descriptions.csv"
PICTURES: Final = "image-ids.csv"
_ID: Final = "ImageID"
_EDGES: Final = ("XMin", "XMax", "YMin", "YMax")
_NEEDED: Final = frozenset((_ID, "LabelName", *_EDGES))
_COLUMNS: Final = (
    *(_ID, "Source", "LabelName", "Confidence", *_EDGES),
    *("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside"),
)
_SPLITS: Final = {"validation": "val"}
_FLAGS: Final = dict.fromkeys(("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside"), "-1")
_OF_PICTURES: Final = frozenset((_ID, "Subset", "Width", "Height"))
_USUAL: Final = {"Source": "labelwright", "Confidence": "1", **_FLAGS}
"""What says nothing; -1 is what nobody looked at."""


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - no settings
    """Write a table of boxes for each split, and the tables of classes and pictures."""
    flat = Flattener(source.scheme, SUPPORTS, ledger, is_cut=True)
    for split in source.splits:
        with archive.file(f"{_theirs(split)}-{BOXES}" if split else BOXES) as put:
            write_rows(put, [_COLUMNS])
            for task in source.tasks(split):
                if flat.begin(task) is not None:
                    write_rows(put, (_row(one, task.medium) for one in flat.objects(task)))
    names = [flat.name_of(str(c.id)) for c in source.scheme.geometry_classes]
    with archive.file(CLASSES) as put:
        write_rows(put, [("LabelName", "DisplayName"), *((name, name) for name in names)])
    with archive.file(PICTURES) as put:
        write_rows(put, [(_ID, "Subset", "Width", "Height")])
        write_rows(
            put, (_picture(task.medium) for split in source.splits for task in source.heads(split) if task.medium.width)
        )


def _theirs(split: str) -> str:
    return next((theirs for theirs, ours in _SPLITS.items() if ours == split), split)


def _picture(medium: Medium) -> tuple[Any, ...]:
    return stem_of(medium.path), _theirs(medium.split), medium.width, medium.height


def _row(one: FlatObject, medium: Medium) -> tuple[Any, ...]:
    width, height = medium.size_wh
    left, top, right, bottom = inside(kind_of(one.geometry).bounds(one.geometry), medium.size_wh)
    # Without the last bits, which the way to pixels and back would change.
    across = apart(round(left / width, 12), round(right / width, 12))
    down = apart(round(top / height, 12), round(bottom / height, 12))
    edges = (*across, *down)
    return (stem_of(medium.path), "labelwright", one.name, 1, *edges, 0, 0, 0, 0, 0)


# --- reading --------------------------------------------------------------------------------------------------------


def recognise(files: Files) -> bool:
    """Whether a table has the columns of boxes in shares."""
    return bool(_with_boxes(files, files.beginning(".csv")))


def _with_boxes(files: Files, paths: Iterable[str]) -> list[str]:
    return [path for path in paths if columns_of(files, path) >= _NEEDED]


def read(files: Files) -> LabelFile:
    """Open every table of boxes. Raises Invalid when there is none."""
    paths = _with_boxes(files, files.ending(".csv"))
    if not paths:
        text = f"holds no boxes of Open Images: no CSV has the columns {', '.join(sorted(_NEEDED))}."
        raise refused("The upload", "not_open_images", text)
    faults = Faults()
    names = dict(_descriptions(files))

    def media() -> Iterator[FoundMedium]:
        with files.spool() as spool:
            pictures = _Pictures(files, spool, faults)
            for path in paths:
                for picture, lines in by_picture(files, path, _ID, faults):
                    objects = (_object(row, Place(path, line=line), names, faults) for line, row in lines)
                    found = tuple(one for one in objects if one is not None)
                    yield _medium(picture, Place(path, line=lines[0][0]), pictures.take(picture), found)
            for listed in pictures.left():
                yield _medium(listed.row[_ID], listed.place, listed, ())

    classes = tuple(FoundClass(name=name, types=("rectangle",)) for name in dict.fromkeys(names.values()))
    return LabelFile(classes=classes, media=media, faults=faults)


def _descriptions(files: Files) -> Iterator[tuple[str, str]]:
    """Names by label; the file of the data set itself has no head."""
    for path in files.ending(".csv"):
        if "class-descriptions" in path.rpartition("/")[2]:
            for _, (label, *names) in cells_of(files, path):
                if label != "LabelName" and any(names):
                    yield label, ",".join(names).strip()


class _Listed(msgspec.Struct, frozen=True):
    """A row about a picture."""

    place: Place
    row: Row


_LISTED: Final = msgspec.msgpack.Decoder(_Listed)


class _Pictures:
    """The rows about pictures, the last of each; they lie in a temporary file."""

    def __init__(self, files: Files, spool: IO[bytes], faults: Faults) -> None:
        self._rows = Chains(spool)
        for path in files.ending(".csv"):
            if columns_of(files, path) >= {_ID, "Subset"}:
                for line, row in rows_of(files, path, faults):
                    place = Place(path, line=line)
                    if row[_ID]:
                        self._rows.add(row[_ID], msgspec.msgpack.encode(_Listed(place, row)))
                    else:
                        no_picture(faults, place, _ID)
        self._are_left = bytearray(b"\1" * len(self._rows))

    def take(self, picture: str) -> _Listed | None:
        """The row about a picture."""
        number = self._rows.find(picture)
        if number is None:
            return None
        self._are_left[number] = False
        return self._at(number)

    def left(self) -> Iterator[_Listed]:
        """What is about pictures that nobody took."""
        for number, is_left in enumerate(self._are_left):
            if is_left:
                yield self._at(number)

    def _at(self, number: int) -> _Listed:
        return _LISTED.decode(self._rows.last(number))


def _medium(picture: str, place: Place, listed: _Listed | None, objects: tuple[FoundObject, ...]) -> FoundMedium:
    row = listed.row if listed is not None else {}
    split = row.get("Subset", "")
    return FoundMedium(
        place=place,
        path=picture,
        width=side(row.get("Width")),
        height=side(row.get("Height")),
        split=_SPLITS.get(split, split),
        is_relative=True,
        objects=objects,
        asides=asides_of({name: text for name, text in row.items() if name not in _OF_PICTURES}, place),
    )


def _object(row: Row, place: Place, names: dict[str, str], faults: Faults) -> FoundObject | None:
    label = row["LabelName"]
    if row.get("IsGroupOf") == "1":
        text = f"The box of “{label[:60]}” is around a group: it stands for several objects, which are not told apart."
        faults.add(place, "crowd", text, label)
        return None
    try:
        left, right, top, bottom = decimals(row, *_EDGES)
    except ValueError as error:
        faults.add(place, "invalid_box", f"The box of “{label[:60]}” cannot be read: {error}.", label)
        return None
    if not 0 <= left <= right <= 1 or not 0 <= top <= bottom <= 1:
        text = f"The box of “{label[:60]}” is no share of its picture: edges run from 0 to 1, the first one first."
        faults.add(place, "invalid_box", text, f"{left},{right},{top},{bottom}")
        return None
    geometry = Rectangle(left, top, right - left, bottom - top)
    others = {name: text for name, text in row.items() if name not in _NEEDED}
    asides = asides_of(others, place, _USUAL)
    return FoundObject(class_name=names.get(label, label), geometry=geometry, place=place, asides=asides)


NO_ANSWERS: Final = "Open Images has no answers."
SUPPORTS: Final = only_boxes(
    nested=converts("A nested box stands by itself."),
    object_answers=refuses(NO_ANSWERS),
    medium_answers=refuses(NO_ANSWERS),
    ids=refuses("Open Images has no ids of boxes."),
    comments=refuses("Open Images has no comments."),
    depth=refuses("Open Images has no depth; it is lost."),
)
FORMAT: Final = Format(
    id="open-images",
    name="Open Images",
    text="Tables of boxes in shares of the picture's sides, with the names of classes beside them.",
    supports=SUPPORTS,
    write=write,
    read=read,
    recognise=recognise,
    tolerance_px=1e-6,
    keeps_outside=False,
)
