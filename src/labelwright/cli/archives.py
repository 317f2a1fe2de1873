"""The half of `labelwright export` that speaks every format: archives are written, explained and downloaded."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import Parameter

from labelwright.cli.showing import advance, counting, note, of_unit, plural, sending, size
from labelwright.model.errors import Invalid, LabelwrightError
from labelwright.sdk import Client, Project
from labelwright.sdk.exchanges import LabelExport, WantedExport
from labelwright.sdk.files import check_place, whole_file


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
    side_car: Annotated[bool, Parameter(help="Add the file that brings back what the format cannot hold.")] = False
    refuse_conversions: Annotated[bool, Parameter(help="Leave out what would be converted, and say so.")] = False
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
            side_car=self.side_car,
            conversions="refuse" if self.refuse_conversions else "allow",
            split=self.split,
            group=self.group,
            pictures=self.pictures,
            frame=self.frame,
            dry_run=self.dry_run,
        )


PLAIN = Archived()
STDOUT = "-"


def export_archive(
    client: Client, project: Project, archived: Archived, status: tuple[str, ...], output: str | None
) -> None:
    """Have an archive written, say what it holds, and download it."""
    if output is not None and not archived.dry_run:
        check_place(Path(output))
    ask = partial(client.exchanges.export, project.id, archived.wanted(status))
    done = _waited(client, f"Exporting {project.name}", ask)
    if not archived.dry_run:
        download_archive(client, done, output)


def resume_archive(client: Client, export_id: str, output: str | None) -> None:
    """Have an archive that was stopped, or failed, written after all, and download it."""
    if output is not None:
        check_place(Path(output))
    done = _waited(client, "Exporting", partial(client.exchanges.resume_export, export_id))
    download_archive(client, done, output)


def _waited(client: Client, title: str, ask: Callable[..., LabelExport]) -> LabelExport:
    """Wait for an export, and say what it holds; who interrupts that stops it."""
    with counting(title, None) as bar:
        asked: list[str] = []

        def show(export: LabelExport) -> None:
            asked[:] = [export.id]
            bar.update(bar.task_ids[0], completed=export.done, total=export.total or None)

        def onward() -> str:
            return "".join(f" To go on: labelwright exports PROJECT --resume {export_id}" for export_id in asked)

        with stopping(lambda: [client.exchanges.cancel_export(one) for one in asked], onward):
            done = ask(on_progress=show)
    report = done.report or {}
    show_balance(report.get("balance", {}))
    for name in report.get("missing", [])[:20]:
        note(f"  picture not packed: {name}")
    if report.get("missing_count", 0) > 20:
        note(f"  pictures not packed: {report['missing_count']:,} in all")
    if turned := report.get("turned", []):
        many = plural(report.get("turned_count") or len(turned), "picture")
        note(
            f"  displayed otherwise than stored (EXIF): {many}, {turned[0]} first; for programs that ignore EXIF, "
            "export with --frame stored"
        )
    for verdict in report.get("judged", []):
        note(verdict["text"])
    return done


def download_archive(client: Client, export: LabelExport, output: str | None) -> None:
    """Fetch a finished archive, by default under its own name."""
    target = Path(output or export.file_name or "labels.zip")
    with sending("Downloading", export.size or 0) as bar:
        client.exchanges.save(export, target, on_bytes=lambda sent: advance(bar, sent))
    note(f"{target} written ({size(export.size or 0)}), SHA-256 {export.sha256}")


@contextmanager
def stopping(cancel: Callable[[], object], onward: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Stop on the server, too, what somebody interrupts here while he waits for it, and say what leads `onward`."""
    try:
        yield
    except KeyboardInterrupt:
        with suppress(LabelwrightError):
            cancel()
            note(f"Stopped, on the server too.{onward()}")
        raise


def wants_one_file(archived: Archived, output: str | None) -> bool:
    """Whether the output is one file of the format, as its name says, and no archive."""
    if output is None or archived.dry_run:
        return False
    return output == STDOUT or Path(output).suffix.lower() not in {"", ".zip"}


def export_file(client: Client, project: Project, archived: Archived, status: tuple[str, ...], output: str) -> None:
    """Write the one file of a format while the server makes it; to standard output for -."""
    wanted = archived.wanted(status)
    if output != STDOUT:
        check_place(Path(output))
    for name, is_asked in (
        ("--split", wanted.split),
        ("--pictures", wanted.pictures != "none"),
        ("--side-car", wanted.side_car),
    ):
        if is_asked:
            raise Invalid(f"{name} needs more than one file. Write an archive: -o NAME.zip.")
    with counting(f"Exporting {project.name}", None) as bar:
        if output == STDOUT:
            written = client.exchanges.stream(project.id, wanted, sys.stdout.buffer, on_bytes=lambda n: advance(bar, n))
            sys.stdout.buffer.flush()
        else:
            with whole_file(Path(output)) as file:
                written = client.exchanges.stream(project.id, wanted, file, on_bytes=lambda n: advance(bar, n))
    where = "standard output" if output == STDOUT else output
    note(f"{size(written)} written to {where}. --dry-run says what does not come along.")


def show_balance(balance: dict[str, Any]) -> None:
    """Say how much came along, and what did not, and why."""
    buckets = ("exported", "converted", "refused", "filtered")
    for unit, count in balance.get("source", {}).items():
        parts = [f"{balance[bucket][unit]:,} {bucket}" for bucket in buckets if balance[bucket][unit]]
        if count or unit not in {"comments", "ids"}:
            note(f"{of_unit(count, unit)}: {', '.join(parts) or 'none'}")
    for entry in balance.get("entries", []):
        if entry["bucket"] in {"converted", "refused"}:
            note(f"  {of_unit(entry['count'], entry['unit'])} {entry['bucket']}: {entry['reason']}{_loss(entry)}")
    for unit, count in balance.get("side_car", {}).items():
        if count:
            note(f"  {of_unit(count, unit)} come back through the side-car")


def _loss(entry: dict[str, Any]) -> str:
    if not entry.get("measure"):
        return ""
    unit = "of IoU" if entry["measure"] == "iou" else "pixels"
    return f" (loss {entry['mean_loss']:.3g} {unit} on average, {entry['largest_loss']:.3g} at most)"
