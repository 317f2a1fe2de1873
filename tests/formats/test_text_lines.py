"""Texts read where they lie."""

from pathlib import Path

import pytest

from labelwright.exchange.files import open_files
from labelwright.formats import text_lines
from labelwright.formats.text_lines import open_lines, open_text
from labelwright.model.errors import Invalid


def test_a_text_comes_in_its_own_lines_from_behind_its_bom_on(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("\ufeffaö\r\n\rb\u2028c\n".encode())
    files = open_files(tmp_path)
    assert list(open_lines(files, "a.txt")) == ["aö\r\n".encode(), "\rb\u2028c\n".encode()]
    assert list(open_text(files, "a.txt")) == ["aö\r\n", "\r", "b\u2028c\n"]
    (tmp_path / "empty.txt").touch()
    assert list(open_text(open_files(tmp_path), "empty.txt")) == []


@pytest.mark.parametrize(
    ("content", "place"), [(b"\xef\xbb\xbfab\xff", 5), (b"abc\xc3\xb6\xc3(", 5), (b"abcdef\xe2\x82", 6), (b"\xc3", 0)]
)
def test_the_first_byte_that_is_no_utf_8_is_told_before_anything_is_read(
    content: bytes, place: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    for size in (1, 2, 4, 64):
        monkeypatch.setattr(text_lines, "_WINDOW_BYTES", size)
        with pytest.raises(Invalid, match=f"a.txt is not UTF-8 at byte {place}; save it as UTF-8"):
            open_lines(open_files(tmp_path), "a.txt")
