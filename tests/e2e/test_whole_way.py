"""The whole way in a real browser, from the first start to the exported file, by one person with a mouse."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.builders import picture_bytes
from tests.e2e.conftest import PASSWORD, Server, free_port, prepare
from tests.e2e.label_mode import Hand


@pytest.fixture
def fresh_server(tmp_path: Path) -> Iterator[Server]:
    running = Server(data=tmp_path / "data", port=free_port(), log=tmp_path / "serve.log")
    running.start()
    yield running
    running.stop()


@pytest.fixture
def stranger(browser: Browser, fresh_server: Server) -> Iterator[Page]:
    """A page of somebody who never was here, on a server that nobody set up."""
    context = prepare(browser.new_context(viewport={"width": 1280, "height": 800}, base_url=fresh_server.url))
    errors: list[str] = []
    page = context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert not errors, "\n".join(errors)


def _set_up(page: Page, server: Server) -> None:
    link = re.search(r"http://\S+/setup#\S+", server.log.read_text())
    assert link is not None
    page.goto(link[0])
    page.get_by_label("Organisation").fill("Harbour")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Create the account").click()
    expect(page.get_by_role("heading", name="Getting started")).to_be_visible()


def _create_dataset(page: Page, pictures: list[Path]) -> None:
    page.get_by_role("link", name="Create a dataset").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Quay")
    dialog.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Quay")).to_be_visible()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files").click()
    chooser.value.set_files(pictures)
    expect(page.get_by_text(f"{len(pictures)} files uploaded")).to_be_visible()


def _create_project(page: Page) -> None:
    page.get_by_role("link", name="Projects", exact=True).click()
    page.get_by_role("button", name="New project").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name", exact=True).fill("Cranes")
    dialog.get_by_label("Short description").fill("Every crane in the harbour")
    dialog.get_by_role("button", name="Create project").click()
    expect(page.get_by_role("heading", name="Cranes")).to_be_visible()


def _connect(page: Page) -> None:
    page.get_by_role("link", name="Connect a dataset").click()
    page.get_by_role("button", name="Connect a dataset").first.click()
    page.get_by_role("button", name="Connect Quay").click()
    expect(page.get_by_role("link", name="Tasks 2")).to_be_visible()


def _configure(page: Page) -> None:
    page.get_by_role("link", name="Label configuration").first.click()
    page.get_by_role("button", name="Add geometry").click()
    page.get_by_role("menuitem", name="Rectangle").click()
    page.get_by_label("Name", exact=True).fill("Big crane")
    expect(page.get_by_label("Export key")).to_have_value("big_crane")
    page.get_by_role("button", name="Save configuration").click()
    expect(page.get_by_text("The type of a saved class cannot change.")).to_be_visible()


def _label_the_first(page: Page) -> None:
    page.goto("/")
    page.get_by_role("button", name="Start labelling").click()
    expect(page).to_have_url(re.compile("/label/"))
    hand = Hand(page, page.url.rpartition("/")[2]).ready()
    hand.key("1").drag((40, 30), (140, 110)).is_saved()
    page.get_by_role("button", name="Complete").click()
    expect(page).not_to_have_url(re.compile(hand.task))


def test_from_a_folder_of_pictures_to_the_exported_file(stranger: Page, fresh_server: Server, tmp_path: Path) -> None:
    page = stranger
    pictures = [tmp_path / "a.png", tmp_path / "ü 2.png"]
    for picture in pictures:
        picture.write_bytes(picture_bytes(320, 240))
    _set_up(page, fresh_server)
    _create_dataset(page, pictures)
    _create_project(page)
    export = page.get_by_role("button", name="Export labels")
    expect(export).to_be_disabled()
    _connect(page)
    _configure(page)
    page.get_by_role("link", name="Tasks 2").click()
    page.get_by_role("button", name="Release tasks").click()
    page.get_by_role("dialog").get_by_role("button", name="Release", exact=True).click()
    expect(page.get_by_role("button", name="Waiting 2")).to_be_visible()
    _label_the_first(page)
    page.goto("/projects")
    page.get_by_role("link", name="Cranes").first.click()
    expect(export).to_be_enabled()
    export.click()
    with page.expect_download() as download:
        page.get_by_role("dialog").get_by_role("link", name="Download").click()
    overview, task = json.loads(download.value.path().read_text(encoding="utf-8"))

    assert re.fullmatch(r"cranes_\d{8}T\d{6}Z\.json", download.value.suggested_filename)
    assert overview == {"label_classes": [{"class_name": "big_crane", "geometry_type": "rectangle"}]}
    assert (task["external_media_ID"], task["status"]) == ("a.png", "completed")
    assert task["labels"]["big_crane"][0]["geometry"] == [{"x": 40, "y": 30, "w": 100, "h": 80}]
