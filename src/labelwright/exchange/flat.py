"""Flatten tasks for formats without nesting, and account for them as the format says it supports things.

What a format states in `supports` decides what it is given and what the ledger is told, so that the two cannot differ.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from labelwright.exchange.areas import area_of
from labelwright.exchange.format import Support
from labelwright.exchange.ledger import NO_SIZE, Item, Ledger, Loss, item_of, refuse_task
from labelwright.exchange.numerals import Floats
from labelwright.exchange.outlines import Places
from labelwright.exchange.portions import Portion
from labelwright.exchange.shares import LEAST, NEAR
from labelwright.exchange.source import Labelled, Medium, Scheme, TaskLabels
from labelwright.model.document import Answer, Answers
from labelwright.model.geometry import Geometry, Rectangle, kind_of

CUT: Final = "What leaves the picture is moved to its border."
LOOSE: Final = "What it was nested in is not in the file; it stands by itself."
BLANKED: Final = "Control characters become blanks; the format cannot hold them."
OPENED: Final = "The question was opened and not answered; the format has no word for that."

Attributes = dict[str, str | tuple[str, ...]]


class FlatObject(NamedTuple):
    """One annotation: its class's name in files, its answers by the name of the question, and its parent's number.

    `number` counts the objects of a task from 0; a parent comes before what is nested in it.
    """

    number: int
    name: str
    labelled: Labelled
    attributes: Attributes
    parent: int | None

    @property
    def geometry(self) -> Geometry:
        return self.labelled.annotation.geometry

    @property
    def id(self) -> str:
        return self.labelled.annotation.id


class Flattener:
    """Gives the objects of tasks that a format takes, and tells the ledger about all.

    `is_whole` says whether the format can hold a text as it is. `measure` tells what is lost of a geometry that comes
    out in another form; without it, what its box is too large. `is_cut` says that boxes end where the picture does.
    """

    def __init__(
        self,
        scheme: Scheme,
        supports: Mapping[str, Support],
        ledger: Ledger,
        measure: Callable[[Geometry], Loss | None] | None = None,
        *,
        is_whole: Callable[[str], bool] = lambda _: True,
        is_cut: bool = False,
    ) -> None:
        self._is_whole, self._is_cut = is_whole, is_cut
        self.scheme, self._supports, self._ledger, self._measure = scheme, supports, ledger, measure
        self._names = scheme.names()
        self._keys = {str(c.id): c.key for c in scheme.geometry_classes}
        self._no_depth = supports["depth"].how if supports["depth"].level == "refuses" else ""

    def name_of(self, class_id: str) -> str:
        return self._names[class_id]

    def begin(self, task: TaskLabels, *, needs_size: bool = True) -> Attributes | None:
        """Account for the task; its answers about the medium, None when the format cannot hold it at all."""
        if needs_size and not task.medium.width:
            refuse_task(self._ledger, task, NO_SIZE)
            return None
        self._ledger.exported("tasks")
        return self._attributes(task.answers, None, "medium_answers", item_of(task))

    def objects(self, task: TaskLabels) -> Iterator[FlatObject]:
        """The objects that the format takes, parents first."""
        numbers: dict[str, int] = {}
        labelled = self.scheme.labelled(task)
        for one in sorted(labelled, key=lambda one: one.parent is not None):
            item = item_of(task, one.annotation.id, one.label_class.key)
            is_loose = one.parent is not None and one.parent.id not in numbers
            refusal = self._account(one, item, task.medium, is_loose=is_loose)
            if refusal is not None:
                if one.annotation.answers:
                    self._ledger.refused("answers", refusal, item, count=len(one.annotation.answers))
                continue
            number = numbers[one.annotation.id] = len(numbers)
            attributes = self._attributes(one.annotation.answers, one.annotation.class_id, "object_answers", item)
            parent = numbers.get(one.parent.id) if one.parent else None
            yield FlatObject(number, self._names[one.annotation.class_id], one, attributes, parent)

    def plain_objects(self, portion: Portion) -> list[tuple[str, Attributes]]:
        """The names in files and the answers of plain shapes, none of which the format refuses; accounts for them."""
        ways = [self._way(kind) for kind, _ in portion.groups]
        keys = [self._keys[class_id] for _, class_id in portion.groups]
        named = portion.of_groups([(self._names[class_id], Attributes()) for _, class_id in portion.groups])
        deep = {at: self._no_depth for at, one in portion.more.items() if one.z and self._no_depth}
        for at, one in portion.more.items():
            if one.answers:
                _, class_id = portion.groups[portion.of[at]]
                item = item_of(portion.owners[at], portion.ids[at], self._keys[class_id])
                attributes = self._attributes(one.answers, class_id, "object_answers", item)
                named[at] = named[at][0], attributes
        account_plain(self._ledger, portion, keys, ways, {way: portion.shapes.box_losses for way in ways if way}, deep)
        return named

    def _way(self, kind: str) -> str:
        support = self._supports[kind]
        return support.how if support.level == "converts" else ""

    def _account(self, one: Labelled, item: Item, medium: Medium, *, is_loose: bool) -> str | None:
        """Tell the ledger about one geometry; why it is refused, None when it is not."""
        for name in self._features(one):
            support = self._supports[name]
            if support.level == "refuses":
                self._ledger.refuse_geometry(support.how, item, one.annotation)
                return support.how
        for name in self._features(one):
            support = self._supports[name]
            if support.level == "converts":
                self._ledger.converted(
                    "geometries", support.how, item, loss=self._loss(one.annotation.geometry, support)
                )
                return None
        cut = cut_loss(one.annotation.geometry, medium.size_wh) if self._is_cut else None
        if is_loose:
            self._ledger.converted("geometries", LOOSE, item)
        elif cut is not None:
            self._ledger.converted("geometries", CUT, item, loss=cut)
        elif self._no_depth and one.annotation.z:
            self._ledger.converted("geometries", self._no_depth, item)
        else:
            self._ledger.exported("geometries", class_key=one.label_class.key)
        return None

    def _loss(self, geometry: Geometry, support: Support) -> Loss | None:
        if self._measure is not None:
            return self._measure(geometry)
        return box_loss(geometry) if support.is_box else None

    @staticmethod
    def _features(one: Labelled) -> list[str]:
        geometry = one.annotation.geometry
        has_holes = len(getattr(geometry, "rings", ())) > 1
        nested = ["nested"] if one.parent is not None else []
        return [kind_of(geometry).name, *(["holes"] if has_holes else []), *nested]

    def _attributes(self, answers: Answers, owner: str | None, feature: str, item: Item) -> Attributes:
        support = self._supports[feature]
        if answers and support.level == "refuses":
            self._ledger.refused("answers", support.how, item, count=len(answers))
            return {}
        found: Attributes = {}
        for question, answer in self.scheme.answered(answers, owner):
            if not answer:
                self._ledger.refused("answers", OPENED, item)
                continue
            if self._is_whole(plain(answer)):
                self._account_answer(support, item, str(question.label_class.id))
            else:
                self._ledger.converted("answers", BLANKED, item, question_id=str(question.label_class.id))
            found[question.name] = answer
        return found

    def _account_answer(self, support: Support, item: Item, question_id: str) -> None:
        if support.level == "converts":
            self._ledger.converted("answers", support.how, item, question_id=question_id)
        else:
            self._ledger.exported("answers")


def account_plain(
    ledger: Ledger,
    portion: Portion,
    keys: Sequence[str],
    ways: Sequence[str],
    losses: Mapping[str, Floats],
    smaller: Mapping[int, str],
) -> None:
    """Tell the ledger how each plain shape of a portion comes out ("" as it is).

    `keys` are those of the classes of its groups, `ways` theirs; `smaller` those of single shapes, where their groups
    have none. `losses` has for some ways what every shape of the portion would lose by it.
    """
    of, cases = portion.of, list(zip(ways, keys, strict=True))
    odd = [at for at in smaller if not ways[of[at]]]
    if odd:
        of = of.copy()
        for at in odd:
            of[at], case = len(cases), (smaller[at], keys[of[at]])
            cases.append(case)
    counts = np.bincount(of, minlength=len(cases)).tolist()
    by_way: dict[str, Counter[str]] = defaultdict(Counter)
    for (way, key), count in zip(cases, counts, strict=True):
        if count:
            by_way[way][key] += count
    for key, count in by_way.pop("", Counter()).items():
        ledger.exported("geometries", count, class_key=key)
    for way, found in by_way.items():
        places = np.flatnonzero(np.array([own == way for own, _ in cases])[of])
        lost = losses[way][places] if way in losses else None
        ledger.converted_all(way, found, partial(_item_at, portion, keys, places), lost)


def _item_at(portion: Portion, keys: Sequence[str], places: Places, number: int) -> Item:
    at = int(places[number])
    return item_of(portion.owners[at], portion.ids[at], keys[portion.of[at]])


def box_loss(geometry: Geometry) -> Loss | None:
    """How much of its box a shape does not cover."""
    if isinstance(geometry, Rectangle):
        return None
    _, _, w, h = kind_of(geometry).bounds(geometry)
    return Loss("iou", 1 - min(1.0, area_of(geometry) / (w * h))) if w * h else Loss("iou", 1.0)


def inside(bounds: tuple[float, float, float, float], size_wh: tuple[int, int]) -> tuple[float, float, float, float]:
    """The edges (left, top, right, bottom) of a box (x, y, w, h), moved to the border where they leave the picture."""
    x, y, w, h = bounds
    left, right = (min(max(edge, 0.0), size_wh[0]) for edge in (x, x + w))
    top, bottom = (min(max(edge, 0.0), size_wh[1]) for edge in (y, y + h))
    return left, top, right, bottom


def apart(low: float, high: float) -> tuple[float, float]:
    """Two rounded shares of a side, moved apart by the last digit where they are one: a box needs an extent."""
    if low < high:
        return low, high
    return (low, round(low + LEAST, 12)) if low < 1 else (1 - LEAST, 1.0)


def cut_loss(geometry: Geometry, size_wh: tuple[int, int]) -> Loss | None:
    """How much of its box is outside the picture; None when nothing is."""
    x, y, w, h = kind_of(geometry).bounds(geometry)
    left, top, right, bottom = inside((x, y, w, h), size_wh)
    if max(left - x, top - y, x + w - right, y + h - bottom, x - left, y - top) <= NEAR:
        return None
    return Loss("iou", 1 - (right - left) * (bottom - top) / (w * h) if w * h else 1.0)


def plain(answer: Answer | tuple[str, ...]) -> str:
    """An answer as one text; several keys are joined by commas, which no key holds."""
    return ",".join(answer) if isinstance(answer, tuple) else str(answer)
