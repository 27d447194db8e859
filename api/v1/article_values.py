"""Read any number of articles with all their parts in five statements, as the JSON values of responses."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from itertools import chain
from typing import Any

import orjson
from sqlalchemy import Connection, select

from api.database.base import AnySelect, table_of
from api.models import MAX_TAKEAWAYS, ArticleDocument, ArticleEntity, Story, takeaway_place
from api.v1.article_content import unpack_content
from api.v1.json_values import (
    Values,
    article_head,
    article_links,
    article_reference,
    entity_reference,
    link_values,
    reason_entities,
    takeaway_part,
)
from api.v1.part_rows import (
    ARTICLES,
    ENTITIES,
    LINK_COLUMNS,
    LINKS,
    NUMBERS,
    NUMBERS_PER_ARTICLE,
    REFERENCE_COLUMNS,
    TAKEAWAY_COLUMNS,
    TAKEAWAYS,
    TARGETS,
    read_references,
)

# The row of a related link, and its reasons.
Link = tuple[Any, list[Any]]

FOUNDERS, STORIES = ARTICLES.alias("founders"), table_of(Story)
STORY_COLUMNS = (
    STORIES.c.id.label("story_id"),
    FOUNDERS.c.slug.label("story_slug"),
    FOUNDERS.c.title.label("story_title"),
)
DOCUMENTS, MENTIONED_ENTITIES = table_of(ArticleDocument), table_of(ArticleEntity)
SELECT_ARTICLES = (
    select(ARTICLES.c.number, ARTICLES.c.id, ARTICLES.c.revision, ARTICLES.c.created_at)
    .add_columns(ARTICLES.c.updated_at, DOCUMENTS.c.document, DOCUMENTS.c.content, *STORY_COLUMNS)
    .join_from(ARTICLES, DOCUMENTS, DOCUMENTS.c.article == ARTICLES.c.number)
    .join(STORIES, STORIES.c.number == ARTICLES.c.story)
    .join(FOUNDERS, FOUNDERS.c.number == ARTICLES.c.story)
    .where(ARTICLES.c.number.in_(NUMBERS))
)
_first_takeaway = ARTICLES.c.number * NUMBERS_PER_ARTICLE
SELECT_TAKEAWAYS = (
    select(*TAKEAWAY_COLUMNS)
    .join_from(
        ARTICLES, TAKEAWAYS, TAKEAWAYS.c.number.between(_first_takeaway, _first_takeaway + MAX_TAKEAWAYS)
    )
    .where(ARTICLES.c.number.in_(NUMBERS))
    .order_by(TAKEAWAYS.c.number.desc())
)
SELECT_ENTITIES = (
    select(MENTIONED_ENTITIES.c.article, MENTIONED_ENTITIES.c.entity, MENTIONED_ENTITIES.c.mention_count)
    .add_columns(MENTIONED_ENTITIES.c.salience, *REFERENCE_COLUMNS)
    .join_from(MENTIONED_ENTITIES, ENTITIES, ENTITIES.c.number == MENTIONED_ENTITIES.c.entity)
    .where(MENTIONED_ENTITIES.c.article.in_(NUMBERS))
    .order_by(MENTIONED_ENTITIES.c.article, MENTIONED_ENTITIES.c.position)
)
SELECT_LINKS = (
    select(LINKS.c.article, *LINK_COLUMNS)
    .join_from(LINKS, TARGETS, LINKS.c.target == TARGETS.c.number, isouter=True)
    .where(LINKS.c.article.in_(NUMBERS))
    .order_by(LINKS.c.article, LINKS.c.precedence.desc())
)


def read_articles(connection: Connection, numbers: Collection[int], base_url: str) -> dict[int, Values]:
    """Return the JSON values of articles, by the internal number of the article.

    Numbers without an article are ignored. `base_url` is the prefix of the URLs in the values.
    """

    # The statements return plain rows. CPython 3.11 crashed when it collected the reference cycles of
    # thousands of ORM objects at once.
    def fetch(statement: AnySelect) -> Iterable[Any]:
        return connection.execute(statement, {"numbers": list(numbers)})

    takeaways: defaultdict[int, list[Values]] = defaultdict(list)
    for number, *columns in fetch(SELECT_TAKEAWAYS):
        article, position = takeaway_place(number)
        identity, text, evidence = columns
        takeaways[article].append(takeaway_part(identity, position, text, evidence))
    entities: defaultdict[int, dict[int, Values]] = defaultdict(dict)
    for article, entity, mention_count, salience, *columns in fetch(SELECT_ENTITIES):
        counts = {"mention_count": mention_count, "salience": salience}
        entities[article][entity] = entity_reference(*columns) | counts
    links, named = _read_links(connection, fetch(SELECT_LINKS), entities)
    return {
        row.number: _article(
            row, takeaways[row.number], [*entities[row.number].values()], links[row.number], named, base_url
        )
        for row in fetch(SELECT_ARTICLES)
    }


def _read_links(
    connection: Connection, rows: Iterable[Any], mentioned: dict[int, dict[int, Values]]
) -> tuple[defaultdict[int, list[Link]], dict[int, Values]]:
    """Return the related links of each article, and the entities in the reasons for these links.

    Args:
        connection: Serves to read the entities missing in `mentioned`.
        rows: The rows of the links.
        mentioned: The short JSON of entities, by article number and entity number.

    Returns:
        The links by article number, and the short JSON of all entities by entity number. A link is a pair of
            its row and its parsed `reasons`.
    """
    found: defaultdict[int, list[Link]] = defaultdict(list)
    named = dict(chain.from_iterable(each.items() for each in mentioned.values()))
    for row in rows:
        found[row.article].append((row, orjson.loads(row.reasons)))
    numbers = {each for links in found.values() for _, reasons in links for each in reason_entities(reasons)}
    return found, named | read_references(connection, sorted(numbers - named.keys()))


def _article(
    row: Any,
    takeaways: list[Values],
    entities: list[Values],
    links: list[Link],
    named: dict[int, Values],
    base_url: str,
) -> Values:
    content = unpack_content(row.content, row.document)
    reference = article_reference(row.id, content["slug"], content["title"])
    return article_head(row.id, content, row.revision, row.created_at, row.updated_at) | {
        "story": article_reference(row.story_id, row.story_slug, row.story_title),
        "body": content["body"],
        "analysis": content["analysis"],
        "takeaways": takeaways,
        "entities": entities,
        "related": [
            link_values(link, reasons, named, reference, base_url, position=position)
            for position, (link, reasons) in enumerate(links, 1)
        ],
        "source": content["source"],
        "links": article_links(content["slug"], base_url),
    }
