"""The page of trends shows the values of `/v1/trends` for the same query."""

from flask.testing import FlaskClient

from tests.api.answers import get
from tests.api.web_pages.page_reading import Element, find, read_page, text_of


def _rows(page: Element) -> list[list[str]]:
    return [[text_of(cell) for cell in find(row, "./*")] for row in find(page, "//tbody/tr")]


def test_the_table_shows_the_trends_of_the_api(demo: FlaskClient) -> None:
    for query in (
        "window=30d&limit=100",
        "window=3d&type=place,person&until=2026-10-25",
        "window=14d&limit=3",
    ):
        page, trends = read_page(demo, f"/browse/trends?{query}"), get(demo, f"/v1/trends?{query}")["data"]
        assert [(row[0], row[1].split()[0], row[2]) for row in _rows(page)] == [
            (each["entity"]["name"], str(each["article_count"]), str(each["previous_article_count"]))
            for each in trends
        ]
        assert trends


def test_a_number_of_briefs_leads_to_these_briefs(demo: FlaskClient) -> None:
    page = read_page(demo, "/browse/trends?window=14d&limit=3")

    for count in find(page, "//tbody/tr/td[1]/a"):
        briefs = read_page(demo, count.get("href"))
        assert text_of(find(briefs, "//p[@class='total']")[0]) == f"{text_of(count).split()[0]} briefs"


def test_windows_and_types_are_chosen_by_links(demo: FlaskClient) -> None:
    page = read_page(demo, "/browse/trends?window=30d&type=place")

    current = [text_of(each) for each in find(page, "//nav[@class='choices']//a[@aria-current]")]
    assert current == ["30 days", "Places"]
    for each in find(page, "//nav[@class='choices']//a"):
        chosen = read_page(demo, each.get("href"))
        now = [text_of(each) for each in find(chosen, "//nav[@class='choices']//a[@aria-current]")]
        assert text_of(each) in now


def test_the_next_page_continues_and_the_first_page_can_be_reached(demo: FlaskClient) -> None:
    first = read_page(demo, "/browse/trends?window=30d&limit=3")
    second = read_page(demo, find(first, "//a[@rel='next']")[0].get("href"))

    expected = get(demo, "/v1/trends?window=30d&limit=6")["data"]
    names = [row[0] for row in _rows(first) + _rows(second)]
    assert names == [each["entity"]["name"] for each in expected]
    assert find(second, "//nav[@class='pager']/a")[0].get("href") == "/browse/trends?limit=3&window=30d"
