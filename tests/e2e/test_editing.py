"""Editing with real mouse and keys: frame, edges, lasso, lists of what lies below, locks, isolation, copies."""

import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.label_mode import Hand
from tests.e2e.world import World, annotation, build, classes_of, every_type, labels, picture, save


@pytest.fixture
def world(api: httpx2.Client) -> World:
    return build(api, every_type(), [picture(), picture(400, 300)])


def box(x: float, y: float, w: float, h: float) -> dict[str, Any]:
    return {"kind": "rectangle", "x": x, "y": y, "w": w, "h": h}


def square(x: float, y: float, side: float) -> dict[str, Any]:
    return {"kind": "polygon", "points": [[x, y], [x + side, y], [x + side, y + side], [x, y + side]]}


@pytest.fixture
def hand(page: Page, world: World, api: httpx2.Client) -> Hand:
    """Two ships, one on the other, and two sails."""
    ids = classes_of(api, world.project)
    ships = [annotation(ids["ship"], geometry) for geometry in (box(100, 100, 300, 200), box(150, 150, 100, 80))]
    sails = [annotation(ids["sail"], square(x, 380, 80)) for x in (500, 650)]
    save(api, world.tasks[0], created=[*ships, *sails])
    return Hand(page, world.tasks[0]).open().count(4)


def geometries(api: httpx2.Client, world: World, task: int = 0) -> list[dict[str, Any]]:
    return [each["geometry"] for each in labels(api, world.tasks[task])["annotations"]]


def is_selected(hand: Hand, *names: str) -> None:
    for name in ("Ship 1", "Ship 2", "Sail 1", "Sail 2"):
        expect(hand.row(name)).to_have_attribute("aria-selected", "true" if name in names else "false")


def menu_item(hand: Hand, name: str) -> Locator:
    return hand.page.get_by_role("menuitem", name=name, exact=True)


def test_what_lies_below_is_listed_and_chosen_by_keys(hand: Hand) -> None:
    page = hand.page
    page.keyboard.down("Alt")
    hand.click((180, 180))
    page.keyboard.up("Alt")
    menu = page.get_by_role("menu", name="What lies here")
    expect(menu.get_by_role("menuitem")).to_have_count(2)
    expect(menu.get_by_role("menuitem").first).to_be_focused()
    hand.key("ArrowDown")
    hand.key("Enter")
    expect(menu).to_have_count(0)
    is_selected(hand, "Ship 1")
    expect(hand.canvas).to_be_focused()


def test_several_are_lassoed_framed_scaled_and_turned(hand: Hand, world: World, api: httpx2.Client) -> None:
    page = hand.page
    hand.key("l").drag((460, 350), (780, 350), (780, 500), (460, 500), (460, 352))
    is_selected(hand, "Sail 1", "Sail 2")
    hand.key("t").move((615, 420))
    hand.drag((730, 460), (730, 540)).is_saved()
    for sail in geometries(api, world)[2:]:
        assert max(y for _, y in sail["points"]) == pytest.approx(540, abs=1.5)
    hand.key("Control+z")
    knob = (615, 380 - 26 / hand.view.scale)
    page.keyboard.down("Shift")
    hand.drag(knob, (715, 421))
    page.keyboard.up("Shift")
    hand.is_saved()
    first, second = ([x for x, _ in sail["points"]] for sail in geometries(api, world)[2:])
    assert min(first) == pytest.approx(min(second), abs=0.1)
    hand.key("Control+z", "Escape")
    is_selected(hand, "Sail 1", "Sail 2")


def test_the_frame_beside_the_selection_scales_and_turns_and_leaves_points_alone(
    hand: Hand, world: World, api: httpx2.Client
) -> None:
    away = 14 / hand.view.scale
    hand.key("l").drag((460, 350), (780, 350), (780, 500), (460, 500), (460, 352))
    is_selected(hand, "Sail 1", "Sail 2")
    hand.drag((615, 460 + away), (615, 540 + away)).is_saved()
    for sail in geometries(api, world)[2:]:
        assert max(y for _, y in sail["points"]) == pytest.approx(540, abs=1.5)
    hand.key("Control+z", "Escape").click((540, 420))
    hand.move((540, 380 - away - 26 / hand.view.scale))
    expect(hand.canvas).to_have_css("cursor", "pointer")
    hand.page.keyboard.down("Shift")
    hand.drag((540, 380 - away - 26 / hand.view.scale), (620, 420))
    hand.page.keyboard.up("Shift")
    hand.is_saved()
    expect(hand.page.get_by_role("button", name="Undo: Turn")).to_be_visible()
    hand.drag((500, 380), (480, 360)).is_saved()
    xs = [x for x, _ in geometries(api, world)[2]["points"]]
    assert min(xs) == pytest.approx(480, abs=1.5)
    assert sorted(xs)[1] == pytest.approx(500, abs=1.5)


def test_edges_are_dragged_and_the_selection_is_aligned(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.click((350, 250)).drag((250, 300), (250, 340)).is_saved()
    assert geometries(api, world)[0]["h"] == pytest.approx(240, abs=1.5)
    hand.click((540, 420))
    hand.page.keyboard.down("Control")
    hand.drag((540, 380), (540, 360))
    hand.page.keyboard.up("Control")
    hand.is_saved()
    points = geometries(api, world)[2]["points"]
    assert [points[0][1], points[1][1], points[2][1]] == pytest.approx([360, 360, 460], abs=1.5)
    hand.page.keyboard.down("Shift")
    hand.click((700, 420))
    hand.page.keyboard.up("Shift")
    hand.click((700, 420), button="right")
    expect(menu_item(hand, "Align: Left")).to_be_visible()
    menu_item(hand, "Align: Bottom").click()
    menu = hand.page.get_by_role("menu", name="Selection")
    expect(menu).to_have_count(0)
    hand.click((700, 420), button="right")
    menu_item(hand, "Align: Left").click()
    hand.is_saved()
    first, second = ([x for x, _ in sail["points"]] for sail in geometries(api, world)[2:])
    assert min(first) == min(second)


def test_one_is_locked_and_a_selection_isolated(hand: Hand, world: World, api: httpx2.Client) -> None:
    page = hand.page
    hand.click((180, 180)).key("Shift+L")
    lock = page.get_by_role("button", name="Lock Ship 2", exact=True)
    expect(lock).to_have_attribute("aria-pressed", "true")
    hand.click((180, 180))
    is_selected(hand, "Ship 1")
    hand.row("Ship 2").click()
    hand.key("Delete").says(re.compile("locked")).count(4)
    lock.click()
    hand.click((180, 180)).key("i")
    expect(page.get_by_text("Only 1 of 4 shown")).to_be_visible()
    away = hand.move((20, 20)).pixel((540, 420))
    page.get_by_role("button", name="Show all").click()
    assert hand.move((20, 20)).pixel((540, 420)) != away
    hand.is_saved()
    assert len(geometries(api, world)) == 4


def test_copies_go_into_another_picture_in_another_tab(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.click((180, 180)).key("Control+c").says("Copied.")
    other = Hand(hand.page.context.new_page(), world.tasks[1]).open()
    other.move((200, 150)).key("Control+v").count(1).key("Control+Shift+V").count(2).is_saved()
    middle, same = geometries(api, world, 1)
    assert [middle[key] for key in "xywh"] == pytest.approx([150, 110, 100, 80], abs=1.5)
    assert same == box(150, 150, 100, 80)
    hand.page.bring_to_front()
    hand.click((350, 250)).key("Control+c").says("Copied.")
    other.page.bring_to_front()
    other.key("Control+v").count(3).is_saved()


def test_one_step_in_depth(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.click((350, 250)).key("Shift+PageUp").is_saved()
    lower, upper, *_ = labels(api, world.tasks[0])["annotations"]
    assert lower["z"] > upper["z"]
    hand.key("Shift+PageDown").is_saved()
    assert labels(api, world.tasks[0])["annotations"][0]["z"] <= upper["z"]
