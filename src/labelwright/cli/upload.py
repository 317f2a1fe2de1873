"""`labelwright upload`: folders of pictures into a dataset. What is there already is not sent again."""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Annotated, NamedTuple

from cyclopts import Parameter
from rich.progress import Progress

from labelwright.cli.connection import HERE, Server
from labelwright.cli.showing import advance, note, plural, sending, show_table
from labelwright.model.errors import (
    AlreadyConnected,
    Conflict,
    Invalid,
    NameTaken,
    NotFound,
    TooLarge,
    UnreadablePicture,
    UnsupportedPicture,
    UploadDamaged,
)
from labelwright.sdk import Client, Dataset
from labelwright.sdk.files import bytes_of

ENDINGS = frozenset({".jpg", ".jpeg", ".jpe", ".png", ".webp", ".bmp", ".tif", ".tiff", ".gif"})
UPLOADED, THERE, REFUSED = "uploaded", "there already", "refused"
REFUSALS = (NameTaken, UnsupportedPicture, UnreadablePicture, TooLarge, UploadDamaged, Invalid)


class Result(NamedTuple):
    """What became of one file."""

    path: Path
    outcome: str
    reason: str = ""


def upload(
    dataset: Annotated[str, Parameter(help="Its name or id.")],
    paths: Annotated[tuple[Path, ...], Parameter(help="Folders, searched through with all they hold, or pictures.")],
    /,
    *,
    create: Annotated[bool, Parameter(help="Make the dataset when there is none of this name.")] = False,
    project: Annotated[str | None, Parameter(help="Connect the dataset to this project, by name or id.")] = None,
    jobs: Annotated[int, Parameter(show_default=True, help="How many pictures are sent at once.")] = 4,
    server: Server = HERE,
) -> None:
    """Upload pictures into a dataset.

    Run it again after an interruption: pictures that are there already are skipped. A picture is kept under its
    file name, without its folder; the same name with other content is refused.
    """
    pictures, others = sort_out(paths)
    with server.connect() as client:
        target = open_dataset(client, dataset, create=create)
        results = send_all(client, target, pictures, jobs)
        if project is not None:
            connect(client, project, target)
    tell(target, results, others)


def sort_out(paths: Iterable[Path]) -> tuple[list[Path], int]:
    """Find pictures by their endings, sorted by name; and how many other files there are."""
    files = [file for path in paths for file in _files_in(path)]
    pictures = sorted({file for file in files if file.suffix.lower() in ENDINGS}, key=lambda file: (file.name, file))
    return pictures, len(files) - len(pictures)


def _files_in(path: Path) -> Iterator[Path]:
    if not path.exists():
        raise NotFound("file or folder", str(path), criterion="path")
    if path.is_file():
        yield path
        return
    for found in path.rglob("*"):
        hidden = any(part.startswith(".") for part in found.relative_to(path).parts)
        if found.is_file() and not hidden:
            yield found


def open_dataset(client: Client, name: str, *, create: bool) -> Dataset:
    """Find the dataset, or make it where that is wanted. Raises NotFound."""
    found = client.datasets.find(name)
    if found is not None:
        return found
    if not create:
        raise Conflict(f"There is no dataset named “{name}”. Add --create to make it.")
    return client.datasets.create(name)


def send_all(client: Client, dataset: Dataset, pictures: list[Path], jobs: int) -> list[Result]:
    """Send what is not there yet, several at once. What the server refuses is a result, not an error."""
    known: dict[str, Path | str | None] = {m.media_name: m.sha256 for m in client.media.list(dataset.id)}
    new, results = [], []
    for path in pictures:
        name = unicodedata.normalize("NFC", path.name)
        if name in known:
            results.append(_of_a_known_name(path, known[name]))
        else:
            known[name] = path
            new.append(path)
    total_bytes = sum(path.stat().st_size for path in new)
    with sending(f"Uploading to {dataset.name}", total_bytes) as bar, ThreadPoolExecutor(max(1, jobs)) as pool:
        try:
            return results + list(pool.map(lambda path: _send(client, dataset, path, bar), new))
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _send(client: Client, dataset: Dataset, path: Path, bar: Progress) -> Result:
    try:
        client.media.upload(dataset.id, path, on_sent=lambda count: advance(bar, count))
    except REFUSALS as error:
        return Result(path, REFUSED, error.message)
    return Result(path, UPLOADED)


def _of_a_known_name(path: Path, known: Path | str | None) -> Result:
    """Compare with the picture of this name: in the dataset (its SHA-256), or found in another folder."""
    there = bytes_of(known).sha256() if isinstance(known, Path) else known
    if there == bytes_of(path).sha256():
        return Result(path, THERE)
    return Result(path, REFUSED, "The dataset gets or has another picture of this name. Rename one of them.")


def connect(client: Client, project: str, dataset: Dataset) -> None:
    """Connect the dataset to a project, unless it is."""
    found = client.projects.get(project)
    try:
        made = client.projects.connect(found.id, dataset.id)
    except AlreadyConnected:
        return
    note(f"Connected to “{found.name}”: {plural(made, 'new task')}.")


def tell(dataset: Dataset, results: list[Result], others: int) -> None:
    """Say what became of the files. Raises Conflict when some were refused."""
    count = Counter(result.outcome for result in results)
    note(f"“{dataset.name}”: {plural(count[UPLOADED], 'picture')} uploaded, {count[THERE]:,} there already.")
    if others:
        note(f"{plural(others, 'file')} left out, by the ending no picture: {', '.join(sorted(ENDINGS))} are sent.")
    refused = [result for result in results if result.outcome == REFUSED]
    if refused:
        show_table(("File", "Refused because"), [(result.path, result.reason) for result in refused])
        raise Conflict(f"{plural(len(refused), 'picture')} refused; the others are uploaded.")
