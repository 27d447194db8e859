"""Build the rows that depend on an article (takeaways, entities, links, search terms) from its content.

A load and an import use the same functions. The functions do not read or write the database.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from typing import Any, Protocol
from uuid import UUID

from api.models import facet_id, link_place, published_keys, score_keys
from api.search.analyzer import fold, index_text
from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.mentions import Mention
from seeds.identifiers import related_link_id, takeaway_id, title_digest
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


def takeaway_rows(
    identity: UUID, record: ArticleRecord, evidences: Iterable[list[dict[str, Any]]]
) -> list[Row]:
    """Return the rows of the takeaways, the key points of an article.

    Args:
        identity: The id of the article.
        record: The content of the article.
        evidences: For each takeaway, the paragraphs that support it: `[{"paragraph": 1, "score": 0.75}]`.
    """
    common = {"article_id": identity} | published_keys(record.columns["published_at"])
    return [
        common
        | {"id": takeaway_id(identity, position), "position": position, "text": text, "evidence": evidence}
        for position, (text, evidence) in enumerate(zip(record.takeaways, evidences, strict=True), 1)
    ]


def entity_columns(entity: EntityRecord) -> dict[str, Any]:
    """Return the values of an entity for the table `entities`, by column, such as `name` and `aliases`.

    The columns `id`, `article_count` and `mention_count` are not included.
    """
    columns = {field.name: getattr(entity, field.name) for field in fields(entity)}
    return columns | {"aliases": list(entity.aliases), "same_as": list(entity.same_as)}


def new_entity_rows(
    entities: Mapping[UUID, EntityRecord], slugs: Mapping[UUID, str], mentions: Mapping[UUID, int]
) -> list[Row]:
    """Return the rows of entities that are stored for the first time. The article count of each is 1.

    Args:
        entities: The entities, by id.
        slugs: The slug of each entity, by its id.
        mentions: How often the first article mentions each entity, by the id of the entity.
    """
    return [
        {"id": each, **entity_columns(entity), "slug": slugs[each], "article_count": 1}
        | {"mention_count": mentions[each]}
        for each, entity in entities.items()
    ]


def entity_slug_rows(slugs: Mapping[UUID, str]) -> list[Row]:
    """Return the rows of `entity_slugs`, the table by which the API finds an entity from its slug.

    `slugs` maps the id of each entity to its slug.
    """
    return [{"slug": slug, "entity_id": each} for each, slug in slugs.items()]


def entity_name_rows(names: Mapping[UUID, Iterable[str]]) -> list[Row]:
    """Return the rows of `entity_names`, the index by which the API finds names that begin with a text.

    `names` maps the id of each entity to its name and aliases.
    """
    return [
        {"entity_id": each, "folded": folded}
        for each, several in names.items()
        for folded in sorted({fold(name) for name in several})
    ]


def article_entity_rows(identity: UUID, entities: Iterable[MentionedEntity]) -> list[Row]:
    """Return the rows that connect an article with the entities that it mentions.

    `identity` is the id of the article. `entities` must be sorted, the most salient first; the rows store
    this order.
    """
    return [
        {
            "article_id": identity,
            "entity_id": found.id,
            "position": position,
            "mention_count": len(found.mentions),
            "salience": found.salience,
            "own_name": found.own_name,
            "own_type": found.own_type,
            "mentions": found.mentions,
        }
        for position, found in enumerate(entities, 1)
    ]


def takeaway_entity_rows(
    identity: UUID, record: ArticleRecord, entities: Iterable[MentionedEntity]
) -> list[Row]:
    """Return the rows that connect each takeaway of an article with the entities that it mentions.

    `identity` is the id of the article, `record` its content, and `entities` are all entities that it
    mentions.
    """
    common = {"article_id": identity} | published_keys(record.columns["published_at"])
    pairs = {
        (mention.index or 0, found.id): None
        for found in entities
        for mention in found.mentions
        if mention.part == "takeaways"
    }
    return [
        common | {"takeaway_id": takeaway_id(identity, position), "position": position, "entity_id": entity}
        for position, entity in pairs
    ]


def facet_rows(
    identity: UUID, record: ArticleRecord, types: Mapping[UUID, str], timestamps: Row
) -> list[Row]:
    """Return a row for each value by which the article can be filtered (facet).

    The facets are each entity, each type of entity, the publication and the language.

    Args:
        identity: The id of the article.
        record: The content of the article.
        types: The type of each entity of the article, by the id of the entity.
        timestamps: `created_at` and `updated_at` of the article.
    """
    common = {"article_id": identity} | published_keys(record.columns["published_at"]) | timestamps
    facets = {*types, *(facet_id("entity_type", kind) for kind in types.values())}
    named = {name: record.columns[name] for name in ("publication", "language")}
    facets |= {facet_id(name, value) for name, value in named.items() if value is not None}
    return [common | {"facet": facet} for facet in sorted(facets)]


def article_terms(record: ArticleRecord) -> Row:
    """Return the row of an article for the full-text index, without the id of the article.

    `record` is the content of the article. The columns of the row are `title`, `summary`, `takeaways` and
    `text` (the analysis and the body). Each value is a string with the search terms of this part, separated
    by spaces.
    """
    columns, analysis = record.columns, record.columns["analysis"] or {"heading": None, "paragraphs": []}
    return index_text(
        {
            "title": [columns["title"]],
            "summary": [columns["summary"] or ""],
            "takeaways": record.takeaways,
            "text": [analysis["heading"] or "", *analysis["paragraphs"], *columns["body"]],
        }
    )


def takeaway_terms_rows(identity: UUID, record: ArticleRecord) -> list[Row]:
    """Return the rows with the search terms of each takeaway of an article, for the full-text index.

    `identity` is the id of the article, and `record` is its content.
    """
    return [
        {"takeaway_id": takeaway_id(identity, position)} | index_text({"text": [text]})
        for position, text in enumerate(record.takeaways, 1)
    ]


def related_rows(identity: UUID, record: ArticleRecord) -> list[Row]:
    """Return the rows of the links that an article's page lists, without the articles that they lead to.

    `seeds.linking.listed_links` later finds the article with each title. `identity` is the id of the article,
    and `record` is its content.
    """
    common: Row = {"article_id": identity, "basis": "listed", "target_id": None, "score": None, "reasons": []}
    common |= published_keys(record.columns["published_at"])
    common |= score_keys(None)
    return [
        common
        | {
            "id": related_link_id(identity, position),
            "place": link_place(position),
            "title": title,
            "title_digest": title_digest(title),
            "printed_date": date,
        }
        for position, (title, date) in enumerate(record.related, 1)
    ]
