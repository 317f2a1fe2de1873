"""`labelwright projects`, `datasets`, `tasks` and `release`."""

from itertools import islice
from typing import Annotated

from cyclopts import Parameter

from labelwright.cli.connection import HERE, Server
from labelwright.cli.showing import note, plural, show_json, show_table
from labelwright.sdk import TaskQuery
from labelwright.sdk.tasks import EVERY_DATASET

Json = Annotated[bool, Parameter(name="--json", help="Print one JSON object a line instead of a table.")]
Project = Annotated[str, Parameter(help="Its name or id.")]
Search = Annotated[str, Parameter(help="Only those whose name contains this.")]


def projects(*, search: Search = "", json: Json = False, server: Server = HERE) -> None:
    """List the projects that the token can see."""
    with server.connect() as client:
        found = client.projects.list(search)
    if json:
        show_json(found)
        return
    rows = [(p.name, p.media_count, p.open_tasks, p.task_counts.get("COMPLETED", 0), p.id) for p in found]
    show_table(("Project", "Media", "Open", "Completed", "Id"), rows)


def datasets(*, search: Search = "", json: Json = False, server: Server = HERE) -> None:
    """List the datasets that the token can see."""
    with server.connect() as client:
        found = client.datasets.list(search)
    if json:
        show_json(found)
        return
    rows = [(d.name, d.media_count, d.broken_count, ", ".join(p.name for p in d.projects), d.id) for d in found]
    show_table(("Dataset", "Media", "Broken", "Projects", "Id"), rows)


def tasks(
    project: Project,
    /,
    *,
    state: Annotated[
        tuple[str, ...], Parameter(help="Only tasks in this state, repeatable: WAITING, COMPLETED, ...")
    ] = (),
    search: Search = "",
    limit: Annotated[int, Parameter(show_default=True, help="Show at most so many; 0 shows all.")] = 50,
    json: Json = False,
    server: Server = HERE,
) -> None:
    """List the tasks of a project by the name of their medium."""
    wanted = TaskQuery(states=tuple(name.upper() for name in state), search=search)
    with server.connect() as client:
        found = client.tasks.list(client.projects.get(project).id, wanted)
        shown = list(islice(found, limit) if limit else found)
        more = next(found, None) is not None
    if json:
        show_json(shown)
    else:
        rows = [(t.medium_name, t.state, t.labeler.name if t.labeler else "", t.annotation_count, t.id) for t in shown]
        show_table(("Medium", "State", "Labeler", "Annotations", "Id"), rows)
    if more:
        note(f"There are more than {limit}; show all with --limit 0.")


def release(
    project: Project,
    /,
    *,
    dataset: Annotated[str | None, Parameter(help="Only tasks of this dataset, by name or id.")] = None,
    server: Server = HERE,
) -> None:
    """Offer the tasks in the backlog of a project to its labelers."""
    with server.connect() as client:
        found = client.projects.get(project)
        dataset_id = client.datasets.get(dataset).id if dataset is not None else EVERY_DATASET
        moved = client.tasks.release_all(found.id, dataset_id=dataset_id)
    note(f"{plural(moved.moved, 'task')} of “{found.name}” released.")
