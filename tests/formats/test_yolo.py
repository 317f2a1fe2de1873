"""YOLO's `data.yaml`: ours works for programs that are started anywhere; theirs is read in every way it is written."""

import io
import zipfile
from pathlib import Path

import pytest
import yaml

from labelwright.exchange.files import open_files
from labelwright.exchange.splits import parse_splits
from labelwright.formats import FORMATS
from labelwright.formats.yolo_data import read_data
from labelwright.formats.yolo_describing import flips_of
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Point, Rectangle
from tests.exchange.writing import opened, pack, task, unpack
from tests.formats.test_conformance import export


@pytest.mark.parametrize("form", ["yolo", "yolo-seg", "yolo-obb", "yolo-pose"])
@pytest.mark.parametrize("split", ["", "100/0", "80/0/20", "60/20/20"])
def test_data_yaml_names_folders_beside_itself(form: str, split: str) -> None:
    archive, _ = export(FORMATS[form], splits=parse_splits(split) if split else None)
    with zipfile.ZipFile(io.BytesIO(archive)) as files:
        data = yaml.safe_load(files.read("data.yaml"))
        labels = {name.rpartition("/")[0] for name in files.namelist() if name.startswith("labels/")}
    assert "path" not in data
    places = {data[name].replace("images", "labels", 1) for name in ("train", "val", "test") if name in data}
    assert {"train", "val"} <= data.keys()
    assert labels <= places


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("names: [car, 'big truck', \"a, b\"] # three", ["car", "big truck", "a, b"]),
        ("nc: 2\nnames:\n- car # first\n- no\n", ["car", "no"]),
        ("names:\n    0: 007\n    1: yes\nroboflow:\n  license: x\n", ["007", "yes"]),
        ("names: {0: car,\n  1: 'it''s'}\ntrain: x\n", ["car", "it's"]),
        ("# names: no\npath: ../data\nnames:\n  - Zürich: Auto\n", None),
    ],
)
def test_names_are_read_in_every_way_they_are_written(written: str, names: list[str] | None, tmp_path: Path) -> None:
    (tmp_path / "dataset.yaml").write_text(written)
    if names is None:
        with pytest.raises(Invalid, match="a name that is no text"):
            read_data(open_files(tmp_path))
    else:
        assert list(read_data(open_files(tmp_path)).names.values()) == names


@pytest.mark.parametrize("name", ["data.yaml", "coco8.yml"])
def test_broken_yaml_is_refused_with_its_line(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text("names:\n  0: car\n 1: [bus\n")
    with pytest.raises(Invalid, match=rf"{name} is not YAML: .*line 3"):
        read_data(open_files(tmp_path))


def test_a_class_number_that_is_no_number_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data.yaml").write_text("names: {zero: car}")
    with pytest.raises(Invalid, match="“zero” is no number"):
        read_data(open_files(tmp_path))


def test_a_picture_is_looked_for_beside_the_folder_of_its_labels(tmp_path: Path) -> None:
    """The last of the folders called so, as Ultralytics takes it."""
    folder = tmp_path / "my_labels" / "labels" / "set" / "labels"
    folder.mkdir(parents=True)
    (folder / "a.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (tmp_path / "data.yaml").write_text("names: [car]\n")
    form = FORMATS["yolo"]
    assert form.read is not None
    (medium,) = form.read(open_files(tmp_path)).media()
    assert medium.path == "my_labels/labels/set/images/a"


def test_a_split_that_has_no_picture_is_not_named(tmp_path: Path) -> None:
    """Programs stop at a folder that is not there; the pictures of another split stand for it."""
    archive, _ = pack("yolo", task(1, ("car", Rectangle(1, 1, 5, 5))), splits=parse_splits("1/98/1"))
    data = yaml.safe_load(unpack(archive)["data.yaml"])
    assert {key: data.get(key) for key in ("train", "val", "test")} == dict.fromkeys(("train", "val"), "images/val") | {
        "test": None
    }
    assert data["nc"] == len(data["names"])


@pytest.mark.parametrize(
    ("named", "flips"),
    [
        ([["nose", "left_eye", "right_eye", "l.ear", "r.ear"]], [0, 2, 1, 4, 3]),
        ([["left_wheel", "right_wheel"], ["left_arm", "right_arm", "tail"]], [1, 0, 2]),
        ([["left_wheel", "right_wheel"], ["hand", "left_hand"]], None),
        ([["front_wheel", "rear_wheel"]], None),
        ([["leftover", "rightover", "left"]], None),
    ],
)
def test_keypoints_that_are_left_and_right_change_places_in_a_mirror(
    named: list[list[str]], flips: list[int] | None
) -> None:
    assert flips_of(named) == flips


def test_keypoints_without_a_third_number_are_read_as_kpt_shape_says(tmp_path: Path) -> None:
    """A keypoint in the corner is one that nobody saw."""
    text = "kpt_shape: [3, 2]\nnames: [tiger]\n"
    line = "0 0.5 0.5 0.4 0.4 0.25 0.5 0 0 0.75 0.5\n"
    found, (medium,) = opened({"data.yaml": text, "labels/train/a.txt": line}, tmp_path)
    (tiger,) = medium.objects
    points = [(one.class_name, one.geometry) for one in tiger.nested]
    assert (points, found.faults.kept) == (
        [("keypoint_1", Point(0.25, 0.5)), ("keypoint_3", Point(0.75, 0.5))],
        [],
    )


def test_lists_of_pictures_are_no_labels(tmp_path: Path) -> None:
    """As Darknet and CVAT's YOLO 1.1 have them beside the labels."""
    files = {
        "obj.names": "car\n",
        "train.txt": "data/obj_train_data/a.png\n",
        "valid.txt": "data/obj_valid_data/b.png\n",
        "obj_train_data/a.txt": "0 0.5 0.5 0.2 0.2\n",
        "obj_valid_data/b.txt": "",
    }
    found, media = opened(files, tmp_path)
    assert ([len(medium.objects) for medium in media], found.faults.kept) == ([1, 0], [])
