"""Read WebDataset shards as `webdataset` writes them: in a folder or an archive, or the files of one shard itself.

A shard is walked over by its headers where it lies: nothing of it is unpacked, and pictures are passed by.
"""

import tarfile
from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from labelwright.exchange.asides import asides_of
from labelwright.exchange.files import Files, refused
from labelwright.exchange.found import (
    Depth,
    Faults,
    FoundAnswer,
    FoundMedium,
    FoundObject,
    LabelFile,
    Place,
    Side,
    families,
)
from labelwright.exchange.listing import Held
from labelwright.exchange.shapes import shape_of_kind
from labelwright.formats.json_files import answers_of, attempted_whole, element, others_in
from labelwright.model.errors import Invalid

_KEYS: Final = frozenset(("path", "medium_id", "annotations"))
_LOOKS: Final = 50


class _Annotation(msgspec.Struct):
    name: str = msgspec.field(name="class")
    kind: str | None = None
    xywh: tuple[float, float, float, float] | None = None
    rings: list[list[tuple[float, float]]] = []
    id: str | None = None
    parent: str | None = None
    answers: dict[str, Any] = {}
    comment: str | None = None
    z: Depth = 0


class _Sample(msgspec.Struct):
    path: str
    annotations: list[msgspec.Raw]
    medium_id: str | None = None
    width: Side | None = None
    height: Side | None = None
    state: str | None = None
    answers: dict[str, Any] = {}


_SAMPLE: Final = msgspec.json.Decoder(_Sample)
_OF_SAMPLES: Final = frozenset(_Sample.__struct_encode_fields__)
_OF_ANNOTATIONS: Final = frozenset(_Annotation.__struct_encode_fields__)
_ANNOTATION: Final = msgspec.json.Decoder(_Annotation)


class _Shard:
    """The files of a TAR that is not packed. Raises Invalid where it is damaged."""

    def __init__(self, path: str, content: bytes | memoryview) -> None:
        self.name, self._content = path, memoryview(content)

    def held(self) -> Iterator[Held]:
        return (Held(name, size, start) for name, start, size in _members(self._content, self.name))

    def read(self, held: Held, most: int | None) -> bytes | memoryview:
        return self._content[held.key : held.key + (held.size if most is None else min(most, held.size))]


def _members(content: memoryview, path: str) -> Iterator[tuple[str, int, int]]:
    """Name, start and size of each file of a TAR."""
    at, block = 0, tarfile.BLOCKSIZE
    while at < len(content) and any(content[at : at + block]):
        try:
            head = tarfile.TarInfo.frombuf(bytes(content[at : at + block]), "utf-8", "replace")
        except tarfile.HeaderError as error:
            raise refused(path, "damaged_archive", f"is no whole TAR: {error} at byte {at}.") from None
        start = at + block
        if head.size < 0 or start + head.size > len(content):
            raise refused(path, "damaged_archive", f"ends within {head.name[:80]}. Was it cut on the way?")
        if head.isreg():
            yield head.name.removeprefix("./"), start, head.size
        at = start + head.size + -head.size % block


def recognise(files: Files) -> bool:
    """Whether a shard begins with labels as they are written here, or there are such labels themselves."""
    return any(_is_shard(files, path) for path in files.ending(".tar")[:_LOOKS]) or bool(_loose(files, _LOOKS))


def _is_shard(files: Files, path: str) -> bool:
    head = files.head(path)
    start = head[tarfile.BLOCKSIZE :]
    return head[257:262] == b"ustar" and start[:1] == b"{" and all(f'"{key}"'.encode() in start for key in _KEYS)


def _loose(files: Files, most: int | None = None) -> Sequence[str]:
    return files.having(_KEYS, files.ending(".json")[:most])


def read(files: Files) -> LabelFile:
    """Open every shard. Raises Invalid when there is none."""
    if not recognise(files):
        text = f"holds no shards: no TAR begins with JSON that has {', '.join(sorted(_KEYS))}."
        raise refused("The upload", "not_webdataset", text)
    faults = Faults()

    def media() -> Iterator[FoundMedium]:
        for path in files.ending(".tar"):
            try:
                shard = Files(_Shard(path, files.read(path)), files.beside)
            except Invalid as error:
                faults.add(Place(path), "damaged_shard", error.message)
                continue
            yield from _media(shard, shard.ending(".json"), path, faults)
        yield from _media(files, _loose(files), "", faults)

    return LabelFile(classes=(), media=media, faults=faults)


def _media(files: Files, paths: Sequence[str], shard: str, faults: Faults) -> Iterator[FoundMedium]:
    for path in paths:
        own = Faults()
        sample = attempted_whole(files, path, _SAMPLE, _OF_SAMPLES, own)
        place = f"{shard}/{path}" if shard else path
        for fault in own.kept:
            faults.add(Place(place), fault.code, fault.message, fault.value)
        if sample is not None:
            yield _medium(sample[0], sample[1], place, shard, faults)


def _medium(sample: _Sample, others: dict[str, Any], file: str, shard: str, faults: Faults) -> FoundMedium:
    objects: dict[str, FoundObject] = {}
    parents: dict[str, str] = {}
    for number, raw in enumerate(sample.annotations):
        place = Place(file, pointer=f"/annotations/{number}")
        one = element(raw, _ANNOTATION, "annotation", place, faults)
        if one is None:
            continue
        try:
            found = _object(one, place, asides_of(others_in(raw, _OF_ANNOTATIONS), place))
        except ValueError as error:
            faults.add(
                place, "invalid_geometry", f"The geometry of “{one.name[:60]}” cannot be read: {error}.", one.name
            )
            continue
        key = one.id if one.id and one.id not in objects else str(place)
        objects[key] = found
        if one.parent:
            parents[key] = one.parent
    split = shard.rpartition("/")[2].partition("-")[0]
    return FoundMedium(
        place=Place(file),
        path=sample.path,
        id=sample.medium_id,
        width=sample.width,
        height=sample.height,
        split=split if split in {"train", "val", "test"} else "",
        state=sample.state,
        objects=tuple(families(objects, parents)),
        answers=tuple(answers_of(sample.answers, Place(file, pointer="/answers"))),
        asides=asides_of(others, Place(file)),
    )


def _object(one: _Annotation, place: Place, asides: tuple[FoundAnswer, ...]) -> FoundObject:
    return FoundObject(
        class_name=one.name,
        geometry=shape_of_kind(one.kind, tuple(map(tuple, one.rings)), one.xywh),
        place=place,
        answers=tuple(answers_of(one.answers, place)),
        id=one.id,
        comment=one.comment,
        z=one.z,
        asides=asides,
    )
