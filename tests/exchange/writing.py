"""Exports made for one test, and what is found in them again."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.exporting import Exporting, Report
from labelwright.exchange.files import open_files
from labelwright.exchange.format import chosen
from labelwright.exchange.found import FoundMedium, LabelFile
from labelwright.exchange.reading import identified
from labelwright.exchange.recognising import recognise
from labelwright.exchange.requesting import Request
from labelwright.exchange.source import Scheme, TaskLabels
from labelwright.exchange.zip_file import ZipWriter
from labelwright.formats import FORMATS
from labelwright.model.document import Annotation, Document
from labelwright.model.geometry import Geometry
from tests.formats import corpus
from tests.formats.corpus.making import own_uuid


def task(number: int, *shapes: tuple[str, Geometry], name: str = "", **medium: Any) -> TaskLabels:
    """A finished picture of 160 x 120 with shapes of classes of the corpus, each on top of those before it."""
    annotations = tuple(
        Annotation(id=own_uuid(number * 1000 + at), class_id=corpus.class_id(*path.split("/")), geometry=shape, z=at)
        for at, (path, shape) in enumerate(shapes)
    )
    plain = corpus.task("everything")
    fields = {"id": own_uuid(9000 + number), "name": name or f"{number}.png"} | medium
    return TaskLabels(
        task_id=own_uuid(7000 + number),
        state="completed",
        medium=msgspec.structs.replace(plain.medium, **fields),
        content=Document(annotations=annotations),
    )


def pack(form: str, *tasks: TaskLabels, scheme: Scheme = corpus.SCHEME, **fields: Any) -> tuple[bytes, Report]:
    file = io.BytesIO()
    settings = chosen(FORMATS[form].settings, fields.pop("settings", {}))
    request = Request(format=form, states=("completed",), settings=settings, **fields)
    exporting = Exporting(FORMATS[form], request, scheme, lambda: iter(tasks), project="Pains")
    exporting.plan()
    sink = ZipWriter(file)
    report = exporting.write(Archive(sink), {})
    sink.close()
    return file.getvalue(), report


def unpack(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def coco_of(archive: bytes, split: str = "default") -> Any:
    return json.loads(unpack(archive)[f"annotations/instances_{split}.json"])


def opened(upload: bytes | dict[str, str], folder: Path) -> tuple[LabelFile, list[FoundMedium]]:
    """What is found in an archive, or in files."""
    path = folder / "upload"
    if isinstance(upload, bytes):
        path.write_bytes(upload)
    else:
        for name, text in upload.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            (path / name).write_text(text)
    files = open_files(path)
    form, *_ = recognise(files, FORMATS)
    assert form.read is not None
    labels = form.read(files)
    return labels, list(identified(labels.media(), files))


def shapes_of(media: list[FoundMedium]) -> list[Geometry]:
    return [one.geometry for medium in media for one in medium.objects]
