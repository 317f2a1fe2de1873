"""kill -9 at each step of an upload that touches the file system."""

import signal
import subprocess
import sys
from pathlib import Path

from labelwright.storage.keys import original_key
from labelwright.storage.store import Store

UPLOAD = """
import os, signal, sys
from pathlib import Path
from labelwright.storage.store import Store

root, confirmed, last_step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
steps = 0

def die_at_the_step(event, arguments):
    global steps
    if event in ("open", "os.mkdir", "os.rename", "os.remove", "os.listdir"):
        steps += 1
        if steps == last_step:
            os.kill(os.getpid(), signal.SIGKILL)

store = Store(root, reserve_bytes=0)
sys.addaudithook(die_at_the_step)
with store.receive(limit_bytes=1000) as receiver:
    receiver.write(b"picture")
    received = receiver.finish()
    store.put(received)
    confirmed.write_text(received.sha256)  # stands for the row in the database
"""


def test_no_kill_leaves_a_file_without_a_row_or_a_row_without_a_file(tmp_path: Path):
    outcomes = []
    for step in range(1, 50):
        root, confirmed = tmp_path / str(step), tmp_path / f"{step}.row"
        run = subprocess.run([sys.executable, "-c", UPLOAD, root, confirmed, str(step)], check=False)
        rows = {confirmed.read_text()} if confirmed.exists() and confirmed.stat().st_size else set()
        store = Store(root)

        store.sweep(lambda sha256, rows=rows: sha256 in rows)

        kept = {original.sha256 for original in store.list_originals()}
        assert kept == rows, f"killed at step {step}"
        assert all(b"".join(store.read(original_key(sha256))) == b"picture" for sha256 in kept)
        assert list((root / "incoming").iterdir()) == []
        outcomes.append(bool(rows))
        if run.returncode == 0:
            break
        assert run.returncode == -signal.SIGKILL

    assert len(outcomes) > 8
    assert outcomes[0] is False
    assert outcomes[-1] is True
