"""A running service on a SQLite file that is replaced, deleted or cannot be written."""

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import NamedTuple

import pytest

from tests.conftest import make_app, seeded_copy
from tests.seeds.documents import Page, seed, write
from tests.support.server import (
    ROOT,
    Server,
    clean_environ,
    is_answering,
    running_gunicorn,
    running_process,
)

ARTICLE = "/v1/articles/f2c8f2a4-e8d6-51a9-9662-e3de69983d26"
TARGETS = [
    "/v1/articles",
    "/v1/articles?sort=title&limit=1",
    "/v1/entities",
    ARTICLE,
    "/v1/changes",
    "/readyz",
]
# Between two rounds of requests of a client.
PAUSE_SECONDS = 0.02


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the URL of a SQLite database with the article in `seeds/documents`."""
    return seeded_copy(sqlite_template, tmp_path)


@pytest.fixture
def other_file(sqlite_template: Path, tmp_path: Path) -> Path:
    """Return a SQLite file with an article that is not in the database of the fixture `url`."""
    folder = tmp_path / "other"
    folder.mkdir()
    path = folder / "other.db"
    shutil.copyfile(sqlite_template, path)
    seed(make_app(f"sqlite:///{path}"), write(folder, "harbour", Page()))
    return path


class Answered(NamedTuple):
    """A request of a client: when it was sent, when its response was complete, and the status."""

    sent_at: float
    received_at: float
    status: int


@contextmanager
def clients(server: Server, count: int) -> Iterator[list[Answered]]:
    """Let `count` clients send requests during the `with` body, and yield a list of the answered requests."""
    answers: list[Answered] = []
    stopped = Event()

    def send() -> None:
        with closing(server.connect()) as connection:
            # The pause leaves the processor to the server.
            while not stopped.wait(PAUSE_SECONDS):
                for target in TARGETS:
                    sent_at = time.monotonic()
                    connection.request("GET", target)
                    response = connection.getresponse()
                    response.read()
                    answers.append(Answered(sent_at, time.monotonic(), response.status))

    threads = [Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def wait_for_answers(server: Server, answers: list[Answered], count: int) -> None:
    expected = len(answers) + count
    server.wait_until("more answers", lambda: len(answers) >= expected)


def statuses(answers: Iterable[Answered]) -> set[int]:
    return {each.status for each in answers}


@pytest.mark.parametrize("fault", ["replaced", "deleted"])
def test_after_the_file_is_replaced_or_deleted_all_answers_are_503_and_no_file_is_written(
    fault: str, url: str, other_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "briefs.db"
    content = other_file.read_bytes()
    with running_gunicorn(url, tmp_path) as server:
        with clients(server, 4) as answers:
            wait_for_answers(server, answers, 50)
            if fault == "replaced":
                other_file.replace(path)
            else:
                path.unlink()
            changed_at = time.monotonic()
            wait_for_answers(server, answers, 50)
            server.wait_until("only refusals", lambda: statuses(answers[-50:]) == {503})
            noticed_at = time.monotonic()
            wait_for_answers(server, answers, 50)
        assert statuses(each for each in answers if each.received_at < changed_at) == {200}
        assert statuses(each for each in answers if each.sent_at > noticed_at) == {503}
        # The new file has no such article, so a 404 would be an answer from the new file.
        assert statuses(answers) == {200, 503}
        for target in TARGETS:
            answer = server.get(target)
            assert answer.status == 503
            assert b"must restart the service" in answer.body
        assert server.get("/healthz").status == 200
        reason = f"the database file {path} was {fault}"
        server.wait_until("the reason in the log", lambda: any(reason in line for line in server.lines))
    if fault == "deleted":
        assert not path.exists()
        return
    assert path.read_bytes() == content
    with running_gunicorn(url, tmp_path, BRIEFS_WORKERS="1") as server:
        assert server.get("/readyz").status == 200
        assert server.get(ARTICLE).status == 404
    assert path.read_bytes() == content
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


@contextmanager
def running_without_write_access(url: str, folder: Path) -> Iterator[Server]:
    """Start gunicorn without the capability of root to ignore file permissions.

    Yield the server when it answers.
    """
    command = [sys.executable, "-m", "gunicorn", "wsgi:app"]
    if os.geteuid() == 0:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            pytest.skip("root ignores permissions, and setpriv is not installed")
        command = [setpriv, "--bounding-set=-all", *command]
    environ = clean_environ({"PORT": "0", "DATABASE_URL": url})
    with running_process(command, folder, environ, ROOT) as server:
        server.wait_until("an answer from /healthz", lambda: is_answering(server))
        yield server


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Make `folder` and its files read-only during the `with` body."""
    for path in (*folder.iterdir(), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        yield
    finally:
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)


def test_a_read_only_file_in_a_read_only_folder_is_served_and_changes_are_noticed(
    sqlite_template: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    url = seeded_copy(sqlite_template, folder)
    (folder / "briefs.db.lock").unlink()
    content = (folder / "briefs.db").read_bytes()
    with read_only(folder), running_without_write_access(url, tmp_path) as server:
        for target in TARGETS * 2:
            assert server.get(target).status == 200, target
        assert [path.name for path in folder.iterdir()] == ["briefs.db"]
        assert (folder / "briefs.db").read_bytes() == content
        # A different user can still load documents.
        for path in (folder, *folder.iterdir()):
            path.chmod(0o755 if path.is_dir() else 0o644)
        assert server.get("/v1/articles?total=true").body.count(b'"total":1') == 1
        seed(make_app(url), write(tmp_path, "harbour", Page()))
        for name in ("", "-wal", "-shm"):
            if (folder / f"briefs.db{name}").exists():
                (folder / f"briefs.db{name}").chmod(0o444)
        folder.chmod(0o555)
        for _ in range(4):
            assert b'"total":2' in server.get("/v1/articles?total=true", Cache_Control="no-cache").body
