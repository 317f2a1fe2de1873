"""The server's background work: one thread that looks for unfinished business in the database.

Every piece of work is a row that says what is left to do, so a restart simply goes on.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from labelwright.services import configurations, label_exports, label_imports, links, measuring, tiles
from labelwright.services.context import Context

IDLE_S = 1.0
SELDOM_S = 20.0
SWEEPS: tuple[Callable[[Context], None], ...] = (label_exports.sweep_folders, label_imports.sweep_folders)
# Each with how long it waits when there is nothing to do.
WORKS: tuple[tuple[Callable[[Context], bool], float], ...] = (
    (links.fetch_next, IDLE_S),
    (configurations.rewrite_next, IDLE_S),
    (label_exports.write_next, IDLE_S),
    (label_imports.work_next, IDLE_S),
    (tiles.prepare_next, IDLE_S),
    (measuring.measure_next, SELDOM_S),
)

log = structlog.get_logger()


@contextmanager
def background_work(ctx: Context) -> Iterator[None]:
    """Work in the background for as long as the block runs."""
    for sweep in SWEEPS:
        sweep(ctx)
    stop = threading.Event()
    threads = [threading.Thread(target=_run, args=(ctx, work, idle_s, stop), daemon=True) for work, idle_s in WORKS]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        ctx.images.interrupt_tiles()
        for thread in threads:
            thread.join(timeout=10)


def _run(ctx: Context, work: Callable[[Context], bool], idle_s: float, stop: threading.Event) -> None:
    """Do one piece after another; with nothing to do, or after a failure, wait a little."""
    while not stop.is_set():
        try:
            did_something = work(ctx)
        except Exception:
            log.exception("background work failed; it will be tried again", work=work.__qualname__)
            did_something = False
        if not did_something:
            stop.wait(idle_s)
