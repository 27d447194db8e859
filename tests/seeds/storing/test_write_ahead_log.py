"""Tests that the write-ahead log of SQLite stays short while other processes read the database."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import event, update

from api.database.base import db
from api.models import Corpus
from seeds import run
from seeds.storing import write_ahead_log
from seeds.storing.transactions import single_transaction
from seeds.storing.write_ahead_log import LogFullError, WriteAheadLog
from tests.seeds.commands.results import invoke, message_lines
from tests.seeds.documents import Page, write
from tests.seeds.stored_rows import corpus_revision

pytestmark = pytest.mark.parametrize("engine", ["sqlite"])

DOCUMENTS = 40
LIMIT_BYTES = 256 << 10
# More than a transaction with a batch of documents or with their renderings writes here.
TRANSACTION_BYTES = 1 << 20


@pytest.fixture
def documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with documents, and limit batches to two documents."""
    monkeypatch.setattr(run, "MAX_BATCH_DOCUMENTS", 2)
    for number in range(DOCUMENTS):
        write(tmp_path / "documents", f"page-{number}", Page(title=f"Gauge {number} Is Read at Noon"))
    return tmp_path / "documents"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / ".briefs.db-wal"


def fail(message: str) -> None:
    pytest.fail(message)


@contextmanager
def overlapping_readers(path: Path) -> Iterator[None]:
    """Keep at least one of two readers of the SQLite file `path` in a transaction during the `with` block."""
    stopped, in_transaction = Event(), [Event(), Event()]

    def read(own: Event, other: Event) -> None:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as connection:
            while not stopped.is_set():
                connection.execute("BEGIN")
                connection.execute("SELECT count(*) FROM changes").fetchone()
                own.set()
                # End only when the other reader has begun.
                other.wait(0.05)
                other.clear()
                connection.execute("COMMIT")

    threads = [Thread(target=read, args=each) for each in (in_transaction, in_transaction[::-1])]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


@contextmanager
def largest_size(path: Path) -> Iterator[list[int]]:
    """Watch a file during the `with` block. Yield a list of one number: the largest size so far, in bytes."""
    stopped, largest = Event(), [0]

    def look() -> None:
        while not stopped.wait(0.002):
            with suppress(FileNotFoundError):
                largest[0] = max(largest[0], path.stat().st_size)

    thread = Thread(target=look)
    thread.start()
    try:
        yield largest
    finally:
        stopped.set()
        thread.join()


def test_the_log_stays_short_while_readers_overlap_and_is_empty_in_the_end(
    app: Flask, documents: Path, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write_ahead_log, "LOG_BYTES", LIMIT_BYTES)
    monkeypatch.setattr(write_ahead_log, "GROWTH_BYTES", 0)
    with overlapping_readers(tmp_path / ".briefs.db"), largest_size(log) as largest:
        assert invoke(app, "seed", "load", documents).stdout.startswith(f"{DOCUMENTS} created")
        assert log.stat().st_size == 0
    assert LIMIT_BYTES / 2 < largest[0] < LIMIT_BYTES + TRANSACTION_BYTES


def test_after_a_wait_for_a_reader_the_log_is_emptied_at_its_usual_size(
    app: Flask, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOG_BYTES", "MAX_LOG_BYTES"):
        monkeypatch.setattr(write_ahead_log, name, 1)
    attempts: list[bool] = []
    said: list[str] = []

    def empty(_: WriteAheadLog) -> bool:
        # Only the first attempt finds a reader.
        attempts.append(bool(attempts))
        return attempts[-1]

    monkeypatch.setattr(WriteAheadLog, "empty", empty)
    with app.app_context(), db.engine.connect() as connection:
        short = WriteAheadLog(connection, said.append)
        log.write_bytes(b"..")
        short.limit()
        assert attempts == [False, True]
        short.limit()
    assert attempts == [False, True, True]
    assert len(said) == 1


def test_a_log_that_sqlite_cannot_copy_is_a_one_line_error(app: Flask, log: Path) -> None:
    with app.app_context(), single_transaction(db.engine, fail) as connection:
        # SQLite copies nothing during a transaction of this connection. A full disk fails in the same way.
        connection.execute(update(Corpus).values(revision=7))
        with pytest.raises(LogFullError) as raised:
            WriteAheadLog(connection, fail).empty_completely()
    assert str(raised.value) == (
        f"{log}: cannot be emptied: database table is locked; correct the cause and run the command again to "
        "finish"
    )


def test_a_log_that_cannot_be_emptied_does_not_fail_a_single_transaction_that_is_stored(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: WriteAheadLog) -> bool:
        raise LogFullError("the disk is full")

    monkeypatch.setattr(write_ahead_log, "LOG_BYTES", 0)
    monkeypatch.setattr(WriteAheadLog, "empty", refuse)
    with app.app_context(), single_transaction(db.engine, fail) as connection:
        connection.execute(update(Corpus).values(revision=7))
    assert corpus_revision(app) == 7


def test_a_reader_that_does_not_end_is_announced_and_finally_stops_the_command(
    app: Flask, documents: Path, log: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "LOG_BYTES": LIMIT_BYTES,
        "GROWTH_BYTES": LIMIT_BYTES,
        "MAX_LOG_BYTES": 3 * LIMIT_BYTES,
        "MAX_ATTEMPTS": 2,
    }.items():
        monkeypatch.setattr(write_ahead_log, name, value)
    with app.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", lambda made, _: made.execute("PRAGMA busy_timeout = 1"))
    with closing(sqlite3.connect(tmp_path / ".briefs.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM changes").fetchone()
        result = invoke(app, "seed", "load", documents)
        warning, error = message_lines(result)
        assert warning.startswith(f"warning: {log} grows beyond ")
        assert error == (
            f"Error: {log}: cannot be emptied while another process is reading the database; "
            "end that process and run the command again to finish"
        )
        assert result.exit_code == 1
        assert log.stat().st_size < 4 * LIMIT_BYTES + TRANSACTION_BYTES
        reader.execute("COMMIT")
        # What was committed is kept.
        result = invoke(app, "seed", "load", documents)
        assert "unchanged" in result.stdout
        assert result.exit_code == 0
    assert not log.exists() or log.stat().st_size == 0
