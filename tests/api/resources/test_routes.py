"""Rules for every route of the URL map."""

import gzip
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner
from werkzeug.http import parse_etags
from werkzeug.routing import Rule

from api.db import db
from api.models import RelatedLink, Takeaway
from seeds.parsing.files import DOCUMENTS_FOLDER
from tests.api.answers import assert_parameter_error, assert_problem
from tests.api.pages import HARBOUR, Page, load, slug_of, write_page
from tests.api.specification import faults, schema_validator, specification_of

ANY_STATUS = ["304", "406", "412", "414", "422", "500", "503"]
MAX_TARGET = 4096
OTHER = "Ferries Sail Again After the Storm"

# The rule of each route, with an address that exists.
Addresses = dict[str, str]


@pytest.fixture
def addresses(app: Flask, runner: FlaskCliRunner, tmp_path: Path) -> Addresses:
    """The addresses, with rows in every table of the database."""
    write_page(tmp_path, "harbour", Page(related=(OTHER, "Nobody Has Written This One Yet")))
    sidecar = {"published_at": "2026-04-21T09:30:00Z", "image_url": "https://example.org/ferry.jpg"}
    write_page(tmp_path, "ferry", Page(title=OTHER, signature=("The Lantern Post",)), **sidecar)
    load(runner, DOCUMENTS_FOLDER, tmp_path)
    with app.app_context():
        values = {
            "article": slug_of(HARBOUR),
            "entity": "shanghai",
            "takeaway": str(db.session.query(Takeaway.id).first()[0]),  # type: ignore[index]
            "related_link": str(db.session.query(RelatedLink.id).first()[0]),  # type: ignore[index]
            "revision": "1",
            "asset": "docs.js",
        }
    adapter = app.url_map.bind("localhost")
    return {
        rule.rule: adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments})
        for rule in _rules(app)
    }


def _rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: rule.rule)


def _documented(rule: str) -> str:
    """Return the path of `rule` in the notation of OpenAPI."""
    return re.sub(r"<(?:[^<>:]*:)?(\w+)>", r"{\1}", rule)


def _operation(app: Flask, rule: str) -> dict[str, Any]:
    operation: dict[str, Any] = specification_of(app)["paths"][_documented(rule)]["get"]
    return operation


def _query_parameters(app: Flask, rule: str) -> list[dict[str, Any]]:
    return [
        parameter for parameter in _operation(app, rule).get("parameters", []) if parameter["in"] == "query"
    ]


def test_the_specification_has_every_route_and_no_other(app: Flask) -> None:
    paths = specification_of(app)["paths"]
    assert sorted(paths) == sorted(_documented(rule.rule) for rule in _rules(app))
    assert len(paths) > 15
    for path, item in paths.items():
        assert set(item) - {"parameters"} == {"get"}, path


def test_every_route_is_read_only(app: Flask) -> None:
    for rule in _rules(app):
        assert rule.methods == {"GET", "HEAD", "OPTIONS"}, rule


def test_every_operation_is_documented_in_full(app: Flask, subtests: pytest.Subtests) -> None:
    specification = specification_of(app)
    tags = {tag["name"] for tag in specification["tags"]}
    seen: set[str] = set()
    for rule in _rules(app):
        with subtests.test(rule=rule.rule):
            operation = _operation(app, rule.rule)
            assert re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", operation["operationId"])
            assert operation["operationId"] not in seen
            seen.add(operation["operationId"])
            assert operation["summary"]
            assert operation["description"]
            assert set(operation["tags"]) <= tags
            assert operation["responses"]["200"]["content"]
            assert set(ANY_STATUS) <= set(operation["responses"])
            assert ("404" in operation["responses"]) == bool(rule.arguments)
            for parameter in _query_parameters(app, rule.rule):
                assert parameter["description"], parameter["name"]


def test_every_parameter_of_a_path_is_described_with_an_example(
    app: Flask, subtests: pytest.Subtests
) -> None:
    for rule in _rules(app):
        item = specification_of(app)["paths"][_documented(rule.rule)]
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
            (content_type,) = _operation(app, rule)["responses"]["200"]["content"]
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
        content = _operation(app, rule)["responses"]["200"]["content"]
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
        known = sorted(parameter["name"] for parameter in _query_parameters(app, rule))
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
        for parameter in _query_parameters(app, rule) or [{"name": "zzz", "schema": {}}]:
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


def test_head_is_get_without_a_body(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        for coding in ("identity", "gzip"):
            with subtests.test(rule=rule, coding=coding):
                get = client.get(address, headers={"Accept-Encoding": coding})
                head = client.head(address, headers={"Accept-Encoding": coding})
                assert head.status_code == 200
                assert head.data == b""
                for response in (get, head):
                    response.headers.pop("X-Request-ID")
                    response.headers.pop("Date", None)
                assert head.headers == get.headers
                assert get.headers["Content-Length"] == str(len(get.data))


def test_every_answer_has_a_strong_etag_that_gives_a_304(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            response = client.get(address)
            etag = response.headers["ETag"]
            assert re.fullmatch(r'"[\x21\x23-\x7e]+"', etag)
            assert parse_etags(etag).is_strong(etag.strip('"'))
            for method in ("GET", "HEAD"):
                again = client.open(address, method=method, headers={"If-None-Match": etag})
                assert again.status_code == 304
                assert again.data == b""
                for name in ("ETag", "Cache-Control", "Vary"):
                    assert again.headers[name] == response.headers[name]
                for name in ("Content-Type", "Content-Length", "Content-Encoding"):
                    assert name not in again.headers
            assert client.get(address, headers={"If-None-Match": '"other"'}).data == response.data
            assert_problem(client.get(address, headers={"If-Match": '"other"'}), 412)
            assert client.get(address, headers={"If-Match": etag}).data == response.data


def test_every_answer_can_be_compressed(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    compressed = 0
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            plain = client.get(address)
            coded = client.get(address, headers={"Accept-Encoding": "gzip"})
            assert "Accept-Encoding" in plain.vary
            assert "Accept-Encoding" in coded.vary
            assert "Content-Encoding" not in plain.headers
            if "Content-Encoding" in coded.headers:
                assert coded.headers["Content-Encoding"] == "gzip"
                assert gzip.decompress(coded.data) == plain.data
                assert coded.headers["ETag"] != plain.headers["ETag"]
                compressed += 1
            else:
                assert coded.data == plain.data
                assert coded.headers["ETag"] == plain.headers["ETag"]
    assert compressed > 5


def test_every_route_answers_406_if_it_has_nothing_acceptable(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            mimetype = client.get(address).mimetype
            for accept in ("application/x-nothing", "video/*, audio/ogg", f"{mimetype};q=0"):
                assert_problem(client.get(address, headers={"Accept": accept}), 406)
            for accept in (
                "*/*",
                str(mimetype),
                f"{str(mimetype).partition('/')[0]}/*",
                "video/*, */*;q=0.1",
            ):
                assert client.get(address, headers={"Accept": accept}).status_code == 200


def test_every_route_bounds_the_request_target(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            longest = f"{address}?x=".ljust(MAX_TARGET, "y")
            assert_parameter_error(client.get(longest), "x")
            assert_problem(client.get(f"{longest}y"), 414)
            # Counted in bytes as sent, of which each of these characters takes three.
            encoded = f"{address}?x=" + "%41" * (MAX_TARGET // 3)
            assert_problem(client.get(encoded), 414)


def test_every_answer_may_be_read_from_any_origin(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    origin = {"Origin": "https://reader.example"}
    for rule, address in addresses.items():
        requests: list[tuple[int, str, dict[str, str]]] = [
            (200, address, {}),
            (304, address, {"If-None-Match": "*"}),
            (406, address, {"Accept": "application/x-nothing"}),
            (412, address, {"If-Match": '"other"'}),
            (414, f"{address}?x=".ljust(MAX_TARGET + 1, "y"), {}),
            (422, f"{address}?zzz=1", {}),
        ]
        unreadable = []
        for status, target, headers in requests:
            response = client.get(target, headers=headers | origin)
            assert response.status_code == status
            exposed = response.headers.get("Access-Control-Expose-Headers", "").split(", ")
            may_read = response.headers.get("Access-Control-Allow-Origin") == "*"
            if not may_read or not {"ETag", "Link", "X-Request-ID"} <= set(exposed):
                unreadable.append(status)
        with subtests.test(rule=rule):
            assert unreadable == []


def test_no_answer_depends_on_the_host_header(
    client: FlaskClient, addresses: Addresses, subtests: pytest.Subtests
) -> None:
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for rule, address in addresses.items():
        with subtests.test(rule=rule):
            response = client.get(address, headers=hostile)
            assert response.data == client.get(address).data
            for answer in (response, client.get(f"{address}?zzz=1", headers=hostile)):
                assert "evil" not in answer.text
                assert "evil" not in str(answer.headers)


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
    for rule in _rules(app):
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
    for address in addresses.values():
        response = client.get(address)
        if response.is_json and address != "/openapi.json":
            found |= dict.fromkeys(_links(response.json))
    assert len(found) > 2 * len(addresses)
    assert [link for link in found if client.get(link).status_code != 200] == []


def _links(value: Any) -> list[str]:
    if isinstance(value, list):
        return [link for each in value for link in _links(each)]
    if not isinstance(value, dict):
        return []
    own = [link for link in value.get("links", {}).values() if link]
    return own + [link for key, each in value.items() if key != "links" for link in _links(each)]
