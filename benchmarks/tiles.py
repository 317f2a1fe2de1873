"""A picture of 20,000 x 20,000 pixels: its tiles are made in little memory, and the browser keeps a bounded number.

Claims: all tiles from the stored file take at most 6 times the processor time that Pillow takes to decode it whole;
server and tile process together stay below 500 MB, of which Pillow needs more than three times as much; the browser
never holds more than 256 tiles, however far one pans. Real server, real Chromium, one JPEG of about 130 MB.

Run: ``python -m benchmarks.tiles``
"""

import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from benchmarks.claims import Claim, report
from playwright.sync_api import sync_playwright
from tests.e2e.conftest import (
    ADMIN,
    CHROMIUM_FLAGS,
    ORGANISATION,
    Server,
    chromium_path,
    create_user,
    free_port,
    labelwright,
    session_cookie,
)
from tests.e2e.label_mode import Hand, wait_until
from tests.e2e.test_tiles import settled, tiles_in, zoom_to
from tests.e2e.world import build, every_type, labels, ok

SIDE = 20_000
MARK = (15_363, 9_727)
PLACES = 20
RATIO, SERVER_MB, BROWSER_TILES = 6.0, 500, 256

MAKE = f"""
import sys
import numpy as np
from PIL import Image
rng = np.random.default_rng(1)
columns = np.arange({SIDE})[None, :] // 17 * 5
pixels = np.empty(({SIDE}, {SIDE}, 3), np.uint8)
for top in range(0, {SIDE}, 1000):
    rows = np.arange(top, top + 1000)[:, None] // 13 * 7
    noise = rng.integers(0, 24, (1000, {SIDE}), dtype=np.uint8)
    pixels[top : top + 1000] = (((rows + columns) % 200).astype(np.uint8) + noise)[..., None]
pixels[{MARK[1]}:{MARK[1]} + 16, {MARK[0]}:{MARK[0]} + 16] = (255, 0, 0)
Image.fromarray(pixels).save(sys.argv[1], "JPEG", quality=90)
"""
DECODE = """
import resource, sys, time
from PIL import Image
Image.MAX_IMAGE_PIXELS = None
begin = time.process_time()
Image.open(sys.argv[1]).load()
print(time.process_time() - begin, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
"""


class Watch:
    """The most memory that a process and its children took together, and the processor time of the last that ended."""

    def __init__(self, pid: int) -> None:
        self.most_mb = self.child_s = 0.0
        self._pid = pid
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(0.05):
            children = _children(self._pid)
            self.most_mb = max(self.most_mb, sum(map(_resident_mb, [self._pid, *children])))
            self.child_s = max([self.child_s, *map(_processor_s, children)])


def _children(pid: int) -> list[int]:
    found: list[int] = []
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):
            found += map(int, tasks.read_text().split())
    return found


def _resident_mb(pid: int) -> float:
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * 4096 / 1e6
    return 0.0


def _processor_s(pid: int) -> float:
    with suppress(OSError):
        user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
    return 0.0


class Made(NamedTuple):
    """What the tiles of a picture took: seconds from the upload's end, processor seconds, and the most memory."""

    seconds: float
    processor_s: float
    memory_mb: float


def make_tiles(server: Server, api: httpx2.Client, path: Path) -> tuple[Made, str]:
    """Upload the picture and wait for its tiles; also returns its task."""
    assert server.process is not None
    world = build(api, every_type(), [])
    watch = Watch(server.process.pid)
    with path.open("rb") as file:
        content = iter(lambda: file.read(2**20), b"")
        headers = {"X-filename": "large.jpg", "Content-Length": str(path.stat().st_size)}
        medium = ok(api.post(f"/api/datasets/{world.dataset}/media", content=content, headers=headers))
    begin = time.perf_counter()
    while medium["state"] == "preparing":
        time.sleep(0.1)
        medium = ok(api.get(f"/api/media/{medium['id']}"))
    assert medium["state"] == "ready", medium
    watch.stop()
    made = Made(time.perf_counter() - begin, watch.child_s, watch.most_mb)
    print(f"tiles made in {made.seconds:.0f} s", flush=True)
    ok(api.post(f"/api/projects/{world.project}/tasks/move", json={"direction": "WAITING", "datasetId": "ALL"}))
    (task,) = ok(api.get(f"/api/projects/{world.project}/tasks"))["items"]
    return made, task["id"]


def look(server: Server, api: httpx2.Client, task: str) -> int:
    """Draw around a known mark, then pan over the picture; returns the most tiles that the page held."""
    state: Any = {"cookies": [session_cookie(server, ADMIN)], "origins": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        page = browser.new_context(storage_state=state, base_url=server.url).new_page()
        page.set_default_timeout(60_000)
        hand = settled(Hand(page, task).open())
        zoom_to(hand, MARK, 12)
        settled(hand)
        red = hand.pixel((MARK[0] + 8.5, MARK[1] + 8.5))
        assert red[0] > 200, red
        assert red[1] < 100, red
        corner = (MARK[0] + 16, MARK[1] + 16)
        hand.key("4").drag(MARK, corner).count(1).is_saved()
        (ship,) = labels(api, task)["annotations"]
        x, y, w, h = (ship["geometry"][key] for key in ("x", "y", "w", "h"))
        far = max(map(abs, (x - MARK[0], y - MARK[1], x + w - corner[0], y + h - corner[1])))
        assert far <= 0.5 / hand.view.scale + 0.01, ship
        most = pan(hand)
        browser.close()
    return most


def pan(hand: Hand) -> int:
    """Look at places in the full size, far from each other."""
    most = 0
    hand.key("Escape")
    for number in range(PLACES):
        hand.key("f")
        place = (1000 + number * 7919 % (SIDE - 2000), 1000 + number * 6007 % (SIDE - 2000))
        zoom_to(hand, place, 0.7)
        wait_until(hand.page, lambda: tiles_in(hand)[0] == 0, 60)
        most = max(most, tiles_in(hand)[1])
    return most


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "large.jpg"
        subprocess.run([sys.executable, "-c", MAKE, str(path)], check=True)
        print(f"{SIDE} x {SIDE} pixels, {path.stat().st_size / 1e6:.0f} MB")
        whole = subprocess.run([sys.executable, "-c", DECODE, str(path)], check=True, capture_output=True, text=True)
        whole_s, whole_mb = map(float, whole.stdout.split())
        server = Server(data=Path(folder) / "data", port=free_port(), log=Path(folder) / "serve.log")
        create_user(server.data, ADMIN, "admin")
        token = labelwright(
            *("admin", "create-token", "--organisation", ORGANISATION, "--name", "bench"),
            *("--scope", "admin", "--data", str(server.data)),
        )
        server.start()
        try:
            headers = {"Authorization": f"Bearer {token}"}
            with httpx2.Client(base_url=server.url, headers=headers, timeout=600) as api:
                made, task = make_tiles(server, api, path)
                tiles = look(server, api, task)
        finally:
            server.stop()
    return report(
        [
            Claim(
                "Tiles of a JPEG of 20,000 x 20,000 pixels, processor time against Pillow decoding it whole",
                f"{made.processor_s:.1f} s against {whole_s:.1f} s",
                f"{RATIO:.0f} times",
                made.processor_s <= RATIO * whole_s,
            ),
            Claim(
                "Memory of server and tile process meanwhile, where Pillow alone takes"
                f" {whole_mb / 1000:.2g} GB for the whole picture",
                f"{made.memory_mb:.0f} MB",
                f"{SERVER_MB} MB",
                made.memory_mb <= SERVER_MB,
            ),
            Claim(
                f"Tiles of at most a megabyte that label mode holds, after {PLACES} places of that picture",
                f"{tiles}",
                f"{BROWSER_TILES}",
                tiles <= BROWSER_TILES,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
