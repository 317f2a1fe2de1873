"""Create and upgrade the schema. A SQLite file is upgraded as a copy that then takes the original's place."""

import os
import shutil
import sqlite3
from pathlib import Path

import structlog
from sqlalchemy import create_engine

from labelwright.model.errors import LabelwrightError

HEAD = "0001"
MIGRATIONS = Path(__file__).parent / "migrations"

log = structlog.get_logger()


class NewerData(LabelwrightError):
    """The data was written by a newer Labelwright."""

    code = "newer_data"


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
    for leftover in (draft, draft.with_name(f"{draft.name}-wal"), draft.with_name(f"{draft.name}-shm")):
        leftover.unlink(missing_ok=True)
    if current is not None:
        _copy(path, draft)
    _migrate(draft)
    if current is not None:
        shutil.copy2(path, path.with_suffix(f".before-{HEAD}"))
    _sync(draft)
    for sidecar in (path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        sidecar.unlink(missing_ok=True)
    draft.replace(path)
    _sync(path.parent)
    log.info("database schema ready", version=HEAD, before=current)


def _version(path: Path) -> str | None:
    if not path.exists() or path.stat().st_size == 0:
        return None
    connection = sqlite3.connect(path)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None
    finally:
        connection.close()
    return str(row[0]) if row else None


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
