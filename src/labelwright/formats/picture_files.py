"""Formats whose work is a file or a few for each picture; several processes may share it."""

from collections.abc import Callable
from typing import Final

from labelwright.exchange.archive import Archive, Bundle, Ready
from labelwright.exchange.ledger import NO_SIZE, Ledger, refuse_task
from labelwright.exchange.source import Made, Source, TaskLabels

_AT_ONCE: Final = 8
"""Pictures whose files wait together in memory: those of masks are large."""


def write_each(
    source: Source,
    split: str,
    archive: Archive,
    ledger: Ledger,
    write: Callable[[TaskLabels, Bundle], Made],
    take: Callable[[Made], object] = lambda _: None,
) -> None:
    """Let `write` make the files of every picture of a split whose size is known; `take` gets what it returned."""

    def write_some(tasks: list[TaskLabels]) -> tuple[list[Made], Ready]:
        bundle, made = Bundle(), []
        for task in tasks:
            if task.medium.width:
                made.append(write(task, bundle))
            else:
                refuse_task(ledger, task, NO_SIZE)
        return made, archive.ready(bundle.files)

    for made, ready in source.in_turn(split, write_some, _AT_ONCE):
        archive.put(ready)
        for one in made:
            take(one)
