"""Read our own files without a configuration at hand: element 0 says what kind each class is of."""

import itertools
from collections import Counter
from collections.abc import Iterator
from functools import partial
from typing import Any, Final

import msgspec

from labelwright.exchange.asides import OF_CLASSES, asides_of, told, within
from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import (
    Depth,
    Faults,
    FoundAnswer,
    FoundClass,
    FoundMedium,
    FoundObject,
    LabelFile,
    Place,
    Side,
)
from labelwright.formats.json_files import others_in
from labelwright.formats.json_lists import LongList, lines_in, long_list
from labelwright.formats.native_geometry import read_geometry
from labelwright.formats.native_reader import OBJECT_KEYS
from labelwright.formats.reading import Reading
from labelwright.formats.strict_json import check_repeated, checked, escaped, key_count, parse
from labelwright.model.errors import InvalidJson
from labelwright.model.geometry import KINDS, Geometry
from labelwright.model.ids import is_uuid

_ENDINGS: Final = (".json", ".ndjson", ".jsonl")


class _Media(msgspec.Struct, frozen=True):
    width: Side | None = None
    height: Side | None = None
    sha256: str | None = None


class _Overview(msgspec.Struct):
    class_name: str
    geometry_type: str | None = None
    classification_type: str | None = None


class _Element(msgspec.Struct):
    label_classes: list[_Overview] | None = None
    internal_media_ID: str | None = None  # noqa: N815 - the format's name
    external_media_ID: str = ""  # noqa: N815 - the format's name
    status: str | None = None
    keepData: bool = True  # noqa: N815 - the format's name
    media: _Media = _Media()
    global_classifications: dict[str, list[Any]] = {}
    labels: dict[str, list[dict[str, msgspec.Raw]]] = {}


class _Listed(msgspec.Struct):
    label_classes: list[msgspec.Raw] | None = None


_LISTED: Final = msgspec.json.Decoder(_Listed)
_ELEMENT: Final = msgspec.json.Decoder(_Element)
_MEMBERS: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
_OF_OVERVIEWS: Final = frozenset(_Overview.__struct_encode_fields__)
_OF_PICTURES: Final = frozenset((*_Media.__struct_encode_fields__, "size", "type"))
_OF_TASKS: Final = frozenset((*_Element.__struct_encode_fields__, "labeler", "segmentations", "timing", "review"))
"""What tasks have that is read, or is of the project that they come from."""
_LOOKED_AT: Final = frozenset({"labels", "global_classifications"})
_OBJECT_LOOKED_AT: Final = frozenset({"geometry", *KINDS, "classifications", "nested_geometries", "id", "comment"})
_NESTED: Final = msgspec.json.Decoder(dict[str, list[dict[str, msgspec.Raw]]])
_ANSWERS: Final = msgspec.json.Decoder(dict[str, list[Any]])


def recognise(ending: str, files: Files) -> bool:
    """Whether some file with this ending begins as ours do."""
    return any(_is_ours(files, path) for path in _paths(files, ending))


def _paths(files: Files, ending: str) -> list[str]:
    endings = (".json",) if ending == ".json" else (".ndjson", ".jsonl")
    return [path for path in files.ending(*endings)[:20] if path.rpartition("/")[2] != "manifest.json"]


def _is_ours(files: Files, path: str) -> bool:
    return bool({"label_classes", "internal_media_ID"} & files.json_keys(path))


def read(files: Files) -> LabelFile:
    """Open every file of ours. Raises Invalid, InvalidJson."""
    faults = Faults()
    paths = [path for path in files.ending(*_ENDINGS) if _is_ours(files, path)]
    if not paths:
        raise refused("The upload", "not_native", "holds no label file of Labelwright.")
    parts = [_Part(path, files, faults) for path in paths]
    classes = {(found.name, found.types): found for part in parts for found in part.classes()}

    def media() -> Iterator[FoundMedium]:
        for part in parts:
            yield from part.media()

    return LabelFile(classes=tuple(classes.values()), media=media, faults=faults)


class _Part:
    def __init__(self, path: str, files: Files, faults: Faults) -> None:
        self._path, self._faults = path, faults
        self._is_lines = not path.lower().endswith(".json")
        content = files.read(path)
        self._elements = partial(_lines, checked(content)) if self._is_lines else partial(_listed, long_list(content))
        self._kinds: dict[str, list[str]] = {}
        self._asked: Counter[str] = Counter()
        self._seen = 0
        for number, element in itertools.islice(self._elements(), 1):
            self._learn(element)
            self._tell_of_classes(element, number)

    def _learn(self, element: bytes) -> None:
        """Take up what the overview says of classes."""
        for overview in _overview_of(element):
            if overview.classification_type is not None:
                self._asked.update([overview.class_name])
            if overview.geometry_type in KINDS:
                kinds = self._kinds.setdefault(overview.class_name, [])
                kinds += [] if overview.geometry_type in kinds else [str(overview.geometry_type)]

    def _tell_of_classes(self, element: bytes, number: int) -> None:
        """Count what the overview of classes has besides."""
        try:
            listed = _LISTED.decode(element).label_classes
            for name, value in others_in(element, _OF_TASKS).items() if listed is not None else ():
                told(self._faults, {name: value}, self._place(number, f"/{escaped(name)}"))
            for index, raw in enumerate(listed or ()):
                place = self._place(number, f"/label_classes/{index}")
                told(self._faults, others_in(raw, _OF_OVERVIEWS), place, OF_CLASSES)
        except (msgspec.DecodeError, RecursionError):
            return  # told when it is read as a task

    def classes(self) -> Iterator[FoundClass]:
        """The geometry classes; which of them is nested the objects tell."""
        return iter(())

    def media(self) -> Iterator[FoundMedium]:
        for number, element in self._elements():
            found = self._decoded(element, number)
            if found is None or found.label_classes is not None:
                continue
            self._seen = 0
            medium = FoundMedium(
                place=self._place(number, ""),
                path=found.external_media_ID,
                id=found.internal_media_ID,
                width=found.media.width,
                height=found.media.height,
                sha256=found.media.sha256,
                state=found.status,
                keep=found.keepData,
                objects=tuple(self._objects(found.labels, number, "/labels")),
                answers=tuple(self._answers(found.global_classifications, number, "/global_classifications")),
            )
            members = _MEMBERS.decode(element)
            if not self._has_repeated(element, members, number):
                asides = self._asides(members, medium.place)
                yield msgspec.structs.replace(medium, asides=asides) if asides else medium

    def _asides(self, members: dict[str, msgspec.Raw], place: Place) -> tuple[FoundAnswer, ...]:
        """What a task has besides, and its medium."""
        found = {name: msgspec.json.decode(raw) for name, raw in members.items() if name not in _OF_TASKS}
        if "media" in members:
            found |= within("media", others_in(members["media"], _OF_PICTURES))
        return asides_of(found, place) if found else ()

    def _has_repeated(self, element: bytes, members: dict[str, msgspec.Raw], number: int) -> bool:
        """Whether a key occurs twice in one object, so that two programs would read two things; a fault then."""
        skipped = sum(bytes(raw).count(b'":') for key, raw in members.items() if key not in _LOOKED_AT)
        if key_count(element) == self._seen + len(members) + skipped:
            return False
        try:
            check_repeated(parse(element, f"/{number}"), f"/{number}")
        except InvalidJson as error:
            text = f"{error.message} Nothing of this picture is read."
            self._faults.add(self._place(number, ""), "repeated_key", text)
            return True
        return False

    def _decoded(self, element: bytes, number: int) -> _Element | None:
        try:
            return _ELEMENT.decode(element)
        except (msgspec.DecodeError, RecursionError) as error:
            key, reason = _wrong_member(element) or ("", str(error))
            text = f"{f'{key} of this task' if key else 'This task'} cannot be read: {reason}."
            self._faults.add(self._place(number, f"/{key}" if key else ""), "invalid_task", text, element[:60])
            return None

    def _place(self, number: int, pointer: str) -> Place:
        if self._is_lines:
            return Place(self._path, line=number + 1, pointer=pointer or None)
        return Place(self._path, pointer=f"/{number}{pointer}")

    def _objects(
        self, labels: dict[str, list[dict[str, msgspec.Raw]]], number: int, pointer: str
    ) -> Iterator[FoundObject]:
        self._seen += len(labels)
        for key, objects in labels.items():
            for index, members in enumerate(objects):
                self._seen += len(members)
                at = f"{pointer}/{escaped(key)}/{index}"
                one = self._object(key, members, number, at)
                if one is not None:
                    yield one

    def _object(self, key: str, members: dict[str, msgspec.Raw], number: int, pointer: str) -> FoundObject | None:
        for name in members.keys() - _OBJECT_LOOKED_AT:
            self._seen += bytes(members[name]).count(b'":')
            if name not in OBJECT_KEYS:
                text = f"A geometry of “{key}” has no key “{name[:60]}”; it is passed over."
                self._faults.add(self._place(number, f"{pointer}/{escaped(name)}"), "unexpected_key", text)
        geometry, *others = self._geometries(key, members, number, pointer) or (None,)
        if geometry is None:
            return None
        try:
            nested = _NESTED.decode(members["nested_geometries"]) if "nested_geometries" in members else {}
            answers = _ANSWERS.decode(members["classifications"]) if "classifications" in members else {}
            own_id = msgspec.json.decode(members["id"], type=str) if "id" in members else None
            comment = msgspec.json.decode(members["comment"], type=str | None) if "comment" in members else None
            z = msgspec.json.decode(members["z"], type=Depth) if "z" in members else 0
        except msgspec.DecodeError as error:
            self._faults.add(self._place(number, pointer), "invalid_object", f"“{key}” cannot be read: {error}.")
            return None
        return FoundObject(
            class_name=key,
            geometry=geometry,
            otherwise=others[0] if others else None,
            place=self._place(number, pointer),
            answers=tuple(self._answers(answers, number, f"{pointer}/classifications")),
            nested=tuple(self._objects(nested, number, f"{pointer}/nested_geometries")),
            id=own_id if own_id and is_uuid(own_id) else None,
            comment=comment,
            z=z,
        )

    def _geometries(self, key: str, members: dict[str, msgspec.Raw], number: int, pointer: str) -> list[Geometry]:
        """The geometry of an object; two where nothing tells a line from a polygon, none after a fault."""
        shapes = [name for name in ("geometry", *KINDS) if name in members]
        kinds = self._kinds_of(key, members) if shapes == ["geometry"] else shapes
        if len(shapes) != 1:
            found = f"found {' and '.join(shapes)}" if shapes else "found none"
            text = f"“{key}” needs one geometry; {found}."
            self._faults.add(self._place(number, pointer), "wrong_shape_count", text)
            return []
        geometries: list[Geometry] = []
        for kind in kinds:
            seen = self._seen
            geometry = self._geometry(kind, members[shapes[0]], number, f"{pointer}/{shapes[0]}")
            if geometry is not None:
                self._seen = seen if geometries else self._seen  # the same keys are not seen twice
                geometries.append(geometry)
        return geometries

    def _kinds_of(self, key: str, members: dict[str, msgspec.Raw]) -> list[str]:
        """The kind of a class; where several trees have one of its name, those that the array can be."""
        kinds = self._kinds.get(key, [])
        if len(kinds) == 1:
            return kinds
        guessed = _guessed(members)
        if guessed == "polygon" and "line" in kinds:
            return [kind for kind in ("polygon", "line") if kind in kinds]
        return [guessed] if guessed in kinds or not kinds else kinds[:1]

    def _geometry(self, kind: str, raw: msgspec.Raw, number: int, pointer: str) -> Geometry | None:
        reading = Reading()
        try:
            geometry = read_geometry(kind, raw, pointer, reading)
        except InvalidJson as error:
            self._faults.add(self._place(number, pointer), "invalid_json", error.message)
            return None
        self._seen += reading.seen
        for fault in reading.faults:
            self._faults.add(self._place(number, fault.pointer), fault.code, fault.message)
        return None if reading.faults else geometry

    def _answers(
        self, answers: dict[str, list[Any]], number: int, pointer: str, above: str = ""
    ) -> Iterator[FoundAnswer]:
        """The answers of one owner; `above` is the path of the question that they are nested in, with a dot."""
        self._seen += len(answers)
        for key, values in answers.items():
            plain = [value for value in values if not isinstance(value, dict)]
            at = f"{pointer}/{escaped(key)}"
            name = f"{above}{key}" if self._asked[key] > 1 else key
            if not plain:
                self._faults.add(self._place(number, at), "no_answer", f"“{key}” needs an answer; write null for none.")
            if all(value is None or isinstance(value, str) for value in plain):
                texts = tuple(value for value in plain if value is not None)
                single = texts[0] if len(texts) == 1 else (texts or None)
                # A null before nested answers may stand there for them alone.
                if texts or len(plain) == len(values):
                    yield FoundAnswer(name=name, value=single, place=self._place(number, at))
            else:
                self._faults.add(self._place(number, at), "wrong_answer", f"“{key}” takes texts or null.", plain)
            for index, child in enumerate(values):
                if isinstance(child, dict):
                    yield from self._nested_answers(child, number, f"{at}/{index}", f"{above}{key}.")

    def _nested_answers(self, given: dict[str, Any], number: int, pointer: str, above: str) -> Iterator[FoundAnswer]:
        for key in [key for key, value in given.items() if not isinstance(value, list)]:
            self._faults.add(self._place(number, f"{pointer}/{escaped(key)}"), "wrong_answer", f"“{key}” needs a list.")
        yield from self._answers({k: v for k, v in given.items() if isinstance(v, list)}, number, pointer, above)


def _listed(elements: LongList) -> Iterator[tuple[int, bytes]]:
    return enumerate(map(bytes, elements))


def _lines(text: bytes | memoryview) -> Iterator[tuple[int, bytes]]:
    """The lines on which something stands."""
    return ((number, line) for number, line in enumerate(lines_in(text)) if line.strip())


def _overview_of(element: bytes) -> list[_Overview]:
    try:
        return _ELEMENT.decode(element).label_classes or []
    except (msgspec.DecodeError, RecursionError):
        return []  # told when it is read as a task


def _wrong_member(element: bytes) -> tuple[str, str] | None:
    """The first key of a task whose value is of another type than it has to be, and how."""
    try:
        members = _MEMBERS.decode(element)
    except (msgspec.DecodeError, RecursionError):
        return None
    for field in msgspec.structs.fields(_Element):
        try:
            if field.name in members:
                msgspec.json.decode(members[field.name], type=field.type)
        except (msgspec.DecodeError, RecursionError) as error:
            return field.name, str(error)
    return None


def _guessed(members: dict[str, msgspec.Raw]) -> str:
    """The kind of a geometry whose class is not listed, or not once: what its array can only be."""
    text = bytes(members["geometry"]).translate(None, b" \t\r\n")
    if text.startswith(b"[["):
        return "image_segmentation"
    if b'"w"' in text:
        return "rectangle"
    points = text.count(b'"x"')
    return {1: "point", 2: "line"}.get(points, "polygon")
