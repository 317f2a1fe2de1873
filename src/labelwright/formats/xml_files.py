"""XML of strangers and of ours: read without entities, network or huge trees; written line by line."""

import re
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from labelwright.exchange.files import Files, refused

_PORTION_BYTES: Final = 1 << 15
_DOCTYPE: Final = re.compile(rb"<!DOCTYPE")
_ENTITY: Final = re.compile(rb"<!ENTITY")
_IDLE: Final[dict[tuple[str, ...], list[Any]]] = defaultdict(list)
"""Parsers that wait for their next file, by tags. Each holds itself: one for every file would stay for good."""


def elements(files: Files, path: str, *tags: str, at_end: Callable[[Any], None] = lambda _: None) -> Iterator[Any]:
    """The elements with these tags, one by one, each forgotten when the next is asked for. Raises Invalid.

    One within another is a part of that one alone. `at_end` gets the root when all was read, with what stands beside
    these elements.
    """
    try:
        from lxml import etree  # noqa: PLC0415 - an extra
    except ImportError:
        text = "is XML, which needs “pip install labelwright[formats]” here."
        raise refused(path, "needs_extra", text) from None
    content = memoryview(files.read(path))
    if _DOCTYPE.search(content[:4096]) or _ENTITY.search(content):
        raise refused(path, "xml_entities", "declares a document type or entities; that is not read.")
    idle = _IDLE[tags]
    parser = (
        idle.pop()
        if idle
        else etree.XMLPullParser(events=("end",), tag=tags, resolve_entities=False, no_network=True, huge_tree=False)
    )
    try:
        root = yield from _parsed(parser, content, tags)
    except etree.XMLSyntaxError as error:
        reason = str(error).partition(" (<string>")[0].replace(", use XML_PARSE_HUGE option", "")
        raise refused(path, "invalid_xml", f"is not XML: {reason}.") from None
    at_end(root)
    idle.append(parser)


def _parsed(parser: Any, content: memoryview, tags: tuple[str, ...]) -> Generator[Any, None, Any]:
    """The elements that end, as far as the parser comes; returns the root. Raises XMLSyntaxError."""
    root = before = None
    for at in range(0, len(content) + _PORTION_BYTES, _PORTION_BYTES):
        portion = bytes(content[at : at + _PORTION_BYTES])
        try:
            root = parser.feed(portion) if portion else parser.close()
        finally:
            for _, element in parser.read_events():
                if next(element.iterancestors(*tags), None) is not None:
                    continue
                _forget(before, element)
                yield element
                element.clear()
                before = element
    return root


def _forget(before: Any, element: Any) -> None:
    """Take an element out of the tree if this one is beside it, so that the parser is past what stands between."""
    if before is not None and (parent := before.getparent()) is not None and parent is element.getparent():
        parent.remove(before)


def leaves(element: Any, known: frozenset[str]) -> dict[str, str]:
    """The texts within an element by their tags joined by dots, and the attributes of all that is in it, and its own.

    `known` are left out: whole names, and tags of which all is read (with a dot behind them).
    """
    found: dict[str, str] = {}
    _collect(element, "", known, found)
    return found | dict(element.attrib)


def _collect(element: Any, above: str, known: frozenset[str], found: dict[str, str]) -> None:
    for child in element:
        name = f"{above}{child.tag}"
        below = f"{name}."
        if below in known:
            continue
        if child.attrib:
            found |= {below + key: value for key, value in child.attrib.items() if below + key not in known}
        if len(child):
            _collect(child, below, known, found)
        elif name not in known:
            found[name] = (child.text or "").strip()


def attributes(**values: object) -> str:
    """Attributes of a tag, in the order given; None is left out."""
    return "".join(f" {name}={quoteattr(str(value))}" for name, value in values.items() if value is not None)


def text(value: object) -> str:
    """Text between tags; what XML 1.0 cannot hold at all becomes a blank."""
    return escape(_FORBIDDEN.sub(" ", str(value)), {"\r": "&#13;"})


def is_whole(value: str) -> bool:
    """Whether XML 1.0 can hold a text as it is."""
    return _FORBIDDEN.search(value) is None


_FORBIDDEN: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def decimal(value: float) -> str:
    """A coordinate in the shortest form that reads back to the same number."""
    whole = int(value)
    return str(whole) if whole == value else repr(value)
