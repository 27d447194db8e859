"""Build the rows of an article and of everything that depends on it, such as takeaways and entities.

A load and an import use the same functions. The functions do not read or write the database.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol
from uuid import UUID

from api.models import (
    NamedFacet,
    date_facets,
    facet_number,
    language_value,
    link_precedence,
    pack_facets,
    published_key,
    score_key,
    takeaway_number,
)
from api.search.analyzer import fold
from seeds.extraction.catalogue import EntityRecord
from seeds.identifiers import related_link_id, takeaway_id, title_hash
from seeds.preparing.article_record import ArticleRecord
from seeds.preparing.prepared_article import PackedContent

Row = dict[str, Any]
# The facets whose values have a row in `article_facets`, by which articles are filtered. Entities have rows,
# too.
FILTERED_FACETS = ("entity_type", "publication", "language")


class MentionedEntity(Protocol):
    """An entity that an article mentions, either found in the text or read from an export.

    `own_name` and `own_type` are the name and type that this article uses, or None for an entity in the
    catalogue of known entities. The salience (importance) is from 0 to 1.
    """

    @property
    def mention_count(self) -> int: ...

    @property
    def salience(self) -> float: ...

    @property
    def own_name(self) -> str | None: ...

    @property
    def own_type(self) -> str | None: ...


def article_row(
    identity: UUID, record: ArticleRecord, digests: tuple[bytes, bytes], revision: int, timestamps: Row
) -> Row:
    """Return the row for the table `articles`, without `number`, `story`, `item_key` and `item_json`.

    Args:
        identity: The id of the article.
        record: The content of the article.
        digests: The digests of the content and of the derived data.
        revision: The number of the revision, from 1.
        timestamps: The values of `created_at` and `updated_at`.
    """
    return timestamps | {
        "id": identity,
        "key": record.key,
        "slug": record.content["slug"],
        "title": record.content["title"],
        "title_hash": title_hash(record.content["title"]),
        "published_key": published_key(record.published_at),
        "revision": revision,
        "content_digest": digests[0],
        "derived_digest": digests[1],
    }


def document_row(article: int, record: ArticleRecord, packed: PackedContent, folder: int) -> Row:
    """Return the row with the document of an article and its content.

    Args:
        article: The database number of the article.
        record: The content.
        packed: The content and the document in compressed form.
        folder: The database number of the document's folder.
    """
    return {
        "article": article,
        "folder": folder,
        "source_name": record.content["source"]["name"],
        "document": packed.document,
        "content": packed.content,
    }


def takeaway_rows(
    article: int, identity: UUID, record: ArticleRecord, evidences: Iterable[list[dict[str, Any]]]
) -> list[Row]:
    """Return the rows of the takeaways, the key points of an article.

    Args:
        article: The database number of the article.
        identity: The id of the article.
        record: The content of the article.
        evidences: The supporting paragraphs of each takeaway: `[{"paragraph": 1, "score": 0.75}]`.
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
    return entity._asdict() | {"aliases": list(entity.aliases), "same_as": list(entity.same_as)}


def entity_name_rows(names: Mapping[int, Iterable[str]]) -> list[Row]:
    """Return the rows of `entity_names`, an index for finding entities by the beginning of a name.

    `names` maps the database number of each entity to its name and aliases.
    """
    return [
        {"entity": entity, "folded": folded}
        for entity, several in names.items()
        for folded in sorted({fold(name) for name in several})
    ]


def article_entity_rows(
    article: int, entities: Iterable[MentionedEntity], numbers: Iterable[int]
) -> list[Row]:
    """Return the rows that connect an article with the entities in its texts.

    Args:
        article: The database number of the article.
        entities: The entities, the most salient first.
        numbers: Their database numbers, in the same order.
    """
    return [
        {
            "article": article,
            "entity": number,
            "position": position,
            "mention_count": found.mention_count,
            "salience": found.salience,
            "own_name": found.own_name,
            "own_type": found.own_type,
        }
        for position, (found, number) in enumerate(zip(entities, numbers, strict=True), 1)
    ]


def takeaway_entity_rows(
    article: int, record: ArticleRecord, pairs: Iterable[tuple[int, int]], numbers: Sequence[int]
) -> list[Row]:
    """Return the rows that connect the takeaways (key points) of an article with the entities in their texts.

    Args:
        article: The database number of the article.
        record: The content of the article.
        pairs: For each entity in a takeaway, the position of the takeaway (from 1), and the index in
            `numbers`.
        numbers: The database numbers of the article's entities.
    """
    published = published_key(record.published_at)
    return [
        {"takeaway": takeaway_number(article, position), "entity": numbers[at], "published_key": published}
        for position, at in pairs
    ]


def named_facets(record: ArticleRecord, types: Iterable[str]) -> dict[int, NamedFacet]:
    """Return the facet values of an article, except entities, by the number of the value.

    Lists can be filtered by these values: each type of entity, the publication, the language, and the year,
    month and day of publication.

    Args:
        record: The content of the article.
        types: The type of each entity of the article.
    """
    byline, language = record.content["byline"], record.content["language"]
    facets = {facet_number("entity_type", kind): NamedFacet("entity_type", kind) for kind in types}
    if byline and byline["publication"] is not None:
        publication = byline["publication"]
        facets[facet_number("publication", publication)] = NamedFacet("publication", publication)
    facets[facet_number("language", language)] = NamedFacet("language", language_value(language))
    return facets | (date_facets(record.published_at.date()) if record.published_at else {})


def facet_rows(
    article: int,
    record: ArticleRecord,
    entities: Iterable[int],
    named: Mapping[int, NamedFacet],
    timestamps: Row,
) -> list[Row]:
    """Return a row for each value of an article that lists can be filtered by (facet value).

    The values are each entity, each type of entity, the publication and the language.

    Args:
        article: The database number of the article.
        record: The content of the article.
        entities: The database numbers of its entities.
        named: The other facet values by number. Dates are ignored.
        timestamps: The values of `created_at` and `updated_at`.
    """
    common = timestamps | {"article": article, "published_key": published_key(record.published_at)}
    filtered = [number for number, facet in named.items() if facet.name in FILTERED_FACETS]
    return [common | {"facet": facet} for facet in sorted({*entities, *filtered})]


def facet_list_row(article: int, story: int, entities: Iterable[int], named: Iterable[int]) -> Row:
    """Return the row with the numbers of all facet values (values for filters) of an article.

    Args:
        article: The number of the article.
        story: The number of its story.
        entities: The numbers of its entities.
        named: The numbers of its other facet values.
    """
    return {"article": article, "story": story, "facets": pack_facets(sorted({*entities, *named}))}


def listed_link_rows(article: int, identity: UUID, record: ArticleRecord) -> list[Row]:
    """Return a link, still without a target, for each entry in a page's list of related articles.

    Args:
        article: The database number of the article with this page.
        identity: The id of this article.
        record: The content of this article.
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
