"""Connections: many readers, and exactly one writer, which groups waiting commits.

SQLite is opened once for writing, by one thread of one process (`flock` keeps a second process out): that gives
three times the durable saves of one commit per request, no "database is locked", and avoids the WAL-reset fault of
SQLite before 3.51.3, which needs two connections that write. `synchronous=FULL`: acknowledged is on disk.
"""

import asyncio
import contextlib
import fcntl
import os
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import IO, Any, TypeVar

import structlog
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.pool import QueuePool

from labelwright.model.errors import Busy, LabelwrightError, StorageFull

T = TypeVar("T")
Work = Callable[[Connection], Any]

GROUP_LIMIT = 64
READERS = 16
BUSY_S = 10.0

log = structlog.get_logger()


class AnotherProcess(LabelwrightError):
    """A second server was started on the same data."""

    code = "another_process"


class Database:
    """One SQLite file: `read` for readers, `write` for everybody who changes something. The caller holds its lock."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._readers = _engine(path, writable=False)
        self._writer = _engine(path, writable=True)
        self._queue: queue.SimpleQueue[tuple[Work, Future[Any]] | None] = queue.SimpleQueue()
        self._entry, self._closed = threading.Lock(), False
        self._thread = threading.Thread(target=self._run, name="database writer", daemon=True)
        self._thread.start()

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a read-only connection; everything read inside is one snapshot. Raises Busy."""
        try:
            with self._readers.connect() as connection, connection.begin():
                yield connection
        except (DBAPIError, sqlite3.OperationalError) as error:
            if (explained := _explained(error)) is error:
                raise
            raise explained from error

    def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in the writer's thread, in a savepoint of its own, and return once it is on disk.

        Raises what `work` raises (its changes are undone alone), StorageFull when the disk is full, Busy when another
        program holds the file or the server stops.
        """
        return self._enqueued(work).result()

    async def written(self, work: Callable[[Connection], T]) -> T:
        """Do what `write` does for a caller on an event loop, who holds no thread meanwhile.

        What was begun is finished also when nobody waits for it any more.
        """
        return await asyncio.shield(asyncio.wrap_future(self._enqueued(work)))

    def _enqueued(self, work: Callable[[Connection], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._entry:
            if self._closed:
                raise Busy("The server is stopping; nothing was saved. Try again in a moment.")
            self._queue.put((work, future))
        return future

    def close(self) -> None:
        """Finish what is queued, then let go of the file."""
        with self._entry:
            self._closed = True
            self._queue.put(None)
        self._thread.join()
        self._readers.dispose()
        self._writer.dispose()

    def _run(self) -> None:
        with self._writer.connect() as connection:
            while (group := self._next_group()) is not None:
                if group:
                    _commit_group(connection, group)

    def _next_group(self) -> list[tuple[Work, Future[Any]]] | None:
        """Wait for one piece of work and take what else waits by then; None when the database closes."""
        first = self._queue.get()
        if first is None:
            return None
        group = [first]
        while len(group) < GROUP_LIMIT:
            try:
                following = self._queue.get_nowait()
            except queue.Empty:
                break
            if following is None:
                self._queue.put(None)
                break
            group.append(following)
        return group


def _commit_group(connection: Connection, group: list[tuple[Work, Future[Any]]]) -> None:
    """Do all pieces in one transaction, and answer once it is on disk; a piece that fails is undone alone."""
    done: list[tuple[Future[Any], Any]] = []
    try:
        with connection.begin():
            for work, future in group:
                try:
                    done.append((future, _do_piece(connection, work)))
                except Exception as error:
                    if not _in_transaction(connection):  # a full disk makes SQLite undo all pieces, not just this one
                        raise
                    future.set_exception(_explained(error))
    except Exception as error:  # noqa: BLE001 - nobody in the group was saved
        _stop_if_disk_fails(error)
        for _, future in group:
            if not future.done():
                future.set_exception(_explained(error))
        return
    for future, result in done:
        future.set_result(result)


def _do_piece(connection: Connection, work: Work) -> Any:
    """Do one piece of work in a savepoint. SQLAlchemy's own would hide the error that undid the transaction."""
    driver = _driver(connection)
    driver.execute("SAVEPOINT piece")
    try:
        result = work(connection)
        driver.execute("RELEASE piece")
    except Exception:
        if driver.in_transaction:
            driver.execute("ROLLBACK TO piece")
            driver.execute("RELEASE piece")
        raise
    return result


def _in_transaction(connection: Connection) -> bool:
    return _driver(connection).in_transaction


def _driver(connection: Connection) -> sqlite3.Connection:
    """SQLite's own connection: what has neither parameters nor rows costs a tenth there."""
    driver: Any = connection.connection.dbapi_connection
    assert isinstance(driver, sqlite3.Connection)
    return driver


def _explained(error: Exception) -> Exception:
    cause = error.orig if isinstance(error, DBAPIError) else error
    text_of_cause = str(cause)
    if isinstance(cause, sqlite3.OperationalError):
        if "full" in text_of_cause:
            return StorageFull("The disk of the database is full. Nothing was saved; free some space and try again.")
        if "locked" in text_of_cause:
            return Busy("Another program holds the database file. Try again in a moment.")
    return error


def _stop_if_disk_fails(error: Exception) -> None:
    """End the process on an I/O error of the disk: after a failed fsync nothing more may be promised."""
    if isinstance(error, (OperationalError, sqlite3.OperationalError)) and "disk I/O error" in str(error):
        log.critical("the disk failed while saving; stopping so that nothing more is promised", error=str(error))
        os._exit(70)


def lock_file(path: Path) -> IO[str]:
    """Take the lock that keeps a second server away from the same data. Raises AnotherProcess."""
    handle = path.open("w")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.close()
        text_of_error = (
            f"Another Labelwright server uses {path.parent}. Stop it first, or choose another --data folder."
        )
        raise AnotherProcess(text_of_error) from None
    return handle


def _engine(path: Path, *, writable: bool) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        poolclass=QueuePool,
        pool_size=1 if writable else READERS,
        max_overflow=0 if writable else 64,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": BUSY_S},
        hide_parameters=True,
    )
    pragmas = _WRITER_PRAGMAS if writable else _READER_PRAGMAS

    @event.listens_for(engine, "connect")
    def _configure(connection: sqlite3.Connection, _record: object) -> None:
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")
        connection.create_function("casefold", 1, str.casefold, deterministic=True)  # SQLite's own knows ASCII only

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        _driver(connection).execute("BEGIN IMMEDIATE" if writable else "BEGIN")

    return engine


_WRITER_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "journal_size_limit=67108864")
_READER_PRAGMAS = ("query_only=ON", "wal_autocheckpoint=0", "cache_size=-8000")


def is_ready(database: Database) -> bool:
    """Ask the database one question."""
    with database.read() as connection:
        return connection.execute(text("SELECT 1")).scalar() == 1
