"""What a reader finds in files, before it is matched to the media and the configuration of a project.

Readers do not stop at the first fault: what cannot be read is a `Fault` with its place, value and reason, and the
rest goes on. Coordinates are pixels of the displayed picture, as everywhere; a reader turns what its format has.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from typing import Annotated, Final, TypeVar

import msgspec

from labelwright.exchange.drawn import Drawn
from labelwright.exchange.index import Index
from labelwright.model.document import MOST_DEPTH
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle
from labelwright.raster.runs import LARGEST_SIDE

Key = TypeVar("Key", bound=Hashable)

MOST_FAULTS: Final = 10_000
MOST_NAMES: Final = 500
SEVERAL_POINTS: Final = "Several points of one object are read as an object each"
_OTHERS: Final = ("others", "there are more names than are told apart")

Side = Annotated[int, msgspec.Meta(ge=0, le=LARGEST_SIDE)]
"""Pixels of a side of a picture, as a file may have them."""
Depth = Annotated[int, msgspec.Meta(ge=-MOST_DEPTH, le=MOST_DEPTH)]
"""What is painted over what, as a file may have it."""


class Place(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where something stands: a file and a line (from 1), or a pointer (RFC 6901, or an XPath) in it."""

    file: str
    line: int | None = None
    pointer: str | None = None

    def __str__(self) -> str:
        where = f" line {self.line}" if self.line is not None else ""
        return f"{self.file}{where}{f' {self.pointer}' if self.pointer is not None else ''}"


class Fault(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something that cannot be read or must not be stored; `value` is the start of what stands there."""

    place: Place
    code: str
    message: str
    value: str = ""


class FoundAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer by the question's name in the file: its export key or a path of keys joined by dots.

    `value` is a text (an option's key or a free text), a tuple of them (a checklist) or None (opened).
    """

    name: str
    value: str | tuple[str, ...] | None
    place: Place


class FoundObject(msgspec.Struct, frozen=True, kw_only=True):
    """One annotation. `class_name` is as in the file; `id` is our own id, when the file has one.

    `otherwise` is the same as another kind, where the file does not say of which of two kinds its points are. `asides`
    are what the file says of it besides, for which nobody need have a question (`asides`).
    """

    class_name: str
    geometry: Geometry
    place: Place
    answers: tuple[FoundAnswer, ...] = ()
    nested: tuple["FoundObject", ...] = ()
    id: str | None = None
    comment: str | None = None
    z: int = 0
    created_by: str | None = None
    otherwise: Geometry | None = None
    asides: tuple[FoundAnswer, ...] = ()


class PlainShapes(msgspec.Struct, frozen=True, kw_only=True, array_like=True, gc=False):
    """Polygons and boxes of one medium that say no more than their class, in columns, in the order of the file.

    Attributes:
        file: where they stand: number n at the pointer `{pointer}{n}`.
        groups: class names with the kind (polygon or rectangle), in the order of their first shape.
        of: the group of each, a byte.
        numbers: the number of each, 8 bytes.
        extents: left, top, width, height, right and bottom of each, 48 bytes.
        reach: left, top, right and bottom of all together.
        texts: the numbers of each as they are stored, a line each: `x,y;x,y` of a polygon, `x,y,w,h` of a box.
    """

    file: str
    pointer: str
    groups: tuple[tuple[str, str], ...]
    of: bytes
    numbers: bytes
    extents: bytes
    reach: tuple[float, float, float, float]
    texts: str


class FoundMedium(msgspec.Struct, frozen=True, kw_only=True):
    """What the file has for one picture. `path` is as in the file; `name` its last part unless the file says more.

    `keep`: what is there already stays; some formats can say otherwise for one picture.
    `is_relative`: the file has coordinates as shares of the picture's sides, and the sides are not known; see `scaled`.
    `shapes` stand in for `objects` where all of them are plain and nobody has to look at each. `asides` as of objects.
    """

    place: Place
    path: str
    name: str = ""
    id: str | None = None
    sha256: str | None = None
    width: int | None = None
    height: int | None = None
    split: str = ""
    state: str | None = None
    is_relative: bool = False
    keep: bool = True
    objects: tuple[FoundObject, ...] = ()
    answers: tuple[FoundAnswer, ...] = ()
    shapes: PlainShapes | None = None
    asides: tuple[FoundAnswer, ...] = ()


def scaled(medium: FoundMedium, size_wh: tuple[int, int]) -> FoundMedium:
    """A medium with coordinates in pixels, when the size of its picture is known."""
    if not medium.is_relative:
        return medium
    objects = tuple(_scaled(one, size_wh) for one in medium.objects)
    width, height = size_wh
    return msgspec.structs.replace(medium, is_relative=False, width=width, height=height, objects=objects)


def _scaled(one: FoundObject, size_wh: tuple[int, int]) -> FoundObject:
    nested = tuple(_scaled(child, size_wh) for child in one.nested)
    other = stretched(one.otherwise, size_wh) if one.otherwise is not None else None
    return msgspec.structs.replace(one, geometry=stretched(one.geometry, size_wh), otherwise=other, nested=nested)


def stretched(geometry: Geometry, factors_xy: tuple[float, float]) -> Geometry:
    """A geometry with its coordinates multiplied."""
    across, down = factors_xy
    match geometry:
        case Point(x=x, y=y):
            return Point(x * across, y * down)
        case Rectangle(x=x, y=y, w=w, h=h):
            return Rectangle(x * across, y * down, w * across, h * down)
        case Line(points=points):
            return Line(tuple((x * across, y * down) for x, y in points))
        case Polygon(points=points):
            return Polygon(tuple((x * across, y * down) for x, y in points))
        case ImageSegmentation(rings=rings):
            return ImageSegmentation(tuple(tuple((x * across, y * down) for x, y in ring) for ring in rings))


class FoundClass(msgspec.Struct, frozen=True, kw_only=True):
    """A class that the file declares. `types` are the geometry kinds it may have; empty: the objects tell.

    `number` counts from 0, where the file has numbers.
    """

    name: str
    types: tuple[str, ...] = ()
    color: str | None = None
    parent: str | None = None
    number: int | None = None


class NotKept(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asides of one name that are not kept for one reason: how many, in how many files, the first and its value."""

    name: str
    count: int
    files: int
    reason: str
    place: Place
    value: str = ""

    def __str__(self) -> str:
        return f"{self.text} The first: {self.value} at {self.place}."

    @property
    def text(self) -> str:
        """A sentence for people."""
        times = "once" if self.count == 1 else f"{self.count:,} times"
        where = f"{self.files:,} files" if self.files > 1 else "one file"
        return f"“{self.name}” is not kept, {times} in {where}: {self.reason}."


class _Line:
    def __init__(self, first: FoundAnswer) -> None:
        self.first, self.count = first, 0
        self.files = Index()

    def copy(self) -> "_Line":
        other = _Line(self.first)
        other.count, other.files = self.count, self.files.copy()
        return other


class Tally:
    """Counts asides that are not kept."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, str], _Line] = {}

    def add(self, aside: FoundAnswer, reason: str) -> None:
        """Count one. Beyond `MOST_NAMES` of names and reasons, names are not told apart."""
        key = aside.name[:60], reason
        if key not in self._lines and len(self._lines) >= MOST_NAMES:
            key = _OTHERS
        line = self._lines.setdefault(key, _Line(aside))
        line.count += 1
        line.files.add(aside.place.file)

    def add_all(self, found: Iterable[tuple[FoundAnswer, str]]) -> None:
        """Count asides with their reasons."""
        for aside, reason in found:
            self.add(aside, reason)

    def clear(self) -> None:
        """Begin anew."""
        self._lines.clear()

    def copy(self) -> "Tally":
        """The same counts, counted on apart."""
        other = Tally()
        other._lines = {key: line.copy() for key, line in self._lines.items()}
        return other

    def lines(self) -> tuple[NotKept, ...]:
        """What was counted, in the order in which it came."""
        return tuple(
            NotKept(
                name=name,
                count=line.count,
                files=len(line.files),
                reason=reason,
                place=line.first.place,
                value=_shown(line.first)[:80],
            )
            for (name, reason), line in self._lines.items()
        )


def _shown(answer: FoundAnswer) -> str:
    """The value of an answer as a text."""
    return answer.value if isinstance(answer.value, str) else ", ".join(answer.value or ())


class Faults:
    """Collects faults, the first of them and how many there are, and what is read as something near to it.

    `not_kept` counts what files say of neither a picture nor an object.
    """

    def __init__(self) -> None:
        self.kept: list[Fault] = []
        self.count = 0
        self.not_kept = Tally()
        self._near: dict[str, tuple[int, float]] = {}
        self._became: Counter[str] = Counter()
        self._opened: tuple[list[Fault], int, Tally, dict[str, tuple[int, float]], Counter[str]] | None = None

    def begin(self) -> None:
        """Begin a walk: what an earlier one found is found again, and forgotten; what opening found stays."""
        if self._opened is None:
            self._opened = list(self.kept), self.count, self.not_kept.copy(), dict(self._near), self._became.copy()
        kept, self.count, not_kept, near, became = self._opened
        self.kept, self.not_kept, self._near, self._became = list(kept), not_kept.copy(), dict(near), became.copy()

    def add(self, place: Place, code: str, message: str, value: object = "") -> None:
        """Note a fault. The message is a sentence that says what is wrong and what would be right."""
        self.count += 1
        if len(self.kept) < MOST_FAULTS:
            self.kept.append(Fault(place, code, message, str(value)[:80]))

    def approximate(self, shape: str, off_px: float) -> None:
        """Note that a shape is read as a polygon of the same area, whose outline is so far off."""
        count, largest = self._near.get(shape, (0, 0.0))
        self._near[shape] = count + 1, max(largest, off_px)

    def become(self, told: str) -> None:
        """Note that something is read as something else, in a sentence without its end, which says how many are."""
        self._became[told] += 1

    @property
    def notes(self) -> tuple[str, ...]:
        """What is read as something near to it, or else, a sentence for each kind of shape."""
        told = "read as polygons of the same area, nowhere more than"
        near = (
            f"{shape.capitalize()}s {told} {largest:.2g} pixels off: {count:,}."
            for shape, (count, largest) in self._near.items()
        )
        return (*near, *(f"{told}: {count:,}." for told, count in self._became.items()))


DrawnMedium = tuple[FoundMedium, Drawn | None]
"""A medium with its objects; or without them, and with their shapes as numbers."""


class LabelFile(msgspec.Struct, frozen=True, kw_only=True):
    """Files opened by a reader. `media()` starts a walk, one medium at a time; its faults go to `faults`.

    `classes` are those that the files declare; media may have objects of others when `is_open`. `notes` are sentences
    about the files as a whole. `folded()` is the same walk with plain shapes in columns (`plain_found`), where the
    reader has them so; `drawn()` with shapes as numbers alone, where it has these.
    """

    classes: tuple[FoundClass, ...]
    media: Callable[[], Iterator[FoundMedium]]
    faults: Faults
    notes: tuple[str, ...] = ()
    folded: Callable[[], Iterator[FoundMedium]] | None = None
    drawn: Callable[[], Iterator[DrawnMedium]] | None = None


def notes_of(labels: LabelFile) -> tuple[str, ...]:
    """What is to be said about files, after a walk over them."""
    return (*labels.notes, *labels.faults.notes)


def families(objects: Mapping[Key, FoundObject], parents: Mapping[Key, Key]) -> Iterator[FoundObject]:
    """Put nested objects into their parents, by key; one whose parent is not there, or nested itself, stands alone."""
    if not parents:
        yield from objects.values()
        return
    roots = {key for key in objects if parents.get(key) not in objects}
    children: dict[Key, list[FoundObject]] = defaultdict(list)
    for key, found in objects.items():
        if key not in roots and parents[key] in roots:
            children[parents[key]].append(found)
    for key, found in objects.items():
        if key in roots and children[key]:
            yield msgspec.structs.replace(found, nested=(*found.nested, *children[key]))
        elif key in roots or parents[key] not in roots:
            yield found
