"""Files of strangers laid down and read, for the tests of what is wrong with them."""

from pathlib import Path

from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format
from labelwright.exchange.found import FoundMedium, LabelFile


def opened(form: Format, folder: Path, files: dict[str, str]) -> tuple[LabelFile, list[FoundMedium]]:
    """What a format finds in some files, and the media of it."""
    for path, content in files.items():
        place = folder / "opened" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    assert form.read is not None
    found = form.read(open_files(folder / "opened"))
    return found, list(found.media())


def faults(found: LabelFile) -> list[tuple[str, str]]:
    """Places and codes."""
    return [(str(fault.place), fault.code) for fault in found.faults.kept]
