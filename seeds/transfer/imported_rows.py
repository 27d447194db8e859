"""Make the database rows for a line of an export.

An export omits values that can be derived from others, such as sort keys and search terms. They are computed
here.
"""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, NamedTuple
from uuid import UUID

from api.models import (
    Article,
    ArticleEntity,
    ArticleFacet,
    ArticleFeatures,
    ArticleSlug,
    ArticleTerms,
    Change,
    Entity,
    EntityId,
    EntityName,
    EntitySlug,
    Posting,
    RelatedLink,
    Revision,
    SourceDocument,
    Takeaway,
    TakeawayEntity,
    TakeawayTerms,
    published_keys,
    score_keys,
)
from seeds.extraction.mentions import Mention, sections
from seeds.identifiers import article_id, title_digest
from seeds.linking.computed_links import computed_link_row
from seeds.linking.feature_vectors import FeatureVector, hash_feature
from seeds.linking.neighbours import features_row, posting_rows
from seeds.linking.written_terms import written_terms
from seeds.storing.article_record import ArticleRecord
from seeds.storing.row_builders import (
    Row,
    article_entity_rows,
    article_terms,
    entity_name_rows,
    facet_rows,
    related_rows,
    takeaway_entity_rows,
    takeaway_rows,
    takeaway_terms_rows,
)
from seeds.transfer.line_fields import ARTICLE_COLUMNS, CHANGE_COLUMNS, ENTITY_COLUMNS, REVISION_COLUMNS
from seeds.transfer.value_readers import MalformedError

Rows = dict[type[Any], list[Row]]
Values = Mapping[str, Any]
Types = Mapping[UUID, str]


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


def entity_rows(values: Values, _: Types) -> Rows:
    """Return the database rows for an entity line of an export, as a mapping from models to lists of rows.

    They are the entity, its slugs, its former ids and its names. `values` are the values of the line, by key.
    Raise `MalformedError` if the current slug is not among the slugs.
    """
    identity = values["id"]
    _check_slug(values)
    return {
        Entity: [_select_values(values, ENTITY_COLUMNS)],
        EntitySlug: [{"slug": slug, "entity_id": identity} for slug in values["slugs"]],
        EntityId: [{"old_id": old, "entity_id": identity} for old in values["old_ids"]],
        EntityName: entity_name_rows({identity: (values["name"], *values["aliases"])}),
    }


def article_rows(values: Values, types: Types) -> Rows:
    """Return the database rows for an article line of an export, as a mapping from models to lists of rows.

    They are the article, its document, and everything that depends on it, such as takeaways and links.

    Args:
        values: The values of the line, by key.
        types: The type of each entity that the article mentions, by the id of the entity.

    Raises:
        MalformedError: If two values contradict each other, or if an entity is not in `types`.
    """
    identity, data = values["id"], values["document"]
    if identity != article_id(values["key"]):
        raise MalformedError(f"must be {article_id(values['key'])}, which is derived from the key", "id")
    _check_slug(values)
    record, entities = _make_record(values, data), _make_entities(values, types)
    vector = _make_vector(values, record, entities)
    timestamps = _select_values(values, ("created_at", "updated_at"))
    own_types = {entity.id: types[entity.id] for entity in entities}
    evidences = [takeaway["evidence"] for takeaway in values["takeaways"]]
    return {
        Article: [record.columns],
        SourceDocument: [{"article_id": identity, "folder": values["folder"], "content": data}],
        ArticleSlug: _slug_rows(values),
        Takeaway: takeaway_rows(identity, record, evidences),
        ArticleEntity: article_entity_rows(identity, entities),
        TakeawayEntity: takeaway_entity_rows(identity, record, entities),
        RelatedLink: _link_rows(values, record),
        ArticleFacet: facet_rows(identity, record, own_types, timestamps),
        ArticleTerms: [{"number": values["number"], "article_id": identity} | article_terms(record)],
        TakeawayTerms: takeaway_terms_rows(identity, record),
        ArticleFeatures: [features_row(identity, vector)] if vector.names else [],
        Posting: posting_rows(identity, vector, record.columns["published_asc"]),
    }


def removed_rows(values: Values, _: Types) -> Rows:
    """Return the database rows for a removed article in an export: its slugs, which stay reserved.

    `values` are the values of the line of the export, by key. The result maps each model to a list of rows.
    """
    return {ArticleSlug: _slug_rows(values)}


def revision_rows(values: Values, _: Types) -> Rows:
    """Return the database row for a former revision of an article in an export.

    `values` are the values of the line of the export, by key. The result maps the model to a list with the
    row.
    """
    row = _select_values(values, REVISION_COLUMNS) | {"content": values["content"]}
    return {Revision: [row | {"source": values["document"]}]}


def change_rows(values: Values, _: Types) -> Rows:
    """Return the database row for an entry of the change feed in an export.

    `values` are the values of the line of the export, by key. The result maps the model to a list with the
    row.
    """
    return {Change: [_select_values(values, ("sequence", *CHANGE_COLUMNS)) | {"kind": values["change"]}]}


ROW_BUILDERS: Mapping[str, Callable[[Values, Types], Rows]] = {
    "entity": entity_rows,
    "article": article_rows,
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
    """Return the content of an article in an export, in the form from which its database rows are made.

    `values` are the values of the line of the article, and `data` is its document. Values that the export
    omits, such as sort keys, are computed.
    """
    columns = _select_values(values, ARTICLE_COLUMNS) | published_keys(values["published_at"])
    columns["title_digest"] = title_digest(values["title"])
    columns |= {"source_sha256": sha256(data).hexdigest(), "source_bytes": len(data)}
    listed = [link for link in values["related"] if link["basis"] == "listed"]
    return ArticleRecord(
        columns,
        [takeaway["text"] for takeaway in values["takeaways"]],
        [(link["title"], link["printed_date"]) for link in listed],
    )


def _make_entities(values: Values, types: Types) -> list[ImportedEntity]:
    for index, entity in enumerate(values["entities"]):
        if entity["id"] not in types:
            raise MalformedError("must be the id of a line of kind entity", f"entities[{index}].id")
    return [
        ImportedEntity(**entity | {"mentions": [Mention(**mention) for mention in entity["mentions"]]})
        for entity in values["entities"]
    ]


def _make_vector(values: Values, record: ArticleRecord, entities: list[ImportedEntity]) -> FeatureVector:
    weights = {hash_feature(name): weight for name, weight in values["features"]}
    if len(weights) != len(values["features"]):
        raise MalformedError("must not repeat a feature", "features")
    names = [name for name, _ in values["features"]]
    return FeatureVector(names, weights, written_terms(names, sections(record.article_text), entities))


def _link_rows(values: Values, record: ArticleRecord) -> list[Row]:
    """Return the database rows for the links of an article in an export, listed and computed links.

    `values` are the values of the line of the article, and `record` is its content, from `_make_record`.
    """
    for at, link in enumerate(values["related"]):
        _check_link(link, f"related[{at}]")
    unresolved = iter(related_rows(values["id"], record))
    return [
        next(unresolved) | _select_values(link, ("target_id", "score", "reasons")) | score_keys(link["score"])
        if link["basis"] == "listed"
        else computed_link_row(
            values["id"], link["target_id"], link["score"], link["reasons"], values["published_at"]
        )
        for link in values["related"]
    ]


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
