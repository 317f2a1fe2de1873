"""Run every benchmark and write what it found into docs/performance.md.

Each runs in a process of its own. Label Studio is measured by hand: ``python -m benchmarks.label_studio`` and
``python -m benchmarks.ten_annotations --label-studio FOLDER``.
"""

import json
import os
import platform
import subprocess
import sys
from pathlib import Path

BENCHMARKS = (
    "export",
    "streaming",
    "formats",
    "memory",
    "importing",
    "cancelling",
    "semantic_map",
    "masks",
    "masks_of_many",
    "save",
    "label_mode",
    "next_task",
    "ten_annotations",
    "panning",
    "tiles",
)
PAGE = Path(__file__).parents[1] / "docs" / "performance.md"
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def run(name: str) -> list[dict[str, str | bool]] | None:
    """Run one benchmark; its claims, or None when it failed to measure."""
    print(f"\n{name}", flush=True)
    process = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}"], stdout=subprocess.PIPE, text=True, check=False
    )
    lines = process.stdout.splitlines()
    print("\n".join(line for line in lines if not line.startswith("{")))
    claims = [json.loads(line) for line in lines if line.startswith("{")]
    return claims or None


def processor() -> str:
    """Name the processor, as far as the system tells."""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def table(claims: list[dict[str, str | bool]]) -> str:
    """The claims as Markdown."""
    rows = [
        f"| {claim['claim']} | {claim['measured']} | {claim['limit']} | {'yes' if claim['passed'] else '**no**'} |"
        for claim in claims
    ]
    where = f"{processor()}, {len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}"
    return "\n".join((f"Measured on: {where}.", "", "| claim | measured | limit | holds |", "|---|---|---|---|", *rows))


def write(claims: list[dict[str, str | bool]]) -> None:
    """Replace the table in docs/performance.md."""
    head, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    tail = rest.partition(END)[2]
    PAGE.write_text(f"{head}{BEGIN}\n{table(claims)}\n{END}{tail}", encoding="utf-8")


def main() -> int:
    found = {name: run(name) for name in sys.argv[1:] or BENCHMARKS}
    failed = [name for name, claims in found.items() if claims is None]
    claims = [claim for given in found.values() for claim in given or []]
    if len(found) == len(BENCHMARKS) and not failed:
        write(claims)
    for name in failed:
        print(f"{name} could not be measured")
    return 0 if not failed and all(claim["passed"] for claim in claims) else 1


if __name__ == "__main__":
    sys.exit(main())
