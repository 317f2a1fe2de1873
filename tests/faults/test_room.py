"""A worker leaves the last of the disk to who saves labels."""

import subprocess
import sys
from pathlib import Path

from labelwright.exchange.reading import FOUND

READ = """
import os, sys
from pathlib import Path
from types import SimpleNamespace
os.statvfs = lambda _: SimpleNamespace(f_bavail=70 << 20, f_frsize=1)
from labelwright.jobs import import_worker
folder = Path(sys.argv[1])
sys.exit(import_worker.main(folder, folder / "upload", "boxes.csv", None, use_side_car=True))
"""


def test_a_file_that_would_fill_the_disk_is_refused(tmp_path: Path) -> None:
    rows = "".join(f"{picture}.png,car,1,2,3,4\n" for picture in range(100) for _ in range(500))
    (tmp_path / "upload").write_text(f"path,class,x,y,w,h\n{rows}")
    done = subprocess.run([sys.executable, "-c", READ, str(tmp_path)], capture_output=True, check=False)
    assert done.returncode == 3, done.stderr.decode()
    assert b"the disk has no room for more of it" in done.stdout
    assert not (tmp_path / FOUND).exists()
