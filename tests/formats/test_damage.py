"""Files that were changed on their way: whatever stands in them, a reader says what is wrong and goes on."""

import contextlib
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format
from labelwright.exchange.manifest import PATH
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.reading import identified
from labelwright.exchange.recognising import recognise
from labelwright.exchange.resolving import Resolver
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from labelwright.model.geometry import ImageSegmentation, Polygon, Rectangle
from tests.exchange.writing import pack, task, unpack
from tests.formats import corpus
from tests.formats.corpus.making import HOLE, SQUARE, moved
from tests.formats.test_conformance import BOTH_WAYS, by_id

DAMAGES: Final = 25
_NUMBER: Final = re.compile(rb"-?\d+\.?\d*")
_TEXT: Final = re.compile(rb'"[^"\n]*"')
_NUMBERS: Final = (b"-1", b"1e400", b"null", b'"x"', b"9" * 30, b"NaN", b"[]", b"{}", b"1e9", b"", b"true")
_TEXTS: Final = (b"null", b"1", b'""', b'"\\u0000"', b"[]", b'"\xff"', b"{}")


def damage(content: bytes, chance: random.Random) -> bytes:
    """Cut, change, take out, put in, or put something of another type in the place of a number or a text."""
    at = chance.randrange(len(content) or 1)
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: content[:at],
        lambda: content[:at] + chance.randbytes(1) + content[at + 1 :],
        lambda: content[:at] + content[at + chance.randrange(9) :],
        lambda: content[:at] + chance.randbytes(3) + content[at:],
        lambda: _swapped(content, _NUMBER, _NUMBERS, chance),
        lambda: _swapped(content, _TEXT, _TEXTS, chance),
    )
    return chance.choice(ways)()


def _swapped(content: bytes, pattern: re.Pattern[bytes], others: tuple[bytes, ...], chance: random.Random) -> bytes:
    spans = [found.span() for found in pattern.finditer(content)]
    if not spans:
        return content
    start, end = chance.choice(spans)
    return content[:start] + chance.choice(others) + content[end:]


def damaged(form: Format) -> Iterator[dict[str, bytes]]:
    """An archive of two pictures with one damaged file, again and again; the same each time."""
    chance = random.Random(f"damage of {form.id}")  # noqa: S311 - the same at every run
    shapes = (("car", Rectangle(5.5, 6, 70, 40)), ("tree", Polygon(SQUARE)), ("sky", ImageSegmentation((SQUARE, HOLE))))
    files = unpack(pack(form.id, task(1, *shapes), task(2, ("tree", Polygon(moved(SQUARE, 60)))))[0])
    victims = [name for name in files if name != PATH]
    for _ in range(DAMAGES):
        victim = chance.choice(victims)
        yield files | {victim: damage(files[victim], chance)}


@pytest.mark.parametrize("form", BOTH_WAYS, ids=by_id)
def test_a_damaged_file_is_read_as_far_as_it_goes_or_refused(form: Format, tmp_path: Path) -> None:
    assert form.read is not None
    for number, files in enumerate(damaged(form)):
        folder = tmp_path / str(number)
        for name, content in files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        opened = open_files(folder)
        resolver = Resolver(corpus.CONFIGURATION, ClassMapping())
        with contextlib.suppress(Invalid):
            labels = form.read(opened)
            for medium in identified(labels.media(), opened):
                resolver.resolve(medium, corpus.SIZE_WH)
            recognise(opened, FORMATS)
            assert all(fault.message and str(fault.place) for fault in labels.faults.kept)
