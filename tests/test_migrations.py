"""Tests of the migrations, upwards and downwards on both engines, and against the models."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, inspect, make_url, select, text

from api.database.base import db
from api.models import Article, Corpus
from api.models.search_index import is_part_of_model
from api.service import MIGRATIONS
from tests.conftest import make_app

# All objects of a schema as rows of kind, name and definition. The text of CREATE TABLE cannot be compared,
# because the order of constraints has no meaning.
SQLITE_OBJECTS = """
    SELECT type, name, CASE type WHEN 'table' THEN '' ELSE sql END FROM sqlite_master
      WHERE name NOT LIKE 'sqlite_%'
    UNION ALL SELECT 'column', t.name || '.' || c.name, c.type || c."notnull" || c.pk || quote(c.dflt_value)
      FROM sqlite_master t JOIN pragma_table_xinfo(t.name) c WHERE t.type = 'table'
    UNION ALL SELECT 'foreign key', t.name || '.' || f."from", f."table" || f.on_update || f.on_delete
      FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
    UNION ALL SELECT 'unique', t.name, (SELECT group_concat(name) FROM pragma_index_info(i.name))
      FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table' AND i.origin = 'u'
"""
POSTGRESQL_OBJECTS = """
    SELECT 'relation ' || relkind::text, relname::text, pg_get_indexdef(oid) FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind <> 't'
    UNION ALL SELECT 'constraint', conname::text, conrelid::regclass || pg_get_constraintdef(oid)
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT 'function', proname::text, prosrc FROM pg_proc
      WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'type', typname::text, typtype::text FROM pg_type
      WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'd')
    UNION ALL SELECT 'trigger', tgname::text, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'column', attrelid::regclass || '.' || attname,
        format_type(atttypid, atttypmod) || attcollation::regcollation || attnotnull || atthasdef
      FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attnum > 0 AND NOT attisdropped
"""
# The table of Alembic.
ALEMBIC_TABLE = "alembic_version"


@pytest.fixture
def empty(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Flask]:
    """Yield an application on an empty database of `engine`, in the context of the application."""
    if engine == "sqlite":
        yield from _app_in_context(f"sqlite:///{tmp_path}/empty.db")
        return
    server = request.getfixturevalue("postgresql_server")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE briefs_empty")
        url = make_url(server).set(database="briefs_empty")
        yield from _app_in_context(url.render_as_string(hide_password=False))
        connection.execute("DROP DATABASE briefs_empty WITH (FORCE)")


def _app_in_context(database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    with app.app_context():
        yield app
        db.session.remove()


def schema_objects() -> set[tuple[Any, ...]]:
    """Return all tables, columns, indexes and so on in the database, except those of the tool Alembic."""
    query = SQLITE_OBJECTS if db.engine.dialect.name == "sqlite" else POSTGRESQL_OBJECTS
    with db.engine.connect() as connection:
        return {tuple(row) for row in connection.execute(text(query)) if not row[1].startswith(ALEMBIC_TABLE)}


def secret_key() -> str:
    with db.session.begin():
        (corpus,) = db.session.scalars(select(Corpus)).all()
        assert (corpus.id, corpus.revision) == (1, 0)
        return corpus.secret_key


def differences(connection: Connection) -> list[Any]:
    # `schema_objects` compares the full-text indexes.
    options: dict[str, Any] = {"compare_type": True, "compare_server_default": True}
    options["include_object"] = lambda _, name, *__: is_part_of_model(name)
    context = MigrationContext.configure(connection, opts=options)
    found: list[Any] = compare_metadata(context, db.metadata)
    return found


@pytest.mark.usefixtures("empty")
def test_a_downgrade_removes_all_objects_except_the_table_of_alembic() -> None:
    upgrade()
    migrated = schema_objects()
    assert migrated
    downgrade(revision="base")
    assert schema_objects() == set()
    assert inspect(db.engine).get_table_names() == [ALEMBIC_TABLE]
    upgrade()
    assert schema_objects() == migrated


def test_a_database_with_articles_can_be_downgraded_and_upgraded(empty: Flask) -> None:
    upgrade()
    runner = empty.test_cli_runner()
    first = runner.invoke(args=["seed", "load"])
    assert first.exit_code == 0, first.output
    downgrade(revision="base", x_arg="delete=articles")
    assert schema_objects() == set()
    upgrade()
    assert db.session.scalars(select(Article)).all() == []
    db.session.rollback()
    assert runner.invoke(args=["seed", "load"]).stdout == first.stdout
    assert db.session.scalars(select(Article)).all() != []


def test_a_downgrade_that_deletes_articles_is_refused_without_an_option(empty: Flask) -> None:
    upgrade()
    runner = empty.test_cli_runner()
    assert runner.invoke(args=["seed", "load"]).exit_code == 0
    before = schema_objects()
    assert runner.invoke(args=["db", "downgrade", "base"]).exit_code == 1
    assert schema_objects() == before
    assert runner.invoke(args=["seed", "load"]).stdout.startswith("0 created")
    assert runner.invoke(args=["db", "-x", "delete=articles", "downgrade", "base"]).exit_code == 0
    assert schema_objects() == set()


@pytest.mark.usefixtures("empty")
def test_upgrading_twice_changes_nothing() -> None:
    upgrade()
    before, key = schema_objects(), secret_key()
    upgrade()
    assert (schema_objects(), secret_key()) == (before, key)


def test_the_migrated_schema_equals_the_schema_of_the_models(empty: Flask) -> None:
    upgrade()
    with db.engine.connect() as connection:
        assert differences(connection) == []
    migrated = schema_objects()
    assert empty.test_cli_runner().invoke(args=["db", "check"]).exit_code == 0
    downgrade(revision="base")
    db.create_all()
    assert schema_objects() == migrated


@pytest.mark.usefixtures("empty")
def test_each_migrated_database_has_its_own_secret_key() -> None:
    keys = set()
    for _ in range(3):
        upgrade()
        keys.add(secret_key())
        downgrade(revision="base")
    assert len(keys) == 3
    assert all(len(bytes.fromhex(key)) >= 32 for key in keys)


def test_the_migrations_have_one_head_and_no_branches() -> None:
    scripts = ScriptDirectory(str(MIGRATIONS))
    numbers = [script.revision for script in scripts.walk_revisions()]
    assert len(scripts.get_heads()) == 1
    assert len(scripts.get_bases()) == 1
    assert numbers == sorted(numbers, reverse=True)
    assert len(numbers) == len(list((MIGRATIONS / "versions").glob("*.py")))
