"""Tests of every route of the URL map: its documentation, parameters, methods and links."""

import re
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.urls import MCP_PATH, STREAM_PATHS
from tests.api.answers import assert_parameter_error, assert_problem
from tests.api.routes import Addresses, documented_path, operation_of, query_parameters_of, rules_of
from tests.api.specification import faults, schema_validator, specification_of

ANY_STATUS = ["304", "406", "412", "414", "422", "500", "503"]


def test_the_specification_has_every_route_and_no_other(app: Flask) -> None:
    paths = specification_of(app)["paths"]
    assert sorted(paths) == sorted([MCP_PATH, *(documented_path(rule.rule) for rule in rules_of(app))])
    assert len(paths) > 15
    for path, item in paths.items():
        assert set(item) - {"parameters"} == {"post" if path == MCP_PATH else "get"}, path


def test_every_route_is_read_only_and_only_mcp_takes_a_body(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        expected = {"POST", "OPTIONS"} if rule.rule == MCP_PATH else {"GET", "HEAD", "OPTIONS"}
        assert rule.methods == expected, rule


def test_every_operation_is_documented_in_full(app: Flask, subtests: pytest.Subtests) -> None:
    specification = specification_of(app)
    tags = {tag["name"] for tag in specification["tags"]}
    seen: set[str] = set()
    for rule in rules_of(app):
        with subtests.test(rule=rule.rule):
            operation = operation_of(app, rule.rule)
            assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", operation["operationId"])
            assert operation["operationId"] not in seen
            seen.add(operation["operationId"])
            assert operation["summary"]
            assert operation["description"]
            assert set(operation["tags"]) <= tags
            assert operation["responses"]["200"]["content"]
            # Streams have no ETag.
            never = {"304"} if rule.rule in STREAM_PATHS else set()
            assert set(ANY_STATUS) - never <= set(operation["responses"])
            assert not never & set(operation["responses"])
            assert ("404" in operation["responses"]) == bool(rule.arguments)
            for parameter in query_parameters_of(app, rule.rule):
                assert parameter["description"], parameter["name"]


def test_every_parameter_of_a_path_is_described_with_an_example(
    app: Flask, subtests: pytest.Subtests
) -> None:
    for rule in rules_of(app):
        item = specification_of(app)["paths"][documented_path(rule.rule)]
        in_path = {each["name"]: each for each in item.get("parameters", [])}
        with subtests.test(rule=rule.rule):
            assert set(in_path) == set(rule.arguments)
            for parameter in in_path.values():
                assert parameter["required"]
                assert parameter["description"]
                assert parameter["example"]


def test_every_route_answers_in_its_documented_type(
    app: Flask, client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            response = client.get(address)
            assert response.status_code == 200
            (content_type,) = operation_of(app, rule)["responses"]["200"]["content"]
            assert content_type in (response.mimetype, "*/*")
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.headers["Cache-Control"]
            assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-ID"])
            assert client.get(address).data == response.data


def test_every_json_answer_matches_its_schema(
    app: Flask, client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    checked = 0
    for rule, address in addresses.items():
        content = operation_of(app, rule)["responses"]["200"]["content"]
        if "application/json" not in content or rule == "/openapi.json":
            continue
        with subtests.test(rule=rule):
            answer = orjson.loads(client.get(address).data)
            validator = schema_validator(specification_of(app), content["application/json"]["schema"])
            assert faults(validator, answer) == []
            # The validator rejects other values:
            assert faults(validator, answer | {"surplus": 1})
        checked += 1
    assert checked > 10


def test_every_route_refuses_an_unknown_parameter(
    app: Flask, client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        known = sorted(parameter["name"] for parameter in query_parameters_of(app, rule))
        with subtests.test(rule=rule):
            (error,) = assert_parameter_error(client.get(f"{address}?zzz=1"), "zzz")
            assert error["allowed"] == known
            assert error["suggestion"] is None
            assert_problem(client.head(f"{address}?zzz=1"), 422)


def test_every_route_refuses_a_repeated_parameter(
    app: Flask, client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    values = {"limit": "5", "total": "true", "cursor": "x"}
    for rule, address in addresses.items():
        for parameter in query_parameters_of(app, rule) or [{"name": "zzz", "schema": {}}]:
            name, schema = parameter["name"], parameter["schema"]
            if schema.get("type") == "array":
                continue
            value = values.get(name) or schema.get("default", "1")
            with subtests.test(rule=rule, parameter=name):
                assert_parameter_error(client.get(f"{address}?{name}={value}&{name}={value}"), name)


def test_every_route_refuses_methods_that_write(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        for method in ("POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
            with subtests.test(rule=rule, method=method):
                response = client.open(address, method=method, json={"title": "Mine"})
                assert_problem(response, 405)
                assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_every_route_lists_its_methods(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            response = client.options(address)
            assert response.status_code == 200
            assert response.headers["Allow"] == "GET, HEAD, OPTIONS"
            assert response.data == b""


def test_every_route_with_a_path_parameter_answers_404_for_an_unknown_value(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    adapter = app.url_map.bind("localhost")
    unknown = [
        "no-such-thing",
        "00000000-0000-5000-8000-000000000000",
        "%",
        "\x00",
        "a\x00b",
        " ",
        "北京",
        "\ufffd",
    ]
    for rule in rules_of(app):
        if not rule.arguments:
            continue
        addresses = [adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, value)) for value in unknown]
        answers = {address: client.get(address) for address in addresses}
        with subtests.test(rule=rule.rule):
            assert {each: answer.status_code for each, answer in answers.items()} == dict.fromkeys(
                addresses, 404
            )
            for address, answer in answers.items():
                assert assert_problem(answer, 404)["instance"] == address


def test_every_link_leads_to_a_resource(client: FlaskClient, addresses: Addresses) -> None:
    found: dict[str, None] = dict.fromkeys(addresses.values())
    json_count = 0
    for address in addresses.values():
        response = client.get(address)
        if response.is_json and address != "/openapi.json":
            json_count += 1
            found |= dict.fromkeys(_links(response.json))
        found |= dict.fromkeys(re.findall("<(/[^>]*)>", response.headers.get("Link", "")))
    assert len(found) > len(addresses) + json_count
    assert [link for link in found if client.get(link).status_code != 200] == []


def _links(value: Any) -> list[str]:
    if isinstance(value, list):
        return [link for each in value for link in _links(each)]
    if not isinstance(value, dict):
        return []
    own = [link for link in value.get("links", {}).values() if link]
    return own + [link for key, each in value.items() if key != "links" for link in _links(each)]
