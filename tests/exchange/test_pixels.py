import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from labelwright.exchange.bridges import joined, parted
from labelwright.exchange.pixels import all_of, mask_of, ring_of_pieces, runs_of, segment_of
from labelwright.exchange.shapes import from_parts, from_rings
from labelwright.model.geometry import ImageSegmentation
from labelwright.raster import semantic_map, trace

masks = arrays.arrays(np.bool_, st.tuples(st.integers(1, 14), st.integers(1, 14)))


@given(masks)
@settings(max_examples=300)
def test_a_mask_in_any_number_of_pieces_is_one_segment_and_one_ring(mask):
    segment = segment_of(runs_of(mask))

    if segment is None:
        assert not mask.any()
        return
    assert np.array_equal(semantic_map([segment.rings], mask.shape[::-1]) > 0, mask)
    assert np.array_equal(semantic_map([[ring_of_pieces(trace(runs_of(mask)))]], mask.shape[::-1]) > 0, mask)


@given(masks)
@settings(max_examples=300)
def test_rings_that_came_apart_cover_what_they_covered_together(mask):
    pieces = trace(runs_of(mask))
    if not pieces:
        return
    shape = from_rings(parted(ring_of_pieces(pieces)), segmented=True)
    assert isinstance(shape, ImageSegmentation)
    assert np.array_equal(semantic_map([shape.rings], mask.shape[::-1]) > 0, mask)


def test_what_lies_in_a_hole_stays():
    mask = np.ones((9, 9), dtype=np.bool_)
    mask[1:8, 1:8] = False
    mask[3:6, 3:6] = True

    segment = segment_of(runs_of(mask))

    assert segment is not None
    assert np.array_equal(semantic_map([segment.rings], (9, 9)) > 0, mask)


def test_many_points_are_joined_without_comparing_all_of_them():
    comb = np.zeros((2002, 60), dtype=np.bool_)
    comb[:1000:2, :50] = comb[:1000, 0] = True
    comb[1002::2, :50] = comb[1002:, 0] = True

    segment = segment_of(runs_of(comb))

    assert segment is not None
    assert np.array_equal(semantic_map([segment.rings], (60, 2002)) > 0, comb)


def box(x: float, y: float, side: float) -> tuple[tuple[float, float], ...]:
    return ((x, y), (x + side, y), (x + side, y + side), (x, y + side))


def test_polygons_in_one_another_have_no_hole_between_them() -> None:
    found = all_of([box(2, 2, 20), box(6, 6, 5)])
    assert isinstance(found, ImageSegmentation)
    assert mask_of(found, (40, 40))[0].stop.sum() - mask_of(found, (40, 40))[0].start.sum() == 400


def test_polygons_that_overlap_cover_what_any_of_them_covers() -> None:
    found = all_of([box(2, 2, 10), box(7, 7, 10)])
    assert isinstance(found, ImageSegmentation)
    runs, bounds = mask_of(found, (40, 40))
    assert (int((runs.stop - runs.start).sum()), bounds) == (175, (2, 2, 15, 15))


def test_polygons_apart_and_holes_of_one_ring_stay_exact() -> None:
    apart = [box(0.25, 0.25, 4.5), box(9.125, 2, 3)]
    assert all_of(apart) == from_parts(apart, segmented=True)
    ring = joined((box(1, 1, 20), box(5, 5, 9)))
    island = [ring, box(8.5, 8.5, 2)]
    assert all_of(island) == from_parts(island, segmented=True)
