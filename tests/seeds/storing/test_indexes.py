"""Tests that statements of seeding find their rows by an index, however many articles there are."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Delete, Select, Update, event
from sqlalchemy.engine.interfaces import DBAPICursor

import seeds.linking
import seeds.storing
from api.database.base import db
from api.models import UNDATED_ASC
from seeds.linking.neighbours import INDEXED_FEATURES
from tests.api.rows import corpus_rows, insert_rows
from tests.api.rows import row_id as id_of

Statement = Select[Any] | Update | Delete

PARAMETERS: dict[str, Any] = {
    "identity": id_of("article", 1),
    "identities": [id_of("article", 1), id_of("article", 2)],
    "link": id_of("link", 1, 1),
    "slug": "slug-1",
    "slugs": ["slug-1", "slug-2"],
    "digests": ["0" * 64, "1" * 64],
    "digest": "0" * 64,
    "new_aliases": ["A"],
    "articles": 1,
    "mentions": 1,
    "published": UNDATED_ASC,
    **{
        f"{name}_{number}": number + 1 for name in ("feature", "weight") for number in range(INDEXED_FEATURES)
    },
}
# A column to set, for updates that take their columns from the parameters.
UPDATED_COLUMNS: dict[str, dict[str, Any]] = {
    "articles": {"title": "x"},
    "sources": {"content": b"x"},
    "article_terms": {"title": "x"},
    "entities": {"name": "x"},
    "related_links": {"title": "x"},
    "renderings": {"etag": "x"},
}
# The table with a single row, and the statements that read every article on purpose.
SINGLE_ROW_TABLE = "corpus"
READS_ALL_ARTICLES = {"rendering.ALL_ARTICLES"}
SCAN = re.compile(r"SCAN (\w+)|Seq Scan on (\w+)")


def _statements() -> Iterator[tuple[str, Statement]]:
    """Yield each SQL statement that a module defines as a constant, with the names of module and constant."""
    for package in (seeds.linking, seeds.storing):
        for module_info in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(module_info.name)
            for name, value in vars(module).items():
                for statement in value if isinstance(value, list) else [value]:
                    if isinstance(statement, Select | Update | Delete) and name.isupper():
                        yield f"{module_info.name.rpartition('.')[2]}.{name}", statement


def _parameters(statement: Statement) -> dict[str, Any]:
    names = statement.compile().params
    parameters = {name: value for name, value in PARAMETERS.items() if name in names}
    if isinstance(statement, Update) and not statement._values:
        parameters |= UPDATED_COLUMNS[statement.table.description]
    return parameters


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
        statements = list(_statements())
        for name, statement in statements:
            with subtests.test(statement=name), connection.begin_nested() as savepoint:
                plan = _plan(connection, statement)
                savepoint.rollback()
                scanned = {next(filter(None, found)) for found in SCAN.findall(plan)}
                assert plan
                if name not in READS_ALL_ARTICLES:
                    assert scanned & {*db.metadata.tables} <= {SINGLE_ROW_TABLE}, plan
    found = {name.rpartition(".")[2] for name, _ in statements}
    assert {
        "CANDIDATES",
        "LINKS_TO_TITLES",
        "ARTICLE_STATE",
        "DELETES",
        "ADD_TO_COUNTS",
        "UPDATE_LINK",
    } <= found
