import tracemalloc
from collections.abc import Sequence

import numpy as np
import pytest
import rasterio.features
from hypothesis import example, given, settings
from hypothesis import strategies as st

from labelwright.raster import Rule, area, fill, semantic_map

Ring = list[tuple[float, float]]

SQUARE: Ring = [(10, 10), (40, 10), (40, 40), (10, 40)]
HOLE: Ring = [(20, 20), (30, 20), (30, 30), (20, 30)]
RULES: list[Rule] = ["centre", "outline"]

whole = st.integers(-8, 28).map(float)
halves = st.integers(-16, 56).map(lambda number: number / 2)
quarters = st.integers(-32, 112).map(lambda number: number / 4)
anything = st.floats(-8, 28)
huge = st.floats(-1e7, 1e7)
sizes = st.tuples(st.integers(1, 24), st.integers(1, 24))


def rings_on(*grids: st.SearchStrategy[float]) -> st.SearchStrategy[Ring]:
    return st.one_of(*(st.lists(st.tuples(grid, grid), min_size=3, max_size=9) for grid in grids))


rings = rings_on(whole, halves, quarters, anything, huge, st.one_of(whole, huge))


def rectangle(left: float, top: float, right: float, bottom: float) -> Ring:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def foreground(segments: Sequence[Sequence[Ring]], size_wh: tuple[int, int], rule: Rule = "centre") -> np.ndarray:
    return semantic_map(segments, size_wh, rule) > 0


def gdal(size_wh: tuple[int, int], *rings: Ring) -> np.ndarray:
    polygon = {"type": "Polygon", "coordinates": [[*ring, ring[0]] for ring in rings]}
    return rasterio.features.rasterize([(polygon, 1)], out_shape=size_wh[::-1], dtype="uint8") > 0


def centres_on_level_sides(ring: Ring, size_wh: tuple[int, int]) -> np.ndarray:
    x, y = np.arange(size_wh[0]) + 0.5, np.arange(size_wh[1]) + 0.5
    found = np.zeros(size_wh[::-1], dtype=bool)
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if y0 == y1:
            found |= (y == y0)[:, None] & (x >= min(x0, x1)) & (x <= max(x0, x1))
    return found


def test_a_square_covers_900_pixels_and_800_with_a_hole():
    assert foreground([[SQUARE]], (50, 50)).sum() == 900
    assert foreground([[SQUARE, HOLE]], (50, 50)).sum() == 800


def test_a_map_is_255_on_0_in_rows_and_columns_of_the_picture():
    mask = semantic_map([[rectangle(2, 1, 5, 3)]], (7, 4))

    assert mask.dtype == np.uint8
    assert mask.tolist() == [[0] * 7, [0, 0, 255, 255, 255, 0, 0], [0, 0, 255, 255, 255, 0, 0], [0] * 7]


@given(rings, sizes)
@settings(max_examples=500)
@example([(0.5, 0.5), (4.5, 0.5), (4.5, 4.5), (0.5, 4.5)], (6, 6))
def test_a_ring_covers_the_pixels_that_gdal_gives_it(ring, size_wh):
    ours, theirs = foreground([[ring]], size_wh), gdal(size_wh, ring)
    level = centres_on_level_sides(ring, size_wh)

    assert np.array_equal(ours[~level], theirs[~level])
    assert not (ours & ~theirs).any(), "on a level side gdal may paint more, never less: docs/adr/0003"


@given(st.lists(st.tuples(halves, st.integers(1, 8)), min_size=1, max_size=6), st.booleans(), halves, sizes)
@settings(max_examples=300)
def test_a_ring_that_does_not_cross_itself_is_gdals_on_level_sides_too(columns, backwards, base, size_wh):
    left, steps = -4.5, []
    for height, width in columns:
        top = base - abs(height) - 0.5
        steps += [(left, top), (left + width / 2, top)]
        left += width / 2
    ring = [*steps, (left, base), (-4.5, base)][:: -1 if backwards else 1]

    assert np.array_equal(foreground([[ring]], size_wh), gdal(size_wh, ring))


@given(rings, st.lists(rings, max_size=3), sizes)
def test_a_segment_is_its_outline_without_each_of_its_holes(outline, holes, size_wh):
    segment = [outline, *holes]
    undisputed = ~np.logical_or.reduce([centres_on_level_sides(ring, size_wh) for ring in segment])
    expected = gdal(size_wh, outline)
    for hole in holes:
        expected &= ~gdal(size_wh, hole)

    assert np.array_equal(foreground([segment], size_wh)[undisputed], expected[undisputed])


def test_a_hole_on_centres_is_cut_whole_where_gdal_leaves_a_row_of_it():
    outline, hole = rectangle(10.5, 10.5, 40.5, 40.5), rectangle(20.5, 20.5, 30.5, 30.5)

    assert foreground([[outline, hole]], (50, 50)).sum() == 800
    assert gdal((50, 50), outline, hole).sum() == 810


@given(st.lists(st.lists(rings, min_size=1, max_size=3), max_size=4), sizes, st.sampled_from(RULES))
def test_a_map_is_the_union_of_its_segments(segments, size_wh, rule):
    expected = np.zeros(size_wh[::-1], dtype=bool)
    for outline, *holes in segments:
        segment = foreground([[outline]], size_wh, rule)
        for hole in holes:
            segment &= ~foreground([[hole]], size_wh, rule)
        expected |= segment

    assert np.array_equal(foreground(segments, size_wh, rule), expected)


@pytest.mark.parametrize("rule", RULES)
def test_overlapping_segments_do_not_cancel(rule):
    once = foreground([[SQUARE]], (50, 50), rule)

    assert np.array_equal(foreground([[SQUARE], [SQUARE]], (50, 50), rule), once)
    assert np.array_equal(foreground([[SQUARE], [HOLE]], (50, 50), rule), once)


@pytest.mark.parametrize("rule", RULES)
def test_a_hole_never_erases_another_segment(rule):
    filled = foreground([[SQUARE]], (50, 50), rule)

    assert np.array_equal(foreground([[SQUARE], [SQUARE, HOLE]], (50, 50), rule), filled)
    assert np.array_equal(foreground([[SQUARE, HOLE], [SQUARE]], (50, 50), rule), filled)


@pytest.mark.parametrize("rule", RULES)
def test_holes_that_overlap_or_leave_the_outline_cut_no_more_than_they_cover(rule):
    holes = [HOLE, HOLE, rectangle(25, 25, 45, 28)]
    cut = np.logical_or.reduce([foreground([[hole]], (50, 50), rule) for hole in holes])

    found = foreground([[SQUARE, *holes]], (50, 50), rule)

    assert np.array_equal(found, foreground([[SQUARE]], (50, 50), rule) & ~cut)


def test_parts_outside_the_picture_are_clipped():
    assert foreground([[rectangle(-5, -5, 3, 2)]], (10, 10)).sum() == 6
    assert foreground([[rectangle(8, 7, 90, 90)]], (10, 10)).sum() == 6
    assert foreground([[rectangle(-1e7, -1e7, 1e7, 1e7)]], (10, 10)).all()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("offset", [(-60, 0), (60, 0), (0, -60), (0, 60), (1e7 - 60, 1e7 - 60)])
def test_segments_beside_the_picture_paint_nothing(rule, offset):
    moved = [[(x + offset[0], y + offset[1]) for x, y in ring] for ring in (SQUARE, HOLE)]

    assert not foreground([moved], (50, 50), rule).any()


@pytest.mark.parametrize("ring", [[], [(5, 5)], [(1, 1), (8, 8)], [(5, 5)] * 4, [(1, 3), (8, 3), (4, 3)]])
def test_rings_without_area_paint_nothing_by_the_centre_rule(ring):
    assert not foreground([[ring]], (10, 10)).any()
    assert foreground([[rectangle(1, 1, 9, 9), ring]], (10, 10)).sum() == 64


@pytest.mark.parametrize("rule", RULES)
def test_no_segments_make_an_empty_map(rule):
    assert not foreground([], (5, 4), rule).any()
    assert not foreground([[]], (5, 4), rule).any()


def test_a_ring_that_crosses_itself_is_filled_even_odd():
    bow_tie = [(0, 0), (8, 8), (8, 0), (0, 8)]
    twice_round = [*rectangle(0, 0, 8, 8), *rectangle(0, 0, 4, 8)]

    assert foreground([[bow_tie]], (8, 8)).sum() == 32
    assert foreground([[twice_round]], (8, 8)).tolist() == [[False] * 4 + [True] * 4] * 8


@given(st.lists(st.tuples(halves, halves), min_size=1, max_size=6), sizes)
def test_rings_that_share_sides_share_no_pixel_and_leave_none_out(shared, size_wh):
    fence = [(point[0], y) for point, y in zip(shared, sorted(point[1] for point in shared), strict=True)]
    left = [(-30.0, -30.0), (0.0, -30.0), *fence, (0.0, 60.0), (-30.0, 60.0)]
    right = [(60.0, -30.0), (0.0, -30.0), *fence, (0.0, 60.0), (60.0, 60.0)]

    assert np.array_equal(foreground([[left]], size_wh), ~foreground([[right]], size_wh))


@given(rings, st.integers(0, 8), sizes, st.sampled_from(RULES))
def test_first_point_and_direction_of_a_ring_do_not_matter(ring, turns, size_wh, rule):
    turned = [*ring[turns:], *ring[:turns]]

    assert np.array_equal(foreground([[turned[::-1]]], size_wh, rule), foreground([[ring]], size_wh, rule))


@given(st.lists(rings, min_size=1, max_size=4), sizes, st.sampled_from(RULES))
def test_the_area_of_a_segment_is_the_number_of_its_pixels(segment, size_wh, rule):
    assert area(segment, size_wh, rule) == foreground([segment], size_wh, rule).sum()


@given(st.lists(st.lists(rings, min_size=1, max_size=3), max_size=3), st.sampled_from(RULES))
def test_a_map_painted_in_many_portions_is_the_map_painted_at_once(segments, rule):
    at_once = foreground(segments, (20, 24), rule)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fill, "_BLOCK_PIXELS", 100)
        patch.setattr(fill, "_CROSSINGS_AT_ONCE", 3)
        in_portions = foreground(segments, (20, 24), rule)

    assert np.array_equal(in_portions, at_once)


@pytest.mark.parametrize("rule", RULES)
def test_the_last_row_and_column_of_the_largest_sides_are_painted(rule):
    corner = rectangle(65_534, 0, 65_600, 2)

    assert np.argwhere(foreground([[corner]], (65_535, 2), rule)).tolist() == [[0, 65_534], [1, 65_534]]
    upright = [(y, x) for x, y in corner]
    assert np.argwhere(foreground([[upright]], (2, 65_535), rule)).tolist() == [[65_534, 0], [65_534, 1]]


@pytest.mark.parametrize("size_wh", [(0, 5), (5, 0), (65_536, 5), (5, 65_536), (-1, 5)])
def test_a_picture_without_pixels_or_with_too_many_is_refused(size_wh):
    with pytest.raises(ValueError, match=f"{size_wh[0]} x {size_wh[1]} pixels"):
        semantic_map([[SQUARE]], size_wh)
    with pytest.raises(ValueError, match="1 to 65535"):
        area([SQUARE], size_wh)


@pytest.mark.parametrize("segment", [SQUARE, [[1.0, 2.0, 3.0, 4.0]], [[(1, 2, 3)] * 3]])
def test_what_is_not_rings_of_points_is_refused(segment):
    with pytest.raises(ValueError, match="reshape"):
        semantic_map([segment], (50, 50))


def test_a_map_needs_little_memory_besides_itself():
    angle = np.arange(2_000) * 2.4
    star = np.stack((3_000 + 2_900 * np.cos(angle), 2_000 + 1_900 * np.sin(angle)), axis=1)
    tracemalloc.start()
    try:
        semantic_map([[star, rectangle(2_000, 1_000, 4_000, 3_000)]], (6_000, 4_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert peak < 6_000 * 4_000 + 24_000_000
