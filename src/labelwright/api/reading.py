"""Reading bodies that are the model's own structs: straight into them, strictly, with a pointer to what is wrong."""

import json
import re
from typing import Any, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from labelwright.formats.strict_json import check_depth, check_repeated, parse
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
    check_depth(raw, "")
    try:
        raw.decode("utf-8")
        decoded = decoder.decode(raw)
    except UnicodeDecodeError as error:
        raise InvalidJson(f"The body is not UTF-8: invalid byte {error.start}.") from None
    except msgspec.ValidationError as error:
        pointer, message = _located(str(error))
        raise InvalidLabels(f"{pointer or 'The body'}: {message}", (Issue(pointer, "invalid", message),)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidJson(f"The body is not JSON: {error}.") from None
    if _repeats_a_key(raw):
        check_repeated(parse(raw, ""), "")
    return decoded


class _RepeatedError(Exception):
    pass


def _once(pairs: list[tuple[str, Any]]) -> None:
    if len({key for key, _ in pairs}) != len(pairs):
        raise _RepeatedError


def _repeats_a_key(raw: bytes) -> bool:
    """Say whether some object has a key twice: half a millisecond for 20 KB, where finding the place takes three."""
    try:
        json.loads(raw, object_pairs_hook=_once, parse_float=len, parse_int=len)
    except _RepeatedError:
        return True
    return False


def _located(text: str) -> tuple[str, str]:
    """Split msgspec's message into a JSON pointer and the message proper."""
    found = _PLACE.search(text)
    if found is None:
        return "", text
    path = found["path"].replace("[", ".").replace("]", "")
    return path.replace(".", "/"), text[: found.start()]
