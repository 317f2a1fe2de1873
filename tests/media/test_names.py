# ruff: noqa: RUF001 - the names are in many scripts
import re
import unicodedata
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelwright.media.names import clean_name, content_disposition

CORPUS = {
    "photo.jpg": "photo.jpg",
    "a/b\\c.png": "c.png",
    "../../etc/passwd": "passwd",
    "..\\..\\boot.ini": "boot.ini",
    "C:\\Users\\me\\cat.jpg": "cat.jpg",
    "folder/": "folder",
    "..": "unnamed",
    ".": "unnamed",
    "/": "unnamed",
    "": "unnamed",
    "   ": "unnamed",
    "\0": "unnamed",
    "a\0b.jpg": "ab.jpg",
    "a\nb\tc.jpg": "a b c.jpg",
    "a\r\nSet-Cookie: x.jpg": "a Set-Cookie: x.jpg",
    "  spaced  out .jpg  ": "spaced  out .jpg",
    "\x1b[31mred.jpg": "[31mred.jpg",
    "CON": "CON",
    "-rf": "-rf",
    ".hidden": ".hidden",
    "%2e%2e%2fa.jpg": "%2e%2e%2fa.jpg",
    "se;mi\"quo'te.jpg": "se;mi\"quo'te.jpg",
    "🦊👩‍🔬.png": "🦊👩‍🔬.png",
    "图片 写真 صورة תמונה.jpg": "图片 写真 صورة תמונה.jpg",
    "cafe\u0301.jpg": "café.jpg",
    "caf\u00e9.jpg": "café.jpg",
    "evil\u202egpj.exe": "evilgpj.exe",
    "\ufeffbom.jpg": "bom.jpg",
    "line\u2028break.jpg": "line break.jpg",
    "half\ud800.jpg": "half.jpg",
    "newer than this Python \U0001fae9.jpg": "newer than this Python \U0001fae9.jpg",
    "a\u00a0b.jpg": "a b.jpg",
    "می\u200cخواهم.jpg": "می\u200cخواهم.jpg",
}


@pytest.mark.parametrize("raw", CORPUS)
def test_names_are_kept_in_any_script_and_never_as_a_path(raw):
    assert clean_name(raw) == CORPUS[raw]


def test_a_long_name_keeps_its_extension():
    assert clean_name("ü" * 400 + ".jpeg") == "ü" * 250 + ".jpeg"
    assert clean_name("x" * 400) == "x" * 255
    assert clean_name("x." + "y" * 400) == "x." + "y" * 253
    assert clean_name("x" * 249 + " " * 9 + ".jpg") == "x" * 249 + ".jpg"


@given(st.text(st.characters(codec=None)))
def test_a_clean_name_is_short_safe_and_stays_the_same(raw):
    name = clean_name(raw)

    assert 1 <= len(name) <= 255
    assert name == name.strip()
    assert name not in (".", "..")
    assert not re.search(r"[/\\\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]", name)
    assert unicodedata.is_normalized("NFC", name)
    assert clean_name(name) == name
    name.encode("utf-8")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("cat.jpg", 'attachment; filename="cat.jpg"'),
        ("my cat (2).jpg", 'attachment; filename="my cat (2).jpg"'),
        ("café.jpg", "attachment; filename=\"cafe.jpg\"; filename*=UTF-8''caf%C3%A9.jpg"),
        ("图片.png", "attachment; filename=\"png\"; filename*=UTF-8''%E5%9B%BE%E7%89%87.png"),
        ("图", "attachment; filename=\"unnamed\"; filename*=UTF-8''%E5%9B%BE"),
        ('a"b\\c.jpg', "attachment; filename=\"a_b_c.jpg\"; filename*=UTF-8''a%22b%5Cc.jpg"),
        ("100%.jpg", "attachment; filename=\"100_.jpg\"; filename*=UTF-8''100%25.jpg"),
        ("a;b.jpg", 'attachment; filename="a;b.jpg"'),
    ],
)
def test_a_download_keeps_its_name(name, value):
    assert content_disposition(name, download=True) == value


def test_a_picture_in_a_page_is_shown_inline():
    assert content_disposition("cat.jpg", download=False) == 'inline; filename="cat.jpg"'


@given(st.text(st.characters(codec=None)).map(clean_name))
def test_the_header_is_one_line_of_ascii_that_gives_the_name_back(name):
    value = content_disposition(name, download=True)

    match = re.fullmatch(r"attachment; filename=\"([^\"\\\r\n]+)\"(?:; filename\*=UTF-8''([A-Za-z0-9%._~-]+))?", value)
    assert match
    assert value.isascii()
    assert (unquote(match[2]) if match[2] else match[1]) == name
