"""ZIP archives: other programs read them, and the same content is the same bytes."""

import hashlib
import io
import zipfile

import pytest

from labelwright.exchange import zip_file
from labelwright.exchange.archive import File
from labelwright.exchange.zip_file import ZipWriter


def pack(entries: dict[str, bytes], *, portions: bool = False) -> bytes:
    file = io.BytesIO()
    writer = ZipWriter(file)
    for path, content in entries.items():
        if portions:
            writer.begin(path)
            writer.write(content[:3])
            writer.write(content[3:])
            writer.end()
        else:
            writer.put(writer.packed((File(path, content),)))
    assert writer.close() == len(file.getvalue())
    return file.getvalue()


@pytest.mark.parametrize("portions", [False, True])
def test_entries_are_read_back_by_another_program(portions: bool) -> None:  # noqa: FBT001 - a parameter of the test
    entries = {"a.txt": b"one", "Ordner/ü 穴.bin": bytes(range(256)), "empty": b""}
    with zipfile.ZipFile(io.BytesIO(pack(entries, portions=portions))) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == entries
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_the_bytes_never_change() -> None:
    digest = hashlib.sha256(pack({"a": b"1", "b/c": b"22"}) + pack({"d": b"4444"}, portions=True)).hexdigest()
    assert digest == "c3c37a2ff55ab4ca74006702c082a7b7e5d60fdc9ce5dd0a8e97f75706a30567"


def test_more_entries_than_sixteen_bits_can_count() -> None:
    with zipfile.ZipFile(io.BytesIO(pack({str(n): b"" for n in range(70_000)}))) as archive:
        assert len(archive.namelist()) == 70_000


@pytest.mark.parametrize("most", [0xFFFF_FFFF, 130, 40])
def test_entries_are_the_same_one_by_one_and_many_at_a_time(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_file, "_MOST_32", most)
    entries = {"a": b"1" * 30, "ü/b": b"2" * 50, "c": b""}
    file = io.BytesIO()
    writer = ZipWriter(file)
    for size in (1, 2):
        writer.put(writer.packed([File(f"{size}/{path}", content) for path, content in entries.items()]))
    writer.close()
    assert file.getvalue() == pack({f"{size}/{path}": entries[path] for size in (1, 2) for path in entries})


def test_what_lies_beyond_thirty_two_bits_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_file, "_MOST_32", 40)
    file = pack({"a": b"1" * 30, "b": b"2" * 50, "c": b"3"})
    assert b"PK\x06\x06" in file


def test_no_entries_are_no_bytes() -> None:
    writer = ZipWriter(io.BytesIO())
    packed = writer.packed(())
    writer.put(packed)
    assert packed.data == b""
