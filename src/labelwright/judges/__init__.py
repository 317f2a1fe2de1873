"""Judges: programs of others that read what we write, where they are installed. One file a program, one line here.

None of them is a dependency. Each is looked for where Labelwright runs and, since what they require excludes each
other, in virtual environments of their own (`finding`); it reads a copy of the files in a process with limits
(`running`), and what it counts has to be what our own reader and the manifest say (`judging`).
"""

from typing import Final

from labelwright.judges import datasets, datumaro, duckdb, panopticapi, pycocotools, webdataset
from labelwright.judges.tool import Tool

TOOLS: Final[tuple[Tool, ...]] = (pycocotools, panopticapi, duckdb, datasets, webdataset, datumaro)
