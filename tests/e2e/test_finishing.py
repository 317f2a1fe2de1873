"""Finishing tasks: missing answers, complete, skip, the next one, and what the back button finds."""

import re

import httpx2
import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import LABELER, Pages
from tests.e2e.label_mode import Hand, wait_until
from tests.e2e.world import World, build, every_type, geometry, labels, picture, question

SHIP = ((500, 300), (640, 420))


@pytest.fixture
def world(api: httpx2.Client) -> World:
    return build(api, every_type())


@pytest.fixture
def hand(page: Page, world: World) -> Hand:
    return Hand(page, world.tasks[0]).open()


def test_missing_answers_are_listed_and_lead_to_their_question(hand: Hand, world: World, api: httpx2.Client) -> None:
    hand.key("4").drag(*SHIP).key("Escape", "Escape", "Control+Enter")
    missing = hand.page.get_by_role("button", name=re.compile("^Ship Type needs an answer"))
    missing.click()
    expect(hand.question("Type").get_by_role("radio").first).to_be_focused()
    hand.key("1")
    expect(missing).to_have_count(0)
    hand.key("Control+Enter")
    expect(hand.page.get_by_role("heading", name="All done")).to_be_visible()
    assert api.get(f"/api/tasks/{world.tasks[0]}").json()["task"]["state"] == "COMPLETED"


def test_a_labeler_completes_and_skips_until_nothing_is_left(open_page: Pages, api: httpx2.Client) -> None:
    world = build(api, every_type(), [picture(), picture(400, 300), picture(300, 400)])
    page = open_page(LABELER)
    page.goto(f"/label/{world.tasks[0]}")
    expect(page.get_by_text("Only to look at.")).to_be_visible()
    tells_about_the_picture(Hand(page, world.tasks[0]).ready(), world)
    page.get_by_role("button", name="Start labelling").click()
    expect(page.get_by_text("Only to look at.")).to_have_count(0)
    hand = Hand(page, world.tasks[0]).ready()
    hand.key("1").click((50, 60)).key("Control+Enter")
    page.wait_for_url(f"**/label/{world.tasks[1]}")
    Hand(page, world.tasks[1]).ready().count(0)
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("dialog").get_by_role("button", name="Skip").click()
    page.wait_for_url(f"**/label/{world.tasks[2]}")
    Hand(page, world.tasks[2]).ready().key("Control+Enter")
    expect(page.get_by_role("heading", name="All done")).to_be_visible()
    states = [api.get(f"/api/tasks/{task}").json()["task"]["state"] for task in world.tasks]
    assert states == ["COMPLETED", "SKIPPED", "COMPLETED"]


def tells_about_the_picture(hand: Hand, world: World) -> None:
    """By its key, by its button and by its name; the dataset is a link, and keys go back to the picture."""
    dialog = hand.page.get_by_role("dialog", name="About this picture")
    hand.key("Control+i")
    expect(dialog).to_contain_text(re.compile("000.png.*800 . 600.*PNG.*Added"))
    dataset = dialog.get_by_role("link", name=world.name)
    expect(dataset).to_have_attribute("href", f"/datasets/{world.dataset}")
    hand.key("Escape")
    expect(hand.canvas).to_be_focused()
    hand.page.get_by_role("button", name="About this picture").click()
    expect(dialog).to_be_visible()
    hand.key("Escape", "Control+k")
    hand.page.keyboard.type("about this")
    hand.key("Enter")
    expect(dialog).to_be_visible()
    hand.key("Escape")
    expect(dialog).to_be_hidden()


def test_the_next_picture_is_fetched_before_it_is_asked_for(open_page: Pages, api: httpx2.Client) -> None:
    world = build(api, every_type(), [picture(), picture(400, 300)])
    page = open_page(LABELER)
    take(page, world)
    second = api.get(f"/api/tasks/{world.tasks[1]}").json()["medium"]["id"]
    with page.expect_response(f"**/api/media/{second}/display"):
        Hand(page, world.tasks[0]).open()


def test_the_next_picture_takes_the_place_of_the_one_that_is_done(open_page: Pages, api: httpx2.Client) -> None:
    """Label mode stays as it is around them; what was done to the first does not reach the second."""
    world = build(api, every_type(), [picture(), picture(400, 300), picture(300, 400)])
    second = api.get(f"/api/tasks/{world.tasks[1]}").json()["medium"]["id"]
    page = open_page(LABELER)
    take(page, world)
    with page.expect_response(f"**/api/media/{second}/display"):
        hand = Hand(page, world.tasks[0]).open()
    hand.key("4").drag((100, 100), (200, 200)).key("a", "1", "Escape")
    hand.key("1").click((50, 60)).is_saved()
    page.evaluate("document.querySelector('canvas').dataset.mark = 'here'")
    with page.expect_request(lambda request: request.method == "POST") as asked:
        hand.key("Control+Enter")
    assert asked.value.url.endswith(f"{world.tasks[0]}/complete")
    page.wait_for_url(f"**/label/{world.tasks[1]}")

    following = Hand(page, world.tasks[1]).ready().count(0)

    assert page.locator("canvas[data-mark=here]").count() == 1
    expect(page.get_by_role("heading", level=1)).to_have_text("001.png")
    expect(page.get_by_role("button", name=re.compile("^Undo"))).to_have_attribute("aria-disabled", "true")
    assert following.pixel((390, 290)) == following.pixel((310, 210))
    following.key("1").click((300, 250)).is_saved()
    (annotation,) = labels(api, world.tasks[1])["annotations"]
    assert (annotation["geometry"]["x"], annotation["geometry"]["y"]) == pytest.approx((300, 250), abs=1)
    assert len(labels(api, world.tasks[0])["annotations"]) == 2


def test_what_is_pressed_before_the_next_picture_is_here_never_reaches_the_one_before(
    open_page: Pages, api: httpx2.Client
) -> None:
    """Keys wait for it, clicks and finishing are left out and that is said, also on a computer that is far too slow."""
    classes = [geometry("buoy", "point", "#f2b134", "1"), geometry("rope", "line", "#4c9be8", "2")]
    world = build(api, [*classes, question("note", "free_text", required=True)], [picture(), picture(), picture()])
    page = open_page(LABELER)
    take(page, world)
    hand = Hand(page, world.tasks[0]).open()
    asked: list[Route] = []
    page.route("**/complete", lambda route, _request: asked.append(route))

    hand.key("a")
    page.keyboard.type("calm")
    hand.key("Control+Enter")
    wait_until(page, lambda: len(asked) == 1)
    hand.key("a")
    page.keyboard.type("wild")
    hand.key("Escape", "2", "Control+Enter").click((50, 60), (150, 60))
    hand.says("The next picture is on its way. 7 keys wait for it.")
    asked[0].continue_()
    page.wait_for_url(f"**/label/{world.tasks[1]}")
    second = Hand(page, world.tasks[1]).ready().says("not here yet when you wanted to finish it")
    second.click((100, 100), (200, 200)).key("Enter").count(1).is_saved()
    assert [*labels(api, world.tasks[0])["answers"].values()] == ["calm"]
    assert labels(api, world.tasks[0])["annotations"] == []
    assert [*labels(api, world.tasks[1])["answers"].values()] == ["wild"]

    # A task that stays open keeps nothing of what was meant for the next.
    second.key("Control+Enter")
    wait_until(page, lambda: len(asked) == 2)
    second.key("1")
    asked[1].abort()
    second.ready().says("the keys that were pressed meanwhile did nothing")
    expect(page.get_by_role("button", name="Rope", exact=True)).to_have_attribute("aria-pressed", "true")

    # Keys that stay down finish one picture.
    page.keyboard.down("Control")
    page.keyboard.down("Enter")
    wait_until(page, lambda: len(asked) == 3)
    asked[2].continue_()
    third = Hand(page, world.tasks[2])
    page.wait_for_url(f"**/label/{world.tasks[2]}")
    third.ready().says("“001.png” is done.")
    page.keyboard.down("Enter")
    page.keyboard.up("Control")
    third.key("1").click((50, 60)).count(1).is_saved()
    assert len(asked) == 3


def test_the_back_button_leaves_finished_tasks_alone(open_page: Pages, api: httpx2.Client) -> None:
    world = build(api, every_type(), [picture(), picture(400, 300)])
    page = open_page(LABELER)
    page.goto(f"/projects/{world.project}")
    take(page, world)
    hand = Hand(page, world.tasks[0]).open()
    hand.key("1").click((50, 60)).key("Control+Enter")
    page.wait_for_url(f"**/label/{world.tasks[1]}")
    Hand(page, world.tasks[1]).ready().key("1").click((60, 60))
    page.go_back()
    page.wait_for_url(f"**/projects/{world.project}")
    page.go_forward()
    Hand(page, world.tasks[1]).ready().count(1).is_saved()


def take(page: Page, world: World) -> None:
    """Take the project's next task, as “Start labelling” does."""
    origin = page.url.split("/projects")[0] if "/projects" in page.url else None
    headers = {"Origin": origin} if origin else {"Sec-Fetch-Site": "same-origin"}
    answer = page.request.post(f"/api/projects/{world.project}/next-task", headers=headers)
    assert answer.json()["taskId"] == world.tasks[0]


def test_the_sheet_of_keys_names_classes_tools_and_gestures(hand: Hand) -> None:
    hand.key("?")
    sheet = hand.page.get_by_role("dialog", name="Keys and gestures")
    for text in ("Draw Buoy", "Select", "Zoom to the pointer", "Complete and load the next"):
        expect(sheet.get_by_text(text, exact=True)).to_be_visible()
    hand.key("Escape")
    expect(sheet).to_have_count(0)
    expect(hand.canvas).to_be_focused()
