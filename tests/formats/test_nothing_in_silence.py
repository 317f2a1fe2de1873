"""Whatever stands in a file is said: something strange is put everywhere into a file of each format, and looked for."""

import csv
import io
import json
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from labelwright.exchange.files import open_files
from labelwright.exchange.format import Format
from labelwright.exchange.found import Faults, FoundMedium, FoundObject
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid
from tests.exchange.writing import pack, unpack
from tests.formats import corpus

READ: Final = [form for form in FORMATS.values() if form.read is not None]
VALUES_ALONE: Final = {"kitti", "voc_segmentation"}
"""Formats with neither keys nor columns of a name."""
NAMES: Final = {"labels", "global_classifications", "classifications", "nested_geometries", "attributes", "answers"}
NAMES_TOO: Final = {"keypoint_uids", "flags", "attr"}
"""Objects whose keys are the names of classes and questions, so that none of them is strange."""
NOT_READ: Final = {"manifest.json", "label_config.xml", "class-descriptions.csv"}
"""What stands beside labels for other programs, and tables that have no head."""
AS_A_WHOLE: Final = {"#/crs", "#/crs/properties", "/vertices/*", "/geometry/*", "/geometry/*/*", "annotations/version"}
"""Where something strange makes all around it strange: refused, or told as one value."""

Said = dict[str, str]


def planted(path: str, content: bytes, said: Said) -> bytes:
    """A file with something strange at each place of it; `said` gets what is expected to be told, by place."""
    ending = path.rpartition(".")[2]
    if ending in {"json", "geojson"}:
        return in_json(content, path, said)
    if ending in {"jsonl", "ndjson"}:
        return b"\n".join(in_json(line, path, said) for line in content.splitlines())
    if ending in {"xml", "csv", "parquet"}:
        return {"xml": in_xml, "csv": in_table, "parquet": in_columns}[ending](content, path, said)
    return content + f"\n{strange(path, said)}: said\n".encode() if ending == "yaml" else content


def strange(place: str, said: Said) -> str:
    return said.setdefault(place, f"strange{len(said):02}x")


def in_json(content: bytes, path: str, said: Said) -> bytes:
    found = json.loads(content)
    for value, place in list(objects_in(found, f"{path}#")):
        names = place.rpartition("/")[2] in NAMES | NAMES_TOO or "ications/" in place
        if place not in said and not names and not any(place.endswith(end) for end in AS_A_WHOLE):
            value[strange(place, said)] = "said"
    return json.dumps(found).encode()


def objects_in(value: Any, place: str) -> Iterator[tuple[dict[str, Any], str]]:
    for key, one in value.items() if isinstance(value, dict) else ():
        yield from objects_in(one, f"{place}/{key}")
    for one in value if isinstance(value, list) else ():
        yield from objects_in(one, f"{place}/*")
    if isinstance(value, dict):
        yield value, place


def in_xml(content: bytes, path: str, said: Said) -> bytes:
    """An attribute, and within what is no text a tag."""
    from lxml import etree

    root = etree.fromstring(content)
    for one in list(root.iter()):
        place = "/".join([path, *(above.tag for above in reversed(list(one.iterancestors()))), one.tag])
        if place in said or place.endswith("annotations/version"):
            continue
        one.set(strange(place, said), "said")
        if len(one):
            etree.SubElement(one, strange(f"{place}/*", said)).text = "said"
    return etree.tostring(root)


def in_table(content: bytes, path: str, said: Said) -> bytes:
    text = io.StringIO()
    head, *rows = csv.reader(io.StringIO(content.decode()))
    csv.writer(text).writerows([[*head, strange(path, said)], *([*row, "said"] for row in rows)])
    return text.getvalue().encode()


def in_columns(content: bytes, path: str, said: Said) -> bytes:
    import pyarrow as pa
    from pyarrow import parquet

    table, file = parquet.read_table(io.BytesIO(content)), io.BytesIO()
    parquet.write_table(table.append_column(strange(path, said), pa.array(["said"] * len(table))), file)
    return file.getvalue()


def files_of(form: Format) -> Iterator[tuple[str, bytes]]:
    """An archive with a picture that has everything; a shard is taken apart."""
    for path, content in unpack(pack(form.id, corpus.task("everything"))[0]).items():
        if not path.endswith(".tar"):
            yield path, content
            continue
        with tarfile.open(fileobj=io.BytesIO(content)) as shard:
            yield from ((name, shard.extractfile(name).read()) for name in shard.getnames())


def told(media: list[FoundMedium], faults: Faults) -> str:
    """All that is said: asides and answers with their names, what is counted, and faults."""

    def of(one: FoundMedium | FoundObject) -> Iterator[Any]:
        yield from (*one.asides, *one.answers)
        for child in (*getattr(one, "objects", ()), *getattr(one, "nested", ())):
            yield from of(child)

    return str([[list(of(one)) for one in media], faults.not_kept.lines(), faults.kept])


@pytest.mark.parametrize("form", READ, ids=lambda form: form.id)
def test_whatever_stands_in_a_file_is_said(form: Format, tmp_path: Path) -> None:
    said: Said = {}
    for path, content in files_of(form):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        is_read = path.rpartition("/")[2] not in NOT_READ
        (tmp_path / path).write_bytes(planted(path, content, said) if is_read else content)
    assert bool(said) is (form.id not in VALUES_ALONE)
    assert form.read is not None
    labels = form.read(open_files(tmp_path))
    text = told(list(labels.media()), labels.faults)
    assert [place for place, name in said.items() if name not in text] == []


def laid_down(
    form: Format, folder: Path, change: Callable[[bytes], bytes]
) -> tuple[list[str], Faults, list[FoundMedium]]:
    """The tables of an archive, each changed, with the files beside them; which these are, and what is read."""
    assert form.read is not None
    tables = []
    for path, content in files_of(form):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        is_table = path.endswith(".csv") and path.rpartition("/")[2] not in NOT_READ
        (folder / path).write_bytes(change(content) if is_table else content)
        tables += [path] * is_table
    labels = form.read(open_files(folder))
    return tables, labels.faults, list(labels.media())


WITH_TABLES: Final = ("csv", "open-images", "cityscapes", "masks_index", "masks_class", "masks_instance")


@pytest.mark.parametrize("name", WITH_TABLES)
def test_cells_behind_the_last_column_are_said_with_their_line_and_empty_ones_are_none(
    name: str, tmp_path: Path
) -> None:
    form = FORMATS[name]
    tables, faults, media = laid_down(
        form, tmp_path / "good", lambda table: table.replace(b"\n", b",,\n").replace(b",,\n", b"\n", 1)
    )
    assert (bool(tables), faults.kept, bool(media)) == (True, [], True)
    tables, faults, _ = laid_down(form, tmp_path / "bad", lambda table: table + b"9," * 40 + b"9\n")
    assert sorted((one.place.file, one.code) for one in faults.kept) == [(path, "too_many_cells") for path in tables]
    assert all("holds 41 cells under a head of" in fault.message and fault.place.line for fault in faults.kept)


@pytest.mark.parametrize("name", WITH_TABLES)
def test_a_column_without_a_name_has_its_number_and_of_two_with_one_name_nobody_knows(
    name: str, tmp_path: Path
) -> None:
    def unnamed(table: bytes) -> bytes:
        head, *rows = table.splitlines()
        return b"\n".join((b"," + head + b",", *(b"first," + row + b",last" for row in rows)))

    form = FORMATS[name]
    tables, faults, media = laid_down(form, tmp_path / "unnamed", unnamed)
    text = told(media, faults)
    assert tables
    assert ("'column 1'" in text, "value='first'" in text, "value='last'" in text) == (True, True, True)
    with pytest.raises(Invalid, match="has 2 columns named “again”, and which is meant nobody knows"):
        laid_down(form, tmp_path / "twice", lambda table: table.replace(b"\n", b",again,again\n"))
