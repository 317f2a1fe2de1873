"""Paths of many files, sorted in little memory."""

import random
import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labelwright.exchange import listing
from labelwright.exchange.files import open_files
from labelwright.exchange.listing import Held, Listing, Paths, Sizes

NAMES = some.text(some.sampled_from("ab/.é東\U0001f600Z\udc80"), min_size=1, max_size=6)


@given(some.lists(NAMES, unique=True, max_size=40), some.integers(1, 9), some.integers(0, 60))
def test_a_listing_is_a_sorted_dictionary(names: list[str], at_once: int, in_memory: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(listing, "_AT_ONCE", at_once)
        patch.setattr(listing, "_IN_MEMORY_BYTES", in_memory)
        found = Listing((Held(name, len(name), at) for at, name in enumerate(names)), tempfile.TemporaryFile)
        paths, sizes = Paths(found), Sizes(found)
        assert paths == sorted(names)
        assert dict(sizes) == {name: len(name) for name in names}
        assert [found.held(place).key for place in range(len(found))] == [names.index(name) for name in paths]
        assert [found.place_of(name) for name in paths] == list(range(len(names)))
        assert found.place_of("none of these") is None
        assert "none of these" not in sizes
        for ending in (".a", "é", "B/a", "Z"):
            wanted = [name for name in sorted(names) if name.lower().endswith(ending.lower())]
            chosen = Paths(found, found.ending(ending))
            assert chosen == wanted
            assert [name in chosen for name in names] == [name in wanted for name in names]
        assert list(found.twice()) == []


def test_paths_may_be_chosen_and_cut(tmp_path: Path) -> None:
    names = [f"{number:03}.txt" for number in range(100)]
    random.Random(3).shuffle(names)  # noqa: S311 - no secrets
    for name in names:
        (tmp_path / name).write_bytes(b"x")
    paths = open_files(tmp_path).ending(".TXT")
    even = paths.where(lambda path: int(path[:3]) % 2 == 0)
    assert (len(even), even[1], even[-1]) == (50, "002.txt", "098.txt")
    assert even[10:12] == ("020.txt", "022.txt")
    assert "004.txt" in even
    assert "005.txt" not in even


def test_files_of_a_stem_are_those_with_one_extension_more(tmp_path: Path) -> None:
    for name in ("a.jpg", "a.b.jpg", "a.PNG", "a/b.jpg", "a", "ab.jpg", "a-b.jpg"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        if not (tmp_path / name).is_dir():
            (tmp_path / name).write_bytes(b"x")
    files = open_files(tmp_path)
    assert files.of_stem("a") == ("a.PNG", "a.jpg")
    assert files.of_stem("a.b") == ("a.b.jpg",)
    assert files.of_stem("c") == ()


def test_two_names_that_look_the_same_are_both_read(tmp_path: Path) -> None:
    composed, apart = "é.txt", unicodedata.normalize("NFD", "é.txt")
    (tmp_path / composed).write_bytes(b"one")
    (tmp_path / apart).write_bytes(b"other")
    files = open_files(tmp_path)
    assert {path: bytes(files.read(path)) for path in files.paths} == {composed: b"one", apart: b"other"}
