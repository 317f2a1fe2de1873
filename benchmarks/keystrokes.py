"""What annotating takes of a person: clicks, keys, the time of the hand; and how long the application lets one wait.

People are modelled by fixed times for each movement of the hand: POINT_S to point at something, PRESS_S for a click,
KEY_S for a key (the keystroke-level model of Card, Moran and Newell), STROKE_S for each further piece of a free-hand
stroke. The application's part is measured: from each event until the next frame is painted.
"""

import statistics
from collections.abc import Callable
from contextlib import contextmanager
from math import cos, pi, sin
from typing import NamedTuple

from playwright.sync_api import Locator, Page
from tests.e2e.label_mode import XY

POINT_S, PRESS_S, KEY_S, STROKE_S = 1.1, 0.2, 0.28, 0.15
# A hand is slower; an editor that tells clicks from double clicks waits for that.
PAUSE_MS = 200

# Waits of the frame after each event, counted in the page itself.
WATCH = """() => {
  if (globalThis.waits) return
  globalThis.waits = []
  const painted = (call) => requestAnimationFrame(() => setTimeout(call))
  const note = ({ timeStamp }) => painted(() => waits.push(performance.now() - timeStamp))
  for (const type of ['pointerdown', 'pointerup', 'keydown']) addEventListener(type, note, { capture: true })
}"""
TAKE = """async () => {
  await new Promise((end) => requestAnimationFrame(() => setTimeout(end)))
  await new Promise((end) => requestAnimationFrame(() => setTimeout(end)))
  return waits.splice(0)
}"""


class Row(NamedTuple):
    """What some annotations took."""

    what: str
    annotations: int
    clicks: int
    keys: int
    pointings: int
    strokes: int
    waits_ms: list[float]

    @property
    def model_s(self) -> float:
        pressed = self.clicks * PRESS_S + self.keys * KEY_S
        return self.pointings * POINT_S + self.strokes * STROKE_S + pressed

    @property
    def wait_ms(self) -> float:
        return sum(self.waits_ms) / self.annotations


class Person:
    """Does what a person does, in coordinates of the picture, and counts it."""

    def __init__(self, page: Page, screen: Callable[[XY], XY]) -> None:
        self.page, self._screen = page, screen
        self.clicks = self.keys = self.pointings = self.strokes = 0

    def key(self, *keys: str) -> None:
        for key in keys:
            self.keys += 1
            self.page.keyboard.press(key)

    def click(self, *places: XY) -> None:
        for place in places:
            self.clicks += 1
            self.pointings += 1
            self.page.mouse.click(*self._screen(place))
            self.page.wait_for_timeout(PAUSE_MS)

    def drag(self, *places: XY) -> None:
        self.strokes += len(places) - 2
        self._drag([self._screen(place) for place in places])

    @contextmanager
    def holding(self, key: str):  # noqa: ANN201 - nothing is given
        self.keys += 1
        self.page.keyboard.down(key)
        yield
        self.page.keyboard.up(key)

    def carry(self, what: Locator, onto: Locator) -> None:
        """Drag one thing of the page onto the middle of another."""
        self._drag([_middle(what), _middle(onto)])

    def _drag(self, places: list[XY]) -> None:
        self.clicks += 1
        self.pointings += 2
        first, *others = places
        self.page.mouse.move(*first)
        self.page.mouse.down()
        for x, y in others:
            self.page.mouse.move(x, y, steps=4)
        self.page.mouse.up()
        self.page.wait_for_timeout(PAUSE_MS)


def _middle(what: Locator) -> XY:
    box = what.bounding_box()
    assert box is not None, f"{what} is not on the page"
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


class Act(NamedTuple):
    """Some annotations and how they are made; `before` is done once and not counted, like choosing a brush."""

    what: str
    annotations: int
    make: Callable[[Person], None]
    before: Callable[[Page], None] | None = None


def perform(
    page: Page, script: tuple[Act, ...], screen: Callable[[XY], XY], shown: Callable[[int], object]
) -> list[Row]:
    """Do a script on an open task; `shown` waits until so many annotations are there."""
    page.evaluate(WATCH)
    rows, made = [], 0
    for act in script:
        if act.before is not None:
            act.before(page)
            page.evaluate(TAKE)
        person = Person(page, screen)
        act.make(person)
        made += act.annotations
        shown(made)
        counted = (person.clicks, person.keys, person.pointings, person.strokes)
        rows.append(Row(act.what, act.annotations, *counted, page.evaluate(TAKE)))
    return rows


def ring(x: float, y: float, radius: float, points: int) -> list[XY]:
    return [(x + radius * cos(2 * pi * k / points), y + radius * sin(2 * pi * k / points)) for k in range(points)]


def total(rows: list[Row]) -> Row:
    """Everything as one row."""
    sums = (sum(getattr(row, name) for row in rows) for name in ("annotations", "clicks", "keys"))
    waits = [wait for row in rows for wait in row.waits_ms]
    pointings, strokes = sum(row.pointings for row in rows), sum(row.strokes for row in rows)
    return Row("all ten", *sums, pointings, strokes, waits)


def per_event_ms(rows: list[Row]) -> float:
    """From an event until the next frame is painted, in the median."""
    return statistics.median(total(rows).waits_ms)


def table(**editors: list[Row]) -> str:
    """The rows of one or more editors as Markdown, side by side."""
    names = [name.replace("_", " ") for name in editors]
    head = " | ".join(f"{name}: clicks | keys | hand | waits, each" for name in names)
    lines = [f"| annotation | {head} |", "|---" * (1 + 4 * len(names)) + "|"]
    for rows in zip(*([*rows, total(rows)] for rows in editors.values()), strict=True):
        cells = " | ".join(f"{row.clicks} | {row.keys} | {row.model_s:.1f} s | {row.wait_ms:.0f} ms" for row in rows)
        lines.append(f"| {rows[0].what} | {cells} |")
    events = ", ".join(
        f"{name} {per_event_ms(rows):.0f} ms" for name, rows in zip(names, editors.values(), strict=True)
    )
    return "\n".join((*lines, "", f"From an event until the next frame, median: {events}."))
