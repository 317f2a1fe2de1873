"""Make or extend a label configuration from the classes of a file, and go on with its import."""

from typing import Any

import msgspec

from labelwright.exchange.extending import Extension, extend
from labelwright.exchange.fitting import fit
from labelwright.exchange.mapping import ClassMapping
from labelwright.exchange.resolving import Resolver
from labelwright.model.configuration import Configuration, LabelClass
from labelwright.model.errors import WrongTaskState
from labelwright.services import configurations, label_imports
from labelwright.services.access import Actor, Right
from labelwright.services.context import Context
from labelwright.services.import_options import Options


class Wanted(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole configuration afterwards; `mapping` says what was chosen differently, new classes by key."""

    classes: tuple[LabelClass, ...]
    revision: int
    reopen: bool | None = None
    mapping: ClassMapping | None = None


def propose_classes(ctx: Context, actor: Actor, import_id: str) -> dict[str, Any]:
    """The configuration with everything that the file has and it lacks; what is new has no id. Nothing is saved."""
    with ctx.db.read() as conn:
        row = label_imports.access_import(conn, actor, import_id, Right.CONFIGURE)
        configuration = configurations.of_project(conn, row.project_id)
    surveyed = label_imports.read_survey(ctx, import_id)
    if surveyed is None:
        raise WrongTaskState(f"The import is {row.state}; its file has not been read.")
    options = msgspec.json.decode(row.options, type=Options)
    found = fit(surveyed, Resolver(configuration, options.mapping))
    extension = extend(configuration.classes, surveyed.proposal, surveyed.origins, found, lossy=options.mapping.lossy)
    return {
        "revision": configuration.revision,
        "classes": extension.classes,
        "origins": extension.origins,
        "effects": _effects(ctx, actor, configuration, extension),
    }


def _effects(ctx: Context, actor: Actor, configuration: Configuration, extension: Extension) -> Any:
    if extension.is_empty:
        return None
    return configurations.preview_effects(ctx, actor, configuration.project_id, extension.classes, wish=True)


def make_classes(ctx: Context, actor: Actor, import_id: str, wanted: Wanted) -> dict[str, Any]:
    """Save the configuration in one transaction, and compare the file anew. Raises what saving one does."""
    with ctx.db.read() as conn:
        row = label_imports.access_import(conn, actor, import_id, Right.CONFIGURE)
    label_imports.check_files(ctx, import_id)
    if row.state not in label_imports.COMPARED:
        raise WrongTaskState(f"The import is {row.state}; this goes only while it is ready or needs classes.")
    configurations.save_configuration(
        ctx, actor, row.project_id, wanted.classes, revision=wanted.revision, reopen=wanted.reopen, wish=True
    )
    options = msgspec.json.decode(row.options, type=Options)
    if wanted.mapping is not None:
        options = msgspec.structs.replace(options, mapping=wanted.mapping)
    return label_imports.set_options(ctx, actor, import_id, options)
