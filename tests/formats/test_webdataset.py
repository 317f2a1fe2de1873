"""WebDataset: shards that any TAR reader opens, with and without pictures."""

import io
import json
import tarfile
import zipfile
from typing import BinaryIO

import pytest

from labelwright.exchange.archive import Archive
from labelwright.exchange.exporting import Exporting, Report, Request
from labelwright.exchange.format import chosen
from labelwright.exchange.manifest import PATH, decode
from labelwright.exchange.source import Medium
from labelwright.exchange.zip_file import ZipWriter
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from tests.formats import corpus
from tests.formats.test_conformance import export

WEBDATASET = FORMATS["webdataset"]
PICTURE = bytes(range(256)) * 5


def open_picture(medium: Medium) -> BinaryIO | None:
    return None if medium.name == "frame.jpg" else io.BytesIO(PICTURE)


def exported(pictures: str) -> tuple[zipfile.ZipFile, Report]:
    file = io.BytesIO()
    settings = chosen(WEBDATASET.settings, {"shard": "4"})
    request = Request(format="webdataset", states=corpus.ALL_STATES, pictures=pictures, settings=settings)
    exporting = Exporting(WEBDATASET, request, corpus.SCHEME, corpus.tasks, project="Corpus", open_picture=open_picture)
    exporting.plan()
    sink = ZipWriter(file)
    report = exporting.write(Archive(sink), {})
    sink.close()
    return zipfile.ZipFile(file), report


def samples(archive: zipfile.ZipFile) -> list[dict[str, bytes]]:
    """The files of each shard, in the order of the shards."""
    found = []
    for name in sorted(name for name in archive.namelist() if name.endswith(".tar")):
        with tarfile.open(fileobj=io.BytesIO(archive.read(name))) as shard:
            found.append({member.name: shard.extractfile(member).read() for member in shard})  # type: ignore[union-attr]
    return found


def test_pictures_lie_beside_their_labels_and_those_that_are_not_there_are_named() -> None:
    archive, report = exported("pack")
    shards = samples(archive)
    assert [sum(name.endswith(".json") for name in shard) for shard in shards] == [4] * (len(corpus.CASES) // 4)
    assert report.missing == ("frame.jpg",)
    assert {m.picture for m in decode(archive.read(PATH)).media if m.name == "frame.jpg"} == {"missing"}
    pictures = [content for shard in shards for name, content in shard.items() if not name.endswith(".json")]
    assert pictures == [PICTURE] * (len(corpus.CASES) - 1)


def test_labels_say_which_picture_they_are_of_and_keys_have_no_dots() -> None:
    archive, report = exported("none")
    shards = samples(archive)
    names = [name for shard in shards for name in shard]
    assert names == [f"{key:09d}.json" for key in range(len(corpus.CASES))]
    lines = [json.loads(content) for shard in shards for content in shard.values()]
    assert sum(len(line["annotations"]) for line in lines) == report.balance.exported["geometries"]
    wheel = next(a for line in lines for a in line["annotations"] if a["class"] == "car.front_wheel")
    assert (wheel["kind"], wheel["rings"], wheel["xywh"]) == ("point", [[[12, 44]]], [12, 44, 0, 0])


def test_a_shard_holds_at_least_one_picture() -> None:
    with pytest.raises(Invalid, match="a whole number from 1"):
        export(WEBDATASET, settings={"shard": "0"})
