"""Labels go out and come in without a mouse, and the keyboard is never left without a place."""

from pathlib import Path

import httpx2
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Pages
from tests.e2e.test_files import LONG, foreign_file, labelled
from tests.e2e.world import labels

MOST_STOPS = 60
# Letters are one search as long as no second lies between them, which happens on a busy machine.
BEGINS_ANEW_MS = 1500
TYPED_AT_MOST = 5


def reach(page: Page, wanted: Locator, key: str = "Tab") -> None:
    """Press Tab until a control has the focus."""
    for _ in range(MOST_STOPS):
        if wanted.evaluate("(element) => element === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{wanted} is not reached with {key}")


def choose(page: Page, select: Locator, label: str, key: str = "Tab") -> None:
    """Choose what begins with a label, by typing it."""
    reach(page, select, key)
    chosen = select.locator("option:checked")
    for _ in range(TYPED_AT_MOST):
        page.keyboard.type(label)
        if chosen.inner_text().strip() == label:
            break
        page.wait_for_timeout(BEGINS_ANEW_MS)
    expect(chosen).to_have_text(label)


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    reach(page, wanted)
    page.keyboard.press(key)


def has_a_place(page: Page) -> None:
    """The focus is somewhere on the page, not lost with what had it."""
    expect(page.locator(":focus")).to_have_count(1)


def test_an_archive_is_made_and_fetched_without_a_mouse(open_page: Pages, api: httpx2.Client, tmp_path: Path) -> None:
    world = labelled(api)
    page = open_page()
    page.goto(f"/projects/{world.project}/files")
    form = page.get_by_label("Format", exact=True)
    expect(form).to_be_visible()
    choose(page, form, "YOLO segmentation")
    press(page, page.locator("summary", has_text="Which tasks and classes"))
    states = page.get_by_role("group", name="Tasks in state")
    press(page, states.get_by_label("Backlog", exact=False), "Space")
    expect(page.get_by_text("every class")).to_be_visible()
    reach(page, page.get_by_label("Split", exact=True))
    page.keyboard.type("80/10/10")
    press(page, page.get_by_label("Never tear apart"), "End")
    press(page, page.get_by_label("With a side-car"), "Space")
    press(page, page.get_by_role("button", name="See what gets lost"))
    lost = page.locator("summary", has_text="1 answer does not come along")
    expect(lost).to_be_visible(timeout=LONG)
    has_a_place(page)
    press(page, lost)
    reach(page, page.get_by_role("list", name="What it is about").get_by_role("link", name="000.png"))

    choose(page, form, "COCO", "Shift+Tab")
    press(page, page.get_by_role("button", name="Export", exact=True))
    expect(page.get_by_text("The archive is there, and was read back")).to_be_visible(timeout=LONG)
    has_a_place(page)
    reach(page, page.get_by_role("link", name="Download ("))
    with page.expect_download() as arriving:
        page.keyboard.press("Enter")
    assert arriving.value.suggested_filename.endswith("_coco.zip")
    press(page, page.get_by_role("button", name="Remove COCO from the list"))
    press(page, page.get_by_role("dialog").get_by_role("button", name="Remove"))
    expect(page.get_by_text("No archive yet")).to_be_visible()
    has_a_place(page)


def test_a_file_is_mapped_stored_and_taken_back_without_a_mouse(
    open_page: Pages, api: httpx2.Client, tmp_path: Path
) -> None:
    world = labelled(api)
    before = labels(api, world.tasks[1])
    page = open_page()
    page.on("filechooser", lambda _: None)  # choosers are watched for from the start, not from the moment of the key
    page.goto(f"/projects/{world.project}/files")
    reach(page, page.get_by_role("radio", name="Export"))
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("Nothing imported yet")).to_be_visible()
    reach(page, page.locator("input[type=file]"))
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(foreign_file(tmp_path))
    expect(page.get_by_role("button", name="3 Refused")).to_be_visible(timeout=LONG)
    choose(page, page.get_by_label("What vessel becomes", exact=True), "Ship (rectangle)")
    expect(page.get_by_role("button", name="2 Refused")).to_be_visible(timeout=LONG)
    has_a_place(page)
    choose(page, page.get_by_label("What gull becomes", exact=True), "Leave out")
    expect(page.get_by_role("button", name="1 Refused")).to_be_visible(timeout=LONG)
    press(page, page.get_by_role("button", name="1 Refused"), "Space")
    expect(page.get_by_role("region", name="Changes", exact=True).get_by_role("row")).to_have_count(2)
    press(page, page.get_by_role("button", name="Import 1 change"))
    expect(page.get_by_text("The labels of 1 picture are stored.")).to_be_visible(timeout=LONG)
    has_a_place(page)
    press(page, page.get_by_role("button", name="Undo the whole import"))
    expect(page.get_by_text("Everything is as it was before.")).to_be_visible(timeout=LONG)
    has_a_place(page)
    assert labels(api, world.tasks[1]) == before
