"""Export of the same labels by Label Studio and by Labelwright: time for each label, over HTTP, each on one core.

Run by hand: ``python -m benchmarks.label_studio [FOLDER]``. Label Studio goes into a virtual environment in FOLDER,
which is kept for the next time; nothing of it enters our own.
"""

import itertools
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from benchmarks.claims import Claim, report
from benchmarks.export import Download, download
from benchmarks.filling import POLYGONS, RECTANGLES, SIZE_WH, blob, fill, rectangle
from benchmarks.serving import Server, serving

from labelwright.bootstrap import open_context
from labelwright.config import Settings

VERSION = "1.23.2"
TASKS, OURS, BATCH, ROUNDS = 1000, 20_000, 250, 2
PORT = 8791
TOKEN = "0123456789abcdef0123456789abcdef01234567"
EMAIL, PASSWORD = "bench@example.org", "a long pass phrase"
LIMIT = 100.0
LABELS_PER_TASK = POLYGONS + RECTANGLES

CONFIGURATION = """<View><Image name="image" value="$image"/>
<PolygonLabels name="car" toName="image"><Label value="car"/></PolygonLabels>
<RectangleLabels name="sign" toName="image"><Label value="sign"/></RectangleLabels>
<Choices name="kind" toName="image" perRegion="true"><Choice value="car"/><Choice value="van"/></Choices>
<TextArea name="remark" toName="image" perRegion="true"/>
<Choices name="state" toName="image" perRegion="true" choice="multiple">
<Choice value="dirty"/><Choice value="bent"/></Choices>
<Choices name="weather" toName="image"><Choice value="sun"/><Choice value="rain"/></Choices></View>"""


def install(folder: Path) -> Path:
    """Install Label Studio with uv, unless it is there; the folder of its programs."""
    programs = folder / "venv" / "bin"
    if not (programs / "label-studio").exists():
        uv = Path(sys.executable).with_name("uv")
        subprocess.run([uv, "venv", "--quiet", "--python", "3.11", folder / "venv"], check=True)
        environment = {**os.environ, "VIRTUAL_ENV": str(folder / "venv")}
        subprocess.run([uv, "pip", "install", "--quiet", f"label-studio=={VERSION}"], env=environment, check=True)
    return programs


@contextmanager
def label_studio(programs: Path, data: Path) -> Iterator[Server]:
    """Run Label Studio with its own SQLite on the first core."""
    environment = {
        **os.environ,
        "LABEL_STUDIO_BASE_DATA_DIR": str(data),
        "LABEL_STUDIO_ENABLE_LEGACY_API_TOKEN": "true",
        "COLLECT_ANALYTICS": "false",
    }
    command = [programs / "label-studio", "start", "--no-browser", "--port", str(PORT)]
    account = ["--username", EMAIL, "--password", PASSWORD, "--user-token", TOKEN]
    cores = sorted(os.sched_getaffinity(0))
    with (data / "label-studio.log").open("w") as log:
        process = subprocess.Popen([*command, *account], env=environment, stdout=log, stderr=log)
    os.sched_setaffinity(process.pid, cores[:1])
    os.sched_setaffinity(0, cores[-1:])
    server = Server(f"http://127.0.0.1:{PORT}", process.pid)
    try:
        _wait_until_ready(server, process)
        yield server
    finally:
        process.terminate()
        process.wait(30)
        os.sched_setaffinity(0, cores)


def _wait_until_ready(server: Server, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        try:
            if httpx2.get(f"{server.url}/health").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.5)
    raise RuntimeError("Label Studio did not start; see label-studio.log")


# --- the same labels in Label Studio's shape ------------------------------------------------------------------------


def task(number: int) -> dict[str, Any]:
    """One task with the shapes that `filling.document` makes of the same seed."""
    chance, ids = random.Random(number), (f"r{n}" for n in itertools.count())
    results: list[dict[str, Any]] = []
    for _ in range(POLYGONS):
        outline = [[x / SIZE_WH[0] * 100, y / SIZE_WH[1] * 100] for x, y in blob(chance)]
        results += _region(next(ids), "car", "polygonlabels", {"points": outline, "closed": True})
    for _ in range(RECTANGLES):
        box = rectangle(chance)
        place = {"x": box.x / SIZE_WH[0] * 100, "y": box.y / SIZE_WH[1] * 100}
        size = {"width": box.w / SIZE_WH[0] * 100, "height": box.h / SIZE_WH[1] * 100, "rotation": 0}
        results += _region(next(ids), "sign", "rectanglelabels", {**place, **size})
    weather = {"id": next(ids), "from_name": "weather", "to_name": "image", "type": "choices"}
    results.append({**weather, "value": {"choices": ["rain"]}})
    return {"data": {"image": f"/picture_{number:07}.jpg"}, "annotations": [{"result": results}]}


def _region(region_id: str, name: str, kind: str, shape: dict[str, Any]) -> list[dict[str, Any]]:
    """A shape and the answers about it, which are results of their own."""
    size = {"original_width": SIZE_WH[0], "original_height": SIZE_WH[1], "image_rotation": 0}
    common = {"id": region_id, "to_name": "image", **size}
    drawn = {**common, "from_name": name, "type": kind, "value": {**shape, kind: [name]}}
    if name == "sign":
        state = {**common, "from_name": "state", "type": "choices", "value": {**shape, "choices": ["dirty", "bent"]}}
        return [drawn, state]
    kind_of_car = {**common, "from_name": "kind", "type": "choices", "value": {**shape, "choices": ["van"]}}
    remark = {**common, "from_name": "remark", "type": "textarea", "value": {**shape, "text": ["seen from behind"]}}
    return [drawn, kind_of_car, remark]


def theirs(folder: Path) -> Download:
    """Fill Label Studio with TASKS tasks and export them; the fastest of ROUNDS."""
    programs = install(folder)
    with tempfile.TemporaryDirectory(dir=folder) as data, label_studio(programs, Path(data)) as server:
        headers = {"Authorization": f"Token {TOKEN}"}
        with httpx2.Client(base_url=server.url, headers=headers, timeout=600) as client:
            made = client.post("/api/projects", json={"title": "Benchmark", "label_config": CONFIGURATION})
            project = made.raise_for_status().json()["id"]
            for start in range(0, TASKS, BATCH):
                content = json.dumps([task(number) for number in range(start, start + BATCH)])
                sent = client.post(
                    f"/api/projects/{project}/import", content=content, headers={"Content-Type": "application/json"}
                )
                sent.raise_for_status()
        path = f"/api/projects/{project}/export?exportType=JSON"
        found = [download(server, path, TOKEN, scheme="Token") for _ in range(ROUNDS)]
    return min(found, key=lambda one: one.wall_s)


def ours(folder: Path) -> Download:
    """Fill Labelwright with OURS tasks and export them; the fastest of ROUNDS."""
    with tempfile.TemporaryDirectory(dir=folder) as data:
        with open_context(Settings(data=Path(data))) as ctx:
            filled = fill(ctx, OURS)
        with serving(Path(data)) as server:
            path = f"/api/projects/{filled.project_id}/export"
            found = [download(server, path, filled.token) for _ in range(ROUNDS)]
    return min(found, key=lambda one: one.wall_s)


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "labelwright-label-studio")
    folder.mkdir(parents=True, exist_ok=True)
    peer, own = theirs(folder), ours(folder)
    figures = []
    for name, tasks, found in ((f"Label Studio {VERSION}", TASKS, peer), ("Labelwright", OURS, own)):
        each_us = found.wall_s / tasks / LABELS_PER_TASK * 1e6
        figures.append(each_us)
        print(
            f"{name}: {tasks} tasks, {found.size / 1e6:.0f} MB in {found.wall_s:.2f} s ({found.cpu_s:.2f} s of"
            f" processor), first byte after {found.first_s:.2f} s, {each_us:.2f} microseconds a label"
        )
    ratio = figures[0] / figures[1]
    what = f"Export of the same labels by Label Studio {VERSION}: time for each label"
    return report([Claim(what, f"{ratio:.0f} x ours", f"at least {LIMIT:.0f} x", ratio >= LIMIT)])


if __name__ == "__main__":
    sys.exit(main())
