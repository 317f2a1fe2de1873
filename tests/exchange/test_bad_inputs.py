"""Files with mistakes: each is refused, or a part of it is, with the thing, the place and a remedy; nothing crashes.

The rows are those of the list of bad inputs that this project holds itself to: J is JSON as text, K what it means and
the files of other formats, A archives. A row that is proven elsewhere says where.
"""

import ast
from pathlib import Path

import pytest

from labelwright.exchange.files import open_files
from labelwright.exchange.found import Fault
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.reading import identified
from labelwright.exchange.recognising import recognise
from labelwright.exchange.resolving import Drawn, Resolver
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Polygon
from tests.exchange.bad_files import ARCHIVES, COCO, MASKS, VOC, YOLO
from tests.exchange.bad_labels import JSON, LABELS, MEANING, Case, Files
from tests.formats import corpus

ROOT = Path(__file__).parents[2]
SIZE_WH = (64, 48)

ELSEWHERE = {
    "J19": "tests/services/test_imports.py::test_a_large_file_is_read_from_the_disk_in_batches",
    "J20": "tests/api/test_http.py::test_a_body_above_the_limit_is_refused",
    "J22": "tests/api/test_http.py::test_a_body_that_a_form_could_send_is_not_taken_for_json",
    "J23": "tests/api/test_http.py::test_a_packed_body_is_refused",
    "K15": "tests/services/test_imports.py::test_without_a_known_size_nothing_lies_outside",
    "K29": "tests/test_life.py::test_a_required_answer_that_is_missing_stops_completion_and_is_named",
    "K31": "tests/services/test_import_refusals.py::"
    "test_an_unknown_medium_is_told_like_one_of_others_and_a_deleted_one",
    "K33": "tests/services/test_imports.py::test_two_items_about_one_medium_are_applied_in_order",
    "K36": "tests/services/test_import_law.py::test_an_emptied_project_exports_the_same_bytes_after_import",
    "K37": "tests/services/test_import_refusals.py::test_who_may_import_and_into_what",
    "K38": "tests/services/test_imports.py::test_states_and_labelers_stay_and_the_import_is_marked_and_remembered",
}
NOT_HERE = {
    "K39": "There are no videos here.",
    "K40": "There are no videos here.",
}
ROWS = (*(f"J{n:02d}" for n in range(1, 26)), *(f"K{n:02d}" for n in range(1, 47)))
CASES = (*JSON, *MEANING, *COCO, *YOLO, *VOC, *MASKS, *ARCHIVES)


def read(files: Files, folder: Path) -> tuple[list[Drawn], list[Fault]]:
    """What an import takes of files into the project of the corpus, and what it refuses."""
    path = folder / "upload" if isinstance(files, dict) else folder / LABELS
    if isinstance(files, dict):
        for name, content in files.items():
            place = path / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
    else:
        path.write_bytes(files)
    opened = open_files(path)
    form, *_ = recognise(opened, FORMATS)
    assert form.read is not None
    labels = form.read(opened)
    resolver = Resolver(corpus.CONFIGURATION, ClassMapping())
    taken: list[Drawn] = []
    refused: list[Fault] = []
    for medium in identified(labels.media(), opened):
        resolved = resolver.resolve(medium, (medium.width or SIZE_WH[0], medium.height or SIZE_WH[1]))
        for found in resolved.objects:
            taken += [found, *found.nested]
        refused += resolved.refused
    return taken, [*labels.faults.kept, *refused]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.row} {case.name}")
def test_a_mistake_is_told_with_its_place_and_what_is_right_is_taken(case: Case, tmp_path: Path) -> None:
    if case.code is not None and case.place is None:
        with pytest.raises(Invalid) as refused:
            read(case.files, tmp_path)
        codes = {issue.code for issue in refused.value.issues} or {refused.value.code}
        assert case.code in codes
        assert case.text in refused.value.message
        return
    taken, faults = read(case.files, tmp_path)
    if case.code is None:
        assert faults == []
    else:
        assert (str(faults[0].place), faults[0].code) == (case.place, case.code)
        assert case.text in faults[0].message
    assert len(taken) == case.objects


def test_what_crosses_itself_is_kept_as_it_was_drawn(tmp_path: Path) -> None:
    (bow_tie,) = (case for case in MEANING if case.row == "K19")
    (taken,), _ = read(bow_tie.files, tmp_path)
    assert taken.geometry == Polygon(((1, 1), (20, 20), (20, 1), (1, 20)))


def test_every_row_has_a_case_or_says_where_it_is_proven() -> None:
    shown = {case.row for case in CASES}
    assert set(ROWS) == (shown | ELSEWHERE.keys() | NOT_HERE.keys()) & set(ROWS)
    for row, where in ELSEWHERE.items():
        path, _, name = where.partition("::")
        functions = {n.name for n in ast.parse((ROOT / path).read_text()).body if isinstance(n, ast.FunctionDef)}
        assert name in functions, (row, where)
