"""The programs that are measured: ours, a bare one, and the peers; how each is started on a database."""

import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.servers import Program
from bench.stores import ROOT

PEERS = ROOT / ".venv-peers" / "bin"


def _gunicorn(application: str) -> Callable[[int], Sequence[str]]:
    """Start an application as ours is, by gunicorn.conf.py."""
    return lambda _: [sys.executable, "-m", "gunicorn", application]


def ours(url: str, cache_bytes: int | None = None) -> Program:
    """Give our service, with its usual cache unless it is said how large that is."""
    sized = {} if cache_bytes is None else {"BRIEFS_CACHE_BYTES": str(cache_bytes)}
    return Program("ours", _gunicorn("wsgi:app"), {"DATABASE_URL": url} | sized)


def bare(bodies: Path) -> Program:
    """Give the application that answers each file of `bodies` under its name."""
    return Program("bare WSGI", _gunicorn("bench.peers.bare:app"), {"BENCH_BODIES": str(bodies)})


def ordinary(url: str) -> Program:
    """Give the ordinary way in Flask."""
    return Program("Flask, ORM and schema", _gunicorn("bench.peers.orm:app"), {"DATABASE_URL": url})


def datasette(table: Path) -> Program:
    """Give Datasette over the file that `bench.peers.datasette` made; it has one process."""
    command = [str(PEERS / "datasette"), "serve", "--immutable", str(table), "--port"]
    return Program("Datasette", lambda port: [*command, str(port)], {})


def fastapi(database: Path) -> Program:
    """Give FastAPI with as many workers as ours has."""
    command = [str(PEERS / "uvicorn"), "bench.peers.fastapi_app:app", "--workers", "2", "--no-access-log"]
    environ = {"BENCH_DATABASE": str(database)}
    return Program("FastAPI, ORM", lambda port: [*command, "--port", str(port)], environ)


def django(database: Path) -> Program:
    """Give Django REST framework with the workers and threads of ours."""
    command = [str(PEERS / "gunicorn"), "--config", "/dev/null", "--worker-class", "gthread"]
    command += ["--workers", "2", "--threads", "4", "bench.peers.django_app:app", "--bind"]
    environ = {"BENCH_DATABASE": str(database)}
    return Program("Django REST framework", lambda port: [*command, f"127.0.0.1:{port}"], environ)
