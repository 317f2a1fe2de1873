"""What the server and the process that writes an archive tell one another, through files in one folder.

The server lays down `job.json` and `snapshot`. The worker says how far it is, one `Said` in JSON a line, and leaves
`archive.zip` (not in a dry run) and `report.json`, each there only when it is whole.
"""

from typing import Final

import msgspec

from labelwright.exchange.exporting import Report
from labelwright.exchange.requesting import Request
from labelwright.model.configuration import Configuration

JOB: Final = "job.json"
SNAPSHOT: Final = "snapshot"
ARCHIVE: Final = "archive.zip"
REPORT: Final = "report.json"


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be written. `indices` numbers the geometry classes; `originals` is the folder of the store."""

    request: Request
    configuration: Configuration
    indices: dict[str, int]
    project: str
    originals: str
    total: int
    dry_run: bool = False


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What was written, with its digest, and how many objects its own reader found in it."""

    report: Report
    size_bytes: int
    sha256: str
    checked: int


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """How far the worker is, or why it ended."""

    step: str
    done: int = 0
    total: int = 0
    error: str | None = None
