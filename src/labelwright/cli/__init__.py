"""The command line: one file a command group. Commands of the workbench itself need `labelwright[server]`."""

import sys

from cyclopts import App, Group, Parameter

from labelwright import __version__

app = App(
    name="labelwright",
    help="Label pictures, and take the labels home.",
    version=__version__,
    help_format="markdown",
    default_parameter=Parameter(show_default=False, negative=""),
    suppress_keyboard_interrupt=False,  # `failures` chooses the exit code
)
SERVING, WORKING = Group("Run a server", sort_key=1), Group("Work with a server", sort_key=2)
FILES = Group("Work with label files", sort_key=3)
# Loaded when they are called, because start-up is felt; so what they do is said here, in full.
COMMANDS = (
    ("serve", "serve:serve", SERVING, "Start the server.\n\nSettings come from LABELWRIGHT_... variables."),
    ("demo", "demo:demo", SERVING, "Start a server with a project of photographs to look at, made at first."),
    ("admin", "admin:app", SERVING, "Manage people and tokens of a data folder, also beside a running server."),
    (
        "upload",
        "upload:upload",
        WORKING,
        (
            "Upload pictures into a dataset.\n\n"
            "Run it again after an interruption: pictures that are there already are skipped. A picture is kept under "
            "its file name, without its folder; the same name with other content is refused."
        ),
    ),
    (
        "export",
        "labels:export",
        WORKING,
        (
            "Export the labels of a project: our own file, or with `--format` an archive.\n\n"
            "The file appears whole or not at all: an export that breaks off leaves nothing behind."
        ),
    ),
    (
        "import",
        "labels:import_",
        WORKING,
        (
            "Import labels into a project, from a file, a folder or an archive in any format.\n\n"
            "Our own file goes in as a whole or not at all. Everything else is compared with what is there first: what "
            "comes, changes and goes is said, and nothing is stored when something does not fit, unless `--partly`."
        ),
    ),
    (
        "exports",
        "exchanges:exports",
        WORKING,
        "List the archives of a project with their digests, and download them again.",
    ),
    ("imports", "exchanges:imports", WORKING, "List the imports of a project."),
    ("undo", "exchanges:undo", WORKING, "Take a whole import back."),
    ("mappings", "exchanges:mappings", WORKING, "Manage the mappings that a project keeps for imports."),
    ("projects", "listing:projects", WORKING, "List projects."),
    ("datasets", "listing:datasets", WORKING, "List datasets."),
    ("tasks", "listing:tasks", WORKING, "List the tasks of a project."),
    ("release", "listing:release", WORKING, "Offer the tasks in the backlog of a project to its labelers."),
    ("convert", "files:convert", FILES, "Convert labels from one format into another, without a server."),
    ("validate", "files:validate", FILES, "Say what is wrong with a label file, each fault with its place."),
    ("diff", "files:diff", FILES, "Compare two label files, of whatever formats, picture by picture."),
    ("formats", "files:formats", FILES, "List the label formats and their options."),
)
for name, where, group, text in COMMANDS:
    app.command(f"labelwright.cli.{where}", name=name, group=group, help=text)


def main() -> None:
    """Run the command; errors that people can act upon are one line on standard error and exit code 1."""
    from labelwright.cli.failures import run  # noqa: PLC0415 - start-up is felt

    sys.exit(run(app, sys.argv[1:]))
