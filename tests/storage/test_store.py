import errno
import hashlib
import os
from pathlib import Path

import pytest

from labelwright.model.errors import DamagedFile, Invalid, TooLarge, UploadDamaged
from labelwright.storage.keys import derived_key, original_key
from labelwright.storage.receiver import Expected, Received, Receiver
from labelwright.storage.store import CHUNK_BYTES, Store, open_store

LIMIT = 10 * 2**20


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "media", reserve_bytes=0)


def files_of(store: Store) -> list[str]:
    return sorted(str(path.relative_to(store.root)) for path in store.root.rglob("*") if path.is_file())


def keep(store: Store, data: bytes) -> str:
    with store.receive(limit_bytes=LIMIT) as receiver:
        for start in range(0, len(data), 1000):
            receiver.write(data[start : start + 1000])
        received = receiver.finish()
        store.put(received)
    return received.sha256


def receive(receiver: Receiver, *chunks: bytes) -> Received:
    with receiver:
        for chunk in chunks:
            receiver.write(chunk)
        return receiver.finish()


def test_bytes_come_back_as_they_were_sent(store):
    data = os.urandom(700_001)

    sha256 = keep(store, data)

    assert sha256 == hashlib.sha256(data).hexdigest()
    assert b"".join(store.read(original_key(sha256))) == data
    assert store.size(original_key(sha256)) == len(data)
    assert store.exists(original_key(sha256))
    assert store.find_local_path(original_key(sha256)).read_bytes() == data
    assert files_of(store) == [original_key(sha256)]


def test_chunks_are_256_kib(store):
    sha256 = keep(store, bytes(2 * CHUNK_BYTES + 5))

    assert [len(chunk) for chunk in store.read(original_key(sha256))] == [CHUNK_BYTES, CHUNK_BYTES, 5]


@pytest.mark.parametrize("bounds", [(0, 1), (10, 20), (0, 0), (999, 1000), (990, 5000), (1000, 1001), (2000, 3000)])
def test_a_range_gives_exactly_its_bytes(store, bounds):
    data = os.urandom(1000)
    sha256 = keep(store, data)

    assert b"".join(store.read(original_key(sha256), *bounds)) == data[slice(*bounds)]


def test_a_range_longer_than_a_chunk_is_cut_at_its_end(store):
    data = os.urandom(3 * CHUNK_BYTES)
    sha256 = keep(store, data)

    read = list(store.read(original_key(sha256), 7, 2 * CHUNK_BYTES + 9))

    assert b"".join(read) == data[7 : 2 * CHUNK_BYTES + 9]
    assert max(map(len, read)) == CHUNK_BYTES


def test_equal_bytes_are_stored_once(store):
    assert keep(store, b"twin") == keep(store, b"twin")

    assert [original.size_bytes for original in store.list_originals()] == [4]


def test_no_bytes_at_all_are_a_file_too(store):
    sha256 = keep(store, b"")

    assert list(store.read(original_key(sha256))) == []
    assert store.size(original_key(sha256)) == 0


def test_a_file_that_is_too_large_leaves_nothing(store):
    with pytest.raises(TooLarge, match=r"1\.5 kB") as caught:
        receive(store.receive(limit_bytes=1500), bytes(1000), bytes(1000))

    assert caught.value.fields == {"limit_bytes": 1500}
    assert files_of(store) == []


def test_an_announced_size_over_the_limit_is_refused_before_the_first_byte(store):
    with pytest.raises(TooLarge):
        store.receive(limit_bytes=1500, expected=Expected(size_bytes=1501))

    assert files_of(store) == []


def test_a_file_of_exactly_the_limit_is_taken(store):
    received = receive(store.receive(limit_bytes=1500, expected=Expected(size_bytes=1500)), bytes(1500))

    assert received.size_bytes == 1500


@pytest.mark.parametrize("sent", [0, 9, 11])
def test_an_upload_shorter_or_longer_than_announced_leaves_nothing(store, sent):
    with pytest.raises(UploadDamaged, match=f"{sent} of 10 bytes"):
        receive(store.receive(limit_bytes=LIMIT, expected=Expected(size_bytes=10)), bytes(sent))

    assert files_of(store) == []


def test_the_senders_sha256_is_held_against_the_bytes(store):
    right = hashlib.sha256(b"data").hexdigest().upper()

    assert receive(store.receive(limit_bytes=LIMIT, expected=Expected(sha256=right)), b"da", b"ta").size_bytes == 4
    with pytest.raises(UploadDamaged, match="changed on the way"):
        receive(store.receive(limit_bytes=LIMIT, expected=Expected(sha256=right)), b"dat4")

    assert files_of(store) == []


def test_an_upload_that_breaks_off_leaves_nothing(store):
    def break_off() -> None:
        with store.receive(limit_bytes=LIMIT) as receiver:
            receiver.write(bytes(500_000))
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        break_off()

    assert files_of(store) == []


def test_an_upload_that_is_received_but_not_kept_leaves_nothing(store):
    with store.receive(limit_bytes=LIMIT) as receiver:
        receiver.write(b"data")
        assert receiver.finish().path.read_bytes() == b"data"

    assert files_of(store) == []


@pytest.mark.parametrize("failing_call", [1, 2, 3, 4, 5])
def test_a_failing_disk_is_fatal_for_the_upload_and_leaves_nothing(store, monkeypatch, failing_call):
    calls = []
    fsync = os.fsync

    def failing_fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == failing_call:
            raise OSError(errno.EIO, "Input/output error")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", failing_fsync)
    with pytest.raises(OSError, match="Input/output error"):
        keep(store, b"data")
    monkeypatch.undo()

    store.sweep(lambda _: False)
    assert len(calls) == failing_call
    assert files_of(store) == []


def test_a_damaged_file_is_named_and_healed_by_the_same_upload(store):
    sha256 = keep(store, b"precious bytes")
    path = store.find_local_path(original_key(sha256))
    path.write_bytes(b"precious bYtes")

    with pytest.raises(DamagedFile, match=sha256):
        store.check(sha256)
    keep(store, b"precious bytes")

    store.check(sha256)


def test_a_missing_file_is_found_before_the_first_byte(store):
    key = original_key("cd" * 32)

    with pytest.raises(DamagedFile, match="is gone"):
        store.read(key)
    with pytest.raises(DamagedFile, match="is gone"):
        store.size(key)
    assert not store.exists(key)
    assert store.find_local_path(key) is None


def test_a_deletion_does_not_cut_a_reader_short(store):
    data = os.urandom(3 * CHUNK_BYTES)
    sha256 = keep(store, data)
    chunks = store.read(original_key(sha256))
    first = next(chunks)

    store.delete(sha256)

    assert first + b"".join(chunks) == data


def test_what_was_derived_goes_with_its_original(store):
    sha256, other = keep(store, b"one"), keep(store, b"two")
    for digest in (sha256, other):
        with store.temporary() as path:
            path.write_bytes(b"small")
            store.put_derived(digest, "thumbnail-256", 1, path)

    store.delete(sha256)
    store.delete(sha256)

    assert files_of(store) == [derived_key(other, "thumbnail-256", 1), original_key(other)]


def test_a_temporary_file_is_gone_at_the_end(store):
    with store.temporary() as path:
        path.write_bytes(b"x")

    assert files_of(store) == []


def test_a_sweep_removes_what_was_on_its_way_in(store):
    kept = keep(store, b"kept")
    (store.root / "incoming" / "0123.part").write_bytes(bytes(10))  # its process died

    swept = store.sweep(lambda _: True)

    assert (swept.temporary_files, swept.orphans) == (1, 0)
    assert files_of(store) == [original_key(kept)]


@pytest.mark.parametrize("used", [False, True])
def test_a_sweep_removes_originals_that_were_put_but_never_referred_to(store, used):
    receiver = store.receive(limit_bytes=LIMIT)
    receiver.write(b"put")
    received = receiver.finish()
    key = store.put(received)  # its process died before the database knew

    asked = []
    swept = store.sweep(lambda sha256: asked.append(sha256) or used)

    assert asked == [received.sha256]
    assert swept.orphans == (0 if used else 1)
    assert files_of(store) == ([key] if used else [])


def test_a_failure_after_putting_is_left_for_the_sweep(store):
    def put_and_fail() -> None:
        with store.receive(limit_bytes=LIMIT) as receiver:
            receiver.write(b"put")
            store.put(receiver.finish())
            raise RuntimeError("the database is away")

    with pytest.raises(RuntimeError):
        put_and_fail()

    assert store.sweep(lambda _: False).orphans == 1
    assert files_of(store) == []


def test_a_store_is_opened_by_its_url(tmp_path):
    store = open_store(f"file://{tmp_path}/with%20blank")

    assert store.root == (tmp_path / "with blank").resolve()


@pytest.mark.parametrize("url", ["s3://bucket/x", "relative/path", "file:relative", "file://host/x", "", "/plain"])
def test_only_what_exists_is_offered(url):
    with pytest.raises(Invalid, match="file:///"):
        open_store(url)
