"""Build the rows of an article and of everything that depends on it, such as takeaways and entities.

A load and an import use the same functions. The functions do not read or write the database.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Protocol
from uuid import UUID

from api.models import facet_number, link_precedence, published_key, score_key, takeaway_number
from api.search.analyzer import fold
from api.v1.article_content import pack_content
from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.mentions import Mention
from seeds.identifiers import related_link_id, takeaway_id, title_hash
from seeds.storing.article_record import ArticleRecord

Row = dict[str, Any]


class MentionedEntity(Protocol):
    """An entity that an article mentions, either found in the text or read from an export.

    It has an id, mentions, and a salience (importance) from 0 to 1. `own_name` and `own_type` are those in
    this article, or None for an entity of the catalogue.
    """

    @property
    def id(self) -> UUID: ...

    @property
    def mentions(self) -> Sequence[Mention]: ...

    @property
    def salience(self) -> float: ...

    @property
    def own_name(self) -> str | None: ...

    @property
    def own_type(self) -> str | None: ...


def article_row(
    identity: UUID, record: ArticleRecord, derived_digest: bytes, revision: int, timestamps: Row
) -> Row:
    """Return the row of an article, without its number and its JSON as a list item.

    Args:
        identity: The id of the article.
        record: The content of the article.
        derived_digest: The digest of the data that was derived from the content.
        revision: The number of the revision, from 1.
        timestamps: `created_at` and `updated_at` of the article.
    """
    return timestamps | {
        "id": identity,
        "key": record.key,
        "slug": record.content["slug"],
        "title": record.content["title"],
        "title_hash": title_hash(record.content["title"]),
        "published_key": published_key(record.published_at),
        "revision": revision,
        "content_digest": record.digest,
        "derived_digest": derived_digest,
    }


def document_row(article: int, record: ArticleRecord, document: bytes, folder: int) -> Row:
    """Return the row with the document of an article and its content.

    `article` is the number of the article, and `folder` the number of the folder of the document.
    """
    return {
        "article": article,
        "folder": folder,
        "source_name": record.content["source"]["name"],
        "document": document,
        "content": pack_content(record.content, document),
    }


def takeaway_rows(
    article: int, identity: UUID, record: ArticleRecord, evidences: Iterable[list[dict[str, Any]]]
) -> list[Row]:
    """Return the rows of the takeaways, the key points of an article.

    Args:
        article: The number of the article.
        identity: The id of the article.
        record: The content of the article.
        evidences: For each takeaway, the paragraphs that support it: `[{"paragraph": 1, "score": 0.75}]`.
    """
    published = published_key(record.published_at)
    return [
        {
            "number": takeaway_number(article, position),
            "id": takeaway_id(identity, position),
            "text": text,
            "evidence": evidence,
            "published_key": published,
        }
        for position, (text, evidence) in enumerate(zip(record.takeaways, evidences, strict=True), 1)
    ]


def entity_columns(entity: EntityRecord) -> dict[str, Any]:
    """Return the values of an entity for the table `entities`, by column, such as `name` and `aliases`.

    The columns `number`, `id`, `article_count` and `mention_count` are not included.
    """
    columns = {field.name: getattr(entity, field.name) for field in fields(entity)}
    return columns | {"aliases": list(entity.aliases), "same_as": list(entity.same_as)}


def entity_name_rows(names: Mapping[int, Iterable[str]]) -> list[Row]:
    """Return the rows of `entity_names`, the index by which the API finds names that begin with a text.

    `names` maps the number of each entity to its name and aliases.
    """
    return [
        {"entity": entity, "folded": folded}
        for entity, several in names.items()
        for folded in sorted({fold(name) for name in several})
    ]


def article_entity_rows(
    article: int, entities: Iterable[MentionedEntity], numbers: Mapping[UUID, int]
) -> list[Row]:
    """Return the rows that connect an article with the entities that it mentions.

    Args:
        article: The number of the article.
        entities: The entities, the most salient first. The rows store this order.
        numbers: The number of each entity, by its id.
    """
    return [
        {
            "article": article,
            "entity": numbers[found.id],
            "position": position,
            "mention_count": len(found.mentions),
            "salience": found.salience,
            "own_name": found.own_name,
            "own_type": found.own_type,
        }
        for position, found in enumerate(entities, 1)
    ]


def mention_rows(article: int, entities: Sequence[MentionedEntity]) -> list[Row]:
    """Return the row with all mentions in an article, or no row if it mentions no entity.

    `article` is the number of the article. `entities` have the same order as in `article_entity_rows`.
    """
    mentions = [
        [[each.part, each.index, each.start, each.end, each.text] for each in found.mentions]
        for found in entities
    ]
    return [{"article": article, "mentions": mentions}] if mentions else []


def takeaway_entity_rows(
    article: int, record: ArticleRecord, entities: Iterable[MentionedEntity], numbers: Mapping[UUID, int]
) -> list[Row]:
    """Return the rows that connect each takeaway of an article with the entities that it mentions.

    Args:
        article: The number of the article.
        record: The content of the article.
        entities: All entities that the article mentions.
        numbers: The number of each entity, by its id.
    """
    published = published_key(record.published_at)
    pairs = {
        (mention.index or 0, numbers[found.id]): None
        for found in entities
        for mention in found.mentions
        if mention.part == "takeaways"
    }
    return [
        {"takeaway": takeaway_number(article, position), "entity": entity, "published_key": published}
        for position, entity in pairs
    ]


def facet_rows(article: int, record: ArticleRecord, types: Mapping[int, str], timestamps: Row) -> list[Row]:
    """Return a row for each value by which the article can be filtered (facet).

    The facets are each entity, each type of entity, the publication and the language.

    Args:
        article: The number of the article.
        record: The content of the article.
        types: The type of each entity of the article, by the number of the entity.
        timestamps: `created_at` and `updated_at` of the article.
    """
    common = timestamps | {"article": article, "published_key": published_key(record.published_at)}
    byline = record.content["byline"]
    named = {"publication": byline and byline["publication"], "language": record.content["language"]}
    facets = {*types, *(facet_number("entity_type", kind) for kind in types.values())}
    facets |= {facet_number(name, value) for name, value in named.items() if value is not None}
    return [common | {"facet": facet} for facet in sorted(facets)]


def listed_link_rows(article: int, identity: UUID, record: ArticleRecord) -> list[Row]:
    """Return the rows of the links that an article's page lists, without the articles that they lead to.

    `article` and `identity` are the number and the id of the article, and `record` is its content.
    """
    return [
        {
            "id": related_link_id(identity, position),
            "article": article,
            "precedence": link_precedence(position),
            "basis": "listed",
            "title": title,
            "title_hash": title_hash(title),
            "printed_date": date,
            "target": None,
            "reasons": [],
            "published_key": published_key(record.published_at),
            "score_key": score_key(None),
        }
        for position, (title, date) in enumerate(record.related, 1)
    ]
