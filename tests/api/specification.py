"""The specification of an application, and its schemas as the strictest client would read them."""

import re
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker

from api.resources.openapi import document

FORMATS = FormatChecker(["uuid", "date-time"])


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    return not isinstance(value, str) or re.match(r"https?://[^\s<>\"]+$", value, re.ASCII) is not None


@FORMATS.checks("uri-reference")
def _is_uri_reference(value: object) -> bool:
    return not isinstance(value, str) or re.match(r"(https?://[^/?#]+)?/[\w.~%/?=&:,+-]*$", value) is not None


def schema_validator(specification: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """Make a validator of `schema`, its references being into `specification`, that takes no surplus keys."""
    components = _closed(specification["components"])
    return Draft202012Validator(_closed(schema) | {"components": components}, format_checker=FORMATS)


def faults(validator: Draft202012Validator, instance: Any) -> list[str]:
    """Give what is wrong with `instance`, each with its place."""
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance)]


def _closed(schema: Any) -> Any:
    """Give `schema` with each object in it closed: a key that is not in its properties is then an error."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return closed | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else closed


def specification_of(app: Flask) -> dict[str, Any]:
    """Give the document of `app`."""
    with app.app_context():
        return document(app)
