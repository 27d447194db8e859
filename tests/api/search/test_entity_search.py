"""Tests of finding entities by the beginning of a name or alias, regardless of case and diacritics."""

from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from seeds.extraction.catalogue import EntityRecord
from tests.api.answers import get
from tests.seeds.documents import Page, seed_pages, submit

ENTITIES = [
    EntityRecord("Éclair Works", "organization", "eclair-works", aliases=("The Bakery", "ÉW")),
    EntityRecord("Eclipse Day", "event", "eclipse-day"),
    EntityRecord("100% Wool", "product", "wool", aliases=("A_B Yarn",)),
    EntityRecord("1000 Lakes", "place", "lakes", aliases=("AxB Lake",)),
    EntityRecord("凌通科技", "organization", "lingtong", aliases=("Lingtong", "Lingtong Tech")),
]
NAMED = [
    ("ecl", "eclair-works eclipse-day"),
    ("ÉCL", "eclair-works eclipse-day"),
    ("e\u0301cl", "eclair-works eclipse-day"),
    ("eclair works", "eclair-works"),
    ("eclair works ltd", ""),
    ("bakery", ""),
    ("the b", "eclair-works"),
    ("works", ""),
    ("100", "wool lakes"),
    ("100%", "wool"),
    ("%", ""),
    ("a_", "wool"),
    ("_", ""),
    ("a", "wool lakes"),
    ("凌", "lingtong"),
    ("凌通", "lingtong"),
    ("通", ""),
    ("lingtong", "lingtong"),
    ("1000\\", ""),
    ("'; --", ""),
    ("\U0010ffff", ""),
]


def test_entities_are_found_by_the_beginning_of_a_name_or_alias(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    page = Page(body=(f"Present were {', '.join(each.name for each in ENTITIES)}.",))
    seed_pages(app, [submit("names", page)], ENTITIES)
    for path in ("/v1/entities", "/v1/articles/harbour-towns-share-their-tide-gauges/entities"):
        for query, expected in NAMED:
            with subtests.test(path=path, query=query):
                found = get(client, f"{path}?{urlencode({'q': query, 'sort': 'name', 'total': 'true'})}")
                assert {entity["slug"] for entity in found["data"]} == set(expected.split())
                # An entity that matches by name and by alias appears once.
                assert found["meta"]["total"] == len(found["data"]) == len(expected.split())
