"""The ten annotations in Label Studio's own editor, each in the quickest way that it has by the model of `keystrokes`.

Its settings suit the script: a hotkey for each label and choice, “keep label selected after creating a region”, labels
beside the picture, so that all of it is in view, details folded away, so that the list of regions is, the stream of
tasks instead of the table, the largest brush. What is
quicker by key than by mouse is done by key: a polygon is ended with `v`, the move tool, not by a click on its first
point; a line by the hotkey of the next label.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import httpx2
from benchmarks.keystrokes import Act, Person, Row, perform, ring
from benchmarks.label_studio import EMAIL, PASSWORD, TOKEN, install, label_studio
from playwright.sync_api import Browser, Page
from tests.e2e.label_mode import XY, wait_until
from tests.e2e.world import H, W, picture

CONFIGURATION = """<View style="display: flex">
<View style="width: 150px; flex: none">
<KeyPointLabels name="point" toName="image"><Label value="dot" hotkey="1"/></KeyPointLabels>
<RectangleLabels name="rectangle" toName="image"><Label value="box" hotkey="2"/><Label value="car" hotkey="6"/>
<Label value="plate" hotkey="7"/></RectangleLabels>
<PolygonLabels name="polygon" toName="image"><Label value="area" hotkey="3"/></PolygonLabels>
<VectorLabels name="line" toName="image"><Label value="path" hotkey="4"/></VectorLabels>
<BrushLabels name="segment" toName="image"><Label value="region" hotkey="5"/></BrushLabels>
<Choices name="kind" toName="image" perRegion="true" whenLabelValue="car" visibleWhen="region-selected">
<Choice value="Car"/><Choice value="Van" hotkey="8"/><Choice value="Bus"/></Choices>
<Choices name="state" toName="image" perRegion="true" whenLabelValue="car" visibleWhen="region-selected"
choice="multiple"><Choice value="Dirty" hotkey="9"/><Choice value="Bent" hotkey="0"/><Choice value="Hidden"/></Choices>
</View>
<View style="flex: 1"><Image name="image" value="$image"/></View></View>"""

SETTINGS = f"localStorage.setItem('labelStudio:settings', '{json.dumps({'continuousLabeling': True})}')"
CANVAS = ".konvajs-content"
MADE = "() => Htx.annotationStore.selected.regions.length"
BRUSH_STEPS = 7
DETAILS_TOGGLE = ".lsf-tabs-panel__toggle[data-tooltip=Collapse]"


def points(person: Person) -> None:
    person.key("1")
    person.click((60, 60), (120, 60))


def rectangles(person: Person) -> None:
    person.key("2")
    person.drag((200, 40), (280, 100))
    person.drag((320, 40), (400, 100))


def polygons(person: Person) -> None:
    """The move tool ends a polygon; the hotkey then first puts the label away, and takes it up again."""
    person.key("3")
    person.click(*ring(100, 220, 60, 8))
    person.key("v", "3", "3")
    person.click(*ring(260, 220, 60, 8))
    person.key("v")


def line(person: Person) -> None:
    person.key("4")
    person.click((420, 160), (480, 260), (540, 180), (600, 260))


def largest_brush(page: Page) -> None:
    page.keyboard.press("5")
    for _ in range(BRUSH_STEPS):
        page.keyboard.press("]")
    page.keyboard.press("5")


def segment(person: Person) -> None:
    """There is a brush alone: around, then the middle, in one stroke."""
    person.key("5")
    outer, inner = ring(500, 420, 56, 24), ring(500, 420, 20, 8)
    person.drag(*outer, outer[0], *inner, inner[0])


def answered(person: Person) -> None:
    """The painted segment is let go first; a rectangle is selected to be answered."""
    person.key("u", "6")
    person.drag((80, 360), (280, 540))
    person.click((180, 400))
    person.key("8", "9", "0")


def nested(person: Person) -> None:
    """A drag inside a region moves it, unless Control is held; what is nested is dragged there in the list."""
    person.key("u", "7")
    with person.holding("Control"):
        person.drag((120, 480), (200, 520))
    rows = person.page.locator(".lsf-outliner-item")
    person.carry(rows.filter(has_text="plate"), rows.filter(has_text="car"))


SCRIPT = (
    Act("2 points", 2, points),
    Act("2 rectangles", 2, rectangles),
    Act("2 polygons of 8 points", 2, polygons),
    Act("line of 4 points", 1, line),
    Act("outline of a segment", 1, segment, before=largest_brush),
    Act("rectangle, option and checklist answered", 1, answered),
    Act("rectangle nested in it", 1, nested),
)


def draw_in_label_studio(browser: Browser, folder: Path, tasks: int) -> list[Row]:
    """Draw the ten in as many tasks; the rows of the last, when all code is warm."""
    programs = install(folder)
    with tempfile.TemporaryDirectory(dir=folder) as data, label_studio(programs, Path(data)) as server:
        headers = {"Authorization": f"Token {TOKEN}"}
        with httpx2.Client(base_url=server.url, headers=headers, timeout=60) as api:
            project = prepare(api, tasks)
            page = open_stream(browser, server.url, project)
            found = [draw(page) for _ in range(tasks)]
            page.context.close()
            check(api, project, tasks)
    return found[-1]


def prepare(api: httpx2.Client, tasks: int) -> int:
    """Make a project of as many pictures; its id."""
    made = api.post("/api/projects", json={"title": "Ten annotations", "label_config": CONFIGURATION})
    project = int(made.raise_for_status().json()["id"])
    for index in range(tasks):
        files = {"file": (f"{index}.png", picture(shade=index), "image/png")}
        api.post(f"/api/projects/{project}/import", files=files).raise_for_status()
    return project


def open_stream(browser: Browser, url: str, project: int) -> Page:
    """Sign in and open the first task."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, base_url=url).new_page()
    page.add_init_script(SETTINGS)
    page.goto("/user/login/")
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(lambda address: "login" not in address)
    page.goto(f"/projects/{project}/data?labeling=1")
    page.locator(DETAILS_TOGGLE).first.click()
    return page


def draw(page: Page) -> list[Row]:
    """Draw all ten in the task that is open, and submit it."""
    page.locator(f"{CANVAS} canvas").first.wait_for(timeout=60_000)
    wait_until(page, lambda: page.evaluate(MADE) == 0, 30)
    page.wait_for_timeout(1000)
    box = page.locator(CANVAS).first.bounding_box()
    assert box is not None

    def screen(place: XY) -> XY:
        return box["x"] + place[0] * box["width"] / W, box["y"] + place[1] * box["height"] / H

    rows = perform(page, SCRIPT, screen, lambda count: wait_until(page, lambda: page.evaluate(MADE) == count, 30))
    with page.expect_response(lambda answer: "/annotations" in answer.url and answer.request.method == "POST"):
        page.keyboard.press("Control+Enter")
    return rows


def check(api: httpx2.Client, project: int, tasks: int) -> None:
    """Each task has ten regions, answered and nested as they should be."""
    exported: Any = api.get(f"/api/projects/{project}/export?exportType=JSON").raise_for_status().json()
    assert len(exported) == tasks, f"{len(exported)} of {tasks} tasks are labelled"
    for each in exported:
        results = each["annotations"][0]["result"]
        shapes = {one["id"]: one for one in results if one["type"] != "choices"}
        assert len(shapes) == 10, [one["type"] for one in results]
        chosen = {one["from_name"]: one["value"]["choices"] for one in results if one["type"] == "choices"}
        assert chosen == {"kind": ["Van"], "state": ["Dirty", "Bent"]}, chosen
        (plate,) = [one for one in shapes.values() if one["value"].get("rectanglelabels") == ["plate"]]
        assert shapes[plate["parentID"]]["value"]["rectanglelabels"] == ["car"], plate
