"""`labelwright exports`, `imports`, `undo` and `mappings`: what was exported and imported, and how."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import msgspec
from cyclopts import App, Parameter

from labelwright.cli.archives import download_archive, resume_archive
from labelwright.cli.connection import HERE, Server
from labelwright.cli.importing import read_mapping_file
from labelwright.cli.listing import Json, Project
from labelwright.cli.showing import note, show_json, show_table
from labelwright.model.errors import Invalid

mappings = App(name="mappings", help="Manage the mappings that a project keeps for imports.")

Name = Annotated[str, Parameter(help="Its name.")]


@Parameter(name="*")
@dataclass(frozen=True)
class OfOne:
    """What to do with one archive, by the id of its export."""

    download: Annotated[str | None, Parameter(help="Download the archive of the export with this id.")] = None
    resume: Annotated[
        str | None,
        Parameter(help="Go on with the export with this id, which was stopped or failed, and download its archive."),
    ] = None
    link: Annotated[
        str | None,
        Parameter(
            help="Print an address that gives the archive of the export with this id without a token, for a day."
        ),
    ] = None
    output: Annotated[str | None, Parameter(alias="-o", help="File to write; default: its own name.")] = None


def exports(project: Project, /, *, one: OfOne = OfOne(), json: Json = False, server: Server = HERE) -> None:
    """List the archives of a project, newest first, with their digests; they can be downloaded again."""
    with server.connect() as client:
        if one.link is not None:
            print(client.exchanges.link(client.exchanges.get_export(one.link)))
            return
        if one.download is not None:
            download_archive(client, client.exchanges.get_export(one.download), one.output)
            return
        if one.resume is not None:
            resume_archive(client, one.resume, one.output)
            return
        found = [made for made in client.exchanges.exports(client.projects.get(project).id) if not made.dry_run]
    if json:
        show_json(found)
        return
    rows = [(it.format, _when(it.created_at), it.created_by, it.state, it.sha256 or "", it.id) for it in found]
    show_table(("Format", "When", "Who", "State", "SHA-256", "Id"), rows)


def imports(project: Project, /, *, json: Json = False, server: Server = HERE) -> None:
    """List the imports of a project, newest first."""
    with server.connect() as client:
        found = client.exchanges.imports(client.projects.get(project).id)
    if json:
        show_json(found)
        return
    rows = [
        (one.file_name, one.format or "", _when(one.created_at), one.created_by, one.state, one.id) for one in found
    ]
    show_table(("File", "Format", "When", "Who", "State", "Id"), rows)


def undo(
    import_id: Annotated[str, Parameter(name="import", help="Its id; `labelwright imports` lists them.")],
    /,
    *,
    server: Server = HERE,
) -> None:
    """Take a whole import back. What people changed since stays, and is counted."""
    with server.connect() as client:
        done = client.exchanges.undo(client.exchanges.get_import(import_id))
    kept = (done.summary or {}).get("kept") or 0
    note(f"{done.file_name} is taken back.")
    if kept:
        note(f"{kept:,} things stay, because people changed them since.")


def _when(time_ms: int) -> str:
    return datetime.fromtimestamp(time_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M")


# --- mappings -------------------------------------------------------------------------------------------------------


@mappings.command(name="list")
def list_mappings(project: Project, /, *, json: Json = False, server: Server = HERE) -> None:
    """List the mappings of a project, with what of them does not fit any more."""
    with server.connect() as client:
        found = client.mappings.list(client.projects.get(project).id)
    if json:
        show_json(found)
        return
    rows = [(one.name, ", ".join(one.sources), "; ".join(issue.message for issue in one.problems)) for one in found]
    show_table(("Name", "Classes of files", "Problems"), rows)


@mappings.command
def show(project: Project, name: Name, /, *, server: Server = HERE) -> None:
    """Print a mapping as JSON, with classes by export key; `import --mapping` takes it from a file."""
    with server.connect() as client:
        found = client.mappings.get(client.projects.get(project).id, name)
    sys.stdout.write(msgspec.json.format(msgspec.json.encode(found.portable), indent=2).decode() + "\n")


@mappings.command
def save(project: Project, name: Name, file: Path, /, *, server: Server = HERE) -> None:
    """Keep the mapping of a JSON file in a project."""
    mapping = read_mapping_file(file)
    if mapping is None:
        raise Invalid(f"There is no file {file}.")
    with server.connect() as client:
        client.mappings.save(client.projects.get(project).id, name, mapping)
    note(f"The mapping “{name}” is kept.")


@mappings.command
def rename(project: Project, name: Name, to: Name, /, *, server: Server = HERE) -> None:
    """Give a mapping another name."""
    with server.connect() as client:
        client.mappings.change(client.mappings.get(client.projects.get(project).id, name).id, name=to)
    note(f"The mapping “{name}” is called “{to}” now.")


@mappings.command
def delete(project: Project, name: Name, /, *, server: Server = HERE) -> None:
    """Forget a mapping; imports that it was used for keep what they have."""
    with server.connect() as client:
        client.mappings.delete(client.mappings.get(client.projects.get(project).id, name).id)
    note(f"The mapping “{name}” is forgotten.")
