"""A real server in a process of its own, pinned to one core, and what the system says about it."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import httpx2

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Server(NamedTuple):
    """A running server: where it listens and which process it is."""

    url: str
    pid: int

    @property
    def address(self) -> tuple[str, int]:
        parts = urlsplit(self.url)
        assert parts.hostname is not None
        assert parts.port is not None
        return parts.hostname, parts.port

    def cpu_s(self) -> float:
        """Processor seconds of all threads since the start, in user and system mode."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * _TICK_S

    def rss_bytes(self) -> int:
        """Memory that the process holds now."""
        return int(Path(f"/proc/{self.pid}/statm").read_text(encoding="ascii").split()[1]) * _PAGE_BYTES


@contextmanager
def serving(data: Path) -> Iterator[Server]:
    """Run `labelwright serve` on the first core that we may use; the benchmark itself moves to the last."""
    cores = sorted(os.sched_getaffinity(0))
    log = (data / "serve.log").open("w")
    process = subprocess.Popen(
        [sys.executable, "-m", "labelwright.cli", "serve", "--data", str(data), "--port", "0"],
        stdout=log,
        stderr=log,
    )
    os.sched_setaffinity(process.pid, cores[:1])
    os.sched_setaffinity(0, cores[-1:])
    try:
        yield Server(_wait_until_ready(process, data), process.pid)
    finally:
        process.terminate()
        process.wait(30)
        log.close()
        os.sched_setaffinity(0, cores)


def _wait_until_ready(process: "subprocess.Popen[bytes]", data: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            url = str(json.loads((data / "server.json").read_text(encoding="utf-8"))["url"])
            if httpx2.get(f"{url}/health").status_code == 200:
                return url
        except (OSError, ValueError, httpx2.TransportError):
            time.sleep(0.05)
    raise RuntimeError(f"the server did not start: {(data / 'serve.log').read_text(encoding='utf-8')[-2000:]}")


class Memory:
    """Watches how much memory a server holds at most, while the block runs."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.before = self.most = server.rss_bytes()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.01):
            self.most = max(self.most, self._server.rss_bytes())

    @property
    def growth_mb(self) -> float:
        return (self.most - self.before) / 1e6
