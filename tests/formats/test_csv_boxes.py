"""Tables of boxes beyond the conformance suite: what a script writes, and what is wrong with it."""

from pathlib import Path

import pytest

from labelwright.exchange.files import open_files
from labelwright.formats import FORMATS
from labelwright.formats.csv_files import columns_of
from labelwright.model.errors import Invalid
from labelwright.model.geometry import Rectangle
from tests.exchange import writing
from tests.formats.opening import faults, opened

CSV = FORMATS["csv"]


def test_six_columns_in_any_order_are_enough(tmp_path: Path) -> None:
    table = "class,path,w,h,x,y\ncar,a.jpg,3,4,1,2\ncar,b.jpg,7,8,5,6\ntree,a.jpg,1,1,0,0\n"
    _, (first, second) = opened(CSV, tmp_path, {"mine.csv": table})
    assert [(one.class_name, one.geometry) for one in first.objects] == [
        ("car", Rectangle(1, 2, 3, 4)),
        ("tree", Rectangle(0, 0, 1, 1)),
    ]
    assert (first.path, second.path, second.objects[0].place.line) == ("a.jpg", "b.jpg", 3)


@pytest.mark.parametrize(
    "table",
    [
        "filename,width,height,class,xmin,ymin,xmax,ymax\na.jpg,640,480,car,1,2,4,6\n",
        "image_path,xmin,ymin,xmax,ymax,label\na.jpg,1,2,4,6,car\n",
        "image,category,x,y,width,height\na.jpg,car,1,2,3,4\n",
    ],
)
def test_tables_of_others_have_other_names_for_their_columns(tmp_path: Path, table: str) -> None:
    _, (medium,) = opened(CSV, tmp_path, {"theirs.csv": table})
    (found,) = medium.objects
    assert (medium.path, found.class_name, found.geometry) == ("a.jpg", "car", Rectangle(1, 2, 3, 4))


def test_a_row_without_a_class_is_a_picture_with_its_answers(tmp_path: Path) -> None:
    table = 'path,class,x,y,w,h,answers\na.jpg,,,,,,"{""weather"": ""wet"", ""rain"": [""storm""]}"\nb.jpg,,,,,,\n'
    _, (first, second) = opened(CSV, tmp_path, {"boxes.csv": table})
    assert [(answer.name, answer.value) for answer in first.answers] == [("weather", "wet"), ("rain", ("storm",))]
    assert (first.objects, second.objects, second.answers) == ((), (), ())


def test_each_fault_has_its_line_and_the_rest_is_read(tmp_path: Path) -> None:
    rows = ("a,car,1,2,x,4,", "a,car,1,2,3,4,", 'a,car,1,2,3,4,"[1]"', ",car,1,2,3,4,", "a,car,1,2")
    table = "path,class,x,y,w,h,answers\n" + "\n".join(rows)
    found, (medium,) = opened(CSV, tmp_path, {"boxes.csv": table})
    assert sorted(faults(found)) == [
        ("boxes.csv line 2", "invalid_box"),
        ("boxes.csv line 4", "invalid_answers"),
        ("boxes.csv line 5", "no_picture"),
        ("boxes.csv line 6", "invalid_box"),
    ]
    assert "w is “x” and no number" in next(f.message for f in found.faults.kept if f.place.line == 2)
    assert len(medium.objects) == 2


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (0, 3, 1, 4, 2)])
def test_pictures_come_in_the_order_of_their_first_rows_wherever_the_others_are(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    """Rows that follow one another are read as they come; others, and those after a short one, wait in a file."""
    rows = (
        "1,a,car,1,2,3,4\n",
        "2,a,'=b,1,2,3,4\n",
        "\n3\n4,,car,1,2,3,4\n5,'=a,car,1,2,3,4\n",
        "6,=a,car,1,2,3,4\n",
        "7,b,,,,\n",
    )
    table = "number,path,class,x,y,w,h\n" + "".join(rows[at] for at in order)
    found, media = opened(CSV, tmp_path, {"boxes.csv": table})
    wanted = {"a": ["1", "2"], "=a": ["5", "6"], "b": []}
    numbers = {one.path: sorted(a.value for o in one.objects for a in o.asides) for one in media}
    assert (numbers, [code for _, code in faults(found)]) == (wanted, ["no_picture", "no_picture"])
    assert [one.path for one in media] == list(dict.fromkeys("a a =a =a b".split()[at] for at in order))
    assert media[0].objects[0].place.line == 2


def test_a_table_of_something_else_is_refused_with_the_columns_that_it_needs(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="path, class, x, y, w, h"):
        opened(CSV, tmp_path, {"boxes.csv": "path,name\na,b\n"})


NAMES = ["=1+1.png", "+a.png", "@c.png", "'=d.png", "''e.png", "'f.png", "g=.png"]


@pytest.mark.parametrize(("formulas", "dangerous"), [("keep", 3), ("escape", 0)])
def test_what_spreadsheets_would_execute_can_be_escaped_and_comes_back_as_it_was(
    formulas: str, dangerous: int, tmp_path: Path
) -> None:
    tasks = [writing.task(n, ("car", Rectangle(-1, -2, 30, 40)), name=name) for n, name in enumerate(NAMES)]
    archive, _ = writing.pack("csv", *tasks, settings={"formulas": formulas})
    lines = writing.unpack(archive)["boxes.csv"].decode().splitlines()
    assert sum(line[0] in "=+-@" for line in lines) == dangerous
    _, media = writing.opened({"boxes.csv": "\n".join(lines)}, tmp_path)
    assert [medium.path for medium in media] == NAMES
    assert {one.geometry for medium in media for one in medium.objects} == {Rectangle(-1, -2, 30, 40)}


def test_a_column_that_the_first_kilobytes_cut_is_none(tmp_path: Path) -> None:
    """Its name may begin like another one's."""
    head = ",".join((*(f"column {number:05}" for number in range(9_000)), "last"))
    for ending in ("", "\n"):
        (tmp_path / "a.csv").write_text(head + ending)
        found = columns_of(open_files(tmp_path / "a.csv"), "a.csv")
        assert {name for name in found if len(name) != len("column 00000")} == set()
        assert len(found) == (1 << 16) // len("column 00000,")
