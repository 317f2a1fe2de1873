"""Values: one geometry or answer at a time, each change one difference of the task's labels."""

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from labelwright.api.answers import MsgspecResponse
from labelwright.api.deps import Ctx
from labelwright.api.v1.errors import Refusal, V1Error, detail
from labelwright.api.v1.routing import V1Caller, new_router, read_body
from labelwright.api.v1.value_json import Json, ValueWriter
from labelwright.formats.v1_values import ValueUpdate
from labelwright.services import v1_edits, v1_tasks
from labelwright.services.context import Context
from labelwright.services.v1_edits import NewValue
from labelwright.services.v1_values import Values

router = new_router()


class TypeBody(msgspec.Struct, frozen=True, rename="camel"):
    new_lc_entry_id: str


_NEW = msgspec.json.Decoder(NewValue, strict=False)
_UPDATE = msgspec.json.Decoder(ValueUpdate, strict=False)
_TYPE = msgspec.json.Decoder(TypeBody, strict=False)


def _shown(ctx: Context, values: Values, value_id: str) -> Json:
    return ValueWriter(values, v1_tasks.people_of(ctx, values)).one(value_id)


@router.post("/lcValue/{class_id}")
async def create_value(request: Request, ctx: Ctx, actor: V1Caller, class_id: str) -> Response:
    """Create a geometry without coordinates, and its classifications; an update gives it coordinates."""
    body = read_body(await request.body(), _NEW)
    _check_same("lcEntryId", body.lc_entry_id, class_id)

    def create() -> Json:
        return _shown(ctx, *v1_edits.create_value(ctx, actor, body))

    return MsgspecResponse(await run_in_threadpool(create))


@router.put("/lcValue/{value_id}")
async def update_value(request: Request, ctx: Ctx, actor: V1Caller, value_id: str) -> Response:
    """Change coordinates, answer or comment of a value and, by `children`, of those below it."""
    body = read_body(await request.body(), _UPDATE)
    for field, given in (("lcEntryId", body.lc_entry_id), ("labelTaskId", body.label_task_id)):
        if given is None:
            raise V1Error(Refusal(400, "ex_validation", (), (detail(field, "ex_notnull"),)), f"“{field}” is missing.")
    _check_same("id", body.id or value_id, value_id)

    def change() -> Json:
        return _shown(ctx, v1_edits.update_value(ctx, actor, value_id, body), value_id)

    return MsgspecResponse(await run_in_threadpool(change))


@router.put("/lcValue/{value_id}/changeType")
async def change_type(request: Request, ctx: Ctx, actor: V1Caller, value_id: str) -> Response:
    """Give a geometry another class of the same type."""
    body = read_body(await request.body(), _TYPE)

    def change() -> Json:
        return _shown(ctx, v1_edits.change_type(ctx, actor, value_id, body.new_lc_entry_id), value_id)

    return MsgspecResponse(await run_in_threadpool(change))


@router.delete("/lcValue/{value_id}")
def delete_value(ctx: Ctx, actor: V1Caller, value_id: str) -> Response:
    """Delete a geometry with everything inside it."""
    v1_edits.delete_value(ctx, actor, value_id)
    return Response()


def _check_same(field: str, in_body: str, in_path: str) -> None:
    if in_body != in_path:
        text = f"“{field}” is {in_body[:60]} in the body and {in_path[:60]} in the address."
        raise V1Error(Refusal(400, "ex_validation", (), (detail(field, "ex_val_invalid"),)), text)
