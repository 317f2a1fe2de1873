"""The halves of `labelwright export` and `import` that speak every format: archives written and files compared."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import Parameter

from labelwright.cli.showing import advance, counting, note, plural, sending, show_json, show_table, size
from labelwright.exchange.found import Place
from labelwright.model.errors import Invalid
from labelwright.sdk import Client, Project
from labelwright.sdk.exchanges import LabelExport, LabelImport, WantedExport

Mode = Literal["add", "merge_id", "merge_overlap", "replace"]


@Parameter(name="*")
@dataclass(frozen=True)
class Archived:
    """Options of an export into an archive; `--format` asks for one."""

    form: Annotated[
        str | None, Parameter(name="--format", help="Write an archive in this format; see `labelwright formats`.")
    ] = None
    option: Annotated[tuple[str, ...], Parameter(help="NAME=VALUE, an option of the format; repeatable.")] = ()
    classes: Annotated[
        tuple[str, ...], Parameter(name="--class", help="Geometry classes to export, repeatable; default: all.")
    ] = ()
    split: Annotated[str, Parameter(help="Shares of train, val and test, such as 80/10/10.")] = ""
    group: Annotated[
        str,
        Parameter(
            show_default=True,
            help="What a split never tears apart: medium, name, dataset, or the key of a question about the medium.",
        ),
    ] = "medium"
    pictures: Annotated[
        Literal["none", "pack", "links"],
        Parameter(show_default=True, help="Pack the originals, or list links."),
    ] = "none"
    compact: Annotated[bool, Parameter(help="Number the classes anew, without the gaps that deleted ones leave.")] = (
        False
    )
    frame: Annotated[
        Literal["displayed", "stored"],
        Parameter(show_default=True, help="stored: turn labels as the pixels lie, for programs that ignore EXIF."),
    ] = "displayed"
    skip_empty: Annotated[bool, Parameter(help="Leave out pictures without any label.")] = False
    dry_run: Annotated[bool, Parameter(help="Say what would come along and what not; write nothing.")] = False

    def wanted(self, status: tuple[str, ...]) -> WantedExport:
        """As the server wants it. Raises Invalid."""
        pairs = [text.partition("=") for text in self.option]
        for name, equals, _ in pairs:
            if not equals:
                raise Invalid(f"--option {name} needs a value: write {name}=VALUE.")
        return WantedExport(
            format=self.form or "native",
            settings={name: value for name, _, value in pairs},
            states=status,
            classes=self.classes,
            empty=not self.skip_empty,
            compact=self.compact,
            split=self.split,
            group=self.group,
            pictures=self.pictures,
            frame=self.frame,
            dry_run=self.dry_run,
        )


PLAIN = Archived()


def export_archive(
    client: Client, project: Project, archived: Archived, status: tuple[str, ...], output: str | None
) -> None:
    """Have an archive written, say what it holds, and download it."""
    with counting(f"Exporting {project.name}", None) as bar:

        def show(export: LabelExport) -> None:
            bar.update(bar.task_ids[0], completed=export.done, total=export.total or None)

        done = client.exchanges.export(project.id, archived.wanted(status), on_progress=show)
    show_balance((done.report or {}).get("balance", {}))
    for name in (done.report or {}).get("missing", [])[:20]:
        note(f"  picture not packed: {name}")
    if turned := (done.report or {}).get("turned", []):
        note(
            f"  displayed otherwise than stored (EXIF): {plural(len(turned), 'picture')}, {turned[0]} first; for "
            "programs that ignore EXIF, export with --frame stored"
        )
    if archived.dry_run:
        return
    target = Path(output or done.file_name or "labels.zip")
    with sending("Downloading", done.size or 0) as bar:
        client.exchanges.save(done, target, on_bytes=lambda sent: advance(bar, sent))
    note(f"{target} written ({size(done.size or 0)}), SHA-256 {done.sha256}")


def show_balance(balance: dict[str, Any]) -> None:
    """Say how much came along, and what did not, and why."""
    buckets = ("exported", "converted", "refused", "filtered")
    for unit, count in balance.get("source", {}).items():
        parts = [f"{balance[bucket][unit]:,} {bucket}" for bucket in buckets if balance[bucket][unit]]
        note(f"{count:,} {unit}: {', '.join(parts) or 'none'}")
    for entry in balance.get("entries", []):
        if entry["bucket"] in {"converted", "refused"}:
            note(f"  {entry['count']:,} {entry['unit']} {entry['bucket']}: {entry['reason']}{_loss(entry)}")


def _loss(entry: dict[str, Any]) -> str:
    if not entry.get("measure"):
        return ""
    unit = "of IoU" if entry["measure"] == "iou" else "pixels"
    return f" (loss {entry['mean_loss']:.3g} {unit} on average, {entry['largest_loss']:.3g} at most)"


@Parameter(name="*")
@dataclass(frozen=True)
class Compared:
    """Options of an import that is compared first."""

    form: Annotated[str | None, Parameter(name="--format", help="Format of the file, where it is not clear.")] = None
    mode: Annotated[
        Mode | None, Parameter(help="add to what is there, merge with what lies in the same place, or replace it.")
    ] = None
    as_class: Annotated[
        tuple[str, ...], Parameter(name="--map", help="THEIRS=OURS: a class of the file becomes ours; repeatable.")
    ] = ()
    partly: Annotated[bool, Parameter(help="Import what fits although some of the file does not.")] = False
    dry_run: Annotated[bool, Parameter(help="Compare, and store nothing.")] = False
    json: Annotated[bool, Parameter(help="Print the change set, one JSON object a line.")] = False

    @property
    def is_asked(self) -> bool:
        return self != ALL_OR_NOTHING


ALL_OR_NOTHING = Compared()


def import_compared(client: Client, project: Project, file: Path, compared: Compared, out_of_bounds: str) -> None:
    """Compare a file with what is there, show it, and store it unless something speaks against it. Raises Invalid."""
    with counting(f"Comparing {file.name}", None) as bar:

        def show(found: LabelImport) -> None:
            bar.update(bar.task_ids[0], completed=found.done, total=found.total or None)

        found = client.exchanges.compare(project.id, file, form=compared.form, on_progress=show)
        options = {
            "mode": compared.mode or "merge_id",
            "outOfBounds": out_of_bounds,
            "mapping": _mapping(client, project, compared),
        }
        found = client.exchanges.set_options(found, **options)
    _show_changes(client, found, compared)
    summary = found.summary or {}
    problems = summary.get("refusedCount", 0) + summary.get("unmatchedCount", 0) + summary.get("ambiguousCount", 0)
    if compared.dry_run:
        return
    if problems and not compared.partly:
        raise Invalid(
            f"Nothing was imported: {plural(problems, 'thing')} of the file does not fit. --partly imports the rest."
        )
    with counting("Storing", None) as bar:
        client.exchanges.apply(
            found, on_progress=lambda now: bar.update(bar.task_ids[0], completed=now.done, total=now.total)
        )
    note(f"Imported. It can be undone as a whole on the page of “{project.name}”.")


def _mapping(client: Client, project: Project, compared: Compared) -> dict[str, Any]:
    configuration = client.configurations.get(project.id)
    keys = {placed.label_class.key: key for key, placed in configuration.by_id.items()}
    classes = {}
    for text in compared.as_class:
        theirs, equals, ours = text.partition("=")
        if not equals or (ours and ours not in keys):
            raise Invalid(f"--map {text}: write THEIRS=OURS with one of {', '.join(keys)}, or THEIRS= to leave it out.")
        classes[theirs] = keys.get(ours, "")
    return {"classes": classes}


def _show_changes(client: Client, found: LabelImport, compared: Compared) -> None:
    summary = found.summary or {}
    if compared.json:
        show_json(client.exchanges.changes(found))
    media = plural(summary.get("media", 0), "picture")
    note(f"{found.format}: {summary.get('matched', 0)} of {media} are in the project.")
    for unit in ("geometries", "answers"):
        counts = ", ".join(f"{count:,} {what}" for what, count in summary.get(unit, {}).items() if count)
        note(f"{unit}: {counts or 'none'}")
    for key, text in (("unmatched", "not in the project"), ("ambiguous", "could be several pictures")):
        for name in summary.get(key, [])[:10]:
            note(f"  {text}: {name}")
    refused = summary.get("refused", [])
    if refused and not compared.json:
        show_table(
            ("place", "what is wrong"),
            [(str(msgspec.convert(fault["place"], Place)), fault["message"]) for fault in refused[:20]],
        )
    if summary.get("refusedCount", 0) > 20:
        note(f"  and {summary['refusedCount'] - 20} more; --json prints all.")
