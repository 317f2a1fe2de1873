"""Exports into archives and imports of files in any format: long work that is asked for, followed and fetched."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import quote

import msgspec

from labelwright.model.errors import Invalid
from labelwright.sdk.files import CHUNK_BYTES, bytes_of, whole_file
from labelwright.sdk.transport import Transport, decoded, segment

AT_WORK: Final = frozenset({"waiting", "running", "planning", "applying", "undoing"})
LOOK_EVERY_S: Final = 0.3


class WantedExport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is wanted. `split` such as `80/10/10`; `group` is medium, name, dataset or the key of a question.

    `compact` numbers the classes of the archive anew, without gaps. `pictures` are left out (none), packed (pack) or
    listed (links); `frame` is displayed, or stored for programs that ignore EXIF's orientation; `dry_run` gives the
    report without a file.
    """

    format: str
    settings: dict[str, str] = {}
    states: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    empty: bool = True
    compact: bool = False
    split: str = ""
    group: str = "medium"
    seed: str = ""
    pictures: str = "none"
    frame: str = "displayed"
    dry_run: bool = False


class LabelExport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One export: how far it is, and its report when it is done."""

    id: str
    project_id: str
    format: str
    state: str
    dry_run: bool
    created_by: str
    created_at: int
    step: str | None
    done: int
    total: int
    error: str | None
    file_name: str | None
    size: int | None
    sha256: str | None
    downloadable: bool
    report: dict[str, Any] | None = None


class LabelImport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One import: what the file holds, and what storing it would change."""

    id: str
    project_id: str
    file_name: str
    format: str | None
    state: str
    step: str | None
    done: int
    total: int
    error: str | None
    summary: dict[str, Any] | None
    survey: dict[str, Any] | None = None


class _Items(msgspec.Struct):
    items: list[dict[str, Any]]


Work = TypeVar("Work", LabelExport, LabelImport)


class Exchanges:
    """`client.exchanges`."""

    def __init__(self, transport: Transport, wait: Callable[[float], None] = time.sleep) -> None:
        self._transport, self._wait = transport, wait

    def formats(self) -> list[dict[str, Any]]:
        """Every label format with its options and what it carries."""
        return self._transport.get("/api/formats", list[dict[str, Any]])

    # --- exports ---

    def export(
        self, project_id: str, wanted: WantedExport, *, on_progress: Callable[[LabelExport], None] = lambda _: None
    ) -> LabelExport:
        """Have an archive written, or with `dry_run` its report made, and wait for it. Raises Invalid."""
        path = f"/api/projects/{segment(project_id)}/exports"
        made = self._transport.send("POST", path, LabelExport, body=wanted)
        return self._waited(f"/api/exports/{made.id}", LabelExport, on_progress)

    def save(self, export: LabelExport, path: Path | str, *, on_bytes: Callable[[int], None] = lambda _: None) -> None:
        """Download an archive, whole or not at all."""
        address = f"/api/exports/{segment(export.id)}/file"
        with whole_file(Path(path)) as file, self._transport.stream("GET", address) as answer:
            for chunk in answer.iter_bytes(CHUNK_BYTES):
                file.write(chunk)
                on_bytes(len(chunk))

    def exports(self, project_id: str) -> list[LabelExport]:
        """The exports of a project, newest first."""
        found = self._transport.get(f"/api/projects/{segment(project_id)}/exports", _Items)
        return msgspec.convert(found.items, list[LabelExport])

    # --- imports ---

    def compare(
        self,
        project_id: str,
        source: Path | str | bytes,
        *,
        name: str | None = None,
        form: str | None = None,
        on_progress: Callable[[LabelImport], None] = lambda _: None,
    ) -> LabelImport:
        """Send a file in any format and wait until it is compared with what is there; nothing is stored yet."""
        content = bytes_of(source)
        shown = name or (Path(source).name if isinstance(source, (str, Path)) else "labels")
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(content.size_bytes)}
        headers["X-filename"] = quote(shown)
        path = f"/api/projects/{segment(project_id)}/imports"
        with self._transport.stream(
            "POST", path, query={"format": form}, content=content.chunks, headers=headers
        ) as answer:
            made = decoded(answer.read(), LabelImport, answer)
        return self._waited(f"/api/imports/{made.id}", LabelImport, on_progress)

    def set_options(self, found: LabelImport, **options: Any) -> LabelImport:
        """Choose `mode` (add, merge, replace), `outOfBounds`, `mapping`, and wait until it is compared anew."""
        self._transport.send("PUT", f"/api/imports/{segment(found.id)}/options", LabelImport, body=options)
        return self._waited(f"/api/imports/{found.id}", LabelImport, lambda _: None)

    def changes(self, found: LabelImport, what: str | None = None, *, limit: int = 1000) -> list[dict[str, Any]]:
        """Lines of the change set: added, changed, removed, refused."""
        query = {"what": what, "limit": limit}
        return self._transport.get(f"/api/imports/{segment(found.id)}/changes", _Items, query).items

    def apply(self, found: LabelImport, *, on_progress: Callable[[LabelImport], None] = lambda _: None) -> LabelImport:
        """Store what was compared, and wait."""
        self._transport.send("POST", f"/api/imports/{segment(found.id)}/apply", LabelImport)
        return self._waited(f"/api/imports/{found.id}", LabelImport, on_progress)

    def undo(self, found: LabelImport) -> LabelImport:
        """Take a whole import back, and wait."""
        self._transport.send("POST", f"/api/imports/{segment(found.id)}/undo", LabelImport)
        return self._waited(f"/api/imports/{found.id}", LabelImport, lambda _: None)

    def _waited(self, path: str, kind: type[Work], on_progress: Callable[[Work], None]) -> Work:
        while True:
            found = self._transport.get(path, kind)
            on_progress(found)
            if found.state not in AT_WORK:
                break
            self._wait(LOOK_EVERY_S)
        if found.state == "failed":
            raise Invalid(found.error or "It failed, and the server does not say why.")
        return found
