"""Upgrade a data file again and again, killed STRIDE steps later each time: before a statement or file operation.

`python -m tests.db.dying_upgrade MIGRATIONS HEAD FOLDER STRIDE [OLDER]` prints what each kill, and the start after it,
left of the file.
"""

import json
import os
import shutil
import signal
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine, event

from labelwright.db import schema

FILE_OPERATIONS = {"os.rename", "os.remove", "shutil.copyfile", "sqlite3.connect"}
KILLED = -signal.SIGKILL


class Steps:
    """Counts steps and kills this process when there are none left."""

    def __init__(self, left: int) -> None:
        self.left = left

    def take(self, *_: object) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)


def upgrade(path: Path, steps: int) -> int:
    """Upgrade `path` in a child of its own that dies after `steps` steps; returns how it ended."""
    child = os.fork()
    if child == 0:
        counted = Steps(steps)
        event.listen(Engine, "before_cursor_execute", counted.take)
        sys.addaudithook(lambda name, _: counted.take() if name in FILE_OPERATIONS else None)
        schema.ensure_schema(path)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def state(path: Path) -> str:
    """What is in the file: its version and the names of its projects."""
    if not path.exists():
        return "none"
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    (version,) = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    names = [name for (name,) in connection.execute("SELECT name FROM project")]
    connection.close()
    return f"{version}:{','.join(names)}"


def runs(folder: Path, stride: int, older: Path | None) -> Iterator[dict[str, object]]:
    for steps in range(0, 10_000, stride):
        path = folder / str(steps) / "labelwright.sqlite"
        path.parent.mkdir(parents=True)
        if older is not None:
            shutil.copy(older, path)
        ended = upgrade(path, steps)
        after_kill = state(path)
        assert upgrade(path, 10_000) == 0
        leftovers = [file.name for file in path.parent.iterdir() if "migrating" in file.name]
        yield {
            "killed": ended == KILLED,
            "after_kill": after_kill,
            "after_start": state(path),
            "leftovers": leftovers,
        }
        if ended == 0:
            return


if __name__ == "__main__":
    schema.MIGRATIONS, schema.HEAD = Path(sys.argv[1]), sys.argv[2]
    import alembic.command  # noqa: F401 - loaded once, before the children are made

    schema.log.info = lambda *_, **__: None
    started_from = Path(sys.argv[5]) if len(sys.argv) > 5 else None
    print(json.dumps(list(runs(Path(sys.argv[3]), int(sys.argv[4]), started_from))))  # noqa: T201
