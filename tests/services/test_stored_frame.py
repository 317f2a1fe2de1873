"""Exports in the frame of stored pixels: for every EXIF orientation labels and masks lie on the original bytes."""

import io
import json
from typing import Any

import numpy as np
import pytest
from PIL import Image

from labelwright.media.orientation import TRANSPOSITIONS
from labelwright.model.errors import Invalid
from labelwright.model.geometry import ImageSegmentation
from labelwright.services import datasets, export_work, label_exports, projects, tasks
from labelwright.services.context import Context
from labelwright.services.label_exports import Wanted
from tests.builders import Project, Team, annotation, make_medium, make_project, rectangle, save
from tests.services.test_label_exports import content
from tests.services.test_label_imports import send

SIZE_WH = (40, 30)
ORIENTATIONS = range(1, 9)


def picture(orientation: int) -> bytes:
    """A picture whose bright pixels are those of one rectangle as it is displayed: see `BOX`."""
    pixels = np.zeros(SIZE_WH[::-1], np.uint8)
    pixels[3:12, 5:25] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG", exif=exif)
    return file.getvalue()


def bright(pixels: Any) -> tuple[int, int, int, int]:
    """The box (xywh) around what is bright."""
    rows, columns = np.nonzero(np.asarray(pixels))
    left, top = int(columns.min()), int(rows.min())
    return left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top


@pytest.fixture
def project(ctx: Context, team: Team) -> Project:
    """A picture of each orientation, its bright box labelled as a crane and as water."""
    made = make_project(ctx, team.admin, media=())
    dataset = datasets.create_dataset(ctx, team.admin, name="Turned", owner=team.organisation_id)
    for orientation in ORIENTATIONS:
        make_medium(ctx, team.admin, dataset["id"], f"{orientation}.png", picture(orientation))
    projects.connect_dataset(ctx, team.admin, made.id, dataset["id"])
    tasks.move_many(ctx, team.admin, made.id, "WAITING", dataset_id="ALL")
    for task in tasks.list_tasks(ctx, team.admin, made.id, tasks.TaskFilter()).items:
        orientation = int(task["mediumName"][0])
        stored = Image.open(io.BytesIO(picture(orientation)))
        shown = stored.transpose(TRANSPOSITIONS[orientation]) if orientation > 1 else stored
        x, y, w, h = map(float, bright(shown))
        ring = ((x, y), (x + w, y), (x + w, y + h), (x, y + h))
        crane = annotation(ctx, made.class_id("crane"), rectangle(x, y, w, h))
        water = annotation(ctx, made.class_id("water"), ImageSegmentation((ring,)))
        save(ctx, team.admin, task["id"], created=(crane, water))
        tasks.complete_task(ctx, team.admin, task["id"])
    return made


def written(ctx: Context, team: Team, project: Project, form: str, **fields: Any) -> dict[str, Any]:
    asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format=form, pictures="pack", **fields))
    export_work.write_next(ctx)
    return label_exports.get_export(ctx, team.admin, asked["id"])


def test_stored_boxes_and_masks_lie_on_the_original_bytes(ctx: Context, team: Team, project: Project) -> None:
    with content(ctx, written(ctx, team, project, "coco", frame="stored")) as archive:
        found = json.loads(archive.read("annotations/instances_default.json"))
        images = {image["id"]: image for image in found["images"]}
        assert len(found["annotations"]) == 2 * len(ORIENTATIONS)
        for one in found["annotations"]:
            image = images[one["image_id"]]
            pixels = Image.open(archive.open(f"images/{image['file_name']}"))
            assert pixels.size == (image["width"], image["height"]) == SIZE_WH
            assert tuple(one["bbox"]) == bright(pixels)
    with content(ctx, written(ctx, team, project, "masks_index", frame="stored")) as archive:
        for orientation in ORIENTATIONS:
            mask = np.asarray(Image.open(archive.open(f"masks/{orientation}.png")))
            pixels = np.asarray(Image.open(archive.open(f"images/{orientation}.png")))
            assert np.array_equal(mask > 0, pixels > 0)


@pytest.mark.parametrize("side_car", [False, True])
@pytest.mark.parametrize("frame", ["displayed", "stored"])
@pytest.mark.parametrize("form", ["coco", "yolo-seg", "masks_index"])
def test_either_frame_comes_back_as_it_was(
    ctx: Context, team: Team, project: Project, frame: str, form: str, *, side_car: bool
) -> None:
    export = written(ctx, team, project, form, frame=frame, side_car=side_car)
    found = send(ctx, team, project, label_exports.archive_path(ctx, export["id"]).read_bytes())
    assert found["summary"]["geometries"].keys() == {"unchanged"}


def test_the_report_names_pictures_that_are_displayed_otherwise_than_stored(
    ctx: Context, team: Team, project: Project
) -> None:
    reports = [
        json.loads(bytes(written(ctx, team, project, "coco", frame=frame)["report"]))
        for frame in ("displayed", "stored")
    ]
    assert [report["turned"] for report in reports] == [[f"{n}.png" for n in range(2, 9)], []]


@pytest.mark.parametrize(("form", "frame"), [("coco", "upright"), ("native", "stored")])
def test_a_frame_that_there_is_not_is_refused(
    ctx: Context, team: Team, project: Project, form: str, frame: str
) -> None:
    with pytest.raises(Invalid) as caught:
        label_exports.create_export(ctx, team.admin, project.id, Wanted(format=form, frame=frame))
    assert caught.value.issues[0].pointer == "/frame"
