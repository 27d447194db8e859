"""The routes of the URL map and their documentation."""

import re
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from tests.api.specification import specification_of

# The rule of each route, with an address that exists.
Addresses = dict[str, str]


def rules_of(app: Flask) -> list[Rule]:
    """Return the URL rules of `app`, sorted."""
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def documented_path(rule: str) -> str:
    """Return the path of `rule` in the notation of OpenAPI."""
    return re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"{\1}", rule)


def operation_of(app: Flask, rule: str) -> dict[str, Any]:
    """Return the documented operation of `rule`."""
    operation: dict[str, Any] = specification_of(app)["paths"][documented_path(rule)]["get"]
    return operation


def query_parameters_of(app: Flask, rule: str) -> list[dict[str, Any]]:
    """Return the documented query parameters of `rule`."""
    return [
        parameter for parameter in operation_of(app, rule).get("parameters", []) if parameter["in"] == "query"
    ]
