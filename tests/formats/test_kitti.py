"""KITTI beyond the conformance suite: its own lines, names with blanks, and what is wrong with lines."""

import io
import zipfile
from pathlib import Path

import pytest

from labelwright.exchange.flat import Flattener
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.source import Scheme
from labelwright.formats import FORMATS, kitti
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Rectangle
from tests.formats.corpus.making import own_uuid
from tests.formats.opening import faults, opened
from tests.formats.test_conformance import export

KITTI = FORMATS["kitti"]
LINE = "Car 0.88 3 -0.69 0.00 192.37 402.31 374.00 1.60 1.57 3.23 -2.70 1.74 3.68 -1.29"


def test_a_line_of_kitti_is_a_box_with_or_without_a_score(tmp_path: Path) -> None:
    _, (medium,) = opened(KITTI, tmp_path, {"training/label_2/000000.txt": f"{LINE}\n{LINE} 0.9\n"})
    assert medium.path == "000000"
    assert [one.geometry for one in medium.objects] == [Rectangle(0, 192.37, 402.31, 374 - 192.37)] * 2


def test_every_line_has_fifteen_columns() -> None:
    with zipfile.ZipFile(io.BytesIO(export(KITTI)[0])) as archive:
        texts = [archive.read(name).decode() for name in archive.namelist() if name.startswith("label_2/")]
    lines = [line for text in texts for line in text.splitlines()]
    assert {len(line.split(" ")) for line in lines} == {15}


def test_blanks_in_names_become_underscores_and_no_two_classes_share_a_name() -> None:
    keys = ("traffic light", "traffic_light", "car")
    classes = tuple(
        LabelClass(id=own_uuid(n), key=key, name=key, type="rectangle") for n, key in enumerate(keys, start=1)
    )
    configuration = Configuration(id=own_uuid(8), project_id=own_uuid(9), revision=1, timestamp=0, classes=classes)
    flat = Flattener(Scheme(configuration), kitti.SUPPORTS, Ledger())
    assert list(kitti._names(flat).values()) == ["traffic_light_", "traffic_light", "car"]


def test_each_fault_has_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    text = "\n".join((LINE, "Car 1 2", LINE.replace("192.37", "x"), "", LINE.replace("402.31", "-1")))
    found, (medium,) = opened(KITTI, tmp_path, {"label_2/a.txt": text})
    assert faults(found) == [(f"label_2/a.txt line {line}", "invalid_line") for line in (2, 3, 5)]
    assert "3 columns, and KITTI has 15" in found.faults.kept[0].message
    assert len(medium.objects) == 1


def test_files_elsewhere_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="no folder label_2"):
        opened(KITTI, tmp_path, {"labels/a.txt": LINE})
