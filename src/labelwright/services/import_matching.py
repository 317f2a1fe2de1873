"""Which medium of a project a file means."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator

from sqlalchemy import Connection, select

from labelwright.db import tables as t
from labelwright.exchange.naming import id_end, id_end_of, stem_of
from labelwright.exchange.reading import FoundHead
from labelwright.media.names import clean_name


class Names:
    """Finds the medium that a file means by its id, content, dataset and name, name, and end of its id in the name.

    What fits several media is narrowed down by what is looked at next.
    """

    def __init__(self, conn: Connection, project_id: str) -> None:
        query = (
            select(t.task.c.medium_id, t.task.c.medium_name, t.medium.c.sha256, t.dataset.c.name.label("dataset"))
            .join(t.medium, t.medium.c.id == t.task.c.medium_id)
            .join(t.dataset, t.dataset.c.id == t.task.c.dataset_id)
            .where(t.task.c.project_id == project_id, t.task.c.medium_deleted.is_(False))
        )
        self._ids: set[str] = set()
        self._by: dict[tuple[str, str], list[str]] = defaultdict(list)
        for row in conn.execute(query):
            self._ids.add(row.medium_id)
            keys = (
                ("sha256", row.sha256),
                ("path", f"{row.dataset}/{row.medium_name}"),
                ("name", row.medium_name),
                ("stem", stem_of(row.medium_name)),
                ("id end", id_end(row.medium_id)),
            )
            for key, value in keys:
                if value:
                    self._by[key, value].append(row.medium_id)

    def find(self, found: FoundHead) -> list[str]:
        """The media that may be meant: none, the one, or several that nothing tells apart."""
        if found.id in self._ids:
            return [str(found.id)]
        candidates: list[str] = []
        for key, value in _looked_at(found):
            media = self._by.get((key, value), []) if value else []
            candidates = [one for one in media if one in candidates] or candidates or media
            if len(candidates) == 1:
                break
        return candidates


def _looked_at(found: FoundHead) -> Iterator[tuple[str, str | None]]:
    """What may tell which medium is meant, in the order in which it is looked at."""
    yield "sha256", found.sha256
    folder, _, tail = found.path.replace("\\", "/").rpartition("/")
    dataset = unicodedata.normalize("NFC", folder.rpartition("/")[2])
    # As the names of pictures were cleaned when these were added.
    tail = clean_name(found.name or tail)
    yield "path", f"{dataset}/{tail}"
    yield "name", tail
    yield "stem", tail
    yield "stem", stem_of(tail)
    yield "id end", id_end_of(tail)
