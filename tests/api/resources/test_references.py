"""Tests of filters by entity. `meta.warnings` reports a value that matches no entity, and suggests a slug."""

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.api.answers import get
from tests.api.rows import corpus_rows, insert_rows
from tests.api.v1.test_listings import recorded

MINISTRY = "ministry-of-industry-and-information-technology"


def warnings_of(client: FlaskClient, path: str, **query: str) -> list[dict[str, Any]]:
    """Return the warnings in the response to a query."""
    meta = get(client, f"{path}?{urlencode(query)}")["meta"]
    found: list[dict[str, Any]] = meta["warnings"]
    return found


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize(
    ("value", "slug"),
    [
        ("Sunrise", "sunrise"),
        ("SUNRISE", "sunrise"),
        ("sunris", "sunrise"),
        ("sunrize", "sunrise"),
        ("shangai", "shanghai"),
        ("Ministry of Industry and Information Technology", MINISTRY),
        ("ministry-of-industry", MINISTRY),
        ("ministry_of_industry_and_information_technology", MINISTRY),
        ("MIIT", MINISTRY),
        ("Zzyzx", None),
        ("z", None),
        ("\0", None),
        ("凌", None),
        ("00000000-0000-5000-8000-000000000000", None),
    ],
)
def test_an_unknown_entity_gets_a_warning_with_the_likely_slug(
    client: FlaskClient, value: str, slug: str | None
) -> None:
    (warning,) = warnings_of(client, "/v1/articles", entity=value)
    assert warning == {
        "parameter": "entity",
        "message": f"There is no entity with the id or slug `{value}`.",
        "suggestion": slug,
    }


@pytest.mark.usefixtures("seeded")
def test_unknown_values_match_nothing_add_nothing_and_exclude_nothing(client: FlaskClient) -> None:
    def count(**query: str) -> int:
        return len(get(client, f"/v1/articles?{urlencode(query)}")["data"])

    assert count(entity="sunrise") == count() == 1
    assert count(entity="sunrise,nobody") == 0
    assert count(entity_any="nobody") == 0
    assert count(entity_any="nobody,sunrise") == 1
    assert count(entity_not="nobody") == 1
    assert count(entity_not="nobody,sunrise") == 0


@pytest.mark.usefixtures("seeded")
@pytest.mark.parametrize("path", ["/v1/articles", "/v1/takeaways", "/v1/entities/sunrise/articles"])
def test_every_unknown_value_of_every_list_gets_a_warning(client: FlaskClient, path: str) -> None:
    warnings = warnings_of(
        client, path, entity="sunrise,shangai", entity_any="ONE,TWO,shanghai", entity_not="Sunrise"
    )
    assert [(each["parameter"], each["suggestion"]) for each in warnings] == [
        ("entity", "shanghai"),
        ("entity_any", None),
        ("entity_any", None),
        ("entity_not", "sunrise"),
    ]
    assert "warnings" not in get(client, f"{path}?entity=sunrise&entity_any=shanghai")["meta"]


def test_warnings_take_a_bounded_number_of_statements(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=3, entities=30))
    get(client, "/v1/articles?entity=nobody")
    counts = []
    for values in (6, 50):
        with recorded(app) as statements:
            query = ",".join(f"Zebr{number:02}" for number in range(values))
            page = get(client, f"/v1/articles?entity_any={query}")
        assert len(page["meta"]["warnings"]) == values
        suggested = [each["suggestion"] for each in page["meta"]["warnings"]]
        assert all(suggested[:5])
        assert not any(suggested[5:])
        counts.append(len(statements))
    assert counts[0] == counts[1]
