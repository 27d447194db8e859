"""Filters by the values of rows, such as the entities of articles.

A filter requires that a row has one of several values, or none of them. To require several values, use a
filter for each.

Lists are padded to a power of two in length, so that few different statements are needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, bindparam, case, exists, false, select, true

from api.listing.orders import KeyTable, key_table
from api.listing.plans import MAX_PLANS, Filter, FilterForm


@dataclass(frozen=True)
class ValueIndex:
    """A table that lists the values of rows, such as the entities of articles, to filter the rows by value.

    The table repeats the sort keys of the rows. An index can thus find the rows with a value in the order of
    a page.

    Attributes:
        number: The name of the column with the row number (internal key).
        value: The name of the column with the values.
        sorts: The values of `sort`, without `-`, for which the table has an index of value and sort key.
        no_value: A value that no row has.
        rows: `table` as a KeyTable if it contains the filtered rows themselves, otherwise None.
    """

    table: FromClause
    number: str
    value: str
    sorts: tuple[str, ...]
    no_value: Any = 0
    rows: KeyTable | None = None

    def new_table(self) -> KeyTable:
        """Return a new alias of the table, so that a statement can use the table several times."""
        return key_table(self.table.alias(), self.number)

    def has_value(self, table: KeyTable, names: Sequence[str]) -> ColumnElement[bool]:
        """Return the SQL condition that a row of `table` contains one of several values.

        Args:
            table: This index table, or an alias of it.
            names: The names of the bound parameters, each with one of the values.
        """
        column = table.columns[self.value]
        bound: list[Any] = [bindparam(name, type_=column.type) for name in names]
        return column == bound[0] if len(bound) == 1 else column.in_(bound)

    def condition(self, table: KeyTable, names: Sequence[str]) -> ColumnElement[bool]:
        """Return the SQL condition that a row has at least one of several values.

        Args:
            table: A table with the internal numbers of the rows to test.
            names: The names of the bound parameters, one for each value.
        """
        if self.rows and self.value in table.columns:
            return self.has_value(table, names)
        own = self.new_table()
        found = exists().select_from(own.table).where(own.number == table.number)
        return found.where(self.has_value(own, names)).correlate(table.table)


def has_any(index: ValueIndex, name: str, values: Sequence[Any]) -> Filter:
    """Return the filter for rows that have at least one of `values`.

    Args:
        index: The table that lists the values of rows.
        name: A prefix for the names of the bound parameters, different for each filter.
    """
    bound = _bound_values(index, name, values)
    return Filter(_any_form(index, tuple(bound)), bound)


def has_none(index: ValueIndex, name: str, values: Sequence[Any]) -> Filter:
    """Return the filter for rows that have none of `values`.

    Args:
        index: The table that lists the values of rows.
        name: A prefix for the names of the bound parameters, different for each filter.
    """
    bound = _bound_values(index, name, values)
    return Filter(_none_form(index, tuple(bound)), bound)


def _bound_values(index: ValueIndex, name: str, values: Sequence[Any]) -> dict[str, Any]:
    """Return `values` by the names of their bound parameters: `{name}_0`, `{name}_1` and so on.

    Until the number of values is a power of two, add the value `index.no_value`, which no row has.
    """
    size = 1
    while size < len(values):
        size *= 2
    padded = [*values, *[index.no_value] * (size - len(values))]
    return {f"{name}_{place}": value for place, value in enumerate(padded)}


@lru_cache(maxsize=MAX_PLANS)
def _any_form(index: ValueIndex, names: tuple[str, ...]) -> FilterForm:
    """Return the SQL of a filter for rows that have at least one of several values.

    Args:
        index: The table that lists the values of rows.
        names: The names of the bound parameters, one for each value.
    """
    own = index.new_table()
    # For each value, a table from which the rows with this value are read in the order of an index.
    branches = {index.new_table(): name for name in names}
    if index.rows and len(names) == 1:
        branches = {index.rows: names[0]}

    def condition(table: KeyTable) -> ColumnElement[bool]:
        if table in branches:
            return index.has_value(table, [branches[table]])
        return index.condition(table, names)

    return FilterForm(
        select(own.number).where(index.has_value(own, names)),
        condition,
        lambda sort: [*branches] if sort.lstrip("-") in index.sorts else [],
        repeats_numbers=len(names) > 1 and not index.rows,
    )


@lru_cache(maxsize=MAX_PLANS)
def _none_form(index: ValueIndex, names: tuple[str, ...]) -> FilterForm:
    """Return the SQL of a filter for rows that have none of several values.

    Args:
        index: The table that lists the values of rows.
        names: The names of the bound parameters, one for each value.
    """
    # PostgreSQL would replace NOT EXISTS by a join with all rows that have a value, and then sort the result.
    return FilterForm(None, lambda table: case((index.condition(table, names), false()), else_=true()))
