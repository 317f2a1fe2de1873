"""The elements of a long list are found by key, wherever its windows end."""

import json
import random
from collections.abc import Callable, Iterator
from tempfile import TemporaryFile
from typing import Any

import msgspec
import numpy as np
import pytest

from labelwright.formats import json_elements
from labelwright.formats.json_elements import Elements, Window, guessed, windows, without_lists

Walk = Callable[[memoryview], Iterator[Window]]


def elements_of(text: str, walk: Walk) -> Elements:
    """The elements of a list by their keys. Raises DecodeError where a window ends within an element."""
    view = memoryview(text.encode())
    with Elements(view, TemporaryFile) as found:
        for window in walk(view):
            keys = [str(one["key"]) for one in msgspec.json.decode(window.list_in(view))]
            found.add(window, keys, np.arange(len(keys)))
    return found


def some_list(chance: random.Random, within: tuple[object, ...]) -> tuple[list[Any], str]:
    elements = [{"key": chance.randrange(7), "within": chance.choice(within)} for _ in range(chance.randrange(40))]
    return elements, json.dumps(elements, indent=chance.choice((None, 2)), separators=chance.choice((None, (",", ":"))))


@pytest.mark.parametrize("walk", [windows, guessed])
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("window", [16, 200, 1 << 20])
def test_elements_come_back_by_key_in_the_order_of_the_file(
    seed: int, window: int, walk: Walk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_elements, "_WINDOW_BYTES", window)
    chance = random.Random(seed)  # noqa: S311 - lists, no secrets
    within = ({}, [], "a } , { b", '\\"},{', [{"x": 1}, {"y": [{}, {}]}], {"deep": [{"er": 2}, {"est": 3}]})
    elements, text = some_list(chance, within)
    found = elements_of(text, walk)
    assert len(found) == len(elements)
    keys = tuple(found.keys())
    assert keys == tuple(dict.fromkeys(str(one["key"]) for one in elements))
    for number, key in enumerate(keys):
        assert found.key_number(key) == number
        numbers = found.numbers(number)
        assert numbers.tolist() == [n for n, one in enumerate(elements) if str(one["key"]) == key]
        assert json.loads(found.list_of(numbers)) == [elements[n] for n in numbers]
        assert [json.loads(bytes(found.text(n))) for n in numbers] == [elements[n] for n in numbers]


def test_a_wrong_guess_is_no_json(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_elements, "_WINDOW_BYTES", 8)
    text = json.dumps([{"key": 1, "within": [{"key": 2}, {"key": 3}]}, {"key": 7}])
    with pytest.raises(msgspec.DecodeError):
        elements_of(text, guessed)
    assert elements_of(text, windows).key_count == 2


def test_a_key_that_no_element_has_has_no_elements() -> None:
    assert elements_of("[ ]", windows).key_number("7") is None


ORDERS = [("info", "long", "more"), ("long", "info", "more"), ("info", "more", "long"), ("more", "long", "info")]


@pytest.mark.parametrize("order", ORDERS)
def test_long_lists_are_cut_out_wherever_they_stand(order: tuple[str, ...]) -> None:
    content = {"info": {"a": [1]}, "long": [{"a": ["]}"]}, {"more": [[]], "b": 2}], "more": [{"x": []}, {"y": []}]}
    text = json.dumps({key: content[key] for key in order}).encode()
    both = [cuts for cuts in without_lists(text, ("long", "more"), ("info",)) if is_json(cuts[0].rest)]
    lists = [[json.loads(bytes(cut.text)) for cut in cuts] for cuts in both if all(is_json(cut.text) for cut in cuts)]
    assert [content["long"], content["more"]] in lists
    for long, more in both:
        assert long.rest == more.rest
        assert [long.mark, more.mark] == [json.dumps(json.loads(long.rest)[key]).encode() for key in ("long", "more")]


def is_json(text: bytes | memoryview) -> bool:
    try:
        json.loads(bytes(text))
    except ValueError:
        return False
    return True
