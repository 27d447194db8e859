"""Read the OpenAPI document in tests, and make validators that allow no additional keys."""

import re
from typing import Any

from flask import Flask
from jsonschema import Draft202012Validator, FormatChecker

from api.resources.openapi import document

FORMATS = FormatChecker(["uuid", "date-time"])


@FORMATS.checks("uri")
def _is_uri(value: object) -> bool:
    pattern = r"(https?://|urn:uuid:[0-9a-f-]{36})[^\s<>\"]*$"
    return not isinstance(value, str) or re.match(pattern, value, re.ASCII) is not None


@FORMATS.checks("uri-reference")
def _is_uri_reference(value: object) -> bool:
    return not isinstance(value, str) or re.match(r"(https?://[^/?#]+)?/[\w.~%/?=&:,+-]*$", value) is not None


def schema_validator(specification: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    """Return a validator for JSON values that also refuses keys which `schema` does not list.

    `schema` is a part of the OpenAPI document `specification`.
    """
    components = _closed(specification["components"])
    return Draft202012Validator(_closed(schema) | {"components": components}, format_checker=FORMATS)


def faults(validator: Draft202012Validator, instance: Any) -> list[str]:
    """Return what is wrong with the JSON value `instance`: messages of the validator, each with a path."""
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(instance)]


def _closed(schema: Any) -> Any:
    """Return `schema`, changed so that its objects allow only the keys in `properties`."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {key: _closed(value) for key, value in schema.items()}
    return closed | {"additionalProperties": False} if isinstance(schema.get("properties"), dict) else closed


def get_operations(specification: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the descriptions of all GET operations in an OpenAPI document, by path."""
    return {path: item["get"] for path, item in specification["paths"].items() if "get" in item}


def specification_of(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return document(app)


def operation_of_path(app: Flask, path: str) -> dict[str, Any]:
    """Return the description of the GET operation of `path` in the OpenAPI document of `app`."""
    operation: dict[str, Any] = specification_of(app)["paths"][path]["get"]
    return operation
