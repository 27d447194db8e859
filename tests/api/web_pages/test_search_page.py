"""The search page shows the articles of the API for the same query, and its links change the query."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from flask.testing import FlaskClient, FlaskCliRunner

from tests.api.answers import get
from tests.api.web_pages.page_reading import BROWSER, Element, by_class, find, only, read_page, text_of

STORY = "lanner-1-falls-silent-after-six-weeks-in-orbit"
QUERIES = [
    "",
    "q=dam",
    "q=%22old+dam%22+OR+antenna+-glue&sort=-published_at",
    "entity=dunminster,hallowick",
    "entity_any=dunminster&entity_any=lanner-1&entity_not=hallowick",
    "entity_type=policy,person&sort=title",
    "publication=The+Hallowick+Courier&publication=La+Gazette+de+Cendreville&collapse=story",
    "publication_not=The+Hallowick+Courier&language_not=fr",
    f"story={STORY}&sort=published_at",
    "published_after=2026-10-10&published_before=2026-10-20T00:00:00Z",
    "updated_after=2026-01-01&updated_before=9999-12-31&limit=5&language=fr",
]


def _slugs(page: Element) -> list[str]:
    links = [find(brief, ".//h2/a")[0].get("href") for brief in by_class(page, "brief")]
    return [link.removeprefix("/browse/articles/") for link in links]


def _total(page: Element) -> int:
    return int(text_of(only(page, "total")).split()[0])


def _api_address(page: Element) -> str:
    return str(find(page, "//link[@type='application/json']")[0].get("href"))


def _facet_links(page: Element) -> Iterator[tuple[str, int]]:
    for each in find(page, "//ul[contains(@class, 'facet')]/li"):
        yield find(each, "./a")[0].get("href"), int(text_of(only(each, "count")))


@pytest.mark.parametrize("query", QUERIES)
def test_the_page_lists_the_articles_of_the_same_query_in_the_api(demo: FlaskClient, query: str) -> None:
    page = read_page(demo, f"/browse?{query}" if query else "/browse")

    api = get(demo, f"/v1/articles?total=true&{query}")
    assert _slugs(page) == [each["slug"] for each in api["data"]] != []
    if "collapse" not in query:
        assert _total(page) == api["meta"]["total"]
    for form in find(page, "//link[@rel='alternate']"):
        answer = demo.get(form.get("href"))
        assert (answer.status_code, answer.mimetype) == (200, form.get("type"))
    same = get(demo, _api_address(page))
    assert [each["slug"] for each in same["data"]] == _slugs(page)
    assert {href for link in find(page, "//footer//dl//a") if (href := link.get("href"))} == {
        link.get("href") for link in find(page, "//link[@rel='alternate']")
    }


def test_following_the_next_page_shows_every_brief_once(demo: FlaskClient) -> None:
    address, seen = "/browse?limit=4&q=the", list[str]()
    while address:
        page = read_page(demo, address)
        seen += _slugs(page)
        pager = by_class(page, "pager")
        following = find(page, "//a[@rel='next']")
        if "cursor" in address:
            assert find(pager[0], "./a")[0].get("href") == "/browse?limit=4&q=the"
        address = following[0].get("href") if following else ""
    assert seen == [each["slug"] for each in get(demo, "/v1/articles?q=the&limit=100")["data"]]
    assert len(seen) > 8


def test_each_facet_leads_to_as_many_briefs_as_it_says_and_back(demo: FlaskClient) -> None:
    for start in ("/browse", "/browse?q=dam&sort=title"):
        for address, count in _facet_links(read_page(demo, start)):
            page = read_page(demo, address)
            assert _total(page) == count, address
            removing = [
                each for each in find(page, "//ul[@class='chips']/li/a") if not by_class(each, "clear")
            ]
            back = {link.get("href") for link in removing}
            if "published_after" not in address:
                assert start in back


def test_chips_name_each_filter_and_remove_it(demo: FlaskClient) -> None:
    page = read_page(demo, f"/browse?q=dam&entity=dunminster&language_not=fr&story={STORY},unknown-story")

    chips = [text_of(each) for each in find(page, "//ul[@class='chips']/li")]
    assert [chip.removesuffix(" ×: remove this filter") for chip in chips] == [
        "Search dam",
        "Mentions Dunminster",
        "Not in French",
        "Story Lanner-1 Falls Silent After Six Weeks in Orbit",
        "Story unknown-story",
        "Clear all",
    ]
    links = [each.get("href") for each in find(page, "//ul[@class='chips']/li/a")]
    assert links[1] == f"/browse?q=dam&language_not=fr&story={STORY}&story=unknown-story"
    assert links[-1] == "/browse"


def test_passages_that_match_are_marked(demo: FlaskClient) -> None:
    page = read_page(demo, "/browse?q=dam")

    api = get(demo, "/v1/articles?q=dam&include=highlights")["data"]
    for brief, article in zip(by_class(page, "brief"), api, strict=True):
        expected: list[str] = []
        for passage in article["highlights"]:
            expected += [passage["text"][start:end] for start, end in passage["ranges"]]
        marked = [text_of(each) for each in find(brief, ".//mark")]
        assert marked == expected[: len(marked)] != []


def test_the_order_can_be_chosen_and_relevance_needs_a_search(demo: FlaskClient) -> None:
    orders = find(read_page(demo, "/browse"), "//nav[@class='sorts']/a")
    assert [text_of(each) for each in orders] == ["Newest", "Oldest", "Last changed", "Title"]
    orders = find(read_page(demo, "/browse?q=dam"), "//nav[@class='sorts']/a")
    assert [text_of(each) for each in orders if each.get("aria-current")] == ["Best match"]
    for each in orders:
        page = read_page(demo, each.get("href"))
        (current,) = find(page, "//nav[@class='sorts']/a[@aria-current]")
        assert text_of(current) == text_of(each)


def test_a_search_keeps_the_other_filters(demo: FlaskClient) -> None:
    page = read_page(demo, "/browse?q=dam&publication=The+Hallowick+Courier")

    fields = find(page, "//main//form[@role='search']//input[@type='hidden']")
    assert [(each.get("name"), each.get("value")) for each in fields] == [
        ("publication", "The Hallowick Courier")
    ]


def test_empty_fields_of_a_form_are_dropped_for_browsers_only(demo: FlaskClient) -> None:
    address = "/browse?q=&published_after=&published_before=+&entity=dunminster"

    response = demo.get(address, headers=BROWSER)
    assert (response.status_code, response.headers["Location"]) == (308, "/browse?entity=dunminster")
    assert demo.get("/browse?q=", headers=BROWSER).headers["Location"] == "/browse"
    assert demo.get(address).status_code == 422
    assert demo.get("/v1/articles?q=", headers=BROWSER).status_code == 422


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("/?q=", "/"),
        ("/?utm_source=letter&utm_medium=mail", "/"),
        ("/?ref=letter", None),
        ("/browse?q=dam&fbclid=1&sort=title&mc_cid=2&mc_eid=3", "/browse?q=dam&sort=title"),
        (f"/browse/stories/{STORY}?gclid=1", f"/browse/stories/{STORY}"),
        ("/browse/trends?msclkid=1&window=7d", "/browse/trends?window=7d"),
        ("/problems?utm_source=letter", "/problems"),
        ("/docs?utm_source=letter", "/docs"),
        ("/v1/articles?utm_source=letter", None),
        ("/openapi.json?utm_source=letter", None),
    ],
)
def test_tracking_parameters_are_dropped_for_browsers_only(
    demo: FlaskClient, address: str, location: str | None
) -> None:
    response = demo.get(address, headers=BROWSER)
    assert (response.status_code, response.headers.get("Location")) == (308 if location else 422, location)
    if location:
        assert "Accept" in response.headers["Vary"]
        assert demo.get(location, headers=BROWSER).status_code == 200
    assert demo.get(address).status_code == 422


def test_lists_without_a_page_redirect_to_the_search_page(demo: FlaskClient) -> None:
    for name in ("articles", "stories", "entities"):
        for headers in (BROWSER, {}):
            response = demo.get(f"/browse/{name}?q=dam", headers=headers)
            assert (response.status_code, response.headers["Location"]) == (308, "/browse?q=dam")
        assert demo.get(f"/browse/{name}/").headers["Location"] == "/browse"
        assert demo.post(f"/browse/{name}").status_code == 404


def test_a_wrong_parameter_is_explained_on_a_page(demo: FlaskClient) -> None:
    response = demo.get("/browse?sort=newest&offset=4", headers=BROWSER)

    assert (response.status_code, response.mimetype) == (422, "text/html")
    assert "Did you mean <code>cursor</code>?" in response.text
    assert "published_at" in response.text
    for name in ("fields=title", "include=body", "facets=entity", "facet_limit=3", "total=true"):
        assert demo.get(f"/browse?{name}", headers=BROWSER).status_code == 422


def test_warnings_of_the_api_are_shown_with_a_link_to_what_was_meant(demo: FlaskClient) -> None:
    page = read_page(demo, "/browse?entity=dunminste&q=dam")

    warning = only(page, "notice")
    (expected,) = get(demo, "/v1/articles?entity=dunminste&q=dam")["meta"]["warnings"]
    assert text_of(warning).startswith(expected["message"].replace("`", ""))
    query = parse_qsl(urlsplit(find(warning, "./a")[0].get("href")).query)
    assert ("entity", expected["suggestion"]) in query
    assert "No brief matches" in text_of(only(page, "nothing"))


@pytest.mark.parametrize(
    ("query", "corrected"),
    [
        ("entity=hallowick,dunminste", ["entity=hallowick&entity=dunminster"]),
        ("entity=dunminste&entity=hallowick&q=dam", ["entity=dunminster&entity=hallowick&q=dam"]),
        ("entity_any=dunminste,dunminster", ["entity_any=dunminster"]),
        (
            "entity_any=hallowik,lanner-1&entity=dunminste",
            [
                "entity_any=hallowik&entity_any=lanner-1&entity=dunminster",
                "entity_any=hallowick&entity_any=lanner-1&entity=dunminste",
            ],
        ),
    ],
)
def test_the_link_to_what_was_meant_replaces_only_the_unknown_value(
    demo: FlaskClient, query: str, corrected: list[str]
) -> None:
    warnings = by_class(read_page(demo, f"/browse?{query}"), "notice")
    links = [find(warning, "./a")[0].get("href") for warning in warnings]
    assert [urlsplit(link).query for link in links] == corrected


def test_both_engines_make_the_same_page(
    client: FlaskClient, runner: FlaskCliRunner, demo: FlaskClient
) -> None:
    empty = read_page(client, "/browse")
    assert "There are no briefs yet" in text_of(only(empty, "nothing"))
    runner.invoke(args=["seed", "demo", "--yes"])
    for query in QUERIES[3:6]:
        page: Any = client.get(f"/browse?{query}", headers=BROWSER)
        assert page.text == demo.get(f"/browse?{query}", headers=BROWSER).text
