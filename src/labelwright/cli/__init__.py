"""The command line: one file a command group. Commands of the workbench itself need `labelwright[server]`."""

import sys

from cyclopts import App, Group

from labelwright import __version__

app = App(
    name="labelwright",
    help="Label pictures, and take the labels home.",
    version=__version__,
    help_format="markdown",
)
SERVING, WORKING = Group("Run a server", sort_key=1), Group("Work with a server", sort_key=2)
app.command("labelwright.cli.serve:serve", group=SERVING)
app.command("labelwright.cli.demo:demo", group=SERVING)
app.command("labelwright.cli.admin:app", name="admin", group=SERVING)
app.command("labelwright.cli.upload:upload", group=WORKING)
app.command("labelwright.cli.labels:export", group=WORKING)
app.command("labelwright.cli.labels:import_", name="import", group=WORKING)
app.command("labelwright.cli.listing:projects", group=WORKING)
app.command("labelwright.cli.listing:datasets", group=WORKING)
app.command("labelwright.cli.listing:tasks", group=WORKING)
app.command("labelwright.cli.listing:release", group=WORKING)


def main() -> None:
    """Run the command; errors that people can act upon are one line on standard error and exit code 1."""
    from labelwright.cli.failures import run  # noqa: PLC0415 - start-up is felt

    sys.exit(run(app))
