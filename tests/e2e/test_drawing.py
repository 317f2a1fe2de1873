"""Drawing with real mouse and keys: free-hand, along borders, in directions, by extreme points and typed places."""

import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Pages
from tests.e2e.label_mode import XY, Hand
from tests.e2e.world import World, annotation, build, circle, classes_of, every_type, labels, save

FIELD = ((100, 100), (300, 120), (340, 330), (120, 360))


@pytest.fixture
def world(api: httpx2.Client) -> World:
    return build(api, every_type())


@pytest.fixture
def hand(page: Page, world: World) -> Hand:
    return Hand(page, world.tasks[0]).open()


def with_field(page: Page, world: World, api: httpx2.Client) -> Hand:
    sail = classes_of(api, world.project)["sail"]
    field = {"kind": "polygon", "points": [list(point) for point in FIELD]}
    save(api, world.tasks[0], created=[annotation(sail, field)])
    return Hand(page, world.tasks[0]).open().count(1)


def geometries(api: httpx2.Client, task: str) -> list[dict[str, Any]]:
    return [each["geometry"] for each in labels(api, task)["annotations"]]


def held(hand: Hand, key: str, *places: XY) -> Hand:
    hand.page.keyboard.down(key)
    hand.click(*places)
    hand.page.keyboard.up(key)
    return hand


def test_sweeps_and_clicks_make_one_outline_and_are_taken_back_as_drawn(
    hand: Hand, world: World, api: httpx2.Client
) -> None:
    sweep = [(200 + 10 * step, 200 + (6 if step % 2 else -6)) for step in range(20)]
    hand.key("3").click((200, 400)).drag(*sweep).click((400, 400), (700, 500))
    hand.key("Control+z", "Control+z", "Control+z", "Control+Shift+z", "Control+Shift+z", "Enter").count(1).is_saved()
    points = geometries(api, world.tasks[0])[0]["points"]
    assert points[0] == pytest.approx([200, 400], abs=0.75)
    assert points[-1] == pytest.approx([400, 400], abs=0.75)
    assert 10 < len(points) < 60
    hand.drag((500, 100), (700, 100), (700, 250), (500, 250), (500, 101)).count(2)


def test_a_border_is_shared_without_a_gap(page: Page, world: World, api: httpx2.Client) -> None:
    hand = with_field(page, world, api)
    hand.key("3", "n")
    expect(page.get_by_label("Snap", exact=True)).to_be_checked()
    hand.move((323, 200))
    hand.click((323, 200), (600, 180), (600, 400))
    page.keyboard.down("Control")
    hand.move((200, 352))
    page.keyboard.up("Control")
    hand.click((342, 332))
    page.keyboard.down("Control")
    hand.move((200, 352))
    hand.click((200, 352))
    page.keyboard.up("Control")
    hand.click((200, 500)).key("Enter").count(2).is_saved()
    field, other = (each["points"] for each in geometries(api, world.tasks[0]))
    shared = [point for point in other if point in field]
    assert len(shared) == 3
    assert [340, 330] in shared
    assert len(field) == 6
    hand.key("Control+z").count(1).is_saved()
    assert geometries(api, world.tasks[0])[0]["points"] == [list(point) for point in FIELD]


def test_a_border_is_followed_by_clicks_alone_and_by_taps(
    page: Page, open_page: Pages, world: World, api: httpx2.Client
) -> None:
    hand = with_field(page, world, api)
    hand.key("3")
    page.get_by_label("Follow borders").select_option("the shorter way")
    hand.click((301, 121), (600, 100), (600, 400), (121, 361), (301, 121)).count(2).is_saved()
    field, other = (each["points"] for each in geometries(api, world.tasks[0]))
    assert [340, 330] in other
    assert [point for point in field if point in other] == [[300, 120], [340, 330], [120, 360]]

    finger = Hand(open_page(has_touch=True), world.tasks[0]).open()
    finger.page.get_by_role("button", name="Rope", exact=True).tap()
    finger.page.get_by_label("Follow borders").select_option("the longer way")
    for place in ((301, 121), (121, 361)):
        finger.page.touchscreen.tap(*finger.view.screen(place))
    finger.key("Enter").count(3).is_saved()
    assert geometries(api, world.tasks[0])[2]["points"] == [[300, 120], [100, 100], [120, 360]]


def test_directions_are_kept_and_extreme_points_make_a_rectangle(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("2").click((100, 100))
    held(hand, "Shift", (300, 108), (398, 210)).key("Enter").count(1)
    hand.key("4")
    page = hand.page
    page.get_by_label("Rectangle from").select_option("four extreme points")
    expect(hand.canvas).to_be_focused()
    hand.click((600, 300), (700, 360), (590, 450)).move((520, 390))
    hand.click((520, 390)).count(2).is_saved()
    line, box = geometries(api, world.tasks[0])
    (_, y0), (x1, y1), (x2, y2) = line["points"]
    assert y1 == y0
    assert x2 - x1 == pytest.approx(y2 - y1, abs=1e-6)
    assert [box[key] for key in "xywh"] == pytest.approx([520, 300, 180, 150], abs=1.5)
    page.reload()
    hand.ready().key("4")
    expect(page.get_by_label("Rectangle from")).to_have_value("extremes")


def test_places_are_typed_while_drawing_and_afterwards(hand: Hand, world: World, api: httpx2.Client) -> None:
    page = hand.page
    hand.key("2", "y")
    field = page.get_by_role("textbox", name="Point: x, y")
    expect(field).to_be_focused()
    for text in ("120.5, 80", "@100, 0", "@0, 9000"):
        page.keyboard.type(text)
        hand.key("Enter")
    hand.says(re.compile("y is 9080; the picture goes from 0 to 600"))
    expect(field).to_have_value("@0, 9000")
    hand.key("Escape", "Enter").count(1).is_saved()
    assert geometries(api, world.tasks[0])[0]["points"] == [[120.5, 80], [220.5, 80]]
    hand.key("4").drag((500, 300), (640, 420)).count(2)
    page.get_by_role("button", name="Coordinates").click()
    width = page.get_by_role("textbox", name="w", exact=True)
    width.fill("9000")
    hand.key("Enter")
    expect(page.get_by_role("alert")).to_contain_text("w = 9000 leaves the picture, which is 800 x 600 pixels.")
    width.fill("60.25")
    hand.key("Enter")
    expect(page.get_by_role("alert")).to_have_count(0)
    hand.is_saved()
    assert geometries(api, world.tasks[0])[1]["w"] == 60.25
    hand.key("Escape").key("Control+z").is_saved()
    assert geometries(api, world.tasks[0])[1]["w"] == pytest.approx(140, abs=1.5)


def test_what_is_nested_is_drawn_in_the_light_of_its_parent(hand: Hand) -> None:
    hand.key("4").drag((500, 300), (640, 420))
    dark = (750, 550)
    plain = hand.move((20, 20)).pixel(dark)
    hand.page.get_by_role("button", name="Window", exact=True).click()
    hand.move((20, 20))
    assert sum(hand.pixel(dark)) < 0.8 * sum(plain)
    hand.drag((520, 320), (560, 360)).count(2).key("Escape", "Escape").move((20, 20))
    assert hand.pixel(dark) == plain


def test_drawing_over_many_shapes_moves_none_of_them(page: Page, world: World, api: httpx2.Client) -> None:
    sail = classes_of(api, world.project)["sail"]
    save(api, world.tasks[0], created=[annotation(sail, circle(index)) for index in range(300)])
    before = geometries(api, world.tasks[0])
    hand = Hand(page, world.tasks[0]).open().count(300)
    hand.key("2").drag((100, 100), (300, 250), (500, 120), (640, 400)).key("Enter").count(301).is_saved()
    assert geometries(api, world.tasks[0])[:300] == before
