"""Exit codes: 0 done, 1 refused with a reason, 2 wrong usage, 3 needs an installation extra, 130 interrupted."""

import os
import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from labelwright.model.errors import Invalid, LabelwrightError

REFUSED, USAGE, MISSING_EXTRA, INTERRUPTED = 1, 2, 3, 130
MOST_ISSUES = 20
SERVER_MODULES = frozenset(
    {"fastapi", "uvicorn", "sqlalchemy", "alembic", "argon2", "pydantic", "obstore", "structlog"}
)


def run(app: App, arguments: Sequence[str]) -> int:
    """Run `app` and say what went wrong, in one line each; returns the exit code."""
    try:
        app(arguments, exit_on_error=False, print_error=True, result_action="return_none")
    except (CycloptsError, LabelwrightError, OSError, ModuleNotFoundError, KeyboardInterrupt) as error:
        return exit_code(error)
    return 0


def exit_code(error: BaseException) -> int:
    """Say what went wrong and choose the exit code. Raises errors that are nobody's but ours."""
    match error:
        case CycloptsError():
            return USAGE
        case KeyboardInterrupt():
            return INTERRUPTED
        case ModuleNotFoundError(name=name) if name in SERVER_MODULES:
            say(f"this command needs the server ({name}): pip install 'labelwright[server]'")
            return MISSING_EXTRA
        case BrokenPipeError():  # who reads our output has seen enough
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        case OSError():
            say(f"{error.filename or 'A file'}: {error.strerror or error}.")
        case LabelwrightError():
            tell(error)
        case _:
            raise error
    return REFUSED


def say(text: str) -> None:
    sys.stderr.write(f"labelwright: {text}\n")


def tell(error: LabelwrightError) -> None:
    """Write an error, and where in the input each fault is, to standard error."""
    say(error.message)
    issues = error.issues if isinstance(error, Invalid) else ()
    for index, issue in enumerate(issues[:MOST_ISSUES]):
        text = f"  at {issue.pointer}" if index == 0 else f"  at {issue.pointer}: {issue.message}"
        if issue.pointer:
            sys.stderr.write(f"{text}\n")
    if isinstance(error, Invalid) and error.issue_count > MOST_ISSUES:
        sys.stderr.write(f"  and {error.issue_count - MOST_ISSUES:,} more\n")
