"""Nobody's jobs keep those of others waiting."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

import pytest

from labelwright.services.turns import Turns, Waiting

KIND = "reading"


def jobs(text: str) -> list[Waiting]:
    """`a1 b1@y`: jobs of people by the letter, of the organisation x or the one that is named."""
    parts = [one.partition("@") for one in text.split()]
    return [Waiting(job, job[0], organisation or "x") for job, _, organisation in parts]


def taken(turns: Turns, waiting: Sequence[Waiting]) -> str:
    """The order in which one thread does all jobs."""
    left, order = list(waiting), []
    while left:
        with turns.next(KIND, partial(list, left)) as job:
            order.append(str(job))
        left = [one for one in left if one.id != job]
    return " ".join(order)


@pytest.mark.parametrize(
    ("waiting", "order"),
    [
        ("a1 a2 a3", "a1 a2 a3"),
        ("a1 a2 a3 b1", "a1 b1 a2 a3"),
        ("a1 a2 b1 b2 c1", "a1 b1 c1 a2 b2"),
        ("a1 b1 c1 d1@y d2@y", "a1 d1 b1 d2 c1"),
        ("a1 a2 d1@y", "a1 d1 a2"),
    ],
)
def test_organisations_and_people_take_turns(waiting: str, order: str) -> None:
    assert taken(Turns(), jobs(waiting)) == order


@pytest.mark.parametrize(
    ("waiting", "at_a_time"),
    [
        ("a1 a2 b1 c1", ["a1", "b1", "c1", None]),
        ("a1 a2", ["a1", None]),
        ("a1 b1 c1@y", ["a1", "c1", "b1"]),
        ("", [None]),
    ],
)
def test_nobody_has_two_at_work_at_a_time(waiting: str, at_a_time: list[str | None]) -> None:
    turns = Turns()
    with ExitStack() as threads:
        assert [threads.enter_context(turns.next(KIND, lambda: jobs(waiting))) for _ in at_a_time] == at_a_time
    with turns.next(KIND, lambda: jobs(waiting)) as job:
        assert (job is None) == (not waiting)


def test_a_job_is_given_once_whatever_is_to_be_done_with_it_and_given_back_after_a_failure() -> None:
    turns = Turns()
    with turns.next(KIND, lambda: jobs("a1")), turns.next("storing", lambda: jobs("a1 a2")) as other:
        assert other == "a2"
    with pytest.raises(KeyError), turns.next(KIND, lambda: jobs("a1")):
        raise KeyError
    with turns.next(KIND, lambda: jobs("a1")) as job:
        assert job == "a1"
