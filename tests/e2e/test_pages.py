"""Pages around label mode, with a mouse: uploads, a configuration that takes labels away, tokens, the password."""

import re
from base64 import b64encode
from pathlib import Path
from secrets import token_hex

import httpx2
import pytest
from playwright.sync_api import Locator, Page, Request, Route, expect

from tests.e2e.conftest import PASSWORD, Pages, Server, create_user
from tests.e2e.label_mode import wait_until
from tests.e2e.world import World, annotation, build, classes_of, every_type, labels, ok, picture, save

DROP = """async ([files, target]) => {
  const [data, how] = [new DataTransfer(), { bubbles: true, cancelable: true }]
  for (const { name, base64 } of files) {
    const bytes = Uint8Array.from(atob(base64), (each) => each.charCodeAt(0))
    data.items.add(new File([bytes], name, { type: 'image/png' }))
  }
  const taken = ['dragenter', 'dragover', 'drop'].map(
    (type) => !document.querySelector(target).dispatchEvent(new DragEvent(type, { ...how, dataTransfer: data })),
  )
  return taken.at(-1)
}"""


@pytest.fixture
def dataset(page: Page, api: httpx2.Client) -> str:
    """The page of an empty dataset; its id."""
    made: str = ok(api.post("/api/datasets", json={"name": f"Quay {token_hex(3)}", "shortDescription": ""}))["id"]
    page.goto(f"/datasets/{made}")
    expect(page.get_by_role("button", name="Choose files")).to_be_visible()
    return made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for index, name in enumerate(("north/a.png", "north/b.png", "south/c.png")):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(picture(120, 90, shade=index))
    (tmp_path / "south" / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n and no more")
    return tmp_path


def names_in(api: httpx2.Client, dataset: str) -> list[str]:
    return [each["mediaName"] for each in ok(api.get(f"/api/datasets/{dataset}/media"))["items"]]


def choose(page: Page, button: str, files: object) -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).click()
    chooser.value.set_files(files)  # type: ignore[arg-type] - whatever a chooser takes


def test_a_folder_is_uploaded_and_what_is_broken_is_listed_with_its_reason(
    page: Page, api: httpx2.Client, dataset: str, folder: Path
) -> None:
    choose(page, "Choose a folder", folder)
    expect(page.get_by_text("1 file could not be uploaded")).to_be_visible()
    broken = page.get_by_role("listitem").filter(has_text="broken.png")
    expect(broken).to_contain_text(re.compile("cannot|broken|not", re.IGNORECASE))
    assert names_in(api, dataset) == ["a.png", "b.png", "c.png"]


def test_an_upload_pauses_and_goes_on_and_what_failed_is_tried_again(
    page: Page, api: httpx2.Client, dataset: str, folder: Path
) -> None:
    held: list[Route] = []
    page.route(f"**/api/datasets/{dataset}/media", lambda route: _hold(route, held))
    files = [folder / name for name in ("north/a.png", "north/b.png", "south/c.png")]
    choose(page, "Choose files", files)
    wait_until(page, lambda: held)
    page.get_by_role("button", name="Pause", exact=True).first.click()
    resume = page.get_by_role("button", name="Resume", exact=True).first
    expect(resume).to_be_visible()
    assert names_in(api, dataset) == []

    page.unroute(f"**/api/datasets/{dataset}/media")
    page.route(f"**/api/datasets/{dataset}/media", _refuse_one)
    resume.click()
    expect(page.get_by_text("1 file could not be uploaded")).to_be_visible()
    page.unroute(f"**/api/datasets/{dataset}/media")
    page.get_by_role("button", name="Retry failed").click()
    expect(page.get_by_text("3 files uploaded")).to_be_visible()
    assert names_in(api, dataset) == ["a.png", "b.png", "c.png"]


def _hold(route: Route, held: list[Route]) -> None:
    """Only uploads are held; they never come back."""
    if route.request.method == "POST":
        held.append(route)
    else:
        route.continue_()


def _refuse_one(route: Route) -> None:
    if _is_upload_of(route.request, "b.png"):
        route.fulfill(status=422, content_type="application/problem+json", body='{"code": "odd", "detail": "Odd."}')
    else:
        route.continue_()


def _is_upload_of(request: Request, name: str) -> bool:
    return request.method == "POST" and request.headers.get("x-filename") == name


def test_pictures_dropped_anywhere_on_the_page_of_a_dataset_are_uploaded_and_elsewhere_refused(
    page: Page, api: httpx2.Client, dataset: str, folder: Path
) -> None:
    files = [
        {"name": name, "base64": b64encode((folder / "north" / name).read_bytes()).decode()}
        for name in ("a.png", "b.png")
    ]
    page.evaluate(DROP, [files, "h1"])
    expect(page.get_by_text("2 files uploaded")).to_be_visible()
    assert names_in(api, dataset) == ["a.png", "b.png"]

    page.get_by_role("link", name="Projects", exact=True).click()
    expect(page.get_by_role("heading", name="Projects")).to_be_visible()
    assert page.evaluate(DROP, [files, "h1"]), "a browser would leave the page and open the file"
    assert names_in(api, dataset) == ["a.png", "b.png"]


@pytest.fixture
def labelled(api: httpx2.Client) -> World:
    world = build(api, every_type())
    buoy = classes_of(api, world.project)["buoy"]
    save(api, world.tasks[0], created=[annotation(buoy, {"kind": "point", "x": 10, "y": 10})])
    return world


def test_a_class_with_labels_goes_only_after_a_warning(page: Page, api: httpx2.Client, labelled: World) -> None:
    page.goto(f"/projects/{labelled.project}/configuration")
    page.get_by_role("treeitem", name=re.compile("^Buoy")).click()
    page.get_by_role("button", name="Remove", exact=True).click()
    asked = page.get_by_role("dialog", name="Remove “Buoy”?")
    expect(asked).to_contain_text("Saving then deletes 1 annotation of existing tasks.")
    asked.get_by_role("button", name="Remove").click()
    page.get_by_role("button", name="Save configuration").click()
    warning = page.get_by_role("dialog", name="Saving deletes labels")
    expect(warning.get_by_role("row", name=re.compile("Buoy"))).to_contain_text("1")
    warning.get_by_role("button", name="Keep editing").click()
    assert "buoy" in classes_of(api, labelled.project)
    page.get_by_role("button", name="Save configuration").click()
    warning.get_by_role("button", name="Delete the labels and save").click()
    expect(warning).to_have_count(0)
    assert "buoy" not in classes_of(api, labelled.project)
    assert labels(api, labelled.tasks[0])["annotations"] == []


def test_a_token_is_shown_once_works_and_is_revoked(page: Page, server: Server) -> None:
    name = f"Nightly {token_hex(3)}"
    page.goto("/tokens")
    page.get_by_role("button", name="New token").first.click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(name)
    dialog.get_by_role("button", name="Create token").click()
    secret = dialog.get_by_label("Token").input_value()
    dialog.get_by_role("button", name="I have copied it").click()
    headers = {"Authorization": f"Bearer {secret}"}
    assert httpx2.get(f"{server.url}/api/projects", headers=headers, timeout=60).status_code == 200
    page.reload()
    row: Locator = page.get_by_role("row", name=re.compile(name))
    expect(row).to_be_visible()
    assert secret not in page.content()
    row.get_by_role("button", name=f"Revoke {name}").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
    expect(row).to_have_count(0)
    assert httpx2.get(f"{server.url}/api/projects", headers=headers, timeout=60).status_code == 401


def test_a_person_signs_in_changes_the_password_and_signs_out(open_page: Pages, server: Server) -> None:
    email, fresh = f"kim.{token_hex(3)}@example.org", "another battery staple"
    create_user(server.data, email, "labeler")
    page = open_page(None)
    page.goto("/")
    for password in ("not this one at all", PASSWORD):
        page.get_by_label("Email").fill(email)
        page.get_by_label("Password", exact=True).fill(password)
        page.get_by_role("button", name="Sign in").click()
        if password != PASSWORD:
            expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.goto("/account")
    page.get_by_label("Current password").fill(PASSWORD)
    page.get_by_label("New password", exact=True).fill(fresh)
    page.get_by_label("New password again").fill(fresh)
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Password changed")).to_be_visible()
    page.get_by_role("button", name=re.compile(re.escape(email))).click()
    page.get_by_role("menuitem", name="Sign out").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    origin = {"Origin": server.url}
    for password, status in ((PASSWORD, 401), (fresh, 200)):
        body = {"email": email, "password": password}
        assert httpx2.post(f"{server.url}/api/session", json=body, headers=origin, timeout=60).status_code == status


def test_a_small_window_keeps_its_width_for_the_page_and_no_page_is_wider(page: Page, labelled: World) -> None:
    page.set_viewport_size({"width": 390, "height": 780})
    project = f"/projects/{labelled.project}"
    for address in (
        "/",
        project,
        f"{project}/tasks",
        f"{project}/configuration",
        f"{project}/files",
        f"{project}/settings",
        f"/datasets/{labelled.dataset}",
    ):
        page.goto(address)
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        page.wait_for_load_state("networkidle")
        assert page.evaluate("main.scrollWidth - main.clientWidth") <= 0, address
    page.get_by_role("button", name="Widen the navigation").click()
    page.get_by_role("link", name="Projects", exact=True).click()
    expect(page.get_by_role("button", name="Widen the navigation")).to_be_visible()
