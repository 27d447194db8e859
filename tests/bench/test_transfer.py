"""The bench of export and import: what it makes of a small export is a whole one, in and out again."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from bench.corpus import write_corpus
from bench.stores import SqliteStore
from bench.transfer import measure_transfer, multiplied
from seeds.transfer.lines import write_lines
from tests.seeds.documents import reference, rows, seed
from tests.seeds.lives import export, read_back

DOCUMENTS, COPIES = 12, 3


@pytest.fixture
def corpus(app: Flask, tmp_path: Path) -> Flask:
    """Invented articles, of which some were corrected."""
    (tmp_path / "pages").mkdir()
    for last, number in ((DOCUMENTS, 1), (3, 2)):
        write_corpus(tmp_path / "pages", range(1, last + 1), number)
        assert seed(app, tmp_path / "pages").exit_code == 0
    return app


def test_a_multiplied_export_is_an_export(corpus: Flask, sqlite_template: Path, tmp_path: Path) -> None:
    file = BytesIO()
    counts = write_lines(multiplied(export(corpus).splitlines(), COPIES), file)
    assert (counts["article"], counts["revision"]) == (COPIES * DOCUMENTS, COPIES * 3)
    with reference(sqlite_template, tmp_path) as other:
        assert read_back(other, file.getvalue(), tmp_path).exit_code == 0
        assert export(other) == file.getvalue()
        assert len({row["slug"] for row in rows(other)["articles"]}) == COPIES * DOCUMENTS


def test_the_report_says_what_each_way_took(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bench.stores.FOLDER", "bench.transfer.FOLDER"):
        monkeypatch.setattr(name, tmp_path)
    for name, value in {"SMALL": 5, "CORRECTED": 5, "ensure": lambda *_: "corpus"}.items():
        monkeypatch.setattr(f"bench.transfer.{name}", value)
    shutil.copyfile(sqlite_template, tmp_path / "corpus.db")
    titles, _, *lines = measure_transfer(SqliteStore(), "sqlite", 10).splitlines()
    assert titles.startswith("| 10 articles, ")
    assert [line.split("|")[1].strip() for line in lines] == ["import", "export"]
    assert all(0 < float(line.split("|")[4]) < 300 for line in lines)
    assert [path.name for path in tmp_path.iterdir()] == ["corpus.db"]
