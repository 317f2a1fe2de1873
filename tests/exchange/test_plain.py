"""Plain shapes, measured many at a time, are what the geometry's own functions say, to the last digit."""

import math
import random

import numpy as np
import pytest
from msgspec.structs import replace

from labelwright.exchange.areas import area_of
from labelwright.exchange.numerals import decimal_rows, numbers_text, rows_text
from labelwright.exchange.plain import More, are_plain, columns_of, more_of, plain_of
from labelwright.exchange.portions import Shapes, measured
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
    annotations = tuple(Annotation(id=str(n), class_id="c", geometry=g) for n, g in enumerate(geometries))
    annotations = (*annotations[:-1], replace(annotations[-1], z=3, answers={"q": "a\x1f\n;b"}, comment="c"))
    documents = [encoded(Document(annotations=some)) for some in (annotations[:7], (), annotations[7:])]
    found = plain_of(Document(annotations=annotations)).annotations
    columns = columns_of(b"\n".join(filter(None, measured(documents))))
    fresh, kept = Shapes([one.geometry for one in found]), Shapes(columns)
    assert kept.bounds.tolist() == fresh.bounds.tolist()
    assert kept.areas.tolist() == fresh.areas.tolist()
    assert kept.measures("|") == fresh.measures("|")
    assert kept.box_losses.tolist() == fresh.box_losses.tolist()
    assert kept.rings() == fresh.rings()
    assert kept.rings(box="") == fresh.rings(box="")
    assert kept.box_corners.tolist() == fresh.box_corners.tolist()
    assert kept.outlines.points.tolist() == fresh.outlines.points.tolist()
    assert (columns.ids, columns.class_ids) == ([one.id for one in found], [one.class_id for one in found])
    assert more_of(columns) == {len(found) - 1: More({"q": "a\x1f\n;b"}, 3, "c")}


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
