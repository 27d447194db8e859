"""Make the database rows for a line of an export, without the database.

Several processes can therefore do this for different lines. Values that an export omits, such as sort keys
and search terms, are computed here. `imported_rows` adds the database numbers of entities.
"""

import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from api.database.column_types import Compressed
from api.models import (
    Article,
    ArticleDocument,
    ArticleFeatures,
    ArticleMentions,
    ArticleSlug,
    Change,
    Entity,
    EntityId,
    EntityName,
    EntitySlug,
    FormerStory,
    NamedFacet,
    Posting,
    Revision,
    Takeaway,
)
from api.v1.article_content import article_content, pack_content
from seeds.extraction.mentions import Mention
from seeds.identifiers import article_id
from seeds.linking.feature_vectors import FeatureVector, pack_vector
from seeds.linking.inverted_index import features_row, posting_rows
from seeds.linking.vector_cache import LinkedArticle
from seeds.linking.written_terms import WrittenTerm
from seeds.preparing.article_record import ArticleRecord
from seeds.preparing.prepared_article import compress_mentions, find_takeaway_entities, pack_record
from seeds.preparing.search_terms import SearchTerms
from seeds.storing.row_builders import (
    Row,
    article_row,
    document_row,
    entity_name_rows,
    takeaway_rows,
)
from seeds.transfer.export_file import ParsedLine, RawLine, parse_line
from seeds.transfer.line_fields import (
    CHANGE_COLUMNS,
    ENTITY_COLUMNS,
    FORMER_STORY_COLUMNS,
    REVISION_COLUMNS,
    SORT_FIELDS,
)
from seeds.transfer.link_rows import link_rows
from seeds.transfer.value_readers import MalformedError

Values = Mapping[str, Any]


class ImportedEntity(NamedTuple):
    """An entity that an article in an export mentions.

    Attributes:
        id: The id of the entity.
        mention_count: The number of its mentions in the article.
        salience: How central the entity is to the article, from 0 to 1.
        own_name: The name that this article uses. None if the entity is in the catalogue of known entities.
        own_type: The type according to this article. None if the entity is in the catalogue.
    """

    id: UUID
    mention_count: int
    salience: float
    own_name: str | None
    own_type: str | None


class ImportedArticle(NamedTuple):
    """The values of an article in an export that `complete_rows` needs.

    `complete_rows` makes the rows that need database numbers. `LineRows` has the other rows of the article.

    Attributes:
        number: The database number of the article.
        id: The id of the article.
        record: The content of the article.
        revision: The number of its current revision.
        created_at: When it was first loaded.
        updated_at: When its content last changed.
        folder: The path of its document's folder.
        story: The id of the article that its story is named after.
        entities: The entities that it mentions, the most salient first.
        takeaway_entities: For each entity in a takeaway, the position of the takeaway (from 1), and the index
            in `entities`.
        reasons: The reasons of each link, such as a shared entity with its id.
    """

    number: int
    id: UUID
    record: ArticleRecord
    revision: int
    created_at: datetime
    updated_at: datetime
    folder: str
    story: UUID
    entities: list[ImportedEntity]
    takeaway_entities: list[tuple[int, int]]
    reasons: list[list[Row]]

    @property
    def timestamps(self) -> Row:
        """The values of the columns `created_at` and `updated_at`."""
        return {"created_at": self.created_at, "updated_at": self.updated_at}

    @property
    def entity_ids(self) -> set[UUID]:
        """The ids of all entities in the article and in the reasons of its links."""
        named = {reason["entity"] for several in self.reasons for reason in several if "entity" in reason}
        return named | {entity.id for entity in self.entities}


@dataclass
class LineRows:
    """The rows for one or several lines of an export.

    Attributes:
        tables: The rows of each table, by model.
        terms: The search terms of articles, by the database number of the article.
        links: The rows of links. `target_id` has the id of the target, whose database number is not known
            yet.
        story_members: The articles that did not found their story. Each item has the database number of the
            article (`article`) and the id of the founder (`founder_id`).
        article: The article, if the rows are for one line with an article. `complete_rows` needs it.
        facets: The facet values (values for filters) of each article, as `named_facets` returns them.
    """

    tables: dict[type[Any], list[Row]] = field(default_factory=dict)
    terms: dict[int, SearchTerms] = field(default_factory=dict)
    links: list[Row] = field(default_factory=list)
    story_members: list[Row] = field(default_factory=list)
    article: ImportedArticle | None = None
    facets: list[dict[int, NamedFacet]] = field(default_factory=list)

    def add(self, other: "LineRows") -> None:
        """Add the rows of `other` to these rows. The attribute `article` stays unchanged."""
        for model, rows in other.tables.items():
            self.tables.setdefault(model, []).extend(rows)
        self.terms |= other.terms
        self.links += other.links
        self.facets += other.facets
        self.story_members += other.story_members


def prepare_line(max_line_bytes: int, raw: RawLine) -> ParsedLine:
    """Parse a line of an export, and make the database rows for the line.

    The result has the rows (`LineRows`) under the key `rows`, and the values that lines are sorted by. The
    first and the last line keep all their values. For an invalid line, return a `MalformedError`.

    Args:
        max_line_bytes: The longest accepted line, in bytes.
    """
    line = parse_line(raw, max_line_bytes)
    if isinstance(line, MalformedError) or line.kind not in ROW_BUILDERS:
        return line
    try:
        rows = ROW_BUILDERS[line.kind](line.values)
    except MalformedError as error:
        return error
    return line._replace(values={name: line.values[name] for name in SORT_FIELDS[line.kind]} | {"rows": rows})


def entity_rows(values: Values) -> LineRows:
    """Return the rows for an entity line of an export: the entity, its slugs, its former ids and its names.

    `values` are the values of the line, by key. Raise `MalformedError` if the current slug is not among the
    slugs.
    """
    number = values["number"]
    _check_slug(values)
    return LineRows(
        {
            Entity: [_select_values(values, ("number", *ENTITY_COLUMNS))],
            EntitySlug: [{"slug": slug, "entity": number} for slug in values["slugs"]],
            EntityId: [{"old_id": old, "entity": number} for old in values["old_ids"]],
            EntityName: entity_name_rows({number: (values["name"], *values["aliases"])}),
        }
    )


def article_rows(values: Values) -> LineRows:
    """Return the database rows for a line of an export that contains an article.

    `complete_rows` adds the rows that need the database numbers of entities. Raise `MalformedError` if two
    values contradict each other.
    """
    number, identity, data = values["number"], values["id"], values["document"]
    if identity != article_id(values["key"]):
        raise MalformedError(f"must be {article_id(values['key'])}, which is derived from the key", "id")
    _check_slug(values)
    record = _make_record(values, data)
    packed, derived_digest = pack_record(record, data), bytes.fromhex(values["derived_digest"])
    timestamps = _select_values(values, ("created_at", "updated_at"))
    row = article_row(identity, record, (packed.digest, derived_digest), values["revision"], timestamps)
    mentions = [[Mention(*each) for each in entity["mentions"]] for entity in values["entities"]]
    linked = LinkedArticle(number, identity, _make_vector(values), record.published_at)
    evidences = [takeaway["evidence"] for takeaway in values["takeaways"]]
    entities = [
        ImportedEntity(
            each["id"], len(each["mentions"]), each["salience"], each["own_name"], each["own_type"]
        )
        for each in values["entities"]
    ]
    return LineRows(
        {
            # Until all articles are imported, each is alone in its story.
            Article: [row | {"number": number, "story": number}],
            ArticleDocument: [document_row(number, record, packed, 0)],
            ArticleSlug: _slug_rows(values),
            Takeaway: takeaway_rows(number, identity, record, evidences),
            ArticleMentions: [{"article": number, "mentions": compress_mentions(mentions)}]
            if mentions
            else [],
            ArticleFeatures: _feature_rows(linked),
            Posting: posting_rows(linked),
        },
        {number: packed.terms},
        link_rows(values, record),
        [] if values["story"] == identity else [{"article": number, "founder_id": values["story"]}],
        ImportedArticle(
            *(number, identity, record, values["revision"], values["created_at"], values["updated_at"]),
            *(values["folder"], values["story"], entities, find_takeaway_entities(mentions)),
            [link["reasons"] for link in values["related"]],
        ),
    )


def former_story_rows(values: Values) -> LineRows:
    """Return the row for a story that no longer exists. `values` are the values of its line, by key."""
    return LineRows({FormerStory: [_select_values(values, FORMER_STORY_COLUMNS)]})


def removed_rows(values: Values) -> LineRows:
    """Return the rows for a removed article in an export: its slugs, which stay reserved.

    `values` are the values of the line of the export, by key.
    """
    return LineRows({ArticleSlug: _slug_rows(values)})


def revision_rows(values: Values) -> LineRows:
    """Return the database row for a former revision (version) of an article.

    `values` are the values of the revision's line in an export, by key.
    """
    document = values["document"]
    row = _select_values(values, REVISION_COLUMNS)
    row |= {"document": Compressed(zlib.compress(document))}
    return LineRows({Revision: [row | {"content": pack_content(values["content"], document)}]})


def change_rows(values: Values) -> LineRows:
    """Return the database row of one entry of the change feed, given its line in an export.

    `values` are the values of the line, by key.
    """
    row = _select_values(values, ("sequence", *CHANGE_COLUMNS))
    return LineRows({Change: [row | {"kind": values["change"]}]})


ROW_BUILDERS: Mapping[str, Callable[[Values], LineRows]] = {
    "entity": entity_rows,
    "article": article_rows,
    "former_story": former_story_rows,
    "removed": removed_rows,
    "revision": revision_rows,
    "change": change_rows,
}


def _select_values(values: Values, names: Any) -> Row:
    return {name: values[name] for name in names}


def _check_slug(values: Values) -> None:
    if values["slug"] not in values["slugs"]:
        raise MalformedError(f"must contain the current slug {values['slug']}", "slugs")


def _slug_rows(values: Values) -> list[Row]:
    return [{"slug": slug, "article_id": values["id"]} for slug in values["slugs"]]


def _make_record(values: Values, data: bytes) -> ArticleRecord:
    """Return the content of an article in an export.

    `values` are the values of the line of the article, by key, and `data` are the bytes of its document.
    """
    source = {"source_sha256": sha256(data).hexdigest(), "source_bytes": len(data)}
    listed = [link for link in values["related"] if link["basis"] == "listed"]
    content = article_content(
        {**values, **source},
        [takeaway["text"] for takeaway in values["takeaways"]],
        [(link["title"], link["printed_date"]) for link in listed],
    )
    return ArticleRecord(values["key"], content, values["published_at"])


def _make_vector(values: Values) -> FeatureVector:
    names, weights, terms = (values["features"][name] for name in ("names", "weights", "terms"))
    if not len(names) == len(weights) == len(terms):
        raise MalformedError("must be three lists of the same length", "features")
    if len(set(names)) != len(names):
        raise MalformedError("must not repeat a feature", "features.names")
    written = [
        WrittenTerm(*term) if isinstance(term, list) else term and WrittenTerm(term, None) for term in terms
    ]
    return pack_vector(FeatureVector(dict(zip(names, weights, strict=True)), written))


def _feature_rows(linked: LinkedArticle) -> list[Row]:
    return [features_row(linked)] if linked.vector.weights else []
