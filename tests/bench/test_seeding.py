"""Tests of `bench.seeding`, which measures how fast documents are loaded."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from api.database.base import db
from bench.corpus.files import write_corpus
from bench.databases import SqliteStore
from bench.plain_insertion import insert_rows_of_documents
from bench.seeding import measure_seeding
from tests.conftest import make_app
from tests.seeds.documents import seed
from tests.seeds.stored_rows import rows

DOCUMENTS = 12


def test_plain_insertion_inserts_the_same_rows_as_seeding(
    app: Flask, sqlite_template: Path, tmp_path: Path
) -> None:
    (tmp_path / "pages").mkdir()
    copy = make_app(f"sqlite:///{tmp_path / 'copy.db'}")
    shutil.copyfile(sqlite_template, tmp_path / "copy.db")
    write_corpus(tmp_path / "pages", range(1, DOCUMENTS + 1))
    assert seed(app, tmp_path / "pages").exit_code == 0
    with app.app_context():
        seeded = db.engine
    with copy.app_context():
        assert insert_rows_of_documents(seeded, db.engine) > 0
    copied, made = rows(copy), rows(app)
    assert {**copied, "corpus": []} == {**made, "corpus": []}


def test_the_report_covers_only_documents_that_are_seeded_after_the_corpus(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bench.databases.FOLDER", tmp_path)
    monkeypatch.setattr("bench.seeding.DOCUMENT_COUNT", DOCUMENTS)
    shutil.copyfile(sqlite_template, tmp_path / "corpus.db")
    report = measure_seeding(SqliteStore(), "corpus", 0).report().splitlines()
    assert report[0].startswith(f"| {DOCUMENTS} documents after 0 ")
    assert [line.split("|")[1].strip() for line in report[2:8]] == [
        "seeding",
        "of it parse",
        "of it rows",
        "of it commit",
        "of it content",
        "plain insertion of the same rows",
    ]
    assert all(float(line.split("|")[2]) > 0 for line in report[2:8])
    assert [path.name for path in tmp_path.glob("*.db")] == ["corpus.db"]
