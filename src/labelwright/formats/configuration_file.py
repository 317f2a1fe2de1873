"""The configuration file: the reference's JSON of root entries, with `required` and `number`, for other projects."""

import json
from typing import Any

import msgspec

from labelwright.model.configuration import LabelClass, Option
from labelwright.model.errors import InvalidConfiguration, InvalidJson, Issue

# Types as old clients write them, in any case, and as we call them.
TYPE_NAMES = {"SELECT": "option", "CHECKLIST": "checklist", "FREETEXT": "free_text"}
FILE_TYPES = {ours: theirs for theirs, ours in TYPE_NAMES.items()}


class Entry(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One class in the file; what the file has besides is ignored."""

    type: str
    entry_key: str
    entry_value: str
    color: str | None = None
    shortcut: str | int | None = None
    max_length: int | None = None
    options: dict[str, str] | None = None
    required: bool | None = None
    number: int | None = None
    children: list["Entry"] | None = None


_DECODER = msgspec.json.Decoder(list[Entry])


def write(classes: tuple[LabelClass, ...]) -> bytes:
    """Write classes as a readable JSON array."""
    return (json.dumps([_entry(c) for c in classes], ensure_ascii=False, indent=2) + "\n").encode()


def _entry(here: LabelClass) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "children": [_entry(child) for child in here.children],
        "type": FILE_TYPES.get(here.type, here.type.upper()),
        "entryKey": here.key,
        "entryValue": here.name,
    }
    if here.is_geometry:
        numbered = {} if here.number is None else {"number": here.number}
        return entry | {"color": here.color, "shortcut": here.shortcut} | numbered
    entry["required"] = here.required
    if here.type == "free_text":
        return entry | {"maxLength": here.max_length}
    return entry | {"options": {option.key: option.name for option in here.options}}


def read(raw: bytes) -> tuple[LabelClass, ...]:
    """Read such a file. Raises InvalidJson, InvalidConfiguration; the rules of a configuration are not checked yet."""
    try:
        return classes_of(_DECODER.decode(raw))
    except msgspec.ValidationError as error:
        text = f"This is no configuration file: {error}."
        raise InvalidConfiguration(text, (Issue("", "invalid", text),)) from None
    except (msgspec.DecodeError, RecursionError) as error:
        raise InvalidJson(f"The file is not JSON: {error}.") from None


def classes_of(entries: list[Entry]) -> tuple[LabelClass, ...]:
    """Turn entries into classes without ids."""
    return tuple(_class(entry) for entry in entries)


def _class(entry: Entry) -> LabelClass:
    return LabelClass(
        key=entry.entry_key,
        name=entry.entry_value,
        type=TYPE_NAMES.get(entry.type.upper(), entry.type.lower()),
        color=entry.color,
        shortcut=None if entry.shortcut is None else str(entry.shortcut),
        required=bool(entry.required),
        number=entry.number,
        options=tuple(Option(key, name) for key, name in (entry.options or {}).items()),
        max_length=entry.max_length,
        children=classes_of(entry.children or []),
    )
