"""The decoding processes: apart from the server, limited, replaced when they fail."""

import fcntl
import os
import signal
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from labelwright.media.images import Images, Worker
from labelwright.media.messages import Limits
from labelwright.model.errors import Busy, StorageFull, TooLarge, UnreadablePicture

from .pictures import TRUECOLOUR, encoded, png_bomb, quarters


@pytest.fixture
def one() -> Iterator[Images]:
    images = Images(Limits(), processes=1)
    yield images
    images.close()


def was_asked(worker: Worker) -> bool:
    """Whether something waits for a process that is stopped."""
    unread = bytearray(4)
    fcntl.ioctl(worker._requests.fileno(), termios.FIONREAD, unread)
    return any(unread)


def worker_of(images: Images) -> Worker:
    worker = images._idle.get_nowait()
    images._idle.put(worker)
    return worker


def pid_of(images: Images) -> int:
    return worker_of(images).pid


def state_of(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def stop(pid: int) -> None:
    """Make a process hang; it does nothing more when this returns."""
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: state_of(pid) == "T")


def is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def wait_until(condition) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.fixture
def picture(put) -> Path:
    return put(encoded(quarters(), "PNG"))


def test_the_server_imports_no_decoder():
    code = (
        "import sys, labelwright.media.images, labelwright.media.names, labelwright.media.links\n"
        "assert not [name for name in sys.modules if name.split('.')[0] in ('PIL', 'cv2', 'numpy')], sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_one_process_answers_many_times_and_is_then_replaced(picture):
    images = Images(Limits(), processes=1, answers_per_process=3)
    pids = []
    for _ in range(2):
        images.probe(picture, "a")
        pids.append(pid_of(images))
    images.probe(picture, "a")
    images.probe(picture, "a")
    pids.append(pid_of(images))
    images.close()

    assert pids[0] == pids[1] != pids[2]


def test_closing_leaves_no_process(picture):
    images = Images(Limits(), processes=2)
    images.probe(picture, "a")
    pid = pid_of(images)

    images.close()

    assert not is_running(pid)


def test_processes_end_when_the_server_is_gone():
    code = (
        "import os, sys, time\n"
        "from labelwright.media.images import Worker\n"
        "from labelwright.media.messages import Limits\n"
        "print(Worker(Limits()).pid, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    server = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=False)
    assert server.returncode == -signal.SIGKILL
    pid = int(server.stdout)

    def is_gone() -> bool:
        try:
            return state_of(pid) == "Z"
        except FileNotFoundError:
            return True

    wait_until(is_gone)


def test_nothing_of_our_environment_reaches_the_process(monkeypatch, picture):
    monkeypatch.setenv("LABELWRIGHT_SECRET", "do not tell")
    images = Images(Limits(), processes=1)
    images.probe(picture, "a")
    environment = Path(f"/proc/{pid_of(images)}/environ").read_bytes()
    limits = Path(f"/proc/{pid_of(images)}/limits").read_text()
    open_files = [path.readlink() for path in Path(f"/proc/{pid_of(images)}/fd").iterdir()]
    images.close()

    assert b"LABELWRIGHT" not in environment
    assert b"do not tell" not in environment
    assert len(environment) < 100
    soft = {line[:25].strip(): line[25:].split()[0] for line in limits.splitlines()}
    assert soft["Max address space"] == str(Limits().address_space_bytes)
    assert soft["Max core file size"] == "0"
    assert soft["Max open files"] == "64"
    assert all(str(target).startswith(("pipe:", "/dev/null")) for target in open_files)


def test_the_process_has_no_network_where_the_kernel_allows_to_take_it():
    code = (
        "import socket, sys\n"
        "from labelwright.media.messages import Limits\n"
        "from labelwright.media.sandbox import confine\n"
        "confine(Limits(memory_bytes=2**30))\n"
        "try:\n"
        "    socket.create_connection(('127.0.0.1', int(sys.argv[1])), timeout=5)\n"
        "except OSError as error:\n"
        "    sys.exit(7)\n"
    )
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = str(server.getsockname()[1])
        status = subprocess.run([sys.executable, "-c", code, port], check=False).returncode
    if status == 0 and subprocess.run(["/usr/bin/unshare", "--net", "--user", "true"], check=False).returncode != 0:
        pytest.skip("this kernel or container lets nobody leave the network")
    assert status == 7


def test_too_much_memory_is_refused_and_the_next_picture_is_read(put, picture):
    images = Images(Limits(memory_bytes=300 * 2**20), processes=1)
    images.probe(picture, "a")
    first = pid_of(images)
    large = put(png_bomb(9000, 24, TRUECOLOUR))  # 81 megapixels: within the limit of pixels

    with pytest.raises(TooLarge, match=r"“large\.png” needs more memory"):
        images.probe(large, "large.png")

    picture.write_bytes(encoded(quarters(), "PNG"))
    assert images.probe(picture, "a").width == 48
    assert pid_of(images) != first
    images.close()


def test_a_process_that_hangs_is_killed_and_the_next_picture_is_read(one, picture):
    one.probe(picture, "a")
    hanging = pid_of(one)
    stop(hanging)
    one._limits = Limits(wall_s=0.5)

    with pytest.raises(UnreadablePicture, match=r"“a\.jpg” takes longer to decode"):
        one.probe(picture, "a.jpg")

    one._limits = Limits()
    assert not is_running(hanging)
    assert one.probe(picture, "a").width == 48


def test_a_process_killed_while_idle_is_replaced_without_a_word(one, picture):
    one.probe(picture, "a")
    first = pid_of(one)
    os.kill(first, signal.SIGKILL)
    wait_until(lambda: state_of(first) == "Z")

    assert one.probe(picture, "a").width == 48
    assert pid_of(one) != first


def test_a_process_killed_at_work_is_told_and_replaced(one, picture):
    one.probe(picture, "a")
    worker = worker_of(one)
    stop(worker.pid)
    with ThreadPoolExecutor() as threads:
        asked = threads.submit(one.probe, picture, "a.jpg")
        wait_until(lambda: was_asked(worker))
        worker.kill()

        with pytest.raises(UnreadablePicture, match=r"“a\.jpg” made the decoder stop") as caught:
            asked.result()

    assert caught.value.fields == {"status": -signal.SIGKILL}
    assert one.probe(picture, "a").width == 48


def test_more_than_can_wait_are_told_to_come_again(one, picture):
    one.probe(picture, "a")
    worker = worker_of(one)
    stop(worker.pid)
    with ThreadPoolExecutor() as threads:
        hanging = threads.submit(one.probe, picture, "first")
        wait_until(lambda: was_asked(worker))
        one._wait_s = 0.1

        with pytest.raises(Busy):
            one.probe(picture, "second")

        worker.kill()
        with pytest.raises(UnreadablePicture):
            hanging.result()
    assert one.probe(picture, "third").width == 48


def test_many_threads_share_two_processes(picture):
    images = Images(Limits(), processes=2)
    with ThreadPoolExecutor(8) as threads:
        probes = list(threads.map(lambda number: images.probe(picture, str(number)), range(40)))
    workers = [images._idle.get_nowait() for _ in range(2)]
    for worker in workers:
        images._idle.put(worker)
    images.close()

    assert {probe.width for probe in probes} == {48}
    assert sum(worker.answered for worker in workers if isinstance(worker, Worker)) == 40


def test_a_full_disk_is_told(images, tmp_path, put):
    noise = Image.merge("RGB", [Image.effect_noise((1500, 1500), 90) for _ in range(3)])
    path, disk = put(encoded(noise, "TIFF")), tmp_path / "disk"
    disk.mkdir()
    mount = ["/bin/mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk]
    mounted = subprocess.run(mount, capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip(f"a small file system can be mounted by root only: {mounted.stderr.decode().strip()}")
    try:
        fresh = Images(Limits(), processes=1)
        with pytest.raises(StorageFull, match=r"“a\.tif” cannot be prepared"):
            fresh.write_display(path, disk / "display", "a.tif")
        fresh.close()
    finally:
        subprocess.run(["/bin/umount", disk], check=True)
