"""Panning 20,000 polygons in label mode, against panning the bare picture.

Claim: at most 1.5 times the frame of the bare picture, median and 95th percentile. Real server, real Chromium without
a graphics card, panned with the middle button frame by frame; both in the same run, in turn.

Run: ``python -m benchmarks.panning``
"""

import statistics
import sys
import tempfile
from math import cos, pi, sin
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from benchmarks.claims import Claim, report
from benchmarks.label_mode import photograph
from playwright.sync_api import Page, sync_playwright
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
from tests.e2e.label_mode import Hand
from tests.e2e.world import annotation, build, classes_of, geometry, save

SHAPES, VERTICES = 20_000, 20
ROUNDS, FRAMES = 5, 90
LIMIT = 1.5

PAN = """async (frames) => {
  const element = document.querySelector('[data-testid=canvas]')
  const { left, top } = element.getBoundingClientRect()
  element.setPointerCapture = () => undefined
  const press = (type, x, y, more) => {
    const place = { clientX: left + x, clientY: top + y, bubbles: true, cancelable: true, pointerId: 1 }
    element.dispatchEvent(new PointerEvent(type, { ...place, pointerType: 'mouse', ...more }))
  }
  const frame = () => new Promise(requestAnimationFrame)
  const taken = []
  press('pointerdown', 400, 400, { button: 1, buttons: 4 })
  let before = await frame()
  for (let i = 0; i < frames; i++) {
    press('pointermove', 400 + 90 * Math.sin(i / 9), 400 + 60 * Math.cos(i / 7), { buttons: 4 })
    const now = await frame()
    taken.push(now - before)
    before = now
  }
  press('pointerup', 400, 400, { button: 1 })
  return taken
}"""


class Frames(NamedTuple):
    """Milliseconds from frame to frame."""

    median: float
    p95: float


def wheel(class_id: str, index: int) -> dict[str, Any]:
    x, y = 60 + index * 37 % 3880, 60 + index * 53 % 2880
    radius = 12 + index % 20
    angles = [2 * pi * step / VERTICES for step in range(VERTICES)]
    points = [[round(x + radius * cos(a), 2), round(y + radius * sin(a), 2)] for a in angles]
    return annotation(class_id, {"kind": "polygon", "points": points})


def prepare(api: httpx2.Client) -> tuple[str, str]:
    """Make two tasks of the same picture; returns the one with shapes and the bare one."""
    content = photograph()
    world = build(api, [geometry("cell", "polygon", "#f2b134", "1")], [content, content])
    cell = classes_of(api, world.project)["cell"]
    save(api, world.tasks[0], created=[wheel(cell, index) for index in range(SHAPES)])
    return world.tasks[0], world.tasks[1]


def frames_of(taken: list[float]) -> Frames:
    ordered = sorted(taken)
    return Frames(statistics.median(ordered), ordered[int(len(ordered) * 0.95)])


def measure(server: Server, tasks: tuple[str, str]) -> tuple[Frames, Frames]:
    """Pan both tasks in turn; the frames with shapes and without."""
    state: Any = {"cookies": [session_cookie(server, ADMIN)], "origins": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        context = browser.new_context(storage_state=state, base_url=server.url, viewport={"width": 1440, "height": 900})
        pages: list[Page] = []
        for task in tasks:
            pages.append(context.new_page())
            Hand(pages[-1], task).open()
            pages[-1].wait_for_timeout(2000)
        taken: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for page, times in zip(pages, taken, strict=True):
                page.bring_to_front()
                times.extend(page.evaluate(PAN, FRAMES))
        browser.close()
    return frames_of(taken[0]), frames_of(taken[1])


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(data=Path(folder) / "data", port=free_port(), log=Path(folder) / "serve.log")
        create_user(server.data, ADMIN, "admin")
        token = labelwright(
            *("admin", "create-token", "--organisation", ORGANISATION, "--name", "bench"),
            *("--scope", "admin", "--data", str(server.data)),
        )
        server.start()
        try:
            headers = {"Authorization": f"Bearer {token}"}
            with httpx2.Client(base_url=server.url, headers=headers, timeout=120) as api:
                tasks = prepare(api)
            ours, bare = measure(server, tasks)
        finally:
            server.stop()
    return report(
        [
            Claim(
                f"panning {SHAPES:,} polygons, {name} frame",
                f"{mine:.1f} ms against {other:.1f} ms of the bare picture",
                f"{LIMIT} times",
                mine <= LIMIT * other,
            )
            for name, mine, other in (("median", ours.median, bare.median), ("95th percentile", ours.p95, bare.p95))
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
