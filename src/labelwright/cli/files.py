"""`labelwright convert`, `validate`, `diff` and `formats`: label files without any server."""

import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO

from cyclopts import Parameter

from labelwright.cli.judging import Judges, check_judges, is_judged
from labelwright.cli.showing import advance, counting, note, of_unit, plural, show_json, show_table
from labelwright.exchange.archive import Archive, FolderWriter, Sink, TarWriter
from labelwright.exchange.asides import as_fault
from labelwright.exchange.checking import check_archive
from labelwright.exchange.comparing import compare
from labelwright.exchange.conversions import ALLOW, REFUSE
from labelwright.exchange.converting import STATE, open_converted, restored
from labelwright.exchange.exporting import CONFIGURATION_PATH, Exporting, Report
from labelwright.exchange.files import WHOLE, Files, open_files
from labelwright.exchange.format import Format, chosen
from labelwright.exchange.found import LabelFile
from labelwright.exchange.ledger import ALONG, UNITS, Entry
from labelwright.exchange.reading import restorer_of
from labelwright.exchange.recognising import recognise
from labelwright.exchange.requesting import Request
from labelwright.exchange.side_car_writing import check_side_car
from labelwright.exchange.splits import parse_splits
from labelwright.exchange.zip_file import ZipWriter
from labelwright.formats import FORMATS, configuration_file
from labelwright.model.errors import Invalid
from labelwright.model.meaning import meant

DIFFERENT = 1
_NOT_WRITTEN = {".gz", ".tgz", ".bz2", ".xz", ".zst", ".7z", ".rar"}
_SINGLE = {".json", ".ndjson", ".jsonl", ".geojson", ".csv", ".xml", ".parquet"}

FormatName = Annotated[str | None, Parameter(name="--format", help="Its name; `labelwright formats` lists them.")]
Options = Annotated[
    tuple[str, ...], Parameter(name="--option", help="NAME=VALUE, an option of the format; repeatable.")
]
Compact = Annotated[bool, Parameter(help="Number the classes anew, without the gaps that deleted ones leave.")]
Split = Annotated[str, Parameter(help="Shares of train, val and test, such as 80/10/10.")]
Group = Annotated[
    str,
    Parameter(show_default=True, help="What is never torn apart: medium, name, dataset, or the key of a question."),
]


def formats(*, json: Annotated[bool, Parameter(help="Print JSON.")] = False) -> None:
    """List the label formats, with what they carry."""
    if json:
        show_json(
            {"id": f.id, "name": f.name, "supports": f.supports, "settings": f.settings} for f in FORMATS.values()
        )
        return
    show_table(
        ("format", "reads", "writes", "what it is"),
        [(f.id, _yes(f.read), _yes(f.write), f.text) for f in FORMATS.values()],
    )
    for form in FORMATS.values():
        for setting in form.settings:
            choices = "|".join(value for value, _ in setting.choices) or setting.kind
            note(f"  {form.id} --option {setting.id}={choices}  {setting.text} Default: {setting.default}.")


def _yes(thing: object) -> str:
    return "yes" if thing is not None else "-"


def convert(  # noqa: PLR0913 - the options of a command
    source: Annotated[Path, Parameter(help="A file, a folder or an archive in any format.")],
    target: Annotated[
        Path, Parameter(help="A .zip, a .tar, a folder to make, or the file itself where the format is one.")
    ],
    /,
    *,
    form: FormatName = None,
    read_as: Annotated[str | None, Parameter(name="--from", help="Its format, where it is not clear.")] = None,
    split: Split = "",
    group: Group = "medium",
    option: Options = (),
    pictures: Annotated[bool, Parameter(help="Pack the pictures that lie beside the labels.")] = False,
    compact: Compact = False,
    side_car: Annotated[
        bool, Parameter(help="Add the file that brings back what the target format cannot hold.")
    ] = False,
    refuse_conversions: Annotated[bool, Parameter(help="Leave out what would be converted, and say so.")] = False,
    judges: Judges = "",
) -> None:
    """Convert labels from one format into another; what cannot come along is counted and said."""
    form = _named("write", form, [f.id for f in FORMATS.values() if f.write])
    _check_target(target)
    check_judges(judges)
    if is_single(target):
        _check_single(target, FORMATS[form], alone=not (split or pictures or side_car))
    files, labels, found = _opened(source, read_as)
    with _calling(source):
        converted = open_converted(files, labels)
    request = Request(
        format=form,
        states=(STATE,),
        splits=parse_splits(split, group) if split else None,
        pictures="pack" if pictures else "none",
        compact=compact,
        side_car=side_car,
        conversions=REFUSE if refuse_conversions else ALLOW,
        settings=chosen(FORMATS[form].settings, read_options(option)),
    )
    with counting(f"Converting {source.name} from {found.name}", converted.media) as bar:
        exporting = Exporting(
            FORMATS[form],
            request,
            converted.scheme,
            converted.tasks,
            project=source.stem,
            open_picture=converted.open_picture,
            progress=lambda done, _total: bar.update(bar.task_ids[0], completed=done),
            scratch=target.absolute().parent,
        )
        exporting.plan()
        report = _written(
            exporting, FORMATS[form], target, configuration_file.write(converted.scheme.configuration.classes)
        )
        advance(bar, 0)
    for text in converted.notes:
        note(text)
    for line in converted.not_kept():
        note(f"  {line}")
    for fault in (*labels.faults.kept[:20], *converted.refused[:20]):
        note(f"  not read: {fault.place}: {fault.message}")
    show_report(report)
    count = check_archive(FORMATS[form], target, report.balance, exporting.tasks(None))
    if side_car:
        check_side_car(FORMATS[form], target)
    checked = " and read back" if FORMATS[form].read else "; there is no reader that could look at it again"
    note(f"{plural(report.media, 'picture')} written to {target}{checked}.")
    if target.is_file():
        note(f"SHA-256 {digest_of(target)}")
    if not is_judged(FORMATS[form], target, count, judges):
        sys.exit(DIFFERENT)


def _named(use: str, form: str | None, known: list[str]) -> str:
    """The name of a format. Raises Invalid where there is none, or no such one."""
    there_are = f"There are {', '.join(known)}."
    if form is None:
        raise Invalid(f"Say with --format into what. {there_are}")
    if form not in known:
        raise Invalid(f"There is no format “{form}” to {use}.{meant(form, known)} {there_are}")
    return form


def _check_target(target: Path) -> None:
    """Raise Invalid, before any work, where nothing can be written."""
    folder = target.absolute().parent
    if target.exists():
        raise Invalid(f"{target} is there already. Name another one, or remove it.")
    if not folder.is_dir():
        raise Invalid(f"There is no folder {folder}. Make it, or name a {target.name} elsewhere.")
    if not os.access(folder, os.W_OK):
        raise Invalid(f"Nothing may be written into {folder}. Name a {target.name} elsewhere.")
    if target.suffix.lower() in _NOT_WRITTEN:
        name = f"{target.stem.removesuffix('.tar')}.zip"
        raise Invalid(f"Archives are written as .zip or .tar, not as {target.suffix}: name {name}.")


def _written(exporting: Exporting, form: Format, target: Path, configuration: bytes) -> Report:
    """Write into a temporary place and move it when it is whole."""
    with tempfile.TemporaryDirectory(dir=target.absolute().parent, prefix=".labelwright-") as folder:
        part = Path(folder) / target.name
        if is_single(target):
            report = _into(exporting, FolderWriter(part), configuration)
            part = part / str(form.main)
        elif target.suffix.lower() in {".zip", ".tar"}:
            with part.open("wb") as file:
                report = _into(exporting, _packed(target, file, Path(folder)), configuration)
        else:
            part.mkdir()
            report = _into(exporting, FolderWriter(part), configuration)
        shutil.move(part, target)
    return report


def is_single(target: Path) -> bool:
    """Whether a name is that of one file of labels, not of an archive or a folder."""
    return target.suffix.lower() in _SINGLE


def _check_single(target: Path, form: Format, *, alone: bool) -> None:
    """Raises Invalid where labels and what comes with them do not go into this one file."""
    if form.main is None or Path(form.main).suffix != target.suffix.lower():
        one = f"one {Path(form.main).suffix} file" if form.main else "several files"
        such = "such a file, " if form.main else ""
        raise Invalid(f"{form.name} is {one}, not {target.name}. Name {such}a .zip, a .tar or a folder.")
    if not alone:
        raise Invalid(f"{target.name} is one file: splits, pictures and a side-car need a .zip, a .tar or a folder.")


def _packed(target: Path, file: BinaryIO, folder: Path) -> Sink:
    if target.suffix.lower() == ".zip":
        return ZipWriter(file, folder)
    return TarWriter(file, lambda: tempfile.TemporaryFile(dir=folder))


def _into(exporting: Exporting, sink: Sink, configuration: bytes) -> Report:
    report = exporting.write(Archive(sink), {CONFIGURATION_PATH: configuration})
    sink.close()
    return report


def validate(
    source: Annotated[Path, Parameter(help="A file, a folder or an archive.")],
    /,
    *,
    read_as: Annotated[str | None, Parameter(name="--from", help="Its format, where it is not clear.")] = None,
    json: Annotated[bool, Parameter(help="Print one JSON object for each fault, and what is not kept.")] = False,
    judges: Judges = "",
) -> None:
    """Read a label file and say what is wrong with it, each fault with its place. Exit code 1 when anything is."""
    check_judges(judges)
    files, labels, found = _opened(source, read_as)
    with _calling(source):
        converted = open_converted(files, labels)
    objects = sum(len(task.document.annotations) for task in converted.tasks())
    faults = [*labels.faults.kept, *converted.refused]
    not_kept = converted.not_kept()
    if json:
        show_json((*faults, *map(as_fault, not_kept)))
    else:
        show_table(("place", "code", "what is wrong"), [(str(f.place), f.code, f.message) for f in faults])
    for text in converted.notes:
        note(text)
    for line in not_kept:
        note(f"  {line}")
    counts = f"{plural(converted.media, 'picture')}, {plural(objects, 'object')}, {plural(len(faults), 'fault')}"
    note(f"{found.name}: {counts}.")
    if faults or not is_judged(found, source, objects, judges):
        sys.exit(DIFFERENT)


def diff(
    one: Annotated[Path, Parameter(help="The earlier file, folder or archive.")],
    other: Annotated[Path, Parameter(help="The later one; it may be in another format.")],
    /,
    *,
    json: Annotated[bool, Parameter(help="Print one JSON object for each difference.")] = False,
) -> None:
    """Compare two label files picture by picture. Exit code 1 when they differ."""
    opened = [_opened(source, None)[:2] for source in (one, other)]
    walks = (restored(files, labels, restorer_of(files)) for files, labels in opened)
    found = list(compare(*walks))
    if json:
        show_json(found)
    else:
        rows = [
            (c.medium, c.what, c.class_name, f"{c.was} → {c.now}" if c.was or c.now else c.iou or "") for c in found
        ]
        show_table(("picture", "what", "class", "details"), rows)
    for source, (_, labels) in zip((one, other), opened, strict=True):
        for line in labels.faults.not_kept.lines():
            note(f"  not compared: {source}: {line}")
    note(f"{plural(len(found), 'difference')}.")
    if found:
        sys.exit(DIFFERENT)


@contextmanager
def _calling(source: Path) -> Iterator[None]:
    """Have errors about all that was opened speak of it by its name: nobody has uploaded anything."""
    try:
        yield
    except Invalid as error:
        if not error.message.startswith(f"{WHOLE} "):
            raise
        raise Invalid(f"{source}{error.message.removeprefix(WHOLE)}") from None


def _opened(source: Path, read_as: str | None) -> tuple[Files, LabelFile, Format]:
    """Open a source. Raises Invalid when it is not there or in no format."""
    if not source.exists():
        raise Invalid(f"There is no {source}.")
    if read_as is not None:
        _named("read", read_as, [form.id for form in FORMATS.values() if form.read is not None])
    with _calling(source):
        files = open_files(source)
        form, *others = recognise(files, FORMATS, read_as)
        assert form.read is not None
        labels = form.read(files)
    if others and read_as is None:
        note(f"{source} is read as {form.id}; it could be {' or '.join(o.id for o in others)} too: --from chooses.")
    return files, labels, form


def read_options(given: tuple[str, ...]) -> dict[str, str]:
    """NAME=VALUE pairs. Raises Invalid."""
    pairs = [text.partition("=") for text in given]
    for name, equals, _ in pairs:
        if not equals:
            raise Invalid(f"--option {name} needs a value: write {name}=VALUE.")
    return {name: value for name, _, value in pairs}


def show_report(report: Report) -> None:
    """Say what came along and what did not."""
    balance = report.balance
    for unit in (unit for unit in UNITS if unit not in ALONG or balance.source[unit]):
        parts = [
            f"{getattr(balance, bucket)[unit]:,} {bucket}"
            for bucket in ("exported", "converted", "refused", "filtered")
            if getattr(balance, bucket)[unit]
        ]
        note(f"{of_unit(balance.source[unit], unit)}: {', '.join(parts) or 'none'}")
    for entry in balance.losses:
        note(f"  {of_unit(entry.count, entry.unit)} {entry.bucket}: {entry.reason}{_loss(entry)}")
    for returning, count in balance.side_car.items():
        if count:
            note(f"  {of_unit(count, returning)} come back through the side-car")
    for name in report.missing[:20]:
        note(f"  picture not packed: {name}")
    if report.missing_count > len(report.missing[:20]):
        note(f"  pictures not packed: {report.missing_count:,} in all")


def _loss(entry: Entry) -> str:
    if entry.measure is None or entry.mean_loss is None:
        return ""
    unit = "of IoU" if entry.measure == "iou" else "pixels"
    return f" (loss {entry.mean_loss:.3g} {unit} on average, {entry.largest_loss:.3g} at most)"


def digest_of(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
