"""Lists of pictures as Pascal VOC and KITTI have them: `ImageSets/.../SPLIT.txt` with a picture's stem in each line."""

from typing import Final

from labelwright.exchange.archive import Archive
from labelwright.exchange.files import Files
from labelwright.exchange.index import Index
from labelwright.exchange.waiting import Waiting
from labelwright.formats.text_lines import open_text

_SPLITS: Final = ("train", "val", "test")


def write(archive: Archive, folder: str, split: str, lines: Waiting) -> None:
    """Write the list of one split, a line for each stem; what is not split is `trainval`."""
    archive.add_waiting(f"{folder}/{split or 'trainval'}.txt", lines)


def line_of(stem: str) -> bytes:
    """What a list says of a picture."""
    return f"{stem}\n".encode()


class Splits:
    """The splits by stem, as lists of a folder have them; the last one of a stem that is in several. Raises Invalid."""

    def __init__(self, files: Files, folder: str) -> None:
        self._numbers = Index()
        for number, split in reversed(list(enumerate(_SPLITS))):
            for path in files.ending(f"{folder.lower()}/{split}.txt"):
                for line in open_text(files, path):
                    self._numbers.setdefault(line.strip(), number)

    def of(self, stem: str) -> str:
        """The split of a stem; nothing where no list has it."""
        number = self._numbers.get(stem)
        return "" if number is None else _SPLITS[number]
