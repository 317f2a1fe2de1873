"""What of a file no project has room for: said with its place, before much is made of it."""

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labelwright.exchange.bounding import MOST_NAME
from labelwright.exchange.proposing import MOST_CLASSES
from labelwright.exchange.reading import FOUND, Surveyed, survey
from labelwright.exchange.side_car import PATH
from labelwright.formats import FORMATS
from labelwright.model.configuration import MOST_NUMBER
from labelwright.model.document import MAX_ANNOTATIONS
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Polygon
from tests.exchange.bad_files import coco, one
from tests.exchange.writing import pack, task, unpack
from tests.formats.corpus.making import SQUARE

HEAD = b"path,class,x,y,w,h\n"


def surveyed(folder: Path, files: dict[str, bytes]) -> Surveyed:
    for name, content in files.items():
        place = folder / "upload" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return survey(folder / "upload", folder, FORMATS)


def test_more_objects_than_a_picture_may_have_are_not_written_down(tmp_path: Path) -> None:
    rows = b"a.png,car,1,2,3,4\n" * (MAX_ANNOTATIONS + 1)
    found = surveyed(tmp_path, {"a.csv": HEAD + rows + b"b.png,car,1,2,3,4\n"})
    assert (found.objects, found.fault_count) == (1, 1)
    assert found.faults[0].code == "too_many_annotations"


def test_a_name_that_stands_once_in_a_file_is_not_written_down_for_each_object(tmp_path: Path) -> None:
    content = coco(*(one(id=n) for n in range(500)), categories=[{"id": 1, "name": "c" * 100_000}])
    found = surveyed(tmp_path, {"a.json": content})
    assert {fault.code for fault in found.faults} == {"long_name"}
    assert (tmp_path / FOUND).stat().st_size < 10 * MOST_NAME


def test_a_column_of_ids_is_not_taken_for_classes(tmp_path: Path) -> None:
    rows = b"".join(b"a%d.png,id%d,1,2,3,4\n" % (n, n) for n in range(MOST_CLASSES + 2))
    with pytest.raises(Invalid, match="is the right column"):
        surveyed(tmp_path, {"a.csv": HEAD + rows})


def test_what_no_configuration_has_room_for_is_not_proposed(tmp_path: Path) -> None:
    categories = [{"id": MOST_NUMBER + 9, "name": "car"}, {"id": 10**30, "name": "tree"}, {"id": -4, "name": "lane"}]
    found = surveyed(tmp_path, {"a.json": coco(one(category_id=MOST_NUMBER + 9), categories=categories)})
    assert [label_class.number for label_class in found.proposal] == [None, None, None]


def test_a_colour_that_is_none_is_not_proposed(tmp_path: Path) -> None:
    label = "<label><name>car</name><color>red;background:url(//x)</color><type>rectangle</type></label>"
    content = f'<annotations>{label}<image id="0" name="a.png" width="64" height="48"/></annotations>'
    (car,) = surveyed(tmp_path, {"a.xml": content.encode()}).proposal
    assert car.color is not None
    assert car.color.startswith("#")


def test_a_long_text_makes_a_free_text_and_no_long_survey(tmp_path: Path) -> None:
    content = coco(one(attributes={"note": "n" * 100_000}))
    found = surveyed(tmp_path, {"a.json": content})
    assert [child.type for child in found.proposal[0].children] == ["free_text"]
    assert (tmp_path / "survey.json").stat().st_size < 10_000


def forged(change: Any) -> dict[str, bytes]:
    """An archive with a side-car in which somebody changed a line, and the digest to fit."""
    files = unpack(pack("yolo", task(1, ("tree", Polygon(SQUARE))), side_car=True)[0])
    head, line, _ = files[PATH].splitlines(keepends=True)
    line = change(line)
    tail = {"lines": 1, "sha256": hashlib.sha256(head + line).hexdigest()}
    return files | {PATH: head + line + json.dumps(tail).encode() + b"\n"}


def emptied(line: bytes) -> bytes:
    found = json.loads(line)
    found["objects"][0]["geometry"]["points"] = []
    return msgspec.json.encode(found) + b"\n"


@pytest.mark.parametrize(
    "change",
    [
        lambda line: line.replace(b'"objects":[{"id":"', b'"objects":[{"id":"0'),
        lambda line: b'{"medium":"' + line.partition(b'"medium":"')[2][:10] + b"\n",
        lambda line: line.replace(b'"objects":[', b'"objects":[' + b'{"nested":[' * 5000),
        lambda line: line.replace(b'{"medium":"', b'{"medium":"\xff'),
        emptied,
    ],
    ids=("ids", "cut", "deep", "no text", "no points"),
)
def test_a_forged_side_car_is_refused_by_name(tmp_path: Path, change: Any) -> None:
    with pytest.raises(Invalid, match=PATH):
        surveyed(tmp_path, forged(change))


@pytest.mark.parametrize(
    "change", [(b'"orientation":6', b'"orientation":66'), (b'"height":160', b'"height":1' + b"0" * 400)]
)
def test_a_manifest_that_is_none_of_ours_is_passed_over(tmp_path: Path, change: tuple[bytes, bytes]) -> None:
    files = unpack(pack("coco", task(1, ("tree", Polygon(SQUARE)), orientation=6), frame="stored")[0])
    assert change[0] in files["manifest.json"]
    files["manifest.json"] = files["manifest.json"].replace(*change)
    assert surveyed(tmp_path, files).objects == 1
