"""axe finds no fault in label mode, what opens over it, the grid, and the exchange of files, dark and light."""

from pathlib import Path
from typing import Any, Literal

import httpx2
import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import ADMIN, Pages
from tests.e2e.label_mode import Hand
from tests.e2e.test_files import foreign_file
from tests.e2e.world import build, every_type, picture

AXE = Path(__file__).parents[2] / "web" / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"]
# An experiment of axe, and a good one: what is seen is what a voice can say.
RULES = {"label-content-name-mismatch": {"enabled": True}}


class Judge:
    """Asks axe about the page as it stands, and gathers what it finds wrong."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.found: list[str] = []
        page.add_init_script(path=AXE)

    def look(self, place: str) -> None:
        # A colour is judged where it stays.
        self.page.evaluate("Promise.allSettled(document.getAnimations().map((each) => each.finished)).then(() => null)")
        options = {"runOnly": TAGS, "rules": RULES, "resultTypes": ["violations"]}
        result: Any = self.page.evaluate("(options) => axe.run(options)", options)
        assert result["passes"], "axe looked at nothing"
        self.found += [
            f"{place}: {fault['id']} ({fault['help']}): {node['html'][:200]} {node['failureSummary']}"
            for fault in result["violations"]
            for node in fault["nodes"]
        ]


@pytest.mark.parametrize("scheme", ["dark", "light"])
def test_axe_finds_no_fault(
    open_page: Pages, api: httpx2.Client, scheme: Literal["dark", "light"], tmp_path: Path
) -> None:
    world = build(api, every_type(), [picture(), picture(400, 300)])
    page = open_page(ADMIN, color_scheme=scheme)
    judge = Judge(page)
    page.goto(f"/projects/{world.project}/files")
    expect(page.get_by_role("button", name="See what gets lost")).to_be_visible()
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("The archive is there, and was read back")).to_be_visible()
    expect(page.get_by_role("list", name="Archives").get_by_role("link", name="Download")).to_be_visible()
    judge.look("export")
    page.goto(f"/projects/{world.project}/files?side=import")
    page.locator("input[type=file]").set_input_files(foreign_file(tmp_path))
    expect(page.get_by_text("have no place in the label configuration")).to_be_visible()
    judge.look("import")
    page.get_by_role("button", name="Classes of the file").click()
    expect(page.get_by_role("list", name="Proposed classes")).to_be_visible()
    judge.look("proposed classes")

    page.goto(f"/projects/{world.project}/grid")
    judge.look("empty grid")
    page.get_by_role("button", name="Take more tasks").click()
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("1")
    expect(page.get_by_test_id("grid-state")).to_have_text("All saved")
    judge.look("grid")

    hand = Hand(page, world.tasks[0]).open()
    hand.key("4").drag((500, 300), (640, 420)).key("1").click((50, 60)).key("v", ".").is_saved()
    judge.look("label mode")
    hand.key("Control+Shift+h")
    expect(page.get_by_role("region", name="Steps here")).to_be_visible()
    judge.look("history")
    hand.key("Control+k")
    expect(page.get_by_role("dialog", name="Commands")).to_be_visible()
    judge.look("palette")
    hand.key("Escape", "?")
    expect(page.get_by_role("dialog", name="Keys and gestures")).to_be_visible()
    judge.look("sheet")

    assert judge.found == []
