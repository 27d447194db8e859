"""Rows for all tables, made without documents, for tests of lists. Many sort keys are equal or null."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from flask import Flask
from sqlalchemy import func, insert, select, update

from api.database.base import Base, db
from api.models import (
    CREATED,
    ENTITY_TYPES,
    UNDATED,
    UPDATED,
    Article,
    ArticleDocument,
    ArticleEntity,
    ArticleFacet,
    ArticleMentions,
    ArticleSlug,
    Change,
    Corpus,
    Entity,
    EntityName,
    EntitySlug,
    RelatedLink,
    Revision,
    Story,
    Takeaway,
    TakeawayEntity,
    facet_number,
    link_precedence,
    published_key,
    score_key,
    span_seconds,
    takeaway_number,
    takeaway_place,
)
from api.search.analyzer import fold
from api.v1.article_content import article_content, pack_content, unpack_content
from seeds.preparing.search_terms import search_terms
from seeds.search_index.search_rows import insert_search_rows
from seeds.storing.rendering import render_articles
from seeds.storing.transactions import transactions

Row = dict[str, Any]
Rows = dict[type[Base], list[Row]]

SPACE = UUID("5a0f7c1e-7f63-4f0a-9a53-0c1b2d3e4f50")
DAY = datetime(2026, 4, 21, 9, 30, tzinfo=UTC)
DOCUMENT = b"..."
STORY_SIZE = 3
# The numbers of test rows in the database begin after those of articles and entities that tests load before.
FIRST_NUMBER = 1001
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
    """Return the id of a test row. Example: `row_id("takeaway", 0, 1)`. The order of ids is arbitrary."""
    return uuid5(SPACE, f"{kind}:{numbers}")


def article_rows(number: int, takeaways: int | None = None, **columns: Any) -> Rows:
    """Return the rows of a test article, as a list of rows for each model (table class).

    Args:
        number: The index of the test article, from 0. Its number in the database is `stored_number(number)`.
        takeaways: The number of takeaways. None stands for `number % 4`.
        **columns: Values of the article, such as `summary`. They override the default values.
    """
    identity, published = row_id("article", number), PUBLISHED[number % len(PUBLISHED)]
    count = number % 4 if takeaways is None else takeaways
    values = {
        "slug": f"slug-{number}",
        "title": TITLES[number % len(TITLES)],
        "language": LANGUAGES[number % len(LANGUAGES)],
        "publication": PUBLICATIONS[number % len(PUBLICATIONS)],
        "published_at": published,
        "word_count": 300,
        "body": ["One paragraph."],
        "source_name": f"document-{number}.txt",
        "source_sha256": "",
        "source_bytes": 3,
    }
    texts = [f"Takeaway {position}" for position in range(1, count + 1)]
    content = article_content(defaultdict(lambda: None, values | columns), texts, [])
    article = {
        "number": stored_number(number),
        "id": identity,
        "key": f"document-{number}",
        "slug": content["slug"],
        "title": content["title"],
        "title_hash": number,
        "published_key": published_key(published),
        "story": stored_number(number),
        "created_at": DAY + timedelta(hours=number // 3),
        "updated_at": DAY + timedelta(hours=number * 7 % 5),
        "revision": 1,
        "content_digest": b"",
        "derived_digest": b"",
    }
    document = {
        "article": article["number"],
        "folder": 1,
        "source_name": f"document-{number}.txt",
        "document": DOCUMENT,
        "content": pack_content(content, DOCUMENT),
    }
    return {
        Article: [article],
        ArticleSlug: [{"slug": article["slug"], "article_id": identity}],
        ArticleDocument: [document],
        Change: [_change(article, number, revision=1)],
        Takeaway: [_takeaway(number, position) for position in range(1, count + 1)],
        Story: [_story([article])],
    }


def stored_number(number: int) -> int:
    """Return the primary key of the test article or test entity with the index `number` (from 0)."""
    return FIRST_NUMBER + number


def content_of(document: Row) -> Row:
    """Return the content of an article from `document`, its row of the table `documents`."""
    return unpack_content(document["content"], document["document"])


def corpus_rows(articles: int, entities: int, **columns: Any) -> Rows:
    """Return the rows of a test database, as a list of rows for each model (table class).

    Article 0 mentions all entities. It has `entities` takeaways, as many related links, and as many
    revisions. Every article mentions entity 0.

    Args:
        articles: The number of articles.
        entities: The number of entities.
        **columns: Values of article 0, such as `summary`. They override the default values.
    """
    corpus: Rows = {}
    for number in range(articles):
        own = {"takeaways": entities, **columns} if number == 0 else {}
        for model, rows in article_rows(number, **own).items():
            corpus.setdefault(model, []).extend(rows)
    places = range(1, entities + 1)
    _revise(corpus, last=max(entities, 1))
    corpus[Entity] = [_entity(number) for number in range(entities)]
    # A second entity in every other article: some are mentioned together often, some once.
    mentioned: dict[int, list[int]] = {0: list(range(entities))}
    for number in range(1, articles):
        second = [number // 2 % 3 + 1] if entities > 3 and number % 2 == 0 else []
        mentioned[number] = [0, *second] if entities else []
    corpus[ArticleEntity] = [
        _naming(article, position, entity)
        for article, several in mentioned.items()
        for position, entity in enumerate(several, 1)
    ]
    corpus[ArticleMentions] = [
        {"article": stored_number(article), "mentions": [[] for _ in several]}
        for article, several in mentioned.items()
    ]
    corpus[EntitySlug] = [{"slug": row["slug"], "entity": row["number"]} for row in corpus[Entity]]
    corpus[EntityName] = [{"entity": row["number"], "folded": fold(row["name"])} for row in corpus[Entity]]
    corpus[TakeawayEntity] = [
        {
            "takeaway": takeaway["number"],
            "entity": stored_number(number),
            "published_key": takeaway["published_key"],
        }
        for takeaway in corpus[Takeaway]
        for number in range(0, entities, takeaway_place(takeaway["number"])[1])
    ]
    corpus[RelatedLink] = [
        _link(number, position, articles)
        for number in range(articles)
        for position in (places if number == 0 else range(1, number % 3 + 1))
    ]
    _group(corpus)
    types = {entity["number"]: entity["type"] for entity in corpus[Entity]}
    corpus[ArticleFacet] = [
        {name: article[name] for name in ("published_key", "created_at", "updated_at")}
        | {"article": article["number"], "facet": facet}
        for article, document in zip(corpus[Article], corpus[ArticleDocument], strict=True)
        for facet in sorted(_facets(article, document, corpus[ArticleEntity], types))
    ]
    return corpus


def _group(corpus: Rows) -> None:
    """Group the articles of `corpus` into stories of up to `STORY_SIZE` articles, and add the stories' rows.

    Each row of an article gets the number of its story, which is the number of the story's first article.
    """
    articles = corpus[Article]
    groups = [articles[start : start + STORY_SIZE] for start in range(0, len(articles), STORY_SIZE)]
    for several in groups:
        for article in several:
            article["story"] = several[0]["number"]
    corpus[Story] = list(map(_story, groups))
    for story in corpus[Story]:
        own = {article["number"] for article in articles if article["story"] == story["number"]}
        numbers = [takeaway["number"] for takeaway in corpus[Takeaway]]
        story["takeaways"] = [number for number in numbers if takeaway_place(number)[0] in own][:12]
        counts = Counter(row["entity"] for row in corpus[ArticleEntity] if row["article"] in own)
        story["entities"] = [[entity, count] for entity, count in counts.most_common(10)]


def _story(articles: list[Row]) -> Row:
    """Return the row of the story of `articles`, with empty lists of takeaways and entities."""
    published = [article["published_key"] for article in articles]
    first, last = min((key for key in published if key != UNDATED), default=UNDATED), max(published)
    return {
        "number": articles[0]["number"],
        "id": uuid5(SPACE, f"story:{articles[0]['number']}"),
        "article_count": len(articles),
        "first_published_key": first,
        "last_published_key": last,
        "span_seconds": span_seconds(first, last),
        "takeaways": [],
        "entities": [],
        "publications": [["The Lantern Post", 1]],
    }


def _change(article: Row, number: int, revision: int) -> Row:
    """Return the row of the change feed for the revision `revision` of a test article.

    `number` is the index of the test article. The feed lists the changes to revision 1 of all articles before
    the changes to revision 2, and so on.
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
    article, document = corpus[Article][0], corpus[ArticleDocument][0]
    article["revision"] = last
    corpus[Change] += [_change(article, 0, revision) for revision in range(2, last + 1)]
    kept = {"article_id": article["id"], "key": article["key"]}
    kept |= {name: document[name] for name in ("document", "content")}
    corpus[Revision] = [kept | {"revision": revision} for revision in range(1, last)]


def _facets(article: Row, document: Row, naming: list[Row], types: Mapping[int, str]) -> set[int]:
    entities = {row["entity"] for row in naming if row["article"] == article["number"]}
    content = content_of(document)
    facets = {facet_number("entity_type", types[entity]) for entity in entities}
    facets.add(facet_number("language", content["language"]))
    publication = (content["byline"] or {}).get("publication")
    return entities | facets | ({facet_number("publication", publication)} if publication else set())


def insert_rows(app: Flask, rows: Rows) -> None:
    """Insert `rows` into the database of `app`, and index the texts of the articles for the search.

    `rows` has a list of rows for each model (table class).
    """
    with app.app_context():
        for table in db.metadata.sorted_tables:
            for model in (model for model in rows if model.__table__ is table and rows[model]):
                db.session.execute(insert(model), rows[model])
        contents = {row["article"]: content_of(row) for row in rows.get(ArticleDocument, [])}
        terms = {number: search_terms(content) for number, content in contents.items()}
        insert_search_rows(db.session.connection(), terms)
        last = {
            "last_article": select(func.coalesce(func.max(Article.number), 0)).scalar_subquery(),
            "last_entity": select(func.coalesce(func.max(Entity.number), 0)).scalar_subquery(),
        }
        db.session.execute(update(Corpus).values(last))
        db.session.commit()


def _takeaway(article: int, position: int) -> Row:
    return {
        "number": takeaway_number(stored_number(article), position),
        "id": row_id("takeaway", article, position),
        "text": f"Takeaway {position}",
        "evidence": [],
        "published_key": published_key(PUBLISHED[article % len(PUBLISHED)]),
    }


def _entity(number: int) -> Row:
    return {
        "number": stored_number(number),
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


def _naming(article: int, position: int, entity: int) -> Row:
    return {
        "article": stored_number(article),
        "entity": stored_number(entity),
        "position": position,
        "mention_count": entity % 3 + 1,
        "salience": 0.5,
    }


def _link(article: int, position: int, articles: int) -> Row:
    """Return the row of a related link of an article. Its target is a later article or None."""
    target, score = article + position, SCORES[(article + position) % len(SCORES)]
    is_computed = (article + position) % 5 == 0
    return {
        "id": row_id("link", article, position),
        "article": stored_number(article),
        "precedence": link_precedence(position),
        "basis": "computed" if is_computed else "listed",
        "title": f"Link {position}",
        "title_hash": None if is_computed else position,
        "target": stored_number(target) if target % 4 and target < articles else None,
        "reasons": [],
        "published_key": published_key(PUBLISHED[article % len(PUBLISHED)]),
        "score_key": score_key(score),
    }


def render(app: Flask) -> int:
    """Store the JSON of all articles, and return the number of articles.

    `flask seed load` also does this before it ends.
    """
    with app.app_context(), transactions(db.engine, print) as begin:
        return render_articles(begin)
