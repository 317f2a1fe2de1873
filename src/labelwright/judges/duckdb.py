"""DuckDB reads Parquet, a row for each annotation. https://duckdb.org/docs/stable/data/parquet/overview."""

from collections.abc import Iterator, Sequence
from itertools import groupby

PACKAGE = "duckdb"
FILES = {"parquet": ("*.parquet",)}
OFF_PX = {"parquet": 0.0}


def read(_form: str) -> Iterator[tuple[str, list[tuple[str, Sequence[float]]]]]:
    """Every picture with its annotations; one without any has a row of its own."""
    import duckdb  # noqa: PLC0415 - only in its own interpreter

    box = ", ".join(f"xywh.{side}" for side in "xywh")
    rows = duckdb.connect().execute(
        f"select path, class, {box} from read_parquet('**/*.parquet') order by path"  # noqa: S608 - no text of others
    )
    for path, found in groupby(iter(rows.fetchone, None), key=lambda row: row[0]):
        yield path, [(name, numbers) for _, name, *numbers in found if name is not None]
