"""The page of a story shows its briefs on a timeline, its key points, and who is in it."""

import pytest
from flask.testing import FlaskClient

from api.web_pages.content import story_page
from tests.api.answers import get
from tests.api.web_pages.page_reading import (
    BROWSER,
    by_class,
    find,
    numbers_after,
    only,
    read_page,
    text_of,
)

FLOOD = "ildre-breaks-its-banks-and-empties-the-lower-town-of-dunminster"


def test_the_timeline_has_a_dot_for_each_brief_in_the_lane_of_its_publication(demo: FlaskClient) -> None:
    articles = get(demo, f"/v1/stories/{FLOOD}/articles?sort=published_at")["data"]
    page = read_page(demo, f"/browse/stories/{FLOOD}")

    (chart,) = by_class(page, "chart")
    assert [numbers_after("marked-by-", dot) for dot in by_class(chart, "chart-dot")] == [
        {1},
        {2},
        {3},
        {4},
        {5},
    ]
    publications = [article["byline"]["publication"] for article in articles]
    assert [text_of(label) for label in by_class(chart, "chart-label")] == [*dict.fromkeys(publications)]
    assert chart.get("role") == "img"
    names = chart.get("aria-labelledby").split()
    assert "5 briefs of 3 publications" in " ".join(
        text_of(find(chart, f"//*[@id='{name}']")[0]) for name in names
    )


def test_the_briefs_are_listed_in_order_of_publication_with_their_numbers(demo: FlaskClient) -> None:
    articles = get(demo, f"/v1/stories/{FLOOD}/articles?sort=published_at")["data"]
    briefs = by_class(read_page(demo, f"/browse/stories/{FLOOD}"), "story-brief")

    assert [each.get("id") for each in briefs] == [f"brief-{number}" for number in range(1, 6)]
    for brief, article in zip(briefs, articles, strict=True):
        (link,) = find(brief, ".//h3/a")
        assert (link.text, link.get("href")) == (article["title"], f"/browse/articles/{article['slug']}")
        assert find(brief, f".//h3[@lang='{article['language']}']")


def test_near_duplicates_are_recognizable_and_lead_to_each_other(demo: FlaskClient) -> None:
    page = read_page(demo, f"/browse/stories/{FLOOD}")

    near = {
        each.get("id"): find(each, ".//p[@class='duplicates']/a/@href")
        for each in by_class(page, "near-duplicate")
    }
    assert near == {"brief-2": ["#brief-3"], "brief-3": ["#brief-2"]}


def test_key_points_entities_and_publications_are_those_of_the_api(demo: FlaskClient) -> None:
    story = get(demo, f"/v1/stories/{FLOOD}")
    page = read_page(demo, f"/browse/stories/{FLOOD}")

    points = find(page, "//ul[@class='key-points']/li")
    assert [text_of(only(each, "key-point")) for each in points] == [
        each["text"] for each in story["takeaways"]
    ]
    assert [find(each, ".//p[@class='meta']/a/@href") for each in points] == [
        [f"/browse/articles/{each['article']['slug']}"] for each in story["takeaways"]
    ]
    entities = {(each.get("href"), text_of(each)) for each in by_class(page, "entity")}
    assert entities == {
        (f"/browse/entities/{each['slug']}", f"{each['name']} {each['article_count']}")
        for each in story["entities"]
    }
    publications = [text_of(each) for each in find(page, "//ul[@class='plain publication-counts']/li")]
    assert publications == [
        f"{each['name']} {each['article_count']} brief{'s' if each['article_count'] > 1 else ''}"
        for each in story["publications"]
    ]


def test_a_story_has_feeds_and_its_json(demo: FlaskClient) -> None:
    page = read_page(demo, f"/browse/stories/{FLOOD}")

    assert find(page, "//link[@rel='alternate']/@href") == [
        f"/v1/stories/{FLOOD}",
        f"/v1/stories/{FLOOD}/articles",
        f"/v1/feed.atom?story={FLOOD}",
        f"/v1/feed.json?story={FLOOD}",
    ]


def test_a_long_story_has_a_histogram_and_pages(demo: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(story_page, "BRIEFS_PER_PAGE", 2)

    address, titles, sizes = f"/browse/stories/{FLOOD}", [], []
    while address:
        page = read_page(demo, address)
        sizes.append(len(by_class(page, "chart")))
        titles += [text_of(each) for each in find(page, "//li/div/h3")]
        address = next(iter(find(page, "//a[@rel='next']/@href")), "")

    articles = get(demo, f"/v1/stories/{FLOOD}/articles?sort=published_at")["data"]
    assert titles == [article["title"] for article in articles]
    # The chart covers the whole story, so only the first page has it.
    assert sizes == [1, 0, 0]


def test_an_undated_story_says_that_it_has_no_dates(odd: FlaskClient) -> None:
    page = read_page(odd, "/browse/stories/bare")

    assert "None of the briefs has a date." in text_of(page)
    assert not by_class(page, "chart")


def test_an_id_or_the_slug_of_a_later_brief_redirects_to_the_story(demo: FlaskClient) -> None:
    story = get(demo, f"/v1/stories/{FLOOD}")
    later = "insurers-count-the-cost-of-the-dunminster-flood"

    for reference in (story["id"], later):
        response = demo.get(f"/browse/stories/{reference}", headers=BROWSER)
        assert (response.status_code, response.headers["Location"]) == (308, f"/browse/stories/{FLOOD}")


def test_an_altered_cursor_is_refused_on_a_page(demo: FlaskClient) -> None:
    response = demo.get(f"/browse/stories/{FLOOD}?cursor=abc", headers=BROWSER)

    assert (response.status_code, response.mimetype) == (422, "text/html")
