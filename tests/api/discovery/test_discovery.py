"""Tests of the API catalog, llms.txt, and the links that lead to them."""

import re
from pathlib import Path

import orjson
import pytest
from flask.testing import FlaskClient, FlaskCliRunner

from api.discovery import entry_points
from tests.api.answers import get
from tests.api.conftest import ClientWith
from tests.api.invented_pages import Page, load, write_page

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])
CATALOG = "/.well-known/api-catalog"


@pytest.fixture(autouse=True)
def harbour(runner: FlaskCliRunner, tmp_path: Path) -> None:
    """Load an article with the slug `harbour`."""
    write_page(tmp_path, "harbour", Page(), slug="harbour")
    load(runner, tmp_path)


def test_the_api_catalog_is_a_linkset_with_the_profile_of_rfc_9727(client: FlaskClient) -> None:
    response = client.get(CATALOG)
    profile = 'application/linkset+json; profile="https://www.rfc-editor.org/info/rfc9727"'
    assert response.headers["Content-Type"] == profile
    assert client.head(CATALOG).headers["Link"] == f'<{CATALOG}>; rel="api-catalog"'
    for context in orjson.loads(response.data)["linkset"]:
        relations = {name: links for name, links in context.items() if name != "anchor"}
        assert relations
        for links in relations.values():
            for link in links:
                answer = client.get(link["href"])
                # The Model Context Protocol has only POST, which tests/api/mcp_server tries.
                if link["href"] == entry_points.AGENTS.path:
                    assert answer.status_code == 405
                else:
                    assert (answer.status_code, answer.mimetype) == (200, link["type"])


def test_the_api_catalog_names_the_api_its_specification_and_its_documentation(client: FlaskClient) -> None:
    items, service = orjson.loads(client.get(CATALOG).data)["linkset"]
    assert (items["anchor"], service["anchor"]) == (CATALOG, "/")
    assert {each["href"] for each in items["item"]} >= {"/v1/articles", "/v1/stories", "/v1/feed.atom"}
    found = {name: [each["href"] for each in service[name]] for name in service if name != "anchor"}
    assert found == {
        "service-desc": ["/openapi.json", "/openapi.yaml"],
        "service-doc": ["/docs"],
        "service-meta": ["/llms.txt"],
        "status": ["/readyz"],
    }


def test_every_entry_point_has_its_media_type(client: FlaskClient) -> None:
    points = (
        *entry_points.COLLECTIONS,
        *entry_points.FORMS,
        *entry_points.FEEDS,
        *entry_points.STREAMS,
        *entry_points.SPECIFICATIONS,
    )
    for point in (*points, entry_points.DOCUMENTATION, entry_points.STATUS):
        response = client.get(point.path.format(article="harbour"))
        assert (response.status_code, response.mimetype) == (200, point.media_type), point.path


def test_llms_txt_is_markdown_whose_links_lead_to_resources(client: FlaskClient) -> None:
    response = client.get("/llms.txt")
    # A client that waits for a null in the change feed would never end.
    assert "In `/v1/changes`, `links.next` is never null" in response.text
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    title, _, summary, *_ = response.text.splitlines()
    assert title == "# Briefs API"
    assert summary.startswith("> ")
    assert len(response.text) < 3000
    links = re.findall(r"^- \[[^\]]+\]\((\S+)\): \S", response.text, re.MULTILINE)
    assert len(links) > 10
    for link in links:
        expected = 405 if link == entry_points.AGENTS.path else 200
        assert client.get(link.format(article="harbour")).status_code == expected, link


def test_the_index_leads_to_the_catalog_and_the_feeds(client: FlaskClient) -> None:
    links = get(client, "/")["links"]
    assert (links["json_feed"], links["atom_feed"]) == ("/v1/feed.json", "/v1/feed.atom")
    header = client.get("/").headers["Link"]
    assert f'<{CATALOG}>; rel="api-catalog"' in header
    assert '</llms.txt>; rel="describedby"' in header


def test_addresses_begin_with_the_base_url(client_with: ClientWith) -> None:
    base_url = "https://news.example.org/briefs"
    client = client_with(BRIEFS_BASE_URL=base_url)
    for context in orjson.loads(client.get(CATALOG).data)["linkset"]:
        addresses = [link["href"] for links in context.values() if isinstance(links, list) for link in links]
        assert all(each.startswith(f"{base_url}/") for each in (context["anchor"], *addresses))
    links = re.findall(r"\]\((\S+)\)", client.get("/llms.txt").text)
    assert all(each.startswith(f"{base_url}/") for each in links)


def test_the_json_of_an_article_names_its_other_forms(client: FlaskClient, client_with: ClientWith) -> None:
    base_url = "https://news.example.org/briefs"
    identity = get(client, "/v1/articles/harbour")["id"]
    for reader, prefix in ((client, ""), (client_with(BRIEFS_BASE_URL=base_url), base_url)):
        for reference in ("harbour", identity):
            for query in ("", "?fields=title"):
                header = reader.get(f"/v1/articles/{reference}{query}").headers["Link"]
                found = dict(re.findall(r'<([^>]+)>; rel="alternate"; type="([^"]+)"', header))
                assert found == {
                    f"{prefix}/browse/articles/{reference}": "text/html",
                    f"{prefix}/v1/articles/{reference}.md": "text/markdown",
                    f"{prefix}/v1/articles/{reference}.jsonld": "application/ld+json",
                    f"{prefix}/v1/articles/{reference}.ninjs": "application/json",
                }
    for address, media_type in found.items():
        response = client.get(address.removeprefix(base_url), follow_redirects=True)
        assert (response.status_code, response.mimetype) == (200, media_type)
