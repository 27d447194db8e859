"""Tests of the links between pages: their parameters have a fixed order, and a cursor fits only its query."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.urls import STREAM_PATHS
from tests.api.answers import assert_parameter_error, get
from tests.api.parameter_faults import Parameter, fill, parameters


@pytest.fixture
def collections(app: Flask) -> dict[str, list[Parameter]]:
    """Fill the database, and return the query parameters of each collection, except `cursor`.

    The keys are the URL paths of the collections, such as `/v1/articles`. Web pages, streams and feeds are
    left out: they have tests of their own.
    """
    fill(app)
    paged = {
        address: [each for each in several if each.name != "cursor"]
        for address, several in parameters(app).items()
        if any(each.name == "cursor" for each in several) and address.startswith("/v1/")
        if address not in STREAM_PATHS and not address.startswith("/v1/feed.")
    }
    assert len(paged) == 14
    return paged


def _pairs(several: list[Parameter]) -> Iterator[tuple[str, str]]:
    """Yield the pairs of name and value of a query with all parameters in `several`.

    A parameter has two pairs if it accepts several values. The parameter `include` is left out. The pairs are
    not sorted by name.
    """
    for each in reversed(several):
        if each.names and each.name != "include":
            yield from [(each.name, each.names[1]), (each.name, each.names[0])]
        elif each.is_repeatable and each.name != "include":
            yield from [(each.name, "zwei"), (each.name, "eins & drei")]
        elif each.name != "include":
            yield each.name, each.values()[0]


def _written(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return the query that the links of a response must have if the request has the query `pairs`.

    Both queries are lists of names and values. In the links, the names are in alphabetical order. The values
    of a name are joined with commas, but a parameter for publications occurs once for each value.
    """
    given = {name: [value for each, value in pairs if each == name] for name, _ in sorted(pairs)}
    written = []
    for name, values in given.items():
        is_repeated = name in ("publication", "publication_not")
        written += [(name, value) for value in values] if is_repeated else [(name, ",".join(values))]
    return written


def query_of(link: str) -> list[tuple[str, str]]:
    """Return the query of the URL `link` as a list of names and values."""
    return parse_qsl(urlsplit(link).query, strict_parsing=True)


def test_links_have_every_parameter_in_order(
    client: FlaskClient, collections: dict[str, list[Parameter]], subtests: pytest.Subtests
) -> None:
    for address, several in collections.items():
        pairs = list(_pairs(several))
        with subtests.test(address=address):
            assert pairs != sorted(pairs)
            page = get(client, f"{address}?{urlencode(pairs)}")
            assert page["links"]["self"] == page["links"]["first"]
            assert urlsplit(page["links"]["self"]).path == address
            assert query_of(page["links"]["self"]) == _written(pairs)
            assert get(client, page["links"]["self"]) == page


def test_the_link_to_the_next_page_has_every_parameter(client: FlaskClient, app: Flask) -> None:
    fill(app)
    given = "total=true&sort=title&q=paragraph&limit=1&language=en&include=takeaways,body&entity=entity-0"
    response = client.get(f"/v1/articles?{given}&entity=entity-0")
    assert response.json
    links = response.json["links"]
    cursor = dict(query_of(links["next"]))["cursor"]
    # A repeated pair appears once.
    pairs = [*parse_qsl(given), ("cursor", cursor)]
    assert query_of(links["next"]) == sorted(pairs)
    assert f'<{links["next"]}>; rel="next"' in response.headers["Link"]
    assert get(client, links["next"])["links"]["self"] == links["next"]
    assert get(client, links["next"])["links"]["first"] == links["first"]


def test_a_cursor_is_refused_if_a_parameter_other_than_the_limit_differs(
    client: FlaskClient, collections: dict[str, list[Parameter]], subtests: pytest.Subtests
) -> None:
    # These articles have no trends. test_trends covers their cursors.
    assert collections.pop("/v1/trends")
    for address, several in collections.items():
        following = get(client, f"{address}?limit=1")["links"]["next"]
        assert following, address
        cursor = dict(query_of(following))["cursor"]
        for each in several:
            for value in (each.values()[0], each.values()[-1]):
                with subtests.test(address=address, parameter=each.name, value=value):
                    response = client.get(f"{address}?{urlencode({'cursor': cursor, each.name: value})}")
                    if each.name == "limit":
                        assert response.status_code == 200
                    else:
                        assert_parameter_error(response, "cursor")


def test_a_cursor_is_refused_if_a_parameter_is_missing_or_has_a_different_value(
    client: FlaskClient, collections: dict[str, list[Parameter]]
) -> None:
    assert collections
    query = {"entity": "entity-0", "q": "paragraph", "sort": "-title", "total": "true", "fields": "id"}
    following = get(client, f"/v1/articles?limit=1&{urlencode(query)}")["links"]["next"]
    given = dict(query_of(following))
    others = {"entity": "entity-1", "q": "paragraph one", "sort": "title", "total": "false", "fields": "slug"}
    for name, other in others.items():
        assert_parameter_error(client.get("/v1/articles", query_string=given | {name: other}), "cursor")
        without = {key: value for key, value in given.items() if key != name}
        assert_parameter_error(client.get("/v1/articles", query_string=without), "cursor")
    assert client.get("/v1/articles", query_string=given).status_code == 200


def test_duplicate_values_and_commas_make_no_difference(client: FlaskClient, app: Flask) -> None:
    fill(app)
    page = get(client, "/v1/articles?entity_any=nobody,entity-0&fields=title,id&limit=1&publication=a,b")
    for query in (
        "entity_any=nobody&entity_any=entity-0&fields=title&fields=id&limit=1&publication=a,b",
        "entity_any=nobody,entity-0,nobody&fields=title,id,title&limit=1&publication=a,b&publication=a,b",
    ):
        assert get(client, f"/v1/articles?{query}") == page
    assert page["links"]["self"] == (
        "/v1/articles?entity_any=nobody,entity-0&fields=title,id&limit=1&publication=a,b"
    )


def test_a_cursor_is_valid_with_the_parameters_in_any_order(
    client: FlaskClient, collections: dict[str, list[Parameter]]
) -> None:
    assert collections
    following = get(client, "/v1/articles?entity=entity-0&entity=entity-0&q=paragraph&limit=1")["links"][
        "next"
    ]
    pairs = query_of(following)
    page = get(client, following)
    for order in (pairs[::-1], pairs[2:] + pairs[:2]):
        assert get(client, f"/v1/articles?{urlencode(order)}") == page
