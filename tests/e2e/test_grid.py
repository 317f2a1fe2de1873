"""The grid: a labeler takes many pictures, answers and completes them by keys, also over a bad connection."""

import re
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.breaking import crash, kill_in_mid_save
from tests.e2e.conftest import LABELER, Pages, Server
from tests.e2e.label_mode import wait_until
from tests.e2e.world import World, build, classes_of, labels, ok, picture, question, save

PICTURES = [picture(160, 120, shade=shade) for shade in range(0, 96, 8)]
STRENGTH = question("strength", "option", "Low", "High")
CLASSES = [
    question(
        "weather", "option", "Sun", "Rain", required=True, children=(question("strength", "option", "Low", "High"),)
    ),
    question("marks", "checklist", "Flag", "Name"),
    question("note", "free_text"),
]


@pytest.fixture
def world(api: httpx2.Client) -> World:
    return build(api, CLASSES, PICTURES)


@pytest.fixture
def page(open_page: Pages, world: World) -> Page:
    page = open_page(LABELER)
    page.goto(f"/projects/{world.project}/grid")
    page.get_by_role("button", name="Take more tasks").click()
    expect(cells(page)).to_have_count(12)
    return page


def cells(page: Page) -> Locator:
    return page.get_by_role("listbox", name="Pictures").get_by_role("option")


def is_saved(page: Page) -> None:
    expect(page.get_by_test_id("grid-state")).to_have_text("All saved")


def answers(api: httpx2.Client, world: World, key: str) -> list[Any]:
    class_id = classes_of(api, world.project)[key]
    return [labels(api, task)["answers"].get(class_id) for task in world.tasks]


def test_many_pictures_are_answered_and_completed_by_keyboard_alone(
    page: Page, world: World, api: httpx2.Client
) -> None:
    def press(*keys: str) -> None:
        for key in keys:
            page.keyboard.press(key)

    expect(cells(page).first).to_be_focused()
    press("Shift+End", "1")
    expect(cells(page).filter(has_text="Sun")).to_have_count(12)
    press("Home", "Escape", "ArrowRight", " ", "ArrowRight", "ArrowRight", " ", "2", ".", "1")
    is_saved(page)
    assert answers(api, world, "weather") == ["sun", "rain", "sun", "rain", *["sun"] * 8]
    assert answers(api, world, "strength") == [None, "low", None, "low", *[None] * 8]
    press("Control+z", "Control+z")
    is_saved(page)
    assert answers(api, world, "weather") == ["sun"] * 12
    press(".", "Control+a", "2", "1", "2")
    is_saved(page)
    assert answers(api, world, "marks") == [["flag"]] * 12
    press("Control+Enter")
    expect(page.get_by_role("heading", name="You hold no tasks of this project")).to_be_visible()
    assert {api.get(f"/api/tasks/{task}").json()["task"]["state"] for task in world.tasks} == {"COMPLETED"}


def test_pictures_are_chosen_by_click_shift_and_a_box(page: Page) -> None:
    chosen = page.get_by_role("option", selected=True)
    cells(page).nth(1).click()
    cells(page).nth(3).click(modifiers=["Shift"])
    expect(chosen).to_have_count(3)
    cells(page).nth(2).click(modifiers=["Control"])
    expect(chosen).to_have_count(2)
    first: Any = cells(page).nth(0).bounding_box()
    second: Any = cells(page).nth(1).bounding_box()
    page.mouse.move(first["x"] + 4, first["y"] + 4)
    page.mouse.down()
    page.mouse.move(second["x"] + 20, second["y"] + 20, steps=4)
    page.mouse.up()
    expect(chosen).to_have_count(2)
    expect(cells(page).nth(0)).to_have_attribute("aria-selected", "true")
    page.get_by_role("button", name=re.compile("Rain")).click()
    expect(cells(page).filter(has_text="Rain")).to_have_count(2)
    page.get_by_role("checkbox", name="Only without an answer").check()
    expect(cells(page)).to_have_count(10)


def test_a_picture_that_is_not_complete_stays_and_says_why(page: Page) -> None:
    cells(page).nth(0).click()
    page.keyboard.press("1")
    cells(page).nth(1).click(modifiers=["Control"])
    page.keyboard.press("Control+Enter")
    expect(cells(page)).to_have_count(11)
    expect(cells(page).filter(has_text="The task is not complete")).to_have_count(1)


def test_answers_given_without_a_connection_arrive_when_it_is_back(
    page: Page, world: World, api: httpx2.Client
) -> None:
    page.context.set_offline(True)
    page.keyboard.press("Control+a")
    page.keyboard.press("2")
    expect(page.get_by_test_id("grid-state")).to_contain_text("with a problem")
    expect(cells(page).filter(has_text="cannot be reached").first).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    expect(page.get_by_test_id("grid-state")).to_contain_text("kept on this computer")
    page.context.set_offline(False)
    is_saved(page)  # the page sends again by itself
    assert answers(api, world, "weather") == ["rain"] * 12


def test_a_tab_killed_without_a_connection_loses_no_answer(
    page: Page, open_page: Pages, world: World, api: httpx2.Client
) -> None:
    context = page.context
    context.set_offline(True)
    page.keyboard.press("Control+a")
    page.keyboard.press("2")
    is_kept(page, 12)
    crash(page)
    context.set_offline(False)
    assert answers(api, world, "weather") == [None] * 12
    again = open_page(context=context)
    again.goto(f"/projects/{world.project}/grid")
    expect(cells(again).filter(has_text="Rain")).to_have_count(12)
    assert answers(api, world, "weather") == ["rain"] * 12
    is_saved(again)


def is_kept(page: Page, pictures: int) -> None:
    """The browser has the answers of so many pictures, whatever the server says."""
    state = page.get_by_test_id("grid-state")
    expect(state).to_have_attribute("data-unsaved", str(pictures))
    expect(state).to_have_attribute("data-kept", "true")


def test_a_tab_killed_and_a_server_killed_in_mid_save_lose_and_double_nothing(
    page: Page, open_page: Pages, world: World, api: httpx2.Client, server: Server
) -> None:
    context = page.context
    killed = kill_in_mid_save(page, server)
    page.keyboard.press("Control+a")
    page.keyboard.press("1")
    wait_until(page, lambda: killed)
    expect(cells(page).filter(has_text="Sun")).to_have_count(12)
    expect(page.get_by_test_id("grid-state")).to_have_attribute("data-kept", "true")
    crash(page)
    server.start()
    again = open_page(context=context)
    again.goto(f"/projects/{world.project}/grid")
    expect(cells(again).filter(has_text="Sun")).to_have_count(12)
    wait_until(again, lambda: answers(api, world, "weather") == ["sun"] * 12)
    for task in world.tasks:
        changes = ok(api.get(f"/api/tasks/{task}/history"))["items"]
        assert len(changes) == 1


def test_what_somebody_else_answered_meanwhile_stays_theirs(page: Page, world: World, api: httpx2.Client) -> None:
    weather, note = (classes_of(api, world.project)[key] for key in ("weather", "note"))
    save(api, world.tasks[0], answers={"set": {weather: "sun"}, "removed": []})
    save(api, world.tasks[1], answers={"set": {note: "fog"}, "removed": []})
    page.keyboard.press("Control+a")
    page.keyboard.press("2")
    is_saved(page)
    assert answers(api, world, "weather") == ["sun", *["rain"] * 11]
    expect(cells(page).nth(0)).to_contain_text("Sun")
    assert answers(api, world, "note")[1] == "fog"
