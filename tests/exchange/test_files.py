"""Uploads of strangers: archives that would leave their folder, unpack to too much, or are damaged."""

import io
import struct
import tarfile
import time
import warnings
import zipfile
from pathlib import Path

import pytest

from labelwright.exchange.files import open_files
from labelwright.model.errors import Invalid


def zipped(folder: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    path = folder / "upload.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/passwd", "a/../../b", "C:\\windows", "a/./b"])
def test_a_path_that_leaves_the_archive_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(Invalid, match="leads out"):
        open_files(zipped(tmp_path, {name: b"x"}))


def test_a_bomb_is_refused_before_anything_is_unpacked(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"zeros.json": bytes(60 << 20)})
    with pytest.raises(Invalid, match="times its size"):
        open_files(path)


def test_a_link_in_an_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "upload.tar"
    with tarfile.open(path, "w") as archive:
        link = tarfile.TarInfo("labels.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(Invalid, match="link"):
        open_files(path)


def test_a_cut_archive_is_called_damaged(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.json": b"[]" * 1000})
    path.write_bytes(path.read_bytes()[:-30])
    with pytest.raises(Invalid, match="damaged"):
        open_files(path)


@pytest.mark.parametrize("mode", ["w", "w:gz", "w:xz"])
def test_tar_archives_are_read_however_they_are_packed(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "upload"
    with tarfile.open(path, mode) as archive:
        info = tarfile.TarInfo("deep/ü.json")
        info.size = 4
        archive.addfile(info, io.BytesIO(b"[42]"))
    files = open_files(path)
    assert files.paths == ("deep/ü.json",)
    assert bytes(files.read("deep/ü.json")) == b"[42]"


def test_zstandard_is_unpacked_too(tmp_path: Path) -> None:
    import zstandard

    inner = io.BytesIO()
    with tarfile.open(fileobj=inner, mode="w") as archive:
        info = tarfile.TarInfo("a.txt")
        info.size = 2
        archive.addfile(info, io.BytesIO(b"hi"))
    (tmp_path / "upload.tar.zst").write_bytes(zstandard.compress(inner.getvalue()))
    assert bytes(open_files(tmp_path / "upload.tar.zst").read("a.txt")) == b"hi"


def test_a_file_without_an_extension_is_known_by_its_content(tmp_path: Path) -> None:
    (tmp_path / "labels").write_text('{"a": {"b": 1}, "c": [{"d": 2}]}')
    files = open_files(tmp_path / "labels")
    assert files.ending(".json") == ("labels.json",)
    assert files.json_keys("labels.json") == {"a", "c"}


def test_entries_that_lie_over_one_another_are_a_bomb(tmp_path: Path) -> None:
    """Each says that it is as large packed as unpacked; all of them are the same bytes."""
    path = zipped(tmp_path, {f"{number}.json": bytes(200_000) for number in range(300)}, zipfile.ZIP_STORED)
    with zipfile.ZipFile(path) as archive:
        first, *others = archive.infolist()
    start, end = first.header_offset, others[0].header_offset
    whole = path.read_bytes()
    directory = bytearray(whole[whole.index(b"PK\x01\x02") :])
    for entry in others:  # all of them begin where the first one does
        own = entry.filename.encode()
        directory = directory.replace(struct.pack("<I", entry.header_offset) + own, bytes(4) + own)
    at = directory.rindex(b"PK\x05\x06")
    directory[at + 16 : at + 20] = struct.pack("<I", end - start)
    path.write_bytes(whole[start:end] + directory)
    with pytest.raises(Invalid, match="times its size"):
        open_files(path)


def test_a_file_that_is_there_twice_is_found_at_once(tmp_path: Path) -> None:
    path = tmp_path / "upload.zip"
    with zipfile.ZipFile(path, "w") as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number in range(30_000):
            archive.writestr(f"{number}.txt", b"")
        archive.writestr("29999.txt", b"")
    before = time.process_time()
    with pytest.raises(Invalid, match=r"holds 29999\.txt twice"):
        open_files(path)
    assert time.process_time() - before < 5


def test_what_systems_put_beside_files_is_none_of_them(tmp_path: Path) -> None:
    beside = ("__MACOSX/a/._b.json", "a/._b.json", "a/.DS_Store", "Thumbs.db")
    path = zipped(tmp_path, dict.fromkeys((*beside, "a/b.json"), b"{}"))
    assert open_files(path).paths == ("a/b.json",)


def test_names_of_old_archives_are_read_as_far_as_they_go(tmp_path: Path) -> None:
    path = tmp_path / "upload.tar"
    with tarfile.open(path, "w", format=tarfile.GNU_FORMAT, encoding="latin-1") as archive:
        archive.addfile(tarfile.TarInfo("sträße.txt"))
    assert open_files(path).paths == ("str\ufffd\ufffde.txt",)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_entry_is_refused_however_it_is_packed(tmp_path: Path, method: int) -> None:
    path = zipped(tmp_path, {"a.json": bytes(range(256)) * 40}, method)
    whole = bytearray(path.read_bytes())
    whole[40:60] = b"\xff" * 20
    path.write_bytes(whole)
    with pytest.raises(Invalid, match="cannot be unpacked"):
        open_files(path).read("a.json")


def test_a_long_path_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="at most 1,000 are read"):
        open_files(zipped(tmp_path, {f"{'a/' * 600}b.txt": b""}))


def test_an_archive_is_unpacked_where_it_lies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "upload.tar"
    with tarfile.open(path, "w") as archive:
        archive.addfile(tarfile.TarInfo("a.txt"))
    monkeypatch.setattr("tempfile.tempdir", "/nowhere")
    assert open_files(path).paths == ("a.txt",)
