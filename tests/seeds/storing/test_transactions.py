"""Tests of write transactions: each is stored completely or not at all, and there is one writer at a time."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from psycopg import Pipeline
from sqlalchemy import Connection, Engine, event, select, text, update
from sqlalchemy.exc import OperationalError

from api.database.base import db, table_of
from api.models import Corpus
from seeds.storing.transactions import TRANSACTION_LOCK, WAITING_MESSAGE, Transaction, transactions
from tests.conftest import make_app
from tests.seeds.documents import Page, comparison_app, seed, start_load, without_progress, write
from tests.seeds.stored_rows import corpus_revision, rows, without_volatile_columns

pytestmark = pytest.mark.slow


def ignore(_: str) -> None:
    """Ignore a message of a transaction, such as that it waits for another writer."""


def fail(_: Connection) -> None:
    raise LookupError


def interrupt(_: Connection) -> None:
    """Raise `KeyboardInterrupt`, as Ctrl-C does."""
    raise KeyboardInterrupt


def execute_invalid_statement(connection: Connection) -> None:
    connection.execute(text("SELECT * FROM nonsense"))


def increment_revision(begin: Transaction, then: Callable[[Connection], object] = bool) -> None:
    """Increase the corpus revision in a transaction, and call `then` before the transaction ends."""
    with begin() as connection:
        connection.execute(update(Corpus).values(revision=Corpus.revision + 1))
        then(connection)


@contextmanager
def foreign_writer(database_url: str) -> Iterator[None]:
    """Hold the write lock of the database during the `with` block, on a separate connection."""
    if database_url.startswith("sqlite"):
        connection = sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
        finally:
            connection.close()
        return
    with psycopg.connect(database_url) as session, session.transaction():
        session.execute("SELECT pg_advisory_xact_lock(%s)", [TRANSACTION_LOCK])
        yield


def is_locked(database_url: str) -> bool:
    """Return True if a writer holds the write lock of the database."""
    if database_url.startswith("sqlite"):
        try:
            with foreign_writer(database_url):
                return False
        except sqlite3.OperationalError:
            return True
    with psycopg.connect(database_url) as session:
        return session.execute("SELECT pg_try_advisory_xact_lock(%s)", [TRANSACTION_LOCK]).fetchone() == (
            False,
        )


def test_a_transaction_is_committed_at_its_end(app: Flask) -> None:
    with app.app_context(), transactions(db.engine, ignore) as begin:
        increment_revision(begin, lambda _: corpus_revision(app) == 0 or pytest.fail("seen before its end"))
        assert corpus_revision(app) == 1
        increment_revision(begin)
    assert corpus_revision(app) == 2


@pytest.mark.parametrize(
    ("fault", "error"),
    [(fail, LookupError), (interrupt, KeyboardInterrupt), (execute_invalid_statement, Exception)],
    ids=["exception", "interrupt", "statement"],
)
@pytest.mark.parametrize("dry_run", [False, True], ids=["real", "dry run"])
def test_a_failed_transaction_is_rolled_back_and_does_not_affect_the_others(
    app: Flask, fault: Callable[[Connection], None], error: type[BaseException], dry_run: bool
) -> None:
    seen: list[int] = []
    with app.app_context(), transactions(db.engine, ignore, dry_run=dry_run) as begin:
        increment_revision(begin)
        with pytest.raises(error):
            increment_revision(begin, fault)
        increment_revision(
            begin, lambda connection: seen.append(connection.scalars(select(Corpus.revision)).one())
        )
    assert seen == [2]
    assert corpus_revision(app) == (0 if dry_run else 2)


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.parametrize("dry_run", [False, True], ids=["real", "dry run"])
@pytest.mark.parametrize("step", ["_enter_gen", "_communicate_gen", "_exit_gen"])
def test_an_interrupt_at_any_step_of_a_pipeline_is_raised_and_rolls_the_transaction_back(
    app: Flask, monkeypatch: pytest.MonkeyPatch, step: str, dry_run: bool
) -> None:
    original = getattr(Pipeline, step)

    def interrupted(pipeline: Pipeline) -> Iterator[object]:
        yield from original(pipeline)
        raise KeyboardInterrupt

    def update_twice(connection: Connection) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(Pipeline, step, interrupted)
            connection.execute(update(table_of(Corpus)), [{"revision": 7}, {"revision": 8}])

    with (
        app.app_context(),
        pytest.raises(KeyboardInterrupt),
        transactions(db.engine, ignore, dry_run=dry_run) as begin,
    ):
        increment_revision(begin, update_twice)
    assert corpus_revision(app) == 0


def test_an_exception_from_the_last_transaction_leaves_no_lock(app: Flask, database_url: str) -> None:
    with app.app_context(), pytest.raises(LookupError), transactions(db.engine, ignore) as begin:
        increment_revision(begin, fail)
    assert not is_locked(database_url)
    assert corpus_revision(app) == 0


def test_the_lock_is_held_in_a_transaction_and_free_between_transactions(
    app: Flask, database_url: str
) -> None:
    locked: list[bool] = []
    with app.app_context(), transactions(db.engine, ignore) as begin:
        for _ in range(2):
            locked.append(is_locked(database_url))
            increment_revision(begin, lambda _: locked.append(is_locked(database_url)))
    assert [*locked, is_locked(database_url)] == [False, True, False, True, False]


def test_a_dry_run_holds_the_lock_from_beginning_to_end(app: Flask, database_url: str) -> None:
    locked: list[bool] = []
    with app.app_context(), transactions(db.engine, ignore, dry_run=True) as begin:
        locked.append(is_locked(database_url))
        increment_revision(begin)
        locked.append(is_locked(database_url))
    assert [*locked, is_locked(database_url)] == [True, True, False]


@pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["real", "dry run"])
def test_a_load_announces_once_that_it_waits_for_a_writer_and_then_succeeds(
    app: Flask, database_url: str, tmp_path: Path, options: tuple[str, ...]
) -> None:
    write(tmp_path / "pages", "a", Page())
    write(tmp_path / "pages", "b", Page(title="Sirens Tested"))
    with ExitStack() as stack:
        lock = stack.enter_context(ExitStack())
        lock.enter_context(foreign_writer(database_url))
        process = stack.enter_context(start_load(database_url, *options, tmp_path / "pages"))
        stack.callback(process.kill)
        assert process.stderr
        assert process.stderr.readline() == f"{WAITING_MESSAGE}\n"
        assert process.poll() is None
        assert rows(app)["articles"] == []
        lock.close()
        stdout, stderr = process.communicate()
    mark = " (dry run)" if options else ""
    assert (stdout, stderr) == (f"2 created, 0 updated, 0 unchanged, 0 removed, 0 rejected{mark}\n", "")
    assert process.returncode == 0
    assert len(rows(app)["articles"]) == (0 if options else 2)


def test_a_writer_that_never_ends_is_announced_once_and_then_reported(
    sqlite_template: Path, tmp_path: Path
) -> None:
    write(tmp_path / "pages", "a", Page())
    with comparison_app(sqlite_template, tmp_path) as app:
        with app.app_context():
            # SQLite decides the length of each wait. Short waits make the test fast.
            event.listen(db.engine, "connect", lambda made, _: made.execute("PRAGMA busy_timeout = 1"))
        with foreign_writer(f"sqlite:///{tmp_path / 'reference.db'}"):
            result = seed(app, tmp_path / "pages")
        waiting, error = without_progress(result.stderr)
        assert (waiting, result.stdout, result.exit_code) == (WAITING_MESSAGE, "", 1)
        assert error.startswith("Error: database: database is locked; the current batch was not stored")
        assert seed(app, tmp_path / "pages").exit_code == 0


def test_an_error_other_than_a_lock_is_raised_at_once(sqlite_template: Path, tmp_path: Path) -> None:
    # A failing disk is simulated.
    def refuse(_: object) -> None:
        raise OperationalError("BEGIN", None, sqlite3.OperationalError("disk I/O error"))

    said: list[str] = []
    with comparison_app(sqlite_template, tmp_path) as app, app.app_context():
        event.listen(db.engine, "begin", refuse)
        with transactions(db.engine, said.append) as begin, pytest.raises(OperationalError, match="disk I/O"):
            increment_revision(begin)
    assert said == []


def test_two_loads_at_once_end_with_the_rows_of_one(
    app: Flask, database_url: str, sqlite_template: Path, tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    for number in range(30):
        listed = ((f"The Gauge of Town {number + 1}", None),)
        write(pages, f"{number:02}", Page(title=f"The Gauge of Town {number}", related=listed))
    with start_load(database_url, pages) as first, start_load(database_url, pages) as second:
        printed = [process.communicate() for process in (first, second)]
    assert [first.returncode, second.returncode] == [0, 0], printed
    assert {line for _, stderr in printed for line in without_progress(stderr)} <= {WAITING_MESSAGE}
    words = [stdout.split() for stdout, _ in printed]
    assert sum(int(one[0]) for one in words) == sum(int(one[4]) for one in words) == 30
    with comparison_app(sqlite_template, tmp_path) as other:
        seed(other, pages)
        assert without_volatile_columns(rows(app)) == without_volatile_columns(rows(other))


def test_a_database_has_one_lock_under_all_of_its_names(sqlite_template: Path, tmp_path: Path) -> None:
    said: list[str] = []
    with comparison_app(sqlite_template, tmp_path) as app, app.app_context():
        (tmp_path / "link.db").symlink_to(tmp_path / "reference.db")
        other = make_app(f"sqlite:///{tmp_path / 'link.db'}")

        def announce(message: str) -> None:
            said.append(message)
            raise LookupError

        with transactions(db.engine, ignore), other.app_context():
            with pytest.raises(LookupError), transactions(db.engine, announce):
                pytest.fail("let in")
            db.engine.dispose()
    assert said == [WAITING_MESSAGE]


def test_a_run_announces_at_once_that_it_waits_for_the_end_of_the_previous_run(app: Flask) -> None:
    order: list[str] = []
    announced = threading.Event()

    def announce(message: str) -> None:
        order.append(message)
        announced.set()

    def run_second(engine: Engine) -> None:
        with transactions(engine, announce) as begin, begin():
            order.append("second")

    with app.app_context(), ThreadPoolExecutor(1) as pool:
        with transactions(db.engine, order.append) as begin:
            second = pool.submit(run_second, db.engine)
            assert announced.wait(30)
            # Between two documents, only the lock of the run stops the other process.
            for document in ("first", "first again"):
                with begin():
                    order.append(document)
        second.result(30)
    assert order == [WAITING_MESSAGE, "first", "first again", "second"]
