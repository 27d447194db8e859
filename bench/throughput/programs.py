"""The command lines of the servers that are compared: this service and other frameworks."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.databases import ROOT
from bench.throughput.servers import Program

PEERS_BIN = ROOT / ".venv-peers" / "bin"


def _gunicorn(application: str) -> Callable[[int], Sequence[str]]:
    """Return a function that returns the gunicorn command for `application`, such as `wsgi:app`.

    The returned function takes a port and ignores it, because gunicorn.conf.py reads the port from the
    environment.
    """
    return lambda _: [sys.executable, "-m", "gunicorn", application]


def briefs(url: str, cache_bytes: int | None = None) -> Program:
    """Return the command line and the environment with which a measurement starts this service.

    Args:
        url: The URL of the database.
        cache_bytes: The size of the cache of responses, or None for the default size.
    """
    cache = {} if cache_bytes is None else {"BRIEFS_CACHE_BYTES": str(cache_bytes)}
    return Program("briefs", _gunicorn("wsgi:app"), {"DATABASE_URL": url} | cache)


def briefs_with_granian(url: str) -> Program:
    """Return the command line of this service with the server granian and the database at `url`."""
    command = [sys.executable, "-m", "api.server.granian_server"]
    return Program("briefs, granian", lambda _: command, {"DATABASE_URL": url})


def bare(bodies: Path) -> Program:
    """Return the command line of a minimal WSGI application, to compare the service with.

    The application serves each file of the folder `bodies` under the name of the file.
    """
    return Program("bare WSGI", _gunicorn("bench.peers.bare:app"), {"BENCH_BODIES": str(bodies)})


def bare_in_gthread(bodies: Path) -> Program:
    """Return the command line of a minimal WSGI application, run by gunicorn's worker class `gthread`.

    The application serves each file of the folder `bodies` under the name of the file.
    """
    program = bare(bodies)
    environ = {**program.environ, "GUNICORN_CMD_ARGS": "--worker-class gthread"}
    return Program("bare WSGI, gthread", program.command, environ)


def flask_orm(database: Path) -> Program:
    """Return the command line of a Flask application that serializes ORM objects with marshmallow schemas.

    `database` is the SQLite file that `bench.peers.plain_models` writes.
    """
    environ = {"BENCH_DATABASE": str(database)}
    return Program("Flask, ORM and schema", _gunicorn("bench.peers.orm:app"), environ)


def datasette(table: Path) -> Program:
    """Return the command line of Datasette, with a single process.

    `table` is the SQLite file that `bench.peers.datasette` writes.
    """
    command = [str(PEERS_BIN / "datasette"), "serve", "--immutable", str(table), "--port"]
    return Program("Datasette", lambda port: [*command, str(port)], {})


def fastapi(database: Path) -> Program:
    """Return the command line of a FastAPI application, with two workers.

    `database` is the SQLite file that `bench.peers.plain_models` writes.
    """
    command = [str(PEERS_BIN / "uvicorn"), "bench.peers.fastapi_app:app", "--workers", "2", "--no-access-log"]
    environ = {"BENCH_DATABASE": str(database)}
    return Program("FastAPI, ORM", lambda port: [*command, "--port", str(port)], environ)


def django(database: Path) -> Program:
    """Return the command line of Django REST framework, with two workers of four threads.

    `database` is the SQLite file that `bench.peers.plain_models` writes.
    """
    command = [str(PEERS_BIN / "gunicorn"), "--config", "/dev/null", "--worker-class", "gthread"]
    command += ["--workers", "2", "--threads", "4", "bench.peers.django_app:app", "--bind"]
    environ = {"BENCH_DATABASE": str(database)}
    return Program("Django REST framework", lambda port: [*command, f"127.0.0.1:{port}"], environ)
