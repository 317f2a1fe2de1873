"""A snapshot of many labelled pictures, as a worker gets it: shapes as in `filling`, without answers or a database.

Every picture has 15 polygons of 20 vertices and 10 rectangles; 20,000 pictures are 300,000 polygons and 200,000 boxes.
"""

import random
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import msgspec
from benchmarks.filling import SIZE_WH, blob, rectangle

from labelwright.exchange.format import chosen
from labelwright.exchange.portions import measured
from labelwright.exchange.requesting import Request
from labelwright.exchange.snapshot import Frame, write_frames
from labelwright.exchange.source import Medium, Scheme
from labelwright.exchange.work import JOB, SNAPSHOT, Job
from labelwright.formats import FORMATS
from labelwright.model.canonical import encoded
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.document import Annotation, Document
from labelwright.model.geometry import Polygon, Rectangle

POLYGONS, RECTANGLES, SHAPES = 15, 10, 200
EACH: Final = POLYGONS + RECTANGLES
_START_MS: Final = 1_700_000_000_000


class Shapes(NamedTuple):
    """The shapes of one picture."""

    polygons: tuple[tuple[tuple[float, float], ...], ...]
    rectangles: tuple[tuple[float, float, float, float], ...]


def shapes_of(seed: int, times: int = 1) -> Shapes:
    """The same seed gives the same shapes; so many times as many where they are asked for."""
    chance = random.Random(seed)
    boxes = [rectangle(chance) for _ in range(times * RECTANGLES)]
    polygons = tuple(blob(chance) for _ in range(times * POLYGONS))
    return Shapes(polygons, tuple((box.x, box.y, box.w, box.h) for box in boxes))


def medium_name(number: int) -> str:
    return f"picture_{number:07}.jpg"


def configuration() -> Configuration:
    """Two classes without questions."""
    ids = _Ids(0)
    classes = (
        LabelClass(id=ids.new(), key="car", name="Car", type="polygon", color="#E4572E"),
        LabelClass(id=ids.new(), key="sign", name="Sign", type="rectangle", color="#17BEBB"),
    )
    return Configuration(id=ids.new(), project_id=ids.new(), revision=1, timestamp=_START_MS, classes=classes)


class _Ids:
    """Ids that look like those of the product, UUIDv7, the same in every run."""

    def __init__(self, seed: int) -> None:
        self._chance, self._now = random.Random(seed), _START_MS

    def new(self) -> str:
        self._now += 1
        value = (self._now << 80) | self._chance.getrandbits(80)
        return str(uuid.UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | (7 << 76) | (2 << 62)))


def frames(labels: Configuration, count: int, *, with_measures: bool = True, times: int = 1) -> Iterator[Frame]:
    """The tasks of a snapshot; no two annotations have one id."""
    ids = _Ids(1)
    drawn = [shapes_of(seed, times) for seed in range(min(max(SHAPES // times, 1), count))]
    for number in range(count):
        name = medium_name(number)
        width, height = SIZE_WH
        medium = Medium(id=ids.new(), name=name, dataset="Benchmark", width=width, height=height)
        document = encoded(_document(labels, drawn[number % len(drawn)], ids))
        (measures,) = measured([(document, SIZE_WH)]) if with_measures else (b"",)
        yield Frame(ids.new(), "completed", "0190b0b4-0000-7000-8000-000000000001", medium, document, measures)


def _document(labels: Configuration, shapes: Shapes, ids: _Ids) -> Document:
    car, sign = (str(label_class.id) for label_class in labels.classes)
    found = [(car, Polygon(points)) for points in shapes.polygons]
    boxes = [(sign, Rectangle(*box)) for box in shapes.rectangles]
    who = "0190b0b4-0000-7000-8000-000000000001"
    return Document(
        annotations=tuple(
            Annotation(
                id=ids.new(),
                class_id=class_id,
                geometry=geometry,
                created_by=who,
                created_at=_START_MS,
                changed_by=who,
                changed_at=_START_MS,
            )
            for class_id, geometry in (*found, *boxes)
        )
    )


def write_snapshot(folder: Path, count: int, *, with_measures: bool = True, times: int = 1) -> Configuration:
    """Lay down the snapshot that `write_job` goes with; `with_measures` as labels have them soon after a save.

    Pictures have so many times as many shapes as usual.
    """
    labels = configuration()
    with (folder / SNAPSHOT).open("wb", buffering=1 << 20) as file:
        write_frames(file, frames(labels, count, with_measures=with_measures, times=times))
    return labels


def write_job(folder: Path, labels: Configuration, form: str, count: int, **settings: str) -> None:
    """Say which archive is to be written."""
    request = Request(format=form, states=("completed",), settings=chosen(FORMATS[form].settings, settings))
    job = Job(
        request=request,
        configuration=labels,
        indices=Scheme(labels).indices,
        project="Benchmark",
        originals=str(folder),
        total=count,
    )
    (folder / JOB).write_bytes(msgspec.json.encode(job))
