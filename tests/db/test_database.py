"""The one writer: groups that are on disk when they are answered, and failures that stay with whoever caused them."""

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text

from labelwright.db import database as database_module
from labelwright.db.database import Database, Work
from labelwright.model.errors import Busy, StorageFull

WAIT_S = 60


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "rows.sqlite"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    opened = Database(path)
    opened.write(lambda conn: conn.execute(text("CREATE TABLE number (value INTEGER, filling BLOB)")))
    yield opened
    opened.close()


def insert(value: int, size: int = 0) -> Work:
    statement = text("INSERT INTO number VALUES (:value, zeroblob(:size))")
    return lambda conn: conn.execute(statement, {"value": value, "size": size}).rowcount


def numbers(database: Database) -> list[int]:
    with database.read() as conn:
        return list(conn.execute(text("SELECT value FROM number ORDER BY value")).scalars())


def write_as_one_group(database: Database, pieces: list[Work]) -> list[Future[Any]]:
    """Hold the writer until every piece waits, so that one transaction takes all of them."""
    go, holding = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        holding.set()
        assert go.wait(WAIT_S)

    with ThreadPoolExecutor(len(pieces) + 1) as pool:
        held = pool.submit(database.write, hold)
        assert holding.wait(WAIT_S)
        futures = [pool.submit(database.write, piece) for piece in pieces]
        while database._queue.qsize() < len(pieces):
            threading.Event().wait(0.001)
        go.set()
        held.result(WAIT_S)
    return futures


def test_a_piece_that_fails_is_undone_alone_and_the_others_of_its_group_are_saved(database: Database) -> None:
    def fails(conn: Connection) -> None:
        insert(2)(conn)
        raise LookupError("this piece is wrong")

    first, wrong, last = write_as_one_group(database, [insert(1), fails, insert(3)])

    assert (first.result(), last.result()) == (1, 1)
    with pytest.raises(LookupError):
        wrong.result()
    assert numbers(database) == [1, 3]


def test_a_group_whose_transaction_the_full_disk_undid_is_refused_whole_and_the_next_is_saved(
    database: Database,
) -> None:
    with database.read() as conn:
        pages = conn.exec_driver_sql("PRAGMA page_count").scalar()
    database.write(lambda conn: conn.exec_driver_sql(f"PRAGMA max_page_count={pages + 4}").all())

    futures = write_as_one_group(database, [insert(1), insert(2, size=10_000_000), insert(3)])

    assert {type(future.exception()) for future in futures} == {StorageFull}
    assert numbers(database) == []
    database.write(lambda conn: conn.exec_driver_sql("PRAGMA max_page_count=1000000").all())
    assert database.write(insert(4)) == 1
    assert numbers(database) == [4]


def test_hundreds_of_writers_at_once_lose_nothing(database: Database) -> None:
    with ThreadPoolExecutor(32) as pool:
        list(pool.map(lambda value: database.write(insert(value)), range(300)))
    assert numbers(database) == list(range(300))


def test_a_loop_waits_without_a_thread_and_what_it_no_longer_waits_for_is_saved_all_the_same(
    database: Database,
) -> None:
    begun, go = threading.Event(), threading.Event()

    def slowly(conn: Connection) -> int:
        begun.set()
        assert go.wait(WAIT_S)
        return int(insert(2)(conn))

    async def leave() -> None:
        assert await database.written(insert(1)) == 1
        waiting = asyncio.ensure_future(database.written(slowly))
        assert await asyncio.to_thread(begun.wait, WAIT_S)
        waiting.cancel()
        go.set()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        with pytest.raises(ZeroDivisionError):
            await database.written(lambda _: 1 // 0)

    asyncio.run(leave())
    assert numbers(database) == [1, 2]


def test_what_is_read_inside_one_block_is_one_snapshot(database: Database) -> None:
    count = text("SELECT count(*) FROM number")
    with database.read() as conn:
        before = conn.execute(count).scalar()
        database.write(insert(1))
        assert conn.execute(count).scalar() == before
    assert numbers(database) == [1]


def test_readers_cannot_write(database: Database) -> None:
    with pytest.raises(Exception, match="readonly"), database.read() as conn:
        insert(1)(conn)
    assert numbers(database) == []


def test_a_foreign_lock_makes_writers_wait_and_then_tells_them_that_it_is_busy(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database_module, "BUSY_S", 0.2)
    database = Database(path)
    database.write(lambda conn: conn.execute(text("CREATE TABLE number (value INTEGER, filling BLOB)")))
    foreign = sqlite3.connect(path, isolation_level=None)
    foreign.execute("BEGIN EXCLUSIVE")

    with pytest.raises(Busy, match="Another program"):
        database.write(insert(1))
    assert numbers(database) == []
    foreign.execute("ROLLBACK")
    foreign.close()

    assert database.write(insert(2)) == 1
    assert numbers(database) == [2]
    database.close()


def test_a_write_after_the_end_is_refused_instead_of_waiting_for_ever(path: Path) -> None:
    database = Database(path)
    database.close()
    with pytest.raises(Busy, match="stopping"):
        database.write(insert(1))


def test_what_waits_when_the_database_closes_is_saved_first(path: Path) -> None:
    database = Database(path)
    database.write(lambda conn: conn.execute(text("CREATE TABLE number (value INTEGER, filling BLOB)")))
    write_as_one_group(database, [insert(value) for value in range(100)])
    database.close()
    assert sqlite3.connect(path).execute("SELECT count(*) FROM number").fetchone() == (100,)


def test_an_error_of_the_database_does_not_show_what_was_to_be_stored(database: Database) -> None:
    statement = text("INSERT INTO nowhere VALUES (:secret)")
    with pytest.raises(Exception, match="nowhere") as raised:
        database.write(lambda conn: conn.execute(statement, {"secret": "a password hash"}))
    assert "a password hash" not in str(raised.value)
