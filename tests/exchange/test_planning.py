"""What of a source comes into an export, and how much of it is worked on together."""

from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as some

from labelwright.exchange import planning
from labelwright.exchange.planning import Plan, plan_of_names
from labelwright.formats import FORMATS
from tests.formats import corpus
from tests.formats.measuring import written


def plan_of(count: int) -> Plan:
    names = [(f"{number:032x}", f"{number}.jpg") for number in range(count)]
    return plan_of_names(lambda: iter(names), ("",))


@given(some.lists(some.integers(0, 2 * planning._MOST_BYTES), max_size=40), some.integers(1, 10))
def test_pieces_are_all_tasks_in_order_and_too_heavy_only_by_their_last_one(weights: list[int], most: int) -> None:
    pieces = list(plan_of(len(weights)).pieces(weights, None, most, int))
    assert list(chain.from_iterable(pieces)) == list(enumerate(weights))
    assert all(1 <= len(piece) <= most for piece in pieces)
    assert all(sum(weight for _, weight in piece[:-1]) < planning._MOST_BYTES for piece in pieces)


@pytest.mark.parametrize("form", [form.id for form in FORMATS.values() if form.write is not None])
def test_the_bytes_of_an_archive_do_not_follow_how_much_is_worked_on_together(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tasks = tuple(corpus.tasks())
    together = written(FORMATS[form], corpus.SCHEME, tasks)
    monkeypatch.setattr(planning, "_MOST_BYTES", 1)
    assert written(FORMATS[form], corpus.SCHEME, tasks) == together
