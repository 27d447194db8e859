"""Rows for all tables, made without documents, for tests of lists. Many sort keys are equal or null."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from flask import Flask
from sqlalchemy import insert

from api.database.base import Base, db
from api.models import (
    CREATED,
    ENTITY_TYPES,
    UPDATED,
    Article,
    ArticleEntity,
    ArticleFacet,
    ArticleSlug,
    ArticleTerms,
    Change,
    Entity,
    EntityName,
    EntitySlug,
    RelatedLink,
    Revision,
    SourceDocument,
    Takeaway,
    TakeawayEntity,
    TakeawayTerms,
    facet_id,
    published_keys,
    score_keys,
)
from api.search.analyzer import fold, index_text
from api.v1.article_content import article_content
from seeds.storing.rendering import render_articles
from seeds.storing.transactions import transactions

Row = dict[str, Any]
Rows = dict[type[Base], list[Row]]

SPACE = UUID("5a0f7c1e-7f63-4f0a-9a53-0c1b2d3e4f50")
DAY = datetime(2026, 4, 21, 9, 30, tzinfo=UTC)
# Contains ties, nulls at several positions, and times that differ only in the last digit.
PUBLISHED = [DAY, None, DAY, DAY + timedelta(microseconds=1), None, DAY - timedelta(days=400), DAY, None]
# Contains equal titles, and titles that a locale, a case-insensitive order or UTF-16 would sort differently.
TITLES = [
    "Zebra",
    "apple",
    "Apple",
    "Zebra",
    "Éclair",
    "ａ wide",
    "😀 wide",
    "北京",
    "Zebra",
    "a",
    "A b",
    "Ab",
]
LANGUAGES = ["en", "en", "zh"]
PUBLICATIONS = ["The Lantern Post", None, "Coast Review", "The Lantern Post"]
SCORES = [None, 0.5, 0.25, None, 0.5, 1.0, 0.0]


def row_id(kind: str, *numbers: int) -> UUID:
    """Return the id of a test row: `row_id("takeaway", 0, 1)`. Ids are in no particular order."""
    return uuid5(SPACE, f"{kind}:{numbers}")


def article_rows(number: int) -> Rows:
    """Return the rows, by model, of the test article with this number. It has up to three takeaways."""
    identity, published = row_id("article", number), PUBLISHED[number % len(PUBLISHED)]
    article = {
        "id": identity,
        "key": f"document-{number}",
        "slug": f"slug-{number}",
        "content_digest": "",
        "derived_digest": "",
        "title": TITLES[number % len(TITLES)],
        "title_digest": "",
        "language": LANGUAGES[number % len(LANGUAGES)],
        "publication": PUBLICATIONS[number % len(PUBLICATIONS)],
        "published_at": published,
        "created_at": DAY + timedelta(hours=number // 3),
        "updated_at": DAY + timedelta(hours=number * 7 % 5),
        "revision": 1,
        "word_count": 300,
        "body": ["One paragraph."],
        "source_name": f"document-{number}.txt",
        "source_sha256": "",
        "source_bytes": 3,
    }
    return {
        Article: [article | published_keys(published)],
        ArticleSlug: [{"slug": f"slug-{number}", "article_id": identity}],
        SourceDocument: [{"article_id": identity, "content": b"...", "folder": "/pages"}],
        Change: [_change(article, number, revision=1)],
        Takeaway: [_takeaway(number, position) for position in range(1, number % 4 + 1)],
        ArticleTerms: [{"article_id": identity} | index_text(_texts(article))],
        TakeawayTerms: [_terms(number, position) for position in range(1, number % 4 + 1)],
    }


def _texts(article: Row) -> dict[str, list[str]]:
    return {"title": [article["title"]], "summary": [], "takeaways": [], "text": article["body"]}


def _terms(article: int, position: int) -> Row:
    return {"takeaway_id": row_id("takeaway", article, position)} | index_text(
        {"text": [f"Takeaway {position}"]}
    )


def corpus_rows(articles: int, entities: int) -> Rows:
    """Return the rows, by model, of a test database with these numbers of articles and entities.

    Article 0 has all parts, and every article mentions entity 0.
    """
    corpus: Rows = {}
    for number in range(articles):
        for model, rows in article_rows(number).items():
            corpus.setdefault(model, []).extend(rows)
    places = range(1, entities + 1)
    _revise(corpus, last=max(entities, 1))
    corpus[Entity] = [_entity(number) for number in range(entities)]
    corpus[Takeaway] += [_takeaway(0, position) for position in places]
    corpus[TakeawayTerms] += [_terms(0, position) for position in places]
    corpus[ArticleEntity] = [_naming(0, number) for number in range(entities)]
    corpus[ArticleEntity] += [_naming(number, 0) for number in range(1, articles) if entities]
    # A second entity in every other article: some are mentioned together often, some once.
    corpus[ArticleEntity] += [_naming(n, n // 2 % 3 + 1) for n in range(2, articles, 2) if entities > 3]
    corpus[EntitySlug] = [{"slug": row["slug"], "entity_id": row["id"]} for row in corpus[Entity]]
    corpus[EntityName] = [{"entity_id": row["id"], "folded": fold(row["name"])} for row in corpus[Entity]]
    corpus[TakeawayEntity] = [
        _keys(takeaway) | {"takeaway_id": takeaway["id"], "entity_id": row_id("entity", number)}
        for takeaway in corpus[Takeaway]
        for number in range(0, entities, takeaway["position"])
    ]
    corpus[RelatedLink] = [
        _link(number, position, articles)
        for number in range(articles)
        for position in (places if number == 0 else range(1, number % 3 + 1))
    ]
    types = {entity["id"]: entity["type"] for entity in corpus[Entity]}
    corpus[ArticleFacet] = [
        _keys(article) | {"article_id": article["id"], "facet": facet}
        for article in corpus[Article]
        for facet in sorted(_facets(article, corpus[ArticleEntity], types))
    ]
    return corpus


def _change(article: Row, number: int, revision: int) -> Row:
    """Return a row of the change feed: the change that made a revision of the article with this number.

    All changes to lower revisions come before it.
    """
    named = {"article_id": article["id"], "slug": article["slug"], "title": article["title"]}
    return named | {
        "sequence": revision * 10_000 + number,
        "kind": CREATED if revision == 1 else UPDATED,
        "revision": revision,
        "changed_at": DAY + timedelta(days=revision),
        "fields": ["title"][: revision - 1],
    }


def _revise(corpus: Rows, last: int) -> None:
    """Add former revisions of article 0, so that its current revision is `last`."""
    article = corpus[Article][0]
    article["revision"] = last
    corpus[Change] += [_change(article, 0, revision) for revision in range(2, last + 1)]
    content = article_content(defaultdict(lambda: None, article), [], [])
    kept = {"article_id": article["id"], "key": article["key"], "content": content, "source": b"..."}
    corpus[Revision] = [kept | {"revision": revision} for revision in range(1, last)]


def _facets(article: Row, naming: list[Row], types: dict[UUID, str]) -> set[UUID]:
    entities = {row["entity_id"] for row in naming if row["article_id"] == article["id"]}
    facets = {facet_id("entity_type", types[entity]) for entity in entities}
    facets |= {facet_id(kind, article[kind]) for kind in ("publication", "language") if article[kind]}
    return entities | facets


def _keys(row: Row) -> Row:
    """Return the sort keys of an article or takeaway that rows of other tables repeat."""
    names = ("article_id", "position", "published_asc", "published_desc", "created_at", "updated_at")
    return {name: row[name] for name in names if name in row}


def insert_rows(app: Flask, rows: Rows) -> None:
    """Insert `rows`, lists of rows by model, into the database of `app`."""
    with app.app_context():
        for table in db.metadata.sorted_tables:
            for model in (model for model in rows if model.__table__ is table and rows[model]):
                db.session.execute(insert(model), rows[model])
        db.session.commit()


def _takeaway(article: int, position: int) -> Row:
    return {
        "id": row_id("takeaway", article, position),
        "article_id": row_id("article", article),
        "position": position,
        "text": f"Takeaway {position}",
        "evidence": [],
    } | published_keys(PUBLISHED[article % len(PUBLISHED)])


def _entity(number: int) -> Row:
    return {
        "id": row_id("entity", number),
        "slug": f"entity-{number}",
        "name": TITLES[number % len(TITLES)],
        "type": ENTITY_TYPES[number % 3],
        "aliases": [],
        "same_as": [],
        "origin": "catalogue",
        "article_count": number % 3,
        "mention_count": number * 5 % 4,
    }


def _naming(article: int, entity: int) -> Row:
    return {
        "article_id": row_id("article", article),
        "entity_id": row_id("entity", entity),
        "position": entity + 1,
        "mention_count": entity % 3 + 1,
        "salience": 0.5,
        "mentions": [],
    }


def _link(article: int, position: int, articles: int) -> Row:
    """Return the row of a related link of an article. It leads to a later article, or nowhere."""
    target, score = article + position, SCORES[(article + position) % len(SCORES)]
    row: Row = {
        "id": row_id("link", article, position),
        "article_id": row_id("article", article),
        "place": position,
        "basis": "computed" if (article + position) % 5 == 0 else "listed",
        "title": f"Link {position}",
        "title_digest": "",
        "target_id": row_id("article", target) if target % 4 and target < articles else None,
        "score": score,
        "reasons": [],
    }
    return row | score_keys(score) | published_keys(PUBLISHED[article % len(PUBLISHED)])


def render(app: Flask) -> int:
    """Store the JSON of all articles, as commands do at their end, and return the number of articles."""
    with app.app_context(), transactions(db.engine, print) as begin:
        return render_articles(begin)
