"""Names that people misspelt: which one they may have meant."""

import difflib
from collections.abc import Iterable


def meant(given: str, known: Iterable[str]) -> str:
    """` Did you mean yolo-seg?` where one of the known names is near, else nothing."""
    by_plain = {name.lower().replace("_", "-"): name for name in known}
    near = difflib.get_close_matches(given[:60].lower().replace("_", "-"), by_plain, n=1)
    return f" Did you mean {by_plain[near[0]]}?" if near else ""
