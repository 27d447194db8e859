"""Tests of the parameters `fields` and `include`: a response has exactly the requested keys."""

from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.urls import STREAM_PATHS
from tests.api.answers import get
from tests.api.parameter_faults import Parameter, fill, parameters
from tests.api.rows import STORY_SIZE, corpus_rows, insert_rows, render
from tests.api.specification import faults, get_operations, schema_validator, specification_of
from tests.api.v1.test_listings import recorded
from tests.support.snapshots import Snapshots

STORY_ARTICLES = "/v1/stories/slug-0/articles"
LISTS_OF_ARTICLES = ("/v1/articles", "/v1/entities/entity-0/articles", STORY_ARTICLES)
PARTS = ["body", "analysis", "takeaways", "entities", "related", "source"]
SEARCH = "q=paragraph"


@pytest.fixture
def field_names(app: Flask, snapshots: Snapshots) -> dict[str, list[str]]:
    """Fill the database, and return the allowed values of `fields` for each route with this parameter.

    The keys are URL paths, one for each route.
    """
    snapshots.fill(app, fill)
    several = [each for of_route in parameters(app).values() for each in of_route]
    pages = [each for each in several if each.address not in STREAM_PATHS]
    found = {each.address: _names(each) for each in pages if each.name == "fields"}
    assert len(found) == 16
    return found


def _names(parameter: Parameter) -> list[str]:
    names: list[str] = parameter.schema["items"]["enum"]
    return names


def items_of(answer: Any) -> list[Any]:
    """Return the items of a page, or `[answer]` if `answer` is not a page."""
    found: list[Any] = answer.get("data", [answer])
    return found


def full_objects(client: FlaskClient, address: str) -> list[Any]:
    """Return the objects at the URL `address`, requested with all their keys."""
    more = f"?include={','.join(PARTS)}" if address in LISTS_OF_ARTICLES else ""
    return items_of(get(client, address + more))


def _validators(app: Flask) -> dict[str, Any]:
    """Return a JSON Schema validator for the responses of each path in the OpenAPI document of `app`.

    The keys are the paths.
    """
    specification = specification_of(app)
    schemas = {
        path: operation["responses"]["200"]["content"].get("application/json", {}).get("schema", {})
        for path, operation in get_operations(specification).items()
    }
    return {path: schema_validator(specification, schema) for path, schema in schemas.items()}


def _documented(app: Flask, address: str) -> str:
    rule, _ = app.url_map.bind("localhost").match(address, return_rule=True)
    return str(rule.rule).replace("<", "{").replace(">", "}")


def test_every_key_of_every_shape_can_be_requested(
    client: FlaskClient, field_names: dict[str, list[str]]
) -> None:
    for address, names in field_names.items():
        assert full_objects(client, address), address
        for item in full_objects(client, address):
            assert list(item) == names, address


def test_a_single_key_has_its_usual_value(
    client: FlaskClient, field_names: dict[str, list[str]], subtests: pytest.Subtests
) -> None:
    for address, names in field_names.items():
        usual = full_objects(client, address)
        for name in names:
            with subtests.test(address=address, field=name):
                assert items_of(get(client, f"{address}?fields={name}")) == [
                    {name: item[name]} for item in usual
                ]


def test_several_keys_come_in_the_usual_order(
    client: FlaskClient, field_names: dict[str, list[str]], subtests: pytest.Subtests
) -> None:
    for address, names in field_names.items():
        usual = full_objects(client, address)
        for wanted in [names, names[::-1], *([second, first] for first, second in pairwise(names))]:
            with subtests.test(address=address, fields=wanted):
                expected = [{name: item[name] for name in names if name in wanted} for item in usual]
                found = items_of(get(client, f"{address}?fields={','.join(wanted)}"))
                assert found == expected
                assert [list(item) for item in found] == [list(item) for item in expected]


def test_fields_change_only_the_items(client: FlaskClient, field_names: dict[str, list[str]]) -> None:
    for address, names in field_names.items():
        for item in full_objects(client, address):
            assert items_of(get(client, f"{address}?fields={names[0]}"))
            if "links" in item:
                assert get(client, f"{item['links']['self']}?fields=links") == {"links": item["links"]}
        if "data" in get(client, address):
            page = get(client, f"{address}?fields={names[0]}&limit=1&total=true")
            assert list(page) == ["data", "links", "meta"]
            # A cursor belongs to its query.
            other = get(client, f"{address}?limit=1&total=true")["meta"]
            assert page["meta"] == other | {"next_cursor": page["meta"]["next_cursor"]}
            assert bool(page["meta"]["next_cursor"]) == bool(other["next_cursor"])


@pytest.mark.parametrize("address", LISTS_OF_ARTICLES)
def test_a_list_of_articles_has_parts_only_if_they_are_included(
    client: FlaskClient, field_names: dict[str, list[str]], address: str, subtests: pytest.Subtests
) -> None:
    usual = [name for name in field_names[address] if name not in PARTS]
    for wanted in [[], *([part] for part in PARTS), PARTS, PARTS[::-1], ["source", "body"]]:
        with subtests.test(include=wanted):
            found = get(client, address + (f"?include={','.join(wanted)}" if wanted else ""))["data"]
            assert len(found) == (STORY_SIZE if address == STORY_ARTICLES else 2 * STORY_SIZE)
            for article in found:
                assert list(article) == [
                    name for name in field_names[address] if name in usual or name in wanted
                ]
                single = get(client, article["links"]["self"])
                assert article == {name: single[name] for name in article}


@pytest.mark.parametrize("address", LISTS_OF_ARTICLES)
@pytest.mark.parametrize("include", ["highlights", "highlights,source", "source,highlights"])
def test_highlights_come_before_the_links(
    client: FlaskClient, field_names: dict[str, list[str]], address: str, include: str
) -> None:
    assert address in field_names
    for article in get(client, f"{address}?{SEARCH}&include={include}")["data"]:
        assert list(article)[-2:] == ["highlights", "links"]
        assert ("source" in article) == ("source" in include)
        assert article["highlights"] == [{"part": "body", "text": "One paragraph.", "ranges": [[4, 13]]}]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_answers_with_fields_and_include_match_the_specification(
    app: Flask, client: FlaskClient, field_names: dict[str, list[str]], subtests: pytest.Subtests
) -> None:
    validators = _validators(app)
    for address, names in field_names.items():
        queries = [f"fields={wanted}" for wanted in (*names, ",".join(names))]
        if address in LISTS_OF_ARTICLES:
            queries += [f"include={wanted}" for wanted in (*PARTS, ",".join(PARTS))]
            queries += [f"{SEARCH}&include=highlights", f"{SEARCH}&include=highlights,{','.join(PARTS)}"]
        validator = validators[_documented(app, address)]
        for query in queries:
            with subtests.test(address=address, query=query):
                answer = get(client, f"{address}?{query}")
                assert faults(validator, answer) == []
                items_of(answer)[0]["surplus"] = 1
                assert faults(validator, answer)


@pytest.mark.parametrize("address", LISTS_OF_ARTICLES)
def test_a_page_with_parts_takes_the_same_number_of_statements_at_any_length(
    app: Flask, client: FlaskClient, address: str, subtests: pytest.Subtests
) -> None:
    insert_rows(app, corpus_rows(articles=22, entities=22))
    every = ",".join(PARTS)
    queries = [f"include={part}" for part in (*PARTS, every)] + [
        f"fields={part}" for part in (*PARTS, "id", every)
    ]
    queries += [f"{SEARCH}&sort=title&include={more}" for more in ("highlights", f"{every},highlights")]
    queries += [f"{SEARCH}&include={more}" for more in ("highlights", f"{every},highlights")]
    for query in queries:
        with subtests.test(query=query):
            counts = []
            # The secret key of cursors is read once.
            get(client, f"{address}?{query}&limit=1")
            for limit in (2, STORY_SIZE if address == STORY_ARTICLES else 20):
                with recorded(app) as statements:
                    assert len(get(client, f"{address}?{query}&limit={limit}")["data"]) == limit
                counts.append(len(statements))
            assert counts[0] == counts[1]
            # At most twelve, and the four that read articles without a stored rendering.
            assert counts[0] <= 16


def test_keys_that_are_not_requested_are_not_read(
    app: Flask, client: FlaskClient, field_names: dict[str, list[str]]
) -> None:
    assert field_names
    render(app)
    for query in ("", "?fields=id,title", "?fields=body", "?include=takeaways"):
        with recorded(app) as statements:
            get(client, f"/v1/articles{query}")
        (read,) = (sql for sql, _ in statements if sql.startswith("SELECT"))
        assert ("articles.item_json" in read, "renderings.json_gzip" in read) == (
            query in ("", "?fields=id,title"),
            query not in ("", "?fields=id,title"),
        )
