"""YOLO's `data.yaml` works for programs that are started anywhere and want both train and val."""

import io
import zipfile

import pytest
import yaml

from labelwright.exchange.splits import parse_splits
from labelwright.formats import FORMATS
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
