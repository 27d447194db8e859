"""Measure plain insertion: copying finished rows into an empty database, without parsing documents.

Benchmarks compare the time of loading documents with this time.
"""

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Engine, Table, insert, select

from api.database.base import db

# The number of rows in one statement.
ROWS_TOGETHER = 2_000


def insert_all_rows(source: Engine, target: Engine) -> float:
    """Copy all rows into an empty, migrated database, and return the seconds of the insertion alone.

    All rows are inserted in one transaction.

    Args:
        source: The database to copy from.
        target: The database to copy into.
    """
    seconds = 0.0
    with source.connect() as reader, target.begin() as writer:
        for table in db.metadata.sorted_tables:
            if table.info.get("bind_key"):
                continue
            # A migration has already inserted the only row of some tables.
            writer.execute(table.delete())
            for rows in _batches(reader, table):
                started = time.perf_counter()
                writer.execute(insert(table), rows)
                seconds += time.perf_counter() - started
        started = time.perf_counter()
        writer.commit()
        return seconds + time.perf_counter() - started


def _batches(reader: Connection, table: Table) -> Iterator[list[dict[Any, Any]]]:
    columns = [column for column in table.columns if column.computed is None]
    rows = iter(reader.execution_options(stream_results=True).execute(select(*columns)).mappings())
    while batch := [dict(row) for row in islice(rows, ROWS_TOGETHER)]:
        yield batch
