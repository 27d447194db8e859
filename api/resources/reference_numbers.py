"""Find the internal numbers of the articles, entities and stories in the filters of a query.

A filter identifies an article, entity or story by its id or slug.
"""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, bindparam, select

from api.database.base import AnySelect, table_of
from api.database.request_connection import request_connection
from api.models import Article, ArticleSlug, Entity, EntityId, EntitySlug, FormerStory, Story
from api.resources.lookup import NO_NUMBER, REFERENCE, SLUG_PATTERN, UUID_PATTERN, first_row

ARTICLES, ENTITIES, STORIES = map(table_of, (Article, Entity, Story))
ARTICLE_SLUGS, ENTITY_SLUGS = table_of(ArticleSlug), table_of(EntitySlug)
ENTITY_IDS, FORMER_STORIES = table_of(EntityId), table_of(FormerStory)
REFERENCES: BindParameter[Any] = bindparam("references", expanding=True)
ARTICLE_NUMBER_BY_ID = select(ARTICLES.c.number).where(ARTICLES.c.id == REFERENCE)
ARTICLE_NUMBER_BY_SLUG = (
    select(ARTICLES.c.number)
    .join_from(ARTICLE_SLUGS, ARTICLES, ARTICLES.c.id == ARTICLE_SLUGS.c.article_id)
    .where(ARTICLE_SLUGS.c.slug == REFERENCE)
)
# The numbers of entities by their own ids, and by the ids of entities that were merged into them.
ENTITY_NUMBERS_BY_ID = select(ENTITIES.c.id, ENTITIES.c.number).where(ENTITIES.c.id.in_(REFERENCES))
ENTITY_NUMBERS_BY_OLD_ID = select(ENTITY_IDS.c.old_id, ENTITY_IDS.c.entity).where(
    ENTITY_IDS.c.old_id.in_(REFERENCES)
)
ENTITY_NUMBERS_BY_SLUG = select(ENTITY_SLUGS.c.slug, ENTITY_SLUGS.c.entity).where(
    ENTITY_SLUGS.c.slug.in_(REFERENCES)
)
# A story has the number and the slug of its founder. A former story leads to the story of its `article_id`.
STORY_NUMBERS_BY_ID = select(STORIES.c.id, STORIES.c.number).where(STORIES.c.id.in_(REFERENCES))
STORY_NUMBERS_BY_OLD_ID = (
    select(FORMER_STORIES.c.id, ARTICLES.c.story)
    .join_from(FORMER_STORIES, ARTICLES, ARTICLES.c.id == FORMER_STORIES.c.article_id)
    .where(FORMER_STORIES.c.id.in_(REFERENCES))
)
STORY_NUMBERS_BY_SLUG = (
    select(ARTICLE_SLUGS.c.slug, STORIES.c.number)
    .join_from(ARTICLE_SLUGS, ARTICLES, ARTICLES.c.id == ARTICLE_SLUGS.c.article_id)
    .join(STORIES, STORIES.c.number == ARTICLES.c.story)
    .where(ARTICLE_SLUGS.c.slug.in_(REFERENCES))
)
STORY_NUMBERS_BY_OLD_SLUG = (
    select(ARTICLE_SLUGS.c.slug, ARTICLES.c.story)
    .join_from(ARTICLE_SLUGS, FORMER_STORIES, FORMER_STORIES.c.founder_id == ARTICLE_SLUGS.c.article_id)
    .join(ARTICLES, ARTICLES.c.id == FORMER_STORIES.c.article_id)
    .where(ARTICLE_SLUGS.c.slug.in_(REFERENCES))
)


def article_number_of(reference: str) -> int:
    """Return the internal number of the article with the id or slug `reference`.

    An earlier slug of the article is found too. If there is no such article, return NO_NUMBER, which no row
    has.
    """
    if UUID_PATTERN.fullmatch(reference):
        row = first_row(ARTICLE_NUMBER_BY_ID, UUID(reference))
    else:
        row = first_row(ARTICLE_NUMBER_BY_SLUG, reference) if SLUG_PATTERN.fullmatch(reference) else None
    return NO_NUMBER if row is None else int(row.number)


def entity_numbers_of(references: Collection[str]) -> list[int]:
    """Return the internal numbers of the entities with the ids or slugs in `references`, in the same order.

    A merged entity has the number of the entity that now replaces it. An unknown id or slug has NO_NUMBER.
    """
    return _numbers_of(references, [ENTITY_NUMBERS_BY_OLD_ID, ENTITY_NUMBERS_BY_ID], [ENTITY_NUMBERS_BY_SLUG])


def story_numbers_of(references: Collection[str]) -> list[int]:
    """Return the internal numbers of the stories with the ids or slugs in `references`, in the same order.

    The slug of any article stands for its story. A former story has the number of the story that now contains
    its founder (the article that gave the story its id). An unknown id or slug has NO_NUMBER.
    """
    return _numbers_of(
        references,
        [STORY_NUMBERS_BY_OLD_ID, STORY_NUMBERS_BY_ID],
        [STORY_NUMBERS_BY_OLD_SLUG, STORY_NUMBERS_BY_SLUG],
    )


def _numbers_of(
    references: Collection[str], by_id: Sequence[AnySelect], by_slug: Sequence[AnySelect]
) -> list[int]:
    """Return the internal number of the entity or story of each id or slug in `references`, in order.

    An unknown id or slug has NO_NUMBER. If several statements find the same id or slug, the last one decides.

    Args:
        references: The ids and slugs.
        by_id: Statements that select ids and numbers, for the ids in the bound parameter `references`.
        by_slug: The same for slugs.
    """
    ids = {each: UUID(each) for each in references if UUID_PATTERN.fullmatch(each)}
    slugs = [each for each in references if each not in ids and SLUG_PATTERN.fullmatch(each)]
    found: dict[Any, int] = {}
    for values, statements in ((slugs, by_slug), ([*ids.values()], by_id)):
        for statement in statements if values else ():
            rows = request_connection().execute(statement, {"references": values})
            found |= {row[0]: row[1] for row in rows}
    return [found.get(ids.get(each, each), NO_NUMBER) for each in references]
