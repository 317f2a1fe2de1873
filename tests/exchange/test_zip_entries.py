"""ZIP archives of others, read by their directory: whatever `zipfile` reads in them is read here."""

import io
import zipfile
from pathlib import Path

import pytest

from labelwright.exchange import files as files_module
from labelwright.exchange.files import open_files
from labelwright.exchange.zip_file import ZipWriter
from labelwright.model.errors import Invalid

NAMES = ("a.txt", "folder/ü.txt", "東京.txt", "z" * 200)


def packed(method: int = zipfile.ZIP_DEFLATED, comment: bytes = b"") -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", method) as archive:
        archive.mkdir("folder")
        for name in NAMES:
            archive.writestr(name, name * 300)
        archive.comment = comment
    return content.getvalue()


def check(path: Path) -> None:
    files = open_files(path)
    with zipfile.ZipFile(path) as archive:
        assert files.paths == sorted(name for name in archive.namelist() if not name.endswith("/"))
        for name in files.paths:
            assert bytes(files.read(name)) == archive.read(name)
            assert files.head(name) == archive.read(name)[: 1 << 16]
            assert files.sizes[name] == archive.getinfo(name).file_size


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_every_way_of_packing_is_read(tmp_path: Path, method: int) -> None:
    (tmp_path / "a.zip").write_bytes(packed(method))
    check(tmp_path / "a.zip")


def test_a_comment_behind_an_archive_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(packed(comment=b"made on a Monday" * 1000))
    check(tmp_path / "a.zip")


def test_entries_with_sizes_of_64_bits_are_read(tmp_path: Path) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in NAMES:
            with archive.open(name, "w", force_zip64=True) as file:
                file.write(name.encode())
    (tmp_path / "a.zip").write_bytes(content.getvalue())
    check(tmp_path / "a.zip")


def test_many_entries_are_read(tmp_path: Path) -> None:
    """More than 16 bits count, so that the end of the archive says it in 64."""
    with (tmp_path / "a.zip").open("wb") as file:
        writer = ZipWriter(file)
        for number in range(66_000):
            writer.begin(f"{number % 7}/{number}.txt")
            writer.end()
        writer.close()
    files = open_files(tmp_path / "a.zip")
    assert len(files.paths) == 66_000
    assert files.paths == sorted(files.paths)
    assert "6/65995.txt" in files.sizes


def test_names_without_a_word_about_letters_are_utf_8_or_those_of_dos(tmp_path: Path) -> None:
    archive = packed(zipfile.ZIP_STORED)
    unsaid = archive.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x08", b"PK\x01\x02\x14\x03\x14\x00\x00\x00")
    assert unsaid != archive
    (tmp_path / "a.zip").write_bytes(unsaid)
    assert open_files(tmp_path / "a.zip").paths == sorted(NAMES)
    (tmp_path / "b.zip").write_bytes(unsaid.replace("ü".encode(), b"\x81\x81"))
    assert "folder/üü.txt" in open_files(tmp_path / "b.zip").paths


@pytest.mark.parametrize("cut", range(1, 60, 3))
def test_a_directory_that_is_cut_or_moved_is_refused(tmp_path: Path, cut: int) -> None:
    archive = packed()
    at = archive.index(b"PK\x01\x02")
    for broken in (archive[:-cut], archive[: at + cut] + archive[at + cut + 1 :], archive[:at] + archive[at + cut :]):
        (tmp_path / "a.zip").write_bytes(broken)
        with pytest.raises(Invalid, match="damaged ZIP archive"):
            open_files(tmp_path / "a.zip")


def test_what_is_no_larger_than_its_archive_may_be_as_large_as_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files_module, "MOST_UNPACKED_BYTES", 1000)
    (tmp_path / "stored.zip").write_bytes(packed(zipfile.ZIP_STORED))
    check(tmp_path / "stored.zip")
    (tmp_path / "packed.zip").write_bytes(packed())
    with pytest.raises(Invalid, match="unpacks to"):
        open_files(tmp_path / "packed.zip")
