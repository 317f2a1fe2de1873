"""Labels by file. What is wrong with its shape is told with status 200, as old clients expect; all or nothing."""

import itertools
import re
from pathlib import Path

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Ctx
from labelwright.api.routes.export import with_body_file
from labelwright.api.v1.errors import Refusal, V1Error
from labelwright.api.v1.routing import V1Caller, new_router
from labelwright.formats import v1_import_schema
from labelwright.formats.configuration_file import FILE_TYPES
from labelwright.formats.strict_json import split
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.errors import Conflict, InvalidJson, InvalidLabels, Issue
from labelwright.services import configurations, imports
from labelwright.services.access import Actor
from labelwright.services.context import Context
from labelwright.services.imports import Imported
from labelwright.services.merging import MergeOptions

router = new_router()
log = structlog.get_logger()

# Old files may hold points beyond the picture, and a null there leaves an answer as it was.
OPTIONS = MergeOptions(out_of_bounds="keep", null_clears=False)
OUTSIDE = "X-Outside-Picture"
MOST_BLANK = 65_536
_PLACE = re.compile(r",? ?line (\d+) column (\d+)")


@router.post("/project/{project_id}/prediction")
async def import_labels(request: Request, ctx: Ctx, actor: V1Caller, project_id: str) -> Response:
    """Import labels; the empty text says that all of them are in."""
    await run_in_threadpool(_check_may, ctx, actor, project_id)
    return await with_body_file(request, ctx, lambda path: _answer(ctx, actor, project_id, path))


def _check_may(ctx: Context, actor: Actor, project_id: str) -> None:
    try:
        imports.check_import(ctx, actor, project_id)
    except Conflict as error:
        raise V1Error(Refusal(500, "ex_gen_wrong_entry_id", ("labels",)), error.message) from None


def _answer(ctx: Context, actor: Actor, project_id: str, path: Path) -> Response:
    content = imports.content_of(path)
    _check_begins_a_list(bytes(content[:MOST_BLANK]))
    try:
        text = v1_import_schema.check_list(split(content))
        imported = None if text else imports.import_labels(ctx, actor, project_id, content, OPTIONS)
    except InvalidJson as error:
        return _told(_syntax_text(error))
    except InvalidLabels as error:
        configuration = configurations.get_configuration(ctx, actor, project_id)
        raise V1Error(_refusal(error.issues[0], configuration), _full_text(error)) from None
    return _told(text, imported)


def _told(text: str, imported: Imported | None = None) -> Response:
    outside = sum(w.count for w in imported.warnings if w.code == "outside_picture") if imported else 0
    if imported is not None:
        log.info("labels imported", tasks=imported.tasks, annotations=imported.annotations, outside_picture=outside)
    return MsgspecResponse({"errorMessages": text}, headers={OUTSIDE: str(outside)} if outside else {})


def _check_begins_a_list(content: bytes) -> None:
    """Raise what the reference says about a body that is empty or no list; `content` is its beginning."""
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"["):
        return
    message = "Unable to parse the content. No data available?"
    if text:
        at = len(content) - len(text) + 1
        line, start = content[: at - 1].count(b"\n") + 1, content.rfind(b"\n", 0, at - 1) + 1
        place = f"{at} [character {at - start + 1} line {line}]"
        message = f"A JSONArray text must start with '[' at {place}"
    raise V1Error(Refusal(500, "ex_gen_error_messages", (message,)), message)


def _syntax_text(error: InvalidJson) -> str:
    """Put the place of a syntax error before its text; what has no place stands at the beginning."""
    found = _PLACE.search(error.message)
    line, column = (found[1], found[2]) if found else ("1", "1")
    return f"line: {line}, column: {column}\n{_PLACE.sub('', error.message)}"


def _full_text(error: InvalidLabels) -> str:
    issue = error.issues[0]
    more = f" There are {error.issue_count - 1} more faults." if error.issue_count > 1 else ""
    return f"{issue.pointer}: {issue.message} Nothing was imported.{more}"


# --- faults of the content ------------------------------------------------------------------------------------------

_WRONG_KEY = frozenset(
    {"unknown_class", "wrong_place", "wrong_answer", "unknown_option", "duplicate_option", "too_long", "invalid_text"}
)
# The reference reads boxes and segments member by member, and stumbles over what it does not know.
_READ_BY_MEMBER = frozenset({"RECTANGLE", "IMAGE_SEGMENTATION"})
_ODD_MEMBER = frozenset({"wrong_geometry", "unexpected_key", "wrong_type"})


def _refusal(issue: Issue, configuration: Configuration) -> Refusal:
    path = [part.replace("~1", "/").replace("~0", "~") for part in issue.pointer.split("/")[1:]]
    if issue.code == "unknown_medium":
        return Refusal(500, "ex_gen_json_upload_not_found_task")
    if issue.code in _WRONG_KEY or (issue.code == "duplicate_key" and path):
        return Refusal(500, "ex_gen_wrong_entry_id", (path[-1],))
    if issue.code == "medium_twice":
        return Refusal(500, "ex_gen_upload_illegal_value", ("false", "keepData"))
    found = _class_at(path, configuration)
    own = FILE_TYPES.get(found.type, found.type.upper()) if found else "labels"
    odd = own in _READ_BY_MEMBER and issue.code in _ODD_MEMBER
    return Refusal(500, "ex_gen_entry_type_not_found" if odd else "ex_gen_entry_value_validation", (own,))


def _class_at(path: list[str], configuration: Configuration) -> LabelClass | None:
    """The geometry class that a place in the file is about: `0/labels/crane/0/nested_geometries/hook/0/point`."""
    found: LabelClass | None = None
    for parent, key in itertools.pairwise(path):
        if parent in {"labels", "nested_geometries"}:
            classes = found.children if found else configuration.classes
            found = next((c for c in classes if c.key == key.lower()), found)
    return found
