"""Shapes of LabelMe and of X-AnyLabeling, which writes the same files."""

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from labelwright.model.geometry import Geometry, ImageSegmentation, Line, Point, Polygon, Rectangle
from tests.exchange.writing import opened

TURNED = ((20, 10), (30, 20), (20, 30), (10, 20))


def mask(rows: list[list[int]]) -> str:
    file = io.BytesIO()
    Image.fromarray(np.array(rows, dtype=np.uint8) * 255).save(file, "PNG")
    return base64.b64encode(file.getvalue()).decode()


def read(tmp_path: Path, kind: str, points: Any, **more: Any) -> tuple[list[Geometry], list[str]]:
    shape = {"label": "car", "shape_type": kind, "points": points, "flags": {}} | more
    content = {"version": "5.5.0", "flags": {}, "shapes": [shape], "imagePath": "a.png", "imageData": None}
    labels, (medium,) = opened({"a.json": json.dumps(content)}, tmp_path)
    return [one.geometry for one in medium.objects], [fault.code for fault in labels.faults.kept]


@pytest.mark.parametrize(
    ("kind", "points", "wanted"),
    [
        ("rectangle", [[30, 40], [10, 20]], Rectangle(10, 20, 20, 20)),
        ("rectangle", [[10, 20], [30, 20], [30, 40], [10, 40]], Rectangle(10, 20, 20, 20)),
        ("oriented_rectangle", TURNED, Polygon(TURNED)),
        ("rotation", TURNED, Polygon(TURNED)),
        ("quadrilateral", TURNED, Polygon(TURNED)),
        ("polygon", TURNED, Polygon(TURNED)),
        ("linestrip", TURNED, Line(TURNED)),
        ("line", TURNED[:2], Line(TURNED[:2])),
        ("point", TURNED[:1], Point(20, 10)),
    ],
)
def test_every_kind_of_shape_is_read(tmp_path: Path, kind: str, points: Any, wanted: Geometry) -> None:
    assert read(tmp_path, kind, points) == ([wanted], [])


def test_a_mask_is_a_segment_where_its_box_is(tmp_path: Path) -> None:
    (segment,), faults = read(tmp_path, "mask", [[5, 6], [6, 7]], mask=mask([[1, 1], [1, 0]]))
    assert isinstance(segment, ImageSegmentation)
    assert (set(segment.rings[0]), faults) == ({(5, 6), (7, 6), (7, 7), (6, 7), (6, 8), (5, 8)}, [])


@pytest.mark.parametrize(
    ("kind", "points", "more", "code"),
    [
        ("oriented_rectangle", TURNED[:3], {}, "too_few_points"),
        ("mask", [[5, 6], [6, 7]], {"mask": mask([[1] * 9])}, "invalid_mask"),
        ("mask", [[5, 6], [1e300, 7]], {"mask": mask([[1]])}, "invalid_mask"),
        ("mask", [[5, 6], [6, 7]], {"mask": mask([[0]])}, "empty_mask"),
        ("cuboid", TURNED, {}, "unknown_shape"),
    ],
)
def test_what_cannot_be_read_is_told(tmp_path: Path, kind: str, points: Any, more: dict[str, Any], code: str) -> None:
    assert read(tmp_path, kind, points, **more) == ([], [code])
