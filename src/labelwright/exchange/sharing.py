"""Share the pieces of a walk among processes: each does every n-th of them, and what they made comes back in order.

Processes are forked where the walk begins, so that pieces and work may be anything that is in memory; only what was
made goes through a pipe. A process whose parent is gone ends at once. Where the system refuses a process, all is done
in this one: sharing is for speed alone.
"""

import fcntl
import itertools
import os
import pickle
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import Any, BinaryIO, Final, NamedTuple, TypeVar

from labelwright.exchange.orphans import end_with

MOST_PROCESSES: Final = 8
_PIPE_BYTES: Final = 1 << 20
_MADE, _RAISED, _DONE = range(3)

Piece = TypeVar("Piece")
Made = TypeVar("Made")


class Died(RuntimeError):
    """A process ended before its work was done."""


def processes_here() -> int:
    """How many processes are worth their start on this machine; one where there is no fork."""
    if not hasattr(os, "fork") or not hasattr(os, "sched_getaffinity"):
        return 1
    return min(len(os.sched_getaffinity(0)), MOST_PROCESSES)


def in_turn(
    pieces: Callable[[], Iterator[Piece]],
    work: Callable[[Piece], Made],
    processes: int,
    begin: Callable[[], object] = lambda: None,
) -> Iterator[Made]:
    """What `work` makes of each piece, in the order of the pieces; `pieces` starts the same walk in each process.

    `begin` is called in each other process first. What `work` raises is raised here. Raises Died when one is killed.
    """

    def run(number: int, pipe: BinaryIO) -> None:
        begin()
        _hand_over(pipe, itertools.islice(pieces(), number, None, processes), work)

    others = _started(run, processes)
    if not others:
        yield from map(work, pieces())
        return
    try:
        for other in itertools.cycle(others):
            kind, made = other.take()
            if kind == _DONE:
                return
            if kind == _RAISED:
                raise made
            yield made
    finally:
        for other in others:
            other.stop()


class _Other(NamedTuple):
    """Another process, and the end of the pipe that it writes to."""

    pid: int
    pipe: BinaryIO

    def take(self) -> tuple[int, Any]:
        try:
            found: tuple[int, Any] = pickle.load(self.pipe)  # noqa: S301 - from our own process
        except (EOFError, pickle.UnpicklingError):
            raise Died("A process that took part in the work was killed, perhaps for want of memory.") from None
        return found

    def stop(self) -> None:
        self.pipe.close()
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)


def _started(run: Callable[[int, BinaryIO], None], processes: int) -> list[_Other]:
    """So many processes; none where the system has no room for all of them."""
    others: list[_Other] = []
    try:
        for number in range(processes):
            others.append(_forked(partial(run, number), others))
    except OSError:
        for other in others:
            other.stop()
        return []
    return others


def _forked(run: Callable[[BinaryIO], None], before: list[_Other]) -> _Other:
    read_end, write_end = os.pipe()
    with suppress(OSError, AttributeError):  # fewer turns for large things; not every system has it, or allows it
        fcntl.fcntl(write_end, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    parent = os.getpid()
    try:
        pid = os.fork()
    except OSError:
        os.close(read_end)
        os.close(write_end)
        raise
    if pid:
        os.close(write_end)
        return _Other(pid, os.fdopen(read_end, "rb"))
    try:
        end_with(parent)
        os.close(read_end)
        for other in before:  # as long as somebody holds its other end, a pipe does not break
            os.close(other.pipe.fileno())
        with os.fdopen(write_end, "wb") as pipe:
            run(pipe)
    finally:
        os._exit(0)


def _hand_over(pipe: BinaryIO, pieces: Iterator[Piece], work: Callable[[Piece], object]) -> None:
    try:
        for piece in pieces:
            _put(pipe, (_MADE, work(piece)))
        _put(pipe, (_DONE, None))
    except BrokenPipeError:
        return
    except Exception as error:  # noqa: BLE001 - it is raised where the work was asked for
        _put(pipe, (_RAISED, error))


def _put(pipe: BinaryIO, message: tuple[int, Any]) -> None:
    pickle.dump(message, pipe, protocol=5)
    pipe.flush()
