"""Take an article out of its story before it is removed."""

from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from api.database.base import table_of
from api.models import Article, FormerStory, Story
from seeds.stories.clustering import StoryArticle
from seeds.stories.story_rows import FormerIds, add_former_stories, move_articles

ARTICLES, STORIES, FORMER = table_of(Article), table_of(Story), table_of(FormerStory)
ARTICLE: BindParameter[int] = bindparam("article_number")
STORY_OF = (
    select(STORIES.c.number, STORIES.c.id)
    .join_from(ARTICLES, STORIES, STORIES.c.number == ARTICLES.c.story)
    .where(ARTICLES.c.number == ARTICLE)
)
OTHERS = select(ARTICLES.c.number, ARTICLES.c.id, ARTICLES.c.key, ARTICLES.c.published_key).where(
    ARTICLES.c.story == bindparam("former_story"), ARTICLES.c.number != ARTICLE
)
FOUNDER_ID = select(ARTICLES.c.id).where(ARTICLES.c.number == bindparam("former_story"))
REDIRECT = (
    update(FORMER)
    .where(FORMER.c.article_id == bindparam("removed_id"))
    .values(article_id=bindparam("leader"))
)
DELETE_STORY = delete(STORIES).where(STORIES.c.number == bindparam("former_story"))


def leave_story(connection: Connection, article: int, identity: UUID) -> set[int]:
    """Take an article out of its story, and return the database numbers of the stories to write afterwards.

    Call this before the article is removed. If the story is named after the article, the story ends. Its
    other articles become a new story, to which requests for the former story are redirected.

    Args:
        connection: The connection, in a write transaction.
        article: The database number of the article.
        identity: The id of the article.
    """
    story = connection.execute(STORY_OF, {"article_number": article}).one()
    parameters: dict[str, Any] = {"article_number": article, "former_story": story.number}
    others = [StoryArticle(*row) for row in connection.execute(OTHERS, parameters)]
    if not others:
        leader = identity
    elif story.number == article:
        founder = min(others, key=lambda each: each.founder_rank)
        leader = founder.id
        move_articles(connection, {each.number: founder.number for each in others})
    else:
        leader = connection.scalars(FOUNDER_ID, {"former_story": story.number}).one()
    connection.execute(REDIRECT, {"removed_id": identity, "leader": leader})
    if story.number == article:
        connection.execute(DELETE_STORY, {"former_story": story.number})
        add_former_stories(connection, [FormerIds(story.id, identity, leader)])
        return {founder.number} if others else set()
    return {story.number}
