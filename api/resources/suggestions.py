"""Suggest the slug of an entity or story in place of an unknown id or slug.

An entity is found by a slug, a name or an alias. A story is found by the slug or title of an article.
Suggestions do not include names that differ from the value in their first letters.
"""

import re

from sqlalchemy import bindparam, select, union_all

from api.database.base import AnySelect, table_of
from api.database.request_connection import request_connection
from api.models import Article, ArticleSlug, Entity, EntityName, EntitySlug
from api.problems import closest_choice
from api.resources.lookup import SLUG_PATTERN, UUID_PATTERN
from api.search.analyzer import fold

# The number of names that are read on each side of the value.
NEIGHBOURS = 50
# A shorter text can be the beginning of too many names.
MIN_LENGTH = 2

ENTITIES, NAMES, SLUGS = table_of(Entity), table_of(EntityName), table_of(EntitySlug)
ARTICLES, ARTICLE_SLUGS = table_of(Article), table_of(ArticleSlug)
VALUE = bindparam("value", type_=NAMES.c.folded.type)


def _neighbours() -> AnySelect:
    columns = NAMES.c.folded, NAMES.c.entity
    after = select(*columns).where(NAMES.c.folded >= VALUE).order_by(*columns).limit(NEIGHBOURS)
    before = select(*columns).where(NAMES.c.folded < VALUE)
    before = before.order_by(*[column.desc() for column in columns]).limit(NEIGHBOURS)
    near = union_all(select(after.subquery()), select(before.subquery())).subquery("near")
    return (
        select(near.c.folded, ENTITIES.c.slug)
        .join(ENTITIES, ENTITIES.c.number == near.c.entity)
        .order_by(ENTITIES.c.article_count.desc(), ENTITIES.c.number)
    )


SLUG_OF_ENTITY = (
    select(ENTITIES.c.slug)
    .join_from(SLUGS, ENTITIES, ENTITIES.c.number == SLUGS.c.entity)
    .where(SLUGS.c.slug == VALUE)
)
_founders = ARTICLES.alias()
SLUG_OF_STORY = (
    select(_founders.c.slug)
    .join_from(ARTICLE_SLUGS, ARTICLES, ARTICLES.c.id == ARTICLE_SLUGS.c.article_id)
    .join(_founders, _founders.c.number == ARTICLES.c.story)
    .where(ARTICLE_SLUGS.c.slug == VALUE)
)
# The names before and after a text. Names of entities that more articles mention come first.
NEIGHBOUR_NAMES = _neighbours()


def likely_entity(value: str) -> str | None:
    """Return the slug of an entity that the unknown text `value` may stand for, or None.

    An entity with an equal slug, name or alias comes before an entity with a similar name. Case, accents and
    hyphens are ignored.
    """
    folded = " ".join(fold(value).split())
    if UUID_PATTERN.fullmatch(value) or "\0" in folded or len(folded) < MIN_LENGTH:
        return None
    found: str | None = request_connection().scalar(SLUG_OF_ENTITY, {"value": _slug(folded)})
    if found:
        return found
    text = _spaced(folded) if SLUG_PATTERN.fullmatch(value) else folded
    slugs: dict[str, str] = {}
    for row in request_connection().execute(NEIGHBOUR_NAMES, {"value": text}):
        slugs.setdefault(_spaced(row.folded), row.slug)
    wanted = _spaced(text)
    if wanted in slugs:
        return slugs[wanted]
    longer = next((name for name in slugs if name.startswith(wanted)), None)
    likely = longer or closest_choice(wanted, list(slugs))
    return slugs[likely] if likely else None


def likely_story(value: str) -> str | None:
    """Return the slug of a story that the unknown text `value` may stand for, or None.

    Make a slug from `value`. The story has an article with this current or earlier slug.
    """
    slug = _slug(" ".join(fold(value).split()))
    return request_connection().scalar(SLUG_OF_STORY, {"value": slug}) if slug else None


def _slug(folded: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")


def _spaced(text: str) -> str:
    return text.replace("-", " ")
