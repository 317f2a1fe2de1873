"""The side-car of an archive: the labels as they are, beside files that cannot hold all of them.

One JSON object a line: a head that says what it belongs to; a `Line` for each task; a tail with the digest of what is
before it. A line has the native objects, and a `Trace` of every object that the format's own reader finds in the
archive, so that an import can tell what was changed there, what was deleted, and what the format never held.
"""

import hashlib
from array import array
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
import numpy as np

from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import FoundAnswer, FoundObject
from labelwright.exchange.index import Index
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
_MOST_OF_ID: Final = 1 << 10
_WINDOW_BYTES: Final = 1 << 20
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


class _Lines:
    """The lines of a text without their ends, where they lie: eight bytes are held of each."""

    def __init__(self, text: memoryview) -> None:
        self._text, self._ends = text, array("q")
        for start in range(0, len(text), _WINDOW_BYTES):
            window = np.frombuffer(text[start : start + _WINDOW_BYTES], dtype=np.uint8)
            self._ends.frombytes((np.flatnonzero(window == ord("\n")).astype(np.int64) + start).tobytes())
        if len(text) and (not self._ends or self._ends[-1] != len(text) - 1):
            self._ends.append(len(text))

    def __len__(self) -> int:
        return len(self._ends)

    def __getitem__(self, number: int) -> memoryview:
        return self._text[self.start(number) : self._ends[number]]

    def start(self, number: int) -> int:
        """Where a line begins."""
        return self._ends[number - 1] + 1 if number else 0


class SideCar:
    """A side-car that was opened and found whole; lines are read when somebody asks."""

    def __init__(self, path: str, lines: _Lines, head: Head) -> None:
        self.path, self.head, self._lines = path, head, lines
        self._numbers = Index()
        for number, medium in self._named():
            self._numbers.setdefault(medium, number)

    def __len__(self) -> int:
        """How many media there are."""
        return len(self._numbers)

    def media(self) -> Iterator[str]:
        """Ids of media, in the order of the lines."""
        return (medium for _, medium in self._named())

    def _named(self) -> Iterator[tuple[int, str]]:
        for number in range(len(self._lines)):
            begins, _, rest = bytes(self._lines[number][:_MOST_OF_ID]).partition(_MEDIUM)
            if rest and not begins:
                yield number, rest.partition(b'"')[0].decode("utf-8", "replace")

    def find(self, medium_id: str | None) -> tuple[int, Line] | None:
        """The line of a medium with its number."""
        at = self._numbers.get(medium_id or "")
        if at is None:
            return None
        number = at + 1
        try:
            line = _LINE.decode(self._lines[at])
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
    raw = memoryview(files.read(path))
    lines = _Lines(raw)
    remedy = "Remove it from the archive to import the labels without it."
    try:
        version = msgspec.json.decode(lines[0], type=dict[str, msgspec.Raw]).get("side_car")
        if version is not None and bytes(version) != b"%d" % VERSION:
            text = f"is a side-car of version {bytes(version)[:20].decode()}; this program reads version {VERSION}."
            raise refused(path, "side_car_version", f"{text} {remedy}")
        head = msgspec.json.decode(lines[0], type=Head)
        tail = msgspec.json.decode(lines[len(lines) - 1], type=Tail)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, IndexError):
        raise refused(path, "damaged_side_car", f"is no whole side-car; it was cut or changed. {remedy}") from None
    digest = hashlib.sha256(raw[: lines.start(len(lines) - 1)]).hexdigest()
    if digest != tail.sha256 or tail.lines != len(lines) - 2:
        raise refused(path, "damaged_side_car", f"was changed since it was written. {remedy}")
    if configuration_sha256 not in {None, head.configuration_sha256}:
        text = f"is the side-car of another export (of “{head.project[:60]}”, with another label configuration)."
        raise refused(path, "other_side_car", f"{text} {remedy}")
    return SideCar(path, lines, head)


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
