"""Files of other programs with mistakes (K), and archives (A)."""

import io
import json
import stat
import tarfile
import zipfile
from itertools import pairwise
from typing import Any

import numpy as np
from PIL import Image

from tests.exchange.bad_labels import GOOD, LABELS, Case, Files

IMAGE = {"id": 1, "file_name": "a.png", "width": 64, "height": 48}
CATEGORIES = [{"id": 1, "name": "car"}, {"id": 2, "name": "tree"}]


def coco(*annotations: Any, **more: Any) -> bytes:
    content = {"images": [IMAGE], "categories": CATEGORIES, "annotations": list(annotations)}
    return json.dumps(content | more).encode()


def one(**more: Any) -> dict[str, Any]:
    return {"id": 7, "image_id": 1, "category_id": 1, "bbox": [1, 2, 3, 4], "iscrowd": 0} | more


def masked(**segmentation: Any) -> dict[str, Any]:
    return one(category_id=2, segmentation=segmentation)


MANY = ("too_many_points", "points, more")
OUTLINE = one(id=8, category_id=2, segmentation=[[1, 1, 20, 1, 1, 20]])
FIRST = f"{LABELS} /annotations/0"
COCO = (
    Case("K43", "three numbers", coco(one(bbox=[1, 2, 3])), "invalid_bbox", "Annotation 7 needs a bbox", FIRST),
    Case("K43", "wrong area", coco(one(area=-5)), objects=1),
    Case(
        "K43", "RLE of another size", coco(masked(size=[9, 9], counts=[81]), OUTLINE), "rle_size", "[48, 64]", FIRST, 1
    ),
    Case("K43", "RLE bomb", coco(masked(size=[48, 64], counts=[0, 10**9])), "invalid_rle", "not to 64 x 48", FIRST),
    Case(
        *(
            "K43",
            "RLE bomb in a vast picture",
            coco(masked(size=[10**6] * 2, counts=[0, 10**12]), images=[IMAGE | {"width": 10**6, "height": 10**6}]),
        ),
        *("invalid_image", "<= 65535 - at `$.width`", f"{LABELS} /images/0"),
    ),
    Case(
        "K43", "RLE text", coco(masked(size=[48, 64], counts="€")), "invalid_rle", "characters that do not occur", FIRST
    ),
    Case("K43", "category", coco(one(category_id=9)), "unknown_category", "Annotation 7 has the category 9", FIRST),
    Case("K43", "image", coco(one(image_id=5)), "unknown_image", "image 5, which is not in the file", FIRST),
    Case(
        "K43",
        "file name twice",
        coco(one(), images=[IMAGE, IMAGE | {"id": 2}]),
        "duplicate_image",
        "file_name of image 2",
        f"{LABELS} /images/1",
        1,
    ),
    Case(
        "K43",
        "image id twice",
        coco(one(), images=[IMAGE, IMAGE | {"file_name": "b.png"}]),
        "duplicate_image",
        "id of image 1",
        f"{LABELS} /images/1",
        1,
    ),
    Case(
        "K43",
        "category id twice",
        coco(one(), categories=[*CATEGORIES, {"id": 2, "name": "lane"}]),
        "duplicate_id",
        "category id 2",
        f"{LABELS} /categories/2/id",
        1,
    ),
    Case(
        "K43",
        "ids as texts",
        coco(
            one(id="x", image_id="1", category_id="1"),
            categories=[{"id": "1", "name": "car"}],
            images=[IMAGE | {"id": "1"}],
        ),
        objects=1,
    ),
    Case("K43", "annotations first", json.dumps(dict(reversed(json.loads(coco(one())).items()))).encode(), objects=1),
    Case(
        "K43",
        "crowd",
        coco(masked(size=[48, 64], counts=[0, 10, 3062]) | {"iscrowd": 1}),
        "crowd",
        "Annotation 7 is a crowd",
        FIRST,
    ),
    Case(
        "K43",
        "odd outline",
        coco(one(category_id=2, segmentation=[[1, 2, 3]])),
        "invalid_segmentation",
        "pairs of numbers",
        FIRST,
    ),
    Case(
        "K43",
        "text in outline",
        coco(one(category_id=2, segmentation=[["a", 1, 2, 3, 4, 5]])),
        "invalid_segmentation",
        "Annotation 7",
        FIRST,
    ),
    *(
        Case("K43", name, coco(one(category_id=2, segmentation=rings)), code, text, FIRST)
        for name, rings, code, text in (
            ("far away", [[1.7e308, 0, 0, 1.7e308, -1.7e308, 0], [0, 0, 9, 0, 9, 9]], "out_of_range", "between -1e7"),
            ("a far box", [[1.7e308] * 8], "too_few_points", "needs at least 3 points"),
            ("20,000 pieces", [[n, 0, n + 0.5, 0, n, 1] for n in range(20_000)], "too_many_points", "points, more"),
            ("a comb of bridges", [[v for n in range(4000) for v in (0, 0, n, 1, n, 2, 2, n, n, 1, 0, 0)]], *MANY),
        )
    ),
    Case("K43", "vast depth", coco(one(z=10**30)), "invalid_annotation", "<= 2147483647 - at `$.z`", FIRST),
    Case(
        *("K43", "vast picture", coco(images=[IMAGE | {"width": 10**30}]), "invalid_image"),
        *("<= 65535 - at `$.width`", f"{LABELS} /images/0"),
    ),
    Case("K43", "kind of nothing", coco(one(), categories=[{"id": 1, "name": "car", "geometry_type": "x"}]), objects=1),
    Case(
        "K43", "parents of one another", coco(one(id=1, parent=2), one(id=2, parent=1), one(id=3, parent=3)), objects=3
    ),
    Case(
        *("K43", "endless name", coco(one(), categories=[{"id": 1, "name": "c" * 2000}]), "unknown_class"),
        *("There is no geometry class", FIRST),
    ),
    Case("K43", "image without name", coco(images=[{"id": 1}]), "invalid_image", "file_name", f"{LABELS} /images/0"),
    Case("K43", "no list", coco(images={}), "not_coco", "is no COCO file"),
    Case("K43", "cut", coco(one())[:-20], "invalid_json", "was it cut on the way?"),
    Case("K43", "NaN", coco(one()).replace(b"[1, 2", b"[NaN, 2"), "invalid_json", "line 1 column"),
    Case("K43", "Latin-1", coco(one()).replace(b"a.png", b"\xe4.png"), "invalid_json", "Invalid UTF-8 at byte"),
    Case("K43", "byte order mark", b"\xef\xbb\xbf" + coco(one()), objects=1),
    Case("K43", "UTF-16", coco(one()).decode().encode("utf-16"), "not_utf8", "save it as UTF-8"),
)


def yolo(*lines: str | bytes, data: str = "names: [car, tree]\n") -> Files:
    content = b"\n".join(line.encode() if isinstance(line, str) else line for line in lines)
    return {"data.yaml": data, "labels/a.txt": content}


FINE = "0 0.5 0.5 0.2 0.2"
LINE_2 = "labels/a.txt line 2"
NO_CLASS = ("class_out_of_range", "There is no class 99999999999999999999;", LINE_2, 1)
LAUGHS = "a: &a [ha]\n" + "".join(f"{after}: &{after} [{f'*{one},' * 9}]\n" for one, after in pairwise("abcdefghij"))
LONG = f"a: &a {'y' * 100_000}\nnames: [{'*a,' * 1000}]\n"
YOLO = (
    Case("K44", "four columns", yolo(FINE, "0 0.5 0.5 0.2"), "invalid_box", "four numbers behind the class", LINE_2, 1),
    Case("K44", "six columns", yolo(FINE, f"{FINE} 0.9"), objects=2),
    Case("K44", "class 7", yolo(FINE, "7 0.5 0.5 0.2 0.2"), "class_out_of_range", "names 2, from 0", LINE_2, 1),
    Case("K44", "class -1", yolo(FINE, "-1 0.5 0.5 0.2 0.2"), "not_a_class", "number from 0", LINE_2, 1),
    Case("K44", "class 0.5", yolo(FINE, "0.5 0.5 0.5 0.2 0.2"), "not_a_class", "number from 0", LINE_2, 1),
    Case("K44", "1.0001", yolo(FINE, "0 0.5 0.5 1.0001 0.2"), "out_of_range", "from 0 to 1", LINE_2, 1),
    Case("K44", "1.0000005", yolo("0 0.5 0.5 1.0000005 0.2"), objects=1),
    *(
        Case("K44", line, yolo(FINE, line), "out_of_range", "from 0 to 1", LINE_2, 1)
        for line in ("0 nan 0.5 0.2 0.2", "0 0.5 nan 0.2 0.2", "0 0.5 0.5 0.2 inf")
    ),
    Case(
        "K44",
        "decimal commas",
        yolo("0 0,5 0.5 0.2 0.2"),
        "not_a_number",
        "decimals with a point",
        "labels/a.txt line 1",
    ),
    Case("K44", "CRLF", yolo(FINE + "\r", FINE + "\r"), objects=2),
    Case("K44", "nothing in it", yolo("")),
    Case(
        *("K44", "Latin-1", yolo(f"{FINE} ".encode() + b"\xe4") | {"labels/b.txt": FINE}, "not_utf8"),
        *("labels/a.txt is not UTF-8 at byte 18", "labels/a.txt", 1),
    ),
    Case(
        *("K44", "what macOS puts beside files", yolo(FINE) | {"__MACOSX/labels/._a.txt": b"\0\5\x16\7\xff"}),
        objects=1,
    ),
    Case("K44", "class of 5,000 digits", yolo(FINE, f"{'9' * 5000} 0.5 0.5 0.2 0.2"), *NO_CLASS),
    Case("K44", "aliases of aliases", yolo(FINE, data=f"{LAUGHS}names: *j\n"), "invalid_names", "is no text: a list"),
    Case("K44", "a long name, again and again", yolo(FINE, data=LONG), "invalid_names", "more than 1,000 characters"),
    Case("K44", "half a character", yolo(FINE, data='names: ["\\ud800"]\n'), "invalid_names", "surrogate pair"),
    Case("K44", "deep YAML", yolo(FINE, data="names: " + "[" * 20_000), "invalid_yaml", "nested too deep"),
    Case("K44", "no names", {"labels/a.txt": FINE}, "class_out_of_range", "add a data.yaml", "labels/a.txt line 1"),
    Case("K44", "no YAML", yolo(FINE, data="names: [car\n"), "invalid_yaml", "data.yaml is not YAML"),
    Case("K44", "beyond the border", yolo(FINE, "0 0.95 0.5 0.2 0.2"), "outside_picture", "64 x 48", LINE_2, 1),
)


def voc(*edges: object, size: str = "<width>64</width><height>48</height>", head: str = "", name: str = "car") -> Files:
    names = zip(("xmin", "ymin", "xmax", "ymax"), edges, strict=False)
    box = "".join(f"<{edge}>{value}</{edge}>" for edge, value in names)
    thing = f"<object><name>{name}</name><bndbox>{box}</bndbox></object>"
    text = f"{head}<annotation><filename>a.png</filename><size>{size}</size>{thing}</annotation>"
    return {"Annotations/a.xml": text}


XML = "Annotations/a.xml"
XML_1 = f"{XML} line 1"
VOC = (
    Case("K45", "turned round", voc(9, 1, 5, 5), "invalid_box", "its last corner lies before its first", XML_1),
    Case("K45", "fractions", voc(1.5, 1.5, 5.25, 5), objects=1),
    Case("K45", "text", voc("x", 1, 5, 5), "invalid_box", "<xmin> is “x” and no number", XML_1),
    Case("K45", "NaN", voc("nan", 1, 5, 5), "out_of_range", "is not a number between", XML_1),
    Case("K45", "1e300", voc(1, 1, 1e300, 5), "out_of_range", "between -1e7 and 1e7", XML_1),
    Case("K45", "no corner", voc(1, 1, 5), "invalid_box", "has no <ymax>", XML_1),
    Case("K45", "no name", voc(1, 1, 5, 5, name=""), "no_class", "needs a <name>", XML_1),
    Case("K45", "no size", voc(1, 1, 5, 5, size=""), objects=1),
    Case(
        *("K45", "file of the server", voc(1, 1, 5, 5, head='<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>')),
        *("xml_entities", "declares a document type or entities", XML),
    ),
    Case(
        *("K45", "laughs", voc(1, 1, 5, 5, head='<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>', name="&c;")),
        *("xml_entities", "declares a document type or entities", XML),
    ),
    Case("K45", "cut", {XML: "<annotation><object><name>car"}, "invalid_xml", "Premature end", XML),
    Case("K45", "deep", {XML: "<annotation>" + "<a>" * 3000}, "invalid_xml", "Excessive depth", XML),
)

CLASSES = "value,name,color,type\n0,background,#000000,\n1,car,#FF0000,\n2,tree,#00FF00,polygon\n"
GREY = np.zeros((48, 64), np.uint8)
GREY[5:20, 5:20] = 2
RGB = np.zeros((48, 64, 3), np.uint8)
RGB[5:20, 5:20] = (0, 255, 0)


def png(pixels: Any, spot: Any = None) -> bytes:
    changed = pixels.copy()
    if spot is not None:
        changed[30, 30] = spot
    file = io.BytesIO()
    Image.fromarray(changed).save(file, "PNG")
    return file.getvalue()


def interlaced() -> bytes:
    """An Adam7 PNG of the mask, as Pillow reads but does not write it: only its header says so here."""
    content = bytearray(png(GREY))
    content[28] = 1
    return bytes(content)


def mask(content: bytes, **more: str) -> Files:
    return {"masks/a.png": content, "classes.csv": CLASSES} | more


MASK = "masks/a.png"
MASKS = (
    Case("K46", "RGB", mask(png(RGB)), objects=1),
    Case(
        "K46", "unknown colour", mask(png(RGB, (1, 2, 3))), "unknown_value", "#010203, which classes.csv does", MASK, 1
    ),
    Case("K46", "unknown value", mask(png(GREY, 9)), "unknown_value", "the value 9, which classes.csv does", MASK, 1),
    Case("K46", "16 bit", mask(png(GREY.astype(np.uint16) * 200)), "unknown_value", "the value 400", MASK),
    Case("K46", "interlaced", mask(interlaced()), "damaged_mask", "cannot be unpacked", MASK),
    Case("K46", "text", mask(b"hello"), "not_png", "is no PNG", MASK),
    Case("K46", "JPEG", mask(b"\xff\xd8\xff\xe0"), "not_png", "other kinds of pictures change pixels", MASK),
    Case("K46", "cut", mask(png(GREY)[:60]), "damaged_mask", "cut off or changed", MASK),
    Case("K46", "empty", mask(b""), "not_png", "is no PNG", MASK),
    Case("K46", "no classes", {MASK: png(GREY)}, "unknown_format", "It holds 1 .png"),
)

# --- archives -------------------------------------------------------------------------------------------------------


def zipped(*entries: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return file.getvalue()


def tarred(name: str, content: bytes = b"", kind: bytes = tarfile.REGTYPE, mode: str = "w") -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode=mode) as archive:  # type: ignore[call-overload]
        entry = tarfile.TarInfo(name)
        entry.size, entry.type, entry.linkname = len(content), kind, "/etc/passwd"
        archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


def link() -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo("labels.json")
    entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
    return entry


BOMB = b" " * (30 << 20) + GOOD
ARCHIVES = (
    Case("A01", "ZIP", zipped(("labels.json", GOOD)), objects=1),
    Case("A01", "TAR", tarred("labels.json", GOOD), objects=1),
    Case("A01", "TAR of gzip", tarred("labels.json", GOOD, mode="w:gz"), objects=1),
    Case("A02", "up", zipped(("../labels.json", GOOD)), "unsafe_path", "leads out of the archive"),
    Case("A02", "root", zipped(("/etc/labels.json", GOOD)), "unsafe_path", "leads out of the archive"),
    Case("A02", "drive", zipped(("C:\\labels.json", GOOD)), "unsafe_path", "leads out of the archive"),
    Case("A02", "up in TAR", tarred("../labels.json", GOOD), "unsafe_path", "leads out of the archive"),
    Case("A03", "link", zipped((link(), b"/etc/passwd")), "link", "links are not followed"),
    *(
        Case("A03", f"{name} in TAR", tarred("labels.json", kind=kind), "link", "only files are read")
        for name, kind in (("link", tarfile.SYMTYPE), ("hard link", tarfile.LNKTYPE), ("device", tarfile.CHRTYPE))
    ),
    Case("A04", "ZIP bomb", zipped(("labels.json", BOMB)), "bomb", "times its size"),
    Case("A04", "TAR bomb", tarred("labels.json", BOMB, mode="w:gz"), "bomb", "times its size"),
    Case("A05", "cut ZIP", zipped(("labels.json", GOOD))[:80], "damaged_archive", "was it cut on the way?"),
    Case("A05", "cut TAR", tarred("labels.json", GOOD, mode="w:xz")[:90], "damaged_archive", "Was it cut on the way?"),
    Case("A05", "no Zstandard", b"\x28\xb5\x2f\xfdxxxx", "damaged_archive", "Was it cut on the way?"),
    Case(
        "A06", "inside another", zipped(("a.zip", zipped(("labels.json", GOOD)))), "nested_archive", "unpack it first"
    ),
    Case("A07", "nothing in it", zipped(), "empty_archive", "holds no files"),
)
