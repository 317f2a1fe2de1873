"""Labels of a whole project: the native export, its import, and semantic maps."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Literal

import httpx2
import msgspec

from labelwright.sdk.files import CHUNK_BYTES, bytes_of, whole_file
from labelwright.sdk.transport import Transport, decoded, segment
from labelwright.sdk.values import ExportSummary, Imported

Task = dict[str, Any]
OutOfBounds = Literal["refuse", "keep", "clip"]


class ExportOptions(msgspec.Struct, frozen=True, kw_only=True):
    """`status`: task states (default: completed, skipped, reviewed); `include`: ids, provenance, comments, media, ...

    `coordinates="integer"` rounds for programs that know no fractions.
    """

    status: tuple[str, ...] = ()
    include: tuple[str, ...] = ()
    coordinates: str | None = None

    def query(self) -> dict[str, Any]:
        return {"status": self.status, "include": self.include, "coordinates": self.coordinates}


EVERYTHING_FINISHED = ExportOptions()


class Labels:
    """`client.labels`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def summary(self, project_id: str, status: Iterable[str] = ()) -> ExportSummary:
        """How many tasks an export would hold."""
        path = f"/api/projects/{segment(project_id)}/export/summary"
        return self._transport.get(path, ExportSummary, {"status": tuple(status)})

    def export(
        self,
        project_id: str,
        file: BinaryIO,
        options: ExportOptions = EVERYTHING_FINISHED,
        *,
        on_tasks: Callable[[int], None] = lambda _: None,
    ) -> int:
        """Write the export into an open file as it arrives; returns its bytes.

        `on_tasks` is told how many tasks arrived since it was last told.
        """
        size_bytes, lines, end = 0, 0, b""
        with self._exported(project_id, options) as answer:
            for chunk in answer.iter_bytes(CHUNK_BYTES):
                file.write(chunk)
                size_bytes += len(chunk)
                end = (end + chunk[-2:])[-2:]
                before, lines = lines, lines + chunk.count(b"\n") - (end == b"]\n")
                on_tasks(_tasks_in(lines) - _tasks_in(before))
        return size_bytes

    def save_export(
        self,
        project_id: str,
        path: Path | str,
        options: ExportOptions = EVERYTHING_FINISHED,
        *,
        on_tasks: Callable[[int], None] = lambda _: None,
    ) -> int:
        """Save the export as a file, whole or not at all; returns its bytes."""
        with whole_file(Path(path)) as file:
            return self.export(project_id, file, options, on_tasks=on_tasks)

    def tasks(self, project_id: str, options: ExportOptions = EVERYTHING_FINISHED) -> Iterator[Task]:
        """Go through the exported tasks one by one while they arrive; nothing else is held in memory."""
        with self._exported(project_id, options) as answer:
            for line in answer.iter_lines():
                text = line.removesuffix(",")
                if text not in {"[", "]", "[]", ""} and not text.startswith('{"label_classes":'):
                    yield msgspec.json.decode(text, type=Task)

    @contextmanager
    def _exported(self, project_id: str, options: ExportOptions) -> Iterator[httpx2.Response]:
        path = f"/api/projects/{segment(project_id)}/export"
        with self._transport.stream("GET", path, query=options.query()) as answer:
            yield answer

    def import_file(
        self, project_id: str, source: Path | str | bytes, *, out_of_bounds: OutOfBounds = "refuse"
    ) -> Imported:
        """Import a file in the native format, all or nothing. Raises InvalidLabels with the place of each fault.

        `out_of_bounds` says what becomes of geometries that leave their picture.
        """
        path = f"/api/projects/{segment(project_id)}/import"
        content = bytes_of(source)
        headers = {"Content-Type": "application/json", "Content-Length": str(content.size_bytes)}
        query = {"outOfBounds": out_of_bounds}
        with self._transport.stream("POST", path, query=query, content=content.chunks, headers=headers) as answer:
            return decoded(answer.read(), Imported, answer)

    def read_map(self, task_id: str, export_key: str, *, outline: bool = False) -> bytes:
        """The semantic map of one class of one task: an 8-bit PNG, 0 background, 255 foreground."""
        path = f"/api/v1/export/bitmap/{segment(task_id)}/{segment(export_key)}"
        with self._transport.stream("GET", path, query={"rule": "outline" if outline else None}) as answer:
            return answer.read()


def _tasks_in(lines: int) -> int:
    """Tasks among the first `lines` lines, the last not counted: before them stand `[` and the label classes."""
    return max(0, lines - 2)
