"""Read an upload in any format: walk over its media, and lay down what was found.

Files of strangers are looked at in a process of its own; what comes out are our own values in two files.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Final

import msgspec

from labelwright.exchange import manifest as manifests
from labelwright.exchange.files import Files, open_files
from labelwright.exchange.format import Format
from labelwright.exchange.found import Fault, FoundMedium, scaled
from labelwright.exchange.naming import stem_of
from labelwright.exchange.proposing import Origin, Survey
from labelwright.exchange.recognising import recognise
from labelwright.exchange.turning import displayed
from labelwright.model.configuration import LabelClass
from labelwright.model.geometry import KINDS

FOUND: Final = "found"
SURVEY: Final = "survey.json"
_HEAD_BYTES: Final = 4


class FoundUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How the file uses one class; `parent` is the class it is nested in, `counts` the objects of each kind."""

    name: str
    parent: str | None
    kinds: tuple[str, ...]
    count: int
    counts: dict[str, int] = {}


class FoundQuestion(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A question that the file answers; `owner` is the class it is about, None for the medium."""

    name: str
    owner: str | None
    values: tuple[str, ...]


class Surveyed(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an upload holds, whatever project it is for. `alternatives` are other formats that it could be read as."""

    format: str
    media: int
    objects: int
    classes: tuple[FoundUse, ...]
    proposal: tuple[LabelClass, ...]
    faults: tuple[Fault, ...]
    fault_count: int
    notes: tuple[str, ...] = ()
    questions: tuple[FoundQuestion, ...] = ()
    origins: tuple[Origin, ...] = ()
    alternatives: tuple[str, ...] = ()


def survey(
    path: Path, folder: Path, formats: Mapping[str, Format], *, name: str | None = None, wanted: str | None = None
) -> Surveyed:
    """Read an upload into `found` (frames) and `survey.json` in a folder. Raises Invalid."""
    files = open_files(path, name)
    form, *others = recognise(files, formats, wanted)
    assert form.read is not None
    labels = form.read(files)
    seen = Survey(labels.classes)
    media = 0
    with (folder / f"{FOUND}.part").open("wb", buffering=1 << 20) as file:
        for medium in identified(labels.media(), files):
            seen.look(medium)
            media += 1
            frame = msgspec.msgpack.encode(medium)
            file.write(len(frame).to_bytes(_HEAD_BYTES, "big") + frame)
    (folder / f"{FOUND}.part").replace(folder / FOUND)
    proposal = seen.propose()
    surveyed = Surveyed(
        format=form.id,
        media=media,
        objects=sum(counts.total() for counts in seen.counts.values()),
        classes=tuple(_uses(seen)),
        proposal=proposal,
        faults=tuple(labels.faults.kept),
        fault_count=labels.faults.count,
        notes=labels.notes,
        questions=tuple(FoundQuestion(name=name, owner=owner, values=values) for owner, name, values in seen.asked()),
        origins=tuple(seen.origins),
        alternatives=tuple(other.id for other in others),
    )
    (folder / f"{SURVEY}.part").write_bytes(msgspec.json.encode(surveyed))
    (folder / f"{SURVEY}.part").replace(folder / SURVEY)
    return surveyed


def _uses(seen: Survey) -> Iterator[FoundUse]:
    for (parent, name), kinds in seen.kinds.items():
        ordered = tuple(kind for kind in KINDS if kind in kinds)
        counts = seen.counts[parent, name]
        yield FoundUse(name=name, parent=parent, kinds=ordered, count=counts.total(), counts=dict(counts))


def identified(media: Iterable[FoundMedium], files: Files) -> Iterator[FoundMedium]:
    """Give media of our own archives the ids that the manifest has for their paths, and the displayed frame."""
    manifest = _manifest_of(files)
    ids: dict[str, manifests.ManifestMedium] = {}
    for medium in manifest.media if manifest else ():
        ids[medium.path] = ids[stem_of(medium.path)] = medium
    for found in media:
        tail = found.path.rpartition("/")[2]
        # Where pictures are not packed, a reader may have had to guess their extensions.
        known = ids.get(found.path) or ids.get(tail) or ids.get(stem_of(tail))
        if known is None or manifest is None:
            yield found
            continue
        if known.width and known.height:
            found = scaled(found, (known.width, known.height))  # noqa: PLW2901 - the same medium
            if manifest.is_stored:
                found = displayed(found, (known.width, known.height), known.orientation)  # noqa: PLW2901
        if found.id is None:
            found = msgspec.structs.replace(  # noqa: PLW2901
                found, id=known.id, name=known.name, sha256=found.sha256 or known.sha256
            )
        yield found


def _manifest_of(files: Files) -> manifests.Manifest | None:
    if manifests.PATH not in files.sizes:
        return None
    try:
        return manifests.decode(bytes(files.read(manifests.PATH)))
    except msgspec.DecodeError:
        return None  # somebody else's manifest


_DECODE: Final = msgspec.msgpack.Decoder(FoundMedium)


def read_found(path: Path) -> Iterator[tuple[int, FoundMedium]]:
    """Start a walk over what was found: the place of each frame, and the medium."""
    with path.open("rb", buffering=1 << 20) as file:
        at = 0
        while head := file.read(_HEAD_BYTES):
            length = int.from_bytes(head, "big")
            yield at, _DECODE.decode(file.read(length))
            at += _HEAD_BYTES + length


def read_at(path: Path, places: Iterable[int]) -> list[FoundMedium]:
    """The media at some places."""
    found = []
    with path.open("rb") as file:
        for place in places:
            file.seek(place)
            found.append(_DECODE.decode(file.read(int.from_bytes(file.read(_HEAD_BYTES), "big"))))
    return found
