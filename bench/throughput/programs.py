"""The servers that are compared: this service, a bare WSGI application, and the peers."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.databases import ROOT
from bench.throughput.servers import Program

PEERS_BIN = ROOT / ".venv-peers" / "bin"


def _gunicorn(application: str) -> Callable[[int], Sequence[str]]:
    """Return the command of an application with the settings of gunicorn.conf.py."""
    return lambda _: [sys.executable, "-m", "gunicorn", application]


def briefs(url: str, cache_bytes: int | None = None) -> Program:
    """Return this service. Without `cache_bytes`, its byte cache has the default size."""
    cache = {} if cache_bytes is None else {"BRIEFS_CACHE_BYTES": str(cache_bytes)}
    return Program("briefs", _gunicorn("wsgi:app"), {"DATABASE_URL": url} | cache)


def bare(bodies: Path) -> Program:
    """Return the application that serves each file of `bodies` under its name."""
    return Program("bare WSGI", _gunicorn("bench.peers.bare:app"), {"BENCH_BODIES": str(bodies)})


def flask_orm(url: str) -> Program:
    """Return a Flask application that loads ORM objects and dumps them by a schema."""
    return Program("Flask, ORM and schema", _gunicorn("bench.peers.orm:app"), {"DATABASE_URL": url})


def datasette(table: Path) -> Program:
    """Return Datasette, with a single process, on a file of `bench.peers.datasette`."""
    command = [str(PEERS_BIN / "datasette"), "serve", "--immutable", str(table), "--port"]
    return Program("Datasette", lambda port: [*command, str(port)], {})


def fastapi(database: Path) -> Program:
    """Return FastAPI with as many workers as this service."""
    command = [str(PEERS_BIN / "uvicorn"), "bench.peers.fastapi_app:app", "--workers", "2", "--no-access-log"]
    environ = {"BENCH_DATABASE": str(database)}
    return Program("FastAPI, ORM", lambda port: [*command, "--port", str(port)], environ)


def django(database: Path) -> Program:
    """Return Django REST framework with as many workers and threads as this service."""
    command = [str(PEERS_BIN / "gunicorn"), "--config", "/dev/null", "--worker-class", "gthread"]
    command += ["--workers", "2", "--threads", "4", "bench.peers.django_app:app", "--bind"]
    environ = {"BENCH_DATABASE": str(database)}
    return Program("Django REST framework", lambda port: [*command, f"127.0.0.1:{port}"], environ)
