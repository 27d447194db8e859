"""Tests of the requests that the documentation page shows: each GET request finds something.

A new operation needs no change here. The value of a path parameter comes from
`api.documentation.existing_values`, or from the example of its `PathParameter`.
"""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient

from api.app import close_app
from tests.conftest import make_app, seeded_copy
from tests.support.shown_requests import ShownRequest, shown_requests

# The operations that find nothing if the only article is the document of the project, which has neither links
# nor a date.
EMPTY_WITHOUT_LINKS_AND_DATES = {"listArticleRelatedLinks", "listRelatedLinks", "listTrends"}
UNKNOWN_WITHOUT_LINKS = {"getRelatedLink"}


@pytest.fixture(scope="module", params=["demo", "load"])
def seeded_client(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, FlaskClient]]:
    """Yield the command of `flask seed` that filled a database, and a client of the service on it."""
    url = seeded_copy(sqlite_template, tmp_path_factory.mktemp("documentation"), request.param)
    app = make_app(url)
    yield request.param, app.test_client()
    close_app(app)


def requests_of(client: FlaskClient) -> list[ShownRequest]:
    return shown_requests(orjson.loads(client.get("/docs/specification.json").data))


def test_the_first_request_of_each_operation_finds_something(
    seeded_client: tuple[str, FlaskClient], subtests: pytest.Subtests
) -> None:
    command, client = seeded_client
    requests = [each for each in requests_of(client) if each.method == "get"]
    assert len(requests) > 25
    for each in requests:
        if command == "load" and each.operation_id in UNKNOWN_WITHOUT_LINKS:
            continue
        with subtests.test(operation=each.operation_id, target=each.target):
            response = client.get(each.target)
            assert response.status_code == 200, response.text
            assert response.data
            value = response.json if response.mimetype == "application/json" else None
            if isinstance(value, dict) and "data" in value:
                can_be_empty = command == "load" and each.operation_id in EMPTY_WITHOUT_LINKS_AND_DATES
                assert value["data"] or can_be_empty


def test_the_page_fills_in_nothing_but_the_path_and_the_limit(
    seeded_client: tuple[str, FlaskClient],
) -> None:
    command, client = seeded_client
    queries = {each.target.partition("?")[2] for each in requests_of(client)}
    # With single articles only, the list of stories would be empty.
    for_stories = {"min_articles=1", "min_articles=1&limit=20"} if command == "load" else set()
    assert {"", "limit=20"} | for_stories == queries | for_stories


def test_a_service_that_requires_a_key_shows_no_content_on_the_page(
    seeded_client: tuple[str, FlaskClient],
) -> None:
    _, client = seeded_client
    url = client.application.config["BRIEFS_SETTINGS"].database_url
    locked = make_app(str(url), BRIEFS_REQUIRE_KEY="true")
    static = make_app("sqlite:////nowhere/briefs.db", BRIEFS_REQUIRE_KEY="true")
    answers = [app.test_client().get("/docs/specification.json") for app in (locked, static)]
    assert answers[0].status_code == 200
    assert answers[0].data == answers[1].data
    close_app(locked)
    close_app(static)


def test_the_page_works_without_a_database_and_with_an_empty_one(sqlite_template: Path) -> None:
    for url in ("sqlite:////nowhere/briefs.db", f"sqlite:///{sqlite_template}"):
        app = make_app(url)
        requests = {each.operation_id: each.target for each in requests_of(app.test_client())}
        assert requests["getEntity"] == "/v1/entities/sunrise"
        assert requests["listStories"] == "/v1/stories?limit=20"
        close_app(app)
