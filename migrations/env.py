"""Alembic's environment: migrates the database of the running application."""

from pathlib import Path

from alembic import context
from flask import current_app

from api.database.access import allow_writes
from api.database.base import db

# The folder of the SQLite file that is used by default.
Path(current_app.instance_path).mkdir(exist_ok=True)
allow_writes(db.engine, create=True)
with db.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=db.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
