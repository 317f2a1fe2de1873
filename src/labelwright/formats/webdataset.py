"""WebDataset: TAR files of at most so many pictures, `shards/SPLIT-000000.tar`, for training that streams.

A sample is `KEY.json` and, when pictures are packed, `KEY.EXT`; its key counts up in each split, as what a name has
after its first dot would be an extension. https://github.com/webdataset/webdataset
"""

import os
import tarfile
from collections.abc import Callable, Iterator
from itertools import chain, count, islice
from typing import Any, BinaryIO, Final

import msgspec

from labelwright.exchange.archive import PORTION_BYTES, Archive
from labelwright.exchange.flat import Attributes, FlatObject, Flattener
from labelwright.exchange.format import Chosen, Format, Setting, all_but
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.shapes import rings_of
from labelwright.exchange.source import Source, TaskLabels
from labelwright.formats.webdataset_reader import read, recognise
from labelwright.model.geometry import kind_of

FOLDER: Final = "shards"
MOST: Final = Setting(
    id="shard",
    name="Pictures of a shard",
    text="At most so many are in one TAR.",
    kind="number",
    default=1000,
    least=1,
    most=100_000,
)

Put = Callable[[bytes], None]


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:
    """Write shards one after another."""
    flat = Flattener(source.scheme, SUPPORTS, ledger)
    for split in source.splits:
        tasks, keys = source.tasks(split), count()
        for number in count():
            first = next(tasks, None)
            if first is None:
                break
            shard = chain([first], islice(tasks, settings[MOST.id] - 1))
            with archive.file(f"{FOLDER}/{split or 'labels'}-{number:06d}.tar") as put:
                for task, key in zip(shard, keys, strict=False):
                    _write_sample(put, f"{key:09d}", task, (source, flat))
                # Two empty blocks end a TAR.
                put(bytes(2 * tarfile.BLOCKSIZE))


def _write_sample(put: Put, key: str, task: TaskLabels, given: tuple[Source, Flattener]) -> None:
    source, flat = given
    content = msgspec.json.encode(_content(task, flat))
    put(_header(f"{key}.json", len(content)))
    put(content + _padding(len(content)))
    picture = source.open_picture(task.medium)
    if picture is not None:
        with picture:
            _copy(put, f"{key}.{_extension(task.medium.path)}", picture)


def _copy(put: Put, name: str, picture: BinaryIO) -> None:
    size = picture.seek(0, os.SEEK_END)
    picture.seek(0)
    put(_header(name, size))
    while portion := picture.read(PORTION_BYTES):
        put(portion)
    put(_padding(size))


def _header(name: str, size: int) -> bytes:
    """A file's header, without a date or an owner."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o644
    return info.tobuf(tarfile.PAX_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % tarfile.BLOCKSIZE)


def _extension(path: str) -> str:
    _, dot, extension = path.rpartition(".")
    return extension.lower() if dot else "bin"


def _content(task: TaskLabels, flat: Flattener) -> dict[str, Any]:
    medium = task.medium
    answers: Attributes = flat.begin(task, needs_size=False) or {}
    return {
        "path": medium.path,
        "medium_id": medium.id,
        "width": medium.width,
        "height": medium.height,
        "state": task.state,
        "answers": answers,
        "annotations": list(_annotations(task, flat)),
    }


def _annotations(task: TaskLabels, flat: Flattener) -> Iterator[dict[str, Any]]:
    ids: list[str] = []
    for one in flat.objects(task):
        ids.append(one.id)
        yield _annotation(one, ids)


def _annotation(one: FlatObject, ids: list[str]) -> dict[str, Any]:
    annotation = one.labelled.annotation
    kind = kind_of(one.geometry)
    return {
        "id": one.id,
        "class": one.name,
        "kind": kind.name,
        "xywh": kind.bounds(one.geometry),
        "rings": rings_of(one.geometry),
        "parent": ids[one.parent] if one.parent is not None else None,
        "answers": one.attributes,
        "comment": annotation.comment,
        "z": annotation.z,
    }


SUPPORTS: Final = all_but()
FORMAT: Final = Format(
    id="webdataset",
    name="WebDataset",
    text="TAR shards of pictures with their labels in JSON, for training that streams.",
    supports=SUPPORTS,
    settings=(MOST,),
    write=write,
    read=read,
    recognise=recognise,
    packs_pictures=True,
)
