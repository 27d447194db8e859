"""Find the story that a URL names by id or slug, and redirect from former ids and slugs."""

from typing import Any
from uuid import UUID

from sqlalchemy import select

from api.database.base import table_of
from api.models import FormerStory, Story
from api.problem_kinds import ProblemKind
from api.problems import ProblemException
from api.resources.lookup import (
    ARTICLE_SLUGS,
    ARTICLES,
    REFERENCE,
    SLUG_PATTERN,
    UUID_PATTERN,
    first_row,
    not_found,
    redirect,
)

STORIES, FORMER = table_of(Story), table_of(FormerStory)
# A story has the number and the slug of its founder.
FOUNDERS = ARTICLES.alias("founders")
BY_ID = (
    select(STORIES.c.number, STORIES.c.id, FOUNDERS.c.slug)
    .join_from(STORIES, FOUNDERS, FOUNDERS.c.number == STORIES.c.number)
    .where(STORIES.c.id == REFERENCE)
)
# The story of the article that has or had the slug.
BY_SLUG = (
    select(STORIES.c.number, STORIES.c.id, FOUNDERS.c.slug)
    .join_from(ARTICLE_SLUGS, ARTICLES, ARTICLES.c.id == ARTICLE_SLUGS.c.article_id)
    .join(STORIES, STORIES.c.number == ARTICLES.c.story)
    .join(FOUNDERS, FOUNDERS.c.number == ARTICLES.c.story)
    .where(ARTICLE_SLUGS.c.slug == REFERENCE)
)
# The slug of the story to which requests for a former story lead. It is null if all articles were removed.
FORMER_BY_ID = (
    select(FOUNDERS.c.slug)
    .outerjoin_from(FORMER, ARTICLES, ARTICLES.c.id == FORMER.c.article_id)
    .outerjoin(FOUNDERS, FOUNDERS.c.number == ARTICLES.c.story)
    .where(FORMER.c.id == REFERENCE)
)
# The same for the slug of a removed article that founded a story.
FORMER_BY_SLUG = (
    select(FOUNDERS.c.slug)
    .join_from(ARTICLE_SLUGS, FORMER, FORMER.c.founder_id == ARTICLE_SLUGS.c.article_id)
    .outerjoin(ARTICLES, ARTICLES.c.id == FORMER.c.article_id)
    .outerjoin(FOUNDERS, FOUNDERS.c.number == ARTICLES.c.story)
    .where(ARTICLE_SLUGS.c.slug == REFERENCE)
)


def find_story(reference: str) -> Any:
    """Return the number, id and slug of the story with the id or slug `reference`.

    The request is redirected to the slug of the story (308) in two cases:

    - `reference` is any other slug of an article in the story.
    - `reference` is the id or slug of a former story whose articles are now in this story.

    Raises:
        ProblemException: There never was such a story (404), or all of its articles were removed (410).
    """
    if UUID_PATTERN.fullmatch(reference):
        value: UUID | str = UUID(reference)
        current, former = BY_ID, FORMER_BY_ID
    elif SLUG_PATTERN.fullmatch(reference):
        value, current, former = reference, BY_SLUG, FORMER_BY_SLUG
    else:
        raise not_found(ProblemKind.STORY_NOT_FOUND, reference)
    row = first_row(current, value)
    if row is None:
        row = first_row(former, value)
        if row is None:
            raise not_found(ProblemKind.STORY_NOT_FOUND, reference)
        if row.slug is None:
            raise ProblemException(ProblemKind.STORY_REMOVED)
        redirect(story=row.slug)
    if isinstance(value, str) and row.slug != value:
        redirect(story=row.slug)
    return row
