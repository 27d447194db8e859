"""Tests of deadlines: what happens to the statements and connections of a thread when its time is over."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import literal, select, text
from sqlalchemy.exc import SQLAlchemyError

from api.database.base import db
from api.database.deadlines import DatabaseUnavailableError, DeadlineError, Watchdog, current_deadline
from api.database.engines import autocommit_engine
from api.database.statement_reader import StatementReader
from tests.api.answers import assert_problem
from tests.api.conftest import ClientWith

SECONDS, PATIENCE_SECONDS = 0.2, 10
# Takes many times longer than the deadline.
SLOW_STATEMENTS = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(60)",
}


@pytest.fixture
def watchdog() -> Watchdog:
    """Return a watchdog, which interrupts the statements of threads whose deadline has passed."""
    return Watchdog()


def test_a_slow_statement_is_interrupted_and_later_ones_are_refused(
    app: Flask, engine: str, watchdog: Watchdog
) -> None:
    started = time.monotonic()
    with app.app_context():
        with watchdog.limit(SECONDS, "too late") as deadline:
            with pytest.raises(SQLAlchemyError):
                db.session.execute(text(SLOW_STATEMENTS[engine])).all()
            assert deadline.has_passed
            for _ in range(2):
                with pytest.raises(SQLAlchemyError):
                    db.session.execute(select(literal(1)))
            db.session.rollback()
            with pytest.raises(DeadlineError, match="too late"):
                db.session.execute(select(literal(1)))
            db.session.close()
        assert time.monotonic() - started < PATIENCE_SECONDS
        assert current_deadline() is None
        assert db.session.scalar(select(literal(1))) == 1


def test_a_thread_whose_time_is_over_does_not_disturb_the_next_user_of_its_connection(
    app: Flask, watchdog: Watchdog
) -> None:
    with app.app_context():
        reader = StatementReader(autocommit_engine())
        statement = select(literal(1))
        with watchdog.limit(60, "too late") as deadline:
            assert reader.fetch_one(statement, {}) is not None
            db.session.execute(statement)
            db.session.close()
            deadline.expires_at = time.monotonic()

            def use_connections() -> list[object]:
                with app.app_context():
                    return [
                        found
                        for _ in range(200)
                        for found in (reader.fetch_one(statement, {}), db.session.scalar(statement))
                    ]

            with ThreadPoolExecutor(1) as threads:
                assert None not in threads.submit(use_connections).result(60)
        reader.close()


def test_during_an_outage_the_first_use_of_the_database_raises(app: Flask, watchdog: Watchdog) -> None:
    with app.app_context(), watchdog.limit(60, "too late", outage_message="not now"):
        with pytest.raises(DatabaseUnavailableError, match="not now"):
            db.session.execute(select(literal(1)))
        db.session.close()


def test_connections_that_are_too_old_are_replaced(app: Flask, watchdog: Watchdog) -> None:
    with app.app_context():
        reader = StatementReader(autocommit_engine())

        def connections() -> list[object]:
            reader.fetch_one(select(literal(1)), {})
            (idle,) = reader._idle
            with db.engine.connect() as connection:
                return [idle.connection.driver_connection, connection.connection.driver_connection]

        first = connections()
        assert connections() == first
        with watchdog.limit(60, "too late", oldest_connection=time.monotonic()):
            second = connections()
        assert all(one is not other for one, other in zip(first, second, strict=True))
        assert connections() == second
        reader.close()


def test_a_slow_request_is_a_503_that_names_the_deadline(engine: str, client_with: ClientWith) -> None:
    client = client_with(BRIEFS_REQUEST_SECONDS="0.3")

    def wait() -> str:
        db.session.execute(text(SLOW_STATEMENTS[engine])).all()
        return "ok"

    client.application.add_url_rule("/slow", "slow", wait)
    response = client.get("/slow")
    body = assert_problem(response, 503)
    assert body["detail"].startswith("The request took longer than 0.3 seconds.")
    assert response.headers["Retry-After"] == "5"
    assert client.get("/v1/articles").status_code == 200


def test_other_requests_are_answered_while_one_is_slow(
    engine: str, client_with: ClientWith, client: FlaskClient
) -> None:
    assert client.get("/healthz").status_code == 200
    client = client_with(BRIEFS_REQUEST_SECONDS="2")
    begun = threading.Event()

    def wait() -> str:
        begun.set()
        db.session.execute(text(SLOW_STATEMENTS[engine])).all()
        return "ok"

    client.application.add_url_rule("/slow", "slow", wait)
    with ThreadPoolExecutor(1) as threads:
        slow = threads.submit(client.application.test_client().get, "/slow")
        assert begun.wait(PATIENCE_SECONDS)
        for target in ("/healthz", "/readyz", "/v1/articles"):
            assert client.get(target).status_code == 200
        assert not slow.done()
        assert slow.result(PATIENCE_SECONDS).status_code == 503
