"""Update the stored number of articles for each entity type, publication, language and date.

Lists without a filter show these counts. Only the counts of an article's former and current values change.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, delete, select, update

from api.database.base import table_of
from api.models import (
    ENTITY_TYPES,
    ArticleFacet,
    Entity,
    FacetCount,
    FacetList,
    NamedFacet,
    facet_number,
    pack_facets,
    unpack_facets,
)
from seeds.bulk_statements import insert_rows, portions, update_rows

# The number of articles whose lists are changed together.
BATCH_SIZE = 100
COUNTS, LISTS, ENTITIES = map(table_of, (FacetCount, FacetList, Entity))
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
COUNTED = select(COUNTS.c.number).where(COUNTS.c.number.in_(NUMBERS))
ADD_TO_COUNT = (
    update(COUNTS)
    .where(COUNTS.c.number == bindparam("facet"))
    .values(article_count=COUNTS.c.article_count + bindparam("added"))
)
DELETE_EMPTY = delete(COUNTS).where(COUNTS.c.number.in_(NUMBERS), COUNTS.c.article_count == 0)
FACETS_OF_ARTICLES = select(LISTS.c.article, LISTS.c.facets).where(LISTS.c.article.in_(NUMBERS))
DELETE_LISTS = delete(LISTS).where(LISTS.c.article.in_(NUMBERS))
SET_FACETS = (
    update(LISTS).where(LISTS.c.article == bindparam("list_of")).values(facets=bindparam("new_facets"))
)
TYPES = select(ENTITIES.c.number, ENTITIES.c.type).where(ENTITIES.c.number.in_(NUMBERS))
TYPE_FACETS = {facet_number("entity_type", kind): NamedFacet("entity_type", kind) for kind in ENTITY_TYPES}


def add_facet_counts(connection: Connection, articles: Iterable[Mapping[int, NamedFacet]]) -> None:
    """Add newly inserted articles to the counts of their facet values.

    A facet value is a value that lists can be filtered by, such as the language `en`.

    Args:
        connection: In a write transaction.
        articles: The facet values of each article, as `named_facets` returns them (without entities).
    """
    named: dict[int, NamedFacet] = {}
    added: Counter[int] = Counter()
    for facets in articles:
        named |= facets
        added.update(facets.keys())
    _change_counts(connection, added, named)


def delete_facet_lists(connection: Connection, articles: Collection[int]) -> None:
    """Delete the facet lists of articles, and subtract the articles from the counts of facet values.

    A facet value is a value that lists can be filtered by, such as a publication. A facet list has all facet
    values of one article. `articles` are database numbers.
    """
    parameters = {"numbers": list(articles)}
    removed: Counter[int] = Counter()
    for row in connection.execute(FACETS_OF_ARTICLES, parameters):
        removed.subtract(number for number in unpack_facets(row.facets) if number < 0)
    connection.execute(DELETE_LISTS, parameters)
    _change_counts(connection, removed, {})


def replace_type_facets(connection: Connection, entities: Collection[int]) -> None:
    """Update facet lists and facet counts after the types of `entities` have changed.

    A facet is a value that lists can be filtered by, such as an entity type. Call this after the new types
    were stored. `entities` are database numbers.
    """
    mentioning = select(ArticleFacet.article).where(ArticleFacet.facet.in_(entities)).distinct()
    articles = sorted(connection.scalars(mentioning))
    for start in range(0, len(articles), BATCH_SIZE):
        _replace_types(connection, articles[start : start + BATCH_SIZE])


def _replace_types(connection: Connection, articles: Collection[int]) -> None:
    rows = connection.execute(FACETS_OF_ARTICLES, {"numbers": articles}).all()
    lists = {row.article: set(unpack_facets(row.facets)) for row in rows}
    mentioned = sorted({number for facets in lists.values() for number in facets if number > 0})
    types = {
        row.number: row.type
        for several in portions(mentioned)
        for row in connection.execute(TYPES, {"numbers": several})
    }
    changes: Counter[int] = Counter()
    changed: list[dict[str, Any]] = []
    for article, former in lists.items():
        kinds = {facet_number("entity_type", types[number]) for number in former if number > 0}
        current = (former - TYPE_FACETS.keys()) | kinds
        if current != former:
            changes.update(current - former)
            changes.subtract(former - current)
            changed.append({"list_of": article, "new_facets": pack_facets(sorted(current))})
    update_rows(connection, SET_FACETS, changed)
    _change_counts(connection, changes, TYPE_FACETS)


def _change_counts(
    connection: Connection, changes: Mapping[int, int], named: Mapping[int, NamedFacet]
) -> None:
    """Change the counts of facet values. A value that no article has any more is deleted.

    Args:
        connection: In a write transaction.
        changes: The number to add to each count, by the number of the facet value.
        named: The facet values by number. Values that already have a count can be missing.
    """
    changes = {number: added for number, added in sorted(changes.items()) if added}
    if not changes:
        return
    numbers = {"numbers": list(changes)}
    stored = set(connection.scalars(COUNTED, numbers))
    update_rows(
        connection,
        ADD_TO_COUNT,
        [{"facet": number, "added": added} for number, added in changes.items() if number in stored],
    )
    new = [number for number in changes if number not in stored]
    insert_rows(
        connection,
        FacetCount,
        [{"number": number, "article_count": changes[number]} | named[number]._asdict() for number in new],
    )
    if any(added < 0 for added in changes.values()):
        connection.execute(DELETE_EMPTY, numbers)
