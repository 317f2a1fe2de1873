"""`labelwright export` and `labelwright import`: the labels of a project as one file."""

import re
import sys
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import Parameter

from labelwright.cli.archives import (
    PLAIN,
    STDOUT,
    Archived,
    export_archive,
    export_file,
    wants_one_file,
)
from labelwright.cli.connection import HERE, Server
from labelwright.cli.importing import ALL_OR_NOTHING, Compared, import_compared
from labelwright.cli.showing import advance, counting, note, plural, size
from labelwright.model.errors import Invalid
from labelwright.sdk.labels import ExportOptions, OutOfBounds


def export(  # noqa: PLR0913 - the options of a command
    project: Annotated[str, Parameter(help="Its name or id.")],
    /,
    *,
    output: Annotated[
        str | None,
        Parameter(
            alias="-o", allow_leading_hyphen=True, help="File to write, - for standard output; default: PROJECT.json."
        ),
    ] = None,
    status: Annotated[
        tuple[str, ...],
        Parameter(help="Task states to export, repeatable; default: completed, skipped, reviewed."),
    ] = (),
    include: Annotated[
        tuple[str, ...],
        Parameter(help="More to write for each task, repeatable: ids, provenance, comments, media, timing, review."),
    ] = (),
    coordinates: Annotated[Literal["integer"] | None, Parameter(help="Round coordinates to whole pixels.")] = None,
    archived: Archived = PLAIN,
    server: Server = HERE,
) -> None:
    """Export the labels of a project: our own file, or with `--format` an archive in another format.

    Options of an archive without `--format` give one in our own format; `--dry-run` writes nothing.

    With `--format` and `-o NAME.json` (or .csv, .xml, ...; - for standard output) it is the format's one file instead,
    written while the server makes it, for formats that have one.

    The file appears whole or not at all: an export that breaks off leaves nothing behind.
    """
    options = ExportOptions(status=status, include=include, coordinates=coordinates)
    with server.connect() as client:
        found = client.projects.get(project)
        if archived != PLAIN:
            if include or coordinates:
                raise Invalid("--include and --coordinates are for our own file alone; leave them or the others out.")
            if output is not None and wants_one_file(archived, output):
                export_file(client, found, archived, status, output)
            else:
                export_archive(client, found, archived, status, output)
            return
        summary = client.labels.summary(found.id, status)
        if not summary.exportable and summary.reason:
            note(summary.reason)
        with counting(f"Exporting {found.name}", summary.tasks) as bar:
            target = output or default_name(found.name)
            if target == STDOUT:
                written = client.labels.export(found.id, sys.stdout.buffer, options, on_tasks=lambda n: advance(bar, n))
                sys.stdout.buffer.flush()
            else:
                written = client.labels.save_export(found.id, target, options, on_tasks=lambda n: advance(bar, n))
    where = "standard output" if target == STDOUT else target
    note(f"{plural(summary.tasks, 'task')} of “{found.name}” ({size(written)}) written to {where}.")


def default_name(project: str) -> str:
    """A file name made of the project's."""
    plain = re.sub(r"[^\w.-]+", "_", project).strip("._")
    return f"{plain or 'export'}.json"


def _is_ours(file: Path) -> bool:
    """Whether a file begins as our own export does."""
    if not file.is_file():
        return not file.is_dir() and str(file) != STDOUT
    with file.open("rb") as content:
        start = content.read(4096).lstrip()
    return start.startswith(b"[") and (b"label_classes" in start or b"internal_media_ID" in start)


def import_(
    project: Annotated[str, Parameter(help="Its name or id.")],
    file: Annotated[
        Path,
        Parameter(
            allow_leading_hyphen=True, help="A file, a folder or an archive in any format; - for standard input."
        ),
    ],
    /,
    *,
    out_of_bounds: Annotated[
        OutOfBounds, Parameter(show_default=True, help="What becomes of geometries that leave their picture.")
    ] = "refuse",
    compared: Compared = ALL_OR_NOTHING,
    server: Server = HERE,
) -> None:
    """Import labels into a project, from a file or an archive in any format.

    Our own file goes in as a whole or not at all; everything else, and with any option about it our own too, is
    compared first.
    """
    with server.connect() as client:
        found = client.projects.get(project)
        if compared.is_asked or not _is_ours(file):
            import_compared(client, found, file, compared, out_of_bounds)
            return
        done = client.labels.import_file(found.id, file, out_of_bounds=out_of_bounds)
    counts = f"{plural(done.annotations, 'annotation')} and {plural(done.answers, 'answer')}"
    note(f"{counts} of {plural(done.tasks, 'task')} imported into “{found.name}”.")
    if done.unchanged:
        note(f"{done.unchanged:,} of them had these labels already.")
    for warning in done.warnings:
        note(f"  {warning.message}")
