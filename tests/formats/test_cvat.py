"""CVAT XML for images 1.1 as CVAT writes it."""

from pathlib import Path
from typing import Final

import pytest

from labelwright.exchange.found import FoundMedium, LabelFile
from labelwright.model.geometry import Point, Rectangle
from tests.exchange.writing import opened

META: Final = """<meta><task><id>3</id><name>street</name><labels>
<label><name>person</name><color>#c06060</color><type>skeleton</type>
<attributes><attribute><name>age</name><mutable>False</mutable><input_type>text</input_type></attribute></attributes>
<svg>&lt;line x1="1" y1="2"&gt;</svg></label>
<label><name>nose</name><color>#d12345</color><type>points</type><attributes></attributes><parent>person</parent></label>
<label><name>hand</name><color>#350dea</color><type>points</type><attributes></attributes><parent>person</parent></label>
<label><name>seed</name><color>#33ddff</color><type>points</type><attributes></attributes></label>
</labels></task><dumped>2024-05-01</dumped></meta>"""
SKELETON: Final = """<skeleton label="person" source="manual" z_order="2"><attribute name="age">old</attribute>
<points label="nose" source="manual" outside="0" occluded="1" points="30.00,10.00"></points>
<points label="hand" source="manual" outside="0" occluded="0" points="20.50,40.00"></points>
<points label="hand" source="manual" outside="1" occluded="0" points="0.00,0.00"></points></skeleton>"""
SEEDS: Final = """<points label="seed" source="manual" occluded="0" points="1,2;3,4;5,6" z_order="1">
<attribute name="kind">oat</attribute></points>"""


def read(shapes: str, folder: Path, after: str = "") -> tuple[LabelFile, FoundMedium]:
    image = f'<image id="0" name="a.jpg" width="100" height="80">{shapes}</image>'
    files = {"a.xml": f"<annotations><version>1.1</version>{META}{image}{after}</annotations>"}
    labels, (medium,) = opened(files, folder)
    assert labels.faults.not_kept.lines() == ()
    return labels, medium


def test_a_skeleton_is_a_box_around_its_points_which_are_nested_in_it(tmp_path: Path) -> None:
    labels, medium = read(SKELETON, tmp_path)
    (person,) = medium.objects
    assert (person.class_name, person.geometry, person.z) == ("person", Rectangle(20.5, 10, 9.5, 30), 2)
    assert [(one.name, one.value) for one in person.answers] == [("age", "old")]
    assert [(one.class_name, one.geometry) for one in person.nested] == [
        ("nose", Point(30, 10)),
        ("hand", Point(20.5, 40)),
    ]
    assert [(one.name, one.value) for one in person.asides] == [("outside", "hand")]
    assert [[(one.name, one.value) for one in each.asides] for each in person.nested] == [[("occluded", "1")], []]
    assert labels.faults.kept == []
    assert labels.faults.notes == ("Skeletons are read as the boxes around their points, which are nested in them: 1.",)
    declared = {(one.parent, one.name, one.types) for one in labels.classes}
    assert {(None, "person", ("rectangle",)), ("person", "nose", ("point",)), (None, "seed", ("point",))} <= declared


def test_points_in_one_column_have_a_box_all_the_same(tmp_path: Path) -> None:
    shape = '<skeleton label="person"><points label="nose" outside="0" points="3,4"/></skeleton>'
    _, medium = read(shape, tmp_path)
    assert medium.objects[0].geometry == Rectangle(2.5, 3.5, 1, 1)


def test_an_object_of_several_points_is_so_many_objects(tmp_path: Path) -> None:
    labels, medium = read(SEEDS, tmp_path)
    assert [(one.class_name, one.geometry, one.z) for one in medium.objects] == [
        ("seed", Point(1, 2), 1),
        ("seed", Point(3, 4), 1),
        ("seed", Point(5, 6), 1),
    ]
    assert {(answer.name, answer.value) for one in medium.objects for answer in one.answers} == {("kind", "oat")}
    assert labels.faults.notes == ("Several points of one object are read as an object each: 1.",)


@pytest.mark.parametrize(
    ("shapes", "after", "code"),
    [
        ('<points label="seed" points="1,2;x,4"/>', "", "invalid_shape"),
        ('<skeleton label="person"><points label="nose" outside="1" points="3,4"/></skeleton>', "", "no_points"),
        ('<cuboid label="seed" xtl1="1"/>', "", "unknown_shape"),
        ("", '<track id="0" label="person"><box frame="0" xtl="1" ytl="2" xbr="3" ybr="4"/></track>', "track"),
    ],
)
def test_what_is_no_shape_of_a_picture_is_refused_with_its_place(
    shapes: str, after: str, code: str, tmp_path: Path
) -> None:
    labels, _ = read(shapes, tmp_path, after)
    (fault,) = labels.faults.kept
    assert (fault.code, fault.place.file, bool(fault.place.line)) == (code, "a.xml", True)
    assert fault.message.endswith(".")


def test_the_tags_of_a_picture_are_said(tmp_path: Path) -> None:
    _, medium = read('<tag label="night" source="manual"></tag><tag label="rain" source="manual"></tag>', tmp_path)
    assert [(one.name, one.value) for one in medium.asides] == [("tag", "night"), ("tag", "rain")]


@pytest.mark.parametrize("pictures", ["", '<image id="0" name="a.jpg" width="100" height="80"></image>'])
def test_what_a_file_says_beside_its_pictures_is_told_without_any_too(pictures: str, tmp_path: Path) -> None:
    meta = f"{META.removesuffix('</meta>')}<quality>0.9</quality></meta>"
    text = (
        f'<annotations licence="MIT"><version>1.1</version>{meta}{pictures}<review by="ana">good</review></annotations>'
    )
    labels, media = opened({"a.xml": text}, tmp_path)
    assert len(media) == bool(pictures)
    told = {line.name: (line.count, line.value) for line in labels.faults.not_kept.lines()}
    assert told == {"licence": (1, "MIT"), "quality": (1, "0.9"), "review.by": (1, "ana")}
