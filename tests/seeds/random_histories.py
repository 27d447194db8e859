"""Random operations on a database, for tests: documents are loaded, corrected and removed.

The known entities (the catalogue) change, too.
"""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from api.database.base import db
from api.models import Article, ArticleSlug, Entity, EntityId, EntitySlug, RelatedLink, Takeaway
from seeds.extraction.catalogue import EntityRecord
from seeds.identifiers import article_id
from seeds.linking.vector_cache import VectorCache
from seeds.parsing.files import SubmittedDocument
from seeds.preparing.worker_pool import WorkerPool
from seeds.stories.regrouping import regroup_articles
from seeds.storing.entities.catalogue_update import refresh_entities, release_slugs
from seeds.storing.entities.entity_names import update_names_and_slugs
from seeds.storing.relink import rederive_articles, relink_articles
from seeds.storing.removal import remove
from seeds.storing.transactions import transactions
from tests.seeds.documents import KEY_POINTS, Page, seed_pages, submit
from tests.seeds.stored_rows import rows
from tests.support.extraction import make_matcher

KEYS = [f"page-{number}" for number in range(6)]
TITLES = ["The Weir Is Closed", "Velmora Votes", "The weir is closed", "“Łódź” in 北京 🌊", "A Quay"]
# Sentences with names of the catalogue entries below, and with other names.
SENTENCES = [
    "Inspectors of the Inland Waters Board said on Monday that the Inland Waters Board would close the weir.",
    "On Tuesday the Inland Waters Board, whose barge was late, measured how deep the river at Velmora is.",
    "Yesterday Mr Velmora, who owns the mill, said that he would sell 40 boats. Mr Velmora is old.",
    "The boats lay near Velmora, a town in the hills, for a week, and in Velmora they were mended.",
    "The Sea and the Sea Board, of which Łódź’s “Quay \\ Trust” knows, came to 北京 with AI+ at 5%.",
    "In December Charles Tarrow said that the budget of the Sea Board was good. Mr Tarrow would stay.",
]
KNOWN = [
    EntityRecord("Sea", "place", "sea", ("North Sea",)),
    EntityRecord("Sea Board", "organization", "sea-board", (), "Keeps the gauges."),
    EntityRecord("AI+", "policy", "ai-plus", same_as=("https://example.org/ai",)),
    EntityRecord("Inland Waters Board", "organization", "iwb", ("IWB",)),
    EntityRecord("The Weir Board", "place", "inland-waters-board", ("Inland Waters Board",)),
    EntityRecord("Velmora", "place", "velmora"),
    EntityRecord("北京", "place", "beijing"),
]
SIDECARS = ["", "", "published_at: 2026-04-21T12:00:00Z", "published_at: 0002-01-01T00:00:00.25Z"]
SIDECARS += ["language: zh-Hans", "image_url: https://example.org/a.jpg", "slug: {key}-first", "slug: {key}"]
SORTS = {
    "articles": ("published_at", "-created_at", "updated_at", "-title"),
    "entities": ("-article_count", "mention_count", "name"),
    "takeaways": ("published_at", "-published_at"),
    "related-links": ("-published_at", "score", "-score"),
}
COMPARED_HEADERS = ("Location", "ETag", "Link", "Content-Type")

Responses = dict[str, tuple[int, dict[str, str], bytes]]


def random_page(random: Random, key: str) -> SubmittedDocument:
    """Return a random version of the document with `key`."""

    def some(texts: list[str], least: int, most: int) -> tuple[str, ...]:
        return tuple(random.sample(texts, random.randint(least, most)))

    page = Page(
        title=random.choice(TITLES),
        summary=random.choice([None, *SENTENCES]),
        takeaways=some(SENTENCES, 0, 3),
        analysis=some(SENTENCES, 0, 2),
        signature=random.choice([("The Tide Table",), Page().signature, ()]),
        body=some(SENTENCES, 2, 4),
        related=tuple((title, random.choice([None, "Apr 21, 2026"])) for title in some(TITLES, 0, 3)),
    )
    text = random.choice([page.text, "\ufeff" + page.text, page.text.replace("\n", "\r\n")])
    return submit(key, text.encode(), random.choice(SIDECARS).format(key=key))


def run_random_steps(app: Flask, seed: int, steps: int = 30) -> None:
    """Load, correct, remove and relink documents at random.

    `steps` is the number of operations, and `seed` determines everything except times.
    """
    for _ in random_steps(app, seed, steps):
        pass


def random_steps(app: Flask, seed: int, steps: int = 30) -> Iterator[int]:
    """Load, correct, remove and relink documents at random, and yield the number of each finished step."""
    random = Random(seed)  # noqa: S311
    catalogue: list[EntityRecord] = []
    for step in range(steps):
        key = random.choice(KEYS)
        act = random.random()
        if act < 0.7:
            seed_pages(app, [random_page(random, key)], catalogue)
        elif act < 0.9:
            remove_page(app, key)
        else:
            catalogue = random.sample(KNOWN, random.randint(0, 4))
            relink_pages(app, catalogue)
        yield step


def remove_page(app: Flask, key: str) -> None:
    """Remove the article whose document has `key`, if it is stored."""
    with app.app_context(), transactions(db.engine, print) as begin, begin() as connection:
        if connection.scalar(select(Article.id).where(Article.key == key)):
            remove(connection, article_id(key), KEY_POINTS)


def relink_pages(app: Flask, catalogue: list[EntityRecord]) -> None:
    """Do what `flask seed relink` does for all articles, with `catalogue` as the known entities."""
    with (
        app.app_context(),
        transactions(db.engine, print) as begin,
        WorkerPool(1, make_matcher, (catalogue,)) as pool,
    ):
        with begin() as connection:
            release_slugs(connection, catalogue)
            refresh_entities(connection, catalogue)
            articles = list(connection.scalars(select(Article.number).order_by(Article.id)))
        vectors = VectorCache()
        rederive_articles(begin, articles, pool, vectors, KEY_POINTS)
        update_names_and_slugs(begin)
        relink_articles(begin, articles, vectors)
        regroup_articles(begin, KEY_POINTS)


def export(app: Flask) -> bytes:
    """Return the output of `flask seed export`."""
    result = app.test_cli_runner().invoke(args=["seed", "export"])
    assert result.exit_code == 0, result.stderr
    return result.stdout_bytes


def import_file(app: Flask, data: bytes, folder: Path) -> Result:
    """Write `data`, an export, to a file in `folder`, and run `flask seed import` with it."""
    path = folder / "export.ndjson"
    path.write_bytes(data)
    return app.test_cli_runner().invoke(args=["seed", "import", str(path)])


def all_responses(app: Flask, *, is_ranked: bool = True) -> Responses:
    """Return the responses of the API by URL: all pages of all lists, and every resource by id and slug.

    If `is_ranked` is True, they include lists in the order of relevance, which differs between engines.
    """
    client = app.test_client()
    targets = [
        f"/v1/{name}?sort={sort}&limit=2&total=true" for name, sorts in SORTS.items() for sort in sorts
    ]
    targets += ["/v1/articles?q=weir OR board&sort=title&include=highlights,body,takeaways,entities,related"]
    targets += ["/v1/articles?q=weir OR board&limit=2"] * is_ranked
    targets += ["/v1/entities?q=vel", "/v1/takeaways?q=velmora", "/v1/articles?entity_type=place&limit=3"]
    targets += ["/v1/articles?publication=The Tide Table", "/v1/related-links?basis=computed&resolved=true"]
    found: Responses = {}
    for target in [*targets, *_resource_targets(app)]:
        following: str | None = target
        while following:
            following = _add_response(client, following, found)
    return found


def _add_response(client: FlaskClient, target: str, found: Responses) -> str | None:
    """Add the response at the URL `target` to `found`, and return its link to the next page, or None."""
    response = client.get(target, headers={"X-Request-ID": "walk"})
    headers = {name: response.headers[name] for name in COMPARED_HEADERS if name in response.headers}
    found[target] = (response.status_code, headers, response.data)
    body = response.get_json() if response.mimetype == "application/json" else {}
    following: str | None = body["links"].get("next") if "data" in body else None
    return following


def _resource_targets(app: Flask) -> list[str]:
    """Return the paths of all articles, entities, takeaways and related links, and of their parts.

    There are paths for each id and each slug, both current and former.
    """
    with app.app_context(), db.engine.connect() as connection:
        articles = [*connection.scalars(select(ArticleSlug.slug)), *connection.scalars(select(Article.id))]
        articles += connection.scalars(select(ArticleSlug.article_id).distinct()).all()
        entities = [*connection.scalars(select(EntitySlug.slug)), *connection.scalars(select(Entity.id))]
        entities += connection.scalars(select(EntityId.old_id)).all()
        takeaways, links = (connection.scalars(select(each.id)).all() for each in (Takeaway, RelatedLink))
    parts = ("", "/takeaways", "/entities", "/related", "/source")
    found = [f"/v1/articles/{one}{part}" for one in articles for part in parts]
    found += [f"/v1/entities/{one}{part}" for one in entities for part in ("", "/articles", "/co-mentioned")]
    found += [f"/v1/articles?entity={one}&sort=title" for one in entities]
    found += [f"/v1/takeaways/{one}" for one in takeaways] + [f"/v1/related-links/{one}" for one in links]
    return sorted(found)


def comparable_rows(app: Flask) -> dict[str, list[dict[str, object]]]:
    """Return the rows of all tables, without the values that an import changes.

    These values are the internal keys of links and folders, and the stored JSON of articles in lists.
    """
    found = rows(app)
    for row in found["articles"]:
        del row["item_key"], row["item_json"]
    for table in ("related_links", "folders"):
        for row in found[table]:
            del row["number"]
    return found
