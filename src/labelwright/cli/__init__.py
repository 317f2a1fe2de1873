"""The command line: one file a command group. Commands of the workbench itself need `labelwright[server]`."""

import sys

from cyclopts import App

from labelwright import __version__

app = App(
    name="labelwright",
    help="Label pictures, and take the labels home.",
    version=__version__,
    help_format="markdown",
)
app.command("labelwright.cli.serve:serve")
app.command("labelwright.cli.admin:app", name="admin")


def main() -> None:
    """Run the command; errors that people can act upon are one line on standard error and exit code 1."""
    from labelwright.cli.failures import run  # noqa: PLC0415 - start-up is felt

    sys.exit(run(app))
