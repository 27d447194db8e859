"""Tests of errors: browsers get HTML pages, and other clients get problem JSON (RFC 9457).

Both have the same texts.
"""

from typing import NoReturn

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from api.problem_kinds import ProblemKind
from api.problems import ProblemException, example_problem
from api.web_pages.problem_page import READER_ADVICE, problem_page
from tests.api.answers import assert_problem
from tests.api.conftest import ClientWith
from tests.api.web_pages.odd_briefs import HOSTILE, SCRIPT
from tests.api.web_pages.page_reading import BROWSER, find, read_page, text_of
from tests.conftest import make_app

on_one_engine = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@on_one_engine
def test_a_page_of_each_kind_has_the_texts_of_the_problem(app: Flask, client: FlaskClient) -> None:
    def fail(name: str) -> NoReturn:
        raise ProblemException(ProblemKind[name])

    app.add_url_rule("/browse/raise/<name>", "raise", fail)
    for kind in ProblemKind:
        problem = assert_problem(client.get(f"/browse/raise/{kind.name}"), kind.status)
        response = client.get(f"/browse/raise/{kind.name}", headers=BROWSER)
        assert (response.status_code, response.mimetype) == (kind.status, "text/html")
        assert response.headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
        page = text_of(html.document_fromstring(response.text))
        assert kind.title in page
        assert problem["detail"].replace("`", "") in page
        assert f'href="{kind.path}"' in response.text
        assert response.headers["X-Request-ID"] in response.text


@on_one_engine
def test_errors_of_resources_for_programs_are_problems_for_browsers_too(client: FlaskClient) -> None:
    for address, status in (
        ("/v1/articles?page=2", 422),
        ("/v1/nothing", 404),
        ("/v1/articles/nothing", 404),
        ("/readyz?x=1", 422),
        ("/openapi.json?x=1", 422),
    ):
        assert_problem(client.get(address, headers=BROWSER), status)
    for address in ("/", "/browse", "/nothing"):
        assert client.post(address, headers=BROWSER).status_code in (404, 405)
    refused = client.post("/browse", headers=BROWSER)
    assert (refused.mimetype, "GET" in refused.headers["Allow"]) == ("text/html", True)


@on_one_engine
def test_refusals_before_flask_are_pages_for_browsers(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_RATE_LIMIT="1/hour", BRIEFS_BASE_URL="https://api.example.org/briefs")
    assert client.get("/browse", headers=BROWSER).status_code == 200
    refused = client.get("/browse?limit=3", headers=BROWSER)
    assert (refused.status_code, refused.mimetype) == (429, "text/html")
    assert refused.headers["Retry-After"]
    assert "Quota exceeded" in refused.text
    assert 'href="/briefs/pages.css"' in refused.text
    assert client.get("/browse?limit=3").mimetype == "application/problem+json"
    assert client.head("/browse?limit=3", headers=BROWSER).data == b""


@on_one_engine
@pytest.mark.parametrize("search", ["-x", "OR", "...", f"-{SCRIPT}"])
def test_an_invalid_search_stays_in_the_search_box_with_its_valid_filters(
    client: FlaskClient, search: str
) -> None:
    query = {"q": search, "sort": "title", "entity": ["a", "b"], "offset": "3", "cursor": "x"}
    response = client.get("/browse", query_string=query, headers=BROWSER)
    page = html.document_fromstring(response.text)

    assert response.status_code == 422
    _assert_harmless(response.text)
    (form,) = find(page, "//form[@role='search']")
    shown = [(each.get("name"), each.get("value")) for each in find(form, ".//input")]
    assert shown == [("q", search), ("sort", "title"), ("entity", "a"), ("entity", "b")]
    text = text_of(find(page, "//main")[0])
    errors = client.get("/browse", query_string=query).get_json()["errors"]
    assert [each["parameter"] for each in errors] == ["q", "offset"]
    assert f"Search: {errors[0]['message']}" in text
    assert "`errors`" not in response.text
    assert "<code>errors</code>" not in response.text


@on_one_engine
def test_an_invalid_search_keeps_its_search_box_under_a_base_url(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_BASE_URL="https://api.example.org/briefs")
    page = html.document_fromstring(client.get("/browse?q=-x", headers=BROWSER).text)
    (form,) = find(page, "//main//form[@role='search']")
    assert [each.get("value") for each in find(form, ".//input")] == ["-x"]


def test_the_pages_have_advice_for_readers() -> None:
    for kind, words in READER_ADVICE.items():
        page = problem_page(kind, example_problem(kind), "").decode()
        assert words in text_of(html.document_fromstring(page))
        assert not {"copy", "`errors`", "`Retry-After`"} & set(words.split())


def test_hostile_text_is_shown_as_text(odd_briefs: str) -> None:
    client = make_app(odd_briefs).test_client()
    for query in ({}, {"q": f'{HOSTILE} "'}, {"q": "title"}, {"entity": HOSTILE}, {"publication": HOSTILE}):
        response = client.get("/browse", query_string=query, headers=BROWSER)
        _assert_harmless(response.text)
        assert response.status_code == 200
    for address in ("/", "/browse/changes", "/browse/trends?window=365d"):
        _assert_harmless(client.get(address, headers=BROWSER).text)
    assert text_of(find(read_page(client, "/"), "//h3[@lang='ar']")[0]) == f"Title {HOSTILE}"
    for query in ({"sort": HOSTILE}, {HOSTILE: "1"}, {"limit": HOSTILE}):
        response = client.get("/browse", query_string=query, headers=BROWSER)
        _assert_harmless(response.text)
        assert response.status_code == 422
    for path in (f"/browse/articles/{HOSTILE}", f"/{HOSTILE}", f"/browse/stories/{HOSTILE}"):
        response = client.get(path, headers=BROWSER)
        _assert_harmless(response.text)
        assert response.status_code == 404


def _assert_harmless(text: str) -> None:
    """Assert that the HTML `text` shows hostile text only as text.

    The page must have no script, no event handler and no element that comes from the hostile text.
    """
    page = html.document_fromstring(text)
    assert not find(page, "//script | //img[@onerror] | //style | //*[@style]")
    assert not find(page, "//@*[starts-with(name(), 'on')]")
    assert "49" not in find(page, "//title")[0].text
