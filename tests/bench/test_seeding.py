"""The bench of seeding: what it inserts plainly are the rows of a seeding, all of them."""

import shutil
from pathlib import Path

import pytest
from flask import Flask

from api.db import db
from bench.corpus import write_corpus
from bench.plain import insert_plainly
from bench.seeding import measure_seeding
from bench.stores import SqliteStore
from tests.conftest import make_app
from tests.seeds.documents import rows, seed

DOCUMENTS = 12


def test_plain_insertion_ends_with_the_rows_of_the_seeding(
    app: Flask, sqlite_template: Path, tmp_path: Path
) -> None:
    (tmp_path / "pages").mkdir()
    write_corpus(tmp_path / "pages", range(1, DOCUMENTS + 1))
    assert seed(app, tmp_path / "pages").exit_code == 0
    shutil.copyfile(sqlite_template, tmp_path / "copy.db")
    copy = make_app(f"sqlite:///{tmp_path / 'copy.db'}")
    with app.app_context():
        seeded = db.engine
    with copy.app_context():
        assert insert_plainly(seeded, db.engine) > 0
    copied, made = rows(copy), rows(app)
    assert {**copied, "corpus": []} == {**made, "corpus": []}


def test_the_report_counts_every_document_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bench.stores.FOLDER", tmp_path)
    seeding = measure_seeding(SqliteStore(), DOCUMENTS)
    assert len(seeding.documents) == DOCUMENTS
    lines = seeding.report().splitlines()
    assert lines[0].startswith(f"| {DOCUMENTS} documents ")
    assert [line.split("|")[1].strip() for line in lines[2:9]] == [
        "seeding",
        "its first half",
        "its second half",
        "of it parse",
        "of it rows",
        "of it commit",
        "of it content",
    ]
    assert all(float(line.split("|")[2]) > 0 for line in lines[2:10])
