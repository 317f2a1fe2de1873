"""The corpus as files: labels in our own format, the configuration, a page about it, and pictures."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from labelwright.exchange.archive import Archive, FolderWriter
from labelwright.exchange.format import chosen
from labelwright.exchange.ledger import Ledger
from labelwright.formats import configuration_file, native
from tests.formats.corpus.pictures import picture_of
from tests.formats.corpus.sets import FOLDER, SETS, CorpusSet
from tests.formats.sources import source_of

_HEAD: Final = """# The corpus

Labels that are hard on formats, for tests of this project and of others: everything here was made for it, and may be
used under its licence. Each folder is a project of its own:

* `labels.json`: the labels in Labelwright's own format (`docs/export.md`, `schema/export.schema.json`);
* `label_configuration.json`: the classes and questions;
* `pictures/`: a picture for each case, 160 x 120 pixels, with a red mark at (8, 8)-(24, 16) of what people see. They
  bear names that every system takes; `external_media_ID` in the labels is the name that the case is about, `sha256`
  says which file it is.

Written by `scripts/corpus.py` from `tests/formats/corpus`; change it there.
"""


def write_pictures() -> None:
    """Make the pictures that are not there."""
    for one in SETS:
        for number, case in enumerate(one.cases, one.start):
            place = one.picture(case)
            if place is not None and not place.exists():
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(picture_of(case, number))


def text_files() -> Iterator[tuple[Path, bytes]]:
    """Every other file with what has to be in it. The pictures have to be there."""
    yield FOLDER / "README.md", _page().encode()
    for one in SETS:
        yield FOLDER / one.name / "label_configuration.json", configuration_file.write(one.configuration.classes)
        yield FOLDER / one.name / "labels.json", labels_of(one)


def labels_of(one: CorpusSet) -> bytes:
    """The labels of a set, as an archive of our own format has them."""
    source = source_of(one.name, one.scheme, one.tasks)
    with tempfile.TemporaryDirectory() as folder:
        settings = chosen(native.NATIVE.settings, {})
        assert native.NATIVE.write is not None
        native.NATIVE.write(source, Archive(FolderWriter(Path(folder))), settings, Ledger())
        return (Path(folder) / "labels.json").read_bytes()


def _page() -> str:
    parts = [_HEAD]
    for one in SETS:
        parts.append(
            f"\n## `{one.name}`\n\n{one.about}\n\n| picture | name | state | what is hard |\n|---|---|---|---|\n"
        )
        for case in one.cases:
            place = one.picture(case)
            file = f"`{place.name}`" if place is not None else "none"
            name = case.medium if len(case.medium) < 60 else f"{case.medium[:10]}… ({len(case.medium)} characters)"
            parts.append(f"| {file} | {name} | {case.state.replace('_', ' ')} | {case.about} |\n")
    return "".join(parts)
