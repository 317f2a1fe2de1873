"""Work that the server cannot take stays on this computer: shown, downloaded, imported, sent later, thrown away."""

import json
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Dialog, Page, expect

from tests.e2e.conftest import LABELER, Pages, Server
from tests.e2e.label_mode import Hand, wait_until
from tests.e2e.world import World, build, every_type, labels, ok

REFUSED = "The task is not yours."


@pytest.fixture
def world(api: httpx2.Client) -> World:
    return build(api, every_type())


def points(api: httpx2.Client, world: World) -> int:
    return len(labels(api, world.tasks[0])["annotations"])


def take(page: Page, world: World, server: Server) -> None:
    taken = page.request.post(f"/api/projects/{world.project}/next-task", headers={"Origin": server.url})
    assert taken.json()["taskId"] == world.tasks[0]


def download(page: Page, name: str) -> bytes:
    with page.expect_download() as started:
        page.get_by_role("button", name=name).click()
    return Path(started.value.path()).read_bytes()


def test_a_task_taken_away_leaves_the_work_until_the_task_comes_back(
    open_page: Pages, world: World, api: httpx2.Client, server: Server
) -> None:
    page = open_page(LABELER)
    take(page, world, server)
    hand = Hand(page, world.tasks[0]).open()
    hand.key("1").click((50, 60)).is_saved()
    ok(api.post(f"/api/tasks/{world.tasks[0]}/reset-labeler"))
    hand.click((100, 60)).is_unsaved(1).is_kept()
    dialog = page.get_by_role("dialog", name="Not saved")
    expect(dialog.get_by_text(REFUSED)).to_be_visible()
    file = download(page, "Download as JSON")
    dialog.get_by_role("button", name="Close").last.click()
    expect(page.get_by_text("Only to look at.")).to_be_visible()
    hand.click((150, 60)).count(2)

    page.goto("/projects")
    page.get_by_role("button", name=LABELER).click()
    page.get_by_role("menuitem", name="Work kept on this computer").click()
    draft = page.get_by_role("list", name="Drafts").get_by_role("listitem")
    expect(draft).to_contain_text("000.png")
    expect(draft).to_contain_text(REFUSED)
    assert json.loads(download(page, "Download"))[0]["labels"] == json.loads(file)[0]["labels"]

    take(page, world, server)
    page.get_by_role("button", name="Try to send").click()
    expect(page.get_by_role("heading", name="Nothing waits here")).to_be_visible()
    assert points(api, world) == 2


def test_work_on_a_deleted_picture_can_be_downloaded_and_thrown_away(
    page: Page, world: World, api: httpx2.Client
) -> None:
    hand = Hand(page, world.tasks[0]).open()
    (medium,) = ok(api.get(f"/api/datasets/{world.dataset}/media"))["items"]
    ok(api.delete(f"/api/media/{medium['id']}"))
    hand.key("1").click((50, 60)).is_unsaved(1).is_kept()
    page.get_by_role("dialog", name="Not saved").get_by_role("link", name="All work kept").click()
    draft = page.get_by_role("list", name="Drafts").get_by_role("listitem")
    expect(draft).to_contain_text("000.png")
    expect(draft.get_by_role("link", name="Open")).to_have_count(0)
    (task,) = json.loads(download(page, "Download"))
    assert task["internal_media_ID"] == medium["id"]
    draft.get_by_role("button", name="Throw away").click()
    asked = page.get_by_role("dialog", name="Throw away the work on “000.png”?")
    asked.get_by_role("button", name="Throw away").click()
    expect(page.get_by_role("heading", name="Nothing waits here")).to_be_visible()


def test_a_downloaded_draft_can_be_imported(page: Page, world: World, api: httpx2.Client) -> None:
    hand = Hand(page, world.tasks[0]).open()
    page.context.set_offline(True)
    hand.key("1").click((50, 60)).key("4").drag((500, 300), (640, 420))
    page.get_by_role("group", name="Marks").get_by_text("Flag").click()
    hand.key("5").drag((100, 300), (200, 300), (200, 400), (100, 400), (100, 300)).count(3).is_kept()
    hand.save_state.click()
    file = download(page, "Download as JSON")
    imported = ok(api.post(f"/api/projects/{world.project}/import", content=file))
    assert imported["annotations"] == 3
    page.context.set_offline(False)
    page.keyboard.press("Escape")
    hand.is_saved().count(3)
    assert points(api, world) == 3


def test_a_damaged_draft_is_told_and_keeps_nobody_from_working(page: Page, world: World, api: httpx2.Client) -> None:
    hand = Hand(page, world.tasks[0]).open()
    page.evaluate(
        """(taskId) => new Promise((resolve) => {
          const request = indexedDB.open('labelwright')
          request.onsuccess = () => {
            const store = request.result.transaction('drafts', 'readwrite').objectStore('drafts')
            store.put({ taskId, tabId: 'damaged', waiting: 'x' }).onsuccess = resolve
          }
        })""",
        world.tasks[0],
    )
    page.reload()
    hand.ready().key("1").click((50, 60)).is_saved()
    page.goto("/drafts")
    expect(page.get_by_text("A draft that cannot be read")).to_be_visible()
    assert json.loads(download(page, "Download"))["content"]["waiting"] == "x"
    page.get_by_role("button", name="Throw away").click()
    page.get_by_role("dialog").get_by_role("button", name="Throw away").click()
    expect(page.get_by_role("heading", name="Nothing waits here")).to_be_visible()


# --- a browser that keeps nothing -----------------------------------------------------------------------------------

REFUSING = "indexedDB.open = () => { throw new DOMException('private', 'SecurityError') }"
FULL = """IDBObjectStore.prototype.put = () => { throw new DOMException('no space', 'QuotaExceededError') }"""


@pytest.mark.parametrize(
    ("script", "told"),
    [(REFUSING, "This browser keeps nothing for this page"), (FULL, "There is no space left on this computer")],
    ids=["private window", "full disk"],
)
def test_a_browser_that_keeps_nothing_says_so_works_on_and_guards_the_door(
    open_page: Pages, world: World, api: httpx2.Client, script: str, told: str
) -> None:
    page = open_page()
    page.add_init_script(script)
    hand = Hand(page, world.tasks[0]).open()
    hand.key("1").click((50, 60)).is_saved()
    expect(page.get_by_test_id("save-banner")).to_contain_text(told)
    page.context.set_offline(True)
    hand.click((100, 60)).is_unsaved(1)
    expect(page.get_by_test_id("save-banner")).to_contain_text("1 edit is only in this tab")

    page.get_by_role("link", name="Back to").click()
    asked = page.get_by_role("dialog", name="Leave and lose this work?")
    asked.get_by_role("button", name="Stay").click()
    dialogs: list[str] = []

    def stay(dialog: Dialog) -> None:
        dialogs.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.close(run_before_unload=True)
    wait_until(page, lambda: dialogs)
    assert dialogs == ["beforeunload"]
    hand.count(2)
    page.context.set_offline(False)
    hand.is_saved()
    assert points(api, world) == 2
