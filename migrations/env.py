"""Alembic's environment: migrates the database of the running application."""

from alembic import context

from api.database.base import db

with db.engine.connect() as connection:
    context.configure(connection=connection, target_metadata=db.metadata, compare_type=True)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
