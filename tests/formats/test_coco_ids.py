"""The ids of pictures in COCO files, and of the first annotation of each."""

from labelwright.formats.coco_ids import PictureIds


def test_ids_count_on_through_splits_and_first_ids_as_far_as_counts_are_known() -> None:
    ids = PictureIds()
    ids.begin(1)
    assert ids.add({"a": 2, "b": 0}) == 0
    assert ids.add({"c": 3}) == 2
    assert [ids.first(medium) for medium in "abcd"] == [1, 3, 3, None]
    assert ids.add({"a": 2, "b": 0}) == 0  # once more, for captions
    assert ids.add({"c": 3}) == 2
    ids.begin(6)
    assert ids.add({"d": 1, "e": None, "f": 4}) == 3
    assert [ids[medium] for medium in "abcdef"] == [1, 2, 3, 4, 5, 6]
    assert [ids.first(medium) for medium in "abcdefg"] == [None, None, None, 6, 7, None, None]
