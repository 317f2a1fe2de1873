"""The side-car of an archive: the labels as they are, beside files that cannot hold all of them.

One JSON object a line: a head that says what it belongs to; a `Line` for each task; a tail with the digest of what is
before it. A line has the native objects, and a `Trace` of every object that the format's own reader finds in the
archive, so that an import can tell what was changed there, what was deleted, and what the format never held.
"""

import hashlib
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import FoundAnswer, FoundObject
from labelwright.exchange.source import Scheme
from labelwright.model.geometry import Geometry, kind_of

PATH: Final = "labelwright.side-car.ndjson"
VERSION: Final = 1
EVERYTHING: Final = "*"
"""The group of what cannot be told apart by class: it comes back when nothing in the picture was changed."""

Said = str | tuple[str, ...] | None


class Kept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A native object. `name` is its class's export key, inside that of the parent.

    `is_held` says whether the target has it at all. `group` names the objects that it is among where it has no trace of
    its own, as in masks, whose pieces are not objects.
    """

    id: str
    name: str
    geometry: Geometry
    answers: dict[str, Said] = {}
    comment: str | None = None
    z: int = 0
    is_held: bool = True
    group: str | None = None
    nested: tuple["Kept", ...] = ()


class Trace(msgspec.Struct, frozen=True, array_like=True):
    """An object as it stands in the archive: its class there, digests of its geometry and of what is said about it.

    `id` is ours where the format carries it; `kept` the native object that it is, None where only the group is known.
    """

    group: str
    shape: str
    said: str
    id: str | None
    kept: str | None


class Line(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One task. `parts` is how often the archive speaks of its medium, 0 when it does not hold it."""

    medium: str
    name: str
    path: str
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    parts: int = 1
    said: str = ""
    answers: dict[str, Said] = {}
    objects: tuple[Kept, ...] = ()
    traces: tuple[Trace, ...] = ()


class Head(msgspec.Struct, frozen=True, kw_only=True, rename={"version": "side_car"}):
    """What a side-car belongs to. `classes` are paths of export keys with their kinds: `car/wheel: point`."""

    version: int
    format: str
    project: str
    configuration_sha256: str
    classes: tuple[str, ...]


class Tail(msgspec.Struct, frozen=True, kw_only=True):
    """The end: a side-car without it was cut."""

    lines: int
    sha256: str


_MEDIUM: Final = b'{"medium":"'
_LINE: Final = msgspec.json.Decoder(Line)


def encoded(head: Head, lines: Iterable[Line]) -> Iterator[bytes]:
    """A side-car in portions."""
    digest, count = hashlib.sha256(), 0
    portion = msgspec.json.encode(head) + b"\n"
    digest.update(portion)
    yield portion
    for count, line in enumerate(lines, 1):  # noqa: B007 - the last number is the count
        portion = msgspec.json.encode(line) + b"\n"
        digest.update(portion)
        yield portion
    yield msgspec.json.encode(Tail(lines=count, sha256=digest.hexdigest())) + b"\n"


class SideCar:
    """A side-car that was opened and found whole; lines are read when somebody asks."""

    def __init__(self, path: str, raw: bytes, head: Head) -> None:
        self.path, self.head, self._raw = path, head, raw
        self._places: dict[str, tuple[int, int, int]] = {}
        for number, (start, end) in enumerate(_lines(raw), 1):
            if raw.startswith(_MEDIUM, start):
                medium = raw[start + len(_MEDIUM) : end].partition(b'"')[0]
                self._places[medium.decode("utf-8", "replace")] = number, start, end

    @property
    def media(self) -> tuple[str, ...]:
        """Ids of media, in the order of the lines."""
        return tuple(self._places)

    def find(self, medium_id: str | None) -> tuple[int, Line] | None:
        """The line of a medium with its number."""
        place = self._places.get(medium_id or "")
        if place is None:
            return None
        number, start, end = place
        try:
            line = _LINE.decode(self._raw[start:end])
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise refused(self.path, "damaged_side_car", f"cannot be read at line {number}: {error}.") from None
        kept = {one.id: one for one in _all(line.objects)}
        if not {trace.kept for trace in line.traces} <= {None, *kept} or any(map(_is_broken, kept.values())):
            raise refused(self.path, "damaged_side_car", f"has objects at line {number} that are none.")
        return number, line


def _all(objects: Iterable[Kept]) -> Iterator[Kept]:
    for one in objects:
        yield one
        yield from _all(one.nested)


def _is_broken(one: Kept) -> bool:
    """Whether its geometry is none that is ever stored."""
    faults = kind_of(one.geometry).faults(one.geometry)
    return any(code in {"too_few_points", "out_of_range"} for _, code, _ in faults)


def find_path(files: Files) -> str | None:
    """Where the side-car lies among some files."""
    return next((path for path in files.ending(PATH) if path.rpartition("/")[2] == PATH), None)


def open_side_car(files: Files, *, configuration_sha256: str | None = None) -> SideCar | None:
    """Open the side-car of an archive; None when it has none.

    `configuration_sha256` is what the archive's manifest says. Raises Invalid when it is damaged, of another version or
    of another export.
    """
    path = find_path(files)
    if path is None:
        return None
    raw = bytes(files.read(path))
    places = list(_lines(raw))
    remedy = "Remove it from the archive to import the labels without it."
    try:
        version = msgspec.json.decode(raw[slice(*places[0])], type=dict[str, msgspec.Raw]).get("side_car")
        if version is not None and bytes(version) != b"%d" % VERSION:
            text = f"is a side-car of version {bytes(version)[:20].decode()}; this program reads version {VERSION}."
            raise refused(path, "side_car_version", f"{text} {remedy}")
        head = msgspec.json.decode(raw[slice(*places[0])], type=Head)
        tail = msgspec.json.decode(raw[slice(*places[-1])], type=Tail)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
        raise refused(path, "damaged_side_car", f"is no whole side-car; it was cut or changed. {remedy}") from None
    if hashlib.sha256(raw[: places[-1][0]]).hexdigest() != tail.sha256 or tail.lines != len(places) - 2:
        raise refused(path, "damaged_side_car", f"was changed since it was written. {remedy}")
    if configuration_sha256 not in {None, head.configuration_sha256}:
        text = f"is the side-car of another export (of “{head.project[:60]}”, with another label configuration)."
        raise refused(path, "other_side_car", f"{text} {remedy}")
    return SideCar(path, raw, head)


def _lines(raw: bytes) -> Iterator[tuple[int, int]]:
    """Start and end of every line, without its end-of-line."""
    start = 0
    while (end := raw.find(b"\n", start)) >= 0:
        yield start, end
        start = end + 1
    if start < len(raw):
        yield start, len(raw)


def class_paths(scheme: Scheme) -> tuple[str, ...]:
    """The geometry classes as a head has them."""
    by_id = scheme.configuration.by_id
    found = []
    for label_class in scheme.geometry_classes:
        parent = by_id[str(label_class.id)].parent
        found.append(f"{f'{parent.key}/' if parent else ''}{label_class.key}: {label_class.type}")
    return tuple(sorted(found))


def flattened(
    objects: Iterable[FoundObject], parent: FoundObject | None = None
) -> Iterator[tuple[FoundObject, FoundObject | None]]:
    """Every object with the one it is nested in, parents first."""
    for one in objects:
        yield one, parent
        yield from flattened(one.nested, one)


def shape_digest(geometry: Geometry) -> str:
    """What tells that a geometry is the same to the last bit."""
    return hashlib.sha256(msgspec.json.encode(geometry)).hexdigest()[:16]


def said_digest(answers: Iterable[FoundAnswer], comment: str | None = None, z: int = 0) -> str:
    """What tells that answers, comment and depth are the same; empty when there are none."""
    plain = sorted((answer.name, answer.value) for answer in answers)
    if not plain and not comment and not z:
        return ""
    return hashlib.sha256(msgspec.json.encode((plain, comment or "", z))).hexdigest()[:16]
