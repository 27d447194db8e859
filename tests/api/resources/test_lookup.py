"""Tests of finding an article or entity by its id, its slug, or a former slug."""

from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID, uuid5

import pytest
from flask import Flask
from flask.testing import FlaskClient, FlaskCliRunner

from api.models import EntityId, EntitySlug
from tests.api.answers import assert_problem, get
from tests.api.conftest import ClientWith
from tests.api.invented_pages import HARBOUR, Page, load, slug_of, write_page
from tests.api.rows import corpus_rows, insert_rows, row_id, stored_number
from tests.api.specification import get_operations, specification_of
from tests.api.v1.test_listings import recorded
from tests.seeds.documents import remove_article
from tests.support.snapshots import Snapshots

SLUG = slug_of(HARBOUR)
# What can follow the path of an article.
REST = (
    "/takeaways",
    "/entities?limit=2&sort=-name",
    "/related?total=true",
    "/source",
    ".md",
    ".jsonld",
    ".ninjs",
)
# The id of an entity that was merged into entity 1.
MERGED_ID = row_id("entity", 99)
OLD_REFERENCES = ("old-name", "merged", str(MERGED_ID), str(MERGED_ID).upper())


@pytest.fixture
def renamed_article(app: Flask, tmp_path: Path, snapshots: Snapshots) -> None:
    """Load an article that has had the slug of its title, then `second`, then `third`."""
    snapshots.fill(app, load_renamed_article)
    write_page(tmp_path, "page", Page(), slug="third")


def load_renamed_article(app: Flask) -> None:
    """Load into `app` an article that has had three slugs.

    The first slug is made from the title. The later slugs are `second` and `third`.
    """
    with TemporaryDirectory() as folder:
        for slug in (None, "second", "third"):
            write_page(Path(folder), "page", Page(), **({"slug": slug} if slug else {}))
            load(app.test_cli_runner(), Path(folder))


@pytest.fixture
def merged_entities(app: Flask, snapshots: Snapshots) -> None:
    """Insert entities. The slugs `old-name` and `merged` and the id MERGED_ID also lead to entity 1."""
    snapshots.fill(app, insert_merged_entities)


def insert_merged_entities(app: Flask) -> None:
    """Insert entities. The slugs `old-name` and `merged` and the id MERGED_ID also lead to entity 1."""
    number = stored_number(1)
    insert_rows(app, corpus_rows(articles=7, entities=4))
    slugs = [{"slug": slug, "entity": number} for slug in ("old-name", "merged")]
    insert_rows(app, {EntitySlug: slugs, EntityId: [{"old_id": MERGED_ID, "entity": number}]})


def test_an_id_and_a_slug_name_the_same_resource(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=2, entities=2))
    for kind in ("article", "entity"):
        collection = {"article": "articles", "entity": "entities"}[kind]
        by_slug = get(client, f"/v1/{collection}/{kind}-1".replace("article-1", "slug-1"))
        identity = str(row_id(kind, 1))
        assert by_slug["id"] == identity
        for reference in (identity, identity.upper()):
            assert get(client, f"/v1/{collection}/{reference}") == by_slug
    by_id, by_slug = (
        get(client, f"/v1/articles/{reference}/takeaways")["data"]
        for reference in (row_id("article", 1), "slug-1")
    )
    assert by_id == by_slug
    assert by_id
    identity = str(row_id("takeaway", 0, 1))
    assert get(client, f"/v1/takeaways/{identity.upper()}")["id"] == identity


def test_a_reference_that_is_neither_an_id_nor_a_slug_is_a_404(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=2, entities=2))
    article, link = row_id("article", 1), row_id("link", 1, 1)
    unknown = [
        *(f"{{{article}}}", f"urn:uuid:{article}", article.hex, f"{article} ", f" {article}", f"{article}0"),
        *(str(article)[:-1], f"{article}%0A", str(uuid5(article, "other"))),
        *(
            "Slug-1",
            "slug_1",
            "slug-1%20",
            "slug-",
            "slug-11",
            "%73lug-1x",
            "%EF%BC%93",
            "%FF",
            "%F0%9F%98%80",
        ),
        *("1", "0", "-1", "null", "'", "%27%20OR%201=1--", "%25", "*", "..", "a" * 3000),
    ]
    for reference in unknown:
        for collection in ("articles", "entities", "takeaways", "related-links"):
            assert_problem(client.get(f"/v1/{collection}/{reference}"), 404)
        for rest in ("/takeaways", ".md", ".jsonld", ".ninjs"):
            assert_problem(client.get(f"/v1/articles/{reference}{rest}"), 404)
    # The id of a different kind of resource, and a slug for a resource that has no slugs.
    for path in (
        f"/v1/entities/{article}",
        f"/v1/articles/{link}",
        f"/v1/takeaways/{link}",
        "/v1/takeaways/slug-1",
    ):
        assert_problem(client.get(path), 404)


def test_a_404_says_what_was_not_found(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=2, entities=2))
    unknown = "00000000-0000-5000-8000-00000000000a"
    details = {
        "articles/nothing": 'There is no article with the slug "nothing".',
        "articles/nothing/related": 'There is no article with the slug "nothing".',
        f"articles/{unknown}/revisions/1": f'There is no article with the id "{unknown}".',
        "entities/no-one/co-mentioned": 'There is no entity with the slug "no-one".',
        f"entities/{unknown}": f'There is no entity with the id "{unknown}".',
        f"takeaways/{unknown}": f'There is no takeaway with the id "{unknown}".',
        "takeaways/nothing": "There is no takeaway with this id.",
        f"related-links/{unknown}": f'There is no related link with the id "{unknown}".',
        "article/slug-1": "There is no resource at this address.",
    }
    for number, missing in (("7", "revision 7"), ("x", "such revision"), ("01", "such revision")):
        details[f"articles/slug-1/revisions/{number}"] = (
            f'The article "slug-1" has no {missing}. Its current revision is 1.'
        )
    found = {path: assert_problem(client.get(f"/v1/{path}"), 404)["detail"] for path in details}
    assert found == details


def test_a_404_repeats_only_an_id_or_a_slug(client: FlaskClient) -> None:
    hostile = ["<script>", "Slug-1", "a%00b", "%FF", "a%22b", "a%0Ab", "-", "a--b", "a" * 201]
    for collection, name in (("articles", "article"), ("entities", "entity")):
        for reference in hostile:
            detail = assert_problem(client.get(f"/v1/{collection}/{reference}"), 404)["detail"]
            assert detail == f"There is no {name} with this id or slug."


@pytest.mark.usefixtures("renamed_article")
def test_a_410_names_the_article_and_the_time_of_its_removal(app: Flask, client: FlaskClient) -> None:
    article = get(client, "/v1/articles/third")
    remove_article(app, "page")
    removal = get(client, "/v1/changes")["data"][-1]
    assert removal["kind"] == "removed"
    for reference in ("third", "second", SLUG, article["id"], article["id"].upper()):
        for rest in ("", "/entities", "/revisions/1", ".md", ".jsonld", ".ninjs"):
            problem = assert_problem(client.get(f"/v1/articles/{reference}{rest}"), 410)
            assert problem["detail"] == f'The article "third" was removed at {removal["changed_at"]}.'
            assert problem["type"] == "/problems/article-removed"


def test_a_reference_with_a_nul_is_a_404(client: FlaskClient) -> None:
    for path in ("/v1/articles/a%00b", "/v1/articles/%00/source", "/v1/entities/%00", "/v1/takeaways/%00"):
        assert_problem(client.get(path), 404)


@pytest.mark.usefixtures("renamed_article")
def test_an_earlier_slug_of_an_article_redirects_to_the_current_slug(client: FlaskClient) -> None:
    article = get(client, "/v1/articles/third")
    assert article["slug"] == "third"
    assert article["links"]["self"] == "/v1/articles/third"
    for old in (SLUG, "second"):
        for rest in ("", *REST):
            response = client.get(f"/v1/articles/{old}{rest}")
            assert response.status_code == 308
            assert response.headers["Location"] == f"/v1/articles/third{rest}"
            # Clients must not cache the redirect, because the article can return to the earlier slug.
            assert response.headers["Cache-Control"] == "no-cache"
            assert client.get(response.headers["Location"]).status_code == 200
            assert (
                client.head(f"/v1/articles/{old}{rest}").headers["Location"] == response.headers["Location"]
            )
    assert get(client, f"/v1/articles/{article['id']}") == article


@pytest.mark.usefixtures("renamed_article")
def test_a_redirect_does_not_depend_on_the_requested_representation(client: FlaskClient) -> None:
    for accept in ("application/json", "application/json, text/plain;q=0.5", "*/*", "text/html"):
        response = client.get("/v1/articles/second", headers={"Accept": accept})
        assert response.status_code == 308, accept
        assert response.headers["Location"] == "/v1/articles/third"


@pytest.mark.usefixtures("renamed_article")
def test_a_redirect_uses_the_base_url_of_the_settings(client_with: ClientWith) -> None:
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "gopher"}
    plain = client_with().get("/v1/articles/second", headers=hostile)
    assert plain.headers["Location"] == "/v1/articles/third"
    based = client_with(BRIEFS_BASE_URL="https://api.example.org/briefs").get(
        "/v1/articles/second/takeaways?limit=1", headers=hostile
    )
    assert based.headers["Location"] == "https://api.example.org/briefs/v1/articles/third/takeaways?limit=1"
    for response in (plain, based):
        assert "evil" not in str(response.headers) + response.text


@pytest.mark.usefixtures("renamed_article")
def test_an_article_can_return_to_an_earlier_slug(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    write_page(tmp_path, "page", Page(), slug="second")
    load(runner, tmp_path)
    assert get(client, "/v1/articles/second")["slug"] == "second"
    for old in (SLUG, "third"):
        assert client.get(f"/v1/articles/{old}").headers["Location"] == "/v1/articles/second"


@pytest.mark.usefixtures("renamed_article")
def test_an_earlier_slug_is_never_given_to_a_different_article(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    write_page(tmp_path, "same-title", Page())
    load(runner, tmp_path)
    slugs = [article["slug"] for article in get(client, "/v1/articles")["data"]]
    assert len(slugs) == 2
    assert SLUG not in slugs
    assert client.get(f"/v1/articles/{SLUG}").headers["Location"] == "/v1/articles/third"
    (other,) = (slug for slug in slugs if slug != "third")
    assert other.startswith(SLUG)
    assert UUID(get(client, f"/v1/articles/{other}")["id"]).version == 5


def _pages_under(app: Flask, reference: str) -> list[str]:
    """Return the URL of each route under an article. `reference` is the id or slug of the article."""
    adapter = app.url_map.bind("localhost")
    rules = [rule for rule in app.url_map.iter_rules() if "article" in rule.arguments]
    assert len(rules) >= 8
    values = {"article": reference, "revision": "1"}
    return [adapter.build(rule.endpoint, {name: values[name] for name in rule.arguments}) for rule in rules]


@pytest.mark.usefixtures("renamed_article")
def test_a_removed_article_is_a_410_by_its_id_and_by_every_slug(app: Flask, client: FlaskClient) -> None:
    identity = get(client, "/v1/articles/third")["id"]
    remove_article(app, "page")
    for reference in (identity, identity.upper(), SLUG, "second", "third"):
        for address in _pages_under(app, reference):
            assert "removed" in assert_problem(client.get(address), 410)["detail"]
            assert_problem(client.head(address), 410)
    for address in _pages_under(app, "fourth"):
        assert_problem(client.get(address), 404)
    assert_problem(client.get(f"/v1/articles/{identity}/nothing"), 404)


def test_every_route_under_an_article_or_a_story_documents_410(app: Flask) -> None:
    for path, operation in get_operations(specification_of(app)).items():
        assert ("410" in operation["responses"]) == any(each in path for each in ("{article}", "{story}")), (
            path
        )


@pytest.mark.usefixtures("renamed_article")
def test_a_removed_article_that_is_loaded_again_is_found(
    app: Flask, client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    identity = get(client, "/v1/articles/third")["id"]
    remove_article(app, "page")
    load(runner, tmp_path)
    for reference in (identity, "third"):
        for address in _pages_under(app, reference):
            # The address of a web page has a slug, so an id redirects to it.
            is_redirect = reference == identity and address.startswith("/browse/")
            assert client.get(address).status_code == (308 if is_redirect else 200), address
            assert client.get(address, follow_redirects=True).status_code == 200, address
    for reference in (SLUG, "second"):
        for address in _pages_under(app, reference):
            assert client.get(address).headers["Location"] == address.replace(reference, "third")


@pytest.mark.usefixtures("renamed_article")
def test_a_filter_by_a_removed_article_matches_nothing(app: Flask, client: FlaskClient) -> None:
    identity = get(client, "/v1/articles/third")["id"]
    for reference in (identity, SLUG, "second", "third"):
        assert len(get(client, f"/v1/takeaways?article={reference}")["data"]) == 2
    remove_article(app, "page")
    for reference in (identity, SLUG, "second", "third"):
        for collection in ("takeaways", "related-links"):
            assert get(client, f"/v1/{collection}?article={reference}")["data"] == []


def test_an_article_is_found_by_one_statement(app: Flask, client: FlaskClient) -> None:
    insert_rows(app, corpus_rows(articles=2, entities=2))
    for reference, count in (
        ("slug-1", 1),
        (row_id("article", 1), 1),
        ("slug-9", 2),
        (row_id("article", 9), 2),
    ):
        with recorded(app) as statements:
            client.get(f"/v1/articles/{reference}/source")
        assert sum("SELECT" in sql for sql, _ in statements) == count, reference


@pytest.mark.usefixtures("merged_entities")
@pytest.mark.parametrize("old", OLD_REFERENCES)
def test_an_earlier_id_or_slug_of_an_entity_redirects_to_its_current_slug(
    client: FlaskClient, old: str
) -> None:
    for rest in ("", "?fields=id", "/articles?limit=2&sort=-title&q=paragraph", "/co-mentioned?total=true"):
        response = client.get(f"/v1/entities/{old}{rest}")
        assert response.status_code == 308
        assert response.headers["Location"] == f"/v1/entities/entity-1{rest}"
        assert client.get(response.headers["Location"]).status_code == 200
        assert client.head(f"/v1/entities/{old}{rest}").headers["Location"] == response.headers["Location"]


@pytest.mark.usefixtures("merged_entities")
@pytest.mark.parametrize("old", OLD_REFERENCES)
def test_a_filter_accepts_an_earlier_id_or_slug_of_an_entity(client: FlaskClient, old: str) -> None:
    for collection in ("articles", "takeaways", "entities/entity-0/articles"):
        present = get(client, f"/v1/{collection}?entity=entity-1")["data"]
        assert present
        assert get(client, f"/v1/{collection}?entity={old}")["data"] == present
        assert get(client, f"/v1/{collection}?entity=entity-1&entity={old}")["data"] == present
        assert get(client, f"/v1/{collection}?entity={old}&entity=nobody")["data"] == []


@pytest.mark.usefixtures("merged_entities")
@pytest.mark.parametrize("rest", ["articles", "co-mentioned"])
def test_a_cursor_is_valid_under_an_earlier_slug_of_an_entity(client: FlaskClient, rest: str) -> None:
    following = get(client, f"/v1/entities/entity-1/{rest}?limit=1")["links"]["next"]
    response = client.get(following.replace("entity-1", "old-name"), follow_redirects=True)
    assert response.json == get(client, following)


def test_an_entity_keeps_the_slug_of_its_first_load(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    write_page(tmp_path, "page", Page())
    for takeaway, status in (("Shanghai.", 200), ("No lamp.", 404), ("Shanghai again.", 200)):
        load(runner, write_page(tmp_path, "page", Page(takeaways=(takeaway,))))
        assert client.get("/v1/entities/shanghai").status_code == status
        found = get(client, "/v1/articles?entity=shanghai")["data"]
        assert len(found) == (status == 200)
