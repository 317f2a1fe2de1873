"""Labels that are hard on formats, made here: each case is a task with a name, all under one configuration."""

import uuid
from collections.abc import Callable, Iterator

from labelwright.exchange.bridges import joined
from labelwright.exchange.source import Medium, Scheme, TaskLabels
from labelwright.model.configuration import Configuration, LabelClass, Option
from labelwright.model.document import Annotation, Answers, Document
from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle

SIZE_WH = (160, 120)


def _uuid(number: int) -> str:
    return str(uuid.UUID(int=number << 64 | 0x7000 << 64 | 0x8000 << 48 | number))


def _class(number: int, key: str, kind: str, *children: LabelClass, options: tuple[str, ...] = ()) -> LabelClass:
    geometry = not options and kind != "free_text"
    return LabelClass(
        id=_uuid(1000 + number),
        key=key,
        name=key.title(),
        type=kind,
        color=f"#{(number * 2654435761) % 0xFFFFFF:06X}" if geometry else None,
        options=tuple(Option(option, option.title()) for option in options),
        max_length=100 if kind == "free_text" else None,
        children=children,
    )


CAR_CHILDREN = (
    _class(11, "car_type", "option", options=("van", "truck", "bus", "taxi")),
    _class(12, "damage", "checklist", _class(13, "damage_note", "free_text"), options=("door", "roof", "glass")),
    _class(14, "front_wheel", "point"),
    _class(15, "rear_wheel", "point"),
    _class(16, "plate", "rectangle", _class(17, "plate_text", "free_text")),
)
CLASSES = (
    _class(1, "car", "rectangle", *CAR_CHILDREN),
    _class(2, "tree", "polygon", _class(21, "leaves", "option", options=("yes", "no"))),
    _class(3, "lane", "line"),
    _class(4, "light", "point"),
    _class(5, "sky", "image_segmentation"),
    _class(6, "water", "image_segmentation"),
    _class(
        7, "weather", "option", _class(71, "rain", "checklist", options=("drizzle", "storm")), options=("dry", "wet")
    ),
    _class(8, "note", "free_text"),
)
CONFIGURATION = Configuration(id=_uuid(1), project_id=_uuid(2), revision=1, timestamp=0, classes=CLASSES)
SCHEME = Scheme(CONFIGURATION)


def class_id(*path: str) -> str:
    """The id of the class at a path of keys."""
    classes, found = CLASSES, None
    for key in path:
        found = next(c for c in classes if c.key == key)
        classes = found.children
    assert found is not None
    return str(found.id)


class _Maker:
    """Makes annotations with ids that grow."""

    def __init__(self) -> None:
        self._next = 5000

    def __call__(
        self, path: str, geometry: Geometry, *, parent: Annotation | None = None, answers: Answers | None = None
    ) -> Annotation:
        self._next += 1
        return Annotation(
            id=_uuid(self._next),
            class_id=class_id(*path.split("/")),
            parent_id=parent.id if parent else None,
            geometry=geometry,
            answers=answers or {},
        )


SQUARE = ((10.0, 10.0), (40.0, 10.0), (40.0, 40.0), (10.0, 40.0))
HOLE = ((20.0, 20.0), (30.0, 20.0), (30.0, 30.0), (20.0, 30.0))


def _everything(make: _Maker) -> Document:
    car = make(
        "car",
        Rectangle(5, 6, 70.5, 40.25),
        answers={class_id("car", "car_type"): "van", class_id("car", "damage"): ("door", "glass")},
    )
    annotations = (
        car,
        make("car/front_wheel", Point(15, 40), parent=car),
        make("car/rear_wheel", Point(60.5, 41.25), parent=car),
        make(
            "car/plate", Rectangle(30, 38, 12, 4), parent=car, answers={class_id("car", "plate", "plate_text"): "A 1"}
        ),
        make(
            "tree",
            Polygon(((100.0, 10.0), (130.5, 20.125), (120.0, 60.0))),
            answers={class_id("tree", "leaves"): "yes"},
        ),
        make("lane", Line(((0.0, 100.0), (80.0, 90.5), (160.0, 110.0)))),
        make("light", Point(140.25, 12)),
        make("sky", ImageSegmentation((SQUARE,))),
    )
    answers: Answers = {
        class_id("weather"): "wet",
        class_id("weather", "rain"): ("storm",),
        class_id("note"): "fog, “ü” & <x>",
    }
    return Document(annotations=annotations, answers=answers)


def _of(*shapes: tuple[str, Geometry]) -> Callable[[_Maker], Document]:
    return lambda make: Document(annotations=tuple(make(path, geometry) for path, geometry in shapes))


def _moved(ring: tuple[tuple[float, float], ...], dx: float, dy: float = 0) -> tuple[tuple[float, float], ...]:
    return tuple((x + dx, y + dy) for x, y in ring)


def _ring(count: int) -> tuple[tuple[float, float], ...]:
    from math import cos, pi, sin

    return tuple((80 + 50 * cos(2 * pi * n / count), 60 + 50 * sin(2 * pi * n / count)) for n in range(count))


CASES: dict[str, Callable[[_Maker], Document]] = {
    "everything": _everything,
    "empty": _of(),
    "holes": _of(
        ("sky", ImageSegmentation((SQUARE, HOLE))),
        ("water", ImageSegmentation((_moved(SQUARE, 60), _moved(HOLE, 55), _moved(HOLE, 65, -5)))),
    ),
    "touching": _of(
        ("tree", Polygon(SQUARE)),
        ("tree", Polygon(_moved(SQUARE, 30))),
        ("sky", ImageSegmentation((_moved(SQUARE, 0, 30),))),
    ),
    "border": _of(
        ("car", Rectangle(0, 0, 160, 120)),
        ("tree", Polygon(((0.0, 0.0), (160.0, 0.0), (160.0, 120.0), (0.0, 120.0)))),
        ("sky", ImageSegmentation((((150.0, 100.0), (160.0, 100.0), (160.0, 120.0), (150.0, 120.0)),))),
    ),
    "one-pixel": _of(
        ("car", Rectangle(7, 9, 1, 1)),
        ("sky", ImageSegmentation((((50.0, 50.0), (51.0, 50.0), (51.0, 51.0), (50.0, 51.0)),))),
    ),
    "fractions": _of(
        ("car", Rectangle(1 / 3, 2 / 3, 10.1, 20.000001)),
        ("tree", Polygon(_ring(37))),
        ("light", Point(0.1 + 0.2, 1e-3)),
    ),
    "bridged": _of(
        ("tree", Polygon(joined((SQUARE, HOLE)))),
        ("tree", Polygon(joined((_moved(SQUARE, 40), _moved(HOLE, 75, 5))))),
        ("sky", ImageSegmentation((joined((_moved(HOLE, 0, 60), _moved(SQUARE, 30, 70))),))),
    ),
    "self-crossing": _of(("tree", Polygon(((10.0, 10.0), (60.0, 60.0), (60.0, 10.0), (10.0, 60.0))))),
    "overlapping": _of(("sky", ImageSegmentation((SQUARE,))), ("water", ImageSegmentation((_moved(SQUARE, 15, 15),)))),
    "opened": lambda make: Document(
        annotations=(make("car", Rectangle(1, 1, 9, 9), answers={class_id("car", "car_type"): None}),),
        answers={class_id("weather"): None, class_id("note"): ""},
    ),
}

NAMES = {
    "everything": "everything.png",
    "empty": "nothing here.jpg",
    "holes": "Löcher 穴.png",
    "touching": "frame.jpg",
    "border": "frame.png",
    "one-pixel": "FRAME.png",
    "fractions": "a.b.c.png",
    "bridged": "bridge.png",
    "self-crossing": "-dash.png",
    "overlapping": "con.png",
    "opened": "مفتوح.png",
}


def tasks() -> Iterator[TaskLabels]:
    """Every case as a completed task, by the name of its medium."""
    make = _Maker()
    made = []
    for number, (case, build) in enumerate(CASES.items()):
        medium = Medium(
            id=_uuid(100 + number),
            name=NAMES[case],
            dataset="Corpus",
            width=SIZE_WH[0],
            height=SIZE_WH[1],
            sha256=f"{number:064x}",
            size_bytes=1000,
            content_type="image/png",
        )
        made.append(TaskLabels(task_id=_uuid(300 + number), state="completed", medium=medium, document=build(make)))
    return iter(sorted(made, key=lambda task: (task.medium.name, task.medium.id)))
