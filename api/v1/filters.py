"""The filters of version 1: what each parameter admits, by which index, and in which orders."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select
from sqlalchemy.orm import aliased

from api.listing.plans import Filter, Holder
from api.models import (
    UNDATED_ASC,
    UNDATED_DESC,
    Article,
    ArticleFacet,
    Entity,
    EntityName,
    RelatedLink,
    Takeaway,
    TakeawayEntity,
    TakeawayTerms,
)
from api.models.facet_ids import facet_id
from api.resources.lookup import article_id_of, entity_ids_of
from api.search.engines import Terms, search
from api.search.query_language import Query
from api.v1.sort_orders import TIMES

Parameters = Mapping[str, Any]
# After the time that stands for none.
EARLIEST = UNDATED_DESC + timedelta(microseconds=1)
FACETS = ("entity_type", "publication", "language")
# No character of a text is above it.
HIGHEST = "\U0010ffff"


def article_filters(parameters: Parameters, entity: UUID | None = None) -> list[Filter]:
    """Give the filters of articles, all but `q`; `entity` is the one whose articles are listed."""
    entities = [*([entity] if entity else []), *entity_ids_of(parameters["entity"])]
    kinds = [facet_id(kind, parameters[kind]) for kind in FACETS if kind in parameters]
    facets = [_indexed(ArticleFacet, "facet", each, TIMES) for each in dict.fromkeys([*entities, *kinds])]
    return facets + [
        _between(name, parameters)
        for name in ("published", "updated")
        if f"{name}_after" in parameters or f"{name}_before" in parameters
    ]


def takeaway_filters(parameters: Parameters, article: UUID | None = None) -> list[Filter]:
    """Give the filters of takeaways; `article` is the one whose takeaways are listed."""
    filters = [
        _indexed(TakeawayEntity, "entity_id", each, ("published_at",))
        for each in dict.fromkeys(entity_ids_of(parameters["entity"]))
    ]
    return _of_article(Takeaway, parameters, article) + filters + found_by(TakeawayTerms, parameters.get("q"))


def related_link_filters(parameters: Parameters, article: UUID | None = None) -> list[Filter]:
    """Give the filters of related links; `article` is the one whose links are listed."""
    asked = {name: parameters[name] for name in ("basis", "resolved") if name in parameters}
    if asked.get("resolved") is False:
        # Those are all listed: an index of the others would be walked to its end to find that out.
        unresolved = _equal(RelatedLink, "resolved", value=False)
        filters = [_nothing(RelatedLink) if asked.get("basis") == "computed" else unresolved]
    else:
        filters = [_equal(RelatedLink, name, value) for name, value in asked.items()]
    return _of_article(RelatedLink, parameters, article) + filters


def entity_filters(parameters: Parameters) -> list[Filter]:
    """Give the filters of entities."""
    types = [_equal(Entity, "type", parameters["type"])] if "type" in parameters else []
    return types + ([_named(parameters["q"])] if "q" in parameters else [])


def found_by(terms: Terms, query: Query | None) -> list[Filter]:
    """Give the filter of what `query` finds in the index over `terms`, if there is a query."""
    if query is None:
        return []
    hits = search(terms, query)
    return [Filter(hits.ids(), lambda holder: hits.has(holder.id), counted=hits.numbers())]


def _of_article(model: Any, parameters: Parameters, article: UUID | None) -> list[Filter]:
    given = [article_id_of(parameters["article"])] if "article" in parameters else []
    return [_equal(model, "article_id", each) for each in [*([article] if article else []), *given]]


def _indexed(table: Any, key: str, value: UUID, sorts: Sequence[str]) -> Filter:
    """Admit the rows that `table` has under `value`, by indexes in the order of each of `sorts`."""
    own, other = aliased(table), aliased(table)
    own_value: ColumnElement[bool] = getattr(own, key) == value

    def condition(holder: Holder) -> ColumnElement[bool]:
        if holder is own:
            return own_value
        return exists().where(other.id == holder.id, getattr(other, key) == value)

    ids = select(own.id).where(own_value)
    return Filter(ids, condition, lambda sort: own if sort.lstrip("-") in sorts else None)


def _equal(model: Any, name: str, value: Any) -> Filter:
    """Admit the rows of `model` whose column `name` is `value`.

    Its indexes have them in every order, or, where it is the article, have so few that they may be sorted.
    """

    def condition(holder: Holder) -> ColumnElement[bool]:
        admitted: ColumnElement[bool] = getattr(holder, name) == value
        return admitted

    return Filter(select(model.id).where(condition(model)), condition, lambda _: model)


def _nothing(model: Any) -> Filter:
    """Admit no row of `model`."""
    return Filter(select(model.id).where(false()), lambda _: false())


def _between(name: str, parameters: Parameters) -> Filter:
    """Admit the articles whose time `name` is not before one bound but before the other, undated never."""
    sort, key = parameters["sort"], f"{name}_at"
    is_sorted = sort.lstrip("-") == key
    of_published = "published_asc" if sort == "published_at" else "published_desc"
    column = of_published if name == "published" else key
    # Not before the first moment, where the undated stand.
    after = max(parameters.get(f"{name}_after", EARLIEST), EARLIEST)
    before = parameters.get(f"{name}_before", UNDATED_ASC)

    def within(holder: Holder) -> ColumnElement[bool]:
        at = getattr(holder, column)
        return and_(at >= after, at < before)

    def not_outside(holder: Holder) -> ColumnElement[bool]:
        # The same, as no index reads it: SQLite would rather sort a wide range than walk in the order wanted.
        at = getattr(holder, column)
        return not_(or_(at < after, at >= before))

    ids = select(Article.id).where(within(Article))
    return Filter(ids, within if is_sorted else not_outside, lambda _: Article if is_sorted else None)


def _named(prefix: str) -> Filter:
    """Admit the entities with a name or alias that begins with `prefix`."""
    begins = (EntityName.folded >= prefix) & (EntityName.folded < prefix + HIGHEST)

    def condition(holder: Holder) -> ColumnElement[bool]:
        return exists().where(EntityName.entity_id == holder.id, begins)

    return Filter(select(EntityName.entity_id).where(begins).distinct(), condition)
