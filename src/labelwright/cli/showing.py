"""What commands show: progress and notes on standard error, tables and JSON on standard output."""

import sys
from collections.abc import Iterable, Sequence

import msgspec
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

NOTES = Console(stderr=True, highlight=False, soft_wrap=True)


def counting(description: str, total: int | None) -> Progress:
    """A progress bar over things; not shown where standard error is no terminal."""
    return _progress(description, total, TextColumn("{task.completed:,.0f} of {task.total:,.0f}"))


def sending(description: str, total_bytes: int) -> Progress:
    """A progress bar over bytes; not shown where standard error is no terminal."""
    return _progress(description, total_bytes, DownloadColumn())


def _progress(description: str, total: int | None, amount: ProgressColumn) -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), amount, TimeRemainingColumn())
    bar = Progress(*columns, console=NOTES, disable=not NOTES.is_terminal, transient=True)
    bar.add_task(description, total=total)
    return bar


def advance(bar: Progress, amount: float) -> None:
    """Move the only task of a bar."""
    bar.advance(bar.task_ids[0], amount)


def note(text: str) -> None:
    """Say something to the person, not to the program that reads our output."""
    NOTES.print(text, markup=False)


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print rows; numbers stand to the right. Without a terminal, tab-separated lines."""
    console, rows = Console(highlight=False), [tuple(row) for row in rows]
    if not console.is_terminal:
        for row in (columns, *rows):
            print("\t".join(map(_cell, row)))
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for index, column in enumerate(columns):
        numbers = bool(rows) and all(isinstance(row[index], int) for row in rows)
        table.add_column(column, justify="right" if numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_cell, row))
    console.print(table)


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


def show_json(things: Iterable[object]) -> None:
    """Print one JSON object a line."""
    for thing in things:
        sys.stdout.write(msgspec.json.encode(thing).decode() + "\n")


def size(size_bytes: float) -> str:
    """`3.4 MB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if size_bytes < 1000 or unit == "GB":
            return f"{size_bytes:,.0f} {unit}" if unit == "bytes" else f"{size_bytes:,.1f} {unit}"
        size_bytes /= 1000
    return ""


def of_unit(count: int, unit: str) -> str:
    """`1 geometry`, `1,200 geometries`: units of the ledger are named in the plural."""
    return f"{count:,} {unit}" if count != 1 else f"1 {'geometry' if unit == 'geometries' else unit.removesuffix('s')}"


def plural(count: int, noun: str) -> str:
    """`1 task`, `1,200 tasks`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"
