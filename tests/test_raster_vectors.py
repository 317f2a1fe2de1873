"""The pixels that the editor is held to hold the server too."""

import json
from pathlib import Path
from typing import Any

import pytest

from labelwright.raster import semantic_map

VECTORS = Path(__file__).parents[1] / "schema" / "vectors" / "raster.json"
CASES: list[dict[str, Any]] = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in CASES])
def test_segments_cover_the_pixels_that_their_vector_says(case: dict[str, Any]) -> None:
    width, height = case["size"]
    mask = semantic_map(case["segments"], (width, height))

    assert ["".join("#" if pixel else "." for pixel in row) for row in mask] == case["rows"]
