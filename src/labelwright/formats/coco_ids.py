"""The ids of pictures in COCO files that we write, and those of their first annotations."""

from array import array
from collections.abc import Mapping

from labelwright.exchange.index import Index


class PictureIds:
    """Ids by medium, from 1, counted on through all splits; 24 bytes for each medium."""

    def __init__(self) -> None:
        self._ids = Index()
        self._firsts = array("q")
        self._next: int | None = None
        self._before = 0

    def begin(self, next_id: int) -> None:
        """Begin a split whose annotations have ids from this one on."""
        self._firsts, self._next, self._before = array("q"), next_id, len(self._ids)

    def add(self, counts: Mapping[str, int | None]) -> int:
        """Add media in the order of a walk, or come by them again; the id of the one before them.

        `counts` is how many annotations each has, None where that is not known: from there on no first one is.
        """
        image_id = 0
        for medium_id, count in counts.items():
            image_id = self._ids.setdefault(medium_id, len(self._ids) + 1)
            if self._next is not None and image_id > self._before + len(self._firsts):
                self._firsts.append(self._next)
                self._next = self._next + count if count is not None else None
        return image_id - len(counts)

    def __getitem__(self, medium_id: str) -> int:
        image_id = self._ids.get(medium_id)
        assert image_id is not None
        return image_id

    def first(self, medium_id: str) -> int | None:
        """The id of the first annotation of a medium of the split, as far as it is known."""
        place = (self._ids.get(medium_id) or 0) - self._before - 1
        return self._firsts[place] if 0 <= place < len(self._firsts) else None
