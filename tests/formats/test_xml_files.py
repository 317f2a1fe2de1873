"""XML of many files, and of one with many elements: nothing of what was read stays."""

import gc
from pathlib import Path

from labelwright.exchange.files import Files, open_files
from labelwright.formats.xml_files import elements
from labelwright.model.errors import Invalid


def files_in(folder: Path, *contents: str) -> Files:
    for number, content in enumerate(contents):
        (folder / f"{number}.xml").write_text(content)
    return open_files(folder)


def test_of_files_that_were_read_nothing_is_left_to_collect(tmp_path: Path) -> None:
    files = files_in(tmp_path, *(f"<all><one n='{number}'/></all>" for number in range(20)))
    list(elements(files, "0.xml", "one"))
    gc.collect()
    gc.disable()
    try:
        found = [one.get("n") for path in files.paths for one in elements(files, path, "one")]
        assert gc.collect() < len(found)
    finally:
        gc.enable()
    assert sorted(found, key=int) == [str(number) for number in range(20)]


def test_what_was_given_does_not_stay_in_the_tree_and_what_stands_beside_it_does(tmp_path: Path) -> None:
    ones = "".join(f"<one n='{number}'><in>text</in></one>\n<other/>" for number in range(5000))
    files = files_in(tmp_path, f"<all><head/>{ones}</all>")
    roots = []
    walk = elements(files, "0.xml", "one", at_end=roots.append)
    assert [(one.get("n"), one.findtext("in"), one.sourceline) for one in walk] == [
        (str(number), "text", number + 1) for number in range(5000)
    ]
    assert [child.tag for child in roots[0]] == ["head", *["other"] * 4999, "one", "other"]


def test_what_is_within_another_one_stays_in_it(tmp_path: Path) -> None:
    files = files_in(tmp_path, "<all><one><deep><one>text</one></deep></one></all>")
    assert [one.findtext("deep/one") for one in elements(files, "0.xml", "one")] == ["text"]


def test_a_file_is_read_whatever_was_wrong_with_the_one_before(tmp_path: Path) -> None:
    files = files_in(tmp_path, "<all><one/>", "<all><one/><other></all>", "", "<all><one/></all>")
    found = []
    for path in files.paths:
        try:
            found.append([one.tag for one in elements(files, path, "one")])
        except Invalid as error:
            found.append([error.issues[0].code])
    assert found == [["invalid_xml"], ["invalid_xml"], ["invalid_xml"], ["one"]]


def test_who_stops_in_a_file_does_not_disturb_the_next_one(tmp_path: Path) -> None:
    files = files_in(tmp_path, "<all><one n='1'/><one n='2'/></all>", "<all><one n='3'/></all>")
    first = elements(files, "0.xml", "one")
    assert next(first).get("n") == "1"
    assert [one.get("n") for one in elements(files, "1.xml", "one")] == ["3"]
    assert next(first).get("n") == "2"
