"""First paint of label mode with 200 geometries, against showing the same picture as a plain page.

Claim: under a second from the address to picture and shapes on screen, on two cores without a graphics card. Real
server, real Chromium, a 12-megapixel JPEG; each round in a fresh browser context (nothing cached), medians of ROUNDS.

Run: ``python -m benchmarks.label_mode``
"""

import io
import math
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx2
import numpy as np
from benchmarks.claims import Claim, report
from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright
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

from labelwright.model.canonical import encoded
from labelwright.model.document import Annotation, Difference
from labelwright.model.geometry import Polygon
from labelwright.model.ids import IdMaker, now_ms

GEOMETRIES, POINTS = 200, 20
SIZE_WH = (4000, 3000)
ROUNDS = 5
LIMIT_MS = 1000.0

_PAINTED = "performance.getEntriesByName('label-mode-painted')[0]?.startTime"
_LOADED = "performance.getEntriesByType('navigation')[0]?.loadEventEnd"


def photograph() -> bytes:
    """Make a JPEG with the detail of a photograph: smooth light and some noise."""
    width, height = SIZE_WH
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 120 + 60 * np.sin(x / 190) * np.cos(y / 130)
    noise = np.random.default_rng(7).normal(0, 6, (height, width)).astype(np.float32)
    grey = np.clip(light + noise, 0, 255).astype(np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(np.stack((grey, np.roll(grey, 40, 1), np.roll(grey, 80, 0)), axis=2)).save(
        buffer, "JPEG", quality=88
    )
    return buffer.getvalue()


def polygons(class_id: str, new_id: IdMaker) -> tuple[Annotation, ...]:
    """Place round polygons all over the picture."""
    found = []
    for number in range(GEOMETRIES):
        centre_x, centre_y = 100 + 190 * (number % 20), 140 + 290 * (number // 20)
        angles = [2 * math.pi * step / POINTS for step in range(POINTS)]
        points = tuple((centre_x + 85 * math.cos(a), centre_y + 120 * math.sin(a)) for a in angles)
        found.append(Annotation(id=new_id(), class_id=class_id, geometry=Polygon(points=points)))
    return tuple(found)


def prepare(api: httpx2.Client) -> tuple[str, str]:
    """Make a project with the labelled picture; returns the ids of its task and its medium."""
    project = api.post("/api/projects", json={"name": "First paint"}).json()
    dataset = api.post("/api/datasets", json={"name": "First paint"}).json()
    upload = api.post(f"/api/datasets/{dataset['id']}/media", content=photograph(), headers={"X-filename": "a.jpg"})
    assert upload.status_code == 201, upload.text
    api.put(f"/api/projects/{project['id']}/datasets/{dataset['id']}")
    classes = [{"key": "cell", "name": "Cell", "type": "polygon", "color": "#3333FF"}]
    saved = api.put(f"/api/projects/{project['id']}/configuration", json={"classes": classes}).json()
    task = api.get(f"/api/projects/{project['id']}/tasks").json()["items"][0]
    new_id = IdMaker(now_ms)
    created = polygons(saved["classes"][0]["id"], new_id)
    change = Difference(change_id=new_id(), revision=0, configuration_revision=1, created=created)
    answer = api.patch(f"/api/tasks/{task['id']}/labels", content=encoded(change))
    assert answer.status_code == 200, answer.text
    return task["id"], task["mediumId"]


def time_to(page: Page, address: str, expression: str) -> float:
    """Open an address and wait until `expression` gives a time; milliseconds since navigation began."""
    page.goto(address, wait_until="commit")
    deadline = time.monotonic() + 30
    while not (found := page.evaluate(expression)):
        assert time.monotonic() < deadline, f"{address} was not painted after 30 s"
        time.sleep(0.02)
    return float(found)


def fresh_page(browser: Browser, server: Server, cookie: object) -> Page:
    state = {"cookies": [cookie], "origins": []}
    context = browser.new_context(
        storage_state=state,  # type: ignore[arg-type] - as the browser tests hold it
        viewport={"width": 1440, "height": 900},
        base_url=server.url,
    )
    return context.new_page()


def measure(server: Server, task_id: str, medium_id: str) -> tuple[float, float]:
    """Return the median milliseconds to label mode's first paint, and to the plain picture."""
    cookie = session_cookie(server, ADMIN)
    ours, plain = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        for _ in range(ROUNDS + 1):
            page = fresh_page(browser, server, cookie)
            ours.append(time_to(page, f"/label/{task_id}", _PAINTED))
            page.context.close()
            page = fresh_page(browser, server, cookie)
            plain.append(time_to(page, f"/api/media/{medium_id}/file", _LOADED))
            page.context.close()
        browser.close()
    return statistics.median(ours[1:]), statistics.median(plain[1:])


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
            with httpx2.Client(base_url=server.url, headers={"Authorization": f"Bearer {token}"}, timeout=60) as api:
                task_id, medium_id = prepare(api)
            ours, plain = measure(server, task_id, medium_id)
        finally:
            server.stop()
    print(f"first paint of label mode, {GEOMETRIES} polygons of {POINTS} points: {ours:.0f} ms")
    print(f"the picture alone in a page of its own:                 {plain:.0f} ms")
    what = f"First paint of label mode with {GEOMETRIES} geometries (the picture alone: {plain:.0f} ms)"
    return report([Claim(what, f"{ours:.0f} ms", f"{LIMIT_MS:.0f} ms", ours <= LIMIT_MS)])


if __name__ == "__main__":
    sys.exit(main())
