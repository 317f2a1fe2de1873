"""Work that several processes share comes out as if one had done it."""

import errno
import itertools
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from labelwright.exchange.sharing import Died, in_turn
from labelwright.exchange.source import TaskLabels
from labelwright.exchange.splits import parse_splits
from labelwright.formats import FORMATS
from labelwright.model.errors import Invalid, Issue
from tests.formats import corpus
from tests.formats.corpus.making import own_uuid
from tests.formats.measuring import written

# Newer versions of Python warn of forks beside threads; ours hold no lock when a walk begins.
pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")


def children() -> set[int]:
    """The processes that this one has started and that have not ended."""
    found = ((int(folder.name), stat_of(folder)) for folder in Path("/proc").iterdir() if folder.name.isdecimal())
    return {process for process, stat in found if stat and int(stat[1]) == os.getpid()}


def stat_of(folder: Path) -> list[str]:
    """What the system says of a process, from its state on."""
    try:
        return (folder / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
    except OSError:
        return []


@pytest.mark.parametrize("pieces", [0, 1, 2, 3, 50])
def test_what_is_made_comes_in_the_order_of_the_pieces(pieces: int) -> None:
    def work(number: int) -> tuple[int, int]:
        time.sleep(0.002 * (number % 3))
        return number, os.getpid()

    made = list(in_turn(lambda: iter(range(pieces)), work, 3))
    assert [number for number, _ in made] == list(range(pieces))
    assert len({process for _, process in made}) == min(pieces, 3)
    assert os.getpid() not in {process for _, process in made}


def test_each_process_begins_before_its_first_piece() -> None:
    begun: list[int] = []
    made = list(in_turn(lambda: iter("abcd"), lambda _: len(begun), 2, begin=lambda: begun.append(1)))
    assert made == [1, 1, 1, 1]
    assert begun == []


def test_an_error_is_raised_where_the_work_was_asked_for_behind_what_was_made_before() -> None:
    def work(number: int) -> int:
        if number == 5:
            raise Invalid("The fifth is no good.", (Issue("/5", "no_good", "It is no good."),))
        return number

    made: list[int] = []
    before = children()
    with pytest.raises(Invalid, match="fifth") as caught:
        made += in_turn(itertools.count, work, 2)
    assert caught.value.issues[0].code == "no_good"
    assert made == [0, 1, 2, 3, 4]
    assert children() <= before


def test_a_process_that_is_killed_is_an_error_and_none_is_left() -> None:
    def work(number: int) -> int:
        if number == 4:
            os.kill(os.getpid(), signal.SIGKILL)
        return number

    before = children()
    walk = in_turn(itertools.count, work, 2)
    assert [next(walk) for _ in range(4)] == [0, 1, 2, 3]
    with pytest.raises(Died, match="memory"):
        next(walk)
    assert children() <= before


def test_nobody_is_left_when_the_walk_is_given_up() -> None:
    before = children()
    walk = in_turn(itertools.count, lambda _: b"x" * 1_000_000, 3)
    assert len(next(walk)) == 1_000_000
    assert len(children() - before) == 3
    walk.close()
    assert children() <= before


@pytest.mark.parametrize("long_from", [2, 10**9], ids=["at a long piece", "handing over"])
def test_processes_end_when_the_one_that_started_them_is_killed(long_from: int) -> None:
    def work(number: int) -> int:
        if number >= long_from:
            time.sleep(600)
        return os.getpid()

    read_end, write_end = os.pipe()
    parent = os.fork()
    if not parent:
        walk = in_turn(itertools.count, work, 2)
        os.write(write_end, f"{next(walk)} {next(walk)}".encode())
        time.sleep(600)
        os._exit(1)
    others = [int(one) for one in os.read(read_end, 100).split()]
    os.kill(parent, signal.SIGKILL)
    os.waitpid(parent, 0)
    deadline = time.monotonic() + 60
    while any(is_running(one) for one in others):
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize("refused_at", [1, 2])
def test_where_the_system_refuses_a_process_the_work_is_done_in_one(
    refused_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, tasks, attempts, fork = children(), tuple(many_tasks(SHARED["masks_index"])), itertools.count(1), os.fork

    def refusing() -> int:
        if next(attempts) % 2 == refused_at % 2:
            raise BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
        return fork()

    alone = written(FORMATS["masks_index"], corpus.SCHEME, tasks, processes=1)
    monkeypatch.setattr(os, "fork", refusing)
    assert written(FORMATS["masks_index"], corpus.SCHEME, tasks, processes=2) == alone
    assert next(attempts) > refused_at
    assert children() == before


def is_running(process: int) -> bool:
    return stat_of(Path(f"/proc/{process}"))[:1] not in ([], ["Z"])


def many_tasks(count: int) -> Iterator[TaskLabels]:
    """The pictures of the corpus but the heaviest, again and again under other names."""
    light = [task for task in corpus.tasks() if len(task.document.annotations) < 100]
    for number in range(count):
        task = light[number % len(light)]
        medium = msgspec.structs.replace(
            task.medium, id=own_uuid(50_000 + number), name=f"{number:03}/{task.medium.name}"
        )
        yield msgspec.structs.replace(task, task_id=own_uuid(60_000 + number), medium=medium)


FLAT = dict.fromkeys(("coco", "yolo", "yolo-seg", "yolo-pose", "voc"), 300)
OF_PIXELS = ("coco_panoptic", "voc_segmentation", "cityscapes", "masks_index", "masks_class", "masks_instance")
# How many pictures are worth it.
SHARED = FLAT | dict.fromkeys(OF_PIXELS, 40)
WAYS = ({}, {"splits": parse_splits("60/20/20")}, {"side_car": True, "classes": ("car",), "compact": True})


@pytest.mark.parametrize(
    ("form", "fields"),
    [*((form, fields) for fields in WAYS for form in SHARED), ("yolo-seg", {"conversions": "refuse"})],
    ids=str,
)
def test_archive_and_ledger_do_not_show_how_many_processes_wrote_them(
    form: str, fields: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    forks, fork = itertools.count(), os.fork
    monkeypatch.setattr(os, "fork", lambda: (next(forks), fork())[1])
    tasks = tuple(many_tasks(SHARED[form]))
    one, two = (written(FORMATS[form], corpus.SCHEME, tasks, processes=n, **fields) for n in (1, 2))
    assert next(forks) >= 2
    assert one[1] == two[1]
    assert one[0] == two[0]
