"""Tests of `bench.seeding`, which measures how fast documents are loaded, and of `bench.plain_insertion`."""

import shutil
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from bench.corpus.files import write_corpus
from bench.databases import SqliteStore
from bench.plain_insertion import insert_all_rows
from bench.seeding import measure_seeding
from tests.conftest import make_app
from tests.seeds.documents import seed
from tests.seeds.stored_rows import rows

DOCUMENTS = 6


def test_plain_insertion_inserts_the_same_rows(sqlite_template: Path, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    pages.mkdir()
    write_corpus(pages, range(1, DOCUMENTS + 1))
    urls = [f"sqlite:///{tmp_path / name}.db" for name in ("seeded", "copied")]
    for name in ("seeded", "copied"):
        shutil.copyfile(sqlite_template, tmp_path / f"{name}.db")
    seeded, copied = map(make_app, urls)
    assert seed(seeded, pages).exit_code == 0
    engines = [create_engine(url) for url in urls]
    assert insert_all_rows(*engines) > 0
    for engine in engines:
        engine.dispose()
    assert rows(copied) == rows(seeded)


def run_here(url: str, *arguments: str) -> None:
    """Run a `flask` command in this process."""
    result = make_app(url).test_cli_runner().invoke(args=arguments)
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
