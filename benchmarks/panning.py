"""Label mode with 20,000 polygons of 20 vertices in one picture, against the bare picture.

Claims: panning and zooming take at most 1.5 times the frame of the bare picture, median and 95th percentile, and so
does dragging a vertex; a pointer that moves is answered within 2 ms, an edit is made within 10 ms (history, index,
rules, panels), the page is painted within two seconds and its renderer holds less than 400 MB. Real server, real
Chromium without a graphics card; frames of both pictures in the same run, in turn.

Run: ``python -m benchmarks.panning``
"""

import functools
import statistics
import sys
import tempfile
from math import cos, pi, sin
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
from benchmarks import many_shapes
from benchmarks.claims import Claim, report
from benchmarks.label_mode import photograph
from playwright.sync_api import expect, sync_playwright
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
# A late one: nothing lies on it.
LARGEST = SHAPES - 1

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


def shape_at(index: int) -> tuple[int, int, int]:
    """Where a shape lies: its middle and its radius."""
    return 60 + index * 37 % 3880, 60 + index * 53 % 2880, 12 + index % 20


def wheel(class_id: str, index: int) -> dict[str, Any]:
    x, y, radius = shape_at(index)
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


class Measured(NamedTuple):
    """Frames with shapes and of the bare picture, and what else was measured with shapes."""

    pan: tuple[Frames, Frames]
    zoom: tuple[Frames, Frames]
    drag: Frames
    commit_ms: float
    pointed_ms: float
    opened: many_shapes.Opened


def measure(server: Server, tasks: tuple[str, str]) -> Measured:
    """Open the task with shapes alone; then pan and zoom both tasks in turn, and drag a vertex."""
    state: Any = {"cookies": [session_cookie(server, ADMIN)], "origins": []}
    settings: Any = {"storage_state": state, "base_url": server.url, "viewport": {"width": 1440, "height": 900}}
    # Busy machines take their time; how long it took is measured in the page.
    expect.set_options(timeout=60_000)
    with sync_playwright() as playwright:
        launch = functools.partial(playwright.chromium.launch, executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        browser = launch()
        page = browser.new_context(**settings).new_page()
        Hand(page, tasks[0]).open()
        page.wait_for_timeout(2000)
        opened = many_shapes.opened(browser, page)
        browser.close()
        browser = launch()
        context = browser.new_context(**settings)
        hands = [Hand(context.new_page(), task).open() for task in tasks]
        pan: list[list[float]] = [[], []]
        zoom: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for hand, pans, zooms in zip(hands, pan, zoom, strict=True):
                hand.page.bring_to_front()
                hand.page.wait_for_timeout(500)
                pans.extend(hand.page.evaluate(PAN, FRAMES))
                zooms.extend(many_shapes.zoomed(hand.page, FRAMES))
        hands[0].page.bring_to_front()
        hands[0].key("f").page.wait_for_timeout(500)
        pointed_ms = many_shapes.pointed(hands[0].page)
        drag = many_shapes.dragged(hands[0], first_shape(), ROUNDS, FRAMES)
        browser.close()
    return Measured(
        pan=(frames_of(pan[0]), frames_of(pan[1])),
        zoom=(frames_of(zoom[0]), frames_of(zoom[1])),
        drag=frames_of(drag.frames),
        commit_ms=statistics.median(drag.commits_ms),
        pointed_ms=pointed_ms,
        opened=opened,
    )


def first_shape() -> list[tuple[float, float]]:
    """The middle of one of the largest shapes, and its first vertex."""
    x, y, radius = shape_at(LARGEST)
    return [(x, y), (x + radius, y)]


def claims_of(measured: Measured) -> list[Claim]:
    pairs = [
        ("panning", measured.pan[0], measured.pan[1]),
        ("zooming", measured.zoom[0], measured.zoom[1]),
        ("dragging a vertex among", measured.drag, measured.pan[1]),
    ]
    frames = [
        Claim(
            f"{doing} {SHAPES:,} polygons, {name} frame",
            f"{mine:.1f} ms against {other:.1f} ms of the bare picture",
            f"{LIMIT} times",
            mine <= LIMIT * other,
        )
        for doing, ours, bare in pairs
        for name, mine, other in (("median", ours.median, bare.median), ("95th percentile", ours.p95, bare.p95))
    ]
    single = [
        ("a pointer that moves over them is answered, 95th percentile", measured.pointed_ms, 2, "ms"),
        ("an edit of one of them is made, median", measured.commit_ms, 10, "ms"),
        ("they are painted after", measured.opened.painted_ms, 2000, "ms"),
        ("memory of the page that holds them", measured.opened.memory_mb, 400, "MB"),
    ]
    return frames + [
        Claim(f"{SHAPES:,} polygons: {what}", f"{value:.1f} {unit}", f"{limit} {unit}", value <= limit)
        for what, value, limit, unit in single
    ]


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
            measured = measure(server, tasks)
        finally:
            server.stop()
    return report(claims_of(measured))


if __name__ == "__main__":
    sys.exit(main())
