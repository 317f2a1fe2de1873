"""A disk that is really full: a file system of 3 MB in memory, mounted for one test."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from labelwright.model.errors import StorageFull
from labelwright.storage.keys import original_key
from labelwright.storage.receiver import Expected
from labelwright.storage.store import Store

LIMIT = 100 * 2**20


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", tmp_path], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip(f"a small file system can be mounted by root only: {mounted.stderr.decode().strip()}")
    yield tmp_path
    subprocess.run(["/bin/umount", tmp_path], check=True)


def send(store: Store, data: bytes) -> str:
    with store.receive(limit_bytes=LIMIT) as receiver:
        for start in range(0, len(data), 2**18):
            receiver.write(data[start : start + 2**18])
        received = receiver.finish()
        store.put(received)
    return received.sha256


def test_a_full_disk_refuses_reads_on_and_recovers_without_a_restart(small_disk):
    store = Store(small_disk, reserve_bytes=0)
    first = send(store, b"a" * 2**20)

    for _ in range(3):
        with pytest.raises(StorageFull, match="full"):
            send(store, os.urandom(3 * 2**20))

    assert b"".join(store.read(original_key(first))) == b"a" * 2**20
    assert list((small_disk / "incoming").iterdir()) == []
    store.delete(first)
    send(store, os.urandom(2 * 2**20))


def test_an_announced_file_without_room_is_refused_before_the_first_byte(small_disk):
    store = Store(small_disk, reserve_bytes=0)

    with pytest.raises(StorageFull, match="no room"):
        store.receive(limit_bytes=LIMIT, expected=Expected(size_bytes=4 * 2**20))


def test_the_reserve_stays_free(small_disk):
    store = Store(small_disk, reserve_bytes=2**20)

    with store.receive(limit_bytes=LIMIT, expected=Expected(size_bytes=2**20)):
        pass
    with pytest.raises(StorageFull, match="no room"):
        store.receive(limit_bytes=LIMIT, expected=Expected(size_bytes=2**20 * 5 // 2))


def test_a_read_only_disk_refuses_and_serves(small_disk):
    store = Store(small_disk, reserve_bytes=0)
    first = send(store, b"a" * 1000)
    subprocess.run(["/bin/mount", "-o", "remount,ro", small_disk], check=True)

    with pytest.raises(StorageFull, match="read-only"):
        send(store, b"b")

    assert b"".join(store.read(original_key(first))) == b"a" * 1000
