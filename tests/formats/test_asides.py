"""What files say besides: flags, scores, groups of other programs. It becomes answers, or is counted; never dropped."""

import json
from pathlib import Path
from typing import Final

import pytest

from labelwright.exchange.asides import NO_QUESTION, OF_CLASSES, OF_FILES
from labelwright.exchange.files import open_files
from labelwright.exchange.found import MOST_NAMES, FoundAnswer, FoundMedium, LabelFile, Place, Tally
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.plain_found import unfolded
from labelwright.exchange.recognising import recognise
from labelwright.exchange.resolving import Resolver
from labelwright.formats import FORMATS
from labelwright.model.configuration import Configuration, LabelClass, Option
from labelwright.model.geometry import kind_of

Said = dict[str, object]

VOC: Final = """<annotation><folder>f</folder><filename>a.jpg</filename><path>/p/a.jpg</path>
<source><database>{database}</database></source><size><width>100</width><height>80</height><depth>3</depth></size>
<segmented>{segmented}</segmented><corners>exact</corners><object><name>car</name><pose>{pose}</pose>
<truncated>{flag}</truncated><difficult>{flag}</difficult><occluded>{flag}</occluded>
<actions><jumping>{flag}</jumping></actions>
<bndbox><xmin>1</xmin><ymin>2</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object></annotation>"""
CVAT: Final = """<annotations><version>1.1</version><image id="0" name="a.jpg" width="100" height="80">
<box label="car" {one} xtl="1" ytl="2" xbr="30" ybr="40" z_order="0"></box>
<box label="car" {other} xtl="11" ytl="12" xbr="30" ybr="40" z_order="0"></box></image></annotations>"""
KITTI: Final = "car {before} 1 2 30 40 {after}\n"
OPEN_IMAGES: Final = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,IsDepiction,IsInside\n"
    "a,{source},car,{confidence},0.1,0.5,0.2,0.6,{flag},{flag},0,{flag},{flag}\n"
)
SHAPE: Final = {"label": "car", "points": [[1, 2], [30, 40]], "shape_type": "rectangle"}


def labelme(*shapes: Said, **top: object) -> str:
    made = [{**SHAPE, **shape} for shape in shapes]
    return json.dumps({"version": "5", "imagePath": "a.jpg", "imageData": "AAAA", "shapes": made, **top})


def label_studio(region: Said, *more: Said, data: Said | None = None, **task: object) -> str:
    size = {"original_width": 100, "original_height": 80, "image_rotation": 0}
    value = {"x": 1, "y": 2, "width": 30, "height": 40, "rotation": 0, "rectanglelabels": ["car"]}
    first = {"id": "r1", "type": "rectanglelabels", **size, "value": value, "origin": "manual", **region}
    annotation = {"result": [first, *more], "completed_by": 1, "was_cancelled": False}
    return json.dumps([{"data": {"image": "a.jpg", **(data or {})}, "annotations": [annotation], **task}])


def datumaro(*annotations: Said) -> str:
    made = [
        {"type": "bbox", "id": n, "label_id": 0, "bbox": [1, 2, 30, 40 + n], **a} for n, a in enumerate(annotations)
    ]
    labels = {"label": {"labels": [{"name": "car"}]}}
    item = {"id": "a", "annotations": made, "image": {"path": "a.jpg", "size": [80, 100]}}
    return json.dumps({"categories": labels, "items": [item]})


def geojson(**properties: object) -> str:
    box = {"type": "Polygon", "coordinates": [[[1, 2], [30, 2], [30, 40], [1, 2]]]}
    feature = {"type": "Feature", "geometry": box, "properties": {"medium": "a.jpg", "class": "car", **properties}}
    return json.dumps({"type": "FeatureCollection", "features": [feature]})


def hugging_face(objects: Said, **line: object) -> str:
    columns = {"bbox": [[1, 2, 30, 40]], "category": ["car"], "area": [1200], **objects}
    return json.dumps({"file_name": "a.jpg", "objects": columns, **line})


def coco(image: Said, **annotation: object) -> str:
    plain = {"image_id": 1, "category_id": 1, "segmentation": [], "bbox": [1, 2, 30, 40], "area": 9, "iscrowd": 0}
    annotations = [{"id": 1, **plain, **annotation}, {"id": 2, **plain}]
    images = [{"id": 1, "file_name": "a.jpg", "width": 100, "height": 80, **image}]
    categories = [{"id": 1, "name": "car", "keypoints": ["nose"]}]
    return json.dumps({"images": images, "annotations": annotations, "categories": categories})


NAMES: Final = {"data.yaml": "names: [car]\n"}
REGION: Final = {"score": 0.5, "readonly": True, "meta": {"text": ["seen"], "hint": "far"}}
ANSWER: Final = {"id": "x", "type": "rating", "from_name": "rating", "value": {"rating": 4}}
RELATION: Final = {"type": "relation", "from_id": "r1", "to_id": "r2", "direction": "right"}

# Format, files, what is said of the first object, and of the picture.
CASES: Final[list[tuple[str, dict[str, str], Said, Said]]] = [
    ("coco", {"a.json": coco({"license": 0}, ignore=0)}, {}, {}),
    (
        "coco",
        {"a.json": coco({"license": 3}, score=0.5, tags=["x"])},
        {"score": "0.5", "tags": '["x"]'},
        {"license": "3"},
    ),
    ("voc", {"a.xml": VOC.format(database="Unknown", segmented=0, pose="Unspecified", flag=0)}, {}, {}),
    (
        "voc",
        {"a.xml": VOC.format(database="VOC2007", segmented=1, pose="Left", flag=1)},
        {"pose": "Left", "truncated": "1", "difficult": "1", "occluded": "1", "actions.jumping": "1"},
        {"source.database": "VOC2007", "segmented": "1"},
    ),
    ("cvat", {"a.xml": CVAT.format(one='occluded="0" source="manual" group_id="1"', other='group_id="2"')}, {}, {}),
    (
        "cvat",
        {"a.xml": CVAT.format(one='occluded="1" source="auto" group_id="7"', other='group_id="7"')},
        {"occluded": "1", "source": "auto", "group_id": "7"},
        {},
    ),
    ("kitti", {"label_2/a.txt": KITTI.format(before="0.00 0 -10", after="-1 -1 -1 -1000 -1000 -1000 -10")}, {}, {}),
    (
        "kitti",
        {"label_2/a.txt": KITTI.format(before="0.50 2 -1.57", after="1.5 1.6 3.9 2.1 1.4 8.5 -1.6 0.87")},
        {
            "truncated": "0.5",
            "occluded": "2",
            "alpha": "-1.57",
            "dimensions": "1.5 1.6 3.9",
            "location": "2.1 1.4 8.5",
            "rotation_y": "-1.6",
            "score": "0.87",
        },
        {},
    ),
    (
        "open-images",
        {"train-annotations-bbox.csv": OPEN_IMAGES.format(source="labelwright", confidence=1, flag=0)},
        {},
        {},
    ),
    ("open-images", {"train-annotations-bbox.csv": OPEN_IMAGES.format(source="", confidence=1, flag=-1)}, {}, {}),
    (
        "open-images",
        {"train-annotations-bbox.csv": OPEN_IMAGES.format(source="xclick", confidence=0.9, flag=1)},
        {
            "Source": "xclick",
            "Confidence": "0.9",
            "IsOccluded": "1",
            "IsTruncated": "1",
            "IsDepiction": "1",
            "IsInside": "1",
        },
        {},
    ),
    ("labelme", {"a.json": labelme({"flags": {}, "group_id": None, "description": ""}, flags={})}, {}, {}),
    ("labelme", {"a.json": labelme({"flags": None, "group_id": 1}, {"group_id": 2})}, {}, {}),
    (
        "labelme",
        {"a.json": labelme({"score": 0.5, "difficult": True, "group_id": 0}, {"group_id": 0}, checked=True)},
        {"score": "0.5", "difficult": "true", "group_id": "group 0"},
        {"checked": "true"},
    ),
    ("label-studio", {"a.json": label_studio({})}, {}, {}),
    (
        "label-studio",
        {"a.json": label_studio(REGION, RELATION, data={"taken": "2020"}, predictions=[{}, {}], meta={"by": "drone"})},
        {"score": "0.5", "readonly": "true", "hint": "far"},
        {"taken": "2020", "by": "drone", "predictions": "2", "relation": "r1 right r2"},
    ),
    (
        "label-studio",
        {
            "a.json": label_studio(
                {
                    "type": "keypointlabels",
                    "value": {"x": 1, "y": 2, "width": 1, "rotation": 30, "keypointlabels": ["car"]},
                }
            )
        },
        {"rotation": "30"},
        {},
    ),
    ("datumaro", {"annotations/train.json": datumaro({"group": 1, "attributes": {}}, {"group": 0})}, {}, {}),
    (
        "datumaro",
        {"annotations/train.json": datumaro({"group": 3, "score": 0.5}, {"group": 3})},
        {"group": "3", "score": "0.5"},
        {},
    ),
    ("geojson", {"a.geojson": geojson(height=None)}, {}, {}),
    ("geojson", {"a.geojson": geojson(height=3, tags=["x"])}, {"height": "3", "tags": '["x"]'}, {}),
    ("csv", {"a.csv": "path,class,x,y,w,h,score,note\na.jpg,car,1,2,30,40,0.5,\n"}, {"score": "0.5"}, {}),
    (
        "hugging-face",
        {"train/metadata.jsonl": hugging_face({"score": [0.5]}, taken="2020")},
        {"score": "0.5"},
        {"taken": "2020"},
    ),
    ("yolo", {**NAMES, "labels/a.txt": "0 0.5 0.5 0.2 0.2 0.87\n0 0.4 0.4 0.2 0.2\n"}, {"confidence": "0.87"}, {}),
    (
        "yolo-seg",
        {**NAMES, "labels/a.txt": "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.6 0.2 0.4 0.87\n" * 2},
        {"confidence": "0.87"},
        {},
    ),
    ("yolo-obb", {**NAMES, "labels/a.txt": "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5 0.87\n"}, {"confidence": "0.87"}, {}),
    (
        "yolo-pose",
        {
            "data.yaml": "names: [car]\nkpt_shape: [2, 3]\n",
            "labels/a.txt": "0 0.5 0.5 0.2 0.2 0.4 0.4 2 0.5 0.5 0 0.9\n",
        },
        {"confidence": "0.9"},
        {},
    ),
]


# Format, files, what is said of the files as a whole or of classes: name, value, reason.
OF_MORE: Final[list[tuple[str, dict[str, str], list[tuple[str, str, str]]]]] = [
    (
        "coco",
        {
            "a.json": json.dumps(
                {
                    **json.loads(coco({})),
                    "info": {"description": "Street", "year": 2024},
                    "licenses": [{"id": 1}],
                    "categories": [{"id": 1, "name": "car", "supercategory": "vehicle", "skeleton": [[1, 2]]}],
                }
            )
        },
        [
            ("skeleton", "[[1,2]]", OF_CLASSES),
            ("supercategory", "vehicle", OF_CLASSES),
            ("info.description", "Street", OF_FILES),
            ("info.year", "2024", OF_FILES),
            ("licenses", '[{"id":1}]', OF_FILES),
        ],
    ),
]


TRACKED: Final = [
    ("yolo", "0 0.5 0.5 0.2 0.2 7", {"track_id": "7"}),
    ("yolo", "0 0.5 0.5 0.2 0.2 0.87 1", {"confidence": "0.87", "track_id": "1"}),
    ("yolo-seg", "0 0.1 0.1 0.5 0.1 0.5 0.5 0.87 7", {"confidence": "0.87", "track_id": "7"}),
    ("yolo-seg", "0 0.1 0.1 0.5 0.1 0.5 0.5 7", {"track_id": "7"}),
    ("yolo-obb", "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.5 0.87 7", {"confidence": "0.87", "track_id": "7"}),
    ("yolo-pose", "0 0.5 0.5 0.2 0.2 0.4 0.4 2 7", {"track_id": "7"}),
    ("yolo-pose", "0 0.5 0.5 0.2 0.2 0.4 0.4 2 0.87 7", {"confidence": "0.87", "track_id": "7"}),
]


@pytest.mark.parametrize(("form", "line", "said"), TRACKED)
def test_the_number_of_a_track_behind_a_line_is_no_coordinate(form: str, line: str, said: Said, tmp_path: Path) -> None:
    more = {"yolo": "task: detect\n", "yolo-pose": "kpt_shape: [1, 3]\n"}.get(form, "")
    files = {"data.yaml": f"names: [car]\n{more}", "labels/a.txt": f"{line}\n"}
    (box,) = opened(tmp_path, form, files).objects
    assert {one.name: one.value for one in box.asides} == said
    assert kind_of(box.geometry).name == ("rectangle" if form in {"yolo", "yolo-pose"} else "polygon")


def opened(folder: Path, form: str, files: dict[str, str]) -> FoundMedium:
    """The only medium of files, which are recognised and without fault."""
    labels = labels_of(folder, form, files)
    (medium,) = labels.media()
    assert labels.faults.kept == []
    if labels.folded is not None:
        assert [unfolded(one) for one in labels.folded()] == [medium]
    return medium


def labels_of(folder: Path, form: str, files: dict[str, str]) -> LabelFile:
    """Files, which are recognised."""
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    found = open_files(folder)
    assert form in [one.id for one in recognise(found, FORMATS)]
    read = FORMATS[form].read
    assert read is not None
    return read(found)


@pytest.mark.parametrize(("form", "files", "lines"), OF_MORE)
def test_what_a_file_says_of_itself_and_its_classes_is_counted(
    form: str, files: dict[str, str], lines: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    labels = labels_of(tmp_path, form, files)
    for _ in range(2):  # what one walk counts, the next one does not count again
        labels.faults.begin()
        assert len(list(labels.media())) == 1
        assert [(line.name, line.value, line.reason) for line in labels.faults.not_kept.lines()] == lines
    assert {line.count for line in labels.faults.not_kept.lines()} == {1}


@pytest.mark.parametrize(("form", "files", "of_object", "of_medium"), CASES)
def test_what_a_file_says_besides_is_found_and_what_is_usual_is_not(
    form: str, files: dict[str, str], of_object: Said, of_medium: Said, tmp_path: Path
) -> None:
    medium = opened(tmp_path, form, files)
    assert {one.name: one.value for one in medium.objects[0].asides} == of_object
    assert {one.name: one.value for one in medium.asides} == of_medium


def test_a_keypoint_that_is_hidden_says_so(tmp_path: Path) -> None:
    medium = opened(tmp_path, "coco", {"a.json": coco({}, keypoints=[3, 4, 1], num_keypoints=1)})
    (nose,) = medium.objects[0].nested
    assert [(one.name, one.value) for one in nose.asides] == [("visibility", "1")]


def test_an_outline_with_a_number_too_few_is_no_prediction(tmp_path: Path) -> None:
    lines = ("0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.6 0.2 0.4", "0 0.1 0.1 0.5 0.1 0.5 0.5 0.1 0.6 0.2")
    (tmp_path / "a.txt").write_text("\n".join(lines))
    (tmp_path / "data.yaml").write_text("names: [car]\ntask: segment\n")
    read = FORMATS["yolo-seg"].read
    assert read is not None
    labels = read(open_files(tmp_path))
    (medium,) = labels.media()
    assert (len(medium.objects), [fault.code for fault in labels.faults.kept]) == (1, ["invalid_outline"])


def aside(name: str, value: str = "1", file: str = "a") -> FoundAnswer:
    return FoundAnswer(name=name, value=value, place=Place(file))


QUESTIONS: Final = (
    LabelClass(id="1", key="difficult", name="Difficult", type="free_text", max_length=3),
    LabelClass(id="2", key="hidden", name="Hidden", type="option", options=(Option("yes", "Yes"), Option("no", "No"))),
    LabelClass(id="3", key="kind", name="Kind", type="free_text", max_length=9),
)


@pytest.mark.parametrize(
    ("said", "answers", "why"),
    [
        (aside("difficult"), {"1": "1"}, None),
        (aside("occluded"), {"2": "yes"}, None),
        (aside("occluded", "2"), {}, "“hidden” takes one of yes, no"),
        (aside("difficult", "very much"), {}, "The answer to “difficult” has 9 characters, more than 3"),
        (aside("truncated"), {}, NO_QUESTION),
        (aside("kind", "van"), {}, "its question has another answer"),
        (aside("pose", "Left"), {}, None),
    ],
)
def test_an_aside_becomes_the_answer_of_its_question_or_is_not_kept(
    said: FoundAnswer, answers: Said, why: str | None
) -> None:
    """`occluded` is mapped to another question, with an option for its value; `pose` is left out on purpose."""
    mapping = ClassMapping(questions={"occluded": "hidden", "pose": ""}, options={"occluded: 1": "yes"})
    configuration = Configuration(id="c", project_id="p", revision=1, timestamp=0, classes=QUESTIONS)
    given = FoundAnswer(name="kind", value="car", place=Place("a"))
    medium = FoundMedium(place=Place("a"), path="a.jpg", answers=(given,), asides=(said,))
    resolved = Resolver(configuration, mapping).resolve(medium, (100, 80))
    assert resolved.answers == {"3": "car", **answers}
    assert resolved.refused == ()
    assert resolved.not_kept == (((said, why),) if why else ())
    assert resolved.left_out == (said.name == "pose")


def test_what_is_not_kept_is_counted_by_name_with_its_files_and_the_first_of_it() -> None:
    tally = Tally()
    tally.add_all((aside("occluded", file=file), NO_QUESTION) for file in ("b", "a", "b"))
    (line,) = tally.lines()
    assert str(line) == f"“occluded” is not kept, 3 times in 2 files: {NO_QUESTION}. The first: 1 at b."
    tally.add_all((aside(f"name {number}"), NO_QUESTION) for number in range(2 * MOST_NAMES))
    lines = tally.lines()
    assert len(lines) == MOST_NAMES + 1
    assert sum(line.count for line in lines) == 3 + 2 * MOST_NAMES
