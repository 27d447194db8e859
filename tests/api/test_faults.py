"""Tests of invalid parameters on every route. Each gets a 422 with the allowed values and a suggestion."""

from itertools import pairwise
from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.answers import assert_parameter_error, assert_problem
from tests.api.parameter_faults import Parameter, fill, parameters, without_a_letter
from tests.api.routes import rules_of

# One engine is enough for invalid values, which do not reach the database. Valid values are tested on both.
on_one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
LISTS_OF_ARTICLES = ("/v1/articles", "/v1/entities/entity-0/articles")


@pytest.fixture
def routes(app: Flask) -> dict[str, list[Parameter]]:
    """Fill the database, and return the query parameters of each route.

    The keys are example paths, one for each route, such as `/v1/articles/slug-0`. Each path leads to a
    resource.
    """
    fill(app)
    return parameters(app)


def error_of(client: FlaskClient, address: str, *query: tuple[str, str]) -> dict[str, Any]:
    """Send a request whose first query parameter is invalid, and return the error about this parameter."""
    target = f"{address}?" + "&".join(f"{quote(name)}={quote(value)}" for name, value in query)
    (error,) = assert_parameter_error(client.get(target), query[0][0])
    return error


@on_one_engine
def test_every_route_is_tested_here(app: Flask, routes: dict[str, list[Parameter]]) -> None:
    assert len(routes) == len(rules_of(app))
    assert sum(bool(each) for each in routes.values()) > 10


@on_one_engine
def test_every_fault_of_every_parameter_gets_the_allowed_values_and_a_suggestion(
    client: FlaskClient, routes: dict[str, list[Parameter]], subtests: pytest.Subtests
) -> None:
    for parameter in (each for several in routes.values() for each in several):
        for value, meant in parameter.faults():
            with subtests.test(address=parameter.address, parameter=parameter.name, value=value):
                error = error_of(client, parameter.address, (parameter.name, value))
                assert error["suggestion"] == meant
                assert bool(error["allowed"]) == (parameter.name != "cursor")


@on_one_engine
def test_a_single_valued_parameter_cannot_be_repeated_on_any_route(
    client: FlaskClient, routes: dict[str, list[Parameter]], subtests: pytest.Subtests
) -> None:
    for parameter in (each for several in routes.values() for each in several):
        name, value = parameter.name, parameter.values()[0]
        with subtests.test(address=parameter.address, parameter=name):
            if parameter.is_repeatable:
                assert client.get(f"{parameter.address}?{name}={value}&{name}={value}").status_code == 200
                continue
            for other in parameter.values()[:2]:
                error = error_of(client, parameter.address, (name, value), (name, other))
                assert "more than once" in error["message"]
                assert bool(error["allowed"]) == (name != "cursor")


@on_one_engine
def test_a_misspelt_name_gets_a_suggestion_on_every_route(
    client: FlaskClient, routes: dict[str, list[Parameter]], subtests: pytest.Subtests
) -> None:
    for address, several in routes.items():
        known = sorted(each.name for each in several)
        with subtests.test(address=address):
            unlike = error_of(client, address, ("zzz", "1"))
            assert (unlike["allowed"], unlike["suggestion"]) == (known, None)
        for name in (name for name in known if len(name) > 1):
            for wrong in (without_a_letter(name), name.upper(), f"{name}[]"):
                with subtests.test(address=address, parameter=wrong):
                    error = error_of(client, address, (wrong, "1"))
                    assert (error["allowed"], error["suggestion"]) == (known, name)


@on_one_engine
def test_two_faults_at_once_are_both_named_in_the_order_of_the_query(
    client: FlaskClient, routes: dict[str, list[Parameter]], subtests: pytest.Subtests
) -> None:
    for address, several in routes.items():
        # A cursor is checked only if the rest of the query is valid.
        wrong = [(each.name, next(each.faults())[0]) for each in several if each.name != "cursor"]
        for (one, first), (other, second) in pairwise([*wrong, ("zzz", "1")]):
            with subtests.test(address=address, one=one, other=other):
                for query in ([(one, first), (other, second)], [(other, second), (one, first)]):
                    response = client.get(address, query_string=query)
                    assert_parameter_error(response, *(name for name, _ in query))


@on_one_engine
def test_a_repeated_parameter_hides_no_other_fault(client: FlaskClient) -> None:
    assert_parameter_error(client.get("/v1/articles?zzz=1&limit=5&limit=5&sort=x"), "zzz", "limit", "sort")


@on_one_engine
def test_a_valid_parameter_beside_an_invalid_one_is_not_named(
    client: FlaskClient, routes: dict[str, list[Parameter]]
) -> None:
    for parameter in (each for several in routes.values() for each in several if each.name != "cursor"):
        error_of(client, parameter.address, ("zzz", "1"), (parameter.name, parameter.values()[0]))


@on_one_engine
def test_head_answers_each_fault_with_its_status(
    client: FlaskClient, routes: dict[str, list[Parameter]]
) -> None:
    for parameter in (each for several in routes.values() for each in several):
        target = f"{parameter.address}?{parameter.name}={quote(next(parameter.faults())[0])}"
        assert_problem(client.head(target), 422)


@on_one_engine
@pytest.mark.parametrize("address", LISTS_OF_ARTICLES)
@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("fields=id&include=body", ["include"]),
        ("include=body&fields=id", ["include"]),
        ("q=lamp&include=highlights&fields=id", ["include"]),
        ("include=highlights", ["include"]),
        ("include=body,highlights&sort=title", ["include"]),
        ("sort=relevance", ["sort"]),
        ("sort=relevance&entity=entity-0", ["sort"]),
        ("sort=relevance&include=highlights", ["sort", "include"]),
    ],
)
def test_parameters_that_contradict_each_other_are_refused(
    client: FlaskClient, address: str, query: str, named: list[str]
) -> None:
    for error in assert_parameter_error(client.get(f"{address}?{query}"), *named):
        if "fields" not in query:
            assert error["allowed"]
            assert not {"highlights", "relevance"} & set(error["allowed"])


@on_one_engine
@pytest.mark.parametrize("sort", ["-relevance", "relevance,title", "Relevance"])
def test_relevance_has_only_one_direction(client: FlaskClient, sort: str) -> None:
    for query in ("", "&q=lamp"):
        assert_parameter_error(client.get(f"/v1/articles?sort={sort}{query}"), "sort")


def test_every_documented_example_default_and_value_is_accepted(
    client: FlaskClient, routes: dict[str, list[Parameter]], subtests: pytest.Subtests
) -> None:
    accepted = 0
    for parameter in (each for several in routes.values() for each in several if each.name != "cursor"):
        for value in parameter.values():
            with subtests.test(address=parameter.address, parameter=parameter.name, value=value):
                response = client.get(parameter.address, query_string={parameter.name: value})
                assert response.status_code == 200, response.text
                accepted += 1
    assert accepted > 200


@pytest.mark.parametrize("address", LISTS_OF_ARTICLES)
def test_parameters_that_require_a_search_are_accepted_with_one(
    client: FlaskClient, routes: dict[str, list[Parameter]], address: str
) -> None:
    assert address in routes
    for more in ("sort=relevance", "include=highlights", "include=body,highlights", "sort=title"):
        response = client.get(f"{address}?q=paragraph&{more}")
        assert response.status_code == 200
        assert response.json
        assert len(response.json["data"]) == 6
