"""The rule for names of projects and datasets, and how a search text is matched."""

import re
import unicodedata

from sqlalchemy import Column, ColumnElement, false, func

from labelwright.model.configuration import FORBIDDEN_KEYS
from labelwright.model.errors import Invalid, Issue

LONGEST_NAME = 128
TEXT_LIMITS = {"shortDescription": 128, "description": 1024}
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def composed(name: str) -> str:
    """Write a name in Unicode's composed form, so that the two ways of writing "é" are one name."""
    return unicodedata.normalize("NFC", name)


def name_issue(name: str) -> Issue | None:
    """Check a project's or dataset's name: letters (with their marks) and digits of any script, blanks, `_ - .`."""
    fits = 1 <= len(name) <= LONGEST_NAME and name == name.strip()
    if not fits or not all(sign in " _-." or unicodedata.category(sign)[0] in "LMN" for sign in name):
        message = f"The name “{name[:60]}” needs 1 to 128 letters, digits, blanks, _ - or . (no blank at the ends)."
        return Issue("/name", "invalid_name", message)
    if name in FORBIDDEN_KEYS:
        return Issue("/name", "forbidden_keyword", f"“{name}” is a reserved word; choose another name.")
    return None


def check_texts(name: str | None, texts: dict[str, str | None]) -> None:
    """Check a name (None: unchanged) and descriptions by their limits. Raises Invalid with all issues."""
    issues = [issue for issue in [name_issue(name) if name is not None else None] if issue]
    for field, text in texts.items():
        limit = TEXT_LIMITS[field]
        if text is not None and (len(text) > limit or CONTROL.search(text)):
            message = f"{field} has {len(text)} characters or control characters; at most {limit} are allowed."
            issues.append(Issue(f"/{field}", "invalid_text", message))
    if issues:
        raise Invalid(issues[0].message, tuple(issues))


def contains(column: Column[str], search: str) -> ColumnElement[bool]:
    """Match `search` literally and without case anywhere in the column."""
    wanted = composed(search.strip())
    if "\x00" in wanted:  # ends a pattern for SQLite, and stands in no name
        return false()
    if wanted.isascii():
        return column.icontains(wanted, autoescape=True)
    return func.casefold(column).contains(wanted.casefold(), autoescape=True)
