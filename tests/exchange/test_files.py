"""Uploads of strangers: archives that would leave their folder, unpack to too much, or are damaged."""

import io
import tarfile
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
