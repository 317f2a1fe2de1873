"""What a writer is given, from tasks at hand."""

from collections.abc import Callable, Iterable

from labelwright.exchange.source import Scheme, Source, TaskLabels


def source_of(project: str, scheme: Scheme, tasks: Callable[[], Iterable[TaskLabels]]) -> Source:
    """All that is to be written: every walk is one over `tasks`, in one piece."""
    return Source(
        project=project,
        scheme=scheme,
        tasks=lambda _: iter(tasks()),
        heads=lambda _: iter(tasks()),
        in_turn=lambda _split, work, *_: iter([work(list(tasks()))]),
        heads_in_turn=lambda _split, work, *_: iter([work(list(tasks()))]),
    )
