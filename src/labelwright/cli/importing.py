"""The half of `labelwright import` that speaks every format: a file is compared, shown, and then stored."""

import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from cyclopts import Parameter

from labelwright.cli.archives import stopping
from labelwright.cli.showing import counting, note, plural, show_json, show_table
from labelwright.exchange.found import NotKept, Place
from labelwright.exchange.side_car_restoring import SideCarUse
from labelwright.model.configuration import LabelClass
from labelwright.model.errors import Invalid
from labelwright.sdk import Client, Project
from labelwright.sdk.exchanges import LabelImport, ProposedClasses

Mode = Literal["add", "merge_id", "merge_overlap", "replace"]
MOST_SHOWN = 20
STDIN = "-"
PHOTOGRAPHS = (".jpg", ".jpeg", ".webp", ".heic", ".mp4")


@Parameter(name="*")
@dataclass(frozen=True)
class Compared:
    """Options of an import that is compared first."""

    form: Annotated[str | None, Parameter(name="--format", help="Format of the file, where it is not clear.")] = None
    mode: Annotated[
        Mode | None,
        Parameter(
            help="What becomes of labels that are there: add leaves them, merge_id replaces what has the same id, "
            "merge_overlap also what lies in the same place, replace keeps only what the file has in its pictures. "
            "Default: merge_id."
        ),
    ] = None
    as_class: Annotated[
        tuple[str, ...],
        Parameter(
            name="--map",
            help="THEIRS=OURS: a class of the file becomes ours, nested ones as PARENT.CLASS; THEIRS= leaves it out; "
            "“THEIRS (polygon)” speaks of one kind. Repeatable.",
        ),
    ] = ()
    mapping: Annotated[
        str | None,
        Parameter(help="A mapping that is saved in the project, by name, or a JSON file with one."),
    ] = None
    save_mapping: Annotated[
        str | None, Parameter(help="Keep what --map and --mapping say in the project, under this name.")
    ] = None
    lossy: Annotated[bool, Parameter(help="Let shapes become their boxes where our class takes rectangles.")] = False
    make_configuration: Annotated[
        bool,
        Parameter(
            help="Add the classes, questions and options of the file that the project lacks; with --dry-run, show them."
        ),
    ] = False
    side_car: Annotated[
        Literal["use", "ignore"], Parameter(show_default=True, help="Whether the side-car of the file is used.")
    ] = "use"
    partly: Annotated[bool, Parameter(help="Import what fits although some of the file does not.")] = False
    dry_run: Annotated[bool, Parameter(help="Compare, and store nothing.")] = False
    json: Annotated[bool, Parameter(help="Print the change set, one JSON object a line.")] = False

    @property
    def is_asked(self) -> bool:
        return self != ALL_OR_NOTHING


ALL_OR_NOTHING = Compared()


def import_compared(client: Client, project: Project, file: Path, compared: Compared, out_of_bounds: str) -> None:
    """Compare a file with what is there, show it, and store it unless something speaks against it. Raises Invalid."""
    mapping = read_mapping(client, project, compared)
    with counting(f"Comparing {file.name}", None) as bar:
        asked: list[LabelImport] = []

        def show(found: LabelImport) -> None:
            asked[:] = [found]
            bar.update(bar.task_ids[0], completed=found.done, total=found.total or None)

        with sendable(file) as source:
            name = "labels" if str(file) == STDIN else file.name
            use = compared.side_car == "use"
            with stopping(lambda: [client.exchanges.cancel_import(one) for one in asked]):
                found = client.exchanges.compare(
                    project.id, source, name=name, form=compared.form, use_side_car=use, on_progress=show
                )
    note_format(found)
    _say_notes(found.survey or {})
    if found.state == "needs_classes" or compared.make_configuration:
        found = _classes_made(client, _left_out(client, found, mapping), compared)
        if found.state == "needs_classes":
            return
    options = {
        "mode": compared.mode or "merge_id",
        "outOfBounds": out_of_bounds,
        "mapping": mapping,
        "sideCar": use,
    }
    found = client.exchanges.set_options(found, **options)
    if compared.save_mapping:
        client.mappings.save(project.id, compared.save_mapping, mapping)
        note(f"The mapping is kept as “{compared.save_mapping}”.")
    _show_changes(client, found, compared)
    if not compared.dry_run:
        _store(client, project, found, compared)


@contextmanager
def sendable(source: Path) -> Iterator[Path]:
    """The file to send: a folder is packed (photographs of JPEG are left behind), standard input is read to its end."""
    if source.is_file():
        yield source
        return
    if not source.is_dir() and str(source) != STDIN:
        raise Invalid(f"There is no {source}.")
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "labels"
        if source.is_dir():
            with tarfile.open(packed, "w") as archive:
                archive.add(source, ".", filter=_without_photographs)
        else:
            with packed.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        yield packed


def _without_photographs(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if entry.name.lower().endswith(PHOTOGRAPHS) else entry


def _store(client: Client, project: Project, found: LabelImport, compared: Compared) -> None:
    summary = found.summary or {}
    problems = summary.get("refusedCount", 0) + summary.get("unmatchedCount", 0) + summary.get("ambiguousCount", 0)
    if problems and not compared.partly:
        raise Invalid(
            f"Nothing was imported: {plural(problems, 'thing')} of the file does not fit. --partly imports the rest."
        )
    with counting("Storing", None) as bar, stopping(lambda: client.exchanges.cancel_import(found)):
        done = client.exchanges.apply(
            found, on_progress=lambda now: bar.update(bar.task_ids[0], completed=now.done, total=now.total)
        )
    if (done.undo or {}).get("possible"):
        note(f"Imported into “{project.name}”. `labelwright undo {found.id}` takes it back as a whole.")
    else:
        note(f"Everything was there already; nothing in “{project.name}” was changed.")


def note_format(found: LabelImport) -> None:
    """Say what the file was read as, where it could be something else."""
    others = (found.survey or {}).get("alternatives", [])
    if others:
        note(f"It is read as {found.format}; it could be {' or '.join(others)} too: --format chooses.")


def _say_notes(survey: dict[str, Any]) -> None:
    for text in survey.get("notes", [])[:MOST_SHOWN]:
        note(f"  {text}")
    if survey.get("sideCar"):
        note(f"  {msgspec.convert(survey['sideCar'], SideCarUse).note}")


# --- mapping --------------------------------------------------------------------------------------------------------


def read_mapping(client: Client, project: Project, compared: Compared) -> dict[str, Any]:
    """The mapping that the options ask for: what is saved or in a file, and on top what --map says. Raises Invalid."""
    mapping: dict[str, Any] = {}
    if compared.mapping is not None:
        mapping = read_mapping_file(Path(compared.mapping)) or _saved(client, project, compared.mapping)
    classes = dict(mapping.get("classes", {}))
    for text in compared.as_class:
        theirs, equals, ours = text.partition("=")
        if not equals or not theirs:
            raise Invalid(f"--map {text}: write THEIRS=OURS, or THEIRS= to leave it out.")
        classes[theirs] = ours
    mapping["classes"] = classes
    if compared.lossy:
        mapping["lossy"] = True
    return mapping


def read_mapping_file(path: Path) -> dict[str, Any] | None:
    """The mapping in a JSON file; None when there is no such file. Raises Invalid."""
    if not path.is_file():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise Invalid(f"{path} holds no mapping: {error}.") from None


def _saved(client: Client, project: Project, name: str) -> dict[str, Any]:
    saved = {one.name: one for one in client.mappings.list(project.id)}
    if name not in saved:
        known = ", ".join(saved) or "none"
        raise Invalid(f"There is no file {name} and “{project.name}” has no mapping of this name; there are {known}.")
    problems = saved[name].problems
    if problems:
        raise Invalid(f"The mapping “{name}” does not fit any more: {problems[0].message}", problems)
    return dict(saved[name].mapping)


# --- classes --------------------------------------------------------------------------------------------------------


def _left_out(client: Client, found: LabelImport, mapping: dict[str, Any]) -> LabelImport:
    """Say first what is to be left out, so that no class is made for it."""
    nothing = {theirs: ours for theirs, ours in mapping["classes"].items() if not ours}
    return client.exchanges.set_options(found, mapping={"classes": nothing}) if nothing else found


def _classes_made(client: Client, found: LabelImport, compared: Compared) -> LabelImport:
    """Show what the configuration lacks, and make it when that is asked for."""
    proposed = client.exchanges.propose_classes(found)
    new = list(_new_lines(proposed))
    if new:
        note("The file has what the label configuration lacks:")
    for line in new:
        note(line)
    if not compared.make_configuration:
        raise Invalid("The project has no label configuration. --make-configuration makes it of these classes.")
    if compared.dry_run:
        note("Nothing was made.")
        return found
    return client.exchanges.make_classes(found, proposed) if new else found


def _new_lines(proposed: ProposedClasses) -> Iterator[str]:
    paths = {origin["path"] for origin in proposed.origins}
    yield from _lines(proposed.classes, "", paths)


def _lines(classes: Sequence[LabelClass], above: str, paths: set[str]) -> Iterator[str]:
    for one in classes:
        path = f"{above}{one.key}"
        if path in paths or any(other.startswith(f"{path}.") for other in paths):
            options = f": {', '.join(option.key for option in one.options[:10])}" if one.options else ""
            more = " …" if len(one.options) > 10 else ""
            mark = "+" if one.id is None else " "
            yield f"{'  ' * (path.count('.') + 1)}{mark} {one.key} ({one.type.replace('_', ' ')}){options}{more}"
        yield from _lines(one.children, f"{path}.", paths)


# --- change set -----------------------------------------------------------------------------------------------------


def _show_changes(client: Client, found: LabelImport, compared: Compared) -> None:
    summary = found.summary or {}
    if compared.json:
        show_json(client.exchanges.changes(found))
    media = plural(summary.get("media", 0), "picture")
    note(f"{found.format}: {summary.get('matched', 0):,} of {media} are in the project.")
    for unit in ("geometries", "answers"):
        counts = ", ".join(f"{count:,} {what}" for what, count in summary.get(unit, {}).items() if count)
        note(f"{unit}: {counts or 'none'}")
    for key, text in (("unmatched", "not in the project"), ("ambiguous", "could be several pictures")):
        for name in summary.get(key, [])[:10]:
            note(f"  {text}: {name}")
    if summary.get("repeated"):
        note(
            f"  {plural(summary['repeated'], 'picture')} of the project in the file more than once; all of it is taken"
        )
    for line in msgspec.convert(summary.get("notKept", []), list[NotKept]):
        note(f"  {line}")
    refused = summary.get("refused", [])
    if refused and not compared.json:
        show_table(
            ("place", "what is wrong"),
            [(str(msgspec.convert(fault["place"], Place)), fault["message"]) for fault in refused[:MOST_SHOWN]],
        )
        if summary.get("refusedCount", 0) > MOST_SHOWN:
            note(f"  and {summary['refusedCount'] - MOST_SHOWN:,} more; --json prints all.")
