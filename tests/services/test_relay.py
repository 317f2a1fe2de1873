"""The relay: bytes in order, memory bounded, the producer free after its patience, nothing left behind."""

import errno
import tempfile
import threading

import pytest

from labelwright.model.errors import StorageFull
from labelwright.services.relay import CHUNK_BYTES, Abandoned, Relay

CHUNKS = [bytes([n]) * CHUNK_BYTES for n in range(40)]


class Opened:
    """Makes the temporary files of a relay and remembers them."""

    def __init__(self) -> None:
        self.files = []

    def __call__(self):
        self.files.append(tempfile.TemporaryFile())  # noqa: SIM115 - the relay closes it
        return self.files[-1]


def producing(relay: Relay, chunks=CHUNKS) -> threading.Thread:
    def produce() -> None:
        try:
            for chunk in chunks:
                relay.put(chunk)
        except Abandoned:
            pass
        relay.finish()

    thread = threading.Thread(target=produce)
    thread.start()
    return thread


def test_a_consumer_who_keeps_up_gets_everything_without_a_file() -> None:
    opened = Opened()
    relay = Relay(opened, patience_s=60)
    thread = producing(relay)
    assert b"".join(relay) == b"".join(CHUNKS)
    thread.join()
    assert opened.files == []


def test_a_producer_ends_although_nobody_takes_anything_and_nothing_is_lost() -> None:
    opened = Opened()
    relay = Relay(opened, patience_s=0, held_chunks=4)
    thread = producing(relay)
    thread.join(60)
    assert not thread.is_alive()
    assert len(relay._held) == 4
    assert b"".join(relay) == b"".join(CHUNKS)
    relay.close()
    assert [file.closed for file in opened.files] == [True]


def test_order_holds_when_the_consumer_is_slow_first_and_fast_then() -> None:
    relay = Relay(tempfile.TemporaryFile, patience_s=0, held_chunks=2)
    for chunk in CHUNKS[:10]:
        relay.put(chunk)
    taken = b"".join(relay.take() for _ in range(10))
    for chunk in CHUNKS[10:20]:
        relay.put(chunk)
    relay.finish()
    assert taken + b"".join(relay) == b"".join(CHUNKS[:20])
    relay.close()


def test_a_consumer_who_leaves_ends_the_producer_and_the_file() -> None:
    opened = Opened()
    relay = Relay(opened, patience_s=0, held_chunks=1)
    for chunk in CHUNKS[:3]:
        relay.put(chunk)
    relay.close()
    with pytest.raises(Abandoned):
        relay.put(CHUNKS[3])
    relay.finish()
    assert [file.closed for file in opened.files] == [True]


def test_a_waiting_producer_wakes_when_the_consumer_leaves() -> None:
    relay = Relay(tempfile.TemporaryFile, patience_s=60, held_chunks=1)
    thread = producing(relay)
    assert relay.take() == CHUNKS[0]
    relay.close()
    thread.join(60)
    assert not thread.is_alive()


def test_an_error_of_the_producer_comes_behind_the_bytes_before_it() -> None:
    relay = Relay(tempfile.TemporaryFile, patience_s=1)
    relay.put(b"whole so far")
    relay.finish(ValueError("damaged row"))
    assert relay.take() == b"whole so far"
    with pytest.raises(ValueError, match="damaged row"):
        relay.take()


def test_the_size_is_known_when_all_is_produced_and_the_bytes_follow() -> None:
    relay = Relay(tempfile.TemporaryFile, patience_s=60, held_chunks=2)
    thread = producing(relay)
    assert relay.total_bytes() == len(CHUNKS) * CHUNK_BYTES
    thread.join()
    assert b"".join(relay) == b"".join(CHUNKS)
    relay.close()


def test_a_full_disk_is_named_to_the_producer() -> None:
    def no_file():
        raise OSError(errno.ENOSPC, "No space left on device")

    relay = Relay(no_file, patience_s=0, held_chunks=1)
    relay.put(CHUNKS[0])
    with pytest.raises(StorageFull):
        relay.put(CHUNKS[1])
