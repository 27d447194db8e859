"""Tests of the OpenAPI document: it is valid, equals openapi.yaml, and describes the real responses."""

import re
from collections.abc import Iterator
from typing import Any

import orjson
import pytest
import yaml
from flask.testing import FlaskClient
from markdown_it import MarkdownIt
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.resources.documented_parameters import LAST_PARAMETERS
from api.resources.openapi import EXAMPLES, to_yaml
from tests.api.specification import faults, get_operations, schema_validator, specification_of
from tests.conftest import make_app
from tests.support.examples import PATHS, real_answers
from tests.support.server import ROOT

PARTS = {"body", "analysis", "takeaways", "entities", "related", "source"}
ALWAYS_ADMITTED = {"getHealth", "getReadiness", "getMetrics", "getStylesheet", "getIcon", "getFavicon"}
# Other formats leave out missing values.
OPTIONAL_IN_OTHER_FORMATS = {
    "NewsArticle": {
        *("description", "author", "publisher", "image", "datePublished", "abstract", "hasPart"),
        *("about", "mentions"),
    },
    "SchemaPerson": {"jobTitle"},
    "SchemaImage": {"url", "caption"},
    "SchemaAnalysis": {"headline", "articleSection"},
    "SchemaEntity": {"sameAs"},
    "NinjsItem": {
        *("contentCreated", "by", "infoSources", "descriptions", "people", "organisations", "places"),
        *("subjects", "objects", "events"),
    },
    "JsonFeed": {"description", "next_url"},
    "FeedItem": {
        *("content_html", "content_text", "summary", "image", "date_published", "authors", "tags"),
    },
    "NinjsAssociation": {"headlines", "renditions"},
}


@pytest.fixture
def specification() -> dict[str, Any]:
    """Return the specification of an application with default settings."""
    return specification_of(make_app("sqlite:////nowhere/briefs.db"))


def _operations(specification: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["operationId"]: each for each in get_operations(specification).values()}


def test_the_file_in_the_repository_is_the_generated_document(specification: dict[str, Any]) -> None:
    committed = (ROOT / "openapi.yaml").read_text(encoding="utf-8")
    assert committed == to_yaml(specification), "run `make openapi`"
    assert yaml.safe_load(committed) == specification


def test_the_command_prints_the_document(specification: dict[str, Any]) -> None:
    result = make_app("sqlite:////nowhere/briefs.db").test_cli_runner().invoke(args=["openapi"])
    assert result.exit_code == 0
    assert result.stdout == to_yaml(specification)


def test_the_document_is_valid_openapi_3_1(specification: dict[str, Any]) -> None:
    assert specification["openapi"] == "3.1.0"
    assert [error.message for error in OpenAPIV31SpecValidator(specification).iter_errors()] == []


def test_the_document_is_served_as_json_and_as_yaml(
    specification: dict[str, Any], client: FlaskClient
) -> None:
    in_json, in_yaml = client.get("/openapi.json"), client.get("/openapi.yaml")
    assert in_json.mimetype == "application/json"
    assert orjson.loads(in_json.data) == specification
    assert in_yaml.mimetype == "application/yaml"
    assert in_yaml.data.decode() == to_yaml(specification)


def test_the_document_names_the_base_url_as_its_server() -> None:
    url = "https://api.example.org/briefs"
    client = make_app("sqlite:////nowhere/briefs.db", BRIEFS_BASE_URL=url).test_client()
    assert orjson.loads(client.get("/openapi.json").data)["servers"] == [{"url": url}]
    client = make_app("sqlite:////nowhere/briefs.db").test_client()
    assert orjson.loads(client.get("/openapi.json").data)["servers"] == [{"url": "/"}]


def test_every_schema_is_used(specification: dict[str, Any]) -> None:
    used = set(re.findall(r"#/components/schemas/(\w+)", orjson.dumps(specification).decode()))
    assert set(specification["components"]["schemas"]) == used


def test_every_object_lists_its_required_keys_and_has_no_others(
    specification: dict[str, Any],
) -> None:
    optional = {
        "Problem": {"errors", "violated-policies"},
        "PageMeta": {"total"},
    }
    optional["ChangePageMeta"] = {"total"}
    optional["McpErrorDetail"] = {"data"}
    optional["FilteredPageMeta"] = {"total", "warnings"}
    optional["ArticlePageMeta"] = {"total", "warnings", "facets", "counted"}
    # The parts that `include` adds, and all keys of a sparse shape.
    optional["ArticleListItem"] = {*PARTS, "highlights"}
    optional |= OPTIONAL_IN_OTHER_FORMATS
    schemas = specification["components"]["schemas"]
    items = [name for name in schemas if re.fullmatch(r"Sparse\w+(?<!Page)", name)]
    assert len(items) == 8
    optional |= {name: set(schemas[name]["properties"]) for name in items}
    for name, schema in schemas.items():
        if "oneOf" in schema:
            continue
        assert set(schema["properties"]) - set(schema.get("required", [])) == optional.get(name, set()), name
        assert schema["additionalProperties"] is False, name


def test_the_sparse_shape_is_documented_beside_the_full_shape(specification: dict[str, Any]) -> None:
    for name, operation in _operations(specification).items():
        content = operation["responses"]["200"]["content"]
        schema = content.get("application/json", {}).get("schema", {})
        has_fields = "application/json" in content and "fields" in {
            each["name"] for each in operation.get("parameters", [])
        }
        assert ("anyOf" in schema) == has_fields, name
        if has_fields:
            whole, sparse = (each["$ref"].rpartition("/")[2] for each in schema["anyOf"])
            assert sparse == f"Sparse{whole}"
            usual, left = (
                specification["components"]["schemas"][each]["properties"] for each in (whole, sparse)
            )
            assert list(usual) == list(left)


def test_the_variants_of_a_reason_are_discriminated_by_their_kind(specification: dict[str, Any]) -> None:
    schemas = specification["components"]["schemas"]
    reason = schemas["Reason"]
    mapping = reason["discriminator"]["mapping"]
    assert [{"$ref": reference} for reference in mapping.values()] == reason["oneOf"]
    for kind, reference in mapping.items():
        variant = schemas[reference.rpartition("/")[2]]
        assert variant["properties"][reason["discriminator"]["propertyName"]]["enum"] == [kind]
    validator = schema_validator(specification, {"$ref": "#/components/schemas/Reason"})
    assert faults(validator, {"kind": "shared_term", "term": "XR-5", "weight": 0.2}) == []
    assert faults(validator, {"kind": "near_duplicate", "term": "XR-5", "weight": 0.2})
    assert faults(validator, {"kind": "shared_entity", "weight": 0.2})


def test_generators_find_a_name_for_each_value_that_begins_with_a_minus(
    specification: dict[str, Any],
) -> None:
    found = 0
    for schema in _query_schemas(specification):
        values = schema.get("enum", [])
        if any(value.startswith("-") for value in values):
            names = schema["x-enum-varnames"]
            assert len(set(names)) == len(values)
            assert all(name.isidentifier() for name in names)
            found += 1
    assert found >= 9


def test_the_guide_says_how_generated_clients_read_each_media_type(specification: dict[str, Any]) -> None:
    table = yaml.safe_load((ROOT / "docs" / "clients" / "openapi-python-client.yaml").read_text("utf-8"))
    media_types = {
        media_type
        for operation in _operations(specification).values()
        for media_type in operation["responses"]["200"]["content"]
    }
    unknown = {name for name in media_types if not re.search(r"^text/|[/+]json$", name)}
    assert set(table["content_type_overrides"]) == unknown


def test_every_response_that_can_be_304_accepts_an_etag(specification: dict[str, Any]) -> None:
    for name, operation in _operations(specification).items():
        headers = {each["name"] for each in operation.get("parameters", []) if each["in"] == "header"}
        assert ("If-None-Match" in headers) == ("304" in operation["responses"]), name


def test_the_contact_is_the_operator_at_the_base_url() -> None:
    url = "https://api.example.org/briefs"
    assert specification_of(make_app("sqlite:////nowhere/briefs.db"))["info"]["contact"].keys() == {"name"}
    specification = specification_of(make_app("sqlite:////nowhere/briefs.db", BRIEFS_BASE_URL=url))
    assert specification["info"]["contact"]["url"] == url


def test_every_error_is_documented_as_a_problem(specification: dict[str, Any], client: FlaskClient) -> None:
    responses = specification["components"]["responses"]
    statuses = {
        status: response["$ref"]
        for op in _operations(specification).values()
        for status, response in op["responses"].items()
        if status >= "400"
    }
    assert len(statuses) > 6
    for reference in statuses.values():
        (schema,) = (
            content["schema"] for content in responses[reference.rpartition("/")[2]]["content"].values()
        )
        assert schema == {"$ref": "#/components/schemas/Problem"}
        assert list(responses[reference.rpartition("/")[2]]["content"]) == ["application/problem+json"]
    validator = schema_validator(specification, {"$ref": "#/components/schemas/Problem"})
    for reference in statuses.values():
        (content,) = responses[reference.rpartition("/")[2]]["content"].values()
        assert content["examples"]
        for name, example in content["examples"].items():
            assert faults(validator, example["value"]) == [], name
            assert example["value"]["type"] == f"/problems/{name}"
    for target in ("/nothing", "/v1/articles?limit=0", "/v1/articles?limt=1&sort=x"):
        assert faults(validator, orjson.loads(client.get(target).data)) == []
    assert faults(validator, {"type": "/problems/article-not-found"})


@pytest.mark.usefixtures("seeded")
def test_the_examples_are_real_answers(client: FlaskClient) -> None:
    assert real_answers(client) == orjson.loads(EXAMPLES.read_bytes()), "run `make openapi`"


def test_the_examples_match_their_schemas(specification: dict[str, Any]) -> None:
    operations = _operations(specification)
    examples = orjson.loads(EXAMPLES.read_bytes())
    assert set(examples) >= set(PATHS)
    assert set(examples) <= set(operations)
    for name, example in examples.items():
        (content,) = operations[name]["responses"]["200"]["content"].values()
        assert content["example"] == example
        assert faults(schema_validator(specification, content["schema"]), example) == [], name


def test_the_default_of_each_parameter_is_one_of_its_values(specification: dict[str, Any]) -> None:
    schemas = list(_query_schemas(specification))
    assert len(schemas) > 20
    for schema in schemas:
        if "default" in schema:
            # Some importers leave out parameters with this default.
            assert schema["default"] != []
            assert faults(schema_validator(specification, schema), schema["default"]) == []


def _query_schemas(specification: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for operation in _operations(specification).values():
        for parameter in operation.get("parameters", []):
            if parameter["in"] == "query":
                yield parameter["schema"]


def test_the_examples_have_every_operation_that_answers_json(specification: dict[str, Any]) -> None:
    json = {
        name
        for name, op in _operations(specification).items()
        if "application/json" in op["responses"]["200"]["content"]
    }
    # The article of the project has no links, and the specification contains no example of itself.
    assert json - set(orjson.loads(EXAMPLES.read_bytes())) == {"getRelatedLink", "getOpenapiJson"}


def test_parameters_are_in_the_order_of_use(specification: dict[str, Any]) -> None:
    for name, operation in _operations(specification).items():
        names = [each["name"] for each in operation.get("parameters", []) if each["in"] == "query"]
        last = [each for each in LAST_PARAMETERS if each in names]
        assert names[len(names) - len(last) :] == last, name
        assert "q" not in names[1:], name


def test_named_examples_are_valid_values(specification: dict[str, Any]) -> None:
    examples = 0
    for operation in _operations(specification).values():
        for parameter in operation.get("parameters", []):
            assert "x-examples" not in parameter["schema"]
            assert "example" not in parameter["schema"], "a named example says what it shows"
            for example in parameter.get("examples", {}).values():
                assert example["summary"]
                assert faults(schema_validator(specification, parameter["schema"]), example["value"]) == []
                examples += 1
    assert examples > 40


def test_no_line_of_a_description_becomes_a_list_by_accident(specification: dict[str, Any]) -> None:
    descriptions = list(_descriptions(specification))
    assert len(descriptions) > 200
    for text in descriptions:
        tokens = MarkdownIt().parse(text)
        assert not {"heading_open", "blockquote_open", "code_block", "html_block", "hr"} & {
            token.type for token in tokens
        }, text
        # A list that is meant begins with 1. Some renderers also begin a list within a paragraph.
        assert all(token.attrGet("start") is None for token in tokens if token.type == "ordered_list_open"), (
            text
        )
        items = sum(token.type == "list_item_open" for token in tokens)
        assert len(re.findall(r"^\s*(?:\d+[.)]|[-+*>]|#+)(?:\s|$)", text, re.MULTILINE)) == items, text


def _descriptions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, each in value.items():
            if key in ("description", "summary") and isinstance(each, str):
                yield each
            elif key not in ("example", "examples"):
                yield from _descriptions(each)
    elif isinstance(value, list):
        for each in value:
            yield from _descriptions(each)


def test_keys_are_optional_unless_the_service_requires_them(specification: dict[str, Any]) -> None:
    assert set(specification["components"]["securitySchemes"]) == {"bearer", "header"}
    keys: list[dict[str, list[str]]] = [{"bearer": []}, {"header": []}]
    assert specification["security"] == [{}, *keys]
    operations = _operations(specification)
    assert {name for name, each in operations.items() if "security" in each} == ALWAYS_ADMITTED
    locked = specification_of(make_app("sqlite:////nowhere/briefs.db", BRIEFS_REQUIRE_KEY="true"))
    assert locked["security"] == keys
    assert "security" not in locked["paths"]["/mcp"]["post"]
    security = {path: each.get("security", keys) for path, each in get_operations(locked).items()}
    open_paths = ("/healthz", "/readyz", "/metrics", "/pages.css", "/icon.svg", "/favicon.ico")
    assert [security.pop(path) for path in open_paths] == [[]] * 6
    assert all(
        each == (keys if path.startswith(("/v1/", "/browse")) else [{}, *keys])
        for path, each in security.items()
    )


def test_every_operation_except_health_checks_and_assets_documents_refused_requests(
    specification: dict[str, Any],
) -> None:
    for name, operation in _operations(specification).items():
        is_exempt = name in ALWAYS_ADMITTED
        assert is_exempt != ({"401", "429"} <= set(operation["responses"])), name
        assert is_exempt != ("RateLimit" in operation["responses"]["200"]["headers"]), name
