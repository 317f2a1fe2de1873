"""Labelling with real mouse and keys: what is drawn, answered and completed arrives on the server as it was meant."""

import re
from typing import Any, Literal

import httpx2
import pytest
from playwright.sync_api import CDPSession, Page, expect

from tests.e2e.conftest import Pages
from tests.e2e.label_mode import Hand, wait_for_frames, wait_until
from tests.e2e.world import World, annotation, build, circle, classes_of, every_type, labels, save

SHIP = ((500, 300), (640, 420))
SAIL = ((100, 100), (200, 80), (220, 180), (120, 200))


@pytest.fixture
def world(api: httpx2.Client) -> World:
    return build(api, every_type())


@pytest.fixture
def hand(page: Page, world: World) -> Hand:
    return Hand(page, world.tasks[0]).open()


def geometries(api: httpx2.Client, task: str) -> list[dict[str, Any]]:
    return [annotation["geometry"] for annotation in labels(api, task)["annotations"]]


def near(found: Any, expected: Any) -> bool:
    return bool(found == pytest.approx(expected, abs=0.75))


def test_each_kind_is_drawn_where_the_mouse_drew_it(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("1").click((50, 60))
    hand.key("2").click((60, 300), (160, 280), (200, 340)).key("Enter")
    hand.key("3").click(*SAIL).click(SAIL[0])
    hand.key("4").drag(*SHIP)
    hand.key("5").drag((300, 420), (460, 420), (460, 560), (300, 560), (300, 430))
    hand.count(5).is_saved()
    point, line, polygon, rectangle, segment = geometries(api, world.tasks[0])
    assert near((point["x"], point["y"]), (50, 60))
    assert [
        near(found, drawn) for found, drawn in zip(line["points"], [(60, 300), (160, 280), (200, 340)], strict=True)
    ]
    assert all(near(found, drawn) for found, drawn in zip(polygon["points"], SAIL, strict=True))
    assert near([rectangle[key] for key in "xywh"], (500, 300, 140, 120))
    xs, ys = [x for x, _ in segment["rings"][0]], [y for _, y in segment["rings"][0]]
    assert near((min(xs), min(ys), max(xs), max(ys)), (300, 420, 460, 560))


def test_a_new_segment_is_cut_out_of_the_one_below(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("5").drag((100, 100), (400, 100), (400, 400), (100, 400), (100, 110))
    hand.key("6").drag((200, 200), (300, 200), (300, 300), (200, 300), (200, 210))
    hand.count(2).is_saved()
    water, land = geometries(api, world.tasks[0])
    assert [len(water["rings"]), len(land["rings"])] == [2, 1]


def test_a_nested_geometry_belongs_to_the_selected_parent(hand: Hand, world: World, api: httpx2.Client) -> None:
    window = hand.page.get_by_role("button", name="Window", exact=True)
    expect(window).to_have_attribute("aria-disabled", "true")
    expect(window).to_have_attribute("title", re.compile("Select the Ship"))
    hand.key("4").drag(*SHIP)
    window.click()
    hand.drag((520, 320), (560, 360)).count(2).is_saved()
    ship, nested = labels(api, world.tasks[0])["annotations"]
    assert nested["parentId"] == ship["id"]
    assert nested["classId"] == classes_of(api, world.project)["window"]


def test_questions_are_answered_by_keyboard_alone(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("4").drag(*SHIP)
    hand.key("a", "2", "Tab", "1", "3", "Tab")
    expect(hand.page.get_by_role("textbox", name="Note")).to_be_focused()
    hand.page.keyboard.type("rusty, 12 m")
    hand.key("Escape", "a")
    expect(hand.question("Weather").get_by_role("radio").first).to_be_focused()
    hand.key("2", "Enter", "5", "Escape").is_saved()
    document, ids = labels(api, world.tasks[0]), classes_of(api, world.project)
    answers = document["annotations"][0]["answers"]
    assert answers == {ids["type"]: "ferry", ids["marks"]: ["flag", "anchor"], ids["note"]: "rusty, 12 m"}
    assert document["answers"] == {ids["weather"]: "rain", ids["strength"]: "hurricane"}


def test_everything_is_undone_and_done_again(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("1").click((50, 60)).key("4").drag(*SHIP)
    hand.key("a", "1", "Escape", "Control+d").count(3)
    hand.key("Delete").count(2).is_saved()
    before = labels(api, world.tasks[0])
    for _ in range(5):
        hand.key("Control+z")
    hand.count(0).is_saved()
    assert labels(api, world.tasks[0])["annotations"] == []
    for _ in range(5):
        hand.key("Control+Shift+z")
    hand.count(2).is_saved()
    after = labels(api, world.tasks[0])
    assert content(after) == content(before)


def content(document: dict[str, Any]) -> list[Any]:
    keys = ("id", "classId", "geometry", "answers")
    return [{key: annotation[key] for key in keys} for annotation in document["annotations"]]


def test_undo_while_drawing_takes_back_the_last_point(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("3").click(*SAIL, (700, 500)).key("Control+z", "Enter").count(1).is_saved()
    assert len(geometries(api, world.tasks[0])[0]["points"]) == 4


@pytest.mark.parametrize("button", ["left", "right"])
def test_a_line_is_finished_by_a_double_click_or_the_other_button(
    hand: Hand, world: World, api: httpx2.Client, button: Literal["left", "right"]
) -> None:
    hand.key("2").click((60, 300), (160, 280))
    last = hand.view.screen((200, 340))
    if button == "left":
        hand.page.mouse.dblclick(*last)
    else:
        hand.page.mouse.click(*last)
        hand.page.mouse.click(*last, button="right")
    hand.count(1).is_saved()
    expect(hand.page.get_by_role("menu", name="Selection")).to_have_count(0)
    assert len(geometries(api, world.tasks[0])[0]["points"]) == 3


def test_escape_leaves_nothing_behind(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("3").click(*SAIL[:3]).key("Escape").count(0)
    hand.key("4")
    hand.page.mouse.move(*hand.view.screen(SHIP[0]))
    hand.page.mouse.down()
    hand.page.mouse.move(*hand.view.screen(SHIP[1]))
    hand.key("Escape")
    hand.page.mouse.up()
    hand.count(0).is_saved()
    assert labels(api, world.tasks[0])["annotations"] == []


def test_a_shape_is_selected_moved_reshaped_and_deleted(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("4").drag(*SHIP).key("Escape", "Escape")
    hand.click((570, 360))
    expect(hand.row("Ship 1")).to_have_attribute("aria-selected", "true")
    hand.drag((570, 360), (540, 330)).is_saved()
    assert near([geometries(api, world.tasks[0])[0][key] for key in "xywh"], (470, 270, 140, 120))
    hand.drag((610, 390), (650, 430)).is_saved()
    assert near([geometries(api, world.tasks[0])[0][key] for key in "xywh"], (470, 270, 180, 160))
    hand.key("ArrowLeft", "Shift+ArrowUp").is_saved()
    assert near([geometries(api, world.tasks[0])[0][key] for key in "xy"], (469, 260))
    hand.key("Delete").count(0)


def test_copies_are_pasted_at_the_pointer_with_their_answers(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("4").drag(*SHIP).key("a", "3", "Escape", "Control+c")
    hand.move((200, 200)).key("Control+v").count(2).is_saved()
    _, copy = labels(api, world.tasks[0])["annotations"]
    assert near([copy["geometry"][key] for key in "xywh"], (130, 140, 140, 120))
    assert copy["answers"] == {classes_of(api, world.project)["type"]: "liner"}


def test_keys_step_through_annotations(hand: Hand) -> None:
    hand.key("1").click((50, 60), (90, 60), (130, 60)).count(3).key("Escape", "Escape")
    hand.key(".")
    expect(hand.row("Buoy 1")).to_have_attribute("aria-selected", "true")
    hand.key("Control+ArrowRight")
    expect(hand.row("Buoy 2")).to_have_attribute("aria-selected", "true")
    hand.key(",", ",")
    expect(hand.row("Buoy 3")).to_have_attribute("aria-selected", "true")


def test_classes_and_annotations_are_hidden_and_shown(hand: Hand) -> None:
    hand.key("4").drag(*SHIP).key("Escape", "Escape").move((60, 60))
    drawn = hand.pixel((570, 360))
    hide = hand.page.get_by_role("button", name="Hide Ship", exact=True)
    hide.click()
    assert hand.pixel((570, 360)) != drawn
    hand.click((570, 360))
    expect(hand.row("Ship 1")).to_have_attribute("aria-selected", "false")
    hide.click()
    hand.move((60, 60))
    assert hand.pixel((570, 360)) == drawn


def test_keys_work_on_the_picture_after_a_click_on_the_bar(hand: Hand) -> None:
    hand.page.get_by_role("button", name="Zoom in").click()
    expect(hand.canvas).to_be_focused()
    hand.page.get_by_role("button", name="Buoy", exact=True).click()
    expect(hand.canvas).to_be_focused()
    hand.click((300, 300)).count(1)


def test_a_comment_is_kept_with_its_annotation(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("4").drag(*SHIP).key("c")
    expect(hand.page.get_by_role("dialog").get_by_role("textbox")).to_be_focused()
    hand.page.keyboard.type("blurred bow")
    hand.key("Enter")
    expect(hand.page.get_by_role("dialog")).to_have_count(0)
    hand.is_saved()
    assert labels(api, world.tasks[0])["annotations"][0]["comment"] == "blurred bow"


def test_the_menu_of_the_selection_is_worked_by_mouse_and_keys(hand: Hand) -> None:
    hand.key("4").drag(*SHIP).key("v")
    hand.click((570, 360), button="right")
    menu = hand.page.get_by_role("menu", name="Selection")
    expect(menu.get_by_role("menuitem", name="Comment")).to_be_focused()
    menu.get_by_role("menuitem", name="Duplicate").click()
    hand.count(2)
    hand.click((570, 360), button="right").key("Escape")
    expect(menu).to_have_count(0)


@pytest.mark.parametrize("ratio", [1, 1.25, 1.5, 2])
def test_places_are_exact_at_every_pixel_ratio(
    open_page: Pages, world: World, api: httpx2.Client, ratio: float
) -> None:
    hand = Hand(open_page(device_scale_factor=ratio), world.tasks[0]).open()
    hand.key("1")
    hand.page.mouse.move(*hand.view.screen((400, 300)))
    before = hand.view.scale
    for _ in range(6):
        hand.page.mouse.wheel(0, -120)
    wait_until(hand.page, lambda: hand.view.scale > before * 1.5)
    hand.click((400.25, 300.5)).count(1).is_saved()
    point = geometries(api, world.tasks[0])[0]
    assert (point["x"], point["y"]) == pytest.approx((400.25, 300.5), abs=0.5 / hand.view.scale + 0.01)


def test_the_wheel_zooms_to_the_pointer_and_pixels_become_squares(hand: Hand) -> None:
    aimed = (404.5, 300.5)
    at = hand.view.screen(aimed)
    hand.page.mouse.move(*at)
    for _ in range(8):
        hand.page.mouse.wheel(0, -240)
    expect(hand.page.get_by_role("button", name=re.compile("^Zoom [0-9]{4} percent"))).to_be_visible()
    assert hand.view.screen(aimed) == pytest.approx(at, abs=1.0)
    # The picture changes its colour between pixel 399 and 400: with plain squares nothing but a line lies between.
    hand.page.mouse.wheel(0, 1)
    left, right = hand.pixel((399.85, 300.5)), hand.pixel((400.2, 300.5))
    assert left == hand.pixel((399.5, 300.5))
    assert right == hand.pixel((400.5, 300.5))
    assert left != right


def test_space_and_middle_button_move_the_picture(hand: Hand) -> None:
    before = hand.view
    hand.drag((400, 300), (450, 330), button="middle")
    moved = hand.view
    assert (before.x - moved.x, before.y - moved.y) == pytest.approx((50, 30), abs=1.5)
    hand.page.keyboard.down(" ")
    hand.drag((400, 300), (350, 270))
    hand.page.keyboard.up(" ")
    assert (hand.view.x, hand.view.y) == pytest.approx((before.x, before.y), abs=1.5)
    hand.count(0).key("f")
    assert (hand.view.x, hand.view.y) == pytest.approx((before.x, before.y), abs=1.5)


def test_a_picture_that_cannot_be_shown_says_why(page: Page, world: World) -> None:
    answer = '{"status": 503, "code": "media_busy", "detail": "The picture is being made."}'
    page.route(
        "**/display", lambda route: route.fulfill(status=503, content_type="application/problem+json", body=answer)
    )
    page.goto(f"/label/{world.tasks[0]}")
    expect(page.get_by_text("The picture is being made.")).to_be_visible()
    page.unroute("**/display")
    page.get_by_role("button", name="Try again").click()
    Hand(page, world.tasks[0]).ready()


WATCH = """([shape, ghost]) => {
  const ratio = devicePixelRatio
  const layers = ['shapes', 'active'].map((layer) => document.querySelector(`[data-layer=${layer}]`))
  const alpha = (canvas, [x, y]) => {
    const box = canvas.getBoundingClientRect()
    const at = [Math.round((x - box.left) * ratio), Math.round((y - box.top) * ratio)]
    return canvas.getContext('2d').getImageData(...at, 1, 1).data[3]
  }
  window.seen = []
  let pointer = shape
  addEventListener('pointermove', (event) => (pointer = [event.clientX, event.clientY]), true)
  const look = () => {
    window.seen.push([pointer, ghost].map((place) => Math.max(...layers.map((canvas) => alpha(canvas, place)))))
    requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}"""


def test_a_dragged_shape_is_in_every_frame_and_leaves_no_ghost(page: Page, world: World, api: httpx2.Client) -> None:
    ids = classes_of(api, world.project)
    many = [annotation(ids["sail"], circle(index, left_of=400)) for index in range(1800)]
    ship = annotation(ids["ship"], {"kind": "rectangle", "x": 500, "y": 300, "w": 140, "h": 120})
    save(api, world.tasks[0], created=[*many, ship])
    hand = Hand(page, world.tasks[0]).open().count(1801)
    hand.click((570, 360))
    expect(hand.row("Ship 1")).to_have_attribute("aria-selected", "true")
    view = hand.view
    page.evaluate(WATCH, [view.screen((570, 360)), view.screen((505, 400))])
    page.mouse.move(*view.screen((570, 360)))
    page.mouse.down()
    page.mouse.move(*view.screen((690, 150)), steps=12)
    wait_until(page, lambda: page.evaluate("window.seen.at(-1)[1]") == 0)  # it does not stand where it was taken from
    page.mouse.up()
    hand.key("Escape").move((690, 150))
    wait_for_frames(page, 20)
    seen = page.evaluate("window.seen")
    assert all(shape > 0 for shape, _ in seen), "the shape was missing from a frame"
    moved_away = next(index for index, (_, ghost) in enumerate(seen) if ghost == 0)
    assert all(ghost == 0 for _, ghost in seen[moved_away:]), "a ghost came back"


def test_a_locked_class_is_not_taken_hold_of(hand: Hand) -> None:
    hand.key("4").drag(*SHIP).key("Escape", "Escape")
    hand.page.get_by_role("button", name="Ship", exact=True).hover()
    hand.page.get_by_role("button", name="Lock Ship", exact=True).click()
    hand.click((570, 360))
    expect(hand.row("Ship 1")).to_have_attribute("aria-selected", "false")


def test_two_fingers_zoom_and_give_up_what_the_first_began(open_page: Pages, world: World) -> None:
    hand = Hand(open_page(has_touch=True), world.tasks[0]).open()
    hand.key("4")
    before = hand.view
    held = before.screen((300, 300)), before.screen((500, 300))
    spread = (held[0][0] - 80, held[0][1]), (held[1][0] + 80, held[1][1])
    cdp = hand.page.context.new_cdp_session(hand.page)
    touch(cdp, "touchStart", held[0])
    touch(cdp, "touchStart", *held)
    touch(cdp, "touchMove", *spread)
    touch(cdp, "touchEnd")
    hand.count(0)
    wait_until(hand.page, lambda: hand.view.scale > before.scale * 1.5)
    assert hand.view.screen((300, 300)) == pytest.approx(spread[0], abs=1.5)
    assert hand.view.screen((500, 300)) == pytest.approx(spread[1], abs=1.5)


def touch(cdp: CDPSession, kind: str, *places: tuple[float, float]) -> None:
    points = [{"x": x, "y": y, "id": index} for index, (x, y) in enumerate(places)]
    cdp.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
