"""Streams as CSV (RFC 4180), for spreadsheets and data frames."""

import csv
import io
from collections.abc import Sequence
from typing import Any

import orjson

from api.media_types import CSV
from api.v1.streams.csv_columns import Table
from api.v1.streams.reading import Progress

CONTENT_TYPE = f"{CSV}; charset=utf-8; header=present"
# A spreadsheet runs a cell as a formula if it begins with one of these characters.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


class CsvEncoder:
    """A callable that encodes the items of one CSV stream, a portion at a time.

    The first portion begins with a line of column names.

    Args:
        table: The columns for each key of the items.
        keys: The keys to write, in the order of `table`.
    """

    def __init__(self, table: Table, keys: Sequence[str]) -> None:
        self._columns = [(key, list(table[key].values())) for key in keys]
        self._names: list[str] | None = [name for key in keys for name in table[key]]

    def __call__(self, items: list[Any], _: Progress) -> bytes:
        """Return `items`, the next items of the stream, as lines of CSV.

        The result of the first call begins with the line of column names.
        """
        text = io.StringIO()
        writer = csv.writer(text)
        if self._names:
            writer.writerow(self._names)
            self._names = None
        # Some items are stored JSON.
        writer.writerows(map(self._row, orjson.loads(orjson.dumps(items))))
        return text.getvalue().encode()

    def _row(self, item: dict[str, Any]) -> list[Any]:
        cells = []
        for key, functions in self._columns:
            value = item[key]
            cells += [None if value is None else _safe(function(value)) for function in functions]
        return cells


def _safe(value: Any) -> Any:
    """Return `value` with an apostrophe in front if a spreadsheet would read it as a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA_STARTS) else value
