"""Export in another format and import with a preview, by a person on the project's page."""

import json
import re
import zipfile
from pathlib import Path

import httpx2
from playwright.sync_api import Page, expect

from labelwright.exchange.manifest import decode
from tests.e2e.conftest import Pages, Server
from tests.e2e.world import World, annotation, build, classes_of, every_type, labels, ok, picture, save
from tests.judges.environment import judge

SQUARE = [[100, 100], [200, 100], [200, 200], [100, 200]]
HOLE = [[130, 130], [160, 130], [160, 160], [130, 160]]
LONG = 120_000


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


def foreign_file(folder: Path, **more: object) -> Path:
    """A file of COCO about the second picture: a vessel, a gull, and something that is no box."""
    coco = {
        "images": [{"id": 1, "file_name": "001.png", "width": 400, "height": 300}],
        "categories": [{"id": 1, "name": "vessel"}, {"id": 2, "name": "gull"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 1, "bbox": [5, 5, 50, 40], "score": 0.5},
            {"id": 2, "image_id": 1, "category_id": 2, "bbox": [80, 5, 20, 20]},
            {"id": 3, "image_id": 1, "category_id": 2, "bbox": [5, 5]},
        ],
    }
    path = folder / "theirs.json"
    path.write_text(json.dumps(coco | more))
    return path


def send(page: Page, path: Path) -> None:
    page.locator("input[type=file]").set_input_files(path)


def download(page: Page, folder: Path, name: str = r"^Download \(") -> Path:
    with page.expect_download() as arriving:
        page.get_by_role("link", name=re.compile(name)).click()
    target = folder / arriving.value.suggested_filename
    arriving.value.save_as(target)
    return target


def test_what_a_format_loses_is_said_and_its_archive_comes_back_unchanged(
    open_page: Pages, api: httpx2.Client, server: Server, tmp_path: Path
) -> None:
    world = labelled(api)
    page = open_page()
    page.goto(f"/projects/{world.project}/files")
    page.get_by_label("Format", exact=True).select_option("yolo-seg")
    page.get_by_role("button", name="See what gets lost").click()
    lost = page.get_by_text("1 answer does not come along: YOLO has no attributes.")
    expect(lost).to_be_visible(timeout=LONG)
    lost.click()
    place = page.get_by_role("list", name="What it is about").get_by_role("link", name="000.png")
    assert (place.get_attribute("href") or "").startswith(f"/label/{world.tasks[0]}")
    page.get_by_label("Nothing that has to be converted").check()
    page.get_by_role("button", name="See what gets lost").click()
    expect(page.get_by_text("does not come along: Conversions are refused: ").first).to_be_visible(timeout=LONG)
    page.get_by_label("Nothing that has to be converted").uncheck()

    page.get_by_label("Format", exact=True).select_option("coco")
    environment = judge("pycocotools", "pycocotools==2.0.11").parents[1]
    judges = Path(server.settings["LABELWRIGHT_JUDGES"])
    (judges / "pycocotools").symlink_to(environment)
    page.get_by_role("button", name="Export", exact=True).click()
    expect(page.get_by_text("The archive is there, and was read back")).to_be_in_viewport(timeout=LONG)
    expect(page.get_by_text("pycocotools 2.0.11 reads the same: 2 annotations in 2 pictures.")).to_be_visible()
    (judges / "pycocotools").unlink()
    page.screenshot(path=tmp_path / "files.png", full_page=True)
    archive = download(page, tmp_path)
    with zipfile.ZipFile(archive) as packed:
        assert decode(packed.read("manifest.json")).ledger.source["geometries"] == 2
        (name,) = (name for name in packed.namelist() if name.startswith("annotations/instances"))
        coco = json.loads(packed.read(name))
    assert sorted(a["area"] for a in coco["annotations"]) == [2400, 10000 - 900]
    kept = page.get_by_role("list", name="Archives").get_by_role("listitem")
    expect(kept).to_have_count(1)
    expect(kept.get_by_role("link", name=re.compile("Download"))).to_be_visible()

    before = labels(api, world.tasks[0])
    page.get_by_text("Import", exact=True).click()
    send(page, archive)
    expect(page.get_by_text("2 things there already", exact=False)).to_be_visible(timeout=LONG)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Everything was there already.")).to_be_visible(timeout=LONG)
    expect(page.get_by_role("button", name="Undo the whole import")).to_be_disabled()
    expect(page.get_by_text("It changed nothing, so there is nothing to take back.")).to_be_visible()
    assert labels(api, world.tasks[0]) == before


def test_a_foreign_file_is_mapped_shown_stored_and_undone(open_page: Pages, api: httpx2.Client, tmp_path: Path) -> None:
    world = labelled(api)
    before = labels(api, world.tasks[1])
    page = open_page()
    page.goto(f"/projects/{world.project}/files?side=import")
    send(page, foreign_file(tmp_path))
    expect(page.get_by_role("button", name="3 Refused")).to_be_visible(timeout=LONG)
    vessel = page.get_by_label("What vessel becomes", exact=True)
    vessel.select_option(label="Ship (rectangle)")
    expect(page.get_by_role("button", name="2 Refused")).to_be_visible(timeout=LONG)
    page.get_by_label("What gull becomes", exact=True).select_option(label="Leave out")
    expect(page.get_by_role("button", name="1 Refused")).to_be_visible(timeout=LONG)
    expect(vessel).to_be_visible()

    page.get_by_label("Keep this mapping as").fill("Port authority")
    page.get_by_role("button", name="Keep", exact=True).click()
    expect(page.get_by_role("heading", name="Mappings")).to_be_visible()
    page.get_by_role("button", name="1 Refused").click()
    changes = page.get_by_role("region", name="Changes", exact=True)
    expect(changes.get_by_role("row")).to_have_count(2)
    expect(changes).to_contain_text("theirs.json /annotations/2")
    page.get_by_role("button", name="1 Said besides, and not kept").click()
    expect(changes).to_contain_text("“score” is not kept, once in one file: there is no question of this name.")
    page.get_by_role("button", name="1 Added").click()
    expect(changes).to_contain_text("rectangle 5,5 50x40")
    page.screenshot(path=tmp_path / "import.png", full_page=True)
    place = changes.get_by_role("link", name="001.png").get_attribute("href") or ""
    assert place.startswith(f"/label/{world.tasks[1]}?annotation=")
    saved = download(page, tmp_path, "^Download all changes as JSON")
    assert saved.name == "theirs.json.changes.ndjson"
    assert [json.loads(line)["what"] for line in saved.read_text().splitlines()] == ["refused", "added", "not_kept"]

    page.get_by_role("button", name="Import 1 change").click()
    expect(page.get_by_text("The labels of 1 picture are stored.")).to_be_visible(timeout=LONG)
    (drawn,) = labels(api, world.tasks[1])["annotations"]
    label_mode = open_page()
    label_mode.goto(f"/label/{world.tasks[1]}?annotation={drawn['id']}")
    expect(label_mode.get_by_role("treeitem", selected=True)).to_have_count(1)
    page.get_by_role("button", name="Undo the whole import").click()
    expect(page.get_by_text("Everything is as it was before.")).to_be_visible(timeout=LONG)
    assert labels(api, world.tasks[1]) == before

    send(page, foreign_file(tmp_path))
    page.get_by_role("button", name="Use “Port authority”").click(timeout=LONG)
    expect(page.get_by_role("button", name="1 Refused")).to_be_visible(timeout=LONG)


def test_a_project_without_classes_takes_those_of_the_file(
    open_page: Pages, api: httpx2.Client, tmp_path: Path
) -> None:
    world = build(api, [], [picture(), picture(400, 300)])
    page = open_page()
    page.goto(f"/projects/{world.project}/files?side=import")
    send(page, foreign_file(tmp_path))
    expect(page.get_by_text("The project has no label configuration yet")).to_be_visible(timeout=LONG)
    page.get_by_label("Export key of vessel").fill("ship")
    page.get_by_label("Kind of vessel").select_option(label="Polygon")
    page.get_by_label("Take gull").uncheck()
    page.get_by_role("button", name="Make the configuration").click()
    expect(page.get_by_role("button", name="1 Added")).to_be_visible(timeout=LONG)
    page.screenshot(path=tmp_path / "made.png", full_page=True)
    page.get_by_role("button", name="Import 1 change").click()
    expect(page.get_by_text("The labels of 1 picture are stored.")).to_be_visible(timeout=LONG)
    made = ok(api.get(f"/api/projects/{world.project}/configuration"))["classes"]
    assert [(one["key"], one["name"], one["type"]) for one in made] == [("ship", "vessel", "polygon")]
    (shape,) = labels(api, world.tasks[1])["annotations"]
    assert shape["geometry"]["kind"] == "polygon"


def test_what_two_formats_claim_can_be_read_as_the_other(open_page: Pages, api: httpx2.Client, tmp_path: Path) -> None:
    world = labelled(api)
    both = tmp_path / "both.zip"
    box = "<object><name>ship</name><bndbox><xmin>1</xmin><ymin>1</ymin><xmax>9</xmax><ymax>9</ymax></bndbox></object>"
    size = "<filename>001.png</filename><size><width>400</width><height>300</height><depth>3</depth></size>"
    with zipfile.ZipFile(both, "w") as archive:
        archive.write(foreign_file(tmp_path), "theirs.json")
        archive.writestr("Annotations/001.xml", f"<annotation>{size}{box}</annotation>")
    page = open_page()
    page.goto(f"/projects/{world.project}/files?side=import")
    send(page, both)
    expect(page.get_by_text("It could also be", exact=False)).to_be_visible(timeout=LONG)
    chosen = page.get_by_label("Read as", exact=True)
    other = "voc" if chosen.input_value() == "coco" else "coco"
    chosen.select_option(other)
    expect(page.get_by_label("Read as", exact=True)).to_have_value(other, timeout=LONG)
    expect(page.get_by_role("heading", name="What changes")).to_be_visible(timeout=LONG)
