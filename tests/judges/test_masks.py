"""Masks as the reference tools of their formats see them: pycocotools, panopticapi, cityscapesScripts."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labelwright.formats import FORMATS
from labelwright.formats.cityscapes_labels import FIRST_WITH_INSTANCES, NAMES
from labelwright.judges import panopticapi
from labelwright.raster import bounds_of, decode_rle, encode_rle, find_runs, pack_rle, rle_area
from tests.formats.test_conformance import export
from tests.judges.environment import judge, run
from tests.judges.exports import assert_counted


@pytest.fixture(scope="module")
def python() -> Path:
    alone = ("panopticapi-lite==0.2.0", "cityscapesscripts==2.3.0", "pyquaternion==0.9.9")
    return judge("masks", "pycocotools==2.0.11", "numpy", "pillow", alone=alone)


def unpacked(form: str, folder: Path, **settings: str) -> tuple[Path, Any]:
    archive, report = export(FORMATS[form], settings=settings)
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        packed.extractall(folder)
    return folder, report


RLE = """
import json, sys
import numpy as np
from pycocotools import mask
for case in json.load(open(sys.argv[1])):
    pixels = np.array(case["pixels"], dtype=np.uint8)
    height, width = pixels.shape
    theirs = mask.encode(np.asfortranarray(pixels))
    assert theirs["counts"].decode() == case["text"], (theirs, case)
    plain = mask.frPyObjects({"size": [height, width], "counts": case["lengths"]}, height, width)
    assert plain["counts"] == theirs["counts"]
    assert (mask.decode({"size": [height, width], "counts": case["text"]}) == pixels).all()
    assert mask.area(theirs) == case["area"]
    assert mask.toBbox(theirs).tolist() == case["box"]
print("same")
"""


def test_pycocotools_has_the_same_run_lengths_areas_and_boxes(python, tmp_path):
    rng = np.random.default_rng(11)
    cases = []
    for number in range(120):
        height, width = rng.integers(1, 40, 2)
        pixels = (rng.random((height, width)) < number % 11 / 10).astype(np.uint8)
        if number % 3 == 0:
            pixels = np.kron(pixels, np.ones((7, 31), dtype=np.uint8))
        runs = find_runs(pixels)
        runs = runs.where(runs.owner > 0)
        lengths = encode_rle(runs, pixels.shape[::-1])
        assert encode_rle(decode_rle(lengths, pixels.shape[::-1]), pixels.shape[::-1]) == lengths
        case = {"lengths": lengths, "text": pack_rle(lengths), "area": rle_area(lengths), "box": bounds_of(runs)}
        cases.append({"pixels": pixels.tolist(), **case})
    (tmp_path / "cases.json").write_text(json.dumps(cases))

    assert run(python, RLE, str(tmp_path / "cases.json")) == "same\n"


PANOPTIC = """
import json, os, runpy, sys
from panopticapi.evaluation import pq_compute
os.chdir(sys.argv[1])
path = "annotations/panoptic_default.json"
found = pq_compute(path, path)
scores = {name: [found[name][key] for key in ("pq", "sq", "rq", "n")] for name in ("All", "Things", "Stuff")}
seen = list(runpy.run_path(sys.argv[2])["read"]("coco_panoptic"))
print(json.dumps({"scores": scores, "seen": seen}))
"""


def test_a_panoptic_export_has_the_quality_100_against_itself(python, tmp_path):
    folder, report = unpacked("coco_panoptic", tmp_path)

    read = json.loads(run(python, PANOPTIC, str(folder), str(panopticapi.__file__)).splitlines()[-1])

    found = read["scores"]
    assert [found[name][:3] for name in ("All", "Things", "Stuff")] == [[1.0, 1.0, 1.0]] * 3
    assert found["All"][3] == found["Things"][3] + found["Stuff"][3] >= 4
    assert report.balance.converted["geometries"] > 0
    assert_counted(panopticapi, "coco_panoptic", folder, read["seen"])


CITYSCAPES = """
import glob, json, sys
from cityscapesscripts.helpers.annotation import Annotation
from cityscapesscripts.helpers.labels import labels
count = 0
for path in glob.glob(sys.argv[1] + "/gtFine/*/*/*_polygons.json"):
    annotation = Annotation()
    annotation.fromJsonFile(path)
    assert annotation.imgWidth and annotation.imgHeight
    count += sum(len(one.polygon) > 2 and bool(one.label) for one in annotation.objects)
print(json.dumps({"count": count, "labels": [(one.name, one.id, one.hasInstances) for one in labels]}))
"""


def test_the_scripts_of_cityscapes_read_our_polygons_and_have_our_ids(python, tmp_path):
    folder, report = unpacked("cityscapes", tmp_path)

    found = json.loads(run(python, CITYSCAPES, str(folder)))

    assert found["count"] == report.balance.exported["geometries"] + report.balance.converted["geometries"]
    ours = [[name, number, number >= FIRST_WITH_INSTANCES] for number, name in enumerate(NAMES)]
    assert [label for label in found["labels"] if label[1] >= 0] == ours
