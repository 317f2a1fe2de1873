"""Plain shapes, measured many at a time, are what the geometry's own functions say, to the last digit."""

import math
import random

import numpy as np
import pytest
from msgspec.structs import replace

from labelwright.exchange.areas import area_of
from labelwright.exchange.columns import More
from labelwright.exchange.numerals import are_encoded, array_of, decimal_rows, numbers_text, rows_text
from labelwright.exchange.plain import Measured, are_plain, plain_of
from labelwright.exchange.portions import Portion, Shapes, measured
from labelwright.exchange.source import Medium, TaskLabels
from labelwright.model.canonical import encoded, number
from labelwright.model.document import Annotation, Document
from labelwright.model.geometry import Geometry, ImageSegmentation, Polygon, Rectangle, kind_of
from labelwright.model.geometry.points import Point2


def some_number(chance: random.Random) -> float:
    value = chance.uniform(0, 10 ** chance.randint(-6, 5))
    return chance.choice((value, round(value, 2), float(int(value)), 0.0))


def some_ring(chance: random.Random) -> tuple[Point2, ...]:
    """Points anywhere, which cross, or round a centre, with a point twice now and then; few and very many."""
    if chance.random() < 0.6:
        x, y, count = chance.uniform(0, 900), chance.uniform(0, 900), chance.choice((3, 4, 20, 300))
        turns = [(2 * math.pi * n / count, chance.uniform(20, 90)) for n in range(count)]
        ring = tuple((round(x + r * math.cos(t), 1) + 0.0, round(y + r * math.sin(t), 1) + 0.0) for t, r in turns)
        return ring if chance.random() < 0.8 else (*ring[:2], *ring[1:])
    return tuple((some_number(chance), some_number(chance)) for _ in range(chance.randint(3, 30)))


def some_shapes(chance: random.Random, count: int) -> list[Geometry]:
    make = (
        lambda: Polygon(some_ring(chance)),
        lambda: ImageSegmentation((some_ring(chance),)),
        lambda: Rectangle(*(some_number(chance) for _ in range(4))),
    )
    return [chance.choice(make)() for _ in range(count)]


def shapes_of(geometries: list[Geometry]) -> Shapes:
    annotations = tuple(Annotation(id=str(n), class_id="c", geometry=g) for n, g in enumerate(geometries))
    found = plain_of(Document(annotations=annotations)).annotations
    assert are_plain(found)
    return Shapes([one.geometry for one in found])


@pytest.mark.parametrize("seed", range(20))
def test_boxes_areas_and_points_are_those_of_the_geometry(seed: int) -> None:
    geometries = some_shapes(random.Random(seed), 60)  # noqa: S311 - shapes, no secrets
    shapes = shapes_of(geometries)
    assert shapes.bounds.tolist() == [list(kind_of(g).bounds(g)) for g in geometries]
    assert shapes.areas.tolist() == [area_of(g) for g in geometries]
    rings = [ring for g, ring in zip(geometries, shapes.rings(), strict=True) if isinstance(g, Polygon)]
    wanted = [g.points for g in geometries if isinstance(g, Polygon)]
    assert rings == [",".join(number(value) for point in ring for value in point) for ring in wanted]


@pytest.mark.parametrize("seed", range(5))
def test_what_was_measured_before_stands_for_measuring_again(seed: int) -> None:
    geometries = some_shapes(random.Random(seed), 40)  # noqa: S311 - shapes, no secrets
    classes = "cdec"
    made = tuple(Annotation(id=str(n), class_id=classes[n % 4], geometry=g) for n, g in enumerate(geometries))
    made = (*made[:-1], replace(made[-1], z=3, answers={"q": "a\x1f\n;b"}, comment="c"))
    documents = [encoded(Document(annotations=some)) for some in (made[:7], (), made[7:])]
    pieces = measured([(document, (800, 600)) for document in documents])
    medium = Medium(id="m", name="m.png", width=800, height=600)
    task = TaskLabels(task_id="t", state="completed", medium=medium)
    fresh = Portion([replace(task, content=document) for document in documents], lambda _: True)
    contents = [Measured(*one) if one[1] else one[0] for one in zip(documents, pieces, strict=True)]
    kept = Portion([replace(task, content=content) for content in contents], lambda _: True)
    assert [bool(task.columns) for portion in (kept, fresh) for task in portion.tasks] == [
        True,
        False,
        True,
        *[False] * 3,
    ]
    assert kept.shapes.bounds.tolist() == fresh.shapes.bounds.tolist()
    assert kept.shapes.measures("|") == fresh.shapes.measures("|")
    assert kept.shapes.box_losses.tolist() == fresh.shapes.box_losses.tolist()
    assert kept.shapes.rings() == fresh.shapes.rings()
    assert kept.shapes.rings(box="") == fresh.shapes.rings(box="")
    assert kept.shapes.box_corners.tolist() == fresh.shapes.box_corners.tolist()
    assert kept.shapes.outlines.points.tolist() == fresh.shapes.outlines.points.tolist()
    assert kept.shares() == fresh.shares()
    assert kept.ids == fresh.ids
    assert kept.of_groups(kept.groups) == fresh.of_groups(fresh.groups)
    assert kept.more == {len(made) - 1: More({"q": "a\x1f\n;b"}, 3, "c")}
    other = [replace(one, medium=replace(medium, width=400)) for one in kept.tasks]
    assert (
        Portion(other, lambda _: True).shares()
        == Portion([replace(one, medium=replace(medium, width=400)) for one in fresh.tasks], lambda _: True).shares()
    )


def test_nothing_is_measured_of_nothing() -> None:
    shapes = shapes_of([])
    assert (shapes.bounds.shape, shapes.areas.shape, list(shapes.rings())) == ((0, 4), (0,), [])
    assert rows_text(shapes.bounds) == numbers_text(shapes.areas) == []


def test_decimals_are_written_as_repr_writes_them() -> None:
    values = [0.5, 1.0, 1e-5, 3.3e-5, 0.00012, 1e-7, 0.0, 123456.75, math.pi]
    wanted = [str(int(value)) if value == int(value) else repr(value) for value in values]
    rows = decimal_rows(np.array(values), np.array([2, 5, 9]))
    assert [text for row in rows for text in row.split()] == wanted


def test_holes_and_nesting_are_not_plain() -> None:
    ring = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0))
    made = (
        Annotation(id="1", class_id="c", geometry=ImageSegmentation((ring, ring))),
        Annotation(id="2", class_id="c", geometry=Rectangle(1, 2, 3, 4), parent_id="1"),
    )
    assert [one.is_plain for one in plain_of(Document(annotations=made)).annotations] == [False, False]


def as_written(value: float, chance: random.Random) -> str:
    """A number as some program may write it."""
    return chance.choice((repr, "{:.2f}".format, "{:.6f}".format, "{:g}".format, "{:.1f}".format, "{:e}".format))(value)


def test_text_of_numbers_is_taken_over_only_where_it_is_what_the_encoder_writes() -> None:
    chance = random.Random(11)  # noqa: S311 - numbers, no secrets
    taken = 0
    for _ in range(2000):
        texts = [as_written(some_number(chance), chance) for _ in range(chance.randint(1, 3))]
        letters = np.frombuffer(",".join([*texts, ""]).encode(), dtype=np.uint8)
        values = [float(text) for text in texts]
        if are_encoded(letters, np.flatnonzero(letters == ord(",")), np.array(values)):
            taken += 1
            assert f"[{','.join(texts)}]".encode() == encoded(values)
    assert taken > 300


def test_many_numbers_are_an_array() -> None:
    for count in (0, 1, 15, 16, 70_000):
        values = [some_number(random.Random(n)) for n in range(count)]  # noqa: S311 - numbers, no secrets
        assert array_of(values).tolist() == values
