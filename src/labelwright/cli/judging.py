"""What programs of others that are installed say of label files, on the command line."""

import tempfile
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from labelwright.cli.showing import note
from labelwright.exchange.format import Format
from labelwright.judges.finding import VARIABLE, why_no_place
from labelwright.judges.judging import Place, verdicts_on
from labelwright.model.errors import Invalid

Judges = Annotated[
    str,
    Parameter(
        env_var=VARIABLE,
        help="Folder of virtual environments with programs of others that read it, too, besides those installed here; "
        "off: ask none.",
    ),
]


def check_judges(where: str) -> None:
    """Raise Invalid, before any work, where judges are to be looked for in a place that is not there."""
    why = why_no_place(where)
    if why is not None:
        raise Invalid(why)


def is_judged(form: Format, path: Path, annotations: int, where: str) -> bool:
    """Let the judges that are installed read files, and say what they say; False when one reads something else."""
    verdicts = verdicts_on(form, path, annotations, Place(where, Path(tempfile.gettempdir())))
    for verdict in verdicts:
        note(verdict.text)
    return all(verdict.outcome != "differs" for verdict in verdicts)
