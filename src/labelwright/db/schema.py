"""Create and upgrade the schema. A SQLite file is upgraded as a copy that then takes the original's place."""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import structlog
from sqlalchemy import create_engine
from sqlalchemy.exc import DBAPIError

from labelwright.model.errors import LabelwrightError, StorageFull

HEAD = "0007"
BUSY_S = 10.0
MIGRATIONS = Path(__file__).parent / "migrations"

log = structlog.get_logger()


class NewerData(LabelwrightError):
    """The data was written by a newer Labelwright."""

    code = "newer_data"


class UnreadableData(LabelwrightError):
    """The data file is damaged, held by another program, or not ours; it stays as it is."""

    code = "unreadable_data"


def ensure_schema(path: Path) -> None:
    """Bring the SQLite file at `path` to this version's schema, making it if need be.

    SQLite cannot undo half a migration, so the file is copied, the copy migrated and checked, and renamed over the
    original, which stays beside it as `.before-<version>`. The caller holds the lock of the data folder.
    """
    current = _version(path)
    if current == HEAD:
        return
    if current is not None and current > HEAD:
        message = f"{path} was written by a newer Labelwright (schema {current}, this one knows {HEAD}). Upgrade first."
        raise NewerData(message)
    draft = path.with_suffix(".migrating")
    with _swept(draft):
        if current is not None:
            log.info("upgrading the database; many labels take minutes", version=HEAD, before=current)
            _copy(path, draft)
        _migrate(draft)
        if current is not None:
            shutil.copy2(path, path.with_suffix(f".before-{HEAD}"))
        _sync(draft)
        for sidecar in _sidecars(path):
            sidecar.unlink(missing_ok=True)
        draft.replace(path)
        _sync(path.parent)
    log.info("database schema ready", version=HEAD, before=current)


@contextmanager
def _swept(draft: Path) -> Iterator[None]:
    """Take away what an earlier attempt left of `draft`, and what this one leaves. Raises StorageFull."""
    files = (draft, *_sidecars(draft))
    for leftover in files:
        leftover.unlink(missing_ok=True)
    try:
        yield
    except (OSError, sqlite3.OperationalError, DBAPIError) as error:
        for leftover in files:
            leftover.unlink(missing_ok=True)
        if "full" in str(error) or "No space" in str(error):
            message = f"The disk of {draft.parent} has no room to upgrade the data, which stays as it was. Free some."
            raise StorageFull(message) from error
        raise


def _sidecars(path: Path) -> tuple[Path, Path]:
    return path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")


def _version(path: Path) -> str | None:
    """The schema version of a file, None where there is none yet. Raises UnreadableData.

    Whatever cannot be read for certain is refused: taking it for empty would put a new file in its place.
    """
    if not path.exists() or path.stat().st_size == 0:
        return None
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_S)) as connection:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        if "no such table" in str(error):
            row = None
        else:
            message = f"{path} cannot be read ({error}). Close the program that uses it, or restore it from a backup."
            raise UnreadableData(message) from error
    if row is None:
        raise UnreadableData(f"{path} is a database, but not of Labelwright. Choose another --data folder.")
    return str(row[0])


def _copy(source: Path, target: Path) -> None:
    """Copy a whole database, whatever its WAL still holds, through SQLite's own backup."""
    with sqlite3.connect(source) as original, sqlite3.connect(target) as copy:
        original.backup(copy)
    original.close()
    copy.close()


def _migrate(path: Path) -> None:
    from alembic import command  # noqa: PLC0415 - half a second that only a migration should cost
    from alembic.config import Config  # noqa: PLC0415

    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA synchronous=OFF")  # the whole file is synced before it takes its place
        config = Config()
        config.set_main_option("script_location", str(MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
        faults = connection.exec_driver_sql("PRAGMA integrity_check").scalar()
        if faults != "ok":
            message = f"The migrated copy of the database is damaged ({faults}); the original is untouched."
            raise LabelwrightError(message)
    engine.dispose()


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
