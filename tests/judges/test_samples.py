"""Files of strangers: the samples that come with packages under free licences, as we and another program read them.

They are fetched when the test runs and are no part of this project. labelbox (Apache-2.0) has pictures of COCO with
outlines, run lengths, crowds and panoptic masks, sahi (MIT) boxes in COCO, deepforest (MIT) Pascal VOC and tables.
"""

import csv
import json
import shutil
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from labelwright.cli import app
from labelwright.exchange.areas import area_of
from labelwright.exchange.files import open_files
from labelwright.exchange.found import Fault, FoundMedium
from labelwright.exchange.recognising import recognise
from labelwright.formats import FORMATS
from labelwright.model.geometry import Rectangle, kind_of
from tests.judges.environment import judge, run, source
from tests.judges.exports import assert_same


class Read(NamedTuple):
    """What we read: the format that we took it for, the pictures, the faults."""

    form: str
    media: list[FoundMedium]
    faults: list[Fault]

    @property
    def areas(self) -> dict[str, list[tuple[Any, ...]]]:
        """Class and area of the objects, by picture."""
        return {m.path: [(one.class_name, area_of(one.geometry)) for one in m.objects] for m in self.media}

    @property
    def boxes(self) -> dict[str, list[tuple[Any, ...]]]:
        return {
            m.path: [(one.class_name, *kind_of(one.geometry).bounds(one.geometry)) for one in m.objects]
            for m in self.media
        }


def read(path: Path) -> Read:
    files = open_files(path)
    form, *_ = recognise(files, FORMATS)
    assert form.read is not None
    labels = form.read(files)
    media = list(labels.media())
    assert labels.faults.count == len(labels.faults.kept)
    return Read(form.id, media, labels.faults.kept)


def convert(path: Path, target: Path, form: str) -> int:
    """Run the command; what it wrote was read back and compared when it succeeds."""
    try:
        app(["convert", str(path), str(target), "--format", form], exit_on_error=False, print_error=False)
    except SystemExit as end:
        return int(end.code or 0)
    return 0


@pytest.fixture(scope="module")
def labelbox() -> Path:
    return source("labelbox", "labelbox==7.17.0") / "tests" / "data" / "assets" / "coco"


@pytest.fixture(scope="module")
def sahi() -> Path:
    return source("sahi", "sahi==0.12.8") / "demo" / "demo_data"


@pytest.fixture(scope="module")
def deepforest() -> Path:
    return source("deepforest", "deepforest==2.1.0") / "src" / "deepforest" / "data"


PAINT = """
import json, sys
from pycocotools.coco import COCO
found = {}
for path in sys.argv[1:]:
    coco = COCO(path)
    found[path] = {image["file_name"]: [] for image in coco.dataset["images"]}
    for one in coco.dataset["annotations"]:
        of = found[path][coco.imgs[one["image_id"]]["file_name"]]
        of.append([coco.cats[one["category_id"]]["name"], one["iscrowd"], int(coco.annToMask(one).sum()), one["bbox"]])
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def painted(labelbox: Path, sahi: Path) -> dict[str, dict[str, list[Any]]]:
    """What pycocotools makes of each file: class, crowd, pixels and box of each annotation, by picture."""
    paths = (labelbox / "instances.json", labelbox / "rle.json", sahi / "terrain2_coco.json")
    python = judge("pycocotools", "pycocotools==2.0.11")
    found = json.loads(run(python, PAINT, *map(str, paths)).splitlines()[-1])
    return {Path(path).name: pictures for path, pictures in found.items()}


@pytest.mark.parametrize("name", ["instances.json", "rle.json", "terrain2_coco.json"])
def test_every_object_of_coco_is_read_as_pycocotools_reads_it(
    labelbox: Path, sahi: Path, painted: dict[str, Any], name: str
) -> None:
    """As many, of the same classes, of the same size but for fractions of pixels along the border; crowds are named."""
    found = read((sahi if name.startswith("terrain") else labelbox) / name)
    theirs = painted[name]
    assert found.form == "coco"
    assert {m.path for m in found.media} == theirs.keys()
    crowds = sum(is_crowd for objects in theirs.values() for _, is_crowd, *_ in objects)
    assert Counter(fault.code for fault in found.faults) == Counter({"crowd": crowds} if crowds else {})
    for path, objects in theirs.items():
        ours = sorted(found.areas[path])
        wanted = sorted((label, pixels, box) for label, is_crowd, pixels, box in objects if not is_crowd)
        assert [label for label, _ in ours] == [label for label, *_ in wanted]
        for (_, area), (label, pixels, (_, _, w, h)) in zip(ours, wanted, strict=True):
            assert abs(area - pixels) <= w + h, (path, label, area, pixels)


def test_every_panoptic_segment_is_read_with_its_pixels(labelbox: Path, tmp_path: Path) -> None:
    """The segments that the JSON lists, crowds apart, add up to as many pixels of each class."""
    shutil.copy(labelbox / "panoptic.json", tmp_path)
    shutil.copytree(labelbox / "masks", tmp_path / "masks")
    found = read(tmp_path)
    content = json.loads((tmp_path / "panoptic.json").read_text())
    names = {category["id"]: category["name"] for category in content["categories"]}
    paths = {image["id"]: image["file_name"] for image in content["images"]}
    assert found.form == "coco_panoptic"
    crowds = 0
    for annotation in content["annotations"]:
        wanted: Counter[str] = Counter()
        for segment in annotation["segments_info"]:
            crowds += segment["iscrowd"]
            if not segment["iscrowd"]:
                wanted[names[segment["category_id"]]] += segment["area"]
        ours: Counter[str] = Counter()
        for label, area in found.areas[paths[annotation["image_id"]]]:
            ours[label] += round(area)
        assert ours == wanted, annotation["file_name"]
    assert Counter(fault.code for fault in found.faults) == Counter({"crowd": crowds} if crowds else {})


VOC = """
import json, sys
from hotcoco import COCO
coco = COCO.from_voc(sys.argv[1])
names = {c["id"]: c["name"] for c in coco.dataset["categories"]}
paths = {i["id"]: i["file_name"] for i in coco.dataset["images"]}
found = {path: [] for path in paths.values()}
for one in coco.dataset["annotations"]:
    found[paths[one["image_id"]]].append([names[one["category_id"]], *one["bbox"]])
print(json.dumps(found))
"""


def test_every_box_of_pascal_voc_is_read_where_hotcoco_reads_it(deepforest: Path, tmp_path: Path) -> None:
    for path in deepforest.glob("*.xml"):
        shutil.copy(path, tmp_path)
    found = read(tmp_path)
    assert (found.form, found.faults) == ("voc", [])
    theirs = json.loads(run(judge("hotcoco", "hotcoco==1.3.0"), VOC, str(tmp_path)))
    assert sum(map(len, theirs.values())) > 900
    # Theirs begins at the pixel of the corner, and is one wide when both corners are in it.
    assert_same(found.boxes, theirs)


@pytest.mark.parametrize("name", ["OSBS_029.csv", "example.csv", "testfile_multi.csv"])
def test_every_row_of_a_table_is_a_box(deepforest: Path, name: str) -> None:
    found = read(deepforest / name)
    with (deepforest / name).open(newline="") as file:
        rows = list(csv.DictReader(file))
    wanted: dict[str, list[tuple[Any, ...]]] = {row["image_path"]: [] for row in rows}
    for row in rows:
        left, top, right, bottom = (float(row[edge]) for edge in ("xmin", "ymin", "xmax", "ymax"))
        wanted[row["image_path"]].append((row["label"], left, top, right - left, bottom - top))
    assert (found.form, found.faults) == ("csv", [])
    assert_same(found.boxes, wanted)
    assert all(isinstance(one.geometry, Rectangle) for medium in found.media for one in medium.objects)


def test_what_strangers_made_goes_through_other_formats_and_comes_back(
    labelbox: Path, deepforest: Path, tmp_path: Path
) -> None:
    """Written, read back and compared by the command; what comes back from COCO is what was read at first."""
    boxes = tmp_path / "boxes"
    boxes.mkdir()
    shutil.copy(deepforest / "SOAP_061.xml", boxes)
    for at, (path, through) in enumerate(
        ((labelbox / "instances.json", "native"), (labelbox / "rle.json", "cvat"), (boxes, "coco"))
    ):
        assert convert(path, tmp_path / f"{at}.zip", through) == 0
        assert convert(tmp_path / f"{at}.zip", tmp_path / f"{at}-back.zip", "coco") == 0
        first, back = read(path), read(tmp_path / f"{at}-back.zip")
        areas = [sorted(area for objects in found.areas.values() for _, area in objects) for found in (first, back)]
        assert len(areas[0]) == len(areas[1]) > 30
        # What has a hole comes back as pixels: without fractions along its border.
        assert all(abs(a - b) <= 0.1 * a**0.5 for a, b in zip(*areas, strict=True))
