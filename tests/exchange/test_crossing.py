"""Rings that cross themselves are found, however they turn, and their area is that of the pixels they cover."""

import math
import random
from itertools import combinations

import numpy as np
import pytest

from labelwright.exchange.areas import area_of
from labelwright.exchange.crossing import are_stars, cross, cross_themselves, is_star
from labelwright.exchange.outlines import Outlines
from labelwright.model.canonical import encoded
from labelwright.model.geometry import ImageSegmentation, Polygon
from labelwright.model.geometry.points import Point2, ring_area
from labelwright.raster import shape_runs

Ring = tuple[Point2, ...]


def hand(a: Point2, b: Point2, c: Point2) -> int:
    double = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
    return (double > 0) - (double < 0)


def meets_itself(ring: Ring) -> bool:
    """Looked up side by side, over whole numbers, which are exact."""
    sides = [(p, ring[(n + 1) % len(ring)]) for n, p in enumerate(ring)]
    for (n, (a, b)), (m, (c, d)) in combinations(enumerate(sides), 2):
        is_apart = m - n not in {1, len(ring) - 1}
        is_near = all(min(a[k], b[k]) <= max(c[k], d[k]) and min(c[k], d[k]) <= max(a[k], b[k]) for k in (0, 1))
        if is_apart and is_near and hand(a, b, c) * hand(a, b, d) <= 0 and hand(c, d, a) * hand(c, d, b) <= 0:
            return True
    return False


def random_ring(chance: random.Random, count: int) -> Ring:
    """Whole numbers: some anyhow, some round a middle with notches."""
    if chance.random() < 0.5:
        return tuple((float(chance.randint(0, 99)), float(chance.randint(0, 99))) for _ in range(count))
    turns = sorted(chance.random() * 2 * math.pi for _ in range(count))
    reach = [chance.randint(10, 200) for _ in turns]
    return tuple(
        (float(round(r * math.cos(t))), float(round(r * math.sin(t)))) for t, r in zip(turns, reach, strict=True)
    )


def rings(count: int, seed: int) -> list[Ring]:
    chance = random.Random(seed)  # noqa: S311 - shapes, no secrets
    made = [random_ring(chance, count) for _ in range(200)]
    return [ring for ring in made if len(set(ring)) == count]


@pytest.mark.parametrize("count", [3, 4, 5, 8, 20])
def test_a_ring_that_meets_itself_is_told_from_one_that_does_not(count: int) -> None:
    some = rings(count, count)
    wanted = [meets_itself(ring) for ring in some]
    assert cross_themselves(np.array(some)).tolist() == wanted
    assert [cross((ring,)) for ring in some] == wanted
    assert len(set(wanted)) == (1 if count == 3 else 2)


@pytest.mark.parametrize("count", [3, 5, 20])
def test_stars_are_the_same_one_by_one_and_in_columns(count: int) -> None:
    some = rings(count, 7 + count)
    points = np.array(some).reshape(-1, 2)
    counts = np.full(len(some), count)
    starts = np.cumsum(counts) - counts
    before = np.arange(-1, len(points) - 1)
    before[starts] = starts + count - 1
    assert are_stars(points, before, starts, counts).tolist() == [is_star(ring) for ring in some]


def pixels(*rings_of_shape: Ring) -> float:
    """The area by even and odd crossings, from 64 pixels in each one."""
    fine = tuple(tuple((8 * (x + 200), 8 * (y + 200)) for x, y in ring) for ring in rings_of_shape)
    runs = shape_runs([[fine]], (3300, 3300))
    return float((runs.stop - runs.start).sum()) / 64


@pytest.mark.parametrize("seed", range(3))
def test_the_area_is_what_even_and_odd_crossings_cover(seed: int) -> None:
    for ring in rings(7, 100 + seed):
        length = sum(math.dist(a, b) for a, b in zip(ring, (*ring[1:], ring[0]), strict=True))
        found = area_of(Polygon(ring))
        assert found == pytest.approx(pixels(ring), abs=length / 4 + 1)
        assert Outlines([encoded(ring)]).areas.tolist() == [found]
        if not meets_itself(ring):
            assert found == pytest.approx(ring_area(ring))


def test_a_ring_that_crosses_itself_twice_and_turns_once_is_no_plain_one() -> None:
    twisted = ((0.0, 0.0), (30.0, 10.0), (60.0, 0.0), (60.0, 10.0), (30.0, 0.0), (0.0, 10.0))
    assert cross((twisted,))
    assert area_of(Polygon(twisted)) == pytest.approx(pixels(twisted), abs=6)


def test_a_hole_that_leaves_its_outline_is_counted_by_pixels() -> None:
    outline, hole = ((0.0, 0.0), (40.0, 0.0), (40.0, 40.0), (0.0, 40.0)), ((30.0, 10.0), (60.0, 10.0), (60.0, 20.0))
    assert cross((outline, hole))
    found = area_of(ImageSegmentation((outline, hole)))
    assert found == pytest.approx(pixels(outline, hole), abs=12)


def test_an_outline_of_ten_thousand_points_is_told_in_one_walk() -> None:
    turns = [2 * math.pi * n / 10_000 for n in range(10_000)]
    ring = tuple(
        ((900 + 90 * math.cos(40 * t)) * math.cos(t), (900 + 90 * math.cos(40 * t)) * math.sin(t)) for t in turns
    )
    assert not cross((ring,))
    assert cross((ring, tuple((x + 500, y) for x, y in ring)))
