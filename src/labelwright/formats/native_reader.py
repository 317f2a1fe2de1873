"""Read the native format for import: one task at a time, every fault with its place in the file.

The file's array is split into raw tasks (`strict_json.split`), and `TaskReader` reads each by itself: objects are
taken apart level by level, lists of points go straight into strict structs. What does not fit is read a second time,
slowly, to say what is wrong with it, or to accept what only looks unusual, such as numbers in quotes.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType

from labelwright.exchange.found import Depth
from labelwright.formats.native_answers import AnswersReader, Places
from labelwright.formats.native_geometry import read_geometry
from labelwright.formats.reading import Reading, shown_type
from labelwright.formats.strict_json import Piece, check_depth, check_repeated, escaped, key_count, parse
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import MAX_COMMENT, Answers
from labelwright.model.geometry import KINDS, Geometry, kind_of
from labelwright.model.ids import is_uuid

SHAPES: Final = ("geometry", *KINDS)
OBJECT_KEYS: Final = frozenset({*SHAPES, "classifications", "nested_geometries", "id", "provenance", "comment", "z"})


class Drawn(NamedTuple):
    """One geometry of the file; `nested` has at most one level.

    `id` is None when the file gives none. `comment` is UNSET when the file says nothing of it, None when it has none;
    `z`, the depth, is None when the file says nothing of it.
    """

    pointer: str
    id: str | None
    label_class: LabelClass
    geometry: Geometry
    answers: Answers
    nested: "tuple[Drawn, ...]" = ()
    comment: str | UnsetType | None = UNSET
    z: int | None = None


class TaskRead(NamedTuple):
    """The labels that a file has for one medium; answers by class id."""

    pointer: str
    keep_data: bool
    answers: Answers
    drawn: tuple[Drawn, ...]


_NONE: Final = msgspec.Raw(b"")


class Head(msgspec.Struct, frozen=True):
    """Which medium an element of the file is about."""

    internal_media_ID: msgspec.Raw = _NONE  # noqa: N815 - the format's name
    label_classes: msgspec.Raw = _NONE


_COMMENT: Final = msgspec.json.Decoder(str | None)
_DEPTH: Final = msgspec.json.Decoder(Depth)
_HEAD: Final = msgspec.json.Decoder(Head)


class Target(NamedTuple):
    """An element of the file and the medium that it is about."""

    number: int
    medium_id: str


class Heads(NamedTuple):
    """The elements to import; how many name no medium, and are ignored."""

    targets: tuple[Target, ...]
    ignored: int


def read_heads(elements: list[msgspec.Raw], reading: Reading) -> Heads:
    """Look at each element's medium; the overview of classes is passed over. Raises InvalidJson when too deep."""
    targets, ignored = [], 0
    for index, raw in enumerate(elements):
        try:
            head = _HEAD.decode(raw)
        except (msgspec.DecodeError, RecursionError):
            check_depth(raw, f"/{index}")
            reading.fault(f"/{index}", "wrong_type", f"Expected an object, found {shown_type(raw)}.")
            continue
        named = bytes(head.internal_media_ID)
        if named in {b"", b"null"}:
            ignored += not bytes(head.label_classes)
        elif named.startswith(b'"'):
            targets.append(Target(index, msgspec.json.decode(named, type=str)))
        else:
            text = f"internal_media_ID must be a text, is {shown_type(named)}."
            reading.fault(f"/{index}/internal_media_ID", "wrong_type", text)
    return Heads(tuple(targets), ignored)


class TaskReader:
    """Reads the elements of one file by one configuration; faults go to `reading`."""

    def __init__(self, configuration: Configuration, reading: Reading) -> None:
        self._configuration, self._reading = configuration, reading
        self._places = Places(configuration)
        self._answers = AnswersReader(configuration, self._places, reading)

    def read(self, raw: Piece, index: int) -> TaskRead:
        """Read one element. After faults its content must not be used. Raises InvalidJson for a repeated key."""
        pointer, text = f"/{index}", bytes(raw)
        self._reading.seen = 0
        members = self._reading.members(text, pointer)
        answers: Answers = {}
        drawn: tuple[Drawn, ...] = ()
        for key, value in members.items():
            at = f"{pointer}/{key}"
            if key == "global_classifications":
                answers = self._answers.read(value, at, None)
            elif key == "labels":
                drawn = tuple(self._labels(value, at, self._configuration.classes, nested=False))
            else:
                check_depth(value, f"{pointer}/{escaped(key)}")
                self._reading.skip(value)
        keep_data = self._keep_data(members.get("keepData"), f"{pointer}/keepData")
        if key_count(text) != self._reading.seen:
            check_repeated(parse(text, pointer), pointer)
        return TaskRead(pointer, keep_data, answers, drawn)

    def _keep_data(self, raw: msgspec.Raw | None, pointer: str) -> bool:
        text = b"true" if raw is None else bytes(raw)
        if text not in {b"true", b"false"}:
            self._reading.fault(pointer, "wrong_type", f"keepData must be true or false, is {shown_type(text)}.")
        return text == b"true"

    def _labels(self, raw: Piece, pointer: str, classes: tuple[LabelClass, ...], *, nested: bool) -> Iterator[Drawn]:
        geometries = {c.key: c for c in classes if c.is_geometry}
        for key, value in self._reading.members(raw, pointer).items():
            at = f"{pointer}/{escaped(key)}"
            label_class = geometries.get(key.lower())
            if label_class is None:
                self._reading.skip(value)
                self._places.fault(key, "a geometry of this place", at, self._reading)
                continue
            for index, element in enumerate(self._reading.elements(value, at)):
                found = self._drawn(element, f"{at}/{index}", label_class, nested=nested)
                if found is not None:
                    yield found

    def _drawn(self, raw: Piece, pointer: str, label_class: LabelClass, *, nested: bool) -> Drawn | None:
        members = self._reading.members(raw, pointer)
        for key in sorted(members.keys() - OBJECT_KEYS):
            self._reading.skip(members[key])
            text = f"Unexpected key “{key[:60]}” in a geometry of “{label_class.key}”."
            self._reading.fault(f"{pointer}/{escaped(key)}", "unexpected_key", text)
        if "provenance" in members:
            self._reading.skip(members["provenance"])
        geometry = self._geometry(members, pointer, label_class)
        answers: Answers = {}
        if "classifications" in members:
            at = f"{pointer}/classifications"
            answers = self._answers.read(members["classifications"], at, label_class)
        inner = self._nested(members.get("nested_geometries"), pointer, label_class, nested=nested)
        drawn_id = self._id(members.get("id"), f"{pointer}/id")
        comment = self._comment(members.get("comment"), f"{pointer}/comment")
        z = self._depth(members.get("z"), f"{pointer}/z")
        return None if geometry is None else Drawn(pointer, drawn_id, label_class, geometry, answers, inner, comment, z)

    def _nested(self, raw: Piece | None, pointer: str, label_class: LabelClass, *, nested: bool) -> tuple[Drawn, ...]:
        if raw is None:
            return ()
        at = f"{pointer}/nested_geometries"
        if nested:
            self._reading.skip(raw)
            self._reading.fault(at, "too_deep", "A nested geometry has no nested geometries of its own.")
            return ()
        return tuple(self._labels(raw, at, label_class.children, nested=True))

    def _comment(self, raw: Piece | None, pointer: str) -> str | UnsetType | None:
        if raw is None:
            return UNSET
        self._reading.skip(raw)
        try:
            comment: str | None = _COMMENT.decode(raw)
        except msgspec.ValidationError:
            self._reading.fault(pointer, "wrong_type", f"A comment is a text or null, is {shown_type(raw)}.")
            return UNSET
        if comment and len(comment) > MAX_COMMENT:
            text = f"The comment has {len(comment)} characters, more than {MAX_COMMENT}."
            self._reading.fault(pointer, "too_long", text)
        return comment

    def _depth(self, raw: Piece | None, pointer: str) -> int | None:
        if raw is None:
            return None
        self._reading.skip(raw)
        try:
            return int(_DEPTH.decode(raw))
        except msgspec.ValidationError:
            self._reading.fault(
                pointer, "wrong_type", f"z, the depth, is a whole number of 32 bits, not {shown_type(raw)}."
            )
            return None

    def _id(self, raw: Piece | None, pointer: str) -> str | None:
        if raw is None:
            return None
        text = bytes(raw)[1:-1].decode("utf-8", "replace")
        if not is_uuid(text):
            self._reading.fault(pointer, "invalid_id", f"The id {text[:40]} must be a UUID in lower case.")
        return text

    def _geometry(self, members: dict[str, msgspec.Raw], pointer: str, label_class: LabelClass) -> Geometry | None:
        shapes = [name for name in SHAPES if name in members]
        if len(shapes) != 1:
            for name in shapes:
                self._reading.skip(members[name])
            found = f"found {' and '.join(shapes)}" if shapes else "found none"
            text = f"A geometry of “{label_class.key}” needs one of {', '.join(SHAPES)}; {found}."
            self._reading.fault(pointer, "wrong_shape_count", text)
            return None
        (name,) = shapes
        at = f"{pointer}/{name}"
        if name not in {"geometry", label_class.type}:
            self._reading.skip(members[name])
            text = f"The class “{label_class.key}” takes a {label_class.type}, found a {name}."
            self._reading.fault(at, "wrong_geometry", text)
            return None
        geometry = read_geometry(label_class.type, members[name], at, self._reading)
        return None if geometry is None else self._valid(geometry, at, label_class)

    def _valid(self, geometry: Geometry, pointer: str, label_class: LabelClass) -> Geometry | None:
        kind = kind_of(geometry)
        faults = kind.faults(geometry)
        for place, code, message in faults:
            text = f"The {kind.name} of “{label_class.key}” {message}"
            self._reading.fault(f"{pointer}{_place_in_file(place, kind.name)}", code, text)
        return None if faults else geometry


def _place_in_file(place: str, kind: str) -> str:
    """Turn a place inside a geometry value into the place inside its array in the file."""
    if kind in {"point", "rectangle"}:
        return f"/0{place}"
    return place.removeprefix("/points").removeprefix("/rings")
