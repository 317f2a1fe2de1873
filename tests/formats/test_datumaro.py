"""Datumaro files of others."""

import json
from pathlib import Path
from typing import Any

from labelwright.exchange.files import open_files
from labelwright.exchange.found import FoundObject
from labelwright.formats import FORMATS
from labelwright.model.geometry import Point


def read(folder: Path, *annotations: dict[str, Any]) -> tuple[tuple[FoundObject, ...], tuple[str, ...], list[str]]:
    """What is found in one picture, the notes, and the faults."""
    item = {"id": "a", "image": {"path": "a.jpg", "size": [48, 64]}, "annotations": annotations}
    content = {"info": {}, "categories": {"label": {"labels": [{"name": "eye"}]}}, "items": [item]}
    (folder / "default.json").write_text(json.dumps(content))
    reader = FORMATS["datumaro"].read
    assert reader is not None
    found = reader(open_files(folder / "default.json"))
    (medium,) = found.media()
    return medium.objects, found.faults.notes, [fault.message for fault in found.faults.kept]


def points(*values: float, **more: Any) -> dict[str, Any]:
    return {"id": 7, "type": "points", "label_id": 0, "points": values} | more


def test_an_object_of_several_points_is_so_many_objects(tmp_path: Path) -> None:
    given = points(1, 2, 3, 4, 5, 6, visibility=[2, 2, 2], attributes={"side": "left", "uid": "u"})
    found, notes, faults = read(tmp_path, given, points(9, 9, id=8))
    assert [one.geometry for one in found] == [Point(1, 2), Point(3, 4), Point(5, 6), Point(9, 9)]
    assert [[answer.value for answer in one.answers] for one in found] == [["left"]] * 3 + [[]]
    assert [one.id for one in found] == ["u", None, None, None]
    assert [one.asides for one in found] == [()] * 4
    assert notes == ("Several points of one object are read as an object each: 1.",)
    assert faults == []


def test_points_that_are_not_seen_are_told(tmp_path: Path) -> None:
    (one, other), _, _ = read(tmp_path, points(1, 2, 3, 4, visibility=[2, 1]))
    assert [aside.name for aside in (*one.asides, *other.asides)] == ["visibility"] * 2


def test_half_a_point_is_a_fault(tmp_path: Path) -> None:
    found, _, faults = read(tmp_path, points(1, 2, 3))
    assert (found, faults) == ((), ["The points cannot be read: it has 3 numbers."])
