"""File names in archives: one for each picture, on any system."""

from hypothesis import given
from hypothesis import strategies as st

from labelwright.exchange.archive import is_safe
from labelwright.exchange.naming import file_name, plan_paths, stem_of


def planned(*names: str) -> dict[str, str]:
    """The paths of pictures, by id."""
    ids = [(f"00000000-0000-7000-8000-{n:012}", name) for n, name in enumerate(names)]
    paths = plan_paths(ids, lambda: ids)
    return {i: paths.path_of(i, name) for i, name in ids}


def test_two_pictures_that_differ_in_extension_or_case_get_label_files_of_their_own() -> None:
    paths = planned("frame.png", "frame.jpg", "FRAME.png", "other.png")
    stems = [stem_of(path).lower() for path in paths.values()]
    assert len(set(stems)) == 4
    assert "other.png" in paths.values()


few = st.sampled_from(["a", "A.jpg", "a_000000000001", "a_000000000000.png", "a_000000000001_000000000001", "ﬁ", "b"])


@given(st.lists(st.text(max_size=40) | few, max_size=12))
def test_every_name_is_a_safe_path_and_no_two_share_a_stem(names: list[str]) -> None:
    paths = planned(*names)
    assert all(is_safe(path) and len(path.encode()) <= 255 for path in paths.values())
    assert len({stem_of(path).casefold() for path in paths.values()}) == len(names)


def test_a_name_that_looks_like_one_with_the_end_of_an_id_is_kept_apart_from_it() -> None:
    paths = planned("a.png", "a.jpg", "a_000000000000.gif", "b_000000000000.gif")
    assert list(paths.values()) == [
        "a_000000000000_000000000000.png",
        "a_000000000001.jpg",
        "a_000000000000_000000000002.gif",
        "b_000000000000.gif",
    ]


def test_names_that_a_system_forbids_become_ones_that_it_allows() -> None:
    assert file_name("con.png") == "_con.png"
    assert file_name("a/b\\c:d?.png") == "a_b_c_d_.png"
    assert file_name("-rf") == "_-rf"
    assert file_name("..") != ".."


def test_no_name_ends_in_what_a_system_takes_away() -> None:
    for name in ("a .", "a. .", "a...", "con .txt", "COM¹.png", "conin$"):
        made = file_name(name)
        assert made == made.rstrip(" .")
        assert made.partition(".")[0].rstrip() not in {"con", "COM¹", "conin$"}


def test_names_that_somebody_chose_to_be_taken_are_told_apart_as_well() -> None:
    """One after another has the name that its neighbour would get."""
    names = ["a.jpg", "A.png"]
    for _ in range(3):
        names.append(planned(*names)["00000000-0000-7000-8000-000000000000"])
        paths = planned(*names)
        assert len({stem_of(path).casefold() for path in paths.values()}) == len(names)
