"""The vectors that the editor is held to hold the server too."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labelwright.model.canonical import number
from labelwright.model.configuration import Configuration, LabelClass, check
from labelwright.model.document import Document
from labelwright.model.geometry import KINDS, Geometry
from labelwright.model.validate import annotation_issues, answers_issues, completion_issues

VECTORS = Path(__file__).parents[2] / "schema" / "vectors"


def _cases(name: str) -> list[dict[str, Any]]:
    return list(json.loads((VECTORS / f"{name}.json").read_text(encoding="utf-8"))["cases"])


@pytest.mark.parametrize(
    ("kind", "case"),
    [pytest.param(kind, case, id=f"{kind}: {case['name']}") for kind in KINDS for case in _cases(kind)],
)
def test_a_geometry_is_judged_and_measured_as_its_vector_says(kind: str, case: dict[str, Any]) -> None:
    geometry = msgspec.convert(case["geometry"], Geometry)
    found = KINDS[kind]
    faults = found.faults(geometry)

    assert sorted({code for _, code, _ in faults}) == sorted(set(case["issues"]))
    assert (not faults) == case["valid"]
    if case["valid"]:
        x, y, w, h = found.bounds(geometry)
        assert {"x": x, "y": y, "w": w, "h": h} == pytest.approx(case["bounds"])
        assert found.area(geometry) == (None if case["area"] is None else pytest.approx(case["area"]))


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in _cases("numbers")])
def test_a_number_is_written_as_its_vector_says(case: dict[str, Any]) -> None:
    assert number(case["number"]) == case["text"]
    assert float(number(case["number"])) == case["number"]


_VALIDATION = json.loads((VECTORS / "validation.json").read_text(encoding="utf-8"))
_CONFIGURATION = msgspec.convert(_VALIDATION["configuration"], Configuration)
_SIZE = (_VALIDATION["picture"]["w"], _VALIDATION["picture"]["h"])


def _broken(document: Document) -> set[tuple[str | None, str | None, str]]:
    by_id = {annotation.id: annotation for annotation in document.annotations}
    issues = [
        issue
        for annotation in document.annotations
        for issue in annotation_issues(
            annotation, _CONFIGURATION, pointer="", parent=by_id.get(annotation.parent_id or ""), size_wh=_SIZE
        )
    ]
    issues += answers_issues(document.answers, _CONFIGURATION, owner=None, pointer="/answers")
    return {(issue.annotation_id, issue.class_id, issue.code) for issue in issues}


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in _VALIDATION["cases"]])
def test_labels_are_judged_as_their_vector_says(case: dict[str, Any]) -> None:
    document = msgspec.convert(case["document"], Document)
    missing = {
        (issue.annotation_id, issue.class_id, issue.code) for issue in completion_issues(document, _CONFIGURATION)
    }

    assert _broken(document) == {_key(issue) for issue in case["broken"]}
    assert missing == {_key(issue) for issue in case["missing"]}


def _key(issue: dict[str, Any]) -> tuple[str | None, str | None, str]:
    return issue.get("annotationId"), issue.get("classId"), issue["code"]


@pytest.mark.parametrize("case", [pytest.param(case, id=case["name"]) for case in _cases("configuration")])
def test_a_configuration_is_judged_as_its_vector_says(case: dict[str, Any]) -> None:
    classes = msgspec.convert(case["classes"], tuple[LabelClass, ...])

    assert sorted([issue.pointer, issue.code] for issue in check(classes)) == case["issues"]
