"""Panoptic files are read in windows: the same pictures, the same faults in the same order, wherever lists stand."""

import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labelwright.exchange.files import open_files
from labelwright.exchange.found import Fault, FoundMedium, LabelFile
from labelwright.formats import FORMATS, coco_panoptic_reader, json_elements
from labelwright.raster import RGB, encode_runs, find_runs

COUNT = 12


def opened(folder: Path, content: dict[str, Any]) -> LabelFile:
    (folder / "panoptic_train.json").write_text(json.dumps(content))
    read = FORMATS["coco_panoptic"].read
    assert read is not None
    return read(open_files(folder))


def draw(place: Path, number: int) -> None:
    """A PNG whose left half has the id of a number."""
    place.parent.mkdir(exist_ok=True)
    values = np.zeros((4, 6), dtype=np.uint32)
    values[:, :3] = number << 16
    place.write_bytes(encode_runs(find_runs(values), (6, 4), RGB))


def content_of(folder: Path) -> dict[str, Any]:
    for number in range(1, COUNT + 1):
        draw(folder / "panoptic_train" / f"{number}.png", number)
    numbers = range(1, COUNT + 1)
    segments = {number: [{"id": number, "category_id": 1}] for number in numbers}
    return {
        "info": {"year": 2026},
        "images": [{"id": n, "file_name": f"{n}.jpg", "width": 6, "height": 4} for n in numbers],
        "annotations": [{"image_id": n, "file_name": f"{n}.png", "segments_info": segments[n]} for n in numbers],
        "categories": [{"id": 1, "name": "car"}],
    }


def everything(found: LabelFile) -> tuple[list[FoundMedium], list[Fault], object]:
    return list(found.media()), found.faults.kept, found.faults.not_kept.lines()


@pytest.mark.parametrize("seed", range(6))
def test_windows_hold_what_the_file_holds_as_a_whole(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(seed)  # noqa: S311 - files, no secrets
    monkeypatch.setattr(json_elements, "_WINDOW_BYTES", chance.choice((60, 300, 1 << 20)))
    content = content_of(tmp_path)
    odd_annotations: tuple[object, ...] = (
        None,
        {"image_id": "2", "file_name": "2.png", "segments_info": [], "note": "x"},
        {"image_id": 99, "file_name": "9.png", "segments_info": []},
        {"image_id": 5, "file_name": "none.png", "segments_info": []},
    )
    odd_images: tuple[object, ...] = ({"id": 3, "file_name": "3.jpg", "note": [{"id": 1}, {"id": 2}]}, {"id": 4}, 7)
    for key, odd in (("annotations", odd_annotations), ("images", odd_images)):
        for one in odd:
            content[key].insert(chance.randrange(COUNT), one)
        chance.shuffle(content[key])
    content = {key: content[key] for key in chance.sample(sorted(content), len(content))}
    found = everything(opened(tmp_path, content))
    monkeypatch.setattr(coco_panoptic_reader, "_in_portions", lambda *_: None)
    assert everything(opened(tmp_path, content)) == found


def test_annotations_are_found_by_image_and_what_is_wrong_with_them_is_told_before_pictures(tmp_path: Path) -> None:
    content = content_of(tmp_path)
    content["annotations"] = [
        {"image_id": 99, "file_name": "9.png", "segments_info": []},
        *reversed(content["annotations"]),
        None,
        content["annotations"][2],
    ]
    content["images"][3] = {"id": 4}
    media, faults, _ = everything(opened(tmp_path, content))
    assert [medium.path for medium in media] == [f"{n}.jpg" for n in range(1, COUNT + 1) if n != 4]
    assert all(len(medium.objects) == 1 for medium in media)
    assert [(fault.code, fault.place.pointer) for fault in faults] == [
        ("invalid_annotation", f"/annotations/{COUNT + 1}"),
        ("duplicate_annotation", f"/annotations/{COUNT + 2}"),
        ("invalid_image", "/images/3"),
        ("unknown_image", "/annotations/0"),
        ("unknown_image", "/annotations/9"),
    ]


def test_a_mask_elsewhere_is_found_by_its_name_where_no_other_has_it(tmp_path: Path) -> None:
    content = content_of(tmp_path)
    for number, folders in ((1, ("a",)), (2, ("a", "b"))):
        (tmp_path / "panoptic_train" / f"{number}.png").unlink()
        for folder in folders:
            draw(tmp_path / folder / f"{number}.png", number)
    media, faults, _ = everything(opened(tmp_path, content))
    assert [len(medium.objects) for medium in media] == [1, 0, *([1] * (COUNT - 2))]
    assert [(fault.code, fault.place.pointer) for fault in faults] == [("missing_mask", "/annotations/1")]
