"""Shorthand for the JSON Schemas of the arguments and answers of tools."""

from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
OPTIONAL_TEXT: Schema = {"type": ["string", "null"]}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "integer", "minimum": 1}
OPTIONAL_NUMBER: Schema = {"type": ["integer", "null"], "minimum": 1}
SCORE: Schema = {"type": ["number", "null"]}


def described(schema: Schema, description: str) -> Schema:
    """Return `schema` with a description."""
    return schema | {"description": description}


def text(description: str, **more: Any) -> Schema:
    """Return the schema of a text. `more` contains further keywords, such as `default`."""
    return {"type": "string", "description": description} | more


def texts(description: str, choices: tuple[str, ...] = ()) -> Schema:
    """Return the schema of a list of texts. If `choices` is not empty, it contains all allowed texts."""
    items = TEXT | {"enum": list(choices)} if choices else TEXT
    return {"type": "array", "items": items, "description": description}


def integer(description: str, **more: Any) -> Schema:
    """Return the schema of an integer. `more` contains further keywords, such as `minimum`."""
    return {"type": "integer", "description": description} | more


def array(items: Schema) -> Schema:
    """Return the schema of a list whose elements have the schema `items`."""
    return {"type": "array", "items": items}


def record(members: Schema, optional: tuple[str, ...] = ()) -> Schema:
    """Return the schema of an object.

    Args:
        members: The schema of each member of the object, by name.
        optional: The names of the members that can be missing. All other members are required.
    """
    required = [name for name in members if name not in optional]
    return {"type": "object", "properties": members, "required": required}
