"""A JSON Schema of the part of ninjs 3.2 that the service uses, written after reading the standard."""

from collections.abc import Iterable
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
URI: Schema = {"type": "string", "format": "uri"}
TIME: Schema = {"type": "string", "format": "date-time"}
COUNT: Schema = {"type": "integer", "minimum": 0}


def _object(required: Iterable[str] = (), **properties: Schema) -> Schema:
    return {
        "type": "object",
        "required": list(required),
        "properties": properties,
        "additionalProperties": False,
    }


def _array(items: Schema) -> Schema:
    return {"type": "array", "items": items}


_TEXT_WITH_ROLE = _object(["value"], role=TEXT, contentType=TEXT, value=TEXT)
_BODY = _object(["value"], role=TEXT, contentType=TEXT, charCount=COUNT, wordCount=COUNT, value=TEXT)
_ENTITY = _object(name=TEXT, rel=TEXT, uri=URI, literal=TEXT)
_PROPERTIES: Schema = {
    "uri": URI,
    "type": {
        "enum": [
            *("text", "audio", "video", "picture", "graphic", "composite", "component", "event", "planning"),
        ]
    },
    "representationType": {"enum": ["full", "partial"]},
    "pubStatus": {"enum": ["usable", "withheld", "canceled"]},
    "version": TEXT,
    **dict.fromkeys(("firstCreated", "versionCreated", "contentCreated"), TIME),
    **dict.fromkeys(("language", "title", "by", "slugline"), TEXT),
    "headlines": _array(_TEXT_WITH_ROLE),
    "descriptions": _array(_TEXT_WITH_ROLE),
    "bodies": _array(_BODY),
    **dict.fromkeys(("people", "organisations", "places", "subjects", "objects"), _array(_ENTITY)),
    "events": _array(_object(id=TEXT, name=TEXT, rel=TEXT, uri=URI, literal=TEXT)),
    "infoSources": _array(_object(name=TEXT, role=TEXT, uri=URI, literal=TEXT)),
    "renditions": _array(_object(["name"], name=TEXT, href=URI, contentType=TEXT, title=TEXT)),
    "standard": _object(name=TEXT, version=TEXT, schema=URI),
    "associations": _array({"$ref": "#/$defs/association"}),
}
NINJS_SCHEMA: Schema = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$defs": {
        "association": _object(["uri", "name"], **_PROPERTIES, name=TEXT, rel=TEXT),
    },
    **_object(["uri"], **_PROPERTIES),
}
