"""Tests of the start page: browsers get HTML, programs get the index, and example queries have results."""

from pathlib import Path

from flask.testing import FlaskClient, FlaskCliRunner

from tests.api.answers import get
from tests.api.conftest import ClientWith
from tests.api.invented_pages import Page, load, slug_of, write_page
from tests.api.web_pages.page_reading import BROWSER, by_class, find, only, read_page, text_of
from tests.conftest import make_app

OTHER = "Ferries Sail Again After the Storm"


def test_browsers_get_a_page_and_programs_get_the_index(demo: FlaskClient) -> None:
    for accept in ("*/*", "application/json", "", "application/json, text/html", "text/html;q=0.5, */*"):
        index = demo.get("/", headers={"Accept": accept})
        assert (index.mimetype, index.headers["Vary"]) == ("application/json", "Accept, Accept-Encoding")
    for accept in (BROWSER["Accept"], "text/html", "text/html, application/json;q=0.9"):
        page = demo.get("/", headers={"Accept": accept})
        assert (page.mimetype, page.headers["Vary"]) == ("text/html", "Accept, Accept-Encoding")
    assert demo.get("/", headers={"Accept": "text/csv"}).status_code == 406


def test_both_forms_have_their_own_etag_in_the_byte_cache_too(demo: FlaskClient) -> None:
    forms = {"*/*": "application/json", BROWSER["Accept"]: "text/html"}
    etags = set()
    for _ in range(3):
        for accept, mimetype in forms.items():
            response = demo.get("/", headers={"Accept": accept})
            assert response.mimetype == mimetype
            etags.add((mimetype, response.headers["ETag"]))
    assert len(etags) == len({etag for _, etag in etags}) == 2
    for mimetype, etag in etags:
        for accept, own in forms.items():
            response = demo.get("/", headers={"Accept": accept, "If-None-Match": etag})
            assert response.status_code == (304 if mimetype == own else 200)


def test_the_page_counts_and_lists_what_the_database_contains(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    empty = read_page(client, "/")
    assert "flask seed load" in text_of(only(empty, "nothing"))
    assert not by_class(empty, "brief")

    write_page(tmp_path, "harbour", Page())
    write_page(tmp_path, "ferry", Page(title=OTHER), published_at="2026-04-21T09:30:00Z")
    load(runner, tmp_path)

    page = read_page(client, "/")
    totals = [
        get(client, f"/v1/{collection}?total=true&limit=1")["meta"]["total"]
        for collection in ("articles", "stories", "entities")
    ]
    assert [int(each.text) for each in find(only(page, "counts"), ".//b")] == totals
    assert totals[0] == 2
    titles = [text_of(find(each, ".//h3")[0]) for each in by_class(page, "brief")]
    assert titles == [each["title"] for each in get(client, "/v1/articles")["data"]]
    assert [text_of(each) for each in find(page, "//*[@class='story']//h3")] == [
        each["title"] for each in get(client, "/v1/stories")["data"]
    ]
    assert find(page, f"//a[@href='/browse/articles/{slug_of(OTHER)}']")


def test_each_query_to_try_finds_something_on_its_page_and_in_the_api(demo: FlaskClient) -> None:
    queries = find(only(read_page(demo, "/"), "queries"), "./li")

    assert len(queries) == 5
    for each in queries:
        to_page, to_api = (link.get("href") for link in find(each, ".//a"))
        assert to_page.partition("?")[2] == to_api.partition("?")[2]
        assert text_of(find(each, ".//code")[0]) == to_api
        assert get(demo, to_api)["data"]
        page = read_page(demo, to_page)
        assert by_class(page, "brief") or find(page, "//table[@class='trends']/tbody/tr")


def test_nothing_that_needs_a_key_is_shown_without_one(demonstration: str) -> None:
    client = make_app(demonstration, BRIEFS_REQUIRE_KEY="true").test_client()

    page = read_page(client, "/")

    assert "requires an API key" in text_of(only(page, "notice"))
    for name in ("brief", "story", "counts", "queries"):
        assert not by_class(page, name)
    for address in ("/browse", "/browse/trends", "/browse/changes"):
        refused = client.get(address, headers=BROWSER)
        assert (refused.status_code, refused.mimetype) == (401, "text/html")
        assert refused.headers["WWW-Authenticate"]
    assert client.get("/pages.css").status_code == 200


def test_links_begin_with_the_path_of_the_base_url_and_never_have_a_host(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_BASE_URL="https://api.example.org/briefs")

    for address in ("/", "/browse", "/browse/trends", "/browse/changes", "/problems", "/nowhere"):
        page = client.get(address, headers=BROWSER).text
        assert 'href="/briefs/pages.css"' in page
        assert 'action="/briefs/browse"' in page
        assert 'href="/browse' not in page
        assert 'href="http' not in page
