"""Label mode by keyboard: keys that people choose themselves, and work without a mouse."""

import json
import re
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import LABELER, Pages
from tests.e2e.label_mode import Hand
from tests.e2e.world import World, build, classes_of, every_type, labels, picture

SHIP = ((500, 300), (640, 420))


@pytest.fixture(scope="module")
def world(api: httpx2.Client) -> World:
    return build(api, every_type())


@pytest.fixture
def hand(page: Page, world: World) -> Hand:
    return Hand(page, world.tasks[0]).open()


def sheet(hand: Hand) -> Locator:
    hand.key("?")
    return hand.page.get_by_role("dialog", name="Keys and gestures")


def keys_of(found: Locator, action: str) -> Locator:
    return found.get_by_role("group", name=action, exact=True)


def test_a_key_is_given_to_a_tool_and_remembered(hand: Hand) -> None:
    draw = keys_of(sheet(hand), "Draw")
    draw.get_by_role("button", name="Change D of Draw").click()
    hand.key("1")
    expect(draw.get_by_role("status")).to_contain_text("1 draws Buoy")
    hand.key("z")
    expect(draw.get_by_role("button", name="Change Z of Draw")).to_be_focused()
    hand.key("Escape", "1", "v", "z")
    tool = hand.page.get_by_role("button", name="Draw", exact=True)
    expect(tool).to_have_attribute("aria-pressed", "true")
    expect(tool).to_have_attribute("title", re.compile(r"\(Z\)"))
    hand.page.reload()
    hand.ready().key("1", "v", "d")
    expect(tool).to_have_attribute("aria-pressed", "false")
    hand.key("z")
    expect(tool).to_have_attribute("aria-pressed", "true")


def test_a_key_that_is_taken_is_swapped_or_left(hand: Hand) -> None:
    found = sheet(hand)
    draw, duplicate = keys_of(found, "Draw"), keys_of(found, "Duplicate")
    draw.get_by_role("button", name="Change D of Draw").press("Enter")
    hand.key("Control+d")
    expect(draw.get_by_role("status")).to_contain_text("Ctrl+D does “Duplicate”")
    draw.get_by_role("button", name="Leave it").press("Enter")
    expect(draw.get_by_role("button", name="Change D of Draw")).to_be_visible()
    draw.get_by_role("button", name="Change D of Draw").press("Enter")
    hand.key("Control+d", "Enter")
    expect(draw.get_by_role("button", name="Change Ctrl+D of Draw")).to_be_visible()
    expect(duplicate.get_by_role("button", name="Change D of Duplicate")).to_be_visible()
    draw.get_by_role("button", name="Reset Draw").click()
    expect(draw.get_by_role("button", name="Change D of Draw")).to_be_visible()
    expect(duplicate.get_by_role("button", name="Change D of Duplicate")).to_have_count(0)
    found.get_by_role("button", name="Reset all").click()
    expect(duplicate.get_by_role("button", name="Change Ctrl+D of Duplicate")).to_be_visible()


def test_keys_travel_as_a_file(hand: Hand, open_page: Pages, world: World, tmp_path: Path) -> None:
    found = sheet(hand)
    keys_of(found, "Fit the picture").get_by_role("button", name="Add a key").click()
    hand.key("Control+9")
    with hand.page.expect_download() as saved:
        found.get_by_role("button", name="Save as file").click()
    file = tmp_path / "keys.json"
    saved.value.save_as(file)
    assert json.loads(file.read_text())["keys"] == {"command.fit": ["f", "Ctrl+9"]}

    other = Hand(open_page(), world.tasks[0]).open()
    found = sheet(other)
    pick = found.locator("input[type=file]")
    pick.set_input_files({"name": "keys.json", "mimeType": "application/json", "buffer": b'{"format":"x"}'})
    expect(found.get_by_text("This is no file of keys")).to_be_visible()
    pick.set_input_files(file)
    expect(keys_of(found, "Fit the picture").get_by_role("button", name="Ctrl+9")).to_be_visible()
    found.get_by_role("searchbox").fill("fit")
    expect(keys_of(found, "Fit the picture")).to_be_visible()
    expect(keys_of(found, "Draw")).to_have_count(0)


def test_the_palette_finds_tools_classes_choices_and_questions(hand: Hand) -> None:
    palette = hand.page.get_by_role("dialog", name="Commands")
    found = palette.get_by_role("option")

    def search(text: str) -> Locator:
        expect(hand.page.locator("dialog[aria-label=Commands]")).to_have_count(0)  # closed, and known to be
        hand.key("Control+k")
        expect(palette.get_by_role("combobox")).to_be_focused()
        hand.page.keyboard.type(text)
        expect(palette.get_by_role("combobox")).to_have_value(text)
        return found

    search("dupli")
    expect(found.first).to_contain_text("Duplicate")
    expect(found.first).to_contain_text("Select something first.")
    hand.key("Enter")
    expect(found.first).to_be_visible()
    hand.key("Escape")
    expect(search("draw ship").first).to_contain_text("4")
    hand.key("Enter")
    expect(palette).to_have_count(0)
    expect(hand.page.get_by_role("button", name="Draw", exact=True)).to_have_attribute("aria-pressed", "true")
    hand.drag(*SHIP).count(1)
    expect(search("ans note").first).to_contain_text("Answer Note")
    hand.key("Enter")
    expect(hand.page.get_by_role("textbox", name="Note")).to_be_focused()
    hand.key("Control+Shift+p")
    expect(found.first).to_contain_text("Answer Note")
    hand.key("Escape")
    expect(search("undo").first).to_contain_text("Undo")
    hand.key("Enter")
    hand.count(0).is_saved()


def test_the_history_lists_steps_jumps_to_them_and_says_who_saved(hand: Hand) -> None:
    hand.key("1").click((50, 60), (90, 60), (130, 60)).count(3).is_saved()
    hand.key("Control+Shift+h")
    steps = hand.page.get_by_role("region", name="Steps here")
    expect(steps.get_by_role("button")).to_have_count(4)
    expect(steps.get_by_role("button").last).to_contain_text("saved")
    steps.get_by_role("button").nth(1).click()
    hand.count(1)
    expect(steps.get_by_role("button", name="undone")).to_have_count(2)
    steps.get_by_role("button").last.click()
    hand.count(3)
    steps.get_by_role("button").first.click()
    hand.count(0).is_saved()
    expect(hand.page.get_by_role("region", name="Saved on the server").get_by_role("listitem").first).to_contain_text(
        "deleted"
    )


def test_panels_are_folded_and_widened_by_keys_and_stay_so(hand: Hand) -> None:
    edge = hand.page.get_by_role("separator", name="Width of the left panel")
    width = int(edge.get_attribute("aria-valuenow") or 0)
    edge.press("ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", str(width + 16))
    hand.key("Control+j")
    expect(hand.page.get_by_role("button", name="Complete")).to_be_hidden()
    hand.page.reload()
    hand.ready()
    expect(edge).to_have_attribute("aria-valuenow", str(width + 16))
    expect(hand.page.get_by_role("button", name="Complete")).to_be_hidden()
    hand.key("Control+j")
    for size in (1180, 2560):
        hand.page.set_viewport_size({"width": size, "height": 900})
        expect(hand.page.get_by_role("button", name="Complete")).to_be_in_viewport()


def test_a_window_that_is_too_small_is_told_until_it_grows_or_one_goes_on(hand: Hand) -> None:
    note = hand.page.get_by_test_id("small-window")
    expect(note).to_have_count(0)
    hand.page.set_viewport_size({"width": 1199, "height": 800})
    expect(note).to_contain_text(re.compile("1199 . 800 px"))
    hand.page.set_viewport_size({"width": 1200, "height": 580})
    expect(note).to_have_count(0)
    hand.page.set_viewport_size({"width": 1200, "height": 579})
    note.get_by_role("button", name="Go on anyway").press("Enter")
    expect(note).to_have_count(0)
    expect(hand.canvas).to_be_focused()
    hand.page.reload()
    hand.ready().key("4").drag(*SHIP).count(1)
    expect(note).to_have_count(0)


def test_tasks_are_opened_answered_drawn_completed_and_skipped_without_a_mouse(
    open_page: Pages, api: httpx2.Client
) -> None:
    world = build(api, every_type(), [picture(), picture(400, 300), picture(300, 400)])
    page = open_page(LABELER)
    page.goto(f"/projects/{world.project}")
    page.get_by_role("button", name="Start labelling").press("Enter")
    page.wait_for_url(f"**/label/{world.tasks[0]}")
    hand = Hand(page, world.tasks[0]).ready()
    hand.key("4", "y")
    page.keyboard.type("100, 120")
    hand.key("Enter")
    page.keyboard.type("300, 260")
    hand.key("Enter").count(1)
    hand.key("Escape", "Escape", ".", "a", "2", "Tab", "1", "3", "Tab")
    page.keyboard.type("old")
    hand.key("Escape", "a", "1", "Enter", "2", "Escape").is_saved()
    ids = classes_of(api, world.project)
    document = labels(api, world.tasks[0])
    (ship,) = document["annotations"]
    assert [ship["geometry"][key] for key in "xywh"] == [100, 120, 200, 140]
    assert ship["answers"] == {ids["type"]: "ferry", ids["marks"]: ["flag", "anchor"], ids["note"]: "old"}
    assert document["answers"][ids["weather"]] == "sun"
    hand.key("Control+Enter")
    page.wait_for_url(f"**/label/{world.tasks[1]}")
    Hand(page, world.tasks[1]).ready().key("Control+Shift+Enter")
    page.get_by_role("dialog").get_by_role("button", name="Skip").press("Enter")
    page.wait_for_url(f"**/label/{world.tasks[2]}")
    states = [api.get(f"/api/tasks/{task}").json()["task"]["state"] for task in world.tasks]
    assert states == ["COMPLETED", "SKIPPED", "IN_PROGRESS"]


def test_the_list_of_annotations_is_walked_folded_and_chosen_from_by_keys(page: Page, api: httpx2.Client) -> None:
    hand = Hand(page, build(api, every_type()).tasks[0]).open()  # nobody else has drawn in it
    hand.key("1").click((50, 60), (90, 60)).key("4").drag(*SHIP).key("v", "Escape").count(3)
    tree = hand.page.get_by_role("tree", name="Annotations by class")

    def at(name: str) -> Locator:
        row = tree.get_by_role("treeitem", name=name, exact=True)
        expect(tree).to_have_attribute("aria-activedescendant", row.get_attribute("id") or "")
        return row

    tree.focus()
    hand.key("Home")
    at("Buoy: 2")
    hand.key("ArrowDown", "ArrowDown")
    at("Buoy 2")
    hand.key("Enter")
    expect(tree.get_by_role("treeitem", selected=True)).to_have_count(1)
    expect(hand.row("Buoy 2")).to_have_attribute("aria-selected", "true")
    expect(tree).to_be_focused()
    hand.key("End", " ")
    at("Ship 1")
    expect(tree.get_by_role("treeitem", selected=True)).to_have_count(2)
    hand.key("ArrowLeft", "ArrowLeft")
    expect(at("Ship: 1")).to_have_attribute("aria-expanded", "false")
    expect(hand.row("Ship 1")).to_have_count(0)
    hand.key("ArrowRight", "ArrowRight")
    at("Ship 1")
    hand.key("Tab")
    expect(hand.page.get_by_role("button", name="Comment on Ship 1")).to_be_focused()
    hand.key("Shift+Tab", "Enter", "Delete").count(2).is_saved()
