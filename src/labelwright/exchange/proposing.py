"""Propose a label configuration from what a file has: classes with their kinds, questions with their options."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from labelwright.exchange.becoming import BECOMES, LESSENS
from labelwright.exchange.bounding import MOST_NAME
from labelwright.exchange.calling import key_of
from labelwright.exchange.files import refused
from labelwright.exchange.found import FoundAnswer, FoundClass, FoundMedium, FoundObject, PlainShapes
from labelwright.model.configuration import (
    COLOR_PATTERN,
    FORBIDDEN_KEYS,
    MAX_OPTIONS,
    MAX_TEXT,
    MOST_NUMBER,
    OPTION_KEY_PATTERN,
    LabelClass,
    Option,
)
from labelwright.model.geometry import KINDS, kind_of

Asked = dict[str | None, dict[str, list[str | tuple[str, ...]]]]
MOST_OPTIONS: Final = 50
MOST_CLASSES: Final = 5_000
MOST_QUESTIONS: Final = 500
_COLORS: Final = (
    *("#E6194B", "#3CB44B", "#4363D8", "#F58231", "#911EB4", "#46F0F0", "#F032E6", "#BCF60C", "#FABEBE", "#008080"),
    *("#E6BEFF", "#9A6324", "#FFFAC8", "#800000", "#AAFFC3", "#808000", "#FFD8B1", "#000075", "#808080", "#FFE119"),
)


class Origin(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """Where a proposed class comes from: what the file calls it, and the kinds that it takes in.

    `path` are the keys that lead to it, joined by dots; `is_whole`: no other class takes in what the file calls so.
    It may be of any kind in `becomes` instead and hold all of it, or its boxes in one of `lessens`.
    """

    path: str
    name: str
    parent: str | None
    kinds: tuple[str, ...] = ()
    is_whole: bool = True
    becomes: tuple[str, ...] = ()
    lessens: tuple[str, ...] = ()


class Survey:
    """Collects what a file uses, medium by medium."""

    def __init__(self, classes: Iterable[FoundClass]) -> None:
        self.kinds: dict[tuple[str | None, str], set[str]] = defaultdict(set)
        self.counts: dict[tuple[str | None, str], Counter[str]] = defaultdict(Counter)
        self._colors: dict[str, str] = {}
        self.origins: list[Origin] = []
        self._nested: dict[str | None, list[str]] = defaultdict(list)
        self._numbers: dict[tuple[str | None, str], int] = {}
        self._questions: Asked = defaultdict(dict)
        self._asides: Asked = defaultdict(dict)
        taken: set[int] = set()
        for found in classes:
            self._check_room()
            self.kinds[found.parent, found.name[:MOST_NAME]] |= {kind for kind in found.types if kind in KINDS}
            if found.color and COLOR_PATTERN.fullmatch(found.color):
                self._colors[found.name] = found.color.upper()
            if found.number is not None and 0 <= found.number <= MOST_NUMBER and found.number not in taken:
                taken.add(found.number)
                self._numbers.setdefault((found.parent, found.name), found.number)

    def _check_room(self) -> None:
        if len(self.kinds) > MOST_CLASSES:
            text = f"has more than {MOST_CLASSES:,} classes; is the right column or key taken for the class?"
            raise refused("The upload", "too_many_classes", text)

    def look(self, medium: FoundMedium) -> None:
        """Take in one medium."""
        self._answers(None, medium.answers, self._questions)
        self._answers(None, medium.asides, self._asides)
        for one in medium.objects:
            self._object(one, None)
        if medium.shapes is not None:
            self._shapes(medium.shapes)

    def _shapes(self, shapes: PlainShapes) -> None:
        numbers = Counter(shapes.of)
        for number, (name, kind) in enumerate(shapes.groups):
            self._check_room()
            self.counts[None, name][kind] += numbers[number]
            self.kinds[None, name].add(kind)

    def _object(self, one: FoundObject, parent: str | None) -> None:
        key = (parent, one.class_name)
        kind = kind_of(one.geometry).name
        if key not in self.counts:
            self._check_room()
        self.counts[key][kind] += 1
        self.kinds[key].add(kind)
        self._answers(one.class_name, one.answers, self._questions)
        self._answers(one.class_name, one.asides, self._asides)
        for nested in one.nested:
            self._object(nested, one.class_name)

    @staticmethod
    def _answers(owner: str | None, answers: tuple[FoundAnswer, ...], asked: Asked) -> None:
        for answer in answers:
            questions = asked[owner]
            values = questions.get(answer.name)
            if values is None:
                if len(questions) >= MOST_QUESTIONS:
                    continue
                values = questions[answer.name] = []
            if answer.value and len(values) <= MOST_OPTIONS and (value := _short(answer.value)) not in values:
                values.append(value)

    def asked(self, *, aside: bool = False) -> Iterator[tuple[str | None, str, tuple[str, ...]]]:
        """Every question with the class that it is about (None: the medium), and the values that it has; or asides."""
        for owner, questions in (self._asides if aside else self._questions).items():
            for name, values in questions.items():
                if not aside or name not in self._questions.get(owner, {}):
                    texts = (text for value in values for text in (value if isinstance(value, tuple) else (value,)))
                    yield owner, name, tuple(dict.fromkeys(texts))

    def propose(self) -> tuple[LabelClass, ...]:
        """Classes without ids that everything in the file fits under; a class of several kinds becomes several."""
        self.origins.clear()
        keys: set[str] = set()
        self._nested.clear()
        for parent, name in self.kinds:
            self._nested[parent].append(name)
        roots = tuple(self._nested[None])
        geometries = [c for name in roots for c in self._classes(None, name, keys)]
        return (*geometries, *self._questions_of(None, keys, ""))

    def _classes(self, parent: str | None, name: str, keys: set[str], above: str = "") -> list[LabelClass]:
        asks = name in self._questions or bool(self._nested[name])
        kinds = _joined(self.kinds[parent, name], asks=asks) or ["rectangle"]
        made = []
        for kind in kinds:
            own = set(keys)
            base = key_of(name.removeprefix(f"{parent}."))  # flat formats tell nested classes of one key apart so
            wanted = base if kind == kinds[0] else f"{base}_{kind}"
            key = free_key(wanted, keys if parent is None else own)
            self._come_from(f"{above}{key}", parent, name, (kind, kinds))
            inner = {key}
            children: list[LabelClass] = []
            if kind != "image_segmentation":
                children = [*self._questions_of(name, inner, f"{above}{key}.")]
                if parent is None:
                    children += [
                        c for child in self._nested[name] for c in self._classes(name, child, inner, f"{key}.")
                    ]
            color = self._colors.get(name) or _COLORS[len(keys) % len(_COLORS)]
            made.append(
                LabelClass(
                    key=key,
                    name=name.removeprefix(f"{parent}.").strip()[:56] or key,
                    type=kind,
                    color=color,
                    number=self._numbers.get((parent, name)) if kind == kinds[0] else None,
                    children=tuple(children),
                )
            )
        return made

    def _come_from(self, path: str, parent: str | None, name: str, taken: tuple[str, list[str]]) -> None:
        kind, kinds = taken
        found = self.kinds[parent, name] or {kind}
        own = [one for one in sorted(found) if one == kind or (one not in kinds and kind in BECOMES[one])]
        becomes = [one for one in KINDS if all(one in {k, *BECOMES[k]} for k in own)]
        lessens = [one for one in KINDS if all(one in {k, *BECOMES[k], *LESSENS.get(k, ())} for k in own)]
        self.origins.append(
            Origin(
                path=path,
                name=name,
                parent=parent,
                kinds=tuple(own),
                is_whole=len(kinds) == 1,
                becomes=tuple(sorted(becomes, key=lambda one: one != kind)),
                lessens=tuple(one for one in lessens if one not in becomes),
            )
        )

    def _questions_of(self, owner: str | None, keys: set[str], above: str) -> list[LabelClass]:
        made = []
        for name, values in self._questions.get(owner, {}).items():
            question = _question(name, values, keys)
            self.origins.append(Origin(path=f"{above}{question.key}", name=name, parent=owner))
            made.append(question)
        return made


def _short(value: str | tuple[str, ...]) -> str | tuple[str, ...]:
    """A value as far as it tells whether it may be an option; longer ones are free texts."""
    return (
        tuple(each[: MAX_TEXT + 1] for each in value[:MAX_OPTIONS])
        if isinstance(value, tuple)
        else value[: MAX_TEXT + 1]
    )


def _joined(kinds: set[str], *, asks: bool) -> list[str]:
    """Kinds that one class can hold together: what is drawn with outlines can all be segments.

    A class that `asks` has questions or nested classes, which segmentations have no room for.
    """
    found = set(kinds)
    if asks and "image_segmentation" in found:
        return sorted(found, reverse=True)
    if {"image_segmentation", "polygon"} <= found:
        found.discard("polygon")
    if {"rectangle", "polygon"} <= found:
        found.discard("rectangle")
    if {"rectangle", "image_segmentation"} <= found:
        found.discard("rectangle")
    return sorted(found)


def _question(name: str, values: list[str | tuple[str, ...]], keys: set[str]) -> LabelClass:
    key = free_key(key_of(name.rpartition(".")[2]), keys)
    label = name.strip()[:56] or key
    texts = [text for value in values for text in (value if isinstance(value, tuple) else (value,))]
    options = tuple(dict.fromkeys(texts))
    if any(isinstance(value, tuple) for value in values):
        return LabelClass(key=key, name=label, type="checklist", options=_options(options))
    if 1 <= len(options) <= MOST_OPTIONS and all(map(OPTION_KEY_PATTERN.fullmatch, options)):
        return LabelClass(key=key, name=label, type="option", options=_options(options))
    return LabelClass(key=key, name=label, type="free_text", max_length=MAX_TEXT)


def _options(texts: tuple[str, ...]) -> tuple[Option, ...]:
    """Options with the texts of the file as their keys, where those can be keys."""
    keys: set[str] = set()
    return tuple(Option(own_key(text, keys), text[:56].strip() or "-") for text in texts)


def own_key(text: str, taken: set[str]) -> str:
    key = text if OPTION_KEY_PATTERN.fullmatch(text) else key_of(text)
    free, number = key, 2
    while free in taken:
        free, number = f"{key[:52]}_{number}", number + 1
    taken.add(free)
    return free


def free_key(key: str, taken: set[str]) -> str:
    """A key that is not taken and no word of the export."""
    free, number = key, 2
    while free in taken or free in FORBIDDEN_KEYS:
        free, number = f"{key[:52]}_{number}", number + 1
    taken.add(free)
    return free
