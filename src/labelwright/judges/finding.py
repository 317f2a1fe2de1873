"""Which judges are installed: beside us, and in virtual environments in the folder that a setting names."""

import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import distributions
from pathlib import Path
from typing import Final, NamedTuple

from labelwright.judges import TOOLS
from labelwright.judges.tool import Tool

VARIABLE: Final = "LABELWRIGHT_JUDGES"
OFF: Final = "off"


class Judge(NamedTuple):
    """A tool that is there, and its interpreter. `search` is what that interpreter has to search besides."""

    tool: Tool
    version: str
    python: Path
    search: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.tool.PACKAGE} {self.version}"


def why_no_place(where: str) -> str | None:
    """Why a setting names no place to look for judges in; None where it does."""
    if where in {"", OFF} or Path(where).is_dir():
        return None
    return f"{VARIABLE} is a folder of virtual environments, or {OFF}; there is no folder {where}."


def judges_of(form: str, where: str) -> tuple[Judge, ...]:
    """The judges of a format: of each tool the first that is found, beside us at first."""
    if where == OFF:
        return ()
    found = (next(_installed(tool, where), None) for tool in TOOLS if form in tool.FILES)
    return tuple(judge for judge in found if judge is not None)


def _installed(tool: Tool, where: str) -> Iterator[Judge]:
    own = tuple(str(Path(path).absolute()) for path in sys.path if path)
    for version in _versions(tool, own):
        yield Judge(tool, version, Path(sys.executable), own)
    for home in sorted(Path(where).absolute().glob("*")) if where else ():
        python = home / "bin" / "python"
        packages = (str(path) for path in home.glob("lib/python*/site-packages"))
        if python.exists():
            for version in _versions(tool, packages):
                yield Judge(tool, version, python)


def _versions(tool: Tool, packages: Iterable[str]) -> Iterator[str]:
    return (one.version for one in distributions(name=tool.PACKAGE, path=list(packages)))
