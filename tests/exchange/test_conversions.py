"""Exports that hold everything as it is, or not at all."""

from pathlib import Path
from typing import Any

import pytest

from labelwright.exchange.conversions import REFUSE
from labelwright.exchange.exporting import Report
from labelwright.exchange.format import Format
from labelwright.formats import FORMATS
from tests.exchange.writing import opened, pack, unpack
from tests.formats import corpus

WRITERS = [form for form in FORMATS.values() if form.write is not None]
TASKS = [corpus.task("everything")]


def exported(form: str, **fields: Any) -> tuple[bytes, Report]:
    return pack(form, *TASKS, **fields)


@pytest.mark.parametrize("form", WRITERS, ids=lambda form: form.id)
def test_what_would_be_converted_is_left_out_and_said(form: Format) -> None:
    allowed, before = exported(form.id)
    archive, report = exported(form.id, conversions=REFUSE)
    now, then = report.balance, before.balance
    assert now.converted == dict.fromkeys(now.converted, 0)
    assert {unit: now.source[unit] for unit in ("tasks", "geometries", "answers", "comments")} == {
        unit: then.source[unit] for unit in ("tasks", "geometries", "answers", "comments")
    }
    if not any(then.converted.values()):
        assert now == then
    refused = [entry for entry in now.entries if entry.reason.startswith("Conversions are refused: ")]
    assert bool(refused) is any(then.converted.values())
    assert {entry.bucket for entry in refused} <= {"refused"}
    assert unpack(archive).keys() <= unpack(allowed).keys()


def test_a_side_car_brings_back_what_was_not_converted(tmp_path: Path) -> None:
    archive, report = exported("yolo", conversions=REFUSE, side_car=True, empty=False)
    assert report.balance.side_car["geometries"] == report.balance.refused["geometries"] > 0
    labels, (medium,) = opened(archive, tmp_path)
    assert labels.faults.kept == []
    assert {one.class_name for one in medium.objects} == {"car"}
