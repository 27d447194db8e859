"""Tests of `bench.seeding`, which measures how fast documents are loaded, and of `bench.plain_insertion`."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select

from api.app import close_app
from api.database.base import db
from bench.corpus.files import write_corpus
from bench.databases import SqliteStore
from bench.plain_insertion import insert_all_rows
from bench.seeding import measure_seeding
from tests.conftest import make_app
from tests.seeds.documents import seed

DOCUMENTS = 6


def test_plain_insertion_inserts_the_same_rows(sqlite_template: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    write_corpus(pages, range(1, DOCUMENTS + 1))
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("seeded", "copied")]
    for name in ("seeded", "copied"):
        shutil.copyfile(sqlite_template, tmp_path / f"{name}.db")
    assert seed(make_app(urls[0]), pages).exit_code == 0
    seeded, copied = (create_engine(url) for url in urls)
    assert insert_all_rows(seeded, copied) > 0
    assert all_rows(copied) == all_rows(seeded)
    for engine in (seeded, copied):
        engine.dispose()


def all_rows(engine: Engine) -> dict[str, list[str]]:
    """Return the rows of each table in an order that does not depend on their insertion."""
    with engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in db.metadata.sorted_tables
            # Inserting links marks the renderings of their articles as outdated.
            if table.name != "renderings"
        }


def run_here(url: str, *arguments: str) -> None:
    """Run a `flask` command in this process."""
    app = make_app(url)
    result = app.test_cli_runner().invoke(args=arguments)
    close_app(app)
    assert result.exit_code == 0, result.output


def test_the_report_compares_commands_with_plain_insertion(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.databases.FOLDER", tmp_path)
    monkeypatch.setattr("bench.seeding.DOCUMENT_COUNT", DOCUMENTS)
    monkeypatch.setattr("bench.seeding.FURTHER_COUNT", 2)
    # A process for each command would take a second.
    monkeypatch.setattr("bench.seeding.run_flask", run_here)
    shutil.copyfile(sqlite_template, tmp_path / "corpus.db")
    titles, _, *lines = measure_seeding(SqliteStore(), "corpus", 0).splitlines()
    assert titles.startswith(f"| {DOCUMENTS} documents ")
    assert [line.split("|")[1].strip() for line in lines] == [
        "seeding in one process",
        "seeding in 2 processes",
        "export",
        "import",
        "plain insertion of the same rows",
        "seeding in one process after 0 articles",
    ]
    assert [path.name for path in tmp_path.glob("*.db")] == ["corpus.db"]
