"""A long list is taken apart into the elements that it has, wherever portions end, and what is no JSON is refused."""

import json
from collections.abc import Callable, Iterable
from random import Random

import msgspec
import pytest

from labelwright.formats import json_lists
from labelwright.formats.json_lists import Odd, lines_in, long_list, taken_apart
from labelwright.formats.strict_json import split
from labelwright.model.errors import InvalidJson

VALUES = (1, -2.5e3, 12345678901234567890, True, None, "", "a]},{b", '\\"', "ä😀", [], {}, [[1, [2]], "x"])
WRITTEN = ({}, {"separators": (",", ":")}, {"indent": 2}, {"separators": (" , ", " :\t")}, {"ensure_ascii": False})


@pytest.fixture(params=[(1, 1), (20, 3), (1 << 18, 1 << 16)], ids=str)
def _sizes(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of one element, of some, and of all; looked at sign by sign, and at once."""
    monkeypatch.setattr(json_lists, "_PORTION_BYTES", request.param[0])
    monkeypatch.setattr(json_lists, "_LOOKED_AT_BYTES", request.param[1])


def any_list(rng: Random) -> list[object]:
    some = [
        rng.choice([*VALUES, {"a": rng.choice(VALUES), "b,": [{"a": 1}, {"a": 2}]}]) for _ in range(rng.randint(0, 9))
    ]
    return [value if rng.random() < 0.7 else [value] for value in some]


def outcome(read: Callable[[bytes], Iterable[msgspec.Raw]], text: bytes) -> list[bytes] | str:
    """The elements of a list, or what is said of it."""
    try:
        return [bytes(raw) for raw in read(text)]
    except InvalidJson as error:
        return error.message


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("seed", range(20))
def test_any_list_is_taken_apart(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - labels are no secrets
    value = any_list(rng)
    text = json.dumps(value, **rng.choice(WRITTEN))
    found = long_list(f" {text}\n".encode())
    assert [json.loads(bytes(raw)) for raw in found] == json.loads(text) == [json.loads(bytes(raw)) for raw in found]
    assert [number for number, _ in found.portions()] == sorted({number for number, _ in found.portions()})
    whole = {"type": "x", "some": {"list": [1]}, "list": value, "behind": [2], "n": 3}
    rest, elements = taken_apart(memoryview(json.dumps(whole, **rng.choice(WRITTEN)).encode()), "list")
    assert json.loads(rest) == whole | {"list": []}
    assert [json.loads(bytes(raw)) for raw in elements] == value


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("seed", range(20))
def test_a_list_with_a_sign_too_many_or_too_few_is_refused_as_it_always_was(seed: int) -> None:
    rng = Random(seed)  # noqa: S311 - labels are no secrets
    text = json.dumps([*any_list(rng), {"x": [1]}], **rng.choice(WRITTEN)).encode()
    for _ in range(20):
        at, put = rng.randrange(len(text)), rng.choice([b"", b"}", b"]", b",", b'"', b" ", b"[", b"1", b"\\", b":"])
        changed = text[:at] + put + text[at + rng.randint(0, 1) :]
        assert outcome(long_list, changed) == outcome(split, changed)


def test_what_stands_beside_a_long_list_stays_as_it_is_written() -> None:
    text = b'{"a": 1 , "list" :[1, 2], "list":[3] , "b\\u0061":{}}'
    rest, elements = taken_apart(memoryview(text), "list")
    assert rest == b'{"a": 1 , "list" :[], "list":[3] , "b\\u0061":{}}'
    assert [bytes(raw) for raw in elements] == [b"1", b"2"]
    assert taken_apart(memoryview(b'{"l\\u0069st":[]}'), "list").rest == b'{"l\\u0069st":[]}'


ODD = (
    *("", "[]", "1", "{", "{}", '{"list"', '{"list":', '{"list":[', '{"list":[1', '{"list":[]', '{"list":[],'),
    *('{"list":[1,]}', '{"list":[1 2]}', '{"list":[01]}', '{"list":{}}', '{"list":[]},', '{"list":[],}', '{"list" []}'),
    *("{list:[]}", "{1:[]}", '{"list":[]} {}', '{"other":1}', '{"list":nul}', '{"a":1 "list":[]}'),
)


@pytest.mark.usefixtures("_sizes")
def test_what_is_no_object_with_a_long_list_is_odd() -> None:
    for text in ODD:
        with pytest.raises(Odd):
            taken_apart(memoryview(text.encode()), "list")


@pytest.mark.usefixtures("_sizes")
@pytest.mark.parametrize("text", [b"", b"a", b"a\n", b"\r\n\na\r\nbc\rd\n\n", b"a\r", b"\n\xc3\xa4\n" * 20 + b"b" * 50])
def test_lines_of_a_long_text_are_those_of_a_short_one(text: bytes) -> None:
    assert list(lines_in(memoryview(text))) == text.splitlines()
