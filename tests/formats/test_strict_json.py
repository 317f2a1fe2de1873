"""Bad JSON is refused with its place and a remedy, quickly, and never takes the process down."""

import json
import resource
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.formats.json_lists import long_list
from labelwright.formats.strict_json import NumberText, Repeated, check_depth, check_repeated, key_count, parse, split
from labelwright.model.errors import InvalidJson

MILLION = 10**6


def refusal(content: bytes) -> str:
    """What is said of a file, whether it is split at once or taken apart portion by portion."""
    with pytest.raises(InvalidJson) as error:
        split(content)
    with pytest.raises(InvalidJson) as other:
        long_list(content)
    assert other.value.message == error.value.message
    return error.value.message


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "The file is empty."),
        (b" \n\t ", "The file is empty."),
        (b"null", "Expected a list of media items, found null."),
        (b"42", "Expected a list of media items, found a number."),
        (b'"x"', "Expected a list of media items, found a text."),
        (b"{}", "Expected a list of media items, found an object."),
        (b"[{},]", "Trailing comma in array, line 1 column 5."),
        (b"[\n//no\n{}]", "Invalid character, line 2 column 1."),
        (b"['x']", "Invalid character, line 1 column 2."),
        (b"[01]", "Invalid number, line 1 column 3."),
        (b"[+1]", "Invalid character, line 1 column 2."),
        (b"[0x1]", "Expected ',' or ']', line 1 column 3."),
        (b"[NaN]", "Invalid character, line 1 column 2."),
        (b"[-Infinity]", "Invalid character, line 1 column 3."),
        (b'[{"a":1},\n{"b"', "The file ends inside its content, line 2 column 5; was it cut on the way?"),
        (b"[]\n[]", "More text after the end, line 2 column 1. Send one list, not several or one object a line."),
        ('["ä\\q"]'.encode(), "Invalid escaped character, line 1 column 5."),
        (b'[{"a":"\\udc00 and more"}]', "Not a valid character, line 1 column 14: half of a surrogate pair."),
        (b'[{"a":"\\ud800 and more to come"}]', "Not a valid character, line 1 column 14: half of a surrogate pair."),
        (b'["\xff"]', "Invalid UTF-8 at byte 2, line 1 column 3; save the file as UTF-8."),
        (b'["a\x00b"]', "Invalid character, line 1 column 4."),
        ("[]".encode("utf-16"), "The file is UTF-16; save it as UTF-8."),
        ("[]".encode("utf-16-be"), "The file is UTF-16 or UTF-32; save it as UTF-8."),
        ("[]".encode("utf-32-le"), "The file is UTF-16 or UTF-32; save it as UTF-8."),
        (b"PK\x03\x04....", "The file is a ZIP archive, not JSON. Unpack it and send the JSON file inside."),
        (b"\x1f\x8b\x08.", "The file is packed with gzip. Unpack it and send the JSON file inside."),
    ],
)
def test_what_is_no_strict_json_list_is_refused_with_place_and_remedy(content: bytes, message: str) -> None:
    assert refusal(content) == message


def test_a_byte_order_mark_is_skipped() -> None:
    assert [bytes(raw) for raw in split(b'\xef\xbb\xbf[{"a":1}, 2]')] == [b'{"a":1}', b"2"]


def test_elements_of_a_memory_view_are_views_into_it() -> None:
    assert [bytes(raw) for raw in split(memoryview(b'[{"a":[1,{}]} ,\n"x"]'))] == [b'{"a":[1,{}]}', b'"x"']


def test_invalid_utf8_is_found_across_the_borders_of_windows() -> None:
    content = b'["' + b"x" * (2**20 - 3) + "ä".encode() + b"\xe4" + b'"]'
    assert refusal(content).startswith(f"Invalid UTF-8 at byte {2**20 + 1}")
    assert len(split(content.replace(b"\xe4", b""))) == 1


@pytest.mark.parametrize("opening", [b"[", b'[{"a":', b'{"a":'])
@pytest.mark.parametrize("depth", [5000, MILLION])
def test_a_very_deep_file_is_refused_at_once(opening: bytes, depth: int) -> None:
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    message = refusal(b"[" + opening * depth)
    assert "nested deeper than 32" in message or "ends inside" in message
    assert time.process_time() - started < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 300_000


def nested(depth: int) -> st.SearchStrategy:
    """Lists and objects of a depth, with others beside the deep one."""
    value = st.just(1)
    wrappings = st.sampled_from([lambda v: [v], lambda v: [[], v, {}], lambda v: {"a]": v, "b": [{}]}])
    for _ in range(depth):
        value = st.tuples(wrappings, value).map(lambda pair: pair[0](pair[1]))
    return value


def depth_of(value) -> int:
    if not isinstance(value, dict | list):
        return 0
    return 1 + max((depth_of(v) for v in (value.values() if isinstance(value, dict) else value)), default=0)


def test_depth_is_counted_outside_of_texts_only() -> None:
    check_depth(b'{"a":"' + b"[" * 100 + b'"}', "/0")
    check_depth(b"[" * 32 + b"]" * 32, "/0")
    with pytest.raises(InvalidJson, match="/0 is nested deeper than 32 levels"):
        check_depth(b"[" * 33 + b"]" * 33, "/0")
    with pytest.raises(InvalidJson, match="nested deeper"):
        check_depth(b'{"a\\"":' * 33 + b"1" + b"}" * 33, "/0")
    with pytest.raises(InvalidJson, match="nested deeper"):
        check_depth(b"[" * 33, "/0")
    check_depth(b"[[]" * 32, "/0")
    check_depth(b"]" * 40, "/0")


@given(st.integers(20, 45).flatmap(nested))
def test_depth_is_exact_whatever_stands_beside(value) -> None:
    if depth_of(value) > 32:
        with pytest.raises(InvalidJson):
            check_depth(json.dumps(value).encode(), "/0")
    else:
        check_depth(json.dumps(value).encode(), "/0")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"a":1,"a":2}', "The key “a” occurs twice at /0."),
        (b'{"labels":{"car":[],"car":[]}}', "The key “car” occurs twice at /0/labels."),
        (b'{"x":[1,{"a/b":{"k":1,"k":1}}]}', "The key “k” occurs twice at /0/x/1/a~1b."),
        (b'{"\\u0061":1,"a":2}', "The key “a” occurs twice at /0."),
    ],
)
def test_a_key_that_occurs_twice_is_named_with_its_place(content: bytes, message: str) -> None:
    with pytest.raises(InvalidJson) as error:
        check_repeated(parse(content, "/0"), "/0")
    assert error.value.message == message


def test_numbers_keep_their_text_however_long_they_are() -> None:
    long = b"9" * MILLION
    (found,) = parse(b"[" + long + b"]", "/0")
    assert isinstance(found, NumberText)
    assert found == long.decode()
    assert parse(b"[1e400]", "/0") == ["1e400"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.sampled_from('ab":\\{}[], \n'), max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.sampled_from('ab":\\ '), max_size=3), inner),
    max_leaves=12,
)


def keys_in(value) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(keys_in, value.values()))
    return sum(map(keys_in, value)) if isinstance(value, list) else 0


@given(JSON, st.sampled_from([(",", ":"), (", ", ": "), (" , ", " : "), (",\n", "\t: ")]))
def test_counted_keys_are_never_fewer_than_there_are(value, separators) -> None:
    """Without this, a key that occurs twice could hide behind another one."""
    text = json.dumps(value, separators=separators).encode()
    assert key_count(text) == -1 or key_count(text) >= keys_in(value)


@given(st.lists(st.tuples(st.sampled_from("abc"), JSON), max_size=4))
def test_an_object_is_repeated_exactly_when_a_key_is(pairs) -> None:
    text = "{" + ",".join(f"{json.dumps(key)}:{json.dumps(value)}" for key, value in pairs) + "}"
    assert isinstance(parse(text.encode(), "/0"), Repeated) == (len({key for key, _ in pairs}) < len(pairs))
