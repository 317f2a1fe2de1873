"""The JSON Schema (2020-12) of exported files; `make schema` writes it, the server hands it out."""

from typing import Any, Final

from labelwright.model.configuration import CLASSIFICATION_TYPES, MAX_TEXT
from labelwright.model.document import MAX_COMMENT
from labelwright.model.geometry import KINDS
from labelwright.model.task import TaskState

Schema = dict[str, Any]

_CLASSIFICATION_NAMES: Final = ("radio", "select", "checklist", "freetext")
assert len(CLASSIFICATION_TYPES) == len(_CLASSIFICATION_NAMES) - 1, "an option class is a radio or a select"


def export_schema() -> Schema:
    """Describe the whole file: nothing that it lacks, and every key that `include=` adds."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:labelwright:schema:export",
        "title": "Native export of Labelwright",
        "description": "Element 0 is the overview of the label classes, every further element is one task."
        " A project without exportable tasks exports an empty list.",
        "type": "array",
        "prefixItems": [_ref("overview")],
        "items": _ref("task"),
        "anyOf": [{"maxItems": 0}, {"minItems": 2}],
        "$defs": {**_overview(), **_task(), **_answers(), **_labels(), **_shapes(), **_included()},
    }


def _ref(name: str) -> Schema:
    return {"$ref": f"#/$defs/{name}"}


def _object(required: Schema, optional: Schema | None = None, **more: Any) -> Schema:
    """An object with exactly these properties."""
    return {
        "type": "object",
        "properties": {**required, **(optional or {})},
        "required": list(required),
        "additionalProperties": False,
        **more,
    }


def _nullable(kind: str, description: str) -> Schema:
    return {"type": [kind, "null"], "description": description}


def _map(name: str, description: str) -> Schema:
    return {"type": "object", "additionalProperties": _ref(name), "description": description}


def _overview() -> Schema:
    key = {"type": "string", "description": "Export key."}
    return {
        "overview": _object({"label_classes": {"type": "array", "items": _ref("labelClass"), "minItems": 1}}),
        "labelClass": {
            "description": "One entry of the label configuration, nested ones included, depth first.",
            "oneOf": [
                _object({"class_name": key, "geometry_type": {"enum": list(KINDS)}}),
                _object({"class_name": key, "classification_type": {"enum": list(_CLASSIFICATION_NAMES)}}),
            ],
        },
    }


def _task() -> Schema:
    urls = {
        "type": "array",
        "items": {"type": "string", "format": "uri"},
        "description": "Addresses of semantic maps, one for each image segmentation class that has segments."
        " Absent when the configuration has no such class.",
    }
    required = {
        "internal_media_ID": {"type": "string", "description": "Id of the medium."},
        "external_media_ID": {"type": "string", "description": "File name of the medium."},
        "labeler": _nullable("string", "Id of the assigned labeler."),
        "status": {"enum": [state.lower() for state in TaskState]},
        "global_classifications": _map("answer", "Answers about the medium, by export key."),
        "labels": _map("drawings", "Geometries, by export key of a root class."),
    }
    included = {name: _ref(name) for name in ("media", "timing", "review")}
    return {"task": _object(required, {"segmentations": urls, **included})}


def _answers() -> Schema:
    child = {
        "type": "object",
        "additionalProperties": _ref("answer"),
        "minProperties": 1,
        "maxProperties": 1,
        "description": "A nested classification.",
    }
    text = {"type": "string", "maxLength": MAX_TEXT}
    return {
        "answer": {
            "description": "First the answers (option keys, or the text; null: none), then nested classifications.",
            "type": "array",
            "prefixItems": [{"anyOf": [text, {"type": "null"}]}],
            "items": {"anyOf": [text, child]},
            "minItems": 1,
        }
    }


def _labels() -> Schema:
    required = {
        "geometry": {"anyOf": [_ref(kind) for kind in KINDS]},
        "classifications": _map("answer", "Answers about the geometry, by export key."),
    }
    comment = {**_nullable("string", "Of the annotation; include=comments"), "maxLength": MAX_COMMENT}
    depth = {"type": "integer", "description": "Depth where it is not 0, more is further up; include=depth"}
    added = {
        "id": {"type": "string", "format": "uuid"},
        "provenance": _ref("provenance"),
        "comment": comment,
        "z": depth,
    }
    nested = _map("nestedDrawings", "Geometries inside this one, by export key; absent when there are none.")
    return {
        "drawings": {"type": "array", "items": _ref("drawing"), "minItems": 1},
        "drawing": _object(required, {"nested_geometries": {**nested, "minProperties": 1}, **added}),
        "nestedDrawings": {"type": "array", "items": _ref("nestedDrawing"), "minItems": 1},
        "nestedDrawing": _object(required, added),
    }


def _shapes() -> Schema:
    """The geometry arrays; pixels of the displayed medium, origin at the top left, y down."""
    number, size = {"type": "number"}, {"type": "number", "minimum": 0}
    return {
        "xy": _object({"x": number, "y": number}),
        "point": _points(1, 1),
        "line": _points(2),
        "polygon": {**_points(3), "description": "An open ring: the first point is not repeated."},
        "rectangle": {
            "type": "array",
            "items": _object({"x": number, "y": number, "w": size, "h": size}),
            "minItems": 1,
            "maxItems": 1,
        },
        "image_segmentation": {
            "description": "The first ring is the outline, every further one is cut out of it.",
            "type": "array",
            "items": _ref("polygon"),
            "minItems": 1,
        },
    }


def _points(least: int, most: int | None = None) -> Schema:
    limits = {"minItems": least} if most is None else {"minItems": least, "maxItems": most}
    return {"type": "array", "items": _ref("xy"), **limits}


def _included() -> Schema:
    time = {"type": "integer", "description": "Milliseconds since 1970, UTC."}
    pixels = _nullable("integer", "Pixels as displayed.")
    media = {
        "width": pixels,
        "height": pixels,
        "sha256": _nullable("string", "Of the original file."),
        "size": _nullable("integer", "Bytes of the original file."),
        "type": _nullable("string", "Media type, such as image/jpeg."),
    }
    provenance = {
        "source": {"enum": ["user", "import", "token", "model"]},
        "created_by": _nullable("string", "Id of the person or token."),
        "created_at": time,
        "changed_by": _nullable("string", "Id of the person or token."),
        "changed_at": time,
    }
    labels_changed = _nullable("integer", "Milliseconds since 1970; null when nothing was ever saved.")
    return {
        "media": _object(media, description="include=media"),
        "provenance": _object(provenance, description="include=provenance"),
        "timing": _object(
            {"created_at": time, "changed_at": time, "labels_changed_at": labels_changed}, description="include=timing"
        ),
        "review": _object(
            {"reviewed": {"type": "boolean"}, "comment": _nullable("string", "Of the reviewer.")},
            description="include=review",
        ),
    }
