"""The objects of a picture as pixels: what mask formats paint, in which order, and what is seen of each in the end.

Objects are painted one over the other by an explicit order; what is nested comes after what it is nested in. A rim
around objects may get a value of its own, the ignore index, which training leaves out.
"""

import itertools
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np

from labelwright.exchange.flat import LOOSE
from labelwright.exchange.format import CARRIES, Setting, Support, converts, everything, refuses
from labelwright.exchange.ledger import Ledger, item_of
from labelwright.exchange.source import Labelled, Scheme, TaskLabels
from labelwright.model.errors import Invalid, Issue
from labelwright.model.geometry import ImageSegmentation, Polygon, Rectangle
from labelwright.raster import Runs, Shape, count_pixels, regrouped, rims, shape_runs, stack
from labelwright.raster.runs import Ints

PAINTED: Final = "It is painted: a pixel belongs to it when the pixel's centre does."
NO_PIXELS: Final = "A {kind} covers no pixels."
MERGED: Final = "It is painted; objects of one class that touch are not told apart any more."
NO_CENTRE: Final = "It covers the centre of no pixel."
HIDDEN: Final = "Other objects or their borders are painted over all of it."
NO_ANSWERS: Final = "A picture of pixels has no room for answers."
MOST_VALUES: Final = 256
_RUNS_AT_ONCE: Final = 1 << 18

ORDER: Final = Setting(
    id="order",
    name="What is painted over what",
    text="By depth as in label mode, smaller over larger, or by class; what is nested over what it is nested in.",
    kind="choice",
    default="depth",
    choices=(
        ("depth", "as in label mode: by depth, then as drawn"),
        ("size", "smaller over larger"),
        ("class", "classes further down the configuration over those further up"),
    ),
)
IGNORE: Final = Setting(
    id="ignore",
    name="Ignore index",
    text="The value of pixels that training leaves out.",
    kind="number",
    default=255,
    least=1,
    most=255,
)


def boundary(default: int = 0) -> Setting:
    """The setting of the rim's width."""
    return Setting(
        id="boundary",
        name="Border of objects",
        text="Pixels this near to a border between objects, or to the background, get the ignore index.",
        kind="number",
        default=default,
        least=0,
        most=50,
    )


class Seen(NamedTuple):
    """What is seen of objects over each other.

    Attributes:
        runs: disjoint, sorted by row and column, owned by groups of objects.
        pixels: (n,), of each object those in which one of its group is seen.
    """

    runs: Runs
    pixels: Ints


class Painting(NamedTuple):
    """What can be painted of a task, from the bottom to the top, as pixels.

    Attributes:
        objects: (n), from the bottom to the top.
        runs: of the objects, over each other.
        pixels: (n,), of each object.
    """

    size_wh: tuple[int, int]
    objects: list[Labelled]
    runs: Runs
    pixels: Ints

    def seen(self, group: Ints | None = None, *, border: int = 0, rim: int | None = None) -> Seen:
        """Lay the objects over each other, some rows at a time: memory is that of the runs, whatever the picture.

        Args:
            group: of each object; without it each is one of its own.
            border: how near to another group, or to nobody, pixels are given to the rim instead.
            rim: its group, one more than they are objects where nothing is said.
        """
        count = len(self.objects)
        last = count if rim is None else rim
        groups = np.append(np.arange(count) if group is None else group, [last] if border else []).astype(np.int64)
        found = [self._seen_in(rows, groups, border) for rows in self._bands()]
        if len(found) == 1:
            return found[0]
        runs = Runs(*(np.concatenate(columns) for columns in zip(*(one.runs for one in found), strict=True)))
        return Seen(runs, sum((one.pixels for one in found), np.zeros(count, dtype=np.int64)))

    def _bands(self) -> Iterator[range]:
        """Rows with about as many runs as are laid over each other at once."""
        height = self.size_wh[1]
        if self.runs.row.size <= _RUNS_AT_ONCE:
            return iter((range(height),))
        portion = np.cumsum(np.bincount(self.runs.row, minlength=height)) // _RUNS_AT_ONCE
        cuts = [0, *(np.flatnonzero(np.diff(portion)) + 1).tolist(), height]
        return (range(top, stop) for top, stop in itertools.pairwise(cuts))

    def _seen_in(self, rows: range, groups: Ints, border: int) -> Seen:
        count = len(self.objects)
        found = stack(self._runs_in(rows, border), np.arange(count))
        if border:
            around = _within(rims(found.seen(groups), self.size_wh, border), rows)
            parts = self._runs_in(rows, 0), around._replace(owner=np.full_like(around.row, count))
            both = Runs(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
            found = stack(both, np.arange(count + 1))
        return Seen(found.seen(groups), found.count_seen(groups)[:count])

    def _runs_in(self, rows: range, more: int) -> Runs:
        """Runs of some rows, and of as many more above and below."""
        if len(rows) == self.size_wh[1]:
            return self.runs
        return _within(self.runs, range(rows.start - more, rows.stop + more))

    def only(self, kept: Sequence[int]) -> "Painting":
        """Some of the objects, without their pixels: enough to account for them."""
        empty = self.runs.where(np.zeros(self.runs.row.size, dtype=np.bool_))
        return Painting(self.size_wh, [self.objects[number] for number in kept], empty, self.pixels[list(kept)])

    def shares(self, seen: Ints) -> list[float]:
        """How much of each object is seen, 0 to 1, of its ``seen`` pixels."""
        found: list[float] = (seen / np.maximum(self.pixels, 1)).tolist()
        return found


def _within(runs: Runs, rows: range) -> Runs:
    return runs.where((runs.row >= rows.start) & (runs.row < rows.stop))


def shape_of(geometry: Any) -> Shape | None:
    """The segments that a geometry covers; None when it covers no pixels."""
    match geometry:
        case Rectangle(x=x, y=y, w=w, h=h):
            return [[[(x, y), (x + w, y), (x + w, y + h), (x, y + h)]]]
        case Polygon(points=points):
            return [[points]]
        case ImageSegmentation(rings=rings):
            return [rings]
    return None


def painting(scheme: Scheme, task: TaskLabels, order: str) -> tuple[Painting, list[Labelled]]:
    """Make the objects of a task pixels.

    Returns:
        The painting, and the objects that cover no pixels because of their kind.
    """
    shaped, others = [], []
    for one in scheme.labelled(task):
        shape = shape_of(one.annotation.geometry)
        if shape is None:
            others.append(one)
        else:
            shaped.append((one, shape))
    objects = [one for one, _ in shaped]
    runs = shape_runs([shape for _, shape in shaped], task.medium.size_wh)
    pixels = count_pixels(runs, len(objects))
    rank = _RANKS[order](scheme, objects, pixels)
    keys = [(_depth(one), value, one.annotation.z) for one, value in zip(objects, rank, strict=True)]
    turn = sorted(range(len(keys)), key=keys.__getitem__)
    place = np.empty(len(turn), dtype=np.int64)
    place[turn] = np.arange(len(turn))
    if turn != list(range(len(turn))):
        runs = runs._replace(owner=place[runs.owner])
    return Painting(task.medium.size_wh, [objects[number] for number in turn], runs, pixels[turn]), others


def _depth(one: Labelled) -> int:
    return 0 if one.parent is None else 1


def _by_size(_scheme: Scheme, _objects: Sequence[Labelled], pixels: Ints) -> list[int]:
    return [-count for count in pixels.tolist()]


def _by_class(scheme: Scheme, objects: Sequence[Labelled], _pixels: Ints) -> list[int]:
    places = {class_id: place for place, class_id in enumerate(scheme.configuration.by_id)}
    return [places[one.annotation.class_id] for one in objects]


def _by_depth(_scheme: Scheme, objects: Sequence[Labelled], _pixels: Ints) -> list[int]:
    return [one.annotation.z for one in objects]


_RANKS: Final[dict[str, Callable[[Scheme, Sequence[Labelled], Ints], list[int]]]] = {
    "depth": _by_depth,
    "size": _by_size,
    "class": _by_class,
}


def valued(runs: Runs, value: Sequence[int]) -> Runs:
    """Runs owned by what a picture has for their owners; what gets 0 is left out."""
    found = regrouped(runs, np.array([*value, 0], dtype=np.int64))
    return found.where(found.owner > 0)


def numbered(painted: Painting, shares: Sequence[float], most: int) -> list[int]:
    """Count the objects that are seen from 1, in the order of drawing, up to ``most``; 0 for all others."""
    values = [0] * len(painted.objects)
    next_value = 1
    for number in sorted(range(len(values)), key=lambda n: painted.objects[n].annotation.id):
        if shares[number] > 0 and next_value <= most:
            values[number], next_value = next_value, next_value + 1
    return values


# --- what the ledger is told ------------------------------------------------------------------------------------------


def account(
    ledger: Ledger,
    task: TaskLabels,
    painted: Painting,
    shares: Sequence[float],
    way: str = PAINTED,
    *,
    loose: Collection[str] = (),
) -> None:
    """Tell of every painted object how much of it is seen; ``loose`` are the ids of those that name no parent."""
    pairs = [(one, share) for one, share in zip(painted.objects, shares, strict=True) if share > 0]
    alone = [pair for pair in pairs if pair[0].annotation.id in loose] if loose else []
    rest = [pair for pair in pairs if pair[0].annotation.id not in loose] if loose else pairs
    for how, seen in ((LOOSE, alone), (way, rest)):
        _account_seen(ledger, task, how, seen)
    if len(pairs) == len(painted.objects):
        return
    for one, pixels, share in zip(painted.objects, painted.pixels.tolist(), shares, strict=True):
        if share <= 0:
            item = item_of(task, one.annotation.id, one.label_class.key)
            ledger.refuse_geometry(HIDDEN if pixels else NO_CENTRE, item, one.annotation)


def _account_seen(ledger: Ledger, task: TaskLabels, way: str, seen: Sequence[tuple[Labelled, float]]) -> None:
    keys = [one.label_class.key for one, _ in seen]
    if keys:
        losses = np.array([1 - share for _, share in seen])
        ledger.converted_all(way, Counter(keys), lambda at: item_of(task, seen[at][0].annotation.id, keys[at]), losses)


def refuse_kinds(ledger: Ledger, task: TaskLabels, others: Sequence[Labelled]) -> None:
    """Tell of objects whose kind covers no pixels."""
    for one in others:
        item = item_of(task, one.annotation.id, one.label_class.key)
        ledger.refuse_geometry(NO_PIXELS.format(kind=one.label_class.type), item, one.annotation)


def refuse_answers(ledger: Ledger, task: TaskLabels, why: str = NO_ANSWERS) -> None:
    """Tell of all answers of a task that there is no room for them."""
    if task.document.answers:
        ledger.refused("answers", why, item_of(task), count=len(task.document.answers))
    for annotation in task.document.annotations:
        if annotation.answers:
            ledger.refused("answers", why, item_of(task, annotation.id), count=len(annotation.answers))


def of_classes() -> dict[str, Support]:
    """What formats support whose pixels know their class and not their object."""
    return supports(**dict.fromkeys(("polygon", "rectangle", "image_segmentation"), converts(MERGED)))


def supports(**given: Support) -> dict[str, Support]:
    """What mask formats support, where they do not say otherwise."""
    usual = {
        "point": refuses(NO_PIXELS.format(kind="point")),
        "line": refuses(NO_PIXELS.format(kind="line")),
        "polygon": converts(PAINTED),
        "rectangle": converts(PAINTED),
        "image_segmentation": converts(PAINTED),
        "holes": CARRIES,
        "nested": converts("It is painted over what it is nested in."),
        "object_answers": refuses(NO_ANSWERS),
        "medium_answers": refuses(NO_ANSWERS),
        "unlabelled": CARRIES,
        "ids": refuses("A picture of pixels has no room for ids."),
        "comments": refuses("A picture of pixels has no room for comments."),
        "depth": refuses("A picture of pixels has no room for depth, which says what is painted over what."),
    }
    return everything(**(usual | given))


# --- values and colours of classes ------------------------------------------------------------------------------------


def check_values(scheme: Scheme, values: dict[str, int], ignore: int) -> None:
    """Raise Invalid when a class has the value that is to be ignored, or one that a byte cannot hold."""
    names = scheme.names()
    for class_id, value in values.items():
        if value == ignore or value >= MOST_VALUES:
            text = f"The class “{names[class_id]}” has the value {value} in index maps, which is " + (
                "the ignore index; choose another one." if value == ignore else "more than 255."
            )
            raise Invalid(text, (Issue("/ignore" if value == ignore else "/classes", "value_taken", text),))


def colour_of(color: str | None, value: int) -> tuple[int, int, int]:
    """A class's colour; where it has none, that of its value in the colours of Pascal VOC."""
    if color is not None and len(color) == 7:
        return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
    return voc_colour(value)


def voc_colour(value: int) -> tuple[int, int, int]:
    """The colour of a value in Pascal VOC's map: bits 0, 3, 6 are red from the top down, 1, 4, 7 green, 2, 5 blue."""
    red, green, blue = (sum((value >> 3 * place + part & 1) << 7 - place for place in range(8)) for part in range(3))
    return red, green, blue


def palette_of(colours: dict[int, tuple[int, int, int]], ignore: int) -> list[tuple[int, int, int]]:
    """Colours of all 256 values: 0 is black, the ignore index white where it has no other."""
    return [colours.get(value, (255, 255, 255) if value == ignore else (0, 0, 0)) for value in range(MOST_VALUES)]
