"""Tests of full-text search: both database engines find the same articles, and no search text is an error."""

from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from seeds.extraction.catalogue import EntityRecord
from tests.api.answers import assert_parameter_error, get
from tests.api.listings import LISTINGS, identifiers, walk
from tests.api.rows import corpus_rows, insert_rows
from tests.seeds.documents import Page, seed_pages, submit
from tests.support.properties import database_property

# Pages by subject. Two texts share a word of a query below only if both are expected as hits.
PAGES = {
    "names": Page(
        title="The U.S. Museum Counts 1,280 Visitors",
        takeaways=("Liam O\u02bcNeill paid.", "The hall is in Coeur d\u2019Alene."),
        body=(
            "The Mus\u00e9e d'Orsay and L\u2019Or\u00e9al sent inter-\nnational aid.",
            "A trans\u00adconti\u200bnental line, and a two- and three-year plan.",
        ),
    ),
    "lamps": Page(
        title="Harbour Lamps Relit",
        takeaways=("The keeper’s boat was late.", "No road leads to the café."),
        body=(
            "Engineers carried state-of-the-art lenses over the pass.",
            "Running costs fell in Łódź and Malmö.",
        ),
    ),
    "ferries": Page(
        title="Ferries Sail After the Storm",
        takeaways=("The old quay was closed.", "Harbour pilots agreed."),
        body=(
            "A pilot ran the first ferry to the new quay.",
            "Lamps on board burned 5G-blue in Москва style.",
        ),
    ),
    "chips": Page(
        title="凌通科技发布新芯片",
        takeaways=("第一款芯片。", "通用凌晨。"),
        body=("凌通的工程师在北京。", "ＡＩ と カラス。"),
    ),
}
FOUND = [
    *(
        (query, "names")
        for query in ("orsay", "oreal", "neill", "alene", "d'Orsay", "l\u2019oreal", "o'neill")
    ),
    *(
        (query, "names")
        for query in ("dorsay", "oneill", '"musee dorsay"', '"liam oneill paid"', '"musee d\u02bcorsay"')
    ),
    *(
        (query, "names")
        for query in ("US", "u.s.", '"us museum counts"', "1280", '"1,280 visitors"', '"counts 1280"')
    ),
    *(
        (query, "names")
        for query in ("transcontinental", "trans\u00adcontinental", "\u201cthree\u2011year plan\u201d")
    ),
    *(
        (query, "names")
        for query in ("international", '"sent international aid"', "national", '"inter-national"')
    ),
    ('"dorsay oneill"', ""),
    ("280", ""),
    ("twoand", ""),
    ("harbour", "lamps ferries"),
    ("HARBOUR", "lamps ferries"),
    ("lamp", "lamps ferries"),
    ("harbour lenses", "lamps"),
    ("harbour spaceship", ""),
    ("spaceship", ""),
    ('"harbour lamps"', "lamps"),
    ('"lamps harbour"', ""),
    ('"quay was closed"', "ferries"),
    ('"closed harbour"', ""),
    ('"relit engineers"', ""),
    ("harbour -lenses", "ferries"),
    ('harbour -"old quay"', "lamps"),
    ("harbour -lenses -ferry", ""),
    ("lenses OR 芯片", "lamps chips"),
    ("lenses OR quay harbour", "lamps ferries"),
    ('spaceship OR "new quay"', "ferries"),
    ("lenses OR ferry -road", "ferries"),
    ("run", "lamps"),
    ("cost fell", "lamps"),
    ("keepers", "lamps"),
    ("keeper's", "lamps"),
    ("cafe", "lamps"),
    ("cafe\u0301 lodz MALMO", "lamps"),
    ("state-of-the-art", "lamps"),
    ("art-of-the-state", ""),
    ("state art", "lamps"),
    ("5g", "ferries"),
    ("5", ""),
    ("москва", "ferries"),
    ("凌通", "chips"),
    ("通凌", ""),
    ("凌 通", "chips"),
    ("芯片 凌通", "chips"),
    ("新芯", "chips"),
    ("ai", "chips"),
    ("ｶﾗｽ", "chips"),
    ("what it means", "lamps ferries chips names"),
    ("shared readings", "lamps ferries chips names"),
    ("gauges", "lamps ferries chips names"),
]
SPECIAL = st.sampled_from(
    [*"\"*():^{}[]~'\\&|!<>-+,;%_?#=", "\0", "😀", "\u202e", "\ud7ff", "’", "“", "\u0301", "\n"]
)
TYPED = st.sampled_from(
    [" ", "lamp", "凌通", "AND", "OR", "NOT", "NEAR", "NEAR(", "title:", "x" * 255, "--", "/*", "';"]
)
QUERIES = st.text(max_size=300) | st.lists(SPECIAL | TYPED, max_size=60).map("".join)


@pytest.fixture
def pages(app: Flask) -> None:
    """Load the documents in PAGES, with which the searches are tested."""
    known = [EntityRecord(name, "place", name.lower()) for name in ("Beijing", "Malmö")]
    outcomes = seed_pages(app, [submit(name, page) for name, page in PAGES.items()], known)
    assert outcomes == ["created"] * len(PAGES)


def names(client: FlaskClient, query: str) -> set[str]:
    """Return the names of the pages in PAGES that a search for `query` finds."""
    by_title = {page.title: name for name, page in PAGES.items()}
    found = get(client, "/v1/articles?" + urlencode({"q": query, "total": "true"}))
    assert found["meta"]["total"] == len(found["data"])
    return {by_title[article["title"]] for article in found["data"]}


@pytest.mark.usefixtures("pages")
def test_a_query_finds_the_articles_that_it_describes(client: FlaskClient, subtests: pytest.Subtests) -> None:
    for query, expected in FOUND:
        with subtests.test(query=query):
            assert names(client, query) == set(expected.split())


@pytest.mark.usefixtures("pages")
def test_takeaways_are_found_by_their_own_text(client: FlaskClient, subtests: pytest.Subtests) -> None:
    table = [
        ("quay", ["The old quay was closed."]),
        ("harbours", ["Harbour pilots agreed."]),
        ("cafe roads", ["No road leads to the café."]),
        ("芯片", ["第一款芯片。"]),
        ("凌晨 -芯片", ["通用凌晨。"]),
        ("凌通", []),
        ('"closed harbour"', []),
        ("lenses", []),
        ("boat OR agreed", ["Harbour pilots agreed.", "The keeper’s boat was late."]),
    ]
    for query, expected in table:
        with subtests.test(query=query):
            found = get(client, "/v1/takeaways?" + urlencode({"q": query}))
            assert sorted(takeaway["text"] for takeaway in found["data"]) == expected
    own = get(client, "/v1/articles/harbour-lamps-relit/takeaways?q=the")
    assert [takeaway["position"] for takeaway in own["data"]] == [1, 2]
    assert get(client, "/v1/articles/harbour-lamps-relit/takeaways?q=quay")["data"] == []


def test_phrases_of_a_long_article_are_found_up_to_the_same_paragraph(
    app: Flask, client: FlaskClient
) -> None:
    body = [" ".join(f"p{number}w{word}" for word in range(36)) for number in range(445)]
    seed_pages(app, [submit("long", Page(title="Long Report", body=tuple(body)))])
    found = {
        number
        for number in (0, 420, 441)
        if get(client, f'/v1/articles?q="p{number}w34+p{number}w35"')["data"]
    }
    assert found == {0, 420}


@pytest.mark.usefixtures("pages")
@database_property(80)
@given(query=QUERIES)
def test_any_query_is_answered_or_refused_as_an_invalid_parameter(client: FlaskClient, query: str) -> None:
    for path in ("/v1/articles?include=highlights&", "/v1/takeaways?", "/v1/entities?"):
        response = client.get(path + urlencode({"q": query, "total": "true"}))
        if response.status_code != 200:
            assert_parameter_error(response, "q")


@pytest.mark.usefixtures("pages")
def test_operators_of_an_engine_are_searched_as_words(client: FlaskClient) -> None:
    awkward = [
        "lamp*",
        "title:lamp",
        "lamp)",
        "NEAR(lamp quay)",
        "lamp AND quay",
        "^lamp",
        "lamp:*",
        "lamp & quay",
    ]
    awkward += [
        "lamp <-> quay",
        "!lamp",
        "lamp\\",
        "'lamp",
        "{title} : lamp",
        "lamp\0",
        "a" * 500,
        "-" * 497 + "a b",
    ]
    for query in awkward:
        assert client.get("/v1/articles?" + urlencode({"q": query})).status_code == 200, query
    assert (
        names(client, "lamp*") == names(client, "^lamp)") == names(client, "!'lamp\\") == {"lamps", "ferries"}
    )
    # The engines must read the text as a phrase, and not as a prefix or a column.
    assert names(client, "harb*") == names(client, "title:lamp") == set()


@pytest.mark.usefixtures("pages")
def test_a_query_of_the_maximum_target_length_is_refused_as_too_long(client: FlaskClient) -> None:
    for path in ("articles", "takeaways", "entities"):
        assert client.get(f"/v1/{path}?q={'a' * 500}").status_code == 200
        for length in (501, 4000):
            assert_parameter_error(client.get(f"/v1/{path}?q={'a' * length}"), "q")
        assert client.get(f"/v1/{path}?q={'a' * 5000}").status_code == 414


def test_a_search_combines_with_every_other_filter(
    app: Flask, client: FlaskClient, subtests: pytest.Subtests
) -> None:
    insert_rows(app, corpus_rows(articles=10, entities=6))
    at = "2026-04-21T09:30:00Z"
    values = {
        "entity": "entity-0",
        "entity_any": "entity-1,entity-2",
        "entity_not": "entity-1",
        "story": "slug-0",
        "min_articles": "3",
        "publication_not": "Coast Review",
        "language_not": "zh",
        "entity_type": "person",
        "publication": "Coast Review",
        "language": "en",
        "published_after": at,
        "published_before": at,
        "updated_after": "2026-04-21T12:30:00Z",
        "updated_before": "2026-04-21T12:30:00Z",
        "article": "slug-3",
        "type": "place",
    }
    for listing in (each for each in LISTINGS if "q" in each.parameters(app)):
        filters = set(listing.parameters(app)) - {
            "q",
            "limit",
            "cursor",
            "total",
            "sort",
            "fields",
            "include",
            "facets",
            "facet_limit",
            "collapse",
        }
        query = "a" if listing.documented.endswith(("/entities", "/co-mentioned")) else "zebra OR 1 OR 2"
        searched = identifiers(*walk(client, f"{listing.path}?limit=100&{urlencode({'q': query})}"))
        assert searched
        for name in sorted(filters):
            own = {name: values[name]}
            filtered = identifiers(*walk(client, f"{listing.path}?limit=100&{urlencode(own)}"))
            # Relevance, the last order of articles, has its own implementation.
            for sort in listing.parameters(app)["sort"]["enum"][-2:]:
                with subtests.test(path=listing.path, filter=name, sort=sort):
                    both = urlencode({**own, "q": query, "sort": sort})
                    combined = identifiers(*walk(client, f"{listing.path}?limit=3&{both}"))
                    assert len(combined) == len(set(combined))
                    if listing.path != "/v1/stories":
                        assert set(combined) == set(searched) & set(filtered)
                    else:
                        # A single article must match both.
                        assert set(combined) <= set(searched) & set(filtered)
