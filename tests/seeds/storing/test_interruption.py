"""Tests of interrupted loads: every stored article is complete, and the next run finishes the work."""

import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, func, select, text

from api.database.base import db
from api.models import UNSCORED, Article
from seeds.escaping import printable
from tests.conftest import make_app
from tests.seeds.documents import Page, comparison_app, last_line, seed, start_load, without_progress, write
from tests.seeds.stored_rows import Rows, recount_entities, rows, without_volatile_columns

pytestmark = pytest.mark.slow

# More than one batch, and too few documents for worker processes.
NUMBER = 190
FULL = re.compile(r"Error: database: database or disk is full; the current batch was not stored; .+")
CUT = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
TRIGGERS = {
    "sqlite": """
        CREATE TRIGGER refuse BEFORE INSERT ON related_links WHEN NEW.title = 'Refused'
        BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END
    """,
    "postgresql": """
        CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'refused by a trigger' USING ERRCODE = 'check_violation'; END $$;
        CREATE TRIGGER refuse BEFORE INSERT ON related_links FOR EACH ROW WHEN (NEW.title = 'Refused')
        EXECUTE FUNCTION refuse()
    """,
}


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of many documents that mention known entities and list each other."""
    folder = tmp_path_factory.mktemp("pages")
    for number in range(NUMBER):
        page = Page(
            title=f"Gauge {number} Reports from China",
            takeaways=("Beijing reads every gauge.", f"Gauge {number} stands in Shanghai."),
            body=(
                f"Shanghai's gauge {number} is new. " * 3,
                "China and Guangdong share it, SpaceX does not.",
            ),
            related=(
                (f"Gauge {number - 1} Reports from China", None),
                (f"Gauge {number + 1} Reports from China", None),
            ),
        )
        write(folder, f"{number:03}", page, f"published_at: 2026-04-21T12:00:{number % 60:02}Z")
    return folder


@pytest.fixture(scope="module")
def complete_rows(pages: Path, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """Return the rows of all tables after an uninterrupted load of the documents in `pages`."""
    with comparison_app(sqlite_template, tmp_path_factory.mktemp("complete")) as app:
        assert last_line(seed(app, pages)).startswith(f"{NUMBER} created, ")
        return without_volatile_columns(rows(app))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a file system with room for one batch, and yield its folder. Skip the test if mounting fails."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=2600k", "tmpfs", disk], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("a file system cannot be mounted here")
    yield disk
    subprocess.run(["umount", disk], check=True)


@contextmanager
def open_app(path: Path) -> Iterator[Flask]:
    """Yield an application with the existing SQLite file at `path`."""
    app = make_app(f"sqlite:///{path}")
    yield app
    with app.app_context():
        db.engine.dispose()


def count_articles(app: Flask) -> int:
    with app.app_context(), db.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(Article)).scalar_one()


def rows_of_articles(found: Rows, ids: set[object]) -> Rows:
    """Return the rows in `found` that belong to the articles with these ids.

    The targets of links are left out, since later articles can change them.
    """
    unresolved: dict[str, Any] = {"target": None, "score_key": UNSCORED, "reasons": []}
    listed = [row | unresolved for row in found["related_links"] if row["basis"] == "listed"]
    own = {
        name: [row for row in several if _article_of(row) in ids]
        for name, several in (found | {"related_links": listed}).items()
        if several and _article_of(several[0])
    }
    return own | {"articles": [row for row in found["articles"] if row["id"] in ids]}


def _article_of(row: dict[str, Any]) -> Any:
    """Return the id of the article to which a row belongs, or None."""
    if "takeaway" in row:
        return UUID(row["takeaway"].partition(" ")[0])
    return row.get("article", row.get("article_id"))


def check_articles(app: Flask, complete_rows: Rows) -> int:
    """Assert that each stored article is complete, and return the number of stored articles.

    `complete_rows` are the rows that an uninterrupted load stores.
    """
    found = without_volatile_columns(rows(app))
    ids: set[object] = {row["id"] for row in found["articles"]}
    everything = {_article_of(row) for several in found.values() for row in several} - {None}
    assert everything <= ids
    if ids:
        assert rows_of_articles(found, ids) == rows_of_articles(complete_rows, ids)
    assert found["entities"] == recount_entities(found)
    assert found["corpus"][0]["revision"] == len(ids)
    return len(ids)


def wait_for(app: Flask, process: "subprocess.Popen[str]", number: int) -> None:
    """Wait until the load that `process` runs has stored this number of articles."""
    while count_articles(app) < number:
        # Waiting between two checks leaves the processor to the load.
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.005)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_load_that_is_stopped_leaves_complete_articles_and_recommends_a_second_run(
    app: Flask, database_url: str, pages: Path, complete_rows: Rows, number: signal.Signals
) -> None:
    with start_load(database_url, pages) as process:
        wait_for(app, process, 20)
        process.send_signal(number)
        stdout, stderr = process.communicate()
    assert (stdout, without_progress(stderr), process.returncode) == (
        "",
        ["interrupted; run the command again to finish"],
        1,
    )
    assert 20 <= check_articles(app, complete_rows) < NUMBER
    assert seed(app, pages).exit_code == 0
    assert without_volatile_columns(rows(app)) == complete_rows


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_load_that_loses_its_connection_reports_it_in_one_line_and_leaves_complete_articles(
    app: Flask, database_url: str, pages: Path, complete_rows: Rows
) -> None:
    with start_load(database_url, pages) as process:
        wait_for(app, process, 20)
        with app.app_context():
            db.engine.dispose()
        with psycopg.connect(database_url) as session:
            session.execute(CUT)
        stdout, stderr = process.communicate()
    (line,) = without_progress(stderr)
    assert line.startswith("Error: database: ")
    assert line == printable(line)
    assert (stdout, process.returncode) == ("", 1)
    assert 20 <= check_articles(app, complete_rows) < NUMBER
    assert seed(app, pages).exit_code == 0
    assert without_volatile_columns(rows(app)) == complete_rows


@pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["real", "dry run"])
def test_a_document_that_the_database_refuses_is_rejected_alone_and_reported_in_one_line(
    app: Flask, engine: str, sqlite_template: Path, tmp_path: Path, options: tuple[str, ...]
) -> None:
    pages = tmp_path / "pages"
    for name, listed in (("a", "Welcome"), ("b", "Refused"), ("c", "Welcome")):
        write(pages, name, Page(title=f"China Reads Gauge {name}", related=((listed, None),)))
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text(TRIGGERS[engine]))
    result = seed(app, *options, pages)
    (line,) = without_progress(result.stderr)
    assert line == f"{pages / 'b.txt'}: rejected: the database refuses it: refused by a trigger"
    mark = " (dry run)" if options else ""
    assert result.stdout == f"2 created, 0 updated, 0 unchanged, 0 removed, 1 rejected{mark}\n"
    assert result.exit_code == 1
    found = rows(app)
    assert {row["key"] for row in found["articles"]} == (set() if options else {"a", "c"})
    assert found["entities"] == recount_entities(found)
    assert {row["article"] for row in found["documents"]} == {row["id"] for row in found["articles"]}
    with app.app_context(), db.engine.begin() as connection:
        table = "" if engine == "sqlite" else " ON related_links"
        connection.execute(text(f"DROP TRIGGER refuse{table}"))
    assert seed(app, pages).exit_code == 0
    with comparison_app(sqlite_template, tmp_path) as other:
        seed(other, pages)
        in_order, found = without_volatile_columns(rows(other)), without_volatile_columns(rows(app))
    # The refused document is stored last.
    loaded = [row["slug"][-1] for row in found.pop("changes")]
    assert loaded == (["a", "b", "c"] if options else ["a", "c", "b"])
    in_order.pop("changes")
    assert found == in_order


@pytest.mark.parametrize("options", [(), ("--dry-run",)], ids=["real", "dry run"])
def test_a_database_that_cannot_grow_is_reported_in_one_line_and_leaves_complete_articles(
    sqlite_template: Path, pages: Path, complete_rows: Rows, tmp_path: Path, options: tuple[str, ...]
) -> None:
    with comparison_app(sqlite_template, tmp_path) as app:
        with app.app_context():
            # SQLite reports the same error for a file at its size limit as for a full disk.
            event.listen(db.engine, "connect", lambda made, _: made.execute("PRAGMA max_page_count = 480"))
        result = seed(app, *options, pages)
        (line,) = without_progress(result.stderr)
        assert FULL.fullmatch(line)
        assert (result.stdout, result.exit_code) == ("", 1)
        stored = check_articles(app, complete_rows)
        assert stored == 0 if options else 0 < stored < NUMBER
        with app.app_context():
            db.engine.dispose()
    with open_app(tmp_path / "reference.db") as app:
        assert seed(app, pages).exit_code == 0
        assert without_volatile_columns(rows(app)) == complete_rows


def test_a_full_disk_is_reported_in_one_line_and_leaves_complete_articles(
    sqlite_template: Path, pages: Path, complete_rows: Rows, small_disk: Path
) -> None:
    with comparison_app(sqlite_template, small_disk) as app:
        result = seed(app, pages)
        (line,) = without_progress(result.stderr)
        assert FULL.fullmatch(line)
        assert (result.stdout, result.exit_code) == ("", 1)
        assert 0 < check_articles(app, complete_rows) < NUMBER
        subprocess.run(["mount", "-o", "remount,size=200m", small_disk], check=True)
        result = seed(app, pages)
        assert (without_progress(result.stderr), result.exit_code) == ([], 0)
        assert without_volatile_columns(rows(app)) == complete_rows
