"""Reading bodies that are the model's own structs: straight into them, strictly, with a pointer to what is wrong."""

import re
from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from labelwright.formats.strict_json import MAX_DEPTH, check_depth, check_repeated, key_count, parse
from labelwright.model.errors import InvalidJson, InvalidLabels, Issue

T = TypeVar("T")

_PLACE = re.compile(r" - at `\$(?P<path>[^`]*)`$")


async def json_body(request: Request) -> bytes:
    """The body, unless its sender calls it something else than JSON: a form of another site's page can do that."""
    content_type = request.headers.get("content-type", "application/json")
    if "json" not in content_type:
        raise HTTPException(415, f"Send JSON as application/json, not as {content_type[:80]}.")
    return await request.body()


def decode(raw: bytes, decoder: "msgspec.json.Decoder[T]") -> T:
    """Decode `raw`. Raises InvalidJson for what is no JSON or repeats a key, InvalidLabels for what does not fit."""
    if not raw.strip():
        raise InvalidJson("The body is empty; send a JSON object.")
    try:
        raw.decode("utf-8")
        decoded = decoder.decode(raw)
    except UnicodeDecodeError as error:
        raise InvalidJson(f"The body is not UTF-8: invalid byte {error.start}.") from None
    except msgspec.ValidationError as error:
        check_depth(raw, "")
        pointer, message = _located(str(error))
        raise InvalidLabels(f"{pointer or 'The body'}: {message}", (Issue(pointer, "invalid", message),)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        check_depth(raw, "")
        raise InvalidJson(f"The body is not JSON: {error}.") from None
    if _may_repeat_a_key(raw):
        check_repeated(parse(raw, ""), "")
    return decoded


def _may_repeat_a_key(raw: bytes) -> bool:
    """Say whether an object may have a key twice: there are more keys in the text than in what was read of it."""
    return key_count(raw) != _keys_in(msgspec.json.decode(raw), 1)


def _keys_in(value: Any, depth: int) -> int:
    """Count the keys of objects; lists of numbers, which are most of a body, are passed over. Raises InvalidJson."""
    if depth > MAX_DEPTH:
        raise InvalidJson(f"The body is nested deeper than {MAX_DEPTH} levels.")
    if isinstance(value, dict):
        inner = [member for member in value.values() if isinstance(member, (dict, list))]
        return len(value) + sum([_keys_in(member, depth + 1) for member in inner])
    if not value or isinstance(value[0], (int, float)) or _is_point(value[0]):
        return 0
    return sum([_keys_in(member, depth + 1) for member in value if isinstance(member, (dict, list))])


def _is_point(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], (int, float))


def _located(text: str) -> tuple[str, str]:
    """Split msgspec's message into a JSON pointer and the message proper."""
    found = _PLACE.search(text)
    if found is None:
        return "", text
    path = found["path"].replace("[", ".").replace("]", "")
    return path.replace(".", "/"), text[: found.start()]
