"""Tests of takeaways (key points): their JSON, their article and their entities."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient, FlaskCliRunner

from tests.api.answers import assert_problem, get
from tests.api.invented_pages import HARBOUR, Page, load, slug_of, write_page
from tests.support.examples import SLUG

KEYS = ["id", "position", "text", "evidence", "entities", "article", "links"]


@pytest.mark.usefixtures("seeded")
def test_a_takeaway_has_its_article_and_its_entities(client: FlaskClient) -> None:
    takeaways = get(client, "/v1/takeaways")["data"]
    named = [[entity["name"] for entity in takeaway["entities"]] for takeaway in takeaways]
    assert named == [
        [],
        ["AI+"],
        ["Sunrise"],
        ["Guangdong", "Shanghai"],
        ["Ministry of Industry and Information Technology"],
    ]
    article = get(client, f"/v1/articles/{SLUG}")
    for takeaway in takeaways:
        assert list(takeaway) == KEYS
        assert takeaway["article"] == {key: article[key] for key in ("id", "slug", "title")}
        assert list(takeaway["article"]) == ["id", "slug", "title"]
        assert takeaway["links"] == {
            "self": f"/v1/takeaways/{takeaway['id']}",
            "article": f"/v1/articles/{SLUG}",
        }
        for entity in takeaway["entities"]:
            assert list(entity) == ["id", "slug", "name", "type"]
            assert get(client, f"/v1/entities/{entity['slug']}").items() >= entity.items()
    assert get(client, f"/v1/articles/{SLUG}/takeaways")["data"] == takeaways


@pytest.mark.usefixtures("seeded")
def test_a_takeaway_is_the_same_in_a_list_and_at_its_own_address(client: FlaskClient) -> None:
    for takeaway in get(client, "/v1/takeaways")["data"]:
        assert get(client, takeaway["links"]["self"]) == takeaway


def test_takeaways_are_sorted_by_date_of_the_article_and_then_by_position(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    for name, date in (
        ("early", "2026-01-01T00:00:00Z"),
        ("late", "2026-02-01T00:00:00Z"),
        ("undated", None),
    ):
        page = Page(title=f"The {name} Lamps", takeaways=(f"First {name}.", f"Second {name}."))
        write_page(tmp_path, name, page, **({"published_at": date} if date else {}))
    load(runner, tmp_path)

    def texts(query: str) -> list[str]:
        return [each["text"] for each in get(client, f"/v1/takeaways{query}")["data"]]

    late, early, undated = ([f"First {name}.", f"Second {name}."] for name in ("late", "early", "undated"))
    assert texts("") == texts("?sort=-published_at") == late + early + undated
    assert texts("?sort=published_at") == early + late + undated


def test_a_takeaway_keeps_its_id_if_its_text_changes_and_is_deleted_with_its_line(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    load(runner, write_page(tmp_path, "page", Page(takeaways=("One lamp.", "Two lamps."))))
    before = get(client, "/v1/takeaways")["data"]
    load(runner, write_page(tmp_path, "page", Page(takeaways=("One bright lamp.",))))
    (after,) = get(client, "/v1/takeaways")["data"]
    assert after["id"] == before[0]["id"]
    assert after["text"] == "One bright lamp."
    assert_problem(client.get(before[1]["links"]["self"]), 404)
    assert after["article"]["slug"] == slug_of(HARBOUR)
