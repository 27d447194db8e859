"""Add database numbers to the rows for a line of an export.

An export contains the ids of entities and the path of the folder of each article. The rows need the numbers
of both in this database.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID

from api.models import (
    Article,
    ArticleDocument,
    ArticleEntity,
    ArticleFacet,
    Entity,
    FacetList,
    TakeawayEntity,
)
from api.v1.renderings import render_item
from seeds.identifiers import story_id
from seeds.storing.row_builders import (
    Row,
    article_entity_rows,
    facet_list_row,
    facet_rows,
    named_facets,
    takeaway_entity_rows,
)
from seeds.transfer.prepared_lines import ImportedArticle, LineRows
from seeds.transfer.value_readers import MalformedError


class StoredEntity(NamedTuple):
    """An entity of an export that is stored in the database: its number there, and its type."""

    number: int
    type: str


@dataclass(frozen=True)
class Database:
    """Values that an import needs to complete the rows for a line of an export.

    Attributes:
        last_article: The highest number that an article ever had, according to the export.
        last_entity: The highest number that an entity ever had, according to the export.
        item_key: The result of `rendering_key`, which names the format of stored JSON.
        folders: The database numbers of the imported folders, by path.
        entities: The entities that a batch of lines mentions, by id.
    """

    last_article: int
    last_entity: int
    item_key: int
    folders: dict[str, int] = field(default_factory=dict)
    entities: dict[UUID, StoredEntity] = field(default_factory=dict)


def complete_rows(rows: LineRows, database: Database) -> None:
    """Add everything that needs database numbers to `rows`, the rows for one line of an export.

    `database` has the numbers.

    Raises:
        MalformedError: An entity is not in `database`, or a number is higher than the first line of the
            export allows.
    """
    for entity in rows.tables.get(Entity, ()):
        _check_number(entity["number"], database.last_entity, "last_entity")
    article = rows.article
    if article is None:
        return
    _check_number(article.number, database.last_article, "last_article")
    stored = [
        _find_entity(each.id, database, f"entities[{at}].id") for at, each in enumerate(article.entities)
    ]
    numbers, pairs = [each.number for each in stored], article.takeaway_entities
    rows.tables[Article][0] |= _item_columns(article, database.item_key)
    rows.tables[ArticleDocument][0]["folder"] = database.folders[article.folder]
    named = named_facets(article.record, {each.type for each in stored})
    rows.facets.append(named)
    rows.tables |= {
        ArticleEntity: article_entity_rows(article.number, article.entities, numbers),
        TakeawayEntity: takeaway_entity_rows(article.number, article.record, pairs, numbers),
        ArticleFacet: facet_rows(article.number, article.record, numbers, named, article.timestamps),
        FacetList: [facet_list_row(article.number, article.number, numbers, named)],
    }
    for at, link in enumerate(rows.links):
        link["reasons"] = _stored_reasons(article, at, database)


def _item_columns(article: ImportedArticle, item_key: int) -> Row:
    """Return the JSON that lists show for an article, as the columns `item_key` and `item_json`.

    Both are None if the article is not the founder of its story (the article that the story is named after).

    Args:
        item_key: The result of `rendering_key`, which names the format of the JSON.
    """
    if article.story != article.id:
        return {"item_key": None, "item_json": None}
    story, content = story_id(article.record.key), article.record.content
    item = render_item(article.id, content, story, revision=article.revision, **article.timestamps)
    return {"item_key": item_key, "item_json": item}


def _check_number(number: int, last: int, name: str) -> None:
    if number > last:
        raise MalformedError(f"must be at most {last}, the {name} of the first line", "number")


def _find_entity(identity: UUID, database: Database, path: str) -> StoredEntity:
    try:
        return database.entities[identity]
    except KeyError:
        raise MalformedError("must be the id of a line of kind entity", path) from None


def _stored_reasons(article: ImportedArticle, link: int, database: Database) -> list[list[Any]]:
    """Return the reasons of a link, with database numbers of entities, in the form of `RelatedLink.reasons`.

    Args:
        article: The article that the link starts from.
        link: The index of the link in `article.reasons`.
        database: The database numbers of the entities.

    Raises:
        MalformedError: An entity is not in `database`.
    """
    stored: list[list[Any]] = []
    for at, reason in enumerate(article.reasons[link]):
        label = reason.get("term")
        if "entity" in reason:
            path = f"related[{link}].reasons[{at}].entity"
            label = _find_entity(reason["entity"], database, path).number
        stored.append([label, reason["weight"]])
    return stored
