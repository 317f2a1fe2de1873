"""The label configuration: cleared, then uploaded whole. Both take all labels with them, as old clients expect."""

from collections.abc import Callable
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Ctx
from labelwright.api.v1.errors import Refusal, V1Error, details_of
from labelwright.api.v1.routing import V1Caller, new_router, read_body
from labelwright.formats.configuration_file import FILE_TYPES, Entry, classes_of
from labelwright.model.configuration import MAX_DEPTH, Configuration, LabelClass, normalised, walk
from labelwright.model.errors import ConfigurationNotEmpty, InvalidConfiguration, Issue, NotFound
from labelwright.services import configurations, projects
from labelwright.services.access import Actor
from labelwright.services.context import Context

router = new_router()

Json = dict[str, Any]
_ENTRIES = msgspec.json.Decoder(list[Any])


@router.delete("/config/{configuration_id}")
def clear_configuration(ctx: Ctx, actor: V1Caller, configuration_id: str) -> Response:
    """Take out every class and every label; finished tasks wait again."""
    _of_project(ctx, actor, configuration_id, configurations.clear_configuration)
    return MsgspecResponse({"configId": configuration_id})


@router.put("/config/{configuration_id}")
async def upload_configuration(request: Request, ctx: Ctx, actor: V1Caller, configuration_id: str) -> Response:
    """Fill an empty configuration. The client sends an empty list as no body at all."""
    raw = await request.body() or b"[]"
    return MsgspecResponse(await run_in_threadpool(_upload, ctx, actor, configuration_id, raw))


def _upload(ctx: Context, actor: Actor, configuration_id: str, raw: bytes) -> Json:
    classes = read_entries(raw)

    def fill(ctx: Context, actor: Actor, project_id: str) -> Configuration:
        return configurations.fill_configuration(ctx, actor, project_id, classes)

    try:
        configuration = _of_project(ctx, actor, configuration_id, fill)
    except ConfigurationNotEmpty as error:
        raise V1Error(Refusal(500, "ex_gen_config_not_cleared", (configuration_id,)), error.message) from None
    except InvalidConfiguration as error:
        raise V1Error(_refusal(error.issues[0], classes), error.message) from None
    project = projects.get_project(ctx, actor, configuration.project_id)
    return configuration_json(configuration, project["taskCounts"])


def _of_project(
    ctx: Context, actor: Actor, configuration_id: str, act: Callable[[Context, Actor, str], Configuration]
) -> Configuration:
    """Act on the project of a configuration; one of another organisation is the same as none."""
    project_id = configurations.find_project_id(ctx, configuration_id)
    try:
        return act(ctx, actor, project_id)
    except NotFound:
        raise NotFound("label configuration", configuration_id) from None


# --- reading --------------------------------------------------------------------------------------------------------


def read_entries(raw: bytes) -> tuple[LabelClass, ...]:
    """Read the uploaded entries; scalars may be of any kind. Raises V1Error, InvalidJson."""
    entries = [_lenient(entry) for entry in read_body(raw, _ENTRIES)]
    return classes_of(read_body(msgspec.json.encode(entries), _STRICT_ENTRIES))


_STRICT_ENTRIES = msgspec.json.Decoder(list[Entry], strict=False)
_TEXTS = ("entryKey", "entryValue", "type", "color")


def _lenient(entry: Any, depth: int = 1) -> Any:
    """Make texts of scalars where texts are meant. Raises NotFound for an id: an empty configuration has none."""
    if depth > MAX_DEPTH:
        text = f"Classes are nested deeper than {MAX_DEPTH} levels."
        raise V1Error(Refusal(500, "ex_gen_config_depth"), text)
    if not isinstance(entry, dict):
        return entry
    if entry.get("id") is not None:
        raise NotFound("label class", str(entry["id"]))
    lenient = {**entry, "number": None, **{name: _text(entry[name]) for name in _TEXTS if name in entry}}
    if isinstance(entry.get("options"), dict):
        lenient["options"] = {key: _text(value) for key, value in entry["options"].items()}
    if isinstance(entry.get("children"), list):
        lenient["children"] = [_lenient(child, depth + 1) for child in entry["children"]]
    return lenient


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _refusal(issue: Issue, classes: tuple[LabelClass, ...]) -> Refusal:
    """Say what is wrong with a configuration in old clients' words."""
    placed = {p.pointer: p.label_class for p in walk(normalised(classes))}
    here = next((placed[pointer] for pointer in sorted(placed, key=len, reverse=True) if _within(issue, pointer)), None)
    key, shortcut, kind = (here.key, here.shortcut or "", here.type) if here else ("", "", "")
    rows: dict[str, Refusal] = {
        "duplicate_key": Refusal(412, "ex_alreadyexists", ("Label entry", "entryKey:", key)),
        "duplicate_shortcut": Refusal(412, "ex_alreadyexists", ("Shortcut", "value:", shortcut)),
        "forbidden_key": Refusal(500, "ex_gen_forbidden_keyword", (key,)),
        "wrong_place": Refusal(500, "ex_gen_geometry_definition_incorrect", (kind,)),
        "unknown_type": Refusal(500, "ex_gen_entry_type_not_found", ("entry type",)),
        "invalid_length": Refusal(500, "ex_gen_entry_classification_incorrect", (FILE_TYPES.get(kind, kind),)),
    }
    invalid = msgspec.structs.replace(issue, pointer=_NAMES.get(issue.pointer.rpartition("/")[2], issue.pointer))
    return rows.get(issue.code) or Refusal(400, "ex_validation", (), details_of((invalid,)))


_NAMES = {"key": "entryKey", "name": "entryValue"}


def _within(issue: Issue, pointer: str) -> bool:
    return f"{issue.pointer}/".startswith(f"{pointer}/")


# --- writing --------------------------------------------------------------------------------------------------------


def configuration_json(configuration: Configuration, task_counts: dict[str, int]) -> Json:
    """A whole configuration."""
    return {
        "id": configuration.id,
        "projectId": configuration.project_id,
        "entries": [_entry(root, None, configuration.timestamp) for root in configuration.classes],
        "numberOfCompletedTasks": task_counts["COMPLETED"],
        "numberOfReviewedTasks": task_counts["REVIEWED"],
    }


def _entry(here: LabelClass, parent: LabelClass | None, timestamp: int) -> Json:
    return {
        "id": here.id,
        "lcEntryParentId": parent.id if parent else None,
        "entryKey": here.key,
        "entryValue": here.name,
        "type": FILE_TYPES.get(here.type, here.type.upper()),
        "color": here.color,
        "shortcut": here.shortcut,
        "timestamp": timestamp,
        "maxLength": here.max_length,
        "children": [_entry(child, here, timestamp) for child in here.children],
        "options": {option.key: option.name for option in here.options},
        "required": here.required,
    }
