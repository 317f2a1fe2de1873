"""Parquet beyond the conformance suite: typed columns, tables of others, and what is wrong with them."""

import io
import sys
import zipfile
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from labelwright.exchange.files import open_files
from labelwright.exchange.found import FoundMedium, LabelFile
from labelwright.formats import FORMATS
from labelwright.formats import parquet as module
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Polygon, Rectangle
from tests.formats import corpus
from tests.formats.opening import faults
from tests.formats.test_conformance import export

PARQUET = FORMATS["parquet"]
BOX = {"x": 1.0, "y": 2.0, "w": 3.0, "h": 4.0}
RING = [[{"x": 0.0, "y": 0.0}, {"x": 9.0, "y": 0.0}, {"x": 9.0, "y": 9.0}]]


def opened(folder: Path, table: list[dict[str, Any]]) -> tuple[LabelFile, list[FoundMedium]]:
    folder.mkdir(exist_ok=True)
    parquet.write_table(pa.Table.from_pylist(table), folder / "t.parquet")
    assert PARQUET.read is not None
    found = PARQUET.read(open_files(folder / "t.parquet"))
    return found, list(found.media())


def test_there_is_a_typed_row_for_each_annotation_and_one_for_a_picture_without_any() -> None:
    with zipfile.ZipFile(io.BytesIO(export(PARQUET)[0])) as archive:
        table = parquet.read_table(pa.BufferReader(archive.read("labels.parquet")))
    counts = [len(task.document.annotations) for task in corpus.tasks()]
    assert table.num_rows == sum(max(count, 1) for count in counts)
    assert str(table.schema.field("geometry").type).count("list<") == 2
    assert table.schema.field("xywh").type.num_fields == 4
    sizes = set(zip(table["width"].to_pylist(), table["height"].to_pylist(), strict=True))
    assert sizes == {corpus.SIZE_WH, corpus.SIZE_WH[::-1], (None, None)}


def test_how_many_rows_become_columns_at_a_time_changes_no_byte(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROWS", 8)
    monkeypatch.setattr(module, "_POINTS", 40)
    whole, _ = export(PARQUET)
    for rows, points in ((1, 1000), (3, 1000), (1000, 5)):
        monkeypatch.setattr(module, "_ROWS_AT_ONCE", rows)
        monkeypatch.setattr(module, "_POINTS_AT_ONCE", points)
        assert export(PARQUET)[0] == whole


def test_a_table_of_others_needs_a_path_a_class_and_a_box_or_rings(tmp_path: Path) -> None:
    _, (first, second) = opened(
        tmp_path,
        [
            {"path": "a.jpg", "class": "car", "xywh": BOX, "geometry": None},
            {"path": "b.jpg", "class": "tree", "xywh": None, "geometry": RING},
        ],
    )
    assert first.objects[0].geometry == Rectangle(1, 2, 3, 4)
    assert second.objects[0].geometry == Polygon(((0, 0), (9, 0), (9, 9)))


def test_each_fault_has_its_row_and_the_rest_is_read(tmp_path: Path) -> None:
    good = {"path": "a.jpg", "class": "car", "kind": "rectangle", "xywh": BOX, "geometry": None, "answers": None}
    table = [
        good,
        good | {"xywh": None},
        good | {"kind": "line", "xywh": None, "geometry": RING * 2},
        good | {"answers": "no"},
        good | {"path": None},
        good | {"path": "b.jpg"},
        good,
    ]
    found, media = opened(tmp_path, table)
    assert sorted(faults(found)) == [
        ("t.parquet /1", "invalid_geometry"),
        ("t.parquet /2", "invalid_geometry"),
        ("t.parquet /3", "invalid_answers"),
        ("t.parquet /4", "invalid_row"),
        ("t.parquet /6", "not_together"),
    ]
    assert [len(medium.objects) for medium in media] == [2, 1]


def test_files_that_are_cut_or_have_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="needs the columns path and class"):
        opened(tmp_path, [{"path": "a.jpg"}])
    content = (tmp_path / "t.parquet").read_bytes()
    (tmp_path / "t.parquet").write_bytes(content[: len(content) // 2])
    assert PARQUET.read is not None
    with pytest.raises(Invalid, match="is no whole Parquet file"):
        PARQUET.read(open_files(tmp_path / "t.parquet"))


def test_without_its_library_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(Invalid, match=r"pip install labelwright\[parquet\]"):
        export(PARQUET)
