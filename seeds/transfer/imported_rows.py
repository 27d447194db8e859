"""Make the database rows for a line of an export.

An export omits values that can be derived from others, such as sort keys and search terms. They are computed
here. A line refers to entities by their ids, and the database by their numbers.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from api.models import (
    Article,
    ArticleDocument,
    ArticleEntity,
    ArticleFacet,
    ArticleFeatures,
    ArticleMentions,
    ArticleSlug,
    Change,
    Entity,
    EntityId,
    EntityName,
    EntitySlug,
    Posting,
    Revision,
    Takeaway,
    TakeawayEntity,
    published_key,
    score_key,
)
from api.v1.article_content import article_content, pack_content
from api.v1.renderings import render_item
from seeds.extraction.mentions import Mention
from seeds.identifiers import article_id
from seeds.linking.computed_links import computed_link_row
from seeds.linking.feature_vectors import FeatureVector
from seeds.linking.inverted_index import features_row, posting_rows
from seeds.linking.vector_cache import LinkedArticle
from seeds.linking.written_terms import WrittenTerm
from seeds.storing.article_record import ArticleRecord
from seeds.storing.prepared_article import compress_mentions, find_takeaway_entities, pack_record
from seeds.storing.row_builders import (
    Row,
    article_entity_rows,
    article_row,
    document_row,
    entity_name_rows,
    facet_rows,
    listed_link_rows,
    takeaway_entity_rows,
    takeaway_rows,
)
from seeds.storing.search_rows import SearchTerms
from seeds.transfer.line_fields import CHANGE_COLUMNS, ENTITY_COLUMNS, REVISION_COLUMNS
from seeds.transfer.value_readers import MalformedError

Values = Mapping[str, Any]


class StoredEntity(NamedTuple):
    """The number and the type of an entity that was imported from a line above."""

    number: int
    type: str


@dataclass(frozen=True)
class Database:
    """What the lines above a line have stored, and the values that are the same for all lines.

    Attributes:
        last_article: The highest number that an article in the export can have.
        last_entity: The highest number that an entity in the export can have.
        item_key: The `rendering_key` of the JSON of articles as list items.
        folders: The numbers of the folders that the lines of a batch name, by path.
        entities: The entities that the lines of a batch mention, by id.
    """

    last_article: int
    last_entity: int
    item_key: int
    folders: dict[str, int] = field(default_factory=dict)
    entities: dict[UUID, StoredEntity] = field(default_factory=dict)


@dataclass
class LineRows:
    """The rows for one or several lines of an export.

    Attributes:
        tables: The rows of each table, by model.
        terms: The search terms of articles, by number.
        links: The rows of links. The key `target_id` is the id of the target, instead of its number, which is
            known only after all articles were imported.
    """

    tables: dict[type[Any], list[Row]] = field(default_factory=dict)
    terms: dict[int, SearchTerms] = field(default_factory=dict)
    links: list[Row] = field(default_factory=list)

    def add(self, other: "LineRows") -> None:
        """Add the rows of `other`."""
        for model, rows in other.tables.items():
            self.tables.setdefault(model, []).extend(rows)
        self.terms |= other.terms
        self.links += other.links


class ImportedEntity(NamedTuple):
    """An entity that an article in an export mentions, with its mentions in that article.

    Attributes:
        id: The id of the entity.
        salience: How central the entity is to the article, from 0 to 1.
        own_name: The name that this article alone suggests for an extracted entity, or None for an entity of
            the catalogue.
        own_type: The type that this article alone suggests, or None as for `own_name`.
        mentions: The mentions of the entity in the article.
    """

    id: UUID
    salience: float
    own_name: str | None
    own_type: str | None
    mentions: list[Mention]

    @property
    def mention_count(self) -> int:
        """The number of mentions."""
        return len(self.mentions)


def entity_rows(values: Values, database: Database) -> LineRows:
    """Return the rows for an entity line of an export: the entity, its slugs, its former ids and its names.

    `values` are the values of the line, by key. Raise `MalformedError` if the current slug is not among the
    slugs, or if the number is higher than the first line says.
    """
    number = values["number"]
    _check_slug(values)
    _check_number(number, database.last_entity, "last_entity")
    return LineRows(
        {
            Entity: [_select_values(values, ("number", *ENTITY_COLUMNS))],
            EntitySlug: [{"slug": slug, "entity": number} for slug in values["slugs"]],
            EntityId: [{"old_id": old, "entity": number} for old in values["old_ids"]],
            EntityName: entity_name_rows({number: (values["name"], *values["aliases"])}),
        }
    )


def article_rows(values: Values, database: Database) -> LineRows:
    """Return the rows for an article line of an export: the article, and everything that depends on it.

    Args:
        values: The values of the line, by key.
        database: Has all entities that the article mentions, and its folder.

    Raises:
        MalformedError: If two values contradict each other, or if an entity is not in `database`.
    """
    number, identity, data = values["number"], values["id"], values["document"]
    if identity != article_id(values["key"]):
        raise MalformedError(f"must be {article_id(values['key'])}, which is derived from the key", "id")
    _check_slug(values)
    _check_number(number, database.last_article, "last_article")
    record, entities = _make_record(values, data), _make_entities(values, database)
    timestamps = _select_values(values, ("created_at", "updated_at"))
    packed, revision = pack_record(record, data), values["revision"]
    derived_digest = bytes.fromhex(values["derived_digest"])
    row = article_row(identity, record, (packed.digest, derived_digest), revision, timestamps)
    item = render_item(identity, record.content, revision=values["revision"], **timestamps)
    stored = [database.entities[entity.id] for entity in entities]
    numbers, mentions = [each.number for each in stored], [entity.mentions for entity in entities]
    linked = LinkedArticle(number, identity, _make_vector(values), record.published_at)
    evidences = [takeaway["evidence"] for takeaway in values["takeaways"]]
    return LineRows(
        {
            Article: [row | {"number": number, "item_key": database.item_key, "item_json": item}],
            ArticleDocument: [document_row(number, record, packed, database.folders[values["folder"]])],
            ArticleSlug: _slug_rows(values),
            Takeaway: takeaway_rows(number, identity, record, evidences),
            ArticleEntity: article_entity_rows(number, entities, numbers),
            ArticleMentions: [{"article": number, "mentions": compress_mentions(mentions)}]
            if mentions
            else [],
            TakeawayEntity: takeaway_entity_rows(number, record, find_takeaway_entities(mentions), numbers),
            ArticleFacet: facet_rows(number, record, dict(stored), timestamps),
            ArticleFeatures: [features_row(linked)] if linked.vector.weights else [],
            Posting: posting_rows(linked),
        },
        {number: packed.terms},
        _link_rows(values, record, database),
    )


def removed_rows(values: Values, _: Database) -> LineRows:
    """Return the rows for a removed article in an export: its slugs, which stay reserved.

    `values` are the values of the line of the export, by key.
    """
    return LineRows({ArticleSlug: _slug_rows(values)})


def revision_rows(values: Values, _: Database) -> LineRows:
    """Return the row for a former revision of an article in an export.

    `values` are the values of the line of the export, by key.
    """
    content = {"content": pack_content(values["content"], values["document"])}
    return LineRows({Revision: [_select_values(values, (*REVISION_COLUMNS, "document")) | content]})


def change_rows(values: Values, _: Database) -> LineRows:
    """Return the row for an entry of the change feed in an export.

    `values` are the values of the line of the export, by key.
    """
    row = _select_values(values, ("sequence", *CHANGE_COLUMNS))
    return LineRows({Change: [row | {"kind": values["change"]}]})


ROW_BUILDERS: Mapping[str, Callable[[Values, Database], LineRows]] = {
    "entity": entity_rows,
    "article": article_rows,
    "removed": removed_rows,
    "revision": revision_rows,
    "change": change_rows,
}


def mentioned_entities(values: Values) -> set[UUID]:
    """Return the ids of all entities in a line of an export, which are in the lines of kind entity above."""
    entities = {entity["id"] for entity in values.get("entities", ())}
    for link in values.get("related", ()):
        entities |= {reason["entity"] for reason in link["reasons"] if "entity" in reason}
    return entities


def _select_values(values: Values, names: Any) -> Row:
    return {name: values[name] for name in names}


def _check_slug(values: Values) -> None:
    if values["slug"] not in values["slugs"]:
        raise MalformedError(f"must contain the current slug {values['slug']}", "slugs")


def _check_number(number: int, last: int, name: str) -> None:
    if number > last:
        raise MalformedError(f"must be at most {last}, the {name} of the first line", "number")


def _slug_rows(values: Values) -> list[Row]:
    return [{"slug": slug, "article_id": values["id"]} for slug in values["slugs"]]


def _make_record(values: Values, data: bytes) -> ArticleRecord:
    """Return the content of an article in an export. `values` has its line, and `data` its document."""
    source = {"source_sha256": sha256(data).hexdigest(), "source_bytes": len(data)}
    listed = [link for link in values["related"] if link["basis"] == "listed"]
    content = article_content(
        {**values, **source},
        [takeaway["text"] for takeaway in values["takeaways"]],
        [(link["title"], link["printed_date"]) for link in listed],
    )
    return ArticleRecord(values["key"], content, values["published_at"])


def _make_entities(values: Values, database: Database) -> list[ImportedEntity]:
    for index, entity in enumerate(values["entities"]):
        _check_entity(entity["id"], database, f"entities[{index}].id")
    return [
        ImportedEntity(**entity | {"mentions": [Mention(*mention) for mention in entity["mentions"]]})
        for entity in values["entities"]
    ]


def _mention_rows(article: int, mentions: list[list[Mention]]) -> list[Row]:
    return [{"article": article, "mentions": compress_mentions(mentions)}] if mentions else []


def _check_entity(identity: UUID, database: Database, path: str) -> None:
    if identity not in database.entities:
        raise MalformedError("must be the id of a line of kind entity", path)


def _make_vector(values: Values) -> FeatureVector:
    names, weights, terms = (values["features"][name] for name in ("names", "weights", "terms"))
    if not len(names) == len(weights) == len(terms):
        raise MalformedError("must be three lists of the same length", "features")
    if len(set(names)) != len(names):
        raise MalformedError("must not repeat a feature", "features.names")
    written = [
        WrittenTerm(*term) if isinstance(term, list) else term and WrittenTerm(term, None) for term in terms
    ]
    return FeatureVector(dict(zip(names, weights, strict=True)), written)


def _link_rows(values: Values, record: ArticleRecord, database: Database) -> list[Row]:
    """Return the rows of the links of an article in an export, in the form of `LineRows.links`.

    `values` are the values of the line of the article, and `record` is its content.
    """
    number, identity = values["number"], values["id"]
    for at, link in enumerate(values["related"]):
        _check_link(link, f"related[{at}]")
    targets = [link["target_id"] for link in values["related"] if link["target_id"]]
    if len(set(targets)) != len(targets):
        raise MalformedError("must not have two links to the same article", "related")
    published = published_key(record.published_at)
    unresolved = iter(listed_link_rows(number, identity, record))
    rows = []
    for at, link in enumerate(values["related"]):
        target = link["target_id"]
        reasons = _stored_reasons(link["reasons"], database, f"related[{at}].reasons")
        if link["basis"] == "listed":
            row = next(unresolved) | {"reasons": reasons, "score_key": score_key(link["score"])}
        else:
            row = computed_link_row((number, identity), (0, target), link["score"], reasons, published)
        del row["target"]
        rows.append(row | {"target_id": target})
    if any(above["precedence"] <= below["precedence"] for above, below in pairwise(rows)):
        raise MalformedError("must have listed links first, and then computed links by score", "related")
    return rows


def _stored_reasons(reasons: list[Row], database: Database, path: str) -> list[list[Any]]:
    """Return the reasons of a link in the form of `RelatedLink.reasons`. `path` is their position."""
    stored: list[list[Any]] = []
    for at, reason in enumerate(reasons):
        label = reason.get("term")
        if "entity" in reason:
            _check_entity(reason["entity"], database, f"{path}[{at}].entity")
            label = database.entities[reason["entity"]].number
        stored.append([label, reason["weight"]])
    return stored


def _check_link(link: Values, path: str) -> None:
    """Check that a link in an export is complete: it is either listed on the page or computed.

    A listed link needs a title. A computed link needs a target and a score, and its title and printed date
    must be null. `path` is the position of the link in its line, for the message, such as `related[0]`.

    Raises:
        MalformedError: If a needed value is null, or a value that must be null is not.
    """
    is_listed = link["basis"] == "listed"
    for name in ("title",) if is_listed else ("target_id", "score"):
        if link[name] is None:
            raise MalformedError(f"must not be null if `basis` is {link['basis']}", f"{path}.{name}")
    for name in () if is_listed else ("title", "printed_date"):
        if link[name] is not None:
            raise MalformedError(f"must be null if `basis` is {link['basis']}", f"{path}.{name}")
