"""Why an upload is in no format that is known: what is wrong with it, or what it holds, and what would help."""

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from labelwright.exchange.files import Files

_MOST_LOOKED_AT: Final = 64 << 20
_AT_BYTE: Final = re.compile(r" \(byte (\d+)\)$")
_ARCHIVES: Final = (".zip", ".tar", ".tgz", ".gz", ".zst", ".7z", ".rar")
_NAMES: Final = {dict: "an object", list: "a list", str: "a text", bool: "true or false", type(None): "null"}


def why_unknown(files: Files, formats: Iterable[str]) -> tuple[str, str]:
    """A code and what is to be said; `formats` are the names of those that are known."""
    if not files.paths:
        return "empty_archive", "holds no files."
    if not any(files.sizes.values()):
        return "empty_file", "is empty." if len(files.paths) == 1 else "holds nothing but empty files."
    packed = files.ending(*_ARCHIVES)
    if packed:
        return "nested_archive", f"holds the archive {packed[0][-80:]}, which is not opened; unpack it first."
    if len(files.paths) == 1:
        found = _about(files, files.paths[0])
        if found is not None:
            return found
    kinds = Counter(path.rpartition(".")[2].lower()[:12] for path in files.paths)
    held = ", ".join(f"{count} .{kind}" for kind, count in kinds.most_common(4))
    return "unknown_format", f"is in no format that is known here: {', '.join(formats)}. It holds {held}."


def _about(files: Files, path: str) -> tuple[str, str] | None:
    """What is wrong with a single file, when it is text."""
    head = files.head(path)
    if b"\0" in head[:4] or head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "not_utf8", "is UTF-16 or UTF-32, or no text at all; save it as UTF-8."
    if not head.strip() and files.sizes[path] <= len(head):
        return "empty_file", "is empty: there is nothing but blanks in it."
    is_json = path.lower().endswith((".json", ".geojson")) or head.lstrip().startswith((b"{", b"["))
    return _about_json(bytes(files.read(path))) if is_json and files.sizes[path] <= _MOST_LOOKED_AT else None


def _about_json(content: bytes) -> tuple[str, str] | None:
    try:
        value = msgspec.json.decode(content)
    except UnicodeDecodeError as error:
        return "not_utf8", f"is not UTF-8 at byte {error.start}; save it as UTF-8."
    except RecursionError:
        return "invalid_json", "is nested too deep."
    except msgspec.DecodeError as error:
        return "invalid_json", f"is not JSON: {_placed(str(error), content)}."
    if isinstance(value, dict) and value:
        return "unknown_format", f"is JSON of no kind that is known here; its keys are {', '.join(list(value)[:8])}."
    what = "nothing" if value in ({}, []) else _NAMES.get(type(value), "a number")
    return "unknown_format", f"holds {what}; a label file is a list of tasks, or an object with pictures and labels."


def _placed(error: str, content: bytes) -> str:
    found = _AT_BYTE.search(error)
    if found is None:
        return "it ends inside its content; was it cut on the way?"
    before = content[: int(found[1])]
    line, column = before.count(b"\n") + 1, len(before) - before.rfind(b"\n")
    return f"{error[: found.start()].removeprefix('JSON is malformed: ')}, line {line} column {column}"
