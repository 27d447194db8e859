"""Read the routes of an application and their OpenAPI descriptions, for tests."""

import re
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from api.urls import MCP_PATH
from tests.api.specification import specification_of

# The rule of each route, with an address that exists.
Addresses = dict[str, str]


def rules_of(app: Flask) -> list[Rule]:
    """Return the URL rules of `app`, sorted, except the rule of `/mcp`, which takes only POST requests."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule != MCP_PATH]
    return sorted(rules, key=lambda rule: rule.rule)


def documented_path(rule: str) -> str:
    """Return the path of a URL rule as the OpenAPI document writes it: `/v1/articles/{article}`."""
    return re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"{\1}", rule)


def operation_of(app: Flask, rule: str) -> dict[str, Any]:
    """Return what the OpenAPI document says about the GET operation of the URL rule `rule`."""
    operation: dict[str, Any] = specification_of(app)["paths"][documented_path(rule)]["get"]
    return operation


def query_parameters_of(app: Flask, rule: str) -> list[dict[str, Any]]:
    """Return the descriptions of the query parameters of a URL rule in the OpenAPI document."""
    return [
        parameter for parameter in operation_of(app, rule).get("parameters", []) if parameter["in"] == "query"
    ]
