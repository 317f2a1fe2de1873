"""Files of our own format with mistakes: as text (J) and in what they mean (K)."""

import gzip
import json
from typing import Any, NamedTuple

Files = bytes | dict[str, str | bytes]


class Case(NamedTuple):
    """A file with a mistake. `code` is that of the refusal of all of it, or of the fault at `place`, or none.

    `objects` are taken nevertheless.
    """

    row: str
    name: str
    files: Files
    code: str | None = None
    text: str = ""
    place: str | None = None
    objects: int = 0


MEDIUM = "01a00000-0000-7000-8000-000000000001"
HEAD = {"internal_media_ID": MEDIUM, "external_media_ID": "a.png", "media": {"width": 64, "height": 48}}
OVERVIEW = {
    "label_classes": [
        {"class_name": name, "geometry_type": kind}
        for name, kind in (
            ("car", "rectangle"),
            ("tree", "polygon"),
            ("lane", "line"),
            ("light", "point"),
            ("sky", "image_segmentation"),
        )
    ]
}
BOX = [{"x": 1, "y": 2, "w": 10, "h": 8}]
TRIANGLE = [{"x": 1, "y": 1}, {"x": 20, "y": 1}, {"x": 1, "y": 20}]


def own(**more: Any) -> bytes:
    return json.dumps([OVERVIEW, HEAD | more]).encode()


def car(**more: Any) -> bytes:
    return own(labels={"car": [{"geometry": BOX, **more}]})


def drawn(name: str, points: list[Any]) -> bytes:
    return own(labels={name: [{"geometry": points}]})


def at(x: str, rest: str = '"y":2,"w":3,"h":4') -> bytes:
    """A box whose x is this text."""
    return car().replace(json.dumps(BOX).encode(), f'[{{"x":{x},{rest}}}]'.encode())


def answered(name: str, *values: Any) -> bytes:
    return own(global_classifications={name: list(values)})


GOOD = car()
LABELS = "labels.json"
THERE = f"{LABELS} /1/labels/car/0"
TREE = f"{LABELS} /1/labels/tree/0"
WEATHER = f"{LABELS} /1/global_classifications/weather"
NOTE = f"{LABELS} /1/global_classifications/note"
JSON = (
    Case("J01", "empty", b"", "empty_file", "is empty"),
    Case("J02", "blanks", b" \n\t", "empty_file", "nothing but blanks"),
    *(
        Case("J02", text.decode(), text, "unknown_format", "a label file is a list of tasks")
        for text in (b"null", b"42", b'"x"', b"{}", b"[]")
    ),
    Case("J03", "trailing comma", GOOD[:-1] + b",]", "invalid_json", "Trailing comma in array, line 1 column"),
    Case("J03", "comment", b"// hi\n" + GOOD, "invalid_json", "line 1 column 1"),
    Case("J03", "single quotes", GOOD.replace(b'"labels"', b"'labels'"), "invalid_json", "line 1 column"),
    *(Case("J03", number, at(number), "invalid_json", "line 1 column") for number in ("01", "+1", "0x1")),
    Case("J04", "cut", GOOD[: len(GOOD) // 2], "invalid_json", "was it cut on the way?"),
    Case("J05", "two documents", GOOD + b"\n" + GOOD, "invalid_json", "More text after the end, line 2"),
    Case("J06", "byte order mark", b"\xef\xbb\xbf" + GOOD, objects=1),
    Case("J07", "UTF-16", GOOD.decode().encode("utf-16"), "not_utf8", "save it as UTF-8"),
    Case("J07", "UTF-32", GOOD.decode().encode("utf-32-be"), "not_utf8", "save it as UTF-8"),
    Case("J08", "Latin-1", GOOD.replace(b"a.png", b"\xe4.png"), "invalid_json", "Invalid UTF-8 at byte"),
    Case("J09", "half a pair", GOOD.replace(b"a.png", b"\\ud800.png"), "invalid_json", "surrogate"),
    Case("J10", "NUL", answered("note", "a\0b"), "invalid_text", "NUL", NOTE),
    Case("J11", "class with marks", drawn("ca\u202er", BOX), "unknown_class", "car", f"{LABELS} /1/labels/ca\u202er/0"),
    Case("J11", "text with marks", answered("note", "a\u202eb\u200b"), objects=0),
    Case(
        *("J12", "class twice", GOOD.replace(b'"labels": {', b'"labels": {"car": [], '), "repeated_key"),
        *("The key “car” occurs twice at /1/labels", f"{LABELS} /1"),
    ),
    Case(*("J12", "x twice", at('1,"x":5'), "repeated_key", "“x” occurs twice", f"{LABELS} /1")),
    Case(
        *("J12", "answer twice", b'[{"internal_media_ID":"M","global_classifications":{"note":["a"],"note":["b"]}}]'),
        *("repeated_key", "“note” occurs twice at /0/global_classifications", f"{LABELS} /0"),
    ),
    *(Case("J13", n, at(n), "invalid_json", "Invalid character, line 1 col") for n in ("NaN", "Infinity", "-Infinity")),
    *(Case("J14", n, at(n), "number_too_large", "is too large", f"{THERE}/geometry/0/x") for n in ("1e400", "-1e400")),
    *(
        Case("J15", f"{n} digits", at("9" * n), "number_too_long", f"{n} characters", f"{THERE}/geometry/0/x")
        for n in (4301, 10**6)
    ),
    *(Case("J16", n, at(n), "out_of_range", "between -1e7 and 1e7", THERE) for n in (str(2**53 + 1), str(2**64))),
    Case("J17", "decimals", at("0." + "1" * 10**5), "number_too_long", "100002", f"{THERE}/geometry/0/x"),
    Case(
        "J18",
        "40",
        own(labels={"car": json.loads("[" * 40 + "]" * 40)}),
        "invalid_task",
        "labels of",
        f"{LABELS} /1/labels",
    ),
    Case(
        "J18", "5,000", b'[{"internal_media_ID":' + b"[" * 5000 + b"]" * 5000 + b"}]", "invalid_json", "deeper than 32"
    ),
    Case("J18", "a million", b'[{"internal_media_ID":"M","x":' + b"[" * 10**6, "invalid_json", "deeper than 32"),
    Case(
        "J21", "prototype", drawn("__proto__", BOX), "unknown_class", "there are car", f"{LABELS} /1/labels/__proto__/0"
    ),
    Case("J24", "no ZIP", b"PK\x03\x04....", "damaged_archive", "was it cut on the way?"),
    Case("J24", "gzip of no TAR", gzip.compress(GOOD), "damaged_archive", "damaged archive"),
    Case("J25", "20,000 faults", own(labels={"car": [{}] * 20_000}), "wrong_shape_count", "found none", THERE),
)
MEANING = (
    Case("K01", "unknown", drawn("carr", BOX), "unknown_class", "there are car, lane", f"{LABELS} /1/labels/carr/0"),
    Case("K02", "other case", own(labels={"Car": [{"rectangle": BOX}]}), objects=1),
    Case(
        "K03", "other kind", own(labels={"car": [{"polygon": TRIANGLE}]}), "wrong_geometry", "takes a rectangle", THERE
    ),
    Case("K04", "question", own(labels={"weather": ["wet"]}), "invalid_task", "labels of this", f"{LABELS} /1/labels"),
    Case(
        *("K04", "geometry", answered("car", {"geometry": BOX}), "no_answer", "“car” needs an answer"),
        f"{LABELS} /1/global_classifications/car",
    ),
    Case("K05", "nested class", drawn("plate", BOX), "unknown_class", "at the root", f"{LABELS} /1/labels/plate/0"),
    Case(
        *("K05", "class inside", car(nested_geometries={"tree": [{"geometry": TRIANGLE}]}), "unknown_class"),
        *("inside “car”; there are front_wheel, plate", f"{THERE}/nested_geometries/tree/0", 1),
    ),
    Case(
        *("K06", "two", own(labels={"car": [{"rectangle": BOX, "polygon": TRIANGLE}]}), "wrong_shape_count"),
        *("needs one geometry; found polygon and rectangle", THERE),
    ),
    Case("K06", "none", own(labels={"car": [{}]}), "wrong_shape_count", "found none", THERE),
    Case("K07", "extra key", car(colour=1), "unexpected_key", "no key “colour”", f"{THERE}/colour", 1),
    Case(
        "K08", "missing", drawn("car", [{"y": 2, "w": 1, "h": 1}]), "missing_key", "x is missing", f"{THERE}/geometry/0"
    ),
    Case("K08", "null", at("null"), "no_number", "Expected a number, found null", f"{THERE}/geometry/0/x"),
    Case("K08", "z", at("1", '"y":2,"w":3,"h":4,"z":5'), "unexpected_key", "“z”", f"{THERE}/geometry/0/z"),
    Case("K09", "digits", at('"12"'), objects=1),
    *(
        Case("K09", n, at(f'"{n}"'), "no_number", f"the text “{n}”", f"{THERE}/geometry/0/x")
        for n in ("12.5", " 12", "-3", "1e3", "٣")
    ),
    *(Case("K10", n, at(n), "no_number", "Expected a number", f"{THERE}/geometry/0/x") for n in ("true", "[]", "{}")),
    Case("K11", "negative", at("-1"), "outside_picture", "64 x 48", THERE),
    Case("K12", "outside", at("62"), "outside_picture", "leaves the picture, which is 64 x 48", THERE),
    Case("K12", "far outside", at("640"), "outside_picture", "64 x 48", THERE),
    Case("K13", "border", at("0", '"y":0,"w":64,"h":48'), objects=1),
    Case("K14", "1e300", at("1e300"), "out_of_range", "between -1e7 and 1e7", THERE),
    Case("K14", "-0.0", at("-0.0", '"y":1e-300,"w":3,"h":4'), objects=1),
    *(
        Case("K16", n, at("1", f'"y":2,"w":{n},"h":4'), "no_size", "a width and a height above 0", THERE)
        for n in ("0", "-3")
    ),
    Case("K16", "no width", at("1", '"y":2,"h":4'), "missing_key", "w is missing", f"{THERE}/geometry/0"),
    Case("K16", "two", drawn("car", BOX * 2), "wrong_count", "found 2", f"{THERE}/geometry"),
    *(Case("K17", f"{n} points", drawn("tree", TRIANGLE[:n]), "too_few_points", f"has {n}", TREE) for n in range(3)),
    Case("K18", "line", drawn("tree", [{"x": n, "y": n} for n in range(3)]), "no_area", "lie on one line", TREE),
    Case("K18", "point", drawn("tree", [TRIANGLE[0]] * 3), "too_few_points", "has 2", TREE),
    Case(
        "K19", "bow-tie", drawn("tree", [{"x": x, "y": y} for x, y in ((1, 1), (20, 20), (20, 1), (1, 20))]), objects=1
    ),
    Case("K20", "closed", drawn("tree", [*TRIANGLE, TRIANGLE[0]]), objects=1),
    Case("K21", "point twice", drawn("tree", [TRIANGLE[0], *TRIANGLE]), objects=1),
    *(
        Case(
            *("K22", f"{n} points", drawn("tree", [{"x": i % 60, "y": i % 7} for i in range(n)]), "too_many_points"),
            *("more than 10000", TREE),
        )
        for n in (10_001, 100_000)
    ),
    Case(
        "K23",
        "hole of two",
        drawn("sky", [TRIANGLE, TRIANGLE[:2]]),
        "too_few_points",
        "has 2",
        f"{LABELS} /1/labels/sky/0",
    ),
    Case("K23", "no outline", drawn("sky", [[]]), "too_few_points", "has 0", f"{LABELS} /1/labels/sky/0"),
    Case(
        "K23",
        "hole outside",
        drawn("sky", [TRIANGLE, [{"x": x, "y": 40} for x in (40, 50)] + [{"x": 45, "y": 45}]]),
        objects=1,
    ),
    Case("K24", "line of one", drawn("lane", TRIANGLE[:1]), "too_few_points", "has 1", f"{LABELS} /1/labels/lane/0"),
    Case(
        "K24",
        "two points",
        drawn("light", TRIANGLE[:2]),
        "wrong_count",
        "found 2",
        f"{LABELS} /1/labels/light/0/geometry",
    ),
    Case("K25", "option", answered("weather", "wett"), "unknown_option", "one of dry, wet", WEATHER),
    Case("K26", "two", answered("weather", "wet", "dry"), "unknown_option", "one of", WEATHER),
    Case("K26", "none", answered("weather"), "no_answer", "write null for none", WEATHER),
    Case("K26", "null", answered("weather", None)),
    Case("K26", "number", answered("weather", 3), "wrong_answer", "texts or null", WEATHER),
    Case("K26", "without parent", answered("weather", {"rain": ["storm"]}), "no_answer", "needs an answer", WEATHER),
    Case("K27", "option twice", car(classifications={"damage": ["door", "door"]}), objects=1),
    Case("K28", "too long", answered("note", "x" * 101), "invalid_text", "has 101 characters, more than 100", NOTE),
    Case("K28", "emoji", answered("note", "\U0001f600" * 101), "invalid_text", "has 101 characters", NOTE),
    Case(
        *(
            "K30",
            "of another",
            own(labels={"tree": [{"geometry": TRIANGLE, "classifications": {"car_type": ["van"]}}]}),
        ),
        *("unknown_question", "“car_type” of “tree”", f"{LABELS} /1/labels/tree/0/classifications/car_type", 1),
    ),
    Case(
        "K32",
        "number",
        json.dumps([OVERVIEW, {"internal_media_ID": 5}]).encode(),
        "invalid_task",
        "internal_media_ID",
        f"{LABELS} /1/internal_media_ID",
    ),
    Case("K34", "twins", own(labels={"car": [{"geometry": BOX}] * 2}), objects=2),
    *(
        Case("K35", str(keep), own(keepData=keep), "invalid_task", "keepData of this task", f"{LABELS} /1/keepData")
        for keep in ("no", 0, None)
    ),
    Case(
        *(
            "K41",
            "depth 3",
            car(nested_geometries={"plate": [{"geometry": BOX, "nested_geometries": {"plate": [{"rectangle": BOX}]}}]}),
        ),
        *("unknown_class", "inside “plate”", f"{THERE}/nested_geometries/plate/0/nested_geometries/plate/0", 2),
    ),
    Case(
        *("K42", "segment inside", car(nested_geometries={"sky": [{"geometry": [TRIANGLE]}]}), "unknown_class"),
        *("inside “car”", f"{THERE}/nested_geometries/sky/0", 1),
    ),
)
