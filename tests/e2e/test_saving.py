"""No stroke is lost: network gone, tab killed, server killed or slow, session ended, work of others."""

import json
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, Dialog, Download, Page, Route, expect

from tests.e2e.breaking import crash, kill_in_mid_save
from tests.e2e.conftest import ADMIN, PASSWORD, Pages, Server, prepare, session_cookie
from tests.e2e.label_mode import Hand, wait_until
from tests.e2e.world import Json, World, annotation, build, classes_of, every_type, labels, ok, save

SHIP = ((500, 300), (640, 420))


@pytest.fixture
def world(api: httpx2.Client) -> World:
    return build(api, every_type())


def points(api: httpx2.Client, world: World) -> int:
    return len(labels(api, world.tasks[0])["annotations"])


def test_a_reload_right_after_a_stroke_keeps_it(page: Page, world: World, api: httpx2.Client) -> None:
    hand = Hand(page, world.tasks[0]).open()
    hand.key("1").click((50, 60)).is_kept()
    page.reload()
    hand.ready().count(1).is_saved()
    assert points(api, world) == 1


SLOW_DISK = """() => {
  IDBObjectStore.prototype.put = function () {
    const wait = () => { this.get(['', '']).onsuccess = wait }
    wait()
  }
}"""


def test_a_page_that_is_left_before_its_stroke_is_on_the_disk_keeps_it(
    open_page: Pages, world: World, api: httpx2.Client
) -> None:
    page = open_page()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    hand = Hand(page, world.tasks[0]).open()
    page.evaluate(SLOW_DISK)
    page.route("**/labels", lambda route, _request: route.abort())  # nor does it reach the server, however slow we are
    hand.key("1").click((50, 60)).count(1)
    page.goto("about:blank")
    assert points(api, world) == 0
    page.unroute("**/labels")
    page.go_back()
    hand.ready().count(1).is_saved()
    assert (points(api, world), asked) == (1, [])
    slips = "Object.keys(localStorage).filter((name) => name.includes('slip'))"
    wait_until(page, lambda: page.evaluate(slips) == [])


def test_without_a_network_work_goes_on_and_is_sent_later(page: Page, world: World, api: httpx2.Client) -> None:
    hand = Hand(page, world.tasks[0]).open()
    hand.key("1").click((50, 60)).is_saved()
    page.context.set_offline(True)
    hand.click((100, 60), (150, 60), (200, 60)).count(4).is_unsaved(3).is_kept()
    banner = page.get_by_test_id("save-banner")
    expect(banner).to_contain_text("3 edits wait on this computer")
    hand.says("No connection to the server. Go on: your work is kept on this computer.")
    page.context.set_offline(False)
    hand.is_saved().says("Connected again. Everything is saved.")
    expect(banner).to_have_count(0)
    assert points(api, world) == 4


def test_a_killed_tab_loses_nothing(open_page: Pages, world: World, api: httpx2.Client) -> None:
    page = open_page()
    hand = Hand(page, world.tasks[0]).open()
    page.context.set_offline(True)
    hand.key("1").click((50, 60), (100, 60)).key("4").drag(*SHIP).is_unsaved(3).is_kept()
    crash(page)
    page.context.set_offline(False)
    again = Hand(open_page(context=page.context), world.tasks[0]).open()
    again.count(3).is_saved()
    assert points(api, world) == 3


@pytest.mark.parametrize("place", ["another picture", "/projects"])
def test_work_on_a_picture_is_sent_from_whatever_is_opened_next(
    open_page: Pages, world: World, api: httpx2.Client, place: str
) -> None:
    hand = Hand(open_page(), world.tasks[0]).open()
    context = hand.page.context
    context.set_offline(True)
    hand.key("1").click((50, 60)).is_unsaved(1).is_kept()
    hand.page.close()
    context.set_offline(False)
    page = open_page(context=context)
    path = f"/label/{build(api, every_type()).tasks[0]}" if place == "another picture" else place
    with context.expect_event("response", lambda answer: answer.request.method == "PATCH"):
        page.goto(path)
    assert points(api, world) == 1


def test_a_server_killed_in_mid_save_loses_and_doubles_nothing(
    page: Page, world: World, api: httpx2.Client, server: Server
) -> None:
    hand = Hand(page, world.tasks[0]).open()
    hand.key("1").click((50, 60)).is_saved()
    killed = kill_in_mid_save(page, server)
    hand.click((100, 60), (150, 60))
    wait_until(page, lambda: killed)
    hand.click((200, 60)).count(4).is_kept()
    expect(hand.save_state).to_have_attribute("data-state", "unsaved")
    server.start()
    hand.is_saved()
    assert points(api, world) == 4
    history = ok(api.get(f"/api/tasks/{world.tasks[0]}/history"))["items"]
    assert sum(entry["created"] for entry in history) == 4


def test_a_server_slower_than_the_hand_holds_nothing_up(page: Page, world: World, api: httpx2.Client) -> None:
    """Fifty strokes while it answers nothing: the screen never waits, one save is under way, the next takes all."""
    hand = Hand(page, world.tasks[0]).open()
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/labels", hold)
    hand.key("1").click(*((20 + 15 * n, 60) for n in range(50))).count(50).is_kept()
    expect(hand.save_state).to_have_text("Saving 50…")
    assert len(held) == 1
    held[0].continue_()
    wait_until(page, lambda: len(held) == 2)
    held[1].continue_()
    hand.is_saved()
    drawn = labels(api, world.tasks[0])["annotations"]
    assert [round(each["geometry"]["x"]) for each in drawn] == [20 + 15 * n for n in range(50)]
    assert ok(api.get(f"/api/tasks/{world.tasks[0]}"))["revision"] == 2


def test_a_save_whose_answer_is_lost_is_made_once(page: Page, world: World, api: httpx2.Client) -> None:
    hand = Hand(page, world.tasks[0]).open()
    sent: list[str] = []

    def swallow(route: Route) -> None:
        sent.append(json.loads(route.request.post_data or "{}")["changeId"])
        if len(sent) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/labels", swallow)
    hand.key("1").click((50, 60)).is_saved()
    assert sent[0] == sent[1]
    opened = ok(api.get(f"/api/tasks/{world.tasks[0]}"))
    assert (opened["revision"], len(opened["document"]["annotations"])) == (1, 1)


def test_after_the_session_ended_signing_in_over_the_editor_goes_on(
    browser: Browser, server: Server, world: World, api: httpx2.Client
) -> None:
    cookie = session_cookie(server, ADMIN)
    context = prepare(browser.new_context(base_url=server.url, viewport={"width": 1280, "height": 800}))
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    hand = Hand(page, world.tasks[0]).open()
    headers = {"Origin": server.url, "Cookie": f"labelwright_session={cookie['value']}"}
    assert httpx2.delete(f"{server.url}/api/session", headers=headers, timeout=60).status_code == 204
    hand.key("1").click((50, 60))
    dialog = page.get_by_role("dialog", name="Please sign in again")
    expect(dialog).to_be_visible()
    hand.is_unsaved(1).is_kept()
    dialog.get_by_label("Password", exact=True).fill(PASSWORD)
    dialog.get_by_role("button", name="Sign in").click()
    expect(dialog).to_have_count(0)
    hand.count(1).is_saved()
    assert points(api, world) == 1
    context.close()


# --- others ---------------------------------------------------------------------------------------------------------


def test_what_others_save_is_merged_where_it_does_not_touch_mine(page: Page, world: World, api: httpx2.Client) -> None:
    hand = Hand(page, world.tasks[0]).open()
    buoy = classes_of(api, world.project)["buoy"]
    save(api, world.tasks[0], created=[annotation(buoy, {"kind": "point", "x": 300, "y": 300})])
    hand.key("1").click((50, 60)).count(2).is_saved()
    hand.key("Control+z").count(1).is_saved()
    (left,) = labels(api, world.tasks[0])["annotations"]
    assert left["geometry"]["x"] == 300


@pytest.mark.parametrize(
    ("choice", "places"),
    [("Keep mine", [440]), ("Keep theirs", [10]), ("Keep both", [10, 440])],
)
def test_two_people_who_changed_the_same_are_asked(
    page: Page, world: World, api: httpx2.Client, choice: str, places: list[int]
) -> None:
    hand = Hand(page, world.tasks[0]).open()
    hand.key("4").drag(*SHIP).key("Escape", "Escape").is_saved()
    (ship,) = labels(api, world.tasks[0])["annotations"]
    page.context.set_offline(True)
    hand.click((570, 360)).drag((570, 360), (510, 330)).is_unsaved(1)
    theirs = {**ship, "geometry": {"kind": "rectangle", "x": 10, "y": 10, "w": 50, "h": 50}}
    save(api, world.tasks[0], updated=[theirs])
    page.context.set_offline(False)
    decide(page, choice)
    hand.is_saved().count(len(places))
    left = sorted(each["geometry"]["x"] for each in labels(api, world.tasks[0])["annotations"])
    assert left == pytest.approx(places, abs=1)
    expect(hand.row("Ship 1")).to_be_visible()


def decide(page: Page, choice: str) -> None:
    """With the keyboard alone: arrows choose, Enter goes on. Both sides are drawn on the picture."""
    dialog = page.get_by_role("dialog", name="changed the same")
    for side in ("Mine", "Theirs"):
        expect(dialog.get_by_role("img", name=f"{side}: drawn on its piece of the picture")).to_be_visible()
    go_on = dialog.get_by_role("button", name="Go on")
    expect(go_on).to_be_disabled()
    dialog.get_by_role("radio", name="Keep mine").focus()
    page.keyboard.press("Space")
    while not dialog.get_by_role("radio", name=choice).is_checked():
        page.keyboard.press("ArrowRight")
    expect(go_on).to_be_enabled()
    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)


def test_two_tabs_of_one_browser_follow_each_other(open_page: Pages, world: World, api: httpx2.Client) -> None:
    first = Hand(open_page(), world.tasks[0]).open()
    second = Hand(open_page(context=first.page.context), world.tasks[0]).open()
    first.key("1").click((50, 60)).is_saved()
    second.count(1)
    second.key("1").click((100, 60)).count(2).is_saved()
    first.count(2).key("Control+z").count(1).is_saved()
    second.count(1)
    assert points(api, world) == 1


@pytest.mark.parametrize("same_browser", [True, False], ids=["two tabs", "two browsers"])
def test_one_person_who_draws_in_two_places_at_once_loses_nothing(
    open_page: Pages, world: World, api: httpx2.Client, *, same_browser: bool
) -> None:
    first = Hand(open_page(), world.tasks[0]).open()
    context = first.page.context if same_browser else None
    second = Hand(open_page(context=context), world.tasks[0]).open()
    first.key("1")
    second.key("1")
    for n in range(5):
        first.click((50 + 50 * n, 60))
        second.click((50 + 50 * n, 300))
    first.is_saved()
    second.is_saved()
    assert points(api, world) == 10


def test_drafts_of_two_tabs_do_not_write_over_each_other(open_page: Pages, world: World, api: httpx2.Client) -> None:
    first = Hand(open_page(), world.tasks[0]).open()
    context = first.page.context
    second = Hand(open_page(context=context), world.tasks[0]).open()
    context.set_offline(True)
    first.key("1").click((50, 60)).is_unsaved(1).is_kept()
    second.key("1").click((100, 60), (150, 60)).is_unsaved(2).is_kept()
    first.page.close()
    second.page.close()
    context.set_offline(False)
    Hand(open_page(context=context), world.tasks[0]).open().count(3).is_saved()
    assert points(api, world) == 3


def test_a_class_that_is_removed_meanwhile_does_not_stop_the_rest(page: Page, world: World, api: httpx2.Client) -> None:
    hand = Hand(page, world.tasks[0]).open()
    page.context.set_offline(True)
    hand.key("1").click((50, 60)).key("4").drag(*SHIP).is_unsaved(2)
    without_ships(api, world)
    page.context.set_offline(False)
    hand.is_saved().count(1)
    expect(page.get_by_role("button", name="Ship", exact=True)).to_have_count(0)
    hand.save_state.click()
    dialog = page.get_by_role("dialog", name="Work that was put aside")
    with page.expect_download() as started:
        dialog.get_by_role("button", name="Download as JSON").click()
    assert list(downloaded(started.value)["labels"]) == ["ship"]
    assert [each["geometry"]["kind"] for each in labels(api, world.tasks[0])["annotations"]] == ["point"]

    configure(api, world, every_type())
    page.reload()
    hand.ready().is_saved().count(2)
    assert {each["geometry"]["kind"] for each in labels(api, world.tasks[0])["annotations"]} == {"point", "rectangle"}


def without_ships(api: httpx2.Client, world: World) -> None:
    configuration = ok(api.get(f"/api/projects/{world.project}/configuration"))
    configure(api, world, [each for each in configuration["classes"] if each["key"] != "ship"])


def configure(api: httpx2.Client, world: World, classes: list[Json]) -> None:
    """Save classes; those that have the key of one that is there are that one."""
    configuration = ok(api.get(f"/api/projects/{world.project}/configuration"))
    known = {each["key"]: each for each in configuration["classes"]}
    body = {"revision": configuration["revision"], "confirm": True, "reopen": False}
    body["classes"] = [known.get(each["key"], each) for each in classes]
    ok(api.put(f"/api/projects/{world.project}/configuration", json=body))


def downloaded(download: Download) -> Json:
    """The one task of a file in the native format."""
    (task,) = json.loads(Path(download.path()).read_text())
    found: Json = task
    return found
