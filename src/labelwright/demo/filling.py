"""Fill a server with the demo project through its HTTP API, as a person would. Each step is skipped when it is done."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from labelwright.demo import labels, mosaic
from labelwright.model.errors import AlreadyConnected, ConfigurationNotEmpty, NotFound
from labelwright.sdk import Client, Dataset, Project

HERE = Path(__file__).parent
PICTURES = HERE / "pictures"
PROJECT, DATASET, MOSAIC = "Demo project", "Demo pictures", "mosaic.jpg"
MOTIF = PICTURES / "astronaut.png"

# The first four are completed, the cat is begun; of the others the retina stays in the backlog.
COMPLETED = ("astronaut.png", "camera.png", "coffee.png", "rocket.jpg")
BEGUN = "cat.png"
WAITING = ("deep-field.jpg", MOSAIC)


def fill(client: Client, say: Callable[[str], None]) -> Project:
    """Make the demo project as the person who is signed in; `say` is told each step."""
    dataset = client.datasets.find(DATASET) or client.datasets.create(
        DATASET, short_description="Public-domain photographs of NASA, SpaceX and others"
    )
    project = _project(client)
    upload(client, dataset, say)
    _configure(client, project, dataset)
    tasks = {task.medium_name: task.id for task in client.tasks.list(project.id)}
    ready_made = labels.read(HERE / "labels.json")
    for name in (*COMPLETED, BEGUN):
        say(f"labelling {name}")
        label(client, project, tasks[name], ready_made[name], complete=name != BEGUN)
    client.tasks.release(project.id, [tasks[name] for name in WAITING])
    return project


def _project(client: Client) -> Project:
    try:
        return client.projects.get(PROJECT)
    except NotFound:
        texts = "Every type of label on a handful of pictures: look around, change what you like."
        return client.projects.create(PROJECT, short_description="A handful of photographs", description=texts)


def upload(client: Client, dataset: Dataset, say: Callable[[str], None]) -> None:
    """Upload the pictures and compose the largest, where they are missing."""
    there = {medium.media_name for medium in client.media.list(dataset.id)}
    for path in pictures():
        if path.name not in there:
            say(f"uploading {path.name}")
            client.media.upload(dataset.id, path)
    if MOSAIC not in there:
        say(f"composing {MOSAIC}, 12,000 x 9,000 pixels")
        client.media.upload(dataset.id, mosaic.compose(MOTIF, pictures()), MOSAIC)


def pictures() -> list[Path]:
    """The photographs of the package, by name."""
    return sorted(path for path in PICTURES.iterdir() if path.suffix in {".png", ".jpg"})


def _configure(client: Client, project: Project, dataset: Dataset) -> None:
    with suppress(ConfigurationNotEmpty):
        client.configurations.import_file(project.id, (HERE / "configuration.json").read_bytes())
    with suppress(AlreadyConnected):
        client.projects.connect(project.id, dataset.id)


def label(client: Client, project: Project, task_id: str, ready_made: labels.Labelled, *, complete: bool) -> None:
    """Release one task, take it, save its labels and complete it."""
    opened = client.tasks.open(task_id)
    if opened.task.state == "BACKLOG":
        client.tasks.release(project.id, [task_id])
    if opened.task.state in {"BACKLOG", "WAITING"}:
        opened = client.tasks.take_next(project.id) or opened
    assert opened.task.id == task_id, "nothing else waits while the demo is made"
    if opened.revision == 0:
        annotations = labels.annotations(ready_made, opened.configuration, client.tasks.new_id)
        client.tasks.save(opened, created=annotations, answers=labels.answers(ready_made, opened.configuration))
    if complete and opened.task.state != "COMPLETED":
        client.tasks.complete(task_id, configuration_revision=opened.configuration.revision)
