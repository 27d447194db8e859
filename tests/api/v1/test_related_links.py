"""Tests of related links: a listed title leads to an article if exactly one article has the title."""

from pathlib import Path
from typing import Any

from flask.testing import FlaskClient, FlaskCliRunner

from tests.api.answers import assert_problem, get
from tests.api.invented_pages import HARBOUR, Page, load, slug_of, write_page

KEYS = ["id", "position", "basis", "title", "score", "reasons", "article", "target", "links"]
OTHER = "Ferries Sail Again After the Storm"
SLUG = slug_of(HARBOUR)


def links(client: FlaskClient) -> list[Any]:
    """Return the first page of the related links of the article `SLUG`, in the order of the response."""
    data: list[Any] = get(client, f"/v1/articles/{SLUG}/related")["data"]
    return data


def test_a_listed_link_is_resolved_when_its_article_is_loaded(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    load(runner, write_page(tmp_path, "harbour", Page(related=(OTHER, "Nobody Wrote This"))))
    before = links(client)
    assert [(link["position"], link["title"], link["target"]) for link in before] == [
        (1, OTHER, None),
        (2, "Nobody Wrote This", None),
    ]
    load(runner, write_page(tmp_path, "ferry", Page(title=OTHER)))
    first, second = links(client)
    target = get(client, f"/v1/articles/{slug_of(OTHER)}")
    article = get(client, f"/v1/articles/{SLUG}")
    assert list(first) == KEYS
    assert first["id"] == before[0]["id"]
    assert first["basis"] == "listed"
    assert first["target"] == {key: target[key] for key in ("id", "slug", "title")}
    assert first["article"] == {key: article[key] for key in ("id", "slug", "title")}
    assert first["links"] == {
        "self": f"/v1/related-links/{first['id']}",
        "article": f"/v1/articles/{SLUG}",
        "target": f"/v1/articles/{slug_of(OTHER)}",
    }
    assert second == before[1]
    assert second["links"]["target"] is None
    assert article["related"] == [first, second]


def test_a_link_is_the_same_in_every_answer(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    write_page(tmp_path, "harbour", Page(related=(OTHER, "Nobody Wrote This")))
    write_page(tmp_path, "ferry", Page(title=OTHER, related=(HARBOUR,)))
    load(runner, tmp_path)
    everywhere = {link["id"]: link for link in get(client, "/v1/related-links")["data"]}
    assert len(everywhere) == 3
    for link in [*links(client), *get(client, f"/v1/articles/{slug_of(OTHER)}/related")["data"]]:
        assert everywhere[link["id"]] == link
        assert get(client, link["links"]["self"]) == link


def test_titles_match_regardless_of_case_and_quotation_marks(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    write_page(tmp_path, "harbour", Page(related=("the keeper’s NEW Lamp",)))
    write_page(tmp_path, "keeper", Page(title="The Keeper's New Lamp"))
    load(runner, tmp_path)
    (link,) = links(client)
    assert link["title"] == "the keeper’s NEW Lamp"
    assert link["target"]["title"] == "The Keeper's New Lamp"


def test_a_title_of_two_articles_is_resolved_only_if_its_date_decides(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    load(runner, write_page(tmp_path, "harbour", Page(related=(OTHER,))))
    write_page(tmp_path, "april", Page(title=OTHER), published_at="2026-04-21T09:30:00Z", slug="april")
    load(runner, tmp_path)
    assert links(client)[0]["target"]["slug"] == "april"
    write_page(tmp_path, "may", Page(title=OTHER), published_at="2026-05-02T09:30:00Z", slug="may")
    load(runner, tmp_path)
    assert links(client)[0]["target"] is None
    write_page(tmp_path, "harbour", Page(related=(f"{OTHER}\nMay 2, 2026",)))
    load(runner, tmp_path)
    assert links(client)[0]["target"]["slug"] == "may"


def test_a_link_loses_its_target_if_the_title_changes_and_is_deleted_with_its_line(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    write_page(tmp_path, "harbour", Page(related=(OTHER, "Nobody Wrote This")))
    write_page(tmp_path, "ferry", Page(title=OTHER))
    load(runner, tmp_path)
    last = links(client)[1]["links"]["self"]
    write_page(tmp_path, "ferry", Page(title="Ferries Stay in Port"))
    load(runner, tmp_path)
    assert links(client)[0]["target"] is None
    write_page(tmp_path, "harbour", Page(related=("Ferries Stay in Port",)))
    load(runner, tmp_path)
    assert [link["target"]["slug"] for link in links(client)] == [slug_of(OTHER)]
    assert_problem(client.get(last), 404)


def test_a_page_that_lists_itself_is_not_its_own_target(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    load(runner, write_page(tmp_path, "harbour", Page(related=(HARBOUR,))))
    (link,) = links(client)
    assert link["target"] is None
