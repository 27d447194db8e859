"""Tests of addresses that end in a slash: they redirect to the address without the slash, never elsewhere."""

import pytest
from flask.testing import FlaskClient

from tests.api.answers import assert_problem
from tests.api.conftest import ClientWith

# Redirects do not depend on the database.
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.mark.parametrize("target", ["/v1/articles/", "/docs/", "/v1/articles/a-slug/", "/problems/"])
def test_an_address_with_a_slash_redirects_to_the_address_without_it(
    client: FlaskClient, target: str
) -> None:
    for method in ("GET", "HEAD"):
        response = client.open(target, method=method)
        assert (response.status_code, response.headers["Location"]) == (308, target[:-1])
        assert response.headers["Cache-Control"] == "no-cache"
        assert response.data == b""


def test_the_redirect_keeps_the_query_and_the_escapes(client: FlaskClient) -> None:
    query = 'q=%22green%20ai%22+OR%20grid&entity=a,b&published_after=2026-04-21T09:30:00%2B02:00&x="<é'
    response = client.get(f"/v1/articles/?{query}")
    assert response.headers["Location"] == f"/v1/articles?{query[:-5]}x=%22%3C%C3%A9"
    assert client.get("/v1/articles/%E5%8C%97%20%3F/").headers["Location"] == "/v1/articles/%E5%8C%97%20%3F"
    assert client.get("/v1/articles/?").headers["Location"] == "/v1/articles"


def test_the_redirect_leads_to_the_base_url_and_never_to_the_host(client_with: ClientWith) -> None:
    client = client_with(BRIEFS_BASE_URL="https://api.example.org/briefs")
    response = client.get("/v1/articles/?limit=1", headers={"Host": "evil.example"})
    assert response.headers["Location"] == "https://api.example.org/briefs/v1/articles?limit=1"


def test_an_address_that_does_not_exist_without_the_slash_is_a_404(client: FlaskClient) -> None:
    foreign = ["//evil.example/", "//evil.example/v1/articles/", "/\\evil.example/", "//", "///", "//docs/"]
    for path in [*foreign, "/nothing/", "/v1/", "/v1/articles//", "/v1/articles///", "/docs/x/y/"]:
        # The test client would read the name of a host from two slashes.
        response = client.get("/", environ_overrides={"PATH_INFO": path})
        assert_problem(response, 404)
        assert "Location" not in response.headers


def test_a_method_that_the_address_does_not_allow_gets_no_redirect(client: FlaskClient) -> None:
    assert_problem(client.post("/v1/articles/"), 404)
