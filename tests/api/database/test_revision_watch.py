"""Tests of the revision watch, which asks the database at intervals if its data has changed."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import URL, Connection, Engine, event, text
from sqlalchemy.exc import OperationalError

import api.database.revision_watch
from api.database.base import db
from api.database.deadlines import Watchdog
from api.database.engines import autocommit_engine
from api.database.revision_watch import RevisionWatch
from tests.conftest import make_app
from tests.seeds.documents import Page, clear, seed_pages, submit

PAGES = {
    "harbour": Page(),
    "sirens": Page(title="Sirens Tested in Shanghai"),
    "wall": Page(title="China Raises a Wall"),
}
INTERVAL = 10.0
# Makes a watch of the database of `app` with an interval.
MakeWatch = Callable[[float], RevisionWatch]


class Clock:
    """A clock that the test sets."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def monotonic(self) -> float:
        """Return the time, which advances at each call."""
        self.seconds += 0.000_001
        return self.seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Replace the clock that revision watches read, and return the new clock, which the test sets."""
    clock = Clock()
    monkeypatch.setattr(api.database.revision_watch, "time", clock)
    return clock


@pytest.fixture
def make_watch(app: Flask) -> Iterator[MakeWatch]:
    """Yield a function that takes an interval in seconds and returns a revision watch.

    A revision watch reads the version of the database at most once per interval.
    """
    watches: list[RevisionWatch] = []

    def make(interval: float) -> RevisionWatch:
        with app.app_context():
            watches.append(RevisionWatch(autocommit_engine(), interval, Watchdog()))
        return watches[-1]

    yield make
    for watch in watches:
        watch.close()


def test_each_commit_changes_the_version(app: Flask, make_watch: MakeWatch) -> None:
    watch = make_watch(0)
    seen = [watch.version()]
    for name, page in PAGES.items():
        seed_pages(app, [submit(name, page)])
        seen += [watch.version(), watch.version()]
    assert [seen[at] == seen[at + 1] for at in range(6)] == [False, True] * 3


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_on_sqlite_a_commit_that_keeps_the_corpus_revision_changes_the_version(
    app: Flask, make_watch: MakeWatch
) -> None:
    watch = make_watch(0)
    before = watch.version()
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("UPDATE corpus SET secret_key = 'sixteen-letters-'"))
    assert watch.version() != before


def test_the_database_is_asked_once_in_an_interval_unless_the_current_version_is_required(
    app: Flask, make_watch: MakeWatch, clock: Clock
) -> None:
    watch = make_watch(INTERVAL)
    before = watch.version()
    seed_pages(app, [submit("harbour", PAGES["harbour"])])
    clock.seconds += INTERVAL - 1
    assert watch.version() == before
    clock.seconds += 1
    second = watch.version()
    assert second != before
    seed_pages(app, [submit("wall", PAGES["wall"])])
    assert watch.version() == second
    third = watch.version(now=True)
    assert third not in (before, second)
    assert watch.version() == third


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_the_same_revision_after_a_restored_backup_is_a_different_version(
    app: Flask, make_watch: MakeWatch
) -> None:
    watch = make_watch(0)
    seen = []
    for page in PAGES.values():
        clear(app)
        seed_pages(app, [submit("page", page)])
        seen.append(watch.version())
    assert len(set(seen)) == len(PAGES)


def test_a_new_connection_never_repeats_an_old_version(app: Flask, make_watch: MakeWatch) -> None:
    watch = make_watch(0)
    before = watch.version()
    watch.close()
    seed_pages(app, [submit("harbour", PAGES["harbour"])])
    assert watch.version() != before


class PendingStatement:
    """A listener that makes each statement on an engine wait until the test sets `go`.

    `asked` is set when a statement begins to wait, and `count` is the number of statements.
    """

    def __init__(self, engine: Engine) -> None:
        self.asked, self.go = threading.Event(), threading.Event()
        self.count = 0
        event.listen(engine, "before_cursor_execute", self._hold)

    def _hold(self, connection: Connection, *_: object) -> None:
        assert connection
        self.count += 1
        self.asked.set()
        assert self.go.wait(30)


def test_threads_use_the_last_version_while_one_thread_asks_for_up_to_two_intervals(
    app: Flask, make_watch: MakeWatch, clock: Clock
) -> None:
    watch = make_watch(INTERVAL)
    before = watch.version()
    seed_pages(app, [submit("harbour", PAGES["harbour"])])
    with app.app_context():
        question = PendingStatement(autocommit_engine())
    with ThreadPoolExecutor(4) as threads:
        clock.seconds += INTERVAL
        asking = threads.submit(watch.version)
        assert question.asked.wait(30)
        assert [watch.version() for _ in range(3)] == [before] * 3
        clock.seconds += INTERVAL
        waiting = [threads.submit(watch.version), threads.submit(watch.version, now=True)]
        question.go.set()
        after = asking.result(30)
        assert after != before
        assert [each.result(30) for each in waiting] == [after] * 2
    # The thread that needs the current version arrived after the first statement was sent.
    assert question.count in (2, 3)


def test_a_probe_reads_the_migration_if_a_different_query_begins_at_the_same_time(
    make_watch: MakeWatch, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch = make_watch(INTERVAL)
    first = watch.probe(30)
    read_clock = clock.monotonic

    def query_first() -> float:
        monkeypatch.setattr(clock, "monotonic", read_clock)
        threads.submit(watch.version, now=True).result(30)
        return read_clock()

    with ThreadPoolExecutor(1) as threads:
        monkeypatch.setattr(clock, "monotonic", query_first)
        second = watch.probe(30)
    assert first
    assert second
    assert second.migration == first.migration is not None


def test_the_version_is_unknown_if_the_database_does_not_answer() -> None:
    for url in ("postgresql://tide:secret@127.0.0.1:1/briefs", "sqlite:////nowhere/at/all.db"):
        app = make_app(url)
        with app.app_context():
            watch = RevisionWatch(autocommit_engine(), INTERVAL, Watchdog())
        assert [watch.version(), watch.version(now=True)] == [None, None]
        watch.close()


def test_the_version_is_known_again_when_the_database_answers_again(
    app: Flask, make_watch: MakeWatch, clock: Clock
) -> None:
    watch = make_watch(INTERVAL)
    before = watch.version()
    with app.app_context():
        engine = autocommit_engine()

    def fail(*_: object) -> None:
        raise OperationalError("", {}, ConnectionError())

    event.listen(engine, "before_cursor_execute", fail)
    clock.seconds += INTERVAL
    assert watch.version() is None
    assert watch.version() is None
    assert watch.outage_seconds() is not None
    event.remove(engine, "before_cursor_execute", fail)
    for _ in range(1_000):
        if watch.is_available():
            break
        threading.Event().wait(0.02)
    assert watch.version() not in (None, before)
    assert watch.outage_seconds() is None


def test_a_database_with_any_file_name_is_watched(sqlite_template: Path, tmp_path: Path) -> None:
    path = tmp_path / "50%20 of #it.db"
    path.write_bytes(sqlite_template.read_bytes())
    app = make_app(URL.create("sqlite", database=str(path)).render_as_string())
    with app.app_context():
        watch = RevisionWatch(autocommit_engine(), 0, Watchdog())
    assert watch.version() is not None
    watch.close()
