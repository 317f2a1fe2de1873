"""Splits: a picture stays where it is when others come, and groups are never torn apart."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.exchange.splits import NAMES, parse_splits, place, splitter
from labelwright.model.errors import Invalid
from tests.formats import corpus


@given(st.text(min_size=1), st.sampled_from(["80/10/10", "50/50", "100/0/0", "1/99"]))
def test_a_group_is_always_in_the_same_split(key: str, shares: str) -> None:
    splits = parse_splits(shares)
    assert place(key, splits) == place(key, splits)
    assert place(key, splits) in splits.names


def test_shares_come_out_as_they_were_asked_for() -> None:
    splits = parse_splits("80/10/10")
    found = [place(f"picture {n}", splits) for n in range(20_000)]
    assert [round(found.count(name) / len(found), 2) for name in NAMES] == [0.8, 0.1, 0.1]


def test_pictures_of_one_series_stay_together() -> None:
    split = splitter(parse_splits("50/50", "name"), corpus.CONFIGURATION)
    (task, *_) = corpus.tasks()
    for series in range(50):
        frames = [
            msgspec.structs.replace(task, medium=msgspec.structs.replace(task.medium, name=f"shot{series}x_{n:04}.png"))
            for n in range(20)
        ]
        assert len({split(frame) for frame in frames}) == 1


def test_pictures_with_one_answer_stay_together() -> None:
    split = splitter(parse_splits("50/50", "answer:weather"), corpus.CONFIGURATION)
    weather = corpus.class_id("weather")
    (task, *_) = corpus.tasks()
    wet = [
        msgspec.structs.replace(
            task,
            medium=msgspec.structs.replace(task.medium, id=str(n)),
            content=msgspec.structs.replace(task.document, answers={weather: "wet"}),
        )
        for n in range(30)
    ]
    assert len({split(one) for one in wet}) == 1


def test_a_question_is_named_by_its_key_alone() -> None:
    assert parse_splits("50/50", "weather") == parse_splits("50/50", "answer:weather")


@pytest.mark.parametrize("group", ["scene", "answer:scene"])
def test_an_unknown_group_says_what_there_is(group: str) -> None:
    with pytest.raises(Invalid, match=r"“scene”.*use one of medium, name, dataset, answer:weather, answer:note"):
        splitter(parse_splits("50/50", group), corpus.CONFIGURATION)


@pytest.mark.parametrize("shares", ["80", "80/30", "a/b", "50/50/0/0", "-10/110", ""])
def test_shares_that_do_not_add_up_are_refused(shares: str) -> None:
    with pytest.raises(Invalid, match="80/10/10"):
        parse_splits(shares)
