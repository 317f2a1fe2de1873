"""A hand in label mode: draws in picture coordinates with the real mouse, presses keys, reads what the page says."""

import math
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Locator, Page, expect

XY = tuple[float, float]


def wait_until(page: Page, holds: Callable[[], object], seconds: float = 60) -> None:
    """Wait for what no locator can see. `Page.wait_for_function` needs `eval`, which our pages forbid."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"still waiting after {seconds} s"
        page.wait_for_timeout(20)


def wait_for_frames(page: Page, count: int = 2) -> None:
    """Wait until what is known now has been painted: at the end of this frame, or of the next."""
    frame = "new Promise((drawn) => requestAnimationFrame(() => drawn(null)))"
    for _ in range(count):
        page.evaluate(frame)


@dataclass(frozen=True)
class View:
    """Where the picture lies: screen = turned((picture - origin) * scale) + corner; CSS pixels, degrees."""

    scale: float
    x: float
    y: float
    turn: float
    left: float
    top: float

    def screen(self, place: XY) -> XY:
        x, y = (place[0] - self.x) * self.scale, (place[1] - self.y) * self.scale
        cos, sin = math.cos(math.radians(self.turn)), math.sin(math.radians(self.turn))
        return x * cos - y * sin + self.left, x * sin + y * cos + self.top


class Hand:
    """Label mode of one task in one page."""

    def __init__(self, page: Page, task: str) -> None:
        self.page, self.task = page, task

    def open(self) -> "Hand":
        self.page.goto(f"/label/{self.task}")
        return self.ready()

    def ready(self) -> "Hand":
        expect(self.canvas).to_have_attribute("data-picture", "shown")
        expect(self.canvas).to_have_attribute("data-view", re.compile("[0-9]"))
        return self

    @property
    def canvas(self) -> Locator:
        return self.page.get_by_test_id("canvas")

    @property
    def save_state(self) -> Locator:
        return self.page.get_by_test_id("save-state")

    @property
    def view(self) -> View:
        scale, x, y, turn = map(float, (self.canvas.get_attribute("data-view") or "").split())
        box: Any = self.canvas.bounding_box()
        return View(scale, x, y, turn, box["x"], box["y"])

    # --- the hand

    def key(self, *keys: str) -> "Hand":
        for key in keys:
            self.page.keyboard.press(key)
        return self

    def move(self, place: XY) -> "Hand":
        self.page.mouse.move(*self.view.screen(place))
        return self

    def click(self, *places: XY, button: Any = "left") -> "Hand":
        for place in places:
            self.page.mouse.click(*self.view.screen(place), button=button)
        return self

    def drag(self, *places: XY, button: Any = "left") -> "Hand":
        view = self.view
        first, *others = [view.screen(place) for place in places]
        self.page.mouse.move(*first)
        self.page.mouse.down(button=button)
        for x, y in others:
            self.page.mouse.move(x, y, steps=4)
        self.page.mouse.up(button=button)
        return self

    # --- what the page says

    def is_saved(self) -> "Hand":
        expect(self.save_state).to_have_attribute("data-state", "saved")
        return self

    def is_unsaved(self, count: int) -> "Hand":
        expect(self.save_state).to_have_text(f"Not saved ({count})")
        return self

    def is_kept(self) -> "Hand":
        """The browser has it, whatever the server says."""
        expect(self.save_state).to_have_attribute("data-kept", "true")
        return self

    def says(self, text: str | re.Pattern[str]) -> "Hand":
        expect(self.page.get_by_role("status").filter(has_text=text).first).to_be_visible()
        return self

    def count(self, annotations: int) -> "Hand":
        expect(self.canvas).to_have_attribute("aria-label", re.compile(rf", {annotations} annotations?\."))
        return self

    def row(self, name: str) -> Locator:
        """The entry of one annotation in the list, such as “Ship 1”."""
        return self.page.get_by_role("tree", name="Annotations by class").get_by_role("treeitem", name=name, exact=True)

    def question(self, name: str) -> Locator:
        return self.page.get_by_role("group", name=re.compile(rf"^{name}"))

    def pixel(self, place: XY) -> tuple[int, ...]:
        """The colour on screen at a place of the picture."""
        from io import BytesIO

        from PIL import Image

        x, y = self.view.screen(place)
        clip: Any = {"x": int(x), "y": int(y), "width": 1, "height": 1}
        shot = Image.open(BytesIO(self.page.screenshot(clip=clip))).convert("RGB")
        color: Any = shot.getpixel((0, 0))
        return tuple(color)
