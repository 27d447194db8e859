"""The statements of a load: each finds its rows by an index, however many documents there are."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Delete, Select, Update

from api.db import db
from api.execution import Prepared
from api.models import UNDATED_ASC
from seeds.storing import statements
from tests.api.rows import corpus_rows, insert_rows
from tests.api.rows import row_id as id_of

# What each parameter may be; of the rest of the columns a change takes none.
VALUES: dict[str, Any] = {
    "identity": id_of("article", 1),
    "identities": [id_of("article", 1), id_of("article", 2)],
    "link": id_of("link", 1, 1),
    "wanted": "slug-1",
    "slugs": ["slug-1", "slug-2"],
    "digests": ["0" * 64, "1" * 64],
    "aliases": ["A"],
    "articles": 1,
    "mentions": 1,
    "published": UNDATED_ASC,
}
CHANGED: dict[str, dict[str, Any]] = {
    "articles": {"title": "x"},
    "sources": {"content": b"x"},
    "article_terms": {"title": "x"},
    "entities": {"name": "x"},
    "related_links": {"title": "x"},
}
# The one row about the corpus.
SMALL = "corpus"
SCAN = re.compile(r"SCAN (\w+)|Seq Scan on (\w+)")


def _constants() -> Iterator[tuple[str, Select[Any] | Update | Delete]]:
    """Give every statement of the module with its name; the parts of an article are several in one."""
    for name, value in vars(statements).items():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Select | Update | Delete) and name.isupper():
                yield name, each


def _parameters(statement: Select[Any] | Update | Delete) -> dict[str, Any]:
    sought = {f"{kind}_{at}": at + 1 for kind in ("feature", "weight") for at in range(statements.SOUGHT)}
    names = statement.compile().params
    given = {name: value for name, value in (VALUES | sought).items() if name in names}
    # A change that takes its columns from its parameters takes some.
    table = statement.table.description if isinstance(statement, Update) else None
    return given if table is None or "articles" in given else given | CHANGED.get(table, {})


def _plan(connection: Connection, statement: Select[Any] | Update | Delete) -> str:
    given = _parameters(statement)
    sql, values = Prepared(statement, tuple(given), connection.dialect).bind(given)
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    bound = tuple(values) if isinstance(values, list) else values
    return "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {sql}", bound))


def test_every_statement_finds_its_rows_by_an_index(
    app: Flask, engine: str, subtests: pytest.Subtests
) -> None:
    insert_rows(app, corpus_rows(articles=20, entities=20))
    with app.app_context(), db.engine.connect() as connection:
        if engine == "postgresql":
            # So few rows it would rather read all.
            connection.exec_driver_sql("SET enable_seqscan = off")
        constants = list(_constants())
        for name, statement in constants:
            with subtests.test(statement=name):
                plan = _plan(connection, statement)
                scanned = {next(filter(None, found)) for found in SCAN.findall(plan)}
                assert plan
                assert scanned & {*db.metadata.tables} <= {SMALL}, plan
    assert {"ALIKE", "LISTED", "STORED", "DELETE_PARTS", "MOVE_COUNTS"} <= {name for name, _ in constants}
