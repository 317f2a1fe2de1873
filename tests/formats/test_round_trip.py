"""The matrix of what comes back is fresh, and is what formats say of themselves."""

import pytest
from scripts.round_trip import PAGE, page

from labelwright.exchange.format import Format
from labelwright.formats import FORMATS
from tests.formats.matrix import ROWS, Row, cell

STATED = [row for row in ROWS if row.states is not None]


def test_the_page_is_what_is_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "Run make schema."


@pytest.mark.parametrize("row", STATED, ids=lambda row: row.name)
def test_what_is_measured_is_what_formats_state(row: Row) -> None:
    wrong = [form.id for form in FORMATS.values() if form.read is not None and not agrees(row, form)]
    assert wrong == []


def agrees(row: Row, form: Format) -> bool:
    """Whether a format keeps its word: what is carried is exact, what is refused is not there.

    Holes are carried as well as the segments that have them.
    """
    assert row.states is not None
    level, stated = cell(row, form).level, form.supports[row.states].level
    if row.states == "holes" and stated == "carries":
        stated = form.supports["image_segmentation"].level
    if stated == "refuses":
        return level == "lost"
    return level in {"exact", "near"} if stated == "carries" else level != "lost"
