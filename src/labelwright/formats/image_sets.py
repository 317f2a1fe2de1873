"""Lists of pictures as Pascal VOC and KITTI have them: `ImageSets/.../SPLIT.txt` with a picture's stem in each line."""

from collections.abc import Iterable

from labelwright.exchange.archive import Archive
from labelwright.exchange.files import Files


def write(archive: Archive, folder: str, split: str, stems: Iterable[str]) -> None:
    """Write the list of one split; what is not split is `trainval`."""
    archive.add(f"{folder}/{split or 'trainval'}.txt", "".join(f"{stem}\n" for stem in stems).encode())


def read(files: Files, folder: str) -> dict[str, str]:
    """The splits by stem."""
    return {
        stem.strip(): split
        for split in ("train", "val", "test")
        for path in files.ending(f"{folder.lower()}/{split}.txt")
        for stem in files.text(path).split("\n")
    }
