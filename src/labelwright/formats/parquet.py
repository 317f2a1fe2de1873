"""Parquet: `labels.parquet` with a row for each annotation, for DuckDB, pandas and Polars.

Coordinates are pixels; `geometry` is a list of rings of points, `xywh` the box. Answers are JSON. A picture without
annotations has one row, whose columns about an annotation are null. https://parquet.apache.org/docs/file-format/
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby, islice
from typing import Any, Final, NamedTuple

import msgspec

from labelwright.exchange.archive import Archive
from labelwright.exchange.asides import asides_of
from labelwright.exchange.files import MOST_UNPACKED_BYTES, Files, refused
from labelwright.exchange.flat import FlatObject, Flattener
from labelwright.exchange.format import Chosen, Format, all_but
from labelwright.exchange.found import (
    Depth,
    Faults,
    FoundAnswer,
    FoundMedium,
    FoundObject,
    LabelFile,
    Place,
    Side,
    families,
)
from labelwright.exchange.index import Index
from labelwright.exchange.ledger import Ledger
from labelwright.exchange.shapes import rings_of, shape_of_kind
from labelwright.exchange.source import Source, TaskLabels
from labelwright.formats.json_files import answers_in, answers_text
from labelwright.model.document import MAX_ANNOTATIONS
from labelwright.model.geometry import Geometry, kind_of

PATH: Final = "labels.parquet"
_ROWS: Final = 10_000
_POINTS: Final = 1_000_000
"""Most rows and points of a group of rows, as they lie in the file."""
_ROWS_AT_ONCE: Final = 2_500
_POINTS_AT_ONCE: Final = 50_000
"""About as many become columns at a time: as such they take a tenth of the memory."""


def _arrow() -> tuple[Any, Any]:
    """The library, and its part for Parquet. Raises Invalid where it is not installed."""
    try:
        import pyarrow as pa  # noqa: PLC0415 - an extra
        from pyarrow import parquet  # noqa: PLC0415 - an extra
    except ImportError:
        text = "needs “pip install labelwright[parquet]” here."
        raise refused("Parquet", "needs_extra", text) from None
    # Its own allocator gives pages back between portions, and takes them again: they took twice the time.
    pa.set_memory_pool(pa.system_memory_pool())
    return pa, parquet


def _schema(pa: Any) -> Any:
    text, number = pa.string(), pa.float64()
    columns = {
        **dict.fromkeys(("task_id", "medium_id", "path", "split", "state"), pa.field("", text, nullable=False)),
        **dict.fromkeys(("width", "height"), pa.field("", pa.int32())),
        **dict.fromkeys(("medium_answers", "annotation_id", "parent_id", "class", "kind"), pa.field("", text)),
        "geometry": pa.field("", pa.list_(pa.list_(pa.struct([("x", number), ("y", number)])))),
        "xywh": pa.field("", pa.struct([(name, number) for name in "xywh"])),
        **dict.fromkeys(("answers", "comment"), pa.field("", text)),
        "z": pa.field("", pa.int32()),
    }
    return pa.schema([field.with_name(name) for name, field in columns.items()])


def write(source: Source, archive: Archive, settings: Chosen, ledger: Ledger) -> None:  # noqa: ARG001 - no settings
    """Write the one file. Raises Invalid where the library for it is not installed."""
    pa, parquet = _arrow()
    schema = _schema(pa)
    flat = Flattener(source.scheme, SUPPORTS, ledger)
    rows = (row for task in source.tasks(None) for row in _rows(task, flat))
    with (
        archive.file(PATH) as put,
        pa.PythonFile(_Sink(put), mode="w") as file,
        parquet.ParquetWriter(file, schema, version="2.6", compression="zstd", compression_level=3) as writer,
    ):
        group = []
        for some, is_last in _some(rows):
            group.append(pa.RecordBatch.from_pylist(some, schema))
            if is_last:
                table = pa.Table.from_batches(group).combine_chunks()
                writer.write_table(table, row_group_size=len(table))
                group = []


class _Sink:
    """A file that is only written to, as the library wants one."""

    def __init__(self, put: Callable[[bytes], None]) -> None:
        self._put, self._size, self.closed = put, 0, False

    def write(self, content: bytes) -> int:
        self._put(bytes(content))
        self._size += len(content)
        return len(content)

    def tell(self) -> int:
        return self._size

    def flush(self) -> None: ...

    def close(self) -> None:
        self.closed = True


def _some(rows: Iterable[dict[str, Any]]) -> Iterator[tuple[list[dict[str, Any]], bool]]:
    """Rows some at a time, and whether a group of rows ends with them, which has fewer where they have many points."""
    some: list[dict[str, Any]] = []
    count = points = points_of_some = 0
    for row in rows:
        some.append(row)
        count += 1
        fresh = sum(map(len, row.get("geometry", ())))
        points, points_of_some = points + fresh, points_of_some + fresh
        is_last = count >= _ROWS or points >= _POINTS
        if is_last or count % _ROWS_AT_ONCE == 0 or points_of_some >= _POINTS_AT_ONCE:
            yield some, is_last
            some, points_of_some = [], 0
        if is_last:
            count = points = 0
    if count:
        yield some, True


def _rows(task: TaskLabels, flat: Flattener) -> Iterator[dict[str, Any]]:
    medium = task.medium
    picture = {
        "task_id": task.task_id,
        "medium_id": medium.id,
        "path": medium.path,
        "split": medium.split,
        "state": task.state,
        "width": medium.width,
        "height": medium.height,
        "medium_answers": answers_text(flat.begin(task, needs_size=False)),
    }
    ids: list[str] = []
    for one in flat.objects(task):
        ids.append(one.id)
        yield picture | _annotation(one, ids)
    if not ids:
        yield picture


def _annotation(one: FlatObject, ids: list[str]) -> dict[str, Any]:
    kind = kind_of(one.geometry)
    annotation = one.labelled.annotation
    return {
        "annotation_id": one.id,
        "parent_id": ids[one.parent] if one.parent is not None else None,
        "class": one.name,
        "kind": kind.name,
        "geometry": [[{"x": x, "y": y} for x, y in ring] for ring in rings_of(one.geometry)],
        "xywh": dict(zip("xywh", kind.bounds(one.geometry), strict=True)),
        "answers": answers_text(one.attributes),
        "comment": annotation.comment,
        "z": annotation.z,
    }


# --- reading --------------------------------------------------------------------------------------------------------


class _Point(msgspec.Struct, frozen=True):
    x: float
    y: float


class _Box(msgspec.Struct, frozen=True):
    x: float
    y: float
    w: float
    h: float


class _Row(msgspec.Struct, frozen=True):
    path: str
    name: str | None = msgspec.field(name="class", default=None)
    medium_id: str | None = None
    split: str | None = None
    state: str | None = None
    width: Side | None = None
    height: Side | None = None
    medium_answers: str | None = None
    annotation_id: str | None = None
    parent_id: str | None = None
    kind: str | None = None
    geometry: list[list[_Point]] | None = None
    xywh: _Box | None = None
    answers: str | None = None
    comment: str | None = None
    z: Depth | None = None


_OURS: Final = frozenset((*_Row.__struct_encode_fields__, "task_id"))


def recognise(files: Files) -> bool:
    """Whether some file is Parquet."""
    return any(files.head(path)[:4] == b"PAR1" for path in files.ending(".parquet"))


def read(files: Files) -> LabelFile:
    """Open every file of annotations. Raises Invalid."""
    paths = files.ending(".parquet")
    if not paths:
        raise refused("The upload", "not_parquet", "holds no Parquet file.")
    faults = Faults()
    opened = {path: _open(files, path) for path in paths}

    def media() -> Iterator[FoundMedium]:
        for path, file in opened.items():
            seen = Index()
            for picture, rows in groupby(_found(file, path, faults), key=lambda one: one.row.path):
                found = list(islice(rows, MAX_ANNOTATIONS + 1))  # of more than that none is taken
                if not seen.add(picture):
                    text = "The rows of a picture have to follow one another; write the table ordered by path."
                    faults.add(found[0].place, "not_together", text, picture)
                else:
                    yield _medium(found, faults)

    notes = tuple(text for path, file in opened.items() for text in _unread(path, file))
    return LabelFile(classes=(), media=media, faults=faults, notes=notes)


def _open(files: Files, path: str) -> Any:
    pa, parquet = _arrow()
    try:
        file = parquet.ParquetFile(pa.BufferReader(pa.py_buffer(files.read(path))))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise refused(path, "damaged_file", f"is no whole Parquet file: {error}.") from None
    groups = (file.metadata.row_group(number) for number in range(file.metadata.num_row_groups))
    if sum(group.total_byte_size for group in groups) > MOST_UNPACKED_BYTES:
        raise refused(path, "too_large", f"unpacks to more than {MOST_UNPACKED_BYTES >> 30} GiB.")
    names = set(file.schema_arrow.names)
    if not {"path", "class"} <= names or not {"geometry", "xywh"} & names:
        raise refused(path, "missing_columns", "needs the columns path and class, and geometry with kind, or xywh.")
    return file


class _Found(NamedTuple):
    place: Place
    row: _Row
    asides: tuple[FoundAnswer, ...]


def _unread(path: str, file: Any) -> Iterator[str]:
    """Say which columns hold what nothing here can become."""
    names = [name for name in file.schema_arrow.names if name not in (*_OURS, *_others(file))]
    if names:
        yield f"Columns of {path} that are not read: {', '.join(names[:20])}."


def _others(file: Any) -> list[str]:
    """The columns of others that hold a text, a number or a flag."""
    pa, _ = _arrow()
    schema = file.schema_arrow
    told = (pa.types.is_primitive, pa.types.is_string, pa.types.is_large_string)
    return [
        name for name in schema.names if name not in _OURS and any(is_so(schema.field(name).type) for is_so in told)
    ]


def _found(file: Any, path: str, faults: Faults) -> Iterator[_Found]:
    pa, _ = _arrow()
    others = _others(file)
    wanted = [name for name in file.schema_arrow.names if name in _OURS or name in others]
    number = 0
    try:
        for batch in file.iter_batches(batch_size=1000, columns=wanted):
            for row in batch.to_pylist():
                place = Place(path, pointer=f"/{number}")
                number += 1
                try:
                    besides = asides_of({name: row[name] for name in others}, place) if others else ()
                    yield _Found(place, msgspec.convert(row, _Row), besides)
                except msgspec.ValidationError as error:
                    faults.add(place, "invalid_row", f"This row cannot be read: {error}.", row.get("path"))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise refused(path, "damaged_file", f"cannot be read after row {number}: {error}.") from None


def _medium(found: list[_Found], faults: Faults) -> FoundMedium:
    place, first, _ = found[0]
    objects: dict[str, FoundObject] = {}
    parents: dict[str, str] = {}
    asides: list[FoundAnswer] = []
    for at, row, besides in found:
        if row.name is None:
            asides += besides
            continue
        try:
            geometry = _geometry(row)
        except ValueError as error:
            faults.add(at, "invalid_geometry", f"The geometry of “{row.name[:60]}” cannot be read: {error}.", row.name)
            continue
        key = row.annotation_id if row.annotation_id and row.annotation_id not in objects else str(at)
        one = _object(row, row.name, geometry, at, faults)
        objects[key] = msgspec.structs.replace(one, asides=besides) if besides else one
        if row.parent_id:
            parents[key] = row.parent_id
    return FoundMedium(
        place=place,
        path=first.path,
        id=first.medium_id,
        width=first.width,
        height=first.height,
        split=first.split or "",
        state=first.state,
        objects=tuple(families(objects, parents)),
        answers=tuple(answers_in(first.medium_answers, place, faults)),
        asides=tuple(asides),
    )


def _object(row: _Row, name: str, geometry: Geometry, place: Place, faults: Faults) -> FoundObject:
    return FoundObject(
        class_name=name,
        geometry=geometry,
        place=place,
        answers=tuple(answers_in(row.answers, place, faults)),
        id=row.annotation_id,
        comment=row.comment,
        z=row.z or 0,
    )


def _geometry(row: _Row) -> Geometry:
    rings = tuple(tuple((point.x, point.y) for point in ring) for ring in row.geometry or ())
    box = row.xywh
    return shape_of_kind(row.kind, rings, None if box is None else (box.x, box.y, box.w, box.h))


SUPPORTS: Final = all_but()
FORMAT: Final = Format(
    id="parquet",
    name="Parquet",
    text="One table with a row for each annotation, for DuckDB, pandas and Polars.",
    supports=SUPPORTS,
    write=write,
    read=read,
    recognise=recognise,
    main=PATH,
)
