"""Tests of the parameters `story` and `collapse`: the articles of a story, and one article of each story."""

from itertools import product

import pytest
from flask import Flask
from flask.testing import FlaskClient

from api.listing import plans
from tests.api.answers import assert_parameter_error, get
from tests.api.listings import ARTICLES, walk
from tests.api.rows import STORY_SIZE, corpus_rows, insert_rows, row_id

COUNT = 24
FILTERS = ["", "&entity=entity-1", "&entity_any=entity-1,entity-2", "&entity_not=entity-1"]
FILTERS += ["&publication=The Lantern Post", "&story=slug-0,slug-3", "&language_not=de"]


def stories_of(app: Flask) -> dict[str, int]:
    """Insert test articles, and return a dict from the id of each article to its story.

    A story is given as the index of its first test article, from 0.
    """
    insert_rows(app, corpus_rows(articles=COUNT, entities=6))
    return {str(row_id("article", number)): number // STORY_SIZE * STORY_SIZE for number in range(COUNT)}


def ids_of(client: FlaskClient, query: str, limit: int = 3) -> list[str]:
    """Return the ids of all articles that match `query`. Request pages of `limit` articles."""
    pages = walk(client, f"/v1/articles?fields=id&limit={limit}{query}")
    return [item["id"] for page in pages for item in page["data"]]


@pytest.mark.parametrize("most", [0, plans.MAX_SORTED_ROWS])
def test_a_collapsed_list_has_the_first_matching_article_of_each_story(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests, most: int
) -> None:
    monkeypatch.setattr(plans, "MAX_SORTED_ROWS", most)
    plans.forget_plans()
    stories = stories_of(app)
    searches = ["", "&q=paragraph"]
    for sort, search, filters in product([*ARTICLES.sorts(app)[0], "relevance"], searches, FILTERS):
        if sort == "relevance" and not search:
            continue
        with subtests.test(sort=sort, search=search, filters=filters):
            everything = ids_of(client, f"&sort={sort}{search}{filters}", COUNT)
            first = {stories[each]: each for each in reversed(everything)}
            assert ids_of(client, f"&sort={sort}{search}{filters}&collapse=story") == [
                each for each in everything if first[stories[each]] == each
            ]
    plans.forget_plans()


def test_total_counts_the_articles_before_they_are_collapsed(app: Flask, client: FlaskClient) -> None:
    stories_of(app)
    for query in ("", "&q=paragraph", "&q=paragraph&sort=title", "&entity_any=entity-1,entity-2"):
        total = get(client, f"/v1/articles?total=true{query}")["meta"]["total"]
        assert get(client, f"/v1/articles?total=true&collapse=story{query}")["meta"]["total"] == total > 0


def test_a_filter_by_several_stories_matches_articles_of_any_of_them(app: Flask, client: FlaskClient) -> None:
    stories = stories_of(app)
    (story,) = {item["story"]["id"] for item in get(client, "/v1/articles?story=slug-0")["data"]}
    assert {stories[each] for each in ids_of(client, f"&story=slug-3,{story}")} == {0, 3}
    assert len(ids_of(client, f"&story={story}&story=slug-0")) == STORY_SIZE


def test_a_value_that_names_no_story_gets_a_warning_with_the_likely_story(
    app: Flask, client: FlaskClient
) -> None:
    stories_of(app)
    page = get(client, "/v1/articles?story=Slug%200,nothing")
    assert page["data"] == []
    assert page["meta"]["warnings"] == [
        {
            "parameter": "story",
            "message": f"There is no story with the id or slug `{value}`.",
            "suggestion": suggestion,
        }
        for value, suggestion in (("Slug 0", "slug-0"), ("nothing", None))
    ]


def test_stories_are_the_only_groups_that_a_list_can_be_collapsed_by(client: FlaskClient) -> None:
    (error,) = assert_parameter_error(client.get("/v1/articles?collapse=entity"), "collapse")
    assert error["allowed"] == ["story"]
