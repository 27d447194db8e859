"""Read the former ids of an entity or a story, so that cursors from before a merge remain valid."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, select

from api.database.base import AnySelect, table_of
from api.database.request_connection import request_connection
from api.models import Article, EntityId, FormerStory

ARTICLES, ENTITY_IDS, FORMER_STORIES = table_of(Article), table_of(EntityId), table_of(FormerStory)
FORMER_IDS_OF_ENTITY = select(ENTITY_IDS.c.old_id).where(ENTITY_IDS.c.entity == bindparam("number"))
FORMER_IDS_OF_STORY = (
    select(FORMER_STORIES.c.id)
    .join_from(ARTICLES, FORMER_STORIES, FORMER_STORIES.c.article_id == ARTICLES.c.id)
    .where(ARTICLES.c.story == bindparam("number"))
)


def former_ids_of_entity(entity: Any) -> list[UUID]:
    """Return the ids of the entities that were merged into `entity`, the row of an entity."""
    return _read(FORMER_IDS_OF_ENTITY, entity)


def former_ids_of_story(story: Any) -> list[UUID]:
    """Return the ids of the former stories that lead to `story`, the row of a story."""
    return _read(FORMER_IDS_OF_STORY, story)


def _read(statement: AnySelect, row: Any) -> list[UUID]:
    return list(request_connection().scalars(statement, {"number": row.number}))
