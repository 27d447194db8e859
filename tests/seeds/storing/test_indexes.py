"""Tests that the SQL statements of `flask seed` find their rows by an index."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import BindParameter, Connection, Delete, Select, Update, event
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.types import NullType

import seeds.linking
import seeds.search_index
import seeds.stories
import seeds.storing
from api.database.base import db
from api.models.features import LATEST
from seeds.linking.inverted_index import INDEXED_FEATURES
from tests.api.rows import corpus_rows, insert_rows
from tests.api.rows import row_id as id_of

Statement = Select[Any] | Update | Delete

PARAMETERS: dict[str, Any] = {
    "identities": [id_of("article", 1), id_of("article", 2)],
    "numbers": [1, 2],
    "hashes": [1, 2],
    "paths": ["/a", "/b"],
    "slugs": ["slug-1", "slug-2"],
    "digest": b"0",
    "new_aliases": ["A"],
    "published": LATEST,
    **{
        f"{name}_{number}": number + 1 for name in ("feature", "weight") for number in range(INDEXED_FEATURES)
    },
}
# A column to set, for updates that take their columns from the parameters.
UPDATED_COLUMNS: dict[str, dict[str, Any]] = {
    "articles": {"title": "x"},
    "documents": {"source_name": "x"},
    "entities": {"name": "x"},
    "related_links": {"title": "x"},
    "renderings": {"etag": "x"},
    "stories": {"article_count": 1},
}
# The table with a single row, and the statements that read every article or link on purpose.
SINGLE_ROW_TABLE = "corpus"
READS_ALL = {"rendering.ALL_ARTICLES", "search_rows.NUMBERS", "regrouping.SCORED_LINKS"}
# Tables with few rows, whatever the number of articles.
SMALL_TABLES = {SINGLE_ROW_TABLE, "pending_terms", "term_segments"}
SCAN = re.compile(r"SCAN (\w+)|Seq Scan on (\w+)")
# An index by facet, for example by publication, leads to all articles with this facet.
BY_FACET = re.compile(r"article_facets USING .*\(facet")


def _statements() -> Iterator[tuple[str, Statement]]:
    """Yield each SQL statement that a module defines as a constant, after its name `module.CONSTANT`."""
    for package in (seeds.linking, seeds.search_index, seeds.stories, seeds.storing):
        for module_info in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(module_info.name)
            for name, value in vars(module).items():
                for statement in value if isinstance(value, list) else [value]:
                    if isinstance(statement, Select | Update | Delete) and name.isupper():
                        yield f"{module_info.name.rpartition('.')[2]}.{name}", statement


def _parameters(statement: Statement) -> dict[str, Any]:
    binds = statement.compile().binds
    if isinstance(statement, Update) and not statement._values:
        # Without a column to set, the compiled statement sets every column.
        others = {name: _value(bind) for name, bind in binds.items() if name not in statement.table.c}
        return others | UPDATED_COLUMNS[statement.table.description]
    return {name: _value(bind) for name, bind in binds.items()}


def _value(bind: BindParameter[Any]) -> Any:
    """Return an example value that fits the name of a parameter, or else its type."""
    values: dict[type, Any] = {int: 1, float: 0.5, str: "x", bytes: b"0", datetime: LATEST, list: []}
    if isinstance(bind.type, NullType):
        return PARAMETERS.get(bind.key, 1)
    return PARAMETERS.get(bind.key, values.get(bind.type.python_type))


def _plan(connection: Connection, statement: Statement) -> str:
    """Execute a statement, and return the database's plan for it as text."""
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    lines: list[str] = []

    def record(_: Connection, cursor: DBAPICursor, sql: str, parameters: Any, *__: object) -> None:
        cursor.execute(f"{explain} {sql}", parameters)
        lines.extend(map(str, cursor.fetchall()))

    event.listen(connection, "before_cursor_execute", record)
    try:
        connection.execute(statement, _parameters(statement))
    finally:
        event.remove(connection, "before_cursor_execute", record)
    return "\n".join(lines)


def test_every_statement_finds_its_rows_by_an_index(
    app: Flask, engine: str, subtests: pytest.Subtests
) -> None:
    insert_rows(app, corpus_rows(articles=20, entities=20))
    with app.app_context(), db.engine.connect() as connection:
        if engine == "postgresql":
            # With so few rows, PostgreSQL would otherwise read the whole table.
            connection.exec_driver_sql("SET enable_seqscan = off")
        statements = [each for each in _statements() if each[0] not in READS_ALL]
        for name, statement in statements:
            with subtests.test(statement=name), connection.begin_nested() as savepoint:
                plan = _plan(connection, statement)
                savepoint.rollback()
                scanned = {next(filter(None, found)) for found in SCAN.findall(plan)}
                assert plan
                assert not BY_FACET.search(plan), plan
                assert scanned & {*db.metadata.tables} <= SMALL_TABLES, plan
    found = {name.rpartition(".")[2] for name, _ in statements}
    assert {
        "RETRIEVED",
        "TITLED_ARTICLES",
        "LINKS_TO_TITLES",
        "ARTICLE_STATES",
        "DELETES",
        "ADD_TO_COUNTS",
        "UPDATE_LINK",
    } <= found
