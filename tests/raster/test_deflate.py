import itertools
import zlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelwright.raster import deflate as module
from labelwright.raster import huffman, tokens
from labelwright.raster.deflate import deflate
from labelwright.raster.tokens import ByteRuns, Layout

WIDTHS = (1, 2, 3)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[ByteRuns, Layout]:
    """Rows of runs, each row behind a byte of 0; some rows stand several times."""
    width, columns = draw(st.sampled_from(WIDTHS)), draw(st.integers(1, 900))
    value = st.integers(0, 3) | st.integers(0, 256**width - 1)
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        cuts = sorted({0, columns, *draw(st.lists(st.integers(0, columns), max_size=30))})
        row = [(1, 0), *((width * (b - a), draw(value)) for a, b in itertools.pairwise(cuts))]
        rows += row * draw(st.integers(1, 4))
    return runs_of(rows), Layout(width, 1 + width * columns)


def runs_of(rows: list[tuple[int, int]]) -> ByteRuns:
    return ByteRuns(*(np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)))


def bytes_of(runs: ByteRuns, width: int) -> bytes:
    pairs = zip(runs.length.tolist(), runs.value.tolist(), strict=True)
    return b"".join((value.to_bytes(width, "big") * length)[-length:] for length, value in pairs)


def stream(runs: ByteRuns, layout: Layout) -> bytes:
    return b"".join(deflate([runs], layout))


@given(pictures())
@settings(max_examples=200)
def test_any_zlib_reads_what_was_written(picture):
    runs, layout = picture

    assert zlib.decompress(stream(runs, layout)) == bytes_of(runs, layout.width)


@given(pictures(), st.lists(st.integers(0, 100), max_size=5), st.integers(5, 40))
@settings(max_examples=50)
def test_how_runs_are_handed_over_changes_no_byte(picture, cuts, at_once):
    runs, layout = picture
    bounds = sorted({0, runs.length.size, *(min(cut, runs.length.size) for cut in cuts)})
    groups = [runs.portion(a, b) for a, b in itertools.pairwise(bounds)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_RUNS_AT_ONCE", at_once)
        whole, parts = stream(runs, layout), b"".join(deflate(groups, layout))

    assert whole == parts
    assert zlib.decompress(whole) == bytes_of(runs, layout.width)


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("columns", [1, 100, 70_000])
def test_noise_grows_by_a_few_bytes_at_most(width, columns):
    noise = np.random.default_rng(3).integers(0, 256**width, columns * 3)
    rows = [
        pair
        for n, value in enumerate(noise.tolist())
        for pair in ([(1, 0)] if n % columns == 0 else []) + [(width, value)]
    ]
    runs, layout = runs_of(rows), Layout(width, 1 + width * columns)

    data, size = stream(runs, layout), int(runs.length.sum())

    assert zlib.decompress(data) == bytes_of(runs, width)
    assert len(data) <= size + 6 + 5 * (2 + 2 * size // 65_535 + runs.length.size // (1 << 15))


def test_a_few_values_without_runs_are_packed_all_the_same():
    noise = np.random.default_rng(3).integers(0, 4, 100_000)
    runs = tokens.maximal(ByteRuns(np.ones_like(noise), noise))

    assert len(stream(runs, Layout(1, 1001))) < 0.3 * noise.size


def test_a_run_over_many_groups_takes_a_thousandth():
    group = runs_of([(1 << 26, 0)])

    data = b"".join(deflate([group] * 4, Layout(1, 65_535)))

    assert len(data) < (4 << 26) // 1000
    reader, size = zlib.decompressobj(), 0
    while not reader.eof:
        size += len(reader.decompress(reader.unconsumed_tail or data, 1 << 24))
    assert size == 4 << 26


@pytest.mark.parametrize(("stride", "repeats"), [(301, 50), (1001, 30), (32_768, 3), (32_769, 3)])
def test_rows_that_are_the_same_are_repeated_from_the_row_above(stride, repeats):
    rng = np.random.default_rng(1)
    row = [(1, 0), *zip(rng.integers(1, 6, 90).tolist(), (np.arange(90) % 2 + 1).tolist(), strict=True)]
    row += [(stride - sum(length for length, _ in row), 7)]
    runs, layout = runs_of(row * repeats), Layout(1, stride)

    data = stream(runs, layout)

    assert zlib.decompress(data) == bytes_of(runs, 1)
    alone = len(stream(runs_of(row), layout))
    assert (len(data) - alone < alone * (repeats - 1) / 2) is (stride <= 32_768)


def test_symbols_of_lengths_and_distances_are_those_of_the_rfc():
    assert [tokens._length(n) for n in (3, 10, 11, 12, 114, 115, 257, 258)] == [
        (257, 0, 0), (264, 0, 0), (265, 0, 1), (265, 1, 1), (279, 15, 4), (280, 0, 4), (284, 30, 5), (285, 0, 0),
    ]  # fmt: skip
    assert [tokens._distance(n) for n in (1, 4, 5, 6, 7, 4097, 32_768)] == [
        (0, 0, 0), (3, 0, 0), (4, 0, 1), (4, 1, 1), (5, 0, 1), (24, 0, 11), (29, 8191, 13),
    ]  # fmt: skip


@given(st.lists(st.integers(0, 10) | st.integers(0, 10**9), min_size=2, max_size=286))
def test_codes_are_complete_and_no_longer_than_a_word_allows(counts):
    lengths = huffman.lengths_of(counts)

    used = [length for length in lengths if length]
    assert max(lengths) <= huffman.LONGEST
    assert sum(2.0**-length for length in used) == (1 if len(used) > 1 else 0.5 * len(used))


def test_counts_that_double_make_codes_that_fit():
    counts = [2**n for n in range(40)]

    assert max(huffman.lengths_of(counts)) == huffman.LONGEST
    assert max(huffman.lengths_of(counts, 7)) == 7
