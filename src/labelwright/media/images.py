"""Ask decoding processes about pictures. The server itself never decodes one: it does not even import Pillow."""

import os
import queue
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from labelwright.media.messages import (
    MAX_FRAME_BYTES,
    THUMBNAIL_SIZES,
    Limits,
    Made,
    Message,
    Probe,
    Probed,
    ProbePicture,
    Progress,
    Refused,
    Reply,
    Request,
    WriteDisplay,
    WriteOverview,
    WriteThumbnail,
    WriteTiles,
    Written,
    decode_message,
    encode,
    frame,
)
from labelwright.model.errors import (
    Busy,
    LabelwrightError,
    StorageFull,
    TooLarge,
    UnreadablePicture,
    UnsupportedPicture,
)

_ERRORS: dict[str, type[LabelwrightError]] = {
    error.code: error for error in (UnsupportedPicture, UnreadablePicture, TooLarge, StorageFull)
}


class _Ended(Exception):
    """The process ended before it answered. `status` is its exit status, negative for a signal."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Worker:
    """One decoding process. Used by one thread at a time; started with nothing of our environment."""

    def __init__(self, limits: Limits) -> None:
        self.answered = 0
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-m", "labelwright.media.worker", encode(limits).decode()],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            cwd="/",
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._replies = self._process.stdin, self._process.stdout
        self._readable = select.poll()
        self._readable.register(self._replies, select.POLLIN)

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Request, wall_s: float, on_progress: Callable[[float], None] = lambda _: None) -> Reply:
        """Send a request and wait, `wall_s` at most for each message.

        Raises TimeoutError, _Ended; either way the process is of no more use.
        """
        try:
            self._requests.write(frame(encode(request)))
        except BrokenPipeError:
            raise _Ended(self._process.wait()) from None
        while isinstance(message := self._read_message(time.monotonic() + wall_s), Progress):
            on_progress(message.done)
        self.answered += 1
        return message

    def _read_message(self, deadline: float) -> Message:
        size = int.from_bytes(self._read(4, deadline), "big")
        if size > MAX_FRAME_BYTES:
            raise _Ended(0)
        message: Message = decode_message(self._read(size, deadline))
        return message

    def _read(self, size: int, deadline: float) -> bytes:
        data = b""
        while len(data) < size:
            left_ms = max(0.0, deadline - time.monotonic()) * 1000
            if not self._readable.poll(left_ms):
                raise TimeoutError
            piece = os.read(self._replies.fileno(), size - len(data))
            if not piece:
                raise _Ended(self._process.wait())
            data += piece
        return data

    def kill(self) -> None:
        """End the process, whatever it is doing; whoever waits for its answer is told."""
        self._process.kill()

    def stop(self) -> None:
        """End the process and forget it."""
        self.kill()
        self._process.wait()
        self._requests.close()
        self._replies.close()


class Images:
    """What can be asked about a picture file. Safe for many threads: `processes` work, the others wait.

    Paths must be readable for the child; `name` is what people call the picture, for the messages.
    """

    def __init__(
        self, limits: Limits, *, processes: int = 2, answers_per_process: int = 500, wait_s: float = 120.0
    ) -> None:
        self._limits = limits
        self._answers_per_process = answers_per_process
        self._wait_s = wait_s
        self._closed = self._interrupted = False
        self._tiling: set[Worker] = set()
        self._idle: queue.LifoQueue[Worker | None] = queue.LifoQueue()
        for _ in range(processes):
            self._idle.put(None)

    def probe(self, path: Path, name: str) -> Probe:
        """Decode the picture once, whole. Raises UnsupportedPicture, UnreadablePicture, TooLarge, Busy."""
        reply = self._ask(ProbePicture(str(path)), name)
        assert isinstance(reply, Probed)
        return reply.probe

    def write_display(self, path: Path, output: Path, name: str) -> Written:
        """Write to `output` what a browser shows. Needed only where `Probe.display` is not "original".

        Raises as `probe`, and StorageFull.
        """
        return self._make(WriteDisplay(str(path), str(output)), name)

    def write_thumbnail(self, path: Path, output: Path, size: int, name: str) -> Written:
        """Write to `output` a WebP of at most `size`, one of `THUMBNAIL_SIZES`, a side. Raises as `write_display`."""
        if size not in THUMBNAIL_SIZES:
            raise ValueError(f"thumbnails are {THUMBNAIL_SIZES} pixels, not {size}")
        return self._make(WriteThumbnail(str(path), str(output), size), name)

    def write_overview(self, pyramid: Path, output: Path, size: int, name: str) -> Written:
        """Write a thumbnail as `write_thumbnail` does, out of a pyramid."""
        return self._make(WriteOverview(str(pyramid), str(output), size), name)

    def write_tiles(self, path: Path, output: Path, name: str, on_progress: Callable[[float], None]) -> Written:
        """Write the pyramid of a picture to `output`, in a process of its own; takes up to minutes.

        Raises as `write_display`, Busy when the work is interrupted. `on_progress` is told how far it is, 0 to 1;
        what it raises ends the work.
        """
        limits = self._limits.for_tiles()
        worker = Worker(limits)
        self._tiling.add(worker)
        try:
            reply = _or_error(lambda: worker.ask(WriteTiles(str(path), str(output)), limits.wall_s, on_progress), name)
        except UnreadablePicture:
            if self._interrupted:
                raise Busy(f"The tiles of “{name}” are made when the server runs again.") from None
            raise
        finally:
            self._tiling.discard(worker)
            worker.stop()
        assert isinstance(reply, Made)
        return reply.written

    def interrupt_tiles(self) -> None:
        """Stop making tiles, for good: the server ends."""
        self._interrupted = True
        for worker in [*self._tiling]:
            worker.kill()

    def close(self) -> None:
        """Stop the processes; those at work stop after their answer, but for one that makes tiles."""
        self.interrupt_tiles()
        self._closed = True
        while True:
            try:
                worker = self._idle.get_nowait()
            except queue.Empty:
                return
            if worker is not None:
                worker.stop()

    def _make(self, request: Request, name: str) -> Written:
        reply = self._ask(request, name)
        assert isinstance(reply, Made)
        return reply.written

    def _ask(self, request: Request, name: str) -> Probed | Made:
        return _or_error(lambda: self._ask_some_worker(request), name)

    def _ask_some_worker(self, request: Request) -> Reply:
        """Take a worker or start one, ask it, and put it back unless it failed or has done enough."""
        try:
            worker = self._idle.get(timeout=self._wait_s)
        except queue.Empty:
            raise Busy("Too many pictures are being read just now. Try again in a moment.") from None
        sound: Worker | None = None
        try:
            if worker is None or not worker.is_alive():
                worker = self._replace(worker)
            reply = worker.ask(request, self._limits.wall_s)
            if worker.answered < self._answers_per_process and not (isinstance(reply, Refused) and reply.last):
                sound = worker
            return reply
        finally:
            if worker is not None and (sound is None or self._closed):
                worker.stop()
                sound = None
            self._idle.put(sound)

    def _replace(self, worker: Worker | None) -> Worker:
        if worker is not None:
            worker.stop()
        return Worker(self._limits)


def _or_error(ask: Callable[[], Reply], name: str) -> Probed | Made:
    """Return the answer, or raise what there is to say about the picture."""
    try:
        reply = ask()
    except TimeoutError:
        raise _took_too_long(name) from None
    except _Ended as ended:
        raise _explain_end(ended.status, name) from None
    if isinstance(reply, Refused):
        raise _ERRORS[reply.code](f"“{name}” {reply.message}", **reply.fields)
    return reply


def _took_too_long(name: str) -> UnreadablePicture:
    return UnreadablePicture(
        f"“{name}” takes longer to decode than is allowed here. Save it again in a picture editor and upload that."
    )


def _explain_end(status: int, name: str) -> UnreadablePicture:
    if status == -signal.SIGXCPU:
        return _took_too_long(name)
    return UnreadablePicture(
        f"“{name}” made the decoder stop. Save it again in a picture editor and upload that.", status=status
    )
