"""A real server process, a real browser: fixtures for the browser tests.

`server` runs `labelwright serve` on a free port over a temporary directory with one organisation, its admin and
one labeler; `admin_token` and `api` speak to it with a token; `page` is a signed-in admin's page and fails its
test when the page raised an error. `open_page` opens further pages, each in a browser context of its own.
E2E_SLOW=6 makes every page six times slower than this computer.
"""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

ORGANISATION = "Harbour"
ADMIN = "ada@example.org"
LABELER = "lin@example.org"
PASSWORD = "correct horse battery"
CHROMIUM_FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
START_SECONDS = 300
# Nothing waits longer than it has to: only what fails does, and only what fails may take this long on a busy machine.
PATIENCE_MS = 60_000
SLOWER = float(os.environ.get("E2E_SLOW", "1"))
expect.set_options(timeout=PATIENCE_MS)


def labelwright(*arguments: str, stdin: str | None = None) -> str:
    """Run the command line tool to its end and return what it printed."""
    command = [sys.executable, "-m", "labelwright.cli", *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True, timeout=START_SECONDS, check=False)
    assert done.returncode == 0, done.stderr or done.stdout
    return done.stdout.strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """`labelwright serve` over one directory; `kill` and `start` give it the life of a machine that fails."""

    data: Path
    port: int
    log: Path
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "-m", "labelwright.cli", "serve", "--data", str(self.data)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*command, "--host", "127.0.0.1", "--port", str(self.port)],
                stdout=log,
                stderr=log,
                env={**os.environ, **self.settings},
            )
        self._wait_until_ready(self.process)

    def kill(self) -> None:
        """End the process at once, as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=60)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=60)

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            assert process.poll() is None, f"the server ended:\n{self.log.read_text()}"
            try:
                if httpx2.get(f"{self.url}/health", timeout=2).status_code == 200:
                    return
            except httpx2.TransportError:
                time.sleep(0.05)
        pytest.fail(f"the server was not ready after {START_SECONDS} s:\n{self.log.read_text()}")


def create_user(data: Path, email: str, role: str) -> None:
    command = ["admin", "create-user", email, "--organisation", ORGANISATION, "--role", role]
    labelwright(*command, "--password-stdin", "--data", str(data), stdin=f"{PASSWORD}\n")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("server")
    judges = folder / "judges"
    judges.mkdir()
    # Pictures from one megapixel on are shown in tiles: those that nothing else needs are smaller.
    settings = {"LABELWRIGHT_TILED_FROM_MEGAPIXELS": "1", "LABELWRIGHT_JUDGES": str(judges)}
    running = Server(data=folder / "data", port=free_port(), log=folder / "serve.log", settings=settings)
    create_user(running.data, ADMIN, "admin")
    create_user(running.data, LABELER, "labeler")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def admin_token(server: Server) -> str:
    command = ["admin", "create-token", "--organisation", ORGANISATION, "--name", "browser tests"]
    return labelwright(*command, "--scope", "admin", "--data", str(server.data))


@pytest.fixture(scope="session")
def api(server: Server, admin_token: str) -> Iterator[httpx2.Client]:
    headers = {"Authorization": f"Bearer {admin_token}"}
    with httpx2.Client(base_url=server.url, headers=headers, timeout=120) as client:
        yield client


@pytest.fixture(scope="session")
def signed_in(server: Server) -> Callable[[str], Any]:
    """`signed_in(email)`: the cookies of a session of that person, signed in once and used by every test."""
    states: dict[str, Any] = {}

    def cookies(email: str) -> Any:
        if email not in states:
            states[email] = {"cookies": [session_cookie(server, email)], "origins": []}
        return states[email]

    return cookies


def session_cookie(server: Server, email: str) -> dict[str, Any]:
    """A fresh session, as the browser would hold it."""
    answer = httpx2.post(
        f"{server.url}/api/session",
        json={"email": email, "password": PASSWORD},
        headers={"Origin": server.url},
        timeout=60,
    )
    assert answer.status_code == 200, answer.text
    value = answer.cookies["labelwright_session"]
    return {
        "name": "labelwright_session",
        "value": value,
        "domain": "127.0.0.1",
        "path": "/",
        "expires": -1,
        "httpOnly": True,
        "secure": False,
        "sameSite": "Lax",
    }


def chromium_path() -> str | None:
    """The browser to use: the one named in the environment, the system's, or Playwright's own (None)."""
    named = os.environ.get("LABELWRIGHT_CHROMIUM")
    found = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    return named or next((path for path in found if path), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=CHROMIUM_FLAGS)
        yield chromium
        chromium.close()


def prepare(context: BrowserContext) -> BrowserContext:
    """Give every page of a context the patience of the tests and the speed that is asked for."""
    context.set_default_timeout(PATIENCE_MS)
    if SLOWER > 1:
        context.on("page", _slow_down)
    return context


def _slow_down(page: Page) -> None:
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})


@dataclass
class Pages:
    """Pages opened by a test, closed and checked for errors after it."""

    browser: Browser
    server: Server
    signed_in: Callable[[str], Any]
    contexts: list[BrowserContext] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def __call__(self, email: str | None = ADMIN, *, context: BrowserContext | None = None, **options: Any) -> Page:
        """A page of `email` (None: nobody signed in), in a context of its own unless one is given."""
        opened = context or self._context(email, options)
        page = opened.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def _context(self, email: str | None, options: dict[str, Any]) -> BrowserContext:
        state = self.signed_in(email) if email else None
        settings = {"viewport": {"width": 1280, "height": 800}, "base_url": self.server.url, **options}
        context = prepare(self.browser.new_context(storage_state=state, **settings))
        self.contexts.append(context)
        return context

    def close(self) -> None:
        for context in self.contexts:
            context.close()
        assert not self.errors, "\n".join(self.errors)


@pytest.fixture
def open_page(browser: Browser, server: Server, signed_in: Callable[[str], Any]) -> Iterator[Pages]:
    pages = Pages(browser, server, signed_in)
    yield pages
    pages.close()


@pytest.fixture
def page(open_page: Pages) -> Page:
    return open_page()
