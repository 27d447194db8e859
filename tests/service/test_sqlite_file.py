"""A running service on a SQLite file that is replaced, deleted or cannot be written."""

import shutil
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from tests.conftest import make_app
from tests.seeds.documents import Page, seed, write
from tests.support.server import Server, running_gunicorn, seeded_copy

TARGETS = [
    "/v1/articles",
    "/v1/articles?sort=title&limit=1",
    "/v1/entities",
    "/v1/articles/f2c8f2a4-e8d6-51a9-9662-e3de69983d26",
    "/v1/changes",
    "/readyz",
]


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the URL of a SQLite database with the documents of the project."""
    return seeded_copy(sqlite_template, tmp_path)


@pytest.fixture
def other_file(sqlite_template: Path, tmp_path: Path) -> Path:
    """Return a SQLite file that contains different articles."""
    folder = tmp_path / "other"
    folder.mkdir()
    path = folder / "other.db"
    shutil.copyfile(sqlite_template, path)
    seed(make_app(f"sqlite:///{path}"), write(folder, "harbour", Page()))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@contextmanager
def clients(server: Server, count: int) -> Iterator[list[tuple[float, str, int]]]:
    """Let `count` clients send requests meanwhile, and collect the time, target and status of each answer."""
    answers: list[tuple[float, str, int]] = []
    stopped = Event()

    def send() -> None:
        with closing(server.connect()) as connection:
            while not stopped.is_set():
                for target in TARGETS:
                    connection.request("GET", target)
                    response = connection.getresponse()
                    response.read()
                    answers.append((time.monotonic(), target, response.status))

    threads = [Thread(target=send) for _ in range(count)]
    for thread in threads:
        thread.start()
    try:
        yield answers
    finally:
        stopped.set()
        for thread in threads:
            thread.join()


def statuses(answers: list[tuple[float, str, int]]) -> Counter[int]:
    return Counter(status for _, _, status in answers)


def wait_for_answers(server: Server, answers: list[tuple[float, str, int]], count: int) -> None:
    expected = len(answers) + count
    server.wait_until("more answers", lambda: len(answers) >= expected)


@pytest.mark.parametrize("fault", ["replaced", "deleted"])
def test_after_the_file_is_replaced_or_deleted_all_answers_are_503_and_no_file_is_written(
    fault: str, url: str, other_file: Path, tmp_path: Path
) -> None:
    path = tmp_path / "briefs.db"
    content = other_file.read_bytes()
    with running_gunicorn(url, tmp_path) as server:
        with clients(server, 4) as answers:
            wait_for_answers(server, answers, 100)
            if fault == "replaced":
                other_file.replace(path)
            else:
                path.unlink()
            replaced_at = time.monotonic()
            wait_for_answers(server, answers, 100)
            time.sleep(1)
            wait_for_answers(server, answers, 100)
        before = [each for each in answers if each[0] < replaced_at]
        # Each client can have sent a request before, and the cache looks every 50 ms.
        after = [each for each in answers if each[0] > replaced_at + 1]
        assert set(statuses(before)) == {200}
        assert set(statuses(after)) == {503}
        # Between the two, there are only answers from the old file.
        assert set(statuses(answers)) == {200, 503}
        for target in TARGETS:
            answer = server.get(target)
            assert answer.status == 503
            assert b"must restart the service" in answer.body
        assert server.get("/healthz").status == 200
    if fault == "replaced":
        assert path.read_bytes() == content
        with closing(sqlite3.connect(path)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    else:
        assert not path.exists()
