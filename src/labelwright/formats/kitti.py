"""KITTI: `label_2/NAME.txt` for each picture, a line of 15 columns for each box; `image_2` has the pictures.

What belongs to the third dimension has KITTI's values for what is not known. Names have no blanks, as columns are
parted by them; they become `_`. https://www.cvlibs.net/datasets/kitti/eval_object.php?obj_benchmark=2d
"""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from labelwright.exchange.archive import Archive
from labelwright.exchange.asides import asides_of
from labelwright.exchange.files import Files, refused
from labelwright.exchange.flat import FlatObject, Flattener
from labelwright.exchange.format import Chosen, Format, converts, only_boxes, refuses
from labelwright.exchange.found import Faults, FoundMedium, FoundObject, LabelFile, Place
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.naming import stem_of
from labelwright.exchange.source import Source
from labelwright.formats import image_sets
from labelwright.formats.xml_files import decimal
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Rectangle, kind_of

FOLDER: Final = "label_2"
SETS: Final = "ImageSets"
COLUMNS: Final = 15
_BEFORE: Final = "0.00 0 -10"
_AFTER: Final = "-1 -1 -1 -1000 -1000 -1000 -10"
_SCORED: Final = COLUMNS + 1
_UNKNOWN: Final = {"truncated": "-1", "occluded": "-1", "alpha": "-10", "rotation_y": "-10"}
_USUAL: Final = {**_UNKNOWN, "dimensions": "-1 -1 -1", "location": "-1000 -1000 -1000"}


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - no settings
    """Write one file for each picture, and the lists."""
    flat = Flattener(source.scheme, SUPPORTS, ledger)
    names = _names(flat)
    for split in source.splits:
        lines = archive.waiting()
        for task in source.tasks(split):
            flat.begin(task, needs_size=False)
            stem = stem_of(task.medium.path)
            lines.add(image_sets.line_of(stem))
            content = "".join(_line(one, names) for one in flat.objects(task))
            archive.add(f"{FOLDER}/{stem}.txt", content.encode())
        image_sets.write(archive, SETS, split, lines)


def _names(flat: Flattener) -> dict[str, str]:
    """Names without blanks, by class id; one that another class has of its own, or already, gets `_` more."""
    own = [flat.name_of(str(label_class.id)) for label_class in flat.scheme.geometry_classes]
    found: dict[str, str] = {}
    for label_class, name in zip(flat.scheme.geometry_classes, own, strict=True):
        plain = name.replace(" ", "_")
        while plain in found.values() or (plain != name and plain in own):
            plain += "_"
        found[str(label_class.id)] = plain
    return found


def _line(one: FlatObject, names: dict[str, str]) -> str:
    x, y, w, h = kind_of(one.geometry).bounds(one.geometry)
    box = " ".join(map(decimal, (x, y, x + w, y + h)))
    return f"{names[one.labelled.annotation.class_id]} {_BEFORE} {box} {_AFTER}\n"


# --- reading --------------------------------------------------------------------------------------------------------


def recognise(files: Files) -> bool:
    """Whether there are text files in a folder of KITTI's name."""
    return any(map(_is_there, files.ending(".txt")))


def _is_there(path: str) -> bool:
    return FOLDER in path.split("/")[:-1]


def read(files: Files) -> LabelFile:
    """Open every text file of labels. Raises Invalid when there is none."""
    paths = files.ending(".txt").where(_is_there)
    if not paths:
        raise refused("The upload", "not_kitti", f"holds no labels of KITTI: no folder {FOLDER} with text files.")
    faults = Faults()
    splits = image_sets.Splits(files, SETS)

    def media() -> Iterator[FoundMedium]:
        for path in paths:
            stem = stem_of(path.rpartition("/")[2])
            objects = tuple(_objects(files, path, faults))
            yield FoundMedium(place=Place(path), path=stem, split=splits.of(stem), objects=objects)

    return LabelFile(classes=(), media=media, faults=faults)


def _objects(files: Files, path: str, faults: Faults) -> Iterator[FoundObject]:
    try:
        lines = files.text(path).split("\n")
    except Invalid as error:
        faults.add(Place(path), error.issues[0].code, str(error))
        return
    for number, line in enumerate(lines, start=1):
        columns = line.split()
        if not columns:
            continue
        place = Place(path, line=number)
        try:
            geometry = _rectangle(columns)
            asides = asides_of(_others(columns), place, _USUAL)
            yield FoundObject(class_name=columns[0], geometry=geometry, place=place, asides=asides)
        except ValueError as error:
            faults.add(place, "invalid_line", f"This line cannot be read: {error}.", line)


def _others(columns: list[str]) -> dict[str, str]:
    """What stands around the box."""
    found = dict(zip(("truncated", "occluded", "alpha"), map(_short, columns[1:4]), strict=True))
    third = map(_short, columns[8:])
    found["dimensions"], found["location"] = (" ".join(islice(third, 3)) for _ in range(2))
    return found | dict(zip(("rotation_y", "score"), third, strict=False))


def _short(number: str) -> str:
    return f"{number.rstrip('0').rstrip('.') or '0'}" if "." in number else number


def _rectangle(columns: list[str]) -> Rectangle:
    if len(columns) not in {COLUMNS, _SCORED}:
        raise ValueError(f"it has {len(columns)} columns, and KITTI has {COLUMNS}, or {_SCORED} with a score")
    left, top, right, bottom = map(float, columns[4:8])
    if right < left or bottom < top:
        raise ValueError("its box ends before it begins")
    return Rectangle(left, top, right - left, bottom - top)


NO_ANSWERS: Final = "KITTI has no answers."
SUPPORTS: Final = only_boxes(
    nested=converts("A nested box stands by itself."),
    object_answers=refuses(NO_ANSWERS),
    medium_answers=refuses(NO_ANSWERS),
    ids=refuses("KITTI has no ids."),
    comments=refuses("KITTI has no comments."),
    depth=refuses("KITTI has no depth of labels; it is lost."),
)
FORMAT: Final = Format(
    id="kitti",
    name="KITTI",
    text="A text file of boxes for each picture, as KITTI and NVIDIA TAO read them.",
    supports=SUPPORTS,
    write=write,
    read=read,
    recognise=recognise,
    picture_path=lambda medium: f"image_2/{medium.path}",
)
