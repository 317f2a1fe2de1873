"""`labelmap.txt` beside files of Pascal VOC: the classes, a line each, in the order of their values in masks.

A line is `name:red,green,blue:parts:actions`, the background first and the border last. The devkit has no such file, as
it has its own twenty classes; programs that read classes of other names look for it.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from labelwright.exchange.archive import Archive
from labelwright.exchange.files import Files
from labelwright.exchange.found import Faults, Place
from labelwright.exchange.numbers import is_placeholder
from labelwright.formats.mask_classes import BACKGROUND, Colour
from labelwright.formats.mask_objects import voc_colour
from labelwright.formats.whole import whole

PATH: Final = "labelmap.txt"
BORDER: Final = 255
IGNORED: Final = "ignored"
NAMES: Final = (
    "aeroplane bicycle bird boat bottle bus car cat chair cow diningtable dog horse motorbike person pottedplant sheep "
    "sofa train tvmonitor"
).split()


class VocLabel(NamedTuple):
    """A class; `parts` are the classes that are nested in it."""

    name: str
    colour: Colour
    parts: tuple[str, ...] = ()


def write(archive: Archive, labels: Iterable[VocLabel]) -> None:
    """Write the classes in the order of their values, which count from 1 without a gap."""
    lines = ["# label:color_rgb:parts:actions", f"{BACKGROUND}:0,0,0::"]
    named = (*labels, VocLabel(IGNORED, voc_colour(BORDER)))
    lines += [f"{one.name}:{','.join(map(str, one.colour))}:{','.join(one.parts)}:" for one in named]
    archive.add(PATH, "".join(f"{line}\n" for line in lines).encode())


def read(files: Files, faults: Faults) -> dict[int, VocLabel]:
    """The classes by value; the twenty of Pascal VOC where there is no such file."""
    path = next((path for path in files.paths if path.rpartition("/")[2] == PATH), None)
    if path is None:
        return {value: VocLabel(name, voc_colour(value)) for value, name in enumerate(NAMES, start=1)}
    found: dict[int, VocLabel] = {}
    for number, line in enumerate(files.text(path).splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            found[len(found)] = _label(line, Place(path, line=number), len(found), faults)
    return {value: one for value, one in found.items() if not _is_none(value, one)}


def _label(line: str, place: Place, value: int, faults: Faults) -> VocLabel:
    name, _, rest = line.partition(":")
    parts = [whole(part) for part in rest.partition(":")[0].split(",")]
    if not name or (rest and not all(part is not None and part < 256 for part in parts)):
        faults.add(place, "invalid_class", "A line is name:red,green,blue:parts:actions.", line)
    colour = [part for part in parts if part is not None]
    return VocLabel(name, (colour[0], colour[1], colour[2]) if len(colour) == 3 else voc_colour(value))


def _is_none(value: int, one: VocLabel) -> bool:
    """Whether it is the background, the border or a number that nobody has, and no class."""
    if is_placeholder(one.name):
        return True
    return (value == 0 and one.name == BACKGROUND) or (one.name == IGNORED and one.colour == voc_colour(BORDER))
