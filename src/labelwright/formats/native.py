"""Our own format in an archive: the file of docs/export.md with ids, as one JSON array or one task a line (NDJSON)."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from labelwright.exchange.archive import PORTION_BYTES, Archive
from labelwright.exchange.format import Chosen, Format, Setting, all_but
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.source import Scheme, Source, TaskLabels
from labelwright.formats.native_found import read, recognise
from labelwright.formats.native_writer import Style, class_overview, task_head, task_labels
from labelwright.model.canonical import encoded
from labelwright.model.document import Document

SETTINGS: Final = (
    Setting(
        id="provenance",
        name="Provenance",
        text="Who made and changed each geometry, and when.",
        kind="flag",
        default=False,
    ),
)
_LINES_AT_ONCE: Final = 64


def write(lines: bool, source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: FBT001 - bound
    """Write one file for each split."""
    style = Style(ids=True, provenance=bool(settings["provenance"]), comments=True, depth=True)
    for split in source.splits:
        name = f"labels_{split}" if split else "labels"
        with archive.file(f"{name}.{'ndjson' if lines else 'json'}") as put:
            for portion in _portions(source, split, style, ledger, lines=lines):
                put(portion)


def _portions(source: Source, split: str, style: Style, ledger: Ledger, *, lines: bool) -> Iterator[bytes]:
    between = b"\n" if lines else b",\n"
    waiting: list[bytes] = []
    size = 0
    yield (b"" if lines else b"[\n") + class_overview(source.scheme.configuration)
    for task in source.tasks(split):
        waiting.append(_line(task, source.scheme, style))
        size += len(waiting[-1])
        _account(task, ledger)
        if len(waiting) == _LINES_AT_ONCE or size >= PORTION_BYTES:
            yield between + between.join(waiting)
            waiting, size = [], 0
    if waiting:
        yield between + between.join(waiting)
    yield b"\n" if lines else b"\n]\n"


def _line(task: TaskLabels, scheme: Scheme, style: Style) -> bytes:
    medium = task.medium
    head = task_head(
        medium_id=medium.id, medium_name=medium.name, labeler=task.labeler, status=task.state, segmentations=None
    )
    media: dict[str, Any] = {"width": medium.width, "height": medium.height, "sha256": medium.sha256}
    more = b',"media":' + encoded(media | {"size": medium.size_bytes, "type": medium.content_type})
    return head + task_labels(task.document, scheme.configuration, style) + more + b"}"


def _account(task: TaskLabels, ledger: Ledger) -> None:
    document: Document = task.document
    ledger.exported("tasks")
    ledger.exported("geometries", len(document.annotations))
    ledger.exported("answers", len(document.answers) + sum(len(a.answers) for a in document.annotations))


_SUPPORTS: Final = all_but()
NATIVE: Final = Format(
    id="native",
    name="Labelwright JSON",
    text="Everything, exactly; one task a line inside one JSON array.",
    supports=_SUPPORTS,
    settings=SETTINGS,
    keeps_displayed=True,
    write=partial(write, False),
    main="labels.json",
    read=read,
    recognise=partial(recognise, ".json"),
)
NDJSON: Final = Format(
    id="ndjson",
    name="Labelwright NDJSON",
    text="Everything, exactly; one JSON object a line, for pipes and databases.",
    supports=_SUPPORTS,
    settings=SETTINGS,
    keeps_displayed=True,
    write=partial(write, True),
    main="labels.ndjson",
    read=read,
    recognise=partial(recognise, ".ndjson"),
)
FORMATS: Final = (NATIVE, NDJSON)
