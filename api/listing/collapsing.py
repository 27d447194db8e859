"""Collapse a list of articles: keep only the first article of each story.

Only articles that match all filters of the list count. The first article depends on the order of the list,
not on the page.
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, and_, case, exists, false, or_, true, tuple_

from api.listing.keyset import last_of_nulls
from api.listing.orders import KeyTable, Order, key_table
from api.listing.plans import MAX_PLANS, FilterForm, Listing


@lru_cache(maxsize=MAX_PLANS)
def first_of_story(listing: Listing, forms: tuple[FilterForm, ...], sort: str) -> FilterForm:
    """Return a filter, as SQL, that keeps only the first article of each story in the order of the list.

    Args:
        listing: The collection of articles.
        forms: The SQL of the other filters. Only articles that match them count.
        sort: A value of the query parameter `sort`, such as `-title`.
    """
    rows = listing.table.table

    def condition(table: KeyTable) -> ColumnElement[bool]:
        # An index table has no column `story`, so look up the row of the article.
        own = table if "story" in table.columns else key_table(rows.alias(), listing.table.number.name)
        earlier = key_table(rows.alias(), listing.table.number.name)
        found = exists().select_from(earlier.table).correlate(table.table)
        if own is not table:
            found = exists().select_from(own.table, earlier.table).correlate(table.table)
            found = found.where(own.number == table.number)
        found = found.where(
            earlier.columns["story"] == own.columns["story"],
            _precedes(listing.orders(earlier)[sort], listing.orders(own)[sort]),
            *[form.condition(earlier) for form in forms],
        )
        # PostgreSQL would turn NOT EXISTS into a join that reads all rows.
        return case((found, false()), else_=true())

    return FilterForm(None, condition)


def _precedes(earlier: Order, own: Order) -> ColumnElement[bool]:
    """Return the SQL condition that a row of one table comes before a row of another table in a list.

    Args:
        earlier: The order of the list, in columns of the first table.
        own: The same order, in columns of the second table.
    """
    if own.descending or own.key is None:
        return _row(earlier.columns) > _row(own.columns)
    has_lower_key: ColumnElement[bool] = earlier.key_column < own.key_column
    if own.lowest is not None:
        has_lower_key = tuple_(last_of_nulls(earlier), earlier.key_column) < tuple_(
            last_of_nulls(own), own.key_column
        )
    is_newer = and_(earlier.key_column == own.key_column, _row(earlier.ties) > _row(own.ties))
    return or_(has_lower_key, is_newer)


def _row(columns: Sequence[ColumnElement[Any]]) -> ColumnElement[Any]:
    row: ColumnElement[Any] = tuple_(*columns)
    return columns[0] if len(columns) == 1 else row
