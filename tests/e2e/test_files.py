"""Export in another format and import with a preview, by a person on the project's page."""

import json
import re
import zipfile
from pathlib import Path

import httpx2
from playwright.sync_api import Page, expect

from labelwright.exchange.manifest import decode
from tests.e2e.conftest import Pages
from tests.e2e.world import World, annotation, build, classes_of, every_type, labels, ok, picture, save

SQUARE = [[100, 100], [200, 100], [200, 200], [100, 200]]
HOLE = [[130, 130], [160, 130], [160, 160], [130, 160]]


def labelled(api: httpx2.Client) -> World:
    """Two completed pictures: a ship with an answer and a lake with an island in the first."""
    world = build(api, every_type(), [picture(), picture(400, 300)])
    ids = classes_of(api, world.project)
    ship = annotation(ids["ship"], {"kind": "rectangle", "x": 10, "y": 20, "w": 60, "h": 40})
    ship["answers"] = {ids["type"]: "tug"}
    water = annotation(ids["water"], {"kind": "image_segmentation", "rings": [SQUARE, HOLE]})
    save(api, world.tasks[0], created=[ship, water])
    for task in world.tasks:
        ok(api.post(f"/api/tasks/{task}/complete", json={}))
    return world


def download(page: Page, folder: Path) -> Path:
    with page.expect_download() as arriving:
        page.get_by_role("link", name=re.compile(r"^Download \(")).click()
    target = folder / arriving.value.suggested_filename
    arriving.value.save_as(target)
    return target


def test_what_a_format_loses_is_said_and_its_archive_comes_back_unchanged(
    open_page: Pages, api: httpx2.Client, tmp_path: Path
) -> None:
    world = labelled(api)
    page = open_page()
    page.goto(f"/projects/{world.project}/files")
    page.get_by_label("Format", exact=True).select_option("yolo-seg")
    page.get_by_role("button", name="See what gets lost").click()
    expect(page.get_by_text("1 answer does not come along: YOLO has no attributes.")).to_be_visible(timeout=30_000)

    page.get_by_label("Format", exact=True).select_option("coco")
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("The archive is there, and was read back")).to_be_visible(timeout=30_000)
    page.screenshot(path=tmp_path / "files.png", full_page=True)
    archive = download(page, tmp_path)
    with zipfile.ZipFile(archive) as packed:
        assert decode(packed.read("manifest.json")).ledger.source["geometries"] == 2
        coco = json.loads(packed.read("annotations/instances_default.json"))
    assert [a["area"] for a in coco["annotations"]] == [2400, 10000 - 900]

    before = labels(api, world.tasks[0])
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Choose a file or an archive in any format").click()
    chooser.value.set_files(archive)
    expect(page.get_by_text("2 things are there already", exact=False)).to_be_visible(timeout=30_000)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("The labels are stored.")).to_be_visible(timeout=30_000)
    assert labels(api, world.tasks[0]) == before


def test_a_foreign_file_is_shown_stored_and_undone(open_page: Pages, api: httpx2.Client, tmp_path: Path) -> None:
    world = labelled(api)
    before = labels(api, world.tasks[1])
    coco = {
        "images": [{"id": 1, "file_name": "001.png", "width": 400, "height": 300}],
        "categories": [{"id": 1, "name": "vessel"}, {"id": 2, "name": "gull"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [5, 5, 50, 40]},
            {"id": 2, "image_id": 1, "category_id": 2, "bbox": [5, 5]},
        ],
    }
    (tmp_path / "theirs.json").write_text(json.dumps(coco))
    page = open_page()
    page.goto(f"/projects/{world.project}/files")
    with page.expect_file_chooser() as chooser:
        page.get_by_text("Choose a file or an archive in any format").click()
    chooser.value.set_files(tmp_path / "theirs.json")
    expect(page.get_by_text("2 things of the file will not come in")).to_be_visible(timeout=30_000)
    page.get_by_text("What the classes of the file become").click()
    page.get_by_label("vessel", exact=True).select_option(label="ship (rectangle)")
    expect(page.get_by_text("1 thing of the file will not come in")).to_be_visible(timeout=30_000)
    page.screenshot(path=tmp_path / "import.png", full_page=True)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("The labels are stored.")).to_be_visible(timeout=30_000)
    assert len(labels(api, world.tasks[1])["annotations"]) == 1
    page.get_by_role("button", name="Undo the whole import").click()
    expect(page.get_by_text("Everything is as it was before.")).to_be_visible(timeout=30_000)
    assert labels(api, world.tasks[1]) == before
