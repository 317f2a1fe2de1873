"""Looking at a picture: turned, zoomed to pixels, adjusted, with fingers and a pen; and all of it remembered."""

import re
from itertools import pairwise
from typing import Any

import httpx2
import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from tests.e2e.conftest import Pages
from tests.e2e.label_mode import XY, Hand, wait_until
from tests.e2e.world import World, annotation, build, classes_of, every_type, labels, picture, save

# What `picture` paints around PLACE, and what becomes of it.
PLACE = (450.5, 350.5)
PLAIN = (58, 84, 96)
SHIP = {"kind": "rectangle", "x": 500, "y": 300, "w": 140, "h": 120}


@pytest.fixture
def world(api: httpx2.Client) -> World:
    return build(api, every_type())


@pytest.fixture
def hand(page: Page, world: World) -> Hand:
    return Hand(page, world.tasks[0]).open()


@pytest.fixture
def fingers(open_page: Pages, world: World) -> "Fingers":
    return Fingers(Hand(open_page(has_touch=True), world.tasks[0]).open())


def menu(hand: Hand) -> Locator:
    hand.page.get_by_role("button", name="View", exact=True).click()
    return hand.page.locator("#view-menu")


def slide(slider: Locator, value: float) -> None:
    slider.evaluate(
        "(it, to) => { it.value = String(to); it.dispatchEvent(new Event('input', { bubbles: true })) }", value
    )


def shows(hand: Hand, place: XY, color: tuple[int, ...]) -> None:
    wait_until(hand.page, lambda: hand.pixel(place) == pytest.approx(color, abs=1))


def add_ship(api: httpx2.Client, world: World, task: int = 0, **answers: Any) -> None:
    ids = classes_of(api, world.project)
    ship = annotation(ids["ship"], SHIP)
    ship["answers"] = {ids[key]: value for key, value in answers.items()}
    save(api, world.tasks[task], created=[ship])


def near(found: Any, expected: Any, within: float = 0.75) -> bool:
    return bool(found == pytest.approx(expected, abs=within))


def test_the_view_is_fitted_by_keys_and_tells_what_is_under_the_pointer(
    page: Page, world: World, api: httpx2.Client
) -> None:
    add_ship(api, world)
    hand = Hand(page, world.tasks[0]).open().count(1)
    hand.key("Shift+w")
    assert hand.view.screen((0, 0))[0] - hand.view.left == pytest.approx(24, abs=1)
    hand.key("Shift+f")
    assert hand.view.scale == 1
    hand.key("Shift+z").says("Select something first.")
    status = page.get_by_test_id("status-line")
    hand.click((570, 360))
    expect(status).to_contain_text("#4c6870")
    hand.key("Shift+z")
    box: Any = hand.canvas.bounding_box()
    assert hand.view.screen((570, 360)) == pytest.approx(
        (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2), abs=1
    )
    assert hand.view.scale > 3
    hand.move((570.3, 360.7))
    expect(status).to_contain_text(re.compile(r"x 570\.\d+ y 360\.\d+"))
    expect(status).to_contain_text("pixel 570, 360")
    expect(status).to_contain_text("#4c6870 76 104 112")


def test_pixels_have_lines_between_them_that_can_be_left_out(hand: Hand) -> None:
    hand.page.mouse.move(*hand.view.screen(PLACE))
    for _ in range(20):
        hand.page.mouse.wheel(0, -240)
    wait_until(hand.page, lambda: hand.view.scale >= 64)
    x, y = hand.view.screen((450, 350.5))
    edge = (hand.view.x + (round(x) + 0.5 - hand.view.left) / hand.view.scale, 350.5)
    assert (y > 0, hand.pixel(PLACE)) == (True, PLAIN)
    dark = [hand.pixel((edge[0] + step / hand.view.scale, 350.5)) for step in (-2, -1, 0, 1, 2)]
    assert min(sum(color) for color in dark) < sum(PLAIN) < max(sum(color) for color in dark)
    hand.key("Shift+x")
    wait_until(hand.page, lambda: hand.pixel(edge) == PLAIN)
    hand.page.reload()
    menu(hand.ready())
    expect(hand.page.get_by_role("checkbox", name="Pixel grid")).not_to_be_checked()


@pytest.mark.parametrize("keys", [["r"], ["Shift+r"], ["Alt+r", "Alt+r", "Alt+r"]])
def test_tools_are_exact_in_a_turned_view(hand: Hand, world: World, api: httpx2.Client, keys: list[str]) -> None:
    hand.key(*keys)
    assert hand.view.turn in (90, 270, 15)
    hand.key("4").drag((500, 300), (640, 420)).count(1)
    hand.key("1").click((200.5, 150.5)).count(2)
    hand.key("v").drag((640, 420), (660, 440)).is_saved()
    ship, buoy = (each["geometry"] for each in labels(api, world.tasks[0])["annotations"])
    # Selected is the buoy: the corner of the ship is not taken hold of.
    assert near([ship[key] for key in "xywh"], (500, 300, 140, 120))
    assert near((buoy["x"], buoy["y"]), (200.5, 150.5))
    hand.click((570, 360)).drag((640, 420), (660, 440)).is_saved()
    ship = labels(api, world.tasks[0])["annotations"][0]["geometry"]
    assert near([ship[key] for key in "xywh"], (500, 300, 160, 140))


def test_a_turned_view_shows_the_picture_turned_nudges_by_what_is_seen_and_is_remembered(
    hand: Hand, world: World, api: httpx2.Client
) -> None:
    hand.key("1").click((200.5, 150.5)).key("v").click((200.5, 150.5))
    hand.key("r", "ArrowDown").is_saved()
    buoy = labels(api, world.tasks[0])["annotations"][0]["geometry"]
    assert near((buoy["x"], buoy["y"]), (201.5, 150.5), within=0.5)
    # To the right on screen is up in the picture: other squares of its board.
    wait_until(hand.page, lambda: hand.pixel((350.5, 250.5)) != hand.pixel((350.5, 350.5)))
    assert hand.pixel((350.5, 250.5)) == PLAIN
    hand.page.reload()
    hand.ready()
    assert hand.view.turn == 90
    expect(hand.page.get_by_test_id("status-line")).to_contain_text("turned 90°")
    hand.key("Shift+u")
    assert hand.view.turn == 0
    hand.page.keyboard.down("Alt")
    hand.page.keyboard.down("Shift")
    hand.move(PLACE)
    hand.page.mouse.wheel(0, 100)
    wait_until(hand.page, lambda: hand.view.turn == 5)
    hand.page.keyboard.up("Shift")
    hand.page.keyboard.up("Alt")


def test_the_picture_is_adjusted_the_labels_are_not_and_the_project_remembers(
    page: Page, world: World, api: httpx2.Client
) -> None:
    add_ship(api, world)
    hand = Hand(page, world.tasks[0]).open().count(1)
    outline = hand.pixel((500, 360))
    hand.key("Shift+i")
    shows(hand, PLACE, tuple(255 - part for part in PLAIN))
    assert hand.pixel((500, 360)) == pytest.approx(outline, abs=40)
    hand.key("Shift+i")
    shows(hand, PLACE, PLAIN)
    shown = menu(hand)
    shown.get_by_label("Channel").select_option(label="Green alone")
    shows(hand, (50.5, 150.5), (84, 84, 84))
    slide(shown.get_by_role("slider", name="Brightness"), 200)
    shows(hand, (50.5, 150.5), (168, 168, 168))
    shown.get_by_role("button", name="Reset brightness").click()
    shows(hand, (50.5, 150.5), (84, 84, 84))
    shown.get_by_role("checkbox", name="Equalise").check()
    wait_until(page, lambda: {hand.pixel((50.5, 150.5))[0], hand.pixel((50.5, 50.5))[0]} == {0, 255})
    page.reload()
    hand.ready()
    wait_until(page, lambda: {hand.pixel((50.5, 150.5))[0], hand.pixel((50.5, 50.5))[0]} == {0, 255})
    menu(hand).get_by_role("button", name="As the picture is").click()
    shows(hand, (50.5, 150.5), PLAIN)
    expect(page.get_by_role("button", name="As the picture is")).to_be_disabled()
    hand.key("Escape")
    expect(page.locator("#view-menu")).to_be_hidden()


def test_the_overview_shows_and_moves_the_view_and_can_be_hidden(hand: Hand) -> None:
    overview = hand.page.get_by_test_id("overview")
    expect(overview).to_have_count(0)
    hand.move(PLACE)
    hand.page.mouse.wheel(0, -240)
    hand.page.mouse.wheel(0, -240)
    hand.page.mouse.wheel(0, -240)
    expect(overview).to_be_visible()
    box: Any = overview.get_by_role("img").bounding_box()
    canvas: Any = hand.canvas.bounding_box()

    def middle() -> XY:
        view = hand.view
        return view.x + canvas["width"] / 2 / view.scale, view.y + canvas["height"] / 2 / view.scale

    hand.page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.25)
    wait_until(hand.page, lambda: near(middle(), (600, 150), within=8) or middle()[0] > 500)
    before = middle()
    frame: Any = overview.get_by_test_id("overview-frame").bounding_box()
    at = frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2
    hand.page.mouse.move(*at)
    hand.page.mouse.down()
    hand.page.mouse.move(at[0] - 40, at[1] + 20, steps=3)
    hand.page.mouse.up()
    per = 800 / box["width"]
    assert near(middle(), (before[0] - 40 * per, before[1] + 20 * per), within=6)
    hand.count(0)
    overview.get_by_role("button", name="Hide the overview").click()
    expect(overview).to_have_count(0)
    hand.page.reload()
    hand.ready().move(PLACE)
    hand.page.mouse.wheel(0, -960)
    hand.page.mouse.wheel(0, -960)
    expect(overview).to_have_count(0)
    hand.key("Shift+m")
    expect(overview).to_be_visible()


def test_labels_look_as_the_person_likes_and_step_aside_while_a_key_is_held(
    page: Page, world: World, api: httpx2.Client
) -> None:
    add_ship(api, world, type="ferry")
    hand = Hand(page, world.tasks[0]).open().count(1)
    inside = (520.5, 330.5)
    wait_until(page, lambda: hand.pixel(inside) != (76, 104, 112))
    page.keyboard.down("u")
    shows(hand, inside, (76, 104, 112))
    page.keyboard.up("u")
    wait_until(page, lambda: hand.pixel(inside) != (76, 104, 112))
    shown = menu(hand)
    slide(shown.get_by_role("slider", name="Fill"), 100)
    shows(hand, inside, (0xE8, 0x60, 0x4C))
    slide(shown.get_by_role("slider", name="Fill"), 0)
    shows(hand, inside, (76, 104, 112))
    x, y = hand.view.screen((500, 300))
    above = (hand.view.x + (x + 20 - hand.view.left) / hand.view.scale, 300 - 12 / hand.view.scale)
    plain = hand.pixel(above)
    shown.get_by_text("Class and answer").click()
    wait_until(page, lambda: sum(hand.pixel(above)) != sum(plain))
    assert y > 0
    page.reload()
    hand.ready()
    shows(hand, inside, (76, 104, 112))
    wait_until(page, lambda: sum(hand.pixel(above)) != sum(plain))


def test_guides_go_through_the_pointer_while_drawing(hand: Hand) -> None:
    hand.key("4").move(PLACE)
    beside = (PLACE[0] + 100, PLACE[1])
    assert hand.pixel(beside) == hand.pixel((beside[0], beside[1] + 8))
    hand.key("Shift+g")
    row = [(PLACE[0] + 100, PLACE[1] + step / hand.view.scale) for step in (-1, 0, 1)]
    wait_until(hand.page, lambda: any(hand.pixel(place) != hand.pixel((beside[0], beside[1] + 8)) for place in row))
    hand.key("Escape", "Escape")
    wait_until(hand.page, lambda: all(hand.pixel(place) == hand.pixel((beside[0], beside[1] + 8)) for place in row))


def test_the_next_picture_opens_where_this_one_was_left_if_asked_for(page: Page, api: httpx2.Client) -> None:
    world = build(api, every_type(), [picture(), picture(1000, 600, shade=40)])
    hand = Hand(page, world.tasks[0]).open()
    fitted = hand.view.scale
    hand.key("Shift+f")
    Hand(page, world.tasks[1]).open()
    assert hand.view.scale != 1
    hand.open().key("r", "Shift+u", "Shift+f")
    menu(hand).get_by_role("checkbox", name="Open the next picture at the same place").check()
    hand.key("Escape")
    hand.page.mouse.move(*hand.view.screen((400, 300)))
    hand.page.mouse.wheel(0, -200)
    wait_until(page, lambda: hand.view.scale > 1)
    left = hand.view.scale
    Hand(page, world.tasks[1]).open()
    assert hand.view.scale == pytest.approx(left)
    hand.key("f")
    hand.open()
    assert hand.view.scale == pytest.approx(fitted)


def test_label_mode_is_light_or_dark_as_the_person_chose(open_page: Pages, world: World) -> None:
    hand = Hand(open_page(color_scheme="light"), world.tasks[0]).open()
    bar, stage = hand.page.locator("header").first, hand.canvas.locator("..")
    expect(bar).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(stage).to_have_css("background-color", "rgb(211, 215, 222)")
    menu(hand).get_by_role("radiogroup", name="Theme").get_by_text("Dark").click()
    expect(bar).to_have_css("background-color", "rgb(22, 26, 33)")
    expect(stage).to_have_css("background-color", "rgb(21, 23, 27)")


class Fingers:
    """Touches and a pen, at places of the picture."""

    def __init__(self, hand: Hand) -> None:
        self.hand = hand
        self.cdp: CDPSession = hand.page.context.new_cdp_session(hand.page)

    def touch(self, kind: str, *places: XY) -> "Fingers":
        points = [{"x": x, "y": y, "id": number} for number, (x, y) in enumerate(places)]
        self.cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        return self

    def drag(self, *places: XY) -> "Fingers":
        """One finger, at places of the screen."""
        self.touch("touchStart", places[0])
        for place in places[1:]:
            self.touch("touchMove", place)
        return self.touch("touchEnd")

    def pen(self, kind: str, place: XY) -> "Fingers":
        pressed = {"button": "left", "buttons": 1, "clickCount": 1} if kind != "mouseMoved" else {"buttons": 1}
        event = {"type": kind, "x": place[0], "y": place[1], "pointerType": "pen", **pressed}
        self.cdp.send("Input.dispatchMouseEvent", event)
        return self

    def stroke(self, *places: XY) -> "Fingers":
        """The pen, at places of the screen."""
        self.pen("mousePressed", places[0])
        for place in places[1:]:
            self.pen("mouseMoved", place)
        return self.pen("mouseReleased", places[-1])


def test_one_finger_draws_and_takes_hold_two_move_zoom_and_turn(
    fingers: Fingers, world: World, api: httpx2.Client
) -> None:
    hand = fingers.hand
    screen = hand.view.screen
    hand.key("4")
    fingers.drag(screen((500, 300)), screen((560, 350)), screen((640, 420)))
    hand.count(1).is_saved()
    # A finger takes hold of a corner that a mouse would miss.
    hand.key("v")
    x, y = screen((640, 420))
    fingers.drag((x + 10, y + 10), (x + 20, y + 20), screen((680, 460)))
    hand.is_saved()
    ship = labels(api, world.tasks[0])["annotations"][0]["geometry"]
    assert near((ship["x"], ship["y"]), (500, 300))
    assert min(ship["w"] - 20, ship["h"]) > 130
    # Two fingers a quarter turn, and a little more, from lying beside each other.
    before = hand.view
    a, b = screen((300, 300)), screen((500, 300))
    length = b[0] - a[0]
    fingers.touch("touchStart", a).touch("touchStart", a, b)
    for cos, sin in ((0.94, 0.34), (0.77, 0.64), (0.5, 0.87), (0.17, 0.98), (0.02, 1)):
        fingers.touch("touchMove", a, (a[0] + length * cos, a[1] + length * sin))
    fingers.touch("touchEnd")
    wait_until(hand.page, lambda: 60 < hand.view.turn <= 90)
    assert hand.view.scale == pytest.approx(before.scale, rel=0.1)
    hand.count(1)


def test_two_fingers_give_up_what_one_began_with_a_brush_of_points(fingers: Fingers) -> None:
    hand = fingers.hand
    hand.key("4")
    a, b, c = (hand.view.screen(place) for place in ((300, 300), (350, 340), (500, 300)))
    fingers.touch("touchStart", a).touch("touchMove", b).touch("touchStart", b, c)
    fingers.touch("touchMove", b, (c[0] + 80, c[1])).touch("touchEnd")
    wait_until(hand.page, lambda: hand.view.scale > 1)
    hand.count(0)


def test_a_pen_draws_while_fingers_move_and_the_palm_does_nothing(
    fingers: Fingers, world: World, api: httpx2.Client
) -> None:
    hand = fingers.hand
    screen = hand.view.screen
    hand.key("5")
    corners = [screen(place) for place in ((300, 400), (460, 400), (460, 540), (300, 540), (300, 405))]
    between = [
        (a[0] + (b[0] - a[0]) * part / 6, a[1] + (b[1] - a[1]) * part / 6)
        for a, b in pairwise(corners)
        for part in range(6)
    ]
    before = hand.view
    fingers.pen("mousePressed", between[0])
    # The hand that holds the pen comes to lie on the screen.
    fingers.touch("touchStart", screen((500, 500)))
    for place in between[1:]:
        fingers.pen("mouseMoved", place)
    fingers.touch("touchMove", screen((480, 480))).touch("touchEnd")
    fingers.pen("mouseReleased", between[-1])
    hand.count(1).is_saved()
    assert hand.view == before
    xs, ys = zip(*labels(api, world.tasks[0])["annotations"][0]["geometry"]["rings"][0], strict=True)
    assert near((min(xs), min(ys), max(xs), max(ys)), (300, 400, 460, 540), within=3)
    # Later a finger moves the picture, whatever the tool.
    hand.page.wait_for_timeout(600)
    a = screen((200, 200))
    fingers.drag(a, (a[0] + 30, a[1] + 10), (a[0] + 60, a[1] + 20))
    wait_until(hand.page, lambda: near((before.x - hand.view.x) * before.scale, 60, within=2))
    hand.count(1)
