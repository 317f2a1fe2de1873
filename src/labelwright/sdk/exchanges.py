"""Exports into archives and imports of files in any format: long work that is asked for, followed and fetched."""

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, TypeVar
from urllib.parse import quote

import msgspec

from labelwright.model.configuration import LabelClass
from labelwright.model.errors import Invalid
from labelwright.sdk.files import CHUNK_BYTES, bytes_of, whole_file
from labelwright.sdk.transport import Transport, decoded, segment
from labelwright.sdk.values import Effects

AT_WORK: Final = frozenset({"waiting", "running", "planning", "applying", "undoing"})
FIRST_LOOK_S: Final = 0.05
LOOK_EVERY_S: Final = 0.3
CHANGES_PAGE: Final = 1000


class WantedExport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """What is wanted. `split` such as `80/10/10`; `group` is medium, name, dataset or the key of a question.

    `compact` numbers the classes of the archive anew, without gaps. `conversions` are allowed (allow), or what would be
    converted is left out (refuse). `pictures` are left out (none), packed (pack) or
    listed (links); `frame` is displayed, or stored for programs that ignore EXIF's orientation; `dry_run` gives the
    report without a file.
    """

    format: str
    settings: dict[str, str] = {}
    states: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    empty: bool = True
    compact: bool = False
    side_car: bool = False
    conversions: str = "allow"
    split: str = ""
    group: str = "medium"
    seed: str = ""
    pictures: str = "none"
    frame: str = "displayed"
    dry_run: bool = False


class LabelExport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One export: how far it is, and its report when it is done.

    The report's `judged` is what programs of others that are installed on the server read in the archive.
    One that did not end well can be resumed, unless its labels were removed, `removed_after_days`.
    """

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
    removed_after_days: int | None = None
    report: dict[str, Any] | None = None


class LabelImport(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One import: what the file holds (`survey`), and what storing it would change (`summary`).

    `state` is `needs_classes` while the project has no label configuration. `mappings` are the saved ones that fit
    the file; `undo` says whether the import can be taken back, and if not, why. Its file may be gone,
    `removed_after_days`.
    """

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
    removed_after_days: int | None = None
    created_by: str = ""
    created_at: int = 0
    survey: dict[str, Any] | None = None
    mappings: list[dict[str, Any]] = []
    undo: dict[str, Any] = {}


class ProposedClasses(msgspec.Struct, frozen=True, kw_only=True):
    """A label configuration with everything that a file has and it lacks: classes without id are new.

    `origins` say where in the file each new class and question comes from, `effects` what saving does.
    """

    revision: int
    classes: tuple[LabelClass, ...]
    origins: list[dict[str, Any]]
    effects: Effects | None = None


class _Items(msgspec.Struct):
    items: list[dict[str, Any]]


class _Page(msgspec.Struct):
    items: list[dict[str, Any]]
    total: int


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

    def link(self, export: LabelExport) -> str:
        """An address that gives the archive to whoever has it, without signing in, for a day."""
        return str(self._transport.send("POST", f"/api/exports/{segment(export.id)}/link", dict[str, Any])["url"])

    def stream(
        self,
        project_id: str,
        wanted: WantedExport,
        target: BinaryIO,
        *,
        on_bytes: Callable[[int], None] = lambda _: None,
    ) -> int:
        """Write the one file of a format, as an archive of it holds it, while the server makes it; its size in bytes.

        Raises Invalid for formats and wishes that need more than one file. `export` with `dry_run` says what is lost.
        """
        query: dict[str, Any] = {
            "format": wanted.format,
            "status": list(wanted.states),
            "class": list(wanted.classes),
            "option": [f"{name}={value}" for name, value in wanted.settings.items()],
            "empty": str(wanted.empty).lower(),
            "compact": str(wanted.compact).lower(),
            "conversions": wanted.conversions,
            "frame": wanted.frame,
        }
        size = 0
        path = f"/api/projects/{segment(project_id)}/export"
        with self._transport.stream("GET", path, query=query) as answer:
            for chunk in answer.iter_bytes(CHUNK_BYTES):
                target.write(chunk)
                size += len(chunk)
                on_bytes(len(chunk))
        return size

    def exports(self, project_id: str) -> list[LabelExport]:
        """The exports of a project, newest first."""
        found = self._transport.get(f"/api/projects/{segment(project_id)}/exports", _Items)
        return msgspec.convert(found.items, list[LabelExport])

    def get_export(self, export_id: str) -> LabelExport:
        """One export with its report."""
        return self._transport.get(f"/api/exports/{segment(export_id)}", LabelExport)

    def cancel_export(self, export_id: str) -> LabelExport:
        """Stop an export; it can go on later."""
        return self._transport.send("POST", f"/api/exports/{segment(export_id)}/cancel", LabelExport)

    def resume_export(
        self, export_id: str, *, on_progress: Callable[[LabelExport], None] = lambda _: None
    ) -> LabelExport:
        """Go on with an export that was stopped, on the labels of the moment it was asked for, and wait."""
        self._transport.send("POST", f"/api/exports/{segment(export_id)}/resume", LabelExport)
        return self._waited(f"/api/exports/{segment(export_id)}", LabelExport, on_progress)

    def delete_export(self, export_id: str) -> None:
        """Forget an export and its archive."""
        self._transport.act("DELETE", f"/api/exports/{segment(export_id)}")

    # --- imports ---

    def compare(
        self,
        project_id: str,
        source: Path | str | bytes,
        *,
        name: str | None = None,
        form: str | None = None,
        use_side_car: bool = True,
        on_progress: Callable[[LabelImport], None] = lambda _: None,
    ) -> LabelImport:
        """Send a file in any format and wait until it is compared with what is there; nothing is stored yet."""
        content = bytes_of(source)
        shown = name or (Path(source).name if isinstance(source, (str, Path)) else "labels")
        headers = {"Content-Type": "application/octet-stream", "Content-Length": str(content.size_bytes)}
        headers["X-filename"] = quote(shown)
        path = f"/api/projects/{segment(project_id)}/imports"
        query = {"format": form, "sideCar": None if use_side_car else "ignore"}
        with self._transport.stream("POST", path, query=query, content=content.chunks, headers=headers) as answer:
            made = decoded(answer.read(), LabelImport, answer)
        return self._waited(_import(made.id), LabelImport, on_progress)

    def imports(self, project_id: str) -> list[LabelImport]:
        """The imports of a project, newest first."""
        found = self._transport.get(f"/api/projects/{segment(project_id)}/imports", _Items)
        return msgspec.convert(found.items, list[LabelImport])

    def get_import(self, import_id: str) -> LabelImport:
        """One import."""
        return self._transport.get(_import(import_id), LabelImport)

    def read_as(self, found: LabelImport, form: str) -> LabelImport:
        """Read the file of an import again, in another format, and wait until it is compared."""
        self._transport.send("POST", f"{_import(found.id)}/format", LabelImport, body={"format": form})
        return self._waited(_import(found.id), LabelImport, lambda _: None)

    def set_options(self, found: LabelImport, **options: Any) -> LabelImport:
        """Choose `mode`, `outOfBounds` and `mapping`, and wait until it is compared anew.

        `mode` is add, merge_id, merge_overlap or replace. A mapping names classes by id or by export key.
        """
        self._transport.send("PUT", f"{_import(found.id)}/options", LabelImport, body=options)
        return self._waited(_import(found.id), LabelImport, lambda _: None)

    def propose_classes(self, found: LabelImport) -> ProposedClasses:
        """The label configuration with everything that the file has and it lacks. Nothing is saved."""
        return self._transport.get(f"{_import(found.id)}/configuration", ProposedClasses)

    def make_classes(
        self,
        found: LabelImport,
        proposed: ProposedClasses,
        *,
        classes: Sequence[LabelClass] | None = None,
        mapping: dict[str, Any] | None = None,
        reopen: bool | None = None,
    ) -> LabelImport:
        """Save the proposed configuration, or `classes` made of it, and wait until the file is compared anew.

        `mapping` says what became of classes that you called differently. Raises InvalidConfiguration,
        ConfigurationConflict.
        """
        body = {"classes": classes if classes is not None else proposed.classes, "revision": proposed.revision}
        body |= {"reopen": reopen, "mapping": mapping}
        self._transport.send("POST", f"{_import(found.id)}/configuration", LabelImport, body=body)
        return self._waited(_import(found.id), LabelImport, lambda _: None)

    def changes(self, found: LabelImport, what: str | None = None, *, search: str = "") -> Iterator[dict[str, Any]]:
        """Go through the change set, page by page: all lines, those of one kind, or those with a text in them.

        `what` is added, changed, removed, unchanged or refused, and of pictures unmatched, ambiguous or repeated.
        """
        start = 0
        while True:
            query = {"what": what, "search": search or None, "start": start, "limit": CHANGES_PAGE}
            page = self._transport.get(f"{_import(found.id)}/changes", _Page, query)
            yield from page.items
            start += len(page.items)
            if not page.items or start >= page.total:
                return

    def apply(self, found: LabelImport, *, on_progress: Callable[[LabelImport], None] = lambda _: None) -> LabelImport:
        """Store what was compared, and wait."""
        self._transport.send("POST", f"{_import(found.id)}/apply", LabelImport)
        return self._waited(_import(found.id), LabelImport, on_progress)

    def cancel_import(self, found: LabelImport) -> LabelImport:
        """Stop an import. What is stored already can be undone, or the rest stored later."""
        return self._transport.send("POST", f"{_import(found.id)}/cancel", LabelImport)

    def undo(self, found: LabelImport) -> LabelImport:
        """Take a whole import back, and wait; what people changed since stays. Raises WrongTaskState."""
        self._transport.send("POST", f"{_import(found.id)}/undo", LabelImport)
        return self._waited(_import(found.id), LabelImport, lambda _: None)

    def delete_import(self, import_id: str) -> None:
        """Forget an import and its file; labels stay."""
        self._transport.act("DELETE", _import(import_id))

    def _waited(self, path: str, kind: type[Work], on_progress: Callable[[Work], None]) -> Work:
        pause = FIRST_LOOK_S
        while True:
            found = self._transport.get(path, kind)
            on_progress(found)
            if found.state not in AT_WORK:
                break
            self._wait(pause)
            pause = min(2 * pause, LOOK_EVERY_S)
        if found.state == "failed":
            raise Invalid(found.error or "It failed, and the server does not say why.")
        return found


def _import(import_id: str) -> str:
    return f"/api/imports/{segment(import_id)}"
