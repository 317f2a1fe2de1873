"""WebDataset: shards that any TAR reader opens, with and without pictures, and what is wrong with those of others."""

import io
import json
import tarfile
import zipfile
from pathlib import Path
from typing import BinaryIO

import pytest

from labelwright.exchange.archive import Archive
from labelwright.exchange.exporting import Exporting, Report
from labelwright.exchange.files import open_files
from labelwright.exchange.format import chosen
from labelwright.exchange.found import FoundMedium, LabelFile
from labelwright.exchange.manifest import PATH, decode
from labelwright.exchange.requesting import Request
from labelwright.exchange.source import Medium
from labelwright.exchange.zip_file import ZipWriter
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Polygon, Rectangle
from tests.formats import corpus
from tests.formats.opening import faults
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


def opened(place: Path) -> tuple[LabelFile, list[FoundMedium]]:
    assert WEBDATASET.read is not None
    found = WEBDATASET.read(open_files(place))
    return found, list(found.media())


@pytest.mark.parametrize("pictures", ["pack", "none"])
def test_shards_are_read_with_and_without_pictures_and_one_shard_alone_as_well(pictures: str, tmp_path: Path) -> None:
    archive, report = exported(pictures)
    archive.extractall(tmp_path / "all")  # noqa: S202 - our own archive
    found, media = opened(tmp_path / "all")
    assert found.faults.kept == []
    assert len(media) == report.media
    first, *_ = sorted((tmp_path / "all" / "shards").iterdir())
    assert WEBDATASET.recognise is not None
    assert WEBDATASET.recognise(open_files(first))
    found, alone = opened(first)
    assert found.faults.kept == []
    assert [(one.id, len(one.objects)) for one in alone] == [(one.id, len(one.objects)) for one in media[:4]]


def shard(*samples: object) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as tar:
        for number, sample in enumerate(samples):
            content = sample if isinstance(sample, bytes) else json.dumps(sample).encode()
            info = tarfile.TarInfo(f"{number}.json")
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return file.getvalue()


def test_each_fault_has_its_place_in_its_shard_and_the_rest_is_read(tmp_path: Path) -> None:
    ring = [[1, 1], [9, 1], [9, 9]]
    good = {"class": "a", "xywh": [1, 2, 3, 4]}, {"class": "b", "rings": [ring]}
    bad = {"class": "c", "kind": "circle", "rings": [ring]}, {"class": "d"}
    sample = {"path": "x.png", "medium_id": None, "annotations": [*good, *bad]}
    (tmp_path / "val-000000.tar").write_bytes(shard(sample, b"[", sample | {"path": "y.png", "annotations": []}))
    (tmp_path / "val-000001.tar").write_bytes(shard(sample)[:600])
    (tmp_path / "val-000002.tar").write_bytes(b"x" * 1024)
    found, (first, last) = opened(tmp_path)
    assert faults(found) == [
        ("val-000000.tar/0.json /annotations/2", "invalid_geometry"),
        ("val-000000.tar/0.json /annotations/3", "invalid_geometry"),
        ("val-000000.tar/1.json", "invalid_file"),
        ("val-000001.tar", "damaged_shard"),
        ("val-000002.tar", "damaged_shard"),
    ]
    triangle = Polygon(((1, 1), (9, 1), (9, 9)))
    assert [one.geometry for one in first.objects] == [Rectangle(1, 2, 3, 4), triangle]
    assert (first.split, last.path, last.objects) == ("val", "y.png", ())


def test_other_archives_are_refused_with_what_shards_begin_with(tmp_path: Path) -> None:
    (tmp_path / "a.tar").write_bytes(shard({"label": 3}))
    with pytest.raises(Invalid, match="annotations, medium_id, path"):
        opened(tmp_path)
