"""The rows that a line of an export stands for, those that follow from it among them."""

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
from seeds.extraction.mentions import Mention
from seeds.identifiers import article_id, title_digest
from seeds.linking.computed_links import computed_link_row
from seeds.linking.feature_vectors import FeatureVector, hash_feature
from seeds.linking.neighbours import features_row, posting_rows
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
from seeds.transfer.line_format import ARTICLE, CHANGE, ENTITY, REVISION
from seeds.transfer.value_readers import MalformedError

Rows = dict[type[Any], list[Row]]
Values = Mapping[str, Any]
Types = Mapping[UUID, str]


class Named(NamedTuple):
    """An entity as an article names it."""

    id: UUID
    salience: float
    own_name: str | None
    own_type: str | None
    mentions: list[Mention]


def entity_rows(values: Values, _: Types) -> Rows:
    """Make the rows of an entity and of what leads to it."""
    identity = values["id"]
    _check_slug(values)
    return {
        Entity: [_columns(values, ENTITY)],
        EntitySlug: [{"slug": slug, "entity_id": identity} for slug in values["slugs"]],
        EntityId: [{"old_id": old, "entity_id": identity} for old in values["old_ids"]],
        EntityName: entity_name_rows({identity: (values["name"], *values["aliases"])}),
    }


def article_rows(values: Values, types: Types) -> Rows:
    """Make the rows of an article and of all its parts; `types` has the type of each entity that is there."""
    identity, data = values["id"], values["document"].encode()
    if identity != article_id(values["key"]):
        raise MalformedError(f"must be {article_id(values['key'])}, which follows from the key", "id")
    _check_slug(values)
    record, named = _content(values, data), _named(values, types)
    vector = _vector(values)
    seeded = _columns(values, ("created_at", "updated_at"))
    own_types = {one.id: types[one.id] for one in named}
    evidences = [takeaway["evidence"] for takeaway in values["takeaways"]]
    return {
        Article: [record.columns],
        SourceDocument: [{"article_id": identity, "folder": values["folder"], "content": data}],
        ArticleSlug: _slug_rows(values),
        Takeaway: takeaway_rows(identity, record, evidences),
        ArticleEntity: article_entity_rows(identity, named),
        TakeawayEntity: takeaway_entity_rows(identity, record, named),
        RelatedLink: _link_rows(values, record),
        ArticleFacet: facet_rows(identity, record, own_types, seeded),
        ArticleTerms: [{"number": values["number"], "article_id": identity} | article_terms(record)],
        TakeawayTerms: takeaway_terms_rows(identity, record),
        ArticleFeatures: [features_row(identity, vector)] if vector.names else [],
        Posting: posting_rows(identity, vector, record.columns["published_asc"]),
    }


def removed_rows(values: Values, _: Types) -> Rows:
    """Make the rows of an article that is not there any more."""
    return {ArticleSlug: _slug_rows(values)}


def revision_rows(values: Values, _: Types) -> Rows:
    """Make the row of a former revision."""
    row = _columns(values, REVISION) | {"content": values["content"]}
    return {Revision: [row | {"source": values["document"].encode()}]}


def change_rows(values: Values, _: Types) -> Rows:
    """Make the row of a change."""
    return {Change: [_columns(values, ("sequence", *CHANGE)) | {"kind": values["change"]}]}


ROWS: Mapping[str, Callable[[Values, Types], Rows]] = {
    "entity": entity_rows,
    "article": article_rows,
    "removed": removed_rows,
    "revision": revision_rows,
    "change": change_rows,
}


def _columns(values: Values, names: Any) -> Row:
    return {name: values[name] for name in names}


def _check_slug(values: Values) -> None:
    if values["slug"] not in values["slugs"]:
        raise MalformedError(f"must have the present slug too, {values['slug']}", "slugs")


def _slug_rows(values: Values) -> list[Row]:
    return [{"slug": slug, "article_id": values["id"]} for slug in values["slugs"]]


def _content(values: Values, data: bytes) -> ArticleRecord:
    """Put together what the article says, with all columns of its row."""
    columns = _columns(values, ARTICLE) | published_keys(values["published_at"])
    columns["title_digest"] = title_digest(values["title"])
    columns |= {"source_sha256": sha256(data).hexdigest(), "source_bytes": len(data)}
    listed = [link for link in values["related"] if link["basis"] == "listed"]
    return ArticleRecord(
        columns,
        [takeaway["text"] for takeaway in values["takeaways"]],
        [(link["title"], link["printed_date"]) for link in listed],
    )


def _named(values: Values, types: Types) -> list[Named]:
    for at, one in enumerate(values["entities"]):
        if one["id"] not in types:
            raise MalformedError(
                "must be that of an entity: no line of kind entity has it", f"entities[{at}].id"
            )
    return [
        Named(**one | {"mentions": [Mention(**mention) for mention in one["mentions"]]})
        for one in values["entities"]
    ]


def _vector(values: Values) -> FeatureVector:
    weights = {hash_feature(name): weight for name, weight in values["features"]}
    if len(weights) != len(values["features"]):
        raise MalformedError("must name no feature twice", "features")
    return FeatureVector([name for name, _ in values["features"]], weights)


def _link_rows(values: Values, record: ArticleRecord) -> list[Row]:
    """Make the rows of the links: the listed ones in the order of the page, and the computed ones."""
    for at, link in enumerate(values["related"]):
        _check_link(link, f"related[{at}]")
    unresolved = iter(related_rows(values["id"], record))
    return [
        next(unresolved) | _columns(link, ("target_id", "score", "reasons")) | score_keys(link["score"])
        if link["basis"] == "listed"
        else computed_link_row(
            values["id"], link["target_id"], link["score"], link["reasons"], values["published_at"]
        )
        for link in values["related"]
    ]


def _check_link(link: Values, path: str) -> None:
    """Check what a link of its basis has, and has not."""
    is_listed = link["basis"] == "listed"
    for name in ("title",) if is_listed else ("target_id", "score"):
        if link[name] is None:
            raise MalformedError(f"must not be null where `basis` is {link['basis']}", f"{path}.{name}")
    for name in () if is_listed else ("title", "printed_date"):
        if link[name] is not None:
            raise MalformedError(f"must be null where `basis` is {link['basis']}", f"{path}.{name}")
