"""The first byte of labels that are sent while they are written: 510,000 annotations, every format that is one file.

Run: ``python -m benchmarks.streaming [TASKS]``
"""

import sys
import tempfile
from pathlib import Path

from benchmarks.claims import Claim, report
from benchmarks.export import download
from benchmarks.filling import POLYGONS, RECTANGLES, fill
from benchmarks.serving import Memory, serving

from labelwright.bootstrap import open_context
from labelwright.config import Settings

TASKS = 34_000
FORMATS = ("ndjson", "coco", "csv", "cvat", "datumaro", "geojson", "label-studio", "hugging-face")
FIRST_BYTE_LIMIT_MS, GROWTH_LIMIT_MB = 200.0, 200.0


def main() -> int:
    task_count = int(sys.argv[1]) if len(sys.argv) > 1 else TASKS
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        with open_context(Settings(data=data)) as ctx:
            filled = fill(ctx, task_count)
        with serving(data) as server:
            path = f"/api/projects/{filled.project_id}/export"
            download(server, f"{path}?format=csv", filled.token)
            with Memory(server) as memory:
                found = {form: download(server, f"{path}?format={form}", filled.token) for form in FORMATS}
    for form, one in found.items():
        print(f"{form}: {one.size / 1e6:.0f} MB in {one.wall_s:.1f} s, first byte after {one.first_s * 1e3:.0f} ms")
    slowest = max(FORMATS, key=lambda form: found[form].first_s)
    first_ms = found[slowest].first_s * 1e3
    what = f"Labels of {task_count * (POLYGONS + RECTANGLES):,} annotations sent while they are written"
    return report(
        [
            Claim(
                f"{what}: first byte, slowest of {len(FORMATS)} formats",
                f"{first_ms:.0f} ms ({slowest})",
                f"{FIRST_BYTE_LIMIT_MS:.0f} ms",
                first_ms <= FIRST_BYTE_LIMIT_MS,
            ),
            Claim(
                f"{what}: growth of the server's memory",
                f"{memory.growth_mb:.0f} MB",
                f"{GROWTH_LIMIT_MB:.0f} MB",
                memory.growth_mb <= GROWTH_LIMIT_MB,
            ),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
