"""The elements of a long list are found by key, wherever its windows end."""

import json
import random

import msgspec
import pytest

from labelwright.formats import json_elements
from labelwright.formats.json_elements import Elements


def keys_of(elements: bytes) -> list[str]:
    return [str(one["key"]) for one in msgspec.json.decode(elements)]


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("window", [16, 200, 1 << 20])
def test_elements_come_back_by_key_in_the_order_of_the_file(
    seed: int, window: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_elements, "_WINDOW_BYTES", window)
    chance = random.Random(seed)  # noqa: S311 - lists, no secrets
    within = ({}, [], "a } , { b", '\\"},{', [{"x": 1}, {"y": [{}, {}]}], {"deep": [{"er": 2}, {"est": 3}]})
    elements = [{"key": chance.randrange(7), "within": chance.choice(within)} for _ in range(chance.randrange(40))]
    text = json.dumps(elements, indent=chance.choice((None, 2)), separators=chance.choice((None, (",", ":"))))
    found = Elements(text.encode(), keys_of)
    assert len(found) == len(elements)
    assert set(found.keys) == {str(one["key"]) for one in elements}
    for key in found.keys:
        numbers = found.numbers(key)
        assert numbers == [n for n, one in enumerate(elements) if str(one["key"]) == key]
        assert json.loads(found.list_of(numbers)) == [elements[n] for n in numbers]
        assert [json.loads(bytes(found.text(n))) for n in numbers] == [elements[n] for n in numbers]


def test_a_key_that_no_element_has_has_no_elements() -> None:
    assert Elements(b"[ ]", keys_of).numbers("7") == []
