"""Exit codes: 0 done, 1 refused with a reason, 2 wrong usage, 3 needs an installation extra, 130 interrupted."""

import sys

from cyclopts import App, CycloptsError

from labelwright.model.errors import Invalid, LabelwrightError

REFUSED, USAGE, MISSING_EXTRA, INTERRUPTED = 1, 2, 3, 130
SERVER_MODULES = frozenset(
    {"fastapi", "uvicorn", "sqlalchemy", "alembic", "argon2", "pydantic", "obstore", "structlog"}
)


def run(app: App) -> int:
    """Run `app` on the arguments of the process and say what went wrong, in one line each."""
    try:
        app(exit_on_error=False, print_error=True, result_action="return_none")
    except CycloptsError:
        return USAGE
    except LabelwrightError as error:
        tell(error)
        return REFUSED
    except KeyboardInterrupt:
        return INTERRUPTED
    except ModuleNotFoundError as error:
        if error.name not in SERVER_MODULES:
            raise
        sys.stderr.write(
            f"labelwright: this command needs the server ({error.name}): pip install 'labelwright[server]'\n"
        )
        return MISSING_EXTRA
    return 0


def tell(error: LabelwrightError) -> None:
    """Write an error and its first issues to standard error."""
    sys.stderr.write(f"labelwright: {error.message}\n")
    if isinstance(error, Invalid):
        for issue in error.issues[1:20]:
            sys.stderr.write(f"  {issue.pointer}: {issue.message}\n")
