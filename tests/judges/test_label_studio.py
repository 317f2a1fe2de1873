"""Label Studio's own kit takes our tasks: they fit the configuration beside them, and its converter finds the boxes."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.judges.environment import judge, run
from tests.judges.exports import AREAS, Laid, assert_same, lay_out

READ = """
import json, logging, sys
from pathlib import Path
from label_studio_sdk.converter import Converter
from label_studio_sdk.label_interface import LabelInterface
logging.disable(logging.CRITICAL)
folder, out = map(Path, sys.argv[1:])
configuration = (folder / "label_config.xml").read_text()
interface = LabelInterface(configuration)
interface.validate()
tasks = json.loads((folder / "tasks.json").read_text())
fits = [interface.validate_annotation(one) for task in tasks for one in task["annotations"]]
swapped = (folder / "tasks.json").read_text().replace('"rectanglelabels":["car"]', '"rectanglelabels":["cat"]')
broken = json.loads(swapped)
Converter(configuration, str(folder), download_resources=False).convert_to_coco(
    str(folder / "tasks.json"), str(out), is_dir=False
)
print(json.dumps({
    "fits": fits,
    "broken": [interface.validate_annotation(one) for task in broken for one in task["annotations"]],
    "controls": sorted(control.name for control in interface.controls),
    "results": sum(len(one["result"]) for task in tasks for one in task["annotations"]),
    "coco": json.loads((out / "result.json").read_text()),
}))
"""


@pytest.fixture(scope="module")
def laid(tmp_path_factory: pytest.TempPathFactory) -> Laid:
    return lay_out("label-studio", tmp_path_factory.mktemp("label-studio") / "labels")


@pytest.fixture(scope="module")
def read(laid: Laid, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out: Path = tmp_path_factory.mktemp("coco")
    python = judge("label-studio", "label-studio-sdk==2.1.2")
    return json.loads(run(python, READ, str(laid.folder), str(out)).splitlines()[-1])


def test_every_task_fits_the_configuration_beside_it(laid: Laid, read: dict[str, Any]) -> None:
    assert read["fits"] == [True] * len(laid.tasks)
    assert False in read["broken"], "a label that is not in the configuration has to be noticed"
    assert {"rectanglelabels", "polygonlabels", "keypointlabels", "vectorlabels", "picture_weather"} <= set(
        read["controls"]
    )


def test_its_converter_finds_every_box_and_outline(laid: Laid, read: dict[str, Any]) -> None:
    """Tasks that are skipped are passed over by it, and so are answers."""
    content = read["coco"]
    names = {category["id"]: category["name"] for category in content["categories"]}
    paths = {image["id"]: unquote(image["file_name"].partition("?d=images/")[2]) for image in content["images"]}
    found: dict[str, list[tuple[Any, ...]]] = {path: [] for path in paths.values()}
    for one in content["annotations"]:
        if "keypoints" not in one:
            found[paths[one["image_id"]]].append((names[one["category_id"]], *one["bbox"]))
    skipped = {task.medium.path for task in laid.tasks if task.state == "skipped"}
    wanted = {path: objects for path, objects in laid.truth(AREAS).items() if path not in skipped}
    assert_same(found, wanted, 1e-6)


def test_its_converter_finds_every_point(laid: Laid, read: dict[str, Any]) -> None:
    """It counts the points of a picture that are no keypoints of anything as one person, to the whole pixel."""
    kinds = laid.truth(lambda name, one: (name,) if type(one.annotation.geometry).__name__ == "Point" else None)
    points = sum(one.get("num_keypoints", 0) for one in read["coco"]["annotations"])
    assert 0 < points <= sum(map(len, kinds.values()))
