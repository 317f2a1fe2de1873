"""What the cases of the corpus are made with: ids that count up, classes, annotations, and what a case is."""

import uuid
from collections.abc import Callable, Iterable
from math import cos, pi, sin, tau
from typing import Final, NamedTuple

import msgspec

from labelwright.model.configuration import Configuration, LabelClass, Option
from labelwright.model.document import Annotation, Answers, Document
from labelwright.model.geometry import Geometry

SIZE_WH: Final = (160, 120)
Ring = tuple[tuple[float, float], ...]


def own_uuid(number: int) -> str:
    """A UUID (version 7) that sorts by its number, and ends in it."""
    return str(uuid.UUID(int=number << 80 | 0x7 << 76 | 0b10 << 62 | number))


def classed(
    number: int, key: str, kind: str, *children: LabelClass, options: tuple[str, ...] = (), name: str | None = None
) -> LabelClass:
    """A class; `number` becomes its id."""
    geometry = not options and kind != "free_text"
    return LabelClass(
        id=own_uuid(1000 + number),
        key=key,
        name=name or key.title(),
        type=kind,
        color=f"#{(number * 2654435761) % 0xFFFFFF:06X}" if geometry else None,
        options=tuple(Option(option, option.title()) for option in options),
        max_length=100 if kind == "free_text" else None,
        children=children,
    )


def configured(*classes: LabelClass) -> Configuration:
    return Configuration(id=own_uuid(1), project_id=own_uuid(2), revision=1, timestamp=0, classes=classes)


def find_id(configuration: Configuration, path: str) -> str:
    """The id of the class at a path of keys."""
    classes, found = configuration.classes, None
    for key in path.split("/"):
        found = next(c for c in classes if c.key == key)
        classes = found.children
    assert found is not None
    return str(found.id)


class Maker:
    """Makes annotations with ids that grow, under one configuration."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration, self._next = configuration, 5000

    def ids(self, path: str) -> str:
        return find_id(self._configuration, path)

    def answers(self, **given: str | tuple[str, ...] | None) -> Answers:
        """Answers by path, with `__` for `/`."""
        return dict(sorted((self.ids(path.replace("__", "/")), answer) for path, answer in given.items()))

    def __call__(
        self, path: str, geometry: Geometry, parent: Annotation | None = None, number: int = 0, **fields: object
    ) -> Annotation:
        self._next += 1
        fresh = Annotation(
            id=own_uuid(number or self._next),
            class_id=self.ids(path),
            parent_id=parent.id if parent else None,
            geometry=geometry,
        )
        return msgspec.structs.replace(fresh, **fields)


Build = Callable[[Maker], Document]


class Case(NamedTuple):
    """One picture with its labels. `about` says what is hard on it; `orientation` is the EXIF one of its file."""

    id: str
    about: str
    medium: str
    build: Build
    dataset: str = "Corpus"
    state: str = "completed"
    orientation: int = 1
    is_seen: bool = True

    @property
    def size_wh(self) -> tuple[int, int]:
        """Of the displayed picture; every file is 160 x 120."""
        return SIZE_WH if self.orientation < 5 else SIZE_WH[::-1]


def drawn(*annotations: Annotation, answers: Answers | None = None) -> Document:
    """A document of some annotations, by id."""
    return Document(annotations=tuple(sorted(annotations, key=lambda a: a.id)), answers=answers or {})


def of(*shapes: tuple[str, Geometry]) -> Build:
    """Shapes with the paths of their classes, and nothing else."""
    return lambda make: drawn(*(make(path, geometry) for path, geometry in shapes))


def nothing(_: Maker) -> Document:
    return Document()


# --- rings ----------------------------------------------------------------------------------------------------------

SQUARE: Final[Ring] = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0), (10.0, 40.0))
HOLE: Final[Ring] = ((20.0, 20.0), (30.0, 20.0), (30.0, 30.0), (20.0, 30.0))


def moved(ring: Ring, dx: float, dy: float = 0) -> Ring:
    return tuple((x + dx, y + dy) for x, y in ring)


def round_ring(count: int, centre: tuple[float, float] = (80, 60), radius: float = 50) -> Ring:
    x, y = centre
    return tuple((x + radius * cos(tau * n / count), y + radius * sin(tau * n / count)) for n in range(count))


def turned_box(centre: tuple[float, float], sides: tuple[float, float], degrees: float) -> Ring:
    """The corners of a box that is turned about its centre, clockwise as people see it."""
    (x, y), (w, h), angle = centre, sides, degrees * pi / 180
    corners: Iterable[tuple[float, float]] = ((-w / 2, -h / 2), (w / 2, -h / 2), (w / 2, h / 2), (-w / 2, h / 2))
    return tuple((x + u * cos(angle) - v * sin(angle), y + u * sin(angle) + v * cos(angle)) for u, v in corners)
