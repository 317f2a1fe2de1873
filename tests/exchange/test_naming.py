"""File names in archives: one for each picture, on any system."""

from hypothesis import given
from hypothesis import strategies as st

from labelwright.exchange.archive import is_safe
from labelwright.exchange.naming import file_name, plan_paths, stem_of
from labelwright.exchange.source import Medium


def media(*names: str) -> list[Medium]:
    return [Medium(id=f"00000000-0000-7000-8000-{n:012}", name=name) for n, name in enumerate(names)]


def test_two_pictures_that_differ_in_extension_or_case_get_label_files_of_their_own() -> None:
    paths = plan_paths(media("frame.png", "frame.jpg", "FRAME.png", "other.png"))
    stems = [stem_of(path).lower() for path in paths.values()]
    assert len(set(stems)) == 4
    assert "other.png" in paths.values()


@given(st.lists(st.text(max_size=40), max_size=12))
def test_every_name_is_a_safe_path_and_no_two_share_a_stem(names: list[str]) -> None:
    paths = plan_paths(media(*names))
    assert all(is_safe(path) and len(path.encode()) <= 255 for path in paths.values())
    assert len({stem_of(path).casefold() for path in paths.values()}) == len(names)


def test_names_that_a_system_forbids_become_ones_that_it_allows() -> None:
    assert file_name("con.png") == "_con.png"
    assert file_name("a/b\\c:d?.png") == "a_b_c_d_.png"
    assert file_name("-rf") == "_-rf"
    assert file_name("..") != ".."
