"""Hugging Face's imagefolder: `SPLIT/metadata.jsonl` with a line for each picture, which lies beside it.

`objects` are columns: boxes `[x,y,w,h]` in pixels, categories, outlines as in COCO (holes follow their outline), ids.
Answers are JSON in a text, as a column has one type. https://huggingface.co/docs/datasets/image_dataset
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.areas import area_of
from labelwright.exchange.asides import asides_of
from labelwright.exchange.bridges import Ring
from labelwright.exchange.files import Files, refused
from labelwright.exchange.flat import FlatObject, Flattener
from labelwright.exchange.format import Chosen, Format, all_but, refuses
from labelwright.exchange.found import Faults, FoundMedium, FoundObject, LabelFile, Place, Side, families
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.shapes import from_rings
from labelwright.exchange.source import Medium, Source, TaskLabels
from labelwright.formats.json_files import answers_in, answers_text, others_in
from labelwright.formats.repeated_keys import check_keys
from labelwright.formats.text_lines import open_lines
from labelwright.model.errors import Invalid, InvalidJson
from labelwright.model.geometry import Geometry, ImageSegmentation, Polygon, Rectangle, kind_of

NAME: Final = "metadata.jsonl"
WHOLE: Final = "data"
_BEGIN: Final = b'{"file_name":'
_SPLITS: Final = {"val": "validation"}


def _folder(split: str) -> str:
    return _SPLITS.get(split, split) or WHOLE


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - no settings
    """Write one file for each split. How every file begins is put before the first task is there."""
    flat = Flattener(source.scheme, SUPPORTS, ledger)
    for split in source.splits:
        with archive.file(f"{_folder(split)}/{NAME}") as put:
            is_begun = not split and source.is_any()
            if is_begun:
                put(_BEGIN)
            for task in source.tasks(split):
                line = msgspec.json.encode(_line(task, flat)) + b"\n"
                put(line[len(_BEGIN) :] if is_begun else line)
                is_begun = False


def _line(task: TaskLabels, flat: Flattener) -> dict[str, Any]:
    medium = task.medium
    answers = answers_text(flat.begin(task, needs_size=False)) or "{}"
    found = list(flat.objects(task))
    columns = {
        "id": [one.id for one in found],
        "parent": [found[one.parent].id if one.parent is not None else "" for one in found],
        "bbox": [kind_of(one.geometry).bounds(one.geometry) for one in found],
        "area": [area_of(one.geometry) for one in found],
        "category": [one.name for one in found],
        "kind": [kind_of(one.geometry).name for one in found],
        "segmentation": [_rings(one) for one in found],
        "answers": [answers_text(one.attributes) or "{}" for one in found],
        "comment": [one.labelled.annotation.comment or "" for one in found],
    }
    head = {"file_name": medium.path, "medium_id": medium.id, "width": medium.width, "height": medium.height}
    return {**head, "answers": answers, "objects": columns}


def _rings(one: FlatObject) -> list[list[float]]:
    match one.geometry:
        case Polygon(points=points):
            rings: tuple[Ring, ...] = (points,)
        case ImageSegmentation(rings=found):
            rings = found
        case _:
            return []
    return [[float(value) for point in ring for value in point] for ring in rings]


# --- reading --------------------------------------------------------------------------------------------------------


class _Columns(msgspec.Struct, frozen=True):
    bbox: list[tuple[float, float, float, float]] = []
    category: list[str | int] = []
    categories: list[str | int] = []
    id: list[str | int] = []
    parent: list[str] = []
    kind: list[str] = []
    segmentation: list[list[list[float]]] = []
    answers: list[str] = []
    comment: list[str] = []


class _Line(msgspec.Struct, frozen=True):
    file_name: str
    medium_id: str | None = None
    width: Side | None = None
    height: Side | None = None
    answers: str = ""
    objects: _Columns = _Columns()


class _Objects(msgspec.Struct):
    objects: msgspec.Raw = msgspec.Raw(b"{}")


_LINE: Final = msgspec.json.Decoder(_Line)
_OBJECTS: Final = msgspec.json.Decoder(_Objects)
_OF_OBJECTS: Final = frozenset((*_Columns.__struct_fields__, "area"))


def recognise(files: Files) -> bool:
    """Whether there is metadata of pictures."""
    return bool(_paths(files))


def _paths(files: Files) -> list[str]:
    return [path for path in files.ending(".jsonl") if path.rpartition("/")[2] == NAME]


def read(files: Files) -> LabelFile:
    """Open all metadata. Raises Invalid when there is none."""
    paths = _paths(files)
    if not paths:
        raise refused("The upload", "not_hugging_face", f"holds no {NAME}, which says what is in the pictures.")
    faults = Faults()

    def media() -> Iterator[FoundMedium]:
        for path in paths:
            yield from _media(files, path, faults)

    return LabelFile(classes=(), media=media, faults=faults)


def _media(files: Files, path: str, faults: Faults) -> Iterator[FoundMedium]:
    try:
        lines = open_lines(files, path)
    except Invalid as error:
        faults.add(Place(path), error.issues[0].code, str(error))
        return
    for number, text in enumerate(lines, start=1):
        if text.strip():
            place = Place(path, line=number)
            try:
                check_keys(text)
                yield _medium(_LINE.decode(text), _others(text), place, faults)
            except (msgspec.DecodeError, RecursionError, InvalidJson) as error:
                faults.add(place, "invalid_line", f"This line cannot be read: {error}.", text.decode().strip("\n"))


def _others(text: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """What a line has besides, and what its objects have, in columns."""
    objects = _OBJECTS.decode(text).objects
    return others_in(text, _Line.__struct_fields__), others_in(objects, _OF_OBJECTS)


def _medium(line: _Line, others: tuple[dict[str, Any], dict[str, Any]], place: Place, faults: Faults) -> FoundMedium:
    folder = place.file.rpartition("/")[0]
    split = folder.rpartition("/")[2]
    theirs = next((ours for ours, theirs in _SPLITS.items() if theirs == split), split)
    return FoundMedium(
        place=place,
        path=f"{folder}/{line.file_name}" if folder else line.file_name,
        id=line.medium_id,
        width=line.width,
        height=line.height,
        split=theirs if theirs in {"train", "val", "test"} else "",
        objects=tuple(_objects(line.objects, others[1], place, faults)),
        answers=tuple(answers_in(line.answers, place, faults)),
        asides=asides_of(others[0], place),
    )


def _objects(columns: _Columns, others: dict[str, Any], place: Place, faults: Faults) -> Iterator[FoundObject]:
    count = len(columns.bbox)
    categories = columns.category or columns.categories
    optional = (columns.id, columns.parent, columns.kind, columns.segmentation, columns.answers, columns.comment)
    if len(categories) != count or any(column and len(column) != count for column in optional):
        text = f"Columns of objects have to be of one length; there are {count} boxes, {len(categories)} categories."
        faults.add(place, "uneven_columns", text)
        return
    objects: dict[str, FoundObject] = {}
    parents: dict[str, str] = {}
    for number, category in enumerate(categories):
        at = Place(place.file, line=place.line, pointer=f"/objects/bbox/{number}")
        try:
            geometry = _geometry(columns, number)
        except ValueError as error:
            faults.add(at, "invalid_shape", f"The outline of “{category}” cannot be read: {error}.", category)
            continue
        own = str(columns.id[number]) if columns.id else ""
        key = own if own and own not in objects else f"/{number}"
        objects[key] = FoundObject(
            class_name=str(category),
            geometry=geometry,
            place=at,
            answers=tuple(answers_in(columns.answers[number] if columns.answers else None, at, faults)),
            id=own or None,
            comment=(columns.comment[number] or None) if columns.comment else None,
            asides=asides_of(_row(others, number, count), at),
        )
        if columns.parent and columns.parent[number]:
            parents[key] = columns.parent[number]
    yield from families(objects, parents)


def _row(others: dict[str, Any], number: int, count: int) -> dict[str, Any]:
    """What columns have for one object; what is no column of them is of all."""
    return {
        name: value[number] if isinstance(value, list) and len(value) == count else value
        for name, value in others.items()
    }


def _geometry(columns: _Columns, number: int) -> Geometry:
    flat = columns.segmentation[number] if columns.segmentation else []
    if not flat:
        return Rectangle(*columns.bbox[number])
    if any(len(values) % 2 or len(values) < 6 for values in flat):
        raise ValueError("a ring needs three points, of two numbers each")
    rings: list[Ring] = [tuple(zip(values[::2], values[1::2], strict=True)) for values in flat]
    kind = columns.kind[number] if columns.kind else ""
    return ImageSegmentation(tuple(rings)) if kind == "image_segmentation" else from_rings(rings)


def picture_path(medium: Medium) -> str:
    """Beside the metadata, as imagefolder looks for it."""
    return f"{_folder(medium.split)}/{medium.path}"


SUPPORTS: Final = all_but(
    point=refuses("A point has no box."),
    line=refuses("A line has no box."),
    depth=refuses("The data set has no depth; it is lost."),
)
FORMAT: Final = Format(
    id="hugging-face",
    name="Hugging Face imagefolder",
    text="A folder of pictures for each split with their metadata beside them, as “load_dataset” opens it.",
    supports=SUPPORTS,
    write=write,
    main="data/metadata.jsonl",
    read=read,
    recognise=recognise,
    picture_path=picture_path,
)
