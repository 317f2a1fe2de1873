"""Label mode by keyboard: keys that people choose themselves, and work without a mouse."""

import json
import re
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Pages
from tests.e2e.label_mode import Hand
from tests.e2e.world import World, build, every_type

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
    hand.key("q")
    expect(draw.get_by_role("button", name="Change Q of Draw")).to_be_focused()
    hand.key("Escape", "1", "v", "q")
    tool = hand.page.get_by_role("button", name="Draw", exact=True)
    expect(tool).to_have_attribute("aria-pressed", "true")
    expect(tool).to_have_attribute("title", re.compile(r"\(Q\)"))
    hand.page.reload()
    hand.ready().key("1", "v", "d")
    expect(tool).to_have_attribute("aria-pressed", "false")
    hand.key("q")
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
