"""Turn the query parameters of a list of stories into filters.

A story matches if at least one of its articles matches all article filters at once. If few articles match one
of these filters, only these articles are tested. Otherwise, an index of stories is read, and the articles of
each story are tested.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, literal_column, not_, select

from api.database.base import AnySelect
from api.database.request_connection import request_connection
from api.listing.keyset import PlannedRows
from api.listing.orders import KeyTable, key_table
from api.listing.plans import MAX_PLANS, Filter, FilterForm, Listing, most_selective, values_of
from api.models import ARTICLE_INDEX
from api.resources.references import References
from api.timestamps import LAST_TIME
from api.v1.filters import article_filters, search_filters
from api.v1.sort_orders import ARTICLES, STORIES

LONGEST_SPAN = select(func.max(STORIES.columns["span_seconds"]))
# The indexes of stories with several articles have this condition. A bound parameter would not match it.
HAS_SEVERAL = STORIES.columns["article_count"] > literal_column("1")

remember = lru_cache(maxsize=MAX_PLANS)


def select_stories(listing: Listing, parameters: Mapping[str, Any], references: References) -> PlannedRows:
    """Return the stories that match the query `parameters`, in the requested order.

    The result reads the stories page by page. `listing` is the collection of stories. `references` has the
    entities that the parameters name.
    """
    sort = parameters["sort"]
    filters = _by_size(parameters["min_articles"], sort)
    of_articles = article_filters(parameters, references)
    of_articles += search_filters(ARTICLE_INDEX, parameters.get("q"))
    if not of_articles:
        return listing.select(filters, sort)
    selective, values = most_selective(of_articles), values_of(of_articles)
    is_by_time = sort.endswith("last_published_at")
    if selective is None and is_by_time and "published_before" in parameters:
        values["spanning_before"] = _latest_end(parameters["published_before"])
    form = _with_article(
        tuple(each.form for each in of_articles),
        selective and selective.form,
        tuple(name for name in ("published_after", "published_before") if name in parameters),
        is_sorted=is_by_time,
    )
    filters.append(Filter(form, values))
    return listing.planned(filters, sort, filters[-1]) if selective else listing.select(filters, sort)


def _latest_end(before: datetime) -> datetime:
    """Return `before` plus the duration of the longest story.

    All stories that began earlier than `before` have ended by this time.
    """
    span = timedelta(seconds=(request_connection().scalar(LONGEST_SPAN) or 0) + 1)
    return before + span if before < LAST_TIME - span else LAST_TIME


def _by_size(min_articles: int, sort: str) -> list[Filter]:
    """Return a list with the filter for stories with at least `min_articles` articles.

    The list is empty if `min_articles` is 1. `sort` is the requested order of the stories.
    """
    if min_articles == 1:
        return []
    is_sorted = sort.endswith("article_count")
    values = {"min_articles": min_articles} if min_articles > 2 else {}
    return [Filter(_by_article_count(has_minimum=bool(values), is_sorted=is_sorted), values)]


@remember
def _by_article_count(*, has_minimum: bool, is_sorted: bool) -> FilterForm:
    """Return the SQL of a filter for stories with a minimum number of articles.

    Args:
        has_minimum: True if the minimum is the bound parameter `min_articles`, False if it is two.
        is_sorted: True if the list is sorted by the number of articles.
    """
    if not has_minimum:
        return FilterForm(None, lambda _: HAS_SEVERAL)
    count = STORIES.columns["article_count"]
    minimum = bindparam("min_articles", type_=count.type)
    # SQLite would use an index for the simple condition, and sort all stories that match.
    condition = count >= minimum if is_sorted else not_(count < minimum)
    return FilterForm(
        select(STORIES.number).where(count >= minimum),
        lambda _: and_(HAS_SEVERAL, condition),
        lambda _: [STORIES] if is_sorted else [],
    )


@remember
def _with_article(
    forms: tuple[FilterForm, ...], selective: FilterForm | None, bounds: tuple[str, ...], *, is_sorted: bool
) -> FilterForm:
    """Return the SQL of a filter for stories with one article that matches all article filters.

    Args:
        forms: The SQL of the article filters.
        selective: The one of `forms` that few articles match, or None.
        bounds: Which of `published_after` and `published_before` the query has.
        is_sorted: True if the list is sorted by the time of the last publication.
    """

    def condition(table: KeyTable) -> ColumnElement[bool]:
        own = key_table(ARTICLES.table.alias())
        matches = [own.columns["story"] == table.number, *[each.condition(own) for each in forms]]
        # PostgreSQL would replace EXISTS by a list of all matching articles.
        found = select(own.number).where(*matches).correlate(table.table).limit(1).scalar_subquery()
        return and_(*_spans(table, bounds, is_sorted=is_sorted), found.is_not(None))

    return FilterForm(_story_numbers(forms, selective) if selective else None, condition)


def _story_numbers(forms: tuple[FilterForm, ...], selective: FilterForm) -> AnySelect:
    """Return a statement that selects the numbers of the stories with an article that matches all `forms`.

    `forms` are the SQL of the article filters. `selective` is the one of them that few articles match.
    """
    matches = selective.few_numbers()
    conditions = [each.condition(ARTICLES) for each in forms if each is not selective]
    stories = select(ARTICLES.columns["story"]).join(matches, matches.c[0] == ARTICLES.number)
    return stories.where(*conditions).distinct()


def _spans(table: KeyTable, bounds: tuple[str, ...], *, is_sorted: bool) -> list[ColumnElement[bool]]:
    """Return conditions on the times of a story that are true if it has an article within the bounds.

    The conditions can also be true for other stories, so the articles must still be tested.

    Args:
        table: The table of stories.
        bounds: Which of `published_after` and `published_before` the query has.
        is_sorted: True if the list is sorted by the time of the last publication.
    """
    first, last = table.columns["first_published_key"], table.columns["last_published_key"]
    conditions: list[ColumnElement[bool]] = []
    if bounds:
        # Without a lower bound, `published_after` is the earliest date, so that undated stories do not match.
        after = bindparam("published_after", type_=last.type)
        conditions.append(last >= after if is_sorted else not_(last < after))
    if "published_before" in bounds:
        conditions.append(first < bindparam("published_before", type_=first.type))
        if is_sorted:
            # The scan begins at this time, instead of skipping all later stories.
            conditions.append(last <= bindparam("spanning_before", type_=last.type))
    return conditions


def forget_forms() -> None:
    """Clear the cached SQL of story filters, for tests that change `MAX_SORTED_ROWS`."""
    _with_article.cache_clear()
