"""A data file is made and upgraded whole or not at all; what is not ours, or cannot be read, stays as it is."""

import json
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from labelwright.db import schema, tables
from labelwright.db.schema import NewerData, UnreadableData, ensure_schema
from labelwright.model.errors import StorageFull

NOW = schema.HEAD
NEXT = f"{int(NOW) + 1:04d}"
NEXT_VERSION = f'''"""Colours for projects."""

import sqlalchemy as sa
from alembic import op

revision = "{NEXT}"
down_revision = "{NOW}"


def upgrade() -> None:
    with op.batch_alter_table("project") as batch_op:
        batch_op.add_column(sa.Column("colour", sa.Text()))
    op.execute("UPDATE project SET colour = 'blue'")
    op.create_index("ix_project_colour", "project", ["colour"])
'''  # noqa: S608 - text of our own


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "labelwright.sqlite"


@pytest.fixture
def older(path: Path) -> Path:
    """A file of this schema with an organisation and a project in it."""
    ensure_schema(path)
    connection = sqlite3.connect(path)
    connection.execute("INSERT INTO organisation VALUES ('o', 'Harbour', 1)")
    connection.execute(
        "INSERT INTO project (id, organisation_id, name, short_description, description, media_type, pinned,"
        " review_activated, label_iteration_id, created_at)"
        " VALUES ('p', 'o', 'Crane', '', '', 'IMAGE', 0, 0, 'i', 1)"
    )
    connection.commit()
    connection.close()
    return path


@pytest.fixture
def next_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make this the next version of the product, whose schema has one more column."""
    migrations = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, migrations)
    (migrations / "versions" / f"{NEXT}_colours.py").write_text(NEXT_VERSION)
    monkeypatch.setattr(schema, "MIGRATIONS", migrations)
    monkeypatch.setattr(schema, "HEAD", NEXT)


def query(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


def test_a_new_file_has_exactly_the_tables_that_the_code_describes(path: Path) -> None:
    ensure_schema(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), tables.metadata)
    engine.dispose()
    assert differences == []


def test_a_file_of_this_version_is_left_alone(path: Path) -> None:
    ensure_schema(path)
    before = path.stat().st_mtime_ns
    ensure_schema(path)
    assert path.stat().st_mtime_ns == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_an_older_file_is_upgraded_with_its_rows_and_stays_beside_the_new_one(older: Path, next_version: None) -> None:
    ensure_schema(older)
    assert query(older, "SELECT name, colour FROM project") == [("Crane", "blue")]
    kept = older.with_suffix(f".before-{NEXT}")
    assert query(kept, "SELECT version_num FROM alembic_version") == [(NOW,)]
    assert query(kept, "SELECT name FROM project") == [("Crane",)]


def test_rows_that_are_still_in_the_write_ahead_log_are_upgraded_too(older: Path, next_version: None) -> None:
    """A killed server leaves them there."""
    script = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('PRAGMA journal_mode=WAL');"
        "c.execute('UPDATE project SET name = \"Quay\"'); c.commit(); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script, str(older)], check=False, timeout=300)
    assert older.with_name(f"{older.name}-wal").stat().st_size > 0

    ensure_schema(older)

    assert query(older, "SELECT name, colour FROM project") == [("Quay", "blue")]
    assert query(older.with_suffix(f".before-{NEXT}"), "SELECT name FROM project") == [("Quay",)]


def test_a_file_of_a_newer_version_is_refused(older: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "HEAD", "0000")
    with pytest.raises(NewerData, match=f"schema {NOW}"):
        ensure_schema(older)


@pytest.mark.parametrize("content", [b"this is not a database", b"SQLite format 3\x00" + b"\x00" * 100])
def test_a_file_that_is_no_database_is_refused_and_stays(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(UnreadableData, match=r"labelwright\.sqlite"):
        ensure_schema(path)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_stays(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (value INTEGER)")
    connection.commit()
    connection.close()
    with pytest.raises(UnreadableData, match="not of Labelwright"):
        ensure_schema(path)
    assert query(path, "SELECT * FROM theirs") == []


def test_a_database_that_another_program_holds_is_refused_and_stays(
    older: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "BUSY_S", 0.1)
    foreign = sqlite3.connect(older, isolation_level=None)
    foreign.execute("BEGIN EXCLUSIVE")
    with pytest.raises(UnreadableData, match="locked"):
        ensure_schema(older)
    foreign.execute("ROLLBACK")
    foreign.close()
    assert query(older, "SELECT name FROM project") == [("Crane",)]


def test_a_disk_that_is_full_while_upgrading_leaves_the_old_file(
    older: Path, next_version: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: Path) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(schema, "_migrate", full)
    with pytest.raises(StorageFull, match="upgrade"):
        ensure_schema(older)
    assert query(older, "SELECT name FROM project") == [("Crane",)]
    assert [file.suffix for file in older.parent.glob("labelwright.*")] == [".sqlite"]


@pytest.mark.parametrize(("start", "stride"), [("older", 1), ("nothing", 11)])
def test_a_kill_at_any_step_leaves_the_old_or_the_new_file_and_the_next_start_goes_on(
    older: Path, next_version: None, tmp_path: Path, start: str, stride: int
) -> None:
    """Every statement and every file operation is a step; a process is killed before each of them in turn."""
    script = [sys.executable, "-m", "tests.db.dying_upgrade", str(schema.MIGRATIONS), NEXT]
    arguments = [str(tmp_path / "runs"), str(stride), *([str(older)] if start == "older" else [])]
    done = subprocess.run([*script, *arguments], check=False, timeout=300, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    runs = json.loads(done.stdout)

    assert len(runs) > 5
    assert [run["killed"] for run in runs] == [True] * (len(runs) - 1) + [False]
    assert {run["after_kill"] for run in runs} == (
        {f"{NOW}:Crane", f"{NEXT}:Crane"} if start == "older" else {"none", f"{NEXT}:"}
    )
    assert {run["after_start"] for run in runs} == {f"{NEXT}:Crane" if start == "older" else f"{NEXT}:"}
    assert {tuple(run["leftovers"]) for run in runs} == {()}


def test_existing_classes_keep_the_numbers_that_they_had_by_age(path: Path) -> None:
    ensure_schema(path)
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        config = Config()
        config.set_main_option("script_location", str(schema.MIGRATIONS))
        config.attributes["connection"] = connection
        command.downgrade(config, "0004")
        connection.exec_driver_sql("INSERT INTO organisation VALUES ('o', 'Harbour', 1)")
        connection.exec_driver_sql(
            "INSERT INTO project (id, organisation_id, name, short_description, description, media_type, pinned,"
            " review_activated, label_iteration_id, created_at) VALUES ('p', 'o', 'Q', '', '', 'IMAGE', 0, 0, 'i', 1)"
        )
        wheel = {"id": "1", "key": "wheel", "type": "point", "children": []}
        question = {"id": "0", "key": "kind", "type": "option", "children": []}
        classes = [
            {"id": "3", "key": "tree", "type": "polygon", "children": []},
            {"id": "2", "key": "car", "type": "rectangle", "children": [question, wheel]},
        ]
        insert = (
            "INSERT INTO label_configuration (id, project_id, revision, changed_at, classes) VALUES (?, ?, ?, ?, ?)"
        )
        connection.exec_driver_sql(insert, ("c", "p", 1, 1, json.dumps(classes).encode()))
        connection.commit()
    engine.dispose()
    ensure_schema(path)
    ((raw, given),) = query(path, "SELECT classes, numbers FROM label_configuration")
    tree, car = json.loads(raw)  # type: ignore[arg-type]
    assert (tree["number"], car["number"], car["children"][1]["number"]) == (2, 1, 0)
    assert "number" not in car["children"][0]
    assert json.loads(given) == {"0": "car/wheel: point", "1": "car: rectangle", "2": "tree: polygon"}  # type: ignore[arg-type]
