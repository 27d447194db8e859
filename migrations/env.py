"""Alembic's environment: migrates the database of the running application."""

from pathlib import Path

from alembic import context
from flask import current_app

from api.database.access import allow_writes
from api.database.base import db
from api.models.search_index import is_part_of_model
from seeds.console import reported_failures

# Only the folder of the default database is created. With a different database, the project can be read-only.
instance = Path(current_app.instance_path)
if Path(db.engine.url.database or "").parent == instance:
    instance.mkdir(exist_ok=True)
allow_writes(db.engine, create=True)
with reported_failures("the database was not migrated"), db.engine.connect() as connection:
    # SQLite can roll back changes of the schema too, because `api.database.engines` begins each transaction.
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        compare_type=True,
        transactional_ddl=True,
        # `flask db check` does not compare the full-text indexes.
        include_object=lambda _, name, *__: is_part_of_model(name),
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
