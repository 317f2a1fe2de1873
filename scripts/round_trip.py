"""Write docs/round-trip.md from what the corpus became on its way through every format, or check it (`--check`)."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
PAGE: Final = ROOT / "docs" / "round-trip.md"
sys.path.insert(0, str(ROOT))

from tests.formats.matrix import ROWS, Cell, cell  # noqa: E402

from labelwright.formats import FORMATS  # noqa: E402 - the path of the tests comes first

HEAD: Final = """# There and back

What becomes of labels that are written in a format, read again and brought into an empty copy of their project. Nothing
here is stated: all of it is measured, by writing and reading the labels that are hard on formats in
`tests/samples/corpus`. What a format says of itself is in [the table of formats](formats.md), and the tests hold the
two against one another.

* **exact**: every coordinate and text is what it was. **within 10⁻⁶ px**: but for the last digits of coordinates.
* **IoU 0.93**: the shape that came back least like itself shares so much of its area with what it was.
* **3 of 5**: so many came back as they were. **lost**: none did; the ledger of the export counts them before anybody
  downloads it. **refused**: the format cannot hold such a project, and the export says why. Of what is said about
  objects, the objects that the format takes at all count.
* **◆**: exact with a side-car (`--side-car`), the file beside the labels that keeps what the format cannot hold.

"""


def page() -> str:
    return HEAD + "\n".join(_table()) + "\n"


def _table() -> Iterator[str]:
    yield f"| | {' | '.join(f'`{form.id}`' for form in FORMATS.values())} |"
    yield "|---|" + "---|" * len(FORMATS)
    for row in ROWS:
        yield f"| {row.name} | {' | '.join(_shown(cell(row, form)) for form in FORMATS.values())} |"


def _shown(found: Cell) -> str:
    return f"{found.shown} ◆" if found.by_side_car else found.shown


def main() -> int:
    if "--check" not in sys.argv:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
        sys.stderr.write("docs/round-trip.md is not what is measured. Run: make schema\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
