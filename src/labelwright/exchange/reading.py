"""Read an upload in any format: walk over its media, and lay down what was found.

Files of strangers are looked at in a process of its own; what comes out are our own values in two files.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, Self

import msgspec

from labelwright.exchange import frames
from labelwright.exchange import manifest as manifests
from labelwright.exchange.bounding import bounded
from labelwright.exchange.files import Files, open_files
from labelwright.exchange.format import Format
from labelwright.exchange.found import Fault, FoundMedium, NotKept, Place, notes_of, scaled
from labelwright.exchange.frames import Frames
from labelwright.exchange.naming import stem_of
from labelwright.exchange.plain_found import unfolded
from labelwright.exchange.proposing import Origin, Survey
from labelwright.exchange.recognising import recognise
from labelwright.exchange.sharing import processes_here
from labelwright.exchange.side_car import open_side_car
from labelwright.exchange.side_car_restoring import Restorer, SideCarUse
from labelwright.exchange.turning import displayed
from labelwright.model.configuration import LabelClass
from labelwright.model.geometry import KINDS

FOUND: Final = "found"
RESTORED: Final = "restored"
SURVEY: Final = "survey.json"
RULE: Final = 1
"""Grows when what was found is laid down in another way, so that nobody reads it as it is now."""


class FoundUse(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """How the file uses one class; `parent` is the class it is nested in, `counts` the objects of each kind."""

    name: str
    parent: str | None
    kinds: tuple[str, ...]
    count: int
    counts: dict[str, int] = {}


class FoundQuestion(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A question that the file answers; `owner` is the class it is about, None for the medium.

    `aside`: the file only says it besides, and it may stay without a place here.
    """

    name: str
    owner: str | None
    values: tuple[str, ...]
    aside: bool = False


class Surveyed(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What an upload holds, whatever project it is for. `alternatives` are other formats that it could be read as.

    `not_kept` is what it says of neither a picture nor an object. `rule` is that of who laid it down: `RULE`.
    """

    rule: int = 0
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
    side_car: SideCarUse | None = None
    not_kept: tuple[NotKept, ...] = ()


def survey(
    path: Path,
    folder: Path,
    formats: Mapping[str, Format],
    *,
    name: str | None = None,
    wanted: str | None = None,
    use_side_car: bool = True,
) -> Surveyed:
    """Read an upload into frames and `survey.json` in a folder. Raises Invalid, and Died where processes share it.

    `found` has what the files say; `restored`, empty without a side-car, what they say together with it.
    """
    files = open_files(path, name, processes_here())
    form, *others = recognise(files, formats, wanted)
    assert form.read is not None
    restorer = restorer_of(files) if use_side_car else None
    labels = form.read(files)
    seen = Survey(labels.classes)
    media = 0
    is_plain = labels.folded is not None and restorer is None and _manifest_of(files) is None
    walk = labels.folded if is_plain and labels.folded else labels.media
    found: Iterable[FoundMedium] = bounded(identified(walk(), files), labels.faults)
    with _Frames(folder / FOUND) as plain, _Frames(folder / RESTORED) as restored:
        if restorer is not None:
            found = bounded(restorer.media(plain.passing(found)), labels.faults)
        for medium in found:
            seen.look(medium)
            media += 1
            (plain if restorer is None else restored).write(medium)
    use = restorer.use if restorer is not None else None
    proposal = seen.propose()
    surveyed = Surveyed(
        rule=RULE,
        format=form.id,
        media=media,
        objects=sum(counts.total() for counts in seen.counts.values()),
        classes=tuple(_uses(seen)),
        proposal=proposal,
        faults=tuple(labels.faults.kept),
        fault_count=labels.faults.count,
        notes=notes_of(labels),
        questions=tuple(_questions(seen)),
        origins=tuple(seen.origins),
        alternatives=tuple(other.id for other in others),
        side_car=use,
        not_kept=labels.faults.not_kept.lines(),
    )
    (folder / f"{SURVEY}.part").write_bytes(msgspec.json.encode(surveyed))
    (folder / f"{SURVEY}.part").replace(folder / SURVEY)
    return surveyed


class _Frames:
    """A file of media that has its name only when it is whole."""

    def __init__(self, place: Path) -> None:
        self._place = place
        self._part = place.with_name(f"{place.name}.part")

    def __enter__(self) -> Self:
        self._file = self._part.open("wb", buffering=1 << 20)
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._file.close()
        if kind is None:
            self._part.replace(self._place)

    def write(self, medium: FoundMedium) -> None:
        write_frame(self._file, medium)

    def passing(self, media: Iterable[FoundMedium]) -> Iterator[FoundMedium]:
        """The same media, written on their way."""
        for medium in media:
            self.write(medium)
            yield medium


def restorer_of(files: Files) -> Restorer | None:
    """What brings back the labels of a side-car; None where there is none. Raises Invalid when it is damaged."""
    manifest = _manifest_of(files)
    side_car = open_side_car(files, configuration_sha256=manifest.configuration_sha256 if manifest else None)
    return Restorer(side_car) if side_car is not None else None


def _uses(seen: Survey) -> Iterator[FoundUse]:
    for (parent, name), kinds in seen.kinds.items():
        ordered = tuple(kind for kind in KINDS if kind in kinds)
        counts = seen.counts[parent, name]
        yield FoundUse(name=name, parent=parent, kinds=ordered, count=counts.total(), counts=dict(counts))


def _questions(seen: Survey) -> Iterator[FoundQuestion]:
    for aside in (False, True):
        for owner, name, values in seen.asked(aside=aside):
            yield FoundQuestion(name=name, owner=owner, values=values, aside=aside)


def identified(media: Iterable[FoundMedium], files: Files) -> Iterator[FoundMedium]:
    """Give media of our own archives the ids that the manifest has for their paths, and the displayed frame."""
    manifest = _manifest_of(files)
    media_of = _media_of(manifest)
    for found in media:
        tail = found.path.rpartition("/")[2]
        # Where pictures are not packed, a reader may have had to guess their extensions.
        known = media_of.find(found.path, tail, stem_of(tail)) if media_of is not None else None
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


def _manifest_of(files: Files) -> manifests.ManifestHead | None:
    if manifests.PATH not in files.sizes:
        return None
    with suppress(msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # somebody else's manifest
        return manifests.decode_head(files.read(manifests.PATH))
    return None


def _media_of(manifest: manifests.ManifestHead | None) -> manifests.KnownMedia | None:
    with suppress(msgspec.DecodeError):
        return manifests.KnownMedia(manifest.media) if manifest is not None else None
    return None


class FoundHead(msgspec.Struct, frozen=True, kw_only=True):
    """What tells which medium is meant, without what was found in it; fields as those of `FoundMedium`."""

    place: Place
    path: str
    name: str = ""
    id: str | None = None
    sha256: str | None = None


_DECODE: Final = msgspec.msgpack.Decoder(FoundMedium)
_DECODE_HEAD: Final = msgspec.msgpack.Decoder(FoundHead)


class FoundFrames:
    """What was found, medium by medium, where it lies in the file."""

    def __init__(self, path: Path) -> None:
        self._frames = Frames(path)

    def heads(self) -> Iterator[tuple[int, FoundHead]]:
        """Start a walk: the place of each frame, and what tells which medium it is of."""
        for place, frame in self._frames.walk():
            yield place, _DECODE_HEAD.decode(frame)

    def heads_at(self, places: Iterable[int]) -> list[FoundHead]:
        """What tells which media are meant at some places."""
        return [_DECODE_HEAD.decode(self._frames.at(place)) for place in places]

    def at(self, places: Iterable[int]) -> list[FoundMedium]:
        """The media at some places."""
        return [unfolded(self.folded_at(place)) for place in places]

    def folded_at(self, place: int) -> FoundMedium:
        """The medium at a place, its plain shapes in columns as they were found."""
        return _DECODE.decode(self._frames.at(place))


def write_frame(file: BinaryIO, medium: FoundMedium) -> None:
    """Append a medium."""
    frames.write_frame(file, msgspec.msgpack.encode(medium))
