"""A server that is killed while labels go out or come in leaves nothing that looks whole, and goes on afterwards."""

import fcntl
import hashlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from labelwright.bootstrap import DATABASE, open_context
from labelwright.config import Settings
from labelwright.db import tables as t
from labelwright.exchange.reading import FOUND, SURVEY
from labelwright.exchange.work import ARCHIVE, SNAPSHOT
from labelwright.jobs.background import background_work
from labelwright.jobs.export_worker import PART
from labelwright.jobs.lifeline import LOCK
from labelwright.model.geometry import Polygon
from labelwright.services import export_work, import_work, label_exports, label_imports, tasks, tokens
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.label_exports import Wanted
from labelwright.services.label_imports import UPLOAD
from labelwright.services.worker_processes import ERRORS
from tests.builders import HARBOUR_CLASSES, Project, Team, annotation, geometry_class, make_project, save

SERVER = """
import sys, time
from pathlib import Path
from labelwright.bootstrap import open_context
from labelwright.config import Settings
from labelwright.jobs.background import background_work
from labelwright.services import import_work
import_work.AT_ONCE, import_work.PORTION = 0, 1
with open_context(Settings(data=Path(sys.argv[1]))) as ctx, background_work(ctx):
    time.sleep(600)
"""
SIDE = 4_000


def wait_until(holds: Callable[[], object], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, f"still waiting after {seconds} s"
        time.sleep(0.005)


def killed_when(settings: Settings, holds: Callable[[], object]) -> None:
    """Run a server until something holds, and kill it at once with all its workers, as a machine does that goes off.

    A worker whose server alone is killed notices it within a moment, in which it may bring its work to an end.
    """
    server = subprocess.Popen([sys.executable, "-c", SERVER, str(settings.data)], start_new_session=True)
    try:
        wait_until(holds, 120)
    finally:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
    for lock in settings.data.rglob(LOCK):
        with lock.open("wb") as file:
            wait_until(lambda file=file: is_free(file))


def is_free(file: Any) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


@pytest.fixture
def project(settings: Settings, team: Team) -> Project:
    """Large pictures, whose masks take their time."""
    with open_context(settings) as ctx:
        names = tuple(f"{n}.png" for n in range(8))
        made = make_project(
            ctx, team.admin, media=names, classes=(*HARBOUR_CLASSES, geometry_class("field", "polygon"))
        )
        ctx.db.write(lambda conn: conn.execute(update(t.medium).values(width=SIDE, height=SIDE)))
        for n, task_id in enumerate(made.task_ids.values()):
            zigzag = [(float(x), float(SIDE - 1 if x % 100 else n)) for x in range(0, SIDE, 50)]
            ring = Polygon((*zigzag, (float(SIDE), float(SIDE)), (0.0, float(SIDE))))
            save(ctx, team.admin, task_id, created=(annotation(ctx, made.class_id("field"), ring),))
            tasks.complete_task(ctx, team.admin, task_id)
    return made


def files(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file()}


def test_a_kill_while_an_archive_is_written_leaves_none_and_the_next_start_writes_it(
    settings: Settings, team: Team, project: Project
) -> None:
    with open_context(settings) as ctx:
        asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="masks_class"))
        folder = label_exports.folder_of(ctx, asked["id"])
    part = folder / PART
    killed_when(settings, part.exists)

    assert ARCHIVE not in files(folder)
    stray = settings.data / "exports" / "of-nobody"
    stray.mkdir()
    (stray / ARCHIVE).write_bytes(b"left behind")
    with open_context(settings) as ctx:
        shown = label_exports.get_export(ctx, team.admin, asked["id"])
        assert (shown["state"], shown["downloadable"]) == ("running", False)
        assert SNAPSHOT in files(folder)
        with background_work(ctx):
            assert not stray.exists()
            state: Callable[[], Any] = lambda: label_exports.get_export(ctx, team.admin, asked["id"])  # noqa: E731
            wait_until(lambda: state()["state"] not in {"waiting", "running"}, 120)
            assert state()["state"] == "done", state()["error"]
        raw = label_exports.archive_path(ctx, asked["id"]).read_bytes()
        assert hashlib.sha256(raw).hexdigest() == state()["sha256"]
        with zipfile.ZipFile(label_exports.archive_path(ctx, asked["id"])) as archive:
            assert archive.testzip() is None
        assert not any(name.endswith(".part") for name in files(folder))


def boxes(count: int, **more: Any) -> bytes:
    """A COCO file with boxes in every picture of the project; with `more` to say of each, reading it takes longer."""
    images = [{"id": n, "file_name": f"{n}.png", "width": SIDE, "height": SIDE} for n in range(8)]
    annotations = [
        {"id": n, "image_id": n % 8, "category_id": 1, "bbox": [n % 997, n // 997, 5, 6], "iscrowd": 0} | more
        for n in range(count)
    ]
    content = {"images": images, "categories": [{"id": 1, "name": "crane"}], "annotations": annotations}
    return json.dumps(content).encode()


def sent(ctx: Context, actor: Actor, project: Project, content: bytes) -> str:
    with ctx.store.receive(limit_bytes=10**8) as incoming:
        incoming.write(content)
        made = label_imports.create_import(ctx, actor, project.id, incoming.finish(), file_name="labels.json")
    return str(made["id"])


def test_a_kill_while_a_file_is_read_leaves_nothing_read_and_the_next_start_reads_it(
    settings: Settings, team: Team, project: Project
) -> None:
    with open_context(settings) as ctx:
        import_id = sent(ctx, team.admin, project, boxes(40_000, comment="seen"))
        folder = label_imports.folder_of(ctx, import_id)
    killed_when(settings, (folder / f"{FOUND}.part").exists)

    assert {FOUND, SURVEY} & files(folder) == set()
    with open_context(settings) as ctx, background_work(ctx):
        state: Callable[[], Any] = lambda: label_imports.get_import(ctx, team.admin, import_id)  # noqa: E731
        wait_until(lambda: state()["state"] in {"ready", "failed"}, 120)
        assert state()["state"] == "ready", state()["error"]
    assert not any(name.endswith(".part") for name in files(folder))


def test_a_file_that_is_being_read_is_let_go_at_once_and_leaves_nothing(
    settings: Settings, team: Team, project: Project
) -> None:
    with open_context(settings) as ctx:
        import_id = sent(ctx, team.admin, project, boxes(100_000, comment="seen"))
        folder = label_imports.folder_of(ctx, import_id)
        with background_work(ctx):
            wait_until((folder / f"{FOUND}.part").exists)
            shown = label_imports.cancel_import(ctx, team.admin, import_id)
            assert shown["state"] == "cancelled"
            assert shown["undo"] == {"possible": False, "reason": "It was stopped before anything was stored."}
            wait_until(lambda: files(folder) == {UPLOAD, LOCK, ERRORS})
            with (folder / LOCK).open("wb") as lock:
                wait_until(lambda: is_free(lock))
            other_id = sent(ctx, team.admin, project, boxes(1))
            wait_until(lambda: label_imports.get_import(ctx, team.admin, other_id)["state"] == "ready")


@pytest.mark.parametrize("what", ["import", "export"])
def test_work_that_says_nothing_is_stopped_too_and_removed_with_its_folder(
    settings: Settings, team: Team, project: Project, what: str
) -> None:
    with open_context(settings) as ctx:
        if what == "import":
            work_id = sent(ctx, team.admin, project, boxes(1))
            folder = label_imports.folder_of(ctx, work_id)
        else:
            work_id = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="coco"))["id"]
            folder = label_exports.folder_of(ctx, work_id)
        folder.mkdir(exist_ok=True, parents=True)
        with (folder / LOCK).open("wb") as lock, background_work(ctx):
            fcntl.flock(lock, fcntl.LOCK_EX)  # the worker waits until nobody else is in the folder
            wait_until((folder / ERRORS).exists)
            if what == "import":  # others do not wait for it
                somebody = tokens.actor_of_token(ctx, team.tokens["import"])
                theirs = sent(ctx, somebody, project, boxes(1))
                wait_until(lambda: label_imports.get_import(ctx, somebody, theirs)["state"] == "ready")
            if what == "import":
                label_imports.cancel_import(ctx, team.admin, work_id)
                label_imports.delete_import(ctx, team.admin, work_id)
            else:
                label_exports.delete_export(ctx, team.admin, work_id)
            other_id = sent(ctx, team.admin, project, boxes(1))
            wait_until(lambda: label_imports.get_import(ctx, team.admin, other_id)["state"] == "ready")
            wait_until(lambda: not folder.exists())


def stored(data: Path) -> int:
    """How many portions an import has stored, as another program sees it."""
    connection = sqlite3.connect(f"file:{data / DATABASE}?mode=ro", uri=True)
    try:
        (done,) = connection.execute("SELECT done FROM label_import WHERE state = 'applying'").fetchone() or (0,)
    finally:
        connection.close()
    return int(done)


def test_a_kill_while_labels_are_stored_stores_none_twice(settings: Settings, team: Team, project: Project) -> None:
    with open_context(settings) as ctx:
        import_id = sent(ctx, team.admin, project, boxes(2400))
        while import_work.work_next(ctx):
            pass
        label_imports.apply_import(ctx, team.admin, import_id)
    killed_when(settings, lambda: stored(settings.data) >= 2)

    with open_context(settings) as ctx:
        assert label_imports.get_import(ctx, team.admin, import_id)["state"] in {"applying", "done"}
        while import_work.work_next(ctx):
            pass
        assert label_imports.get_import(ctx, team.admin, import_id)["state"] == "done"
        for task_id in project.task_ids.values():
            assert len(tasks.open_task(ctx, team.admin, task_id).document.annotations) == 301


@pytest.fixture
def small_disk(settings: Settings) -> Iterator[Path]:
    """Exports go to a disk of 256 KiB."""
    place = settings.data / "exports"
    place.mkdir(parents=True)
    command = ["/bin/mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small file system can be mounted by root only: {mounted.stderr.decode().strip()}")
    yield place
    subprocess.run(["/bin/umount", place], check=True)


def test_a_full_disk_is_named_and_nothing_half_written_stays(
    settings: Settings, team: Team, project: Project, small_disk: Path
) -> None:
    with open_context(settings) as ctx:
        asked = label_exports.create_export(ctx, team.admin, project.id, Wanted(format="masks_class"))
        assert export_work.write_next(ctx)
        shown = label_exports.get_export(ctx, team.admin, asked["id"])
        assert shown["state"] == "failed"
        assert "no room for more" in shown["error"] or "storage is full" in shown["error"]
        assert not any(name.endswith(".part") or name == ARCHIVE for name in files(small_disk))
        subprocess.run(["/bin/mount", "-o", "remount,size=256m", small_disk], check=True)
        label_exports.resume_export(ctx, team.admin, asked["id"])
        assert export_work.write_next(ctx)
        assert label_exports.get_export(ctx, team.admin, asked["id"])["state"] == "done"
