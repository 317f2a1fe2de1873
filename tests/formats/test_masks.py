"""Mask formats beyond the conformance suite: pixels, orders, borders, and what is wrong with masks of others."""

import io
import json
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from labelwright.exchange.archive import Archive
from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format, chosen
from labelwright.exchange.found import Faults
from labelwright.exchange.ledger import Balance, Ledger
from labelwright.exchange.source import Medium, TaskLabels
from labelwright.exchange.zip_file import ZipWriter
from labelwright.formats import FORMATS, mask_objects, mask_pictures
from labelwright.model.document import Annotation, Document
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Geometry, ImageSegmentation, Polygon, Rectangle
from labelwright.raster import encode_png, find_runs, semantic_map
from tests.formats.corpus import CONFIGURATION, SCHEME, class_id
from tests.formats.sources import source_of

SIZE_WH = (40, 30)
CAR, TREE, SKY, WATER = (SCHEME.indices[class_id(key)] + 1 for key in ("car", "tree", "sky", "water"))
COVER = [
    name for name in FORMATS if name.startswith("masks_") or name in {"coco_panoptic", "cityscapes", "voc_segmentation"}
]
BIG, SMALL = Rectangle(0, 0, 20, 20), Polygon(((4.0, 4.0), (10.0, 4.0), (10.0, 10.0), (4.0, 10.0)))


def labels(*shapes: tuple[str, Geometry, int]) -> TaskLabels:
    annotations = tuple(
        Annotation(id=f"{n:032x}", class_id=class_id(*path.split("/")), geometry=geometry, z=z)
        for n, (path, geometry, z) in enumerate(shapes)
    )
    medium = Medium(id="m", name="a.jpg", path="a.jpg", width=SIZE_WH[0], height=SIZE_WH[1])
    return TaskLabels(task_id="t", state="completed", medium=medium, content=Document(annotations=annotations))


def written(form: Format, task: TaskLabels, **given: str) -> tuple[dict[str, bytes], Balance]:
    """The files that a format writes of one task, and the ledger."""
    file, ledger = io.BytesIO(), Ledger()
    ledger.enter(task)
    sink = ZipWriter(file)
    assert form.write is not None
    form.write(source_of("P", SCHEME, lambda: [task]), Archive(sink), chosen(form.settings, given), ledger)
    sink.close()
    with zipfile.ZipFile(file) as archive:
        return {name: archive.read(name) for name in archive.namelist()}, ledger.closed()


def pixels(data: bytes) -> np.ndarray:
    with Image.open(io.BytesIO(data)) as picture:
        return np.asarray(picture)


def index_mask(*shapes: tuple[str, Geometry, int], **given: str) -> np.ndarray:
    return pixels(written(FORMATS["masks_index"], labels(*shapes), **given)[0]["masks/a.png"])


def read(form: Format, files: dict[str, bytes], folder: Path) -> tuple[list[Any], Faults]:
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    assert form.read is not None
    found = form.read(open_files(folder / "a.zip"))
    return list(found.media()), found.faults


# --- what is written --------------------------------------------------------------------------------------------------


def test_an_index_mask_has_the_values_of_classes_and_the_projects_colours():
    files, _ = written(FORMATS["masks_index"], labels(("car", BIG, 0), ("sky", ImageSegmentation((SMALL.points,)), 0)))

    with Image.open(io.BytesIO(files["masks/a.png"])) as picture:
        assert (picture.mode, picture.size) == ("P", SIZE_WH)
        values, palette = np.asarray(picture), picture.getpalette()
    assert values[25, 25] == 0
    assert values[1, 1] == CAR
    assert values[5, 5] == SKY
    color = CONFIGURATION.by_id[class_id("sky")].label_class.color
    assert palette is not None
    assert "#{:02X}{:02X}{:02X}".format(*palette[3 * SKY : 3 * SKY + 3]) == color


@pytest.mark.parametrize(
    ("order", "shapes", "wins"),
    [
        ("depth", (("car", BIG, 1), ("tree", SMALL, 0)), CAR),
        ("depth", (("tree", SMALL, 0), ("car", BIG, 0)), CAR),
        ("size", (("car", BIG, 1), ("tree", SMALL, 0)), TREE),
        ("class", (("tree", SMALL, 0), ("car", BIG, 1)), TREE),
    ],
)
def test_what_is_painted_over_what_is_chosen(order, shapes, wins):
    assert index_mask(*shapes, order=order)[5, 5] == wins


def test_a_border_gets_the_ignore_index():
    plain, bordered = index_mask(("car", BIG, 0)), index_mask(("car", BIG, 0), boundary="2", ignore="200")

    ring = bordered == 200
    assert ring[:22, 18:22].all()
    assert not ring[:18, :18].any()
    assert np.array_equal(plain[~ring], bordered[~ring])


def test_objects_that_nothing_is_seen_of_are_named():
    _, balance = written(FORMATS["masks_instance"], labels(("tree", SMALL, 0), ("car", BIG, 1)))

    (refused,) = (entry for entry in balance.entries if entry.bucket == "refused")
    assert "Other objects" in refused.reason
    assert refused.items[0].annotation_id == f"{0:032x}"


def test_how_much_of_an_object_is_hidden_is_the_loss():
    _, balance = written(FORMATS["masks_instance"], labels(("car", BIG, 0), ("tree", SMALL, 1)))

    (converted,) = (entry for entry in balance.entries if entry.bucket == "converted")
    assert converted.largest_loss == pytest.approx(36 / 400)


def test_an_ignore_index_that_a_class_has_is_refused():
    with pytest.raises(Invalid, match="has the value 1 in index maps, which is the ignore index"):
        written(FORMATS["masks_index"], labels(), ignore="1")


@pytest.mark.parametrize(("bits", "most"), [("8", 254), ("16", 65_534)])
def test_more_objects_than_a_mask_has_values_are_named_and_none_gets_the_value_of_another(bits, most):
    squares = [("car", Rectangle(n % 300, n // 300, 1, 1), 0) for n in range(most + 6)]
    task = labels(*squares)
    medium = msgspec.structs.replace(task.medium, width=300, height=220)

    files, balance = written(FORMATS["masks_instance"], msgspec.structs.replace(task, medium=medium), bits=bits)

    assert balance.refused["geometries"] == 6
    (refused,) = (entry for entry in balance.entries if entry.bucket == "refused")
    assert refused.reason.startswith(f"{bits} bits have values for {most:,} objects")
    assert [item.annotation_id for item in refused.items] == [f"{n:032x}" for n in range(most, most + 6)]
    values = pixels(files["instances/a.png"])
    assert values.ravel()[:most].tolist() == list(range(1, most + 1))
    assert not values.ravel()[most:].any()


def test_objects_beyond_the_values_of_voc_are_in_neither_of_its_pictures():
    squares = [("car", Rectangle(n % 20 * 2, n // 20 * 2, 2, 2), 0) for n in range(260)]

    files, balance = written(FORMATS["voc_segmentation"], labels(*squares), boundary="0")

    assert balance.refused["geometries"] == 6
    classes, objects = (pixels(files[f"Segmentation{name}/a.png"]) for name in ("Class", "Object"))
    assert objects.max() == 254
    assert np.array_equal(classes > 0, objects > 0)


@pytest.mark.parametrize("name", COVER)
@pytest.mark.parametrize("border", ["0", "1", "4"])
def test_what_is_painted_some_rows_at_a_time_is_painted_alike(name, border, monkeypatch):
    form = FORMATS[name]
    asked = {"boundary": border} if any(setting.id == "boundary" for setting in form.settings) else {}
    chance = np.random.default_rng(3)
    shapes = [
        (key, Rectangle(*chance.integers((0, 0, 1, 1), (35, 25, 15, 12)).tolist()), int(chance.integers(3)))
        for key in ("car", "car", "car", "car", "car", "car")
    ]
    rings = [chance.uniform((0, 0), SIZE_WH, (7, 2)) for _ in range(4)]
    shapes += [("sky", ImageSegmentation((tuple(map(tuple, ring.tolist())),)), 1) for ring in rings]
    whole = written(form, labels(*shapes), **asked)
    monkeypatch.setattr(mask_objects, "_RUNS_AT_ONCE", 20)
    assert written(form, labels(*shapes), **asked) == whole


def test_many_things_of_one_colour_have_segments_of_their_own():
    content, picture = panoptic([("car", Rectangle(n % 40, n // 40, 1, 1), 0) for n in range(1200)])

    ids = picture.astype(np.uint32) @ np.array([1, 256, 65536], dtype=np.uint32)
    assert len(np.unique(ids)) == 1200
    assert {info["id"] for info in content["annotations"][0]["segments_info"]} == set(ids.ravel().tolist())


def test_classes_over_each_other_keep_their_pixels_in_class_masks():
    files, _ = written(FORMATS["masks_class"], labels(("car", BIG, 1), ("tree", SMALL, 0)))

    masks = {name.split("/")[1]: pixels(data) for name, data in files.items() if name.endswith(".png")}
    assert {name: int((mask == 255).sum()) for name, mask in masks.items()} == {
        f"{CAR:03d}_car": 400,
        f"{TREE:03d}_tree": 36,
    }


# --- what is read -----------------------------------------------------------------------------------------------------

corners = st.tuples(st.integers(0, SIZE_WH[0]), st.integers(0, SIZE_WH[1]))
rings = st.lists(corners, min_size=3, max_size=6).map(tuple)


@pytest.mark.parametrize("name", COVER)
@given(shapes=st.lists(st.tuples(st.sampled_from(["tree", "sky", "water"]), rings, st.integers(0, 2)), max_size=5))
@settings(max_examples=40)
def test_classes_read_back_have_the_pixels_that_were_written(name, shapes, tmp_path_factory):
    form = FORMATS[name]
    made = [(k, Polygon(r) if k == "tree" else ImageSegmentation((r,)), z) for k, r, z in shapes]
    files, _ = written(form, labels(*made), **({"boundary": "0"} if name == "voc_segmentation" else {}))

    media, faults = read(form, files, tmp_path_factory.mktemp("masks"))

    assert faults.kept == []
    for key in ("tree", "sky", "water"):
        found = [one.geometry for medium in media for one in medium.objects if one.class_name == key]
        again = semantic_map([g.rings if isinstance(g, ImageSegmentation) else [g.points] for g in found], SIZE_WH)
        assert np.array_equal(again > 0, expected(form, made, key))


@pytest.mark.parametrize("name", COVER)
def test_archives_in_a_folder_that_somebody_packed_around_them_are_read_alike(name, tmp_path):
    form = FORMATS[name]
    files, _ = written(form, labels(("car", BIG, 0), ("tree", SMALL, 1)))

    plain, _ = read(form, files, tmp_path)
    media, faults = read(form, {f"my data/{path}": data for path, data in files.items()}, tmp_path)

    assert form.recognise is not None
    assert form.recognise(open_files(tmp_path / "a.zip"))
    assert faults.kept == []
    for one, other in zip(media, plain, strict=True):
        assert [found.geometry for found in one.objects] == [found.geometry for found in other.objects]
        assert one.path.endswith(other.path)


@pytest.mark.parametrize("name", [name for name in COVER if any(s.id == "boundary" for s in FORMATS[name].settings)])
def test_objects_that_a_border_leaves_nothing_of_are_accounted_for(name, tmp_path):
    form = FORMATS[name]
    files, balance = written(form, labels(("car", BIG, 0), ("tree", SMALL, 1)), boundary="3")

    media, faults = read(form, files, tmp_path)

    assert faults.kept == []
    assert balance.refused["geometries"] == 1
    assert [found.class_name for found in media[0].objects] == ["car"]


def expected(form: Format, made: list[tuple[str, Any, int]], key: str) -> np.ndarray:
    """The pixels of a class: of whatever is on top, or of everything where nothing hides anything."""
    top = np.full(SIZE_WH[::-1], "", dtype=object)
    union = np.zeros(SIZE_WH[::-1], dtype=bool)
    for _, (kind, geometry, _z) in sorted(enumerate(made), key=lambda pair: (pair[1][2], pair[0])):
        mask = semantic_map([geometry.rings if isinstance(geometry, ImageSegmentation) else [geometry.points]], SIZE_WH)
        top[mask > 0] = kind
        union |= (mask > 0) & (kind == key)
    return union if form.id in {"masks_class", "cityscapes"} else top == key


def test_an_object_in_pieces_is_read_as_one():
    values = np.zeros((9, 9), dtype=np.uint8)
    values[1:4, 1:4] = values[6:8, 6:8] = 1
    values[2, 2] = 0

    (geometry,) = mask_pictures.geometries(mask_pictures.pieces_of(find_runs(values), [0])[1], "image_segmentation")

    assert isinstance(geometry, ImageSegmentation)
    assert np.array_equal(semantic_map([geometry.rings], (9, 9)) > 0, values > 0)


def test_an_island_in_a_hole_stays():
    values = np.ones((9, 9), dtype=np.uint8)
    values[1:8, 1:8] = 0
    values[3:6, 3:6] = 1

    (geometry,) = mask_pictures.geometries(mask_pictures.pieces_of(find_runs(values), [0])[1], "image_segmentation")

    assert isinstance(geometry, ImageSegmentation)
    assert np.array_equal(semantic_map([geometry.rings], (9, 9)) > 0, values > 0)


def test_outlines_of_too_many_points_are_cut_into_parts_that_cover_the_same():
    values = np.zeros((1000, 60), dtype=np.uint8)
    values[:, 10] = 1
    values[::2, 10:50:2] = values[1::2, 10:50] = 1
    comb = np.kron(values, np.ones((1, 1), dtype=np.uint8))

    pieces = mask_pictures.pieces_of(find_runs(comb), [0])[1]

    assert max(len(ring) for piece in pieces for ring in piece.rings) <= 10_000
    assert np.array_equal(semantic_map([piece.rings for piece in pieces], (60, 1000)) > 0, comb > 0)


TABLE = b"value,name,color\n0,background,#000000\n1,road,#804080\n2,sky,#4682B4\n"


@pytest.mark.parametrize(
    ("mask", "code"),
    [
        (b"no picture", "not_png"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + (60_000).to_bytes(4, "big") * 2 + bytes(9), "mask_too_large"),
        (encode_png(np.ones((5, 5), dtype=np.uint8))[:60], "damaged_mask"),
        (encode_png(np.full((5, 5), 9, dtype=np.uint8)), "unknown_value"),
    ],
)
def test_a_mask_that_cannot_be_read_is_a_fault_and_others_are_read(mask, code, tmp_path):
    good = encode_png(np.ones((5, 5), dtype=np.uint8))

    media, faults = read(
        FORMATS["masks_index"], {"classes.csv": TABLE, "masks/a.png": mask, "masks/b.png": good}, tmp_path
    )

    assert [fault.code for fault in faults.kept] == [code]
    assert faults.kept[0].place.file == "masks/a.png"
    assert [len(medium.objects) for medium in media] == [0, 1]


@pytest.mark.parametrize("mode", ["L", "P", "RGB", "RGBA", "1", "I;16"])
def test_masks_of_all_common_kinds_are_read(mode, tmp_path):
    values = np.array([[0, 1], [2, 2]], dtype=np.uint8)
    table = TABLE
    if mode == "1":
        picture, table = Image.fromarray(values > 0), b"value,name\n0,background\n1,road\n"
    elif mode == "P":
        picture = Image.fromarray(values).convert("P")
        picture.putdata(values.ravel().tolist())
    elif mode.startswith("RGB"):
        colours = np.array([(0, 0, 0), (128, 64, 128), (70, 130, 180)], dtype=np.uint8)
        picture = Image.fromarray(colours[values]).convert(mode)
    else:
        picture = Image.fromarray(values.astype(np.uint16) if mode == "I;16" else values)
    file = io.BytesIO()
    picture.save(file, "PNG")

    media, faults = read(FORMATS["masks_index"], {"classes.csv": table, "masks/a.png": file.getvalue()}, tmp_path)

    assert faults.kept == []
    names = sorted(one.class_name for one in media[0].objects)
    assert names == (["road"] if mode == "1" else ["road", "sky"])


def test_a_mask_as_fine_as_a_photograph_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(mask_pictures, "MOST_RUNS", 100)
    noise = np.random.default_rng(2).integers(0, 3, (20, 20)).astype(np.uint8)

    _, faults = read(FORMATS["masks_index"], {"classes.csv": TABLE, "masks/a.png": encode_png(noise)}, tmp_path)

    assert [fault.code for fault in faults.kept] == ["mask_too_fine"]


def test_a_filtered_png_beyond_the_limit_is_not_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(mask_pictures, "MOST_DECODED_PIXELS", 10)
    file = io.BytesIO()
    Image.fromarray(np.tile(np.arange(40, dtype=np.uint8), (30, 1))).save(file, "PNG")

    _, faults = read(FORMATS["masks_index"], {"classes.csv": TABLE, "masks/a.png": file.getvalue()}, tmp_path)

    assert [fault.code for fault in faults.kept] == ["mask_too_large"]


def test_a_table_with_faults_says_where_they_are(tmp_path):
    table = b"value,name\nx,road\n1,\n2,sky\n2,water\n"

    _, faults = read(FORMATS["masks_index"], {"classes.csv": table, "masks/a.png": b""}, tmp_path)

    assert [(fault.code, fault.place.line) for fault in faults.kept][:3] == [
        ("invalid_class", 2),
        ("invalid_class", 3),
        ("duplicate_class", 5),
    ]


def test_an_instance_mask_that_no_line_names_is_told(tmp_path: Path) -> None:
    files, _ = written(FORMATS["masks_instance"], labels(("car", BIG, 0)))
    media, faults = read(FORMATS["masks_instance"], files | {"instances/b.png": files["instances/a.png"]}, tmp_path)
    assert len(media) == 1
    assert [(fault.place.file, fault.code) for fault in faults.kept] == [("instances/b.png", "unlisted_mask")]


def test_a_mask_of_another_size_than_its_picture_is_not_read(tmp_path):
    files, _ = written(FORMATS["masks_instance"], labels(("car", BIG, 0)))
    files["instances/a.png"] = encode_png(np.ones((5, 5), dtype=np.uint16))

    media, faults = read(FORMATS["masks_instance"], files, tmp_path)

    assert [fault.code for fault in faults.kept] == ["mask_size"]
    assert "5 x 5 pixels, its picture 40 x 30" in faults.kept[0].message
    assert media[0].objects == ()


LISTED = b"""mask,picture,medium_id,width,height,split,weather
%s/d.png,images/d.tif,d,5,5,train,fog
%s/b.png,images/other.tif,,5,5,,
%s/a.png,images/a.tif,a,5,5,val,
%s/b.png,images/b.tif,b,5,5,,sun
"""


def test_a_list_of_index_masks_may_have_any_order_and_names_one_that_is_missing(tmp_path):
    mask = encode_png(np.ones((5, 5), dtype=np.uint8))
    files = {"classes.csv": b"value,name\n1,road\n", "masks.csv": LISTED.replace(b"%s", b"masks")}
    files |= {f"masks/{name}.png": mask for name in "abc"}

    media, faults = read(FORMATS["masks_index"], files, tmp_path)

    assert [(one.path, one.id, one.split, len(one.objects)) for one in media] == [
        ("images/a.tif", "a", "val", 1),
        ("images/b.tif", "b", "", 1),
        ("masks/c.png", None, "", 1),
    ]
    assert [(aside.name, aside.value) for one in media for aside in one.asides] == [("weather", "sun")]
    assert [(fault.code, fault.place.line, fault.value) for fault in faults.kept] == [
        ("missing_mask", 2, "masks/d.png")
    ]


def test_class_masks_of_a_picture_come_together_and_in_the_order_of_names(tmp_path):
    mask = encode_png(np.full((5, 5), 255, dtype=np.uint8))
    files = {"classes.csv": b"value,name\n2,road\n1,sky\n", "masks.csv": LISTED.replace(b"%s", b"class_masks")}
    files |= {f"class_masks/{name}.png": mask for name in ("001_sky/a", "002_road/a", "001_sky/c", "002_road/b", "3/a")}

    media, faults = read(FORMATS["masks_class"], files, tmp_path)

    assert [(one.path, one.id, [found.class_name for found in one.objects]) for one in media] == [
        ("images/a.tif", "a", ["sky", "road"]),
        ("images/b.tif", "b", ["road"]),
        ("class_masks/c.png", None, ["sky"]),
        ("images/d.tif", "d", []),
    ]
    assert [(fault.code, fault.place.file) for fault in faults.kept] == [("unknown_class", "class_masks/3/a.png")]


# --- layouts of others ------------------------------------------------------------------------------------------------


def test_cityscapes_gives_its_names_its_ids_and_things_instances():
    shapes = (("car", BIG, 0), ("car", Rectangle(20, 0, 5, 5), 0), ("sky", ImageSegmentation((SMALL.points,)), 1))

    files, _ = written(FORMATS["cityscapes"], labels(*shapes))

    start = "gtFine/all/all/a_gtFine_"
    assert sorted(np.unique(pixels(files[f"{start}labelIds.png"])).tolist()) == [0, 23, 26]
    assert sorted(np.unique(pixels(files[f"{start}instanceIds.png"])).tolist()) == [0, 23, 26_000, 26_001]
    assert b"26,car,1," in files["labels.csv"]
    assert pixels(files[f"{start}color.png"]).shape == (30, 40, 3)


def test_cityscapes_own_files_are_read_by_their_polygons_or_by_their_pixels(tmp_path):
    polygons = (
        b'{"imgHeight":30,"imgWidth":40,"objects":[{"label":"cargroup","polygon":[[1,1],[9,1],[9,9]]},'
        b'{"label":"road","polygon":[[1,1],[9,1]]},{"label":"sky","deleted":1,"polygon":[]}]}'
    )
    values = np.zeros((30, 40), dtype=np.uint16)
    values[:5], values[10:12], values[20:22] = 7, 26_003, 26
    files = {
        "gtFine/val/ulm/ulm_000000_000001_gtFine_polygons.json": polygons,
        "gtFine/val/ulm/ulm_000001_000001_gtFine_instanceIds.png": encode_png(values),
    }

    (one, other), faults = read(FORMATS["cityscapes"], files, tmp_path)

    assert [found.class_name for found in one.objects] == ["car"]
    assert [fault.code for fault in faults.kept] == ["invalid_polygon"]
    assert one.path == "leftImg8bit/val/ulm/ulm_000000_000001_leftImg8bit.png"
    assert one.split == "val"
    assert [(found.class_name, type(found.geometry)) for found in other.objects] == [
        ("road", ImageSegmentation),
        ("car", Polygon),
        ("car", Polygon),
    ]


def test_pictures_named_as_in_cityscapes_go_back_to_their_places():
    task = labels()
    medium = Medium(
        id="m", name="", path="ulm_000001_000019_leftImg8bit.png", width=40, height=30, split="val", dataset="Streets"
    )

    assert FORMATS["cityscapes"].picture_path(medium) == "leftImg8bit/val/ulm/ulm_000001_000019_leftImg8bit.png"
    assert FORMATS["cityscapes"].picture_path(task.medium) == "leftImg8bit/all/all/a_leftImg8bit.jpg"


def test_voc_has_its_colours_and_a_border_of_255():
    files, _ = written(FORMATS["voc_segmentation"], labels(("car", BIG, 0), ("car", Rectangle(20, 0, 15, 20), 0)))

    with Image.open(io.BytesIO(files["SegmentationClass/a.png"])) as picture:
        classes, palette = np.asarray(picture), picture.getpalette()
    assert palette is not None
    assert palette[:9] == [0, 0, 0, 128, 0, 0, 0, 128, 0]
    assert palette[-3:] == [224, 224, 192]
    assert (classes[:15, 18:22] == 255).all()
    assert classes[5, 5] == classes[5, 30] == CAR
    objects = pixels(files["SegmentationObject/a.png"])
    assert (objects[5, 5], objects[5, 30]) == (1, 2)
    assert files["ImageSets/Segmentation/trainval.txt"] == b"a\n"
    assert files["labelmap.txt"].splitlines()[1] == b"background:0,0,0::"


def test_vocs_own_files_are_read_without_a_list_of_classes(tmp_path):
    classes = np.zeros((30, 40), dtype=np.uint8)
    classes[:10, :20], classes[:, 20], classes[15:20] = 15, 255, 7
    objects = np.zeros((30, 40), dtype=np.uint8)
    objects[:10, :9], objects[:10, 9:20], objects[15:20] = 1, 2, 3
    files = {
        "VOC2012/SegmentationClass/x.png": encode_png(classes),
        "VOC2012/SegmentationObject/x.png": encode_png(objects),
        "VOC2012/ImageSets/Segmentation/val.txt": b"x\n",
    }

    (medium,), faults = read(FORMATS["voc_segmentation"], files, tmp_path)

    assert faults.kept == []
    assert [found.class_name for found in medium.objects] == ["person", "person", "car"]
    assert (medium.path, medium.split) == ("JPEGImages/x.jpg", "val")


def test_a_stuff_class_is_one_segment_of_a_panoptic_picture_and_things_are_one_each():
    shapes = (
        ("sky", ImageSegmentation((SMALL.points,)), 1),
        ("sky", ImageSegmentation((((30.0, 0.0), (35.0, 0.0), (35.0, 9.0)),)), 1),
        ("car", BIG, 0),
        ("car", Rectangle(20, 0, 5, 5), 0),
    )
    content, _ = panoptic(shapes)
    as_things, _ = panoptic(shapes, stuff="none")

    assert [info["category_id"] for info in content["annotations"][0]["segments_info"]] == [CAR, CAR, SKY]
    assert len(as_things["annotations"][0]["segments_info"]) == 4
    assert {c["name"]: c["isthing"] for c in content["categories"]}["sky"] == 0


def test_a_panoptic_picture_has_the_ids_areas_and_boxes_that_its_json_says():
    content, picture = panoptic((("car", BIG, 0), ("tree", SMALL, 1)))

    ids = picture.astype(np.uint32) @ np.array([1, 256, 65536], dtype=np.uint32)
    for info in content["annotations"][0]["segments_info"]:
        rows, columns = np.nonzero(ids == info["id"])
        assert info["area"] == rows.size
        assert info["bbox"] == [columns.min(), rows.min(), np.ptp(columns) + 1, np.ptp(rows) + 1]


def panoptic(shapes: Any, **given: str) -> tuple[Any, np.ndarray]:
    files, _ = written(FORMATS["coco_panoptic"], labels(*shapes), **given)
    return json.loads(files["annotations/panoptic_default.json"]), pixels(files["annotations/panoptic_default/a.png"])


@pytest.mark.parametrize("form", ["masks_index", "masks_class"])
def test_the_ledger_says_that_touching_objects_of_a_class_are_not_told_apart(form: str) -> None:
    task = labels(("car", Rectangle(2, 2, 10, 10), 0), ("car", Rectangle(12, 2, 10, 10), 0))
    _, balance = written(FORMATS[form], task)
    (entry,) = balance.losses
    assert (entry.bucket, entry.count, entry.reason) == ("converted", 2, mask_objects.MERGED)


def shallow(values: tuple[int, ...], bits: int) -> bytes:
    """A grey PNG of one row whose pixels have fewer bits than a byte."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    row = int("".join(f"{value:0{bits}b}" for value in values), 2).to_bytes(len(values) * bits // 8, "big")
    head = struct.pack(">IIBBBBB", len(values), 1, bits, 0, 0, 0, 0)
    packed = zlib.compress(b"\0" + row)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_values_of_fewer_bits_than_a_byte_are_those_in_the_file(tmp_path: Path, bits: int) -> None:
    most = 2**bits - 1
    place = tmp_path / "a.png"
    place.write_bytes(shallow((0, 1, most, 0, 1, 1, 0, most), bits))
    pixels = mask_pictures.read_pixels(open_files(tmp_path), "a.png", Faults())
    assert pixels is not None
    assert set(pixels.runs.owner.tolist()) == {0, 1, most}
