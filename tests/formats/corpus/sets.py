"""The sets of the corpus: each is a project of its own, with a configuration and pictures."""

import hashlib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Final

from labelwright.exchange.source import Medium, Scheme, TaskLabels
from labelwright.model.configuration import Configuration
from labelwright.model.document import Document
from labelwright.model.geometry import Point, Polygon, Rectangle
from tests.formats.corpus import shapes
from tests.formats.corpus.making import Case, Maker, classed, configured, drawn, nothing, own_uuid

FOLDER: Final = Path(__file__).parents[2] / "samples" / "corpus"
"""Where the files of the corpus lie; `scripts/corpus.py` writes them."""
_FIRST_MEDIUM, _FIRST_TASK = 100, 300


class CorpusSet:
    """One set. Ids count on from `start`, so that sets can stand beside one another in one database."""

    def __init__(
        self, name: str, about: str, configuration: Configuration, cases: tuple[Case, ...], start: int
    ) -> None:
        self.name, self.about, self.configuration, self.cases, self.start = name, about, configuration, cases, start

    @cached_property
    def scheme(self) -> Scheme:
        return Scheme(self.configuration)

    def tasks(self) -> Iterator[TaskLabels]:
        """Every case as a task, by the name of its medium, as an export walks over them."""
        return iter(self._tasks)

    def task(self, case: str) -> TaskLabels:
        return next(task for task, own in zip(self._made, self.cases, strict=True) if own.id == case)

    @cached_property
    def _made(self) -> tuple[TaskLabels, ...]:
        make = Maker(self.configuration)
        return tuple(self._task(number, case, make) for number, case in enumerate(self.cases))

    @cached_property
    def _tasks(self) -> tuple[TaskLabels, ...]:
        return tuple(sorted(self._made, key=lambda task: (task.medium.name, task.medium.id)))

    def _task(self, number: int, case: Case, make: Maker) -> TaskLabels:
        place = self.picture(case)
        raw = place.read_bytes() if place is not None and place.is_file() else None
        medium = Medium(
            id=own_uuid(self.start + _FIRST_MEDIUM + number),
            name=case.medium,
            dataset=case.dataset,
            width=case.size_wh[0] if raw is not None else None,
            height=case.size_wh[1] if raw is not None else None,
            sha256=hashlib.sha256(raw).hexdigest() if raw is not None else None,
            size_bytes=len(raw) if raw is not None else None,
            content_type=_content_type(case.medium) if raw is not None else None,
            orientation=case.orientation,
        )
        task_id = own_uuid(self.start + _FIRST_TASK + number)
        return TaskLabels(task_id=task_id, state=case.state, medium=medium, content=case.build(make))

    def picture(self, case: Case) -> Path | None:
        """Where the picture of a case lies, under a name that every system takes; None for one that is not there."""
        extension = case.medium.rpartition(".")[2].lower()
        return FOLDER / self.name / "pictures" / f"{case.id}.{extension}" if case.is_seen else None


def _content_type(name: str) -> str:
    return "image/jpeg" if name.lower().endswith(".jpg") else "image/png"


# --- many classes, many objects, renamed classes --------------------------------------------------------------------

_MANY: Final = 300
_KINDS: Final = ("rectangle", "polygon", "point")
MANY_CLASSES: Final = configured(
    *(classed(n, f"class {n:03d}", _KINDS[n % 3], name=f"Class № {n}") for n in range(_MANY))
)
# Somebody renamed the classes after the labels were made: names say the opposite of export keys.
RENAMED: Final = configured(
    classed(
        1,
        "car",
        "rectangle",
        classed(11, "wheel", "point", name="Lamp"),
        classed(12, "lamp", "point", name="Wheel"),
        name="Truck",
    ),
    classed(2, "truck", "rectangle", name="Car"),
    classed(3, "bike", "polygon", name="Fahrrad 自転車"),
    classed(
        *(4, "light", "option"),
        name="Darkness",
        options=("day", "night"),
    ),
    classed(5, "darkness", "option", name="Light", options=("night", "day")),
)


def _one_of_each(make: Maker) -> Document:
    found = []
    for n in range(_MANY):
        x, y = float(n % 20 * 8), float(n // 20 * 8)
        shape = (Rectangle(x, y, 5, 5), Polygon(((x, y), (x + 5, y), (x, y + 5))), Point(x, y))[n % 3]
        found.append(make(f"class {n:03d}", shape))
    return drawn(*found)


def _five_thousand(make: Maker) -> Document:
    """Boxes that are all different, five objects on every fourth pixel."""
    boxes = (Rectangle(n % 100 * 1.5, n // 100 * 2.25, 2 + n % 7, 1 + n % 5 / 2) for n in range(5000))
    return drawn(*(make("car", box) for box in boxes))


def _renamed(make: Maker) -> Document:
    car = make("car", Rectangle(5, 5, 40, 30))
    return drawn(
        car,
        make("car/wheel", Point(10, 30), car),
        make("car/lamp", Point(40, 20), car),
        make("truck", Rectangle(60, 5, 40, 30)),
        make("bike", Polygon(((10.0, 60.0), (50.0, 60.0), (30.0, 90.0)))),
        answers=make.answers(light="day", darkness="night"),
    )


SHAPES: Final = CorpusSet(
    "shapes", "What is hard on formats, one thing a picture.", shapes.CONFIGURATION, shapes.SHAPES, 0
)
CLASSES: Final = CorpusSet(
    "classes",
    "300 classes.",
    MANY_CLASSES,
    (
        Case("each", "One object of each of 300 classes.", "each.png", _one_of_each),
        Case("none", "And a picture without any.", "none.png", nothing),
    ),
    500,
)
OBJECTS: Final = CorpusSet(
    "objects",
    "5,000 objects in one picture, and none in another.",
    shapes.CONFIGURATION,
    (
        Case("many", "5,000 boxes.", "5000.png", _five_thousand),
        Case("none", "And a picture without any.", "0.png", nothing),
    ),
    600,
)
RENAMED_CLASSES: Final = CorpusSet(
    "renamed",
    "Classes whose names were changed: the name of one is the export key of another.",
    RENAMED,
    (Case("swapped", "Names that are other classes' keys.", "swapped.png", _renamed),),
    700,
)
SETS: Final = (SHAPES, CLASSES, OBJECTS, RENAMED_CLASSES)
