"""Numbers by text."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labelwright.exchange import index
from labelwright.exchange.index import Index


@given(some.lists(some.tuples(some.text(max_size=3), some.integers(-(2**63), 2**63 - 1)), max_size=60))
def test_an_index_is_a_dictionary_that_keeps_what_came_first(pairs: list[tuple[str, int]]) -> None:
    found = Index()
    wanted: dict[str, int] = {}
    for text, number in pairs:
        assert found.setdefault(text, number) == wanted.setdefault(text, number)
    assert len(found) == len(wanted)
    assert all(found.get(text) == number for text, number in wanted.items())
    assert found.get("none of these") is None


def test_many_texts_keep_their_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_FRESH", 1000)
    found, texts = Index(), [f"picture_{number}.jpg" for number in range(10_500)]
    random.Random(1).shuffle(texts)  # noqa: S311 - no secrets
    assert all(found.add(text) for text in texts)
    assert not any(found.add(text) for text in texts)
    numbered = Index()
    for number, text in enumerate(texts):
        numbered.setdefault(text, number)
    assert [numbered.get(text) for text in texts] == list(range(10_500))
    assert len(numbered) == 10_500
    assert "another" not in numbered


def test_an_index_takes_another_one_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_FRESH", 10)
    one, other = Index(), Index()
    for number in range(25):
        one.setdefault(f"a{number}", number)
        other.setdefault(f"a{number + 20}", -number)
    assert one.include(other) == 20
    assert [one.get(f"a{number}") for number in (0, 24, 25, 44)] == [0, 24, -5, -24]
    assert one.include(other) == 0


@pytest.mark.parametrize("fresh", [4, 1000])
def test_several_texts_are_noted_together_or_not_at_all(fresh: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index, "_FRESH", fresh)
    found = Index()
    assert found.add_all(["a", "b", "c"])
    assert found.add_all(["d", "e"])
    assert not found.add_all(["f", "b"])
    assert not found.add_all(["g", "g"])
    assert found.add_all([])
    assert [text for text in "abcdefgh" if text in found] == ["a", "b", "c", "d", "e"]
