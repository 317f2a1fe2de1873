"""The server's background work: one thread that looks for unfinished business in the database.

Every piece of work is a row that says what is left to do, so a restart simply goes on. The bell of the context says
that there is a new one; what was left without it, by another process, is found after `IDLE_S` at most.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import structlog

from labelwright.services import configurations, export_work, import_work, links, measuring, retention, tiles
from labelwright.services.context import Context, Stopping
from labelwright.services.turns import Turns

END_WITHIN_S = 4.0
IDLE_S = 1.0
SELDOM_S = 20.0
HOURLY_S = 3600.0
SWEEPS: tuple[Callable[[Context], None], ...] = (export_work.sweep_folders, import_work.sweep_folders)
Work = Callable[[Context], bool]

log = structlog.get_logger()


def works(jobs_at_once: int) -> list[tuple[Work, float]]:
    """What threads do, each with how long it waits when there is nothing to do."""
    exports, imports = Turns(), Turns()
    write = partial(export_work.write_next, turns=exports)
    read, store = (
        partial(import_work.work_next, turns=imports, states=states)
        for states in (import_work.READ, import_work.STORED)
    )
    return [
        (links.fetch_next, IDLE_S),
        (configurations.rewrite_next, IDLE_S),
        *[(write, IDLE_S), (read, IDLE_S)] * jobs_at_once,
        (store, IDLE_S),
        (tiles.prepare_next, IDLE_S),
        (measuring.measure_next, SELDOM_S),
        (retention.remove_stale, HOURLY_S),
    ]


@contextmanager
def background_work(ctx: Context) -> Iterator[None]:
    """Work in the background for as long as the block runs, or until the server is told to end."""
    for sweep in SWEEPS:
        sweep(ctx)
    stop, is_told = threading.Event(), ctx.is_stopping
    ctx = replace(ctx, is_stopping=lambda: stop.is_set() or is_told())
    all_works = works(ctx.settings.jobs_at_once)
    threads = [threading.Thread(target=_run, args=(ctx, *work, stop), daemon=True) for work in all_works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        ctx.bell.ring()
        ctx.images.interrupt_tiles()
        until = time.monotonic() + END_WITHIN_S
        for thread in threads:
            thread.join(timeout=max(until - time.monotonic(), 0))


def _run(ctx: Context, work: Work, idle_s: float, stop: threading.Event) -> None:
    """Do one piece after another; with nothing to do wait for the bell, after a failure wait a little."""
    while not ctx.is_stopping():
        rung = ctx.bell.rung
        try:
            did_something = work(ctx)
        except Stopping:
            return
        except Exception:
            name = (work.func if isinstance(work, partial) else work).__qualname__
            log.exception("background work failed; it will be tried again", work=name)
            stop.wait(idle_s)
            continue
        if did_something:
            continue
        if idle_s > IDLE_S:
            stop.wait(idle_s)
        else:
            ctx.bell.wait(rung, idle_s)
