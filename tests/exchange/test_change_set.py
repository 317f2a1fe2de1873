"""The change set: a page of it is found among very many lines, and only what people see is searched."""

from pathlib import Path

import msgspec
import pytest

from labelwright.exchange.change_set import Difference, read_page
from labelwright.exchange.found import Place

MANY = 100_000


@pytest.fixture(scope="module")
def change_set(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("changes") / "changes.ndjson"
    with path.open("wb") as file:
        for number in range(MANY):
            line = Difference(
                what="refused" if number % 1000 == 0 else "added",
                unit="geometries",
                medium=f"Straße {number // 20}.jpg",
                class_key="crane",
                place=Place("a.json", pointer=f"/annotations/{number}"),
            )
            file.write(msgspec.json.encode(line) + b"\n")
    return path


def found(path: Path, what: str | None = None, search: str = "", start: int = 0) -> tuple[list[str], int]:
    page, total = read_page(path, what=what, search=search, start=start, limit=2)
    pointers = [msgspec.json.decode(line, type=Difference).place for line in page]
    return [str(place.pointer) for place in pointers if place], total


def test_the_last_page_of_very_many_lines_is_the_last(change_set: Path) -> None:
    assert found(change_set, start=MANY - 2) == ([f"/annotations/{MANY - 2}", f"/annotations/{MANY - 1}"], MANY)
    assert found(change_set, start=MANY) == ([], MANY)


def test_lines_of_one_kind_are_counted_and_paged(change_set: Path) -> None:
    assert found(change_set, "refused", start=98) == (["/annotations/98000", "/annotations/99000"], 100)


@pytest.mark.parametrize(
    ("search", "total"),
    [
        ("STRASSE 4999.JPG", 20),
        ("strasse", MANY),
        ("crane", MANY),
        ("4999", 20),
        ("medium", 0),
        ("geometries", 0),
        ("nothing", 0),
    ],
)
def test_a_text_is_searched_where_people_see_it(change_set: Path, search: str, total: int) -> None:
    assert found(change_set, search=search)[1] == total
