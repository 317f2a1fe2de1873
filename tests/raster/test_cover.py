import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.raster import (
    Runs,
    bounds_of,
    bounds_of_each,
    count_pixels,
    find_runs,
    iou,
    regrouped,
    rims,
    semantic_map,
    shape_runs,
    stack,
    visible,
)
from labelwright.raster.runs import LARGEST_SIDE, turned
from tests.raster.test_fill import rings_on

SIZE_WH = (20, 14)
rings = rings_on(st.integers(-3, 22).map(float), st.floats(-3, 22))
shapes = st.lists(st.lists(st.lists(rings, min_size=1, max_size=2), max_size=2), max_size=6)


def painted(runs: Runs, nothing: int = -1) -> np.ndarray:
    pixels = np.full(SIZE_WH[::-1], nothing)
    for owner, row, start, stop in zip(*(column.tolist() for column in runs), strict=True):
        pixels[row, start:stop] = owner
    return pixels


def stacked(shapes: list, order: list[int]) -> np.ndarray:
    pixels = np.full(SIZE_WH[::-1], -1)
    for number in order:
        pixels[semantic_map(shapes[number], SIZE_WH) > 0] = number
    return pixels


def overlap(runs: Runs) -> bool:
    order = np.lexsort((runs.start, runs.row))
    row, start, stop = (column[order] for column in (runs.row, runs.start, runs.stop))
    return bool(((row[1:] == row[:-1]) & (start[1:] < stop[:-1])).any())


@given(shapes, st.randoms())
@settings(max_examples=200)
def test_what_is_painted_last_is_seen(shapes, random):
    order = random.sample(range(len(shapes)), len(shapes))

    seen = visible(shape_runs(shapes, SIZE_WH), np.array(order, dtype=np.int64))

    assert np.array_equal(painted(seen), stacked(shapes, order))
    assert not overlap(seen)
    assert (np.diff(seen.row * 100 + seen.start) > 0).all()


@given(shapes)
def test_pixels_are_counted_by_shape(shapes):
    runs = shape_runs(shapes, SIZE_WH)

    counts, boxes = count_pixels(runs, len(shapes)).tolist(), bounds_of_each(runs, len(shapes)).tolist()

    each = [runs.where(runs.owner == number) for number in range(len(shapes))]
    assert boxes == [list(bounds_of(mine)) for mine in each]
    assert counts == [int((semantic_map(shape, SIZE_WH) > 0).sum()) for shape in shapes]


def test_a_shape_under_another_is_counted_as_seen_by_nobody():
    square = [[(2, 2), (6, 2), (6, 6), (2, 6)]]
    larger = [[(0, 0), (9, 0), (9, 9), (0, 9)]]

    seen = visible(shape_runs([[square], [larger]], SIZE_WH), np.array([0, 1]))

    assert count_pixels(seen, 2).tolist() == [0, 81]


@given(shapes, st.integers(1, 9))
@settings(max_examples=200)
def test_a_rim_is_what_has_somebody_else_near(shapes, width):
    order = np.arange(len(shapes))
    seen = visible(shape_runs(shapes, SIZE_WH), order)

    found = painted(rims(seen, SIZE_WH, width)) == 0

    pixels = np.pad(painted(seen), width, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(pixels, (2 * width + 1,) * 2)
    assert np.array_equal(found, windows.max(axis=(2, 3)) != windows.min(axis=(2, 3)))


@given(shapes)
def test_runs_turned_into_columns_and_back_are_the_same(shapes):
    runs = shape_runs(shapes, SIZE_WH)
    columns = turned(runs)

    assert all(np.array_equal(one, other) for one, other in zip(turned(columns), runs, strict=True))
    for number in range(len(shapes)):
        mask = semantic_map(shapes[number], SIZE_WH) > 0
        upright = find_runs(mask.T.copy())
        upright = upright.where(upright.owner > 0)
        mine = columns.where(columns.owner == number)
        assert [c.tolist() for c in mine[1:]] == [c.tolist() for c in upright[1:]]


@given(rings, rings)
def test_shapes_are_compared_by_their_pixels(one, other):
    first, second = (semantic_map([[ring]], SIZE_WH) > 0 for ring in (one, other))
    together = (first | second).sum()

    found = iou([[one]], [[other]], SIZE_WH)

    assert found == ((first & second).sum() / together if together else 1.0)


@given(shapes, st.lists(st.integers(0, 2), min_size=6, max_size=6))
def test_objects_of_one_group_are_one_owner(shapes, group):
    seen = visible(shape_runs(shapes, SIZE_WH), np.arange(len(shapes)))

    found = regrouped(seen, np.array(group))

    pixels = painted(seen)
    assert np.array_equal(painted(found), np.where(pixels < 0, -1, np.array(group)[pixels]))
    touching = (found.row[1:] == found.row[:-1]) & (found.start[1:] == found.stop[:-1])
    assert (found.owner[1:] != found.owner[:-1])[touching].all()


@given(shapes, st.lists(st.integers(0, 4), min_size=6, max_size=6), st.randoms())
@settings(max_examples=200)
def test_pixels_in_which_one_of_the_group_is_seen_are_counted(shapes, group, random):
    order = random.sample(range(len(shapes)), len(shapes))
    groups = np.array(group[: len(shapes)], dtype=np.int64)

    found = stack(shape_runs(shapes, SIZE_WH), np.array(order, dtype=np.int64))

    top = stacked(shapes, order)
    at_top = np.where(top < 0, -1, np.append(groups, -1)[top])
    masks = [semantic_map(shape, SIZE_WH) > 0 for shape in shapes]
    assert found.count_seen(groups).tolist() == [
        int((mask & (at_top == own)).sum()) for mask, own in zip(masks, groups, strict=True)
    ]
    assert np.array_equal(painted(found.seen(groups)), at_top)


def test_pixels_of_groups_in_the_largest_picture_are_counted():
    side = LARGEST_SIDE
    square = [[(0, 0), (side, 0), (side, side), (0, side)]]
    half = [[(0, 0), (side, 0), (side, 30_000), (0, 30_000)]]
    runs = shape_runs([[square], [half], [half], [square], [half]], (side, side))

    found = stack(runs, np.array([0, 1, 3, 2, 4]))

    assert found.count_seen(np.array([1, 0, 0, 1, 1])).tolist() == [side * side, 0, 0, side * side, 30_000 * side]
