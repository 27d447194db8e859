"""Tests of `bench.transfer`, which measures import and export."""

import shutil
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask

from bench.corpus.files import write_corpus
from bench.databases import SqliteStore
from bench.transfer import measure_transfer, multiply_export
from seeds.transfer.export_file import write_lines
from tests.seeds.documents import comparison_app, seed
from tests.seeds.random_histories import export, import_file
from tests.seeds.stored_rows import rows

DOCUMENTS, COPIES = 12, 3


@pytest.fixture
def corpus(app: Flask, tmp_path: Path) -> Flask:
    """Load generated articles, and correct some of them, so that they have former revisions."""
    (tmp_path / "pages").mkdir()
    for last, number in ((DOCUMENTS, 1), (3, 2)):
        write_corpus(tmp_path / "pages", range(1, last + 1), number)
        assert seed(app, tmp_path / "pages").exit_code == 0
    return app


def test_a_multiplied_export_can_be_imported_and_exported_again(
    corpus: Flask, sqlite_template: Path, tmp_path: Path
) -> None:
    file = BytesIO()
    counts = write_lines(multiply_export(export(corpus).splitlines(), COPIES), file)
    assert (counts["article"], counts["revision"]) == (COPIES * DOCUMENTS, COPIES * 3)
    with comparison_app(sqlite_template, tmp_path) as other:
        assert import_file(other, file.getvalue(), tmp_path).exit_code == 0
        assert export(other) == file.getvalue()
        assert len({row["slug"] for row in rows(other)["articles"]}) == COPIES * DOCUMENTS
        assert len(rows(other)["stories"]) == COPIES * len(rows(corpus)["stories"])


@pytest.mark.usefixtures("forked_flask")
def test_the_report_has_a_row_for_import_and_for_export(
    sqlite_template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("bench.databases.FOLDER", "bench.transfer.FOLDER"):
        monkeypatch.setattr(name, tmp_path)
    for name, value in {
        "SMALL_CORPUS": 5,
        "CORRECTED_PAGES": 5,
        "ensure_corpus": lambda *_: "corpus",
    }.items():
        monkeypatch.setattr(f"bench.transfer.{name}", value)
    shutil.copyfile(sqlite_template, tmp_path / "corpus.db")
    titles, _, *lines = measure_transfer(SqliteStore(), "sqlite", 10).splitlines()
    assert titles.startswith("| 10 articles, ")
    assert [line.split("|")[1].strip() for line in lines] == ["import", "export"]
    assert all(0 < float(line.split("|")[4]) < 300 for line in lines)
    assert [path.name for path in tmp_path.iterdir()] == ["corpus.db"]
