"""One file of labels in any format that has one, sent while it is written: no job, no archive, nothing kept.

It has the bytes of the same file in an archive. What does not come along is known at its end, too late to say it there;
an export with `dry_run` says it before. An error in the middle, and a ledger that does not balance, cut the connection.
"""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from typing import Final, NamedTuple, NoReturn

from labelwright.exchange.archive import Archive, File
from labelwright.exchange.exporting import Exporting
from labelwright.exchange.format import Format
from labelwright.exchange.requesting import Request
from labelwright.exchange.snapshot import task_of
from labelwright.exchange.source import Scheme, TaskLabels
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid, Issue
from labelwright.services import configurations
from labelwright.services.access import Actor, Right, access_project
from labelwright.services.context import Context
from labelwright.services.export_snapshot import frames, names
from labelwright.services.exports import Export, file_name
from labelwright.services.label_exports import Wanted, request_of
from labelwright.services.relay import CHUNK_BYTES, Relay

MEDIA_TYPES: Final = {
    "json": "application/json",
    "geojson": "application/geo+json",
    "ndjson": "application/x-ndjson",
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "xml": "application/xml",
    "parquet": "application/vnd.apache.parquet",
}
_NICE: Final = 10


class Streamed(NamedTuple):
    """A file on its way, and what it is."""

    export: Export
    media_type: str


def open_stream(ctx: Context, actor: Actor, project_id: str, wanted: Wanted) -> Streamed:
    """Authorise and prepare; nothing is read before `export.start`. Raises NotFound, Forbidden, Invalid."""
    with ctx.db.read() as conn:
        project = access_project(conn, actor, project_id, Right.EXPORT)
        configuration = configurations.of_project(conn, project_id)
    request = request_of(wanted, configuration)
    form = FORMATS[request.format]
    main = _main_of(form, wanted, request)

    def produce(relay: Relay) -> None:
        def put(chunk: bytes) -> None:
            relay.put(chunk)
            with suppress(OSError, AttributeError):  # saves come first, but for how the file begins
                os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), _NICE)

        with ctx.db.read() as conn:
            configuration = configurations.of_project(conn, project_id)

            def tasks() -> Iterator[TaskLabels]:
                return map(task_of, frames(conn, configuration, states=request.states))

            exporting = Exporting(
                form,
                request,
                Scheme(configuration),
                tasks,
                project=project.name,
                names=lambda: names(conn, configuration, request.states),
            )
            exporting.write_labels(Archive(_MainFile(main, put)))

    extension = main.rpartition(".")[2]
    name = f"{file_name(project.name, ctx.now_ms()).removesuffix('.json')}_{form.id}.{extension}"
    return Streamed(Export(name, produce, ctx.settings.data), MEDIA_TYPES[extension])


def _main_of(form: Format, wanted: Wanted, request: Request) -> str:
    """The path of the one file. Raises Invalid when there is more than one to be had."""
    if form.main is None:
        known = ", ".join(f.id for f in FORMATS.values() if f.main is not None and f.write is not None)
        _refuse("format", f"{form.name} is several files; ask for an archive. One file each have {known}.")
    for field, is_asked in (
        ("split", bool(wanted.split)),
        ("pictures", wanted.pictures != "none"),
        ("sideCar", wanted.side_car),
    ):
        if is_asked:
            _refuse(field, f"{field} needs more than one file; ask for an archive.")
    for setting in form.settings:
        if setting.adds_file and request.settings[setting.id]:
            _refuse(setting.id, f"{setting.id} writes a second file; ask for an archive.")
    return form.main


def _refuse(field: str, message: str) -> NoReturn:
    raise Invalid(message, (Issue(f"/{field}", f"invalid_{field}", message),))


class _MainFile:
    """Hands one file of an archive on: its beginning at once, the rest in chunks; other files are left out."""

    def __init__(self, path: str, put: Callable[[bytes], None]) -> None:
        self._path, self._put = path, put
        self._is_on = False
        self._parts: list[bytes] = []
        self._size = 0
        self._least = 1

    def packed(self, files: Sequence[File]) -> Sequence[File]:
        """Small files as they are."""
        return files

    def put(self, packed: Sequence[File]) -> None:
        """Take small files."""
        for path, content in packed:
            self.begin(path)
            self.write(content)
            self.end()

    def begin(self, path: str) -> None:
        """Begin a file."""
        self._is_on = path == self._path

    def write(self, content: bytes) -> None:
        """Take a portion."""
        if self._is_on:
            self._parts.append(content)
            self._size += len(content)
            if self._size >= self._least:
                self._hand_on()

    def end(self) -> None:
        """End a file."""
        if self._is_on and self._parts:
            self._hand_on()
        self._is_on = False

    def close(self) -> int:
        """Nothing is left to do."""
        return 0

    def _hand_on(self) -> None:
        self._put(b"".join(self._parts))
        self._parts, self._size, self._least = [], 0, CHUNK_BYTES
