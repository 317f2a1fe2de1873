"""Take the pictures of the documentation: `python scripts/screenshots.py` starts a demo of its own and looks at it.

They go into docs/images/. Needs what `make test` installs, and Chromium.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

IMAGES = Path(__file__).parents[1] / "docs" / "images"
SIZE_WH = (1360, 850)
PATIENCE_S = 300
READY, SIGN_IN = "Labelwright is ready at ", "Sign in as "


@contextmanager
def demo() -> Iterator[tuple[str, str, str]]:
    """Run a demo in a folder of its own; its address, and who signs in how."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "labelwright.cli", "demo", "--data", str(Path(folder) / "data"), "--port", "0"]
        log = Path(folder) / "demo.log"
        with log.open("w") as out:
            process = subprocess.Popen(command, stdout=out, stderr=out)
        try:
            yield _welcome(process, log)
        finally:
            process.terminate()
            process.wait(30)


def _welcome(process: "subprocess.Popen[bytes]", log: Path) -> tuple[str, str, str]:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and process.poll() is None:
        lines = log.read_text(encoding="utf-8").splitlines()
        address = next((line.removeprefix(READY) for line in lines if line.startswith(READY)), None)
        account = next((line.removeprefix(SIGN_IN) for line in lines if line.startswith(SIGN_IN)), None)
        if address and account:
            email, _, password = account.partition(" with the password ")
            return address, email, password
        time.sleep(0.2)
    raise RuntimeError(f"the demo did not start:\n{log.read_text(encoding='utf-8')}")


def chromium_path() -> str | None:
    """The browser that the tests use as well."""
    named = os.environ.get("LABELWRIGHT_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


def sign_in(page: Page, email: str, password: str) -> None:
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()


def tab(name: str) -> Callable[[Page], None]:
    """Show one page of the demo's project."""

    def show(page: Page) -> None:
        page.goto("/projects")
        page.get_by_role("link", name="Demo project").first.click()
        page.get_by_role("navigation", name="Project").get_by_role("link", name=re.compile(f"^{name}")).click()

    return show


def dataset(page: Page) -> None:
    page.goto("/datasets")
    page.get_by_role("link", name="Demo pictures").first.click()


def configuration(page: Page) -> None:
    tab("Label configuration")(page)
    page.get_by_text("Animal", exact=True).first.click()


def label_mode(page: Page) -> None:
    """A picture that is being worked on, with names at its shapes and one of them chosen."""
    tab("Tasks")(page)
    page.get_by_role("link", name="cat.png").first.click()
    expect(page.get_by_test_id("canvas")).to_have_attribute("data-picture", "shown")
    page.keyboard.press("Shift+T")
    page.get_by_role("treeitem", name="Animal 1", exact=True).click()


PAGES: dict[str, Callable[[Page], None]] = {
    "project": tab("Home"),
    "dataset": dataset,
    "configuration": configuration,
    "tasks": tab("Tasks"),
    "files": tab("Export and import"),
    "label-mode": label_mode,
}


def take(page: Page, name: str) -> None:
    """Keep what is on screen once nothing is on its way."""
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(700)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


def main() -> None:
    with demo() as (address, email, password), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=["--headless", "--no-sandbox"])
        settings = {"viewport": {"width": SIZE_WH[0], "height": SIZE_WH[1]}, "base_url": address}
        page = browser.new_context(**settings, color_scheme="dark").new_page()
        page.goto("/")
        take(page, "sign-in")
        sign_in(page, email, password)
        for name, show in PAGES.items():
            show(page)
            take(page, name)
        browser.close()


if __name__ == "__main__":
    main()
