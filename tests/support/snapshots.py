"""Copies of filled databases, so that the same documents are loaded only once in each process."""

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import psycopg
from flask import Flask
from sqlalchemy import URL

from api.database.base import db

Fill = Callable[[Flask], object]


class Snapshots:
    """Copies of filled databases, so that tests need not fill each database again.

    There is one copy for each engine and each function that inserts rows.

    Args:
        folder: The folder for copies of SQLite files. Copies of PostgreSQL databases are on the same server.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names: dict[tuple[str, Fill], str] = {}

    def fill(self, app: Flask, fill: Fill) -> None:
        """Fill the empty database of `app` with the rows that `fill(app)` inserts.

        `fill` is called only the first time for each engine. Later, the database that it filled is copied.
        """
        with app.app_context():
            url = db.engine.url
        key = (url.get_backend_name(), fill)
        if key in self._names:
            self._copy(app, url, self._names[key], url.database)
            return
        fill(app)
        name = f"snapshot_{len(self._names)}"
        self._copy(app, url, url.database, name)
        self._names[key] = name

    def _copy(self, app: Flask, url: URL, source: str | None, target: str | None) -> None:
        with app.app_context():
            db.engine.dispose()
        copy = self._copy_file if url.get_backend_name() == "sqlite" else _copy_database
        copy(url, str(source), str(target))

    def _copy_file(self, _: URL, source: str, target: str) -> None:
        # Joining a folder with an absolute path returns the absolute path.
        with closing(sqlite3.connect(self._folder / source)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        shutil.copyfile(self._folder / source, self._folder / target)


def _copy_database(url: URL, source: str, target: str) -> None:
    server = url.set(drivername="postgresql", database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{target}" WITH (FORCE)')
        connection.execute(f'CREATE DATABASE "{target}" TEMPLATE "{source}" STRATEGY FILE_COPY')
