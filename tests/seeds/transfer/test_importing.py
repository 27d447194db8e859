"""Tests of `flask seed import`: the new database has the same rows and responses as the exported one."""

import re
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask

from api.database.base import db
from seeds import cli
from seeds.extraction.catalogue import read_catalogue
from seeds.parsing.files import SubmittedDocument, read_with_sidecar
from seeds.storing.transactions import WAITING_MESSAGE, transactions
from tests.seeds.documents import ROOT, Page, clear, seed_pages, submit
from tests.seeds.random_histories import (
    KNOWN,
    all_responses,
    comparable_rows,
    export,
    import_file,
    relink_pages,
    remove_page,
    run_random_steps,
)
from tests.seeds.stored_rows import rows
from tests.support.properties import random_seeds

SAMPLES = [read_with_sidecar(path, 2**21) for path in sorted(ROOT.glob("tests/samples/documents/*.txt"))]
Line = dict[str, Any]


def assert_same(imported: Flask, original: Flask, data: bytes) -> None:
    """Assert that two databases have the same rows and give the same responses and exports.

    `data` is the export of `original` that was imported.
    """
    assert export(imported) == data
    assert comparable_rows(imported) == comparable_rows(original)
    is_ranked = engine_of(imported) == engine_of(original)
    expected = all_responses(original, is_ranked=is_ranked)
    assert all_responses(imported, is_ranked=is_ranked) == expected
    assert {200, 308} <= {status for status, _, _ in expected.values()}


def engine_of(app: Flask) -> str:
    with app.app_context():
        return db.engine.dialect.name


def import_into(app: Flask, data: bytes, folder: Path) -> None:
    result = import_file(app, data, folder)
    assert (result.exit_code, result.stderr) == (0, "")


@random_seeds(1, first=1)
def test_a_database_moves_to_sqlite(app: Flask, sqlite_app: Flask, tmp_path: Path, seed: int) -> None:
    run_random_steps(app, seed)
    data = export(app)
    import_into(sqlite_app, data, tmp_path)
    assert_same(sqlite_app, app, data)


@random_seeds(1, first=4)
def test_a_database_moves_from_sqlite(app: Flask, sqlite_app: Flask, tmp_path: Path, seed: int) -> None:
    run_random_steps(sqlite_app, seed)
    data = export(sqlite_app)
    import_into(app, data, tmp_path)
    assert_same(app, sqlite_app, data)


def test_an_export_can_be_imported_into_the_same_engine(app: Flask, tmp_path: Path) -> None:
    run_random_steps(app, 8)
    data, before, responses = export(app), comparable_rows(app), all_responses(app)
    clear(app)
    import_into(app, data, tmp_path)
    assert (export(app), comparable_rows(app), all_responses(app)) == (data, before, responses)


def test_the_sample_documents_can_be_exported_and_imported(
    app: Flask, sqlite_app: Flask, tmp_path: Path
) -> None:
    seed_pages(app, SAMPLES, read_catalogue())
    relink_pages(app, list(read_catalogue()))
    import_into(sqlite_app, export(app), tmp_path)
    assert export(sqlite_app) == export(app)
    assert comparable_rows(sqlite_app) == comparable_rows(app)


def test_the_summary_counts_the_imported_lines(app: Flask, sqlite_app: Flask, tmp_path: Path) -> None:
    pages = [submit("a", Page()), submit("b", Page(title="Other")), submit("a", Page(title="Corrected"))]
    seed_pages(sqlite_app, [*pages, submit("c", Page(title="Gone"))])
    remove_page(sqlite_app, "c")
    result = import_file(app, export(sqlite_app), tmp_path)
    entities = len(rows(app)["entities"])
    assert result.stdout == (
        f"2 articles, {entities} entities, 1 removed article, 2 former revisions, 5 changes imported\n"
    )


def test_an_empty_database_moves_with_its_key(app: Flask, sqlite_app: Flask, tmp_path: Path) -> None:
    import_into(app, export(sqlite_app), tmp_path)
    assert comparable_rows(app) == comparable_rows(sqlite_app)


@random_seeds(1, first=10)
def test_an_imported_database_changes_like_the_original(
    app: Flask, sqlite_app: Flask, tmp_path: Path, seed: int
) -> None:
    run_random_steps(sqlite_app, seed)
    import_into(app, export(sqlite_app), tmp_path)
    for one in (app, sqlite_app):
        run_random_steps(one, seed + 100, steps=12)
        relink_pages(one, KNOWN)
    assert without_times(export(app)) == without_times(export(sqlite_app))


def without_times(data: bytes) -> list[Line]:
    """Return the lines of an export, without times and without the last line."""
    times = ("created_at", "updated_at", "changed_at")
    lines = [orjson.loads(line) for line in data.splitlines()][:-1]
    return [{name: value for name, value in line.items() if name not in times} for line in lines]


def test_documents_are_unchanged_when_they_are_loaded_after_an_import(
    app: Flask, sqlite_app: Flask, tmp_path: Path
) -> None:
    pages = {page.key: page for page in [*SAMPLES, *UNUSUAL_DOCUMENTS]}
    seed_pages(sqlite_app, pages.values(), read_catalogue())
    import_into(app, export(sqlite_app), tmp_path)
    before = rows(app)["articles"]
    assert set(seed_pages(app, pages.values(), read_catalogue())) == {"unchanged"}
    assert rows(app)["articles"] == before
    relink_pages(sqlite_app, list(read_catalogue()))
    relink_pages(app, list(read_catalogue()))
    assert export(app) == export(sqlite_app)
    # Only the stories can differ, because relinking chooses their founders again.
    after = rows(app)["articles"]
    for article in (*before, *after):
        del article["story"], article["item_key"], article["item_json"]
    assert after == before


# Documents with bytes that reading or writing could change.
UNUSUAL_DOCUMENTS: list[SubmittedDocument] = [
    submit("mark", ("\ufeff" + Page(title="Mark").text).encode()),
    submit("lines", Page(title="Lines").text.replace("\n", "\r\n").encode()),
    submit(
        "signs", Page(title='"\\ \u2028 \u0007\u007f 🌊 \ufffd\uffff a\u0301', body=("%s :a {} ' " * 30,))
    ),
    submit("early", Page(title="Early"), "published_at: 0002-01-01T00:00:00Z"),
    submit("late", Page(title="Late"), "published_at: 9998-12-31T23:59:59.999999Z"),
]


def test_documents_keep_their_bytes(app: Flask, sqlite_app: Flask, tmp_path: Path) -> None:
    seed_pages(sqlite_app, UNUSUAL_DOCUMENTS)
    import_into(app, export(sqlite_app), tmp_path)
    assert rows(app)["documents"] == rows(sqlite_app)["documents"]
    assert sorted(row["document"] for row in rows(app)["documents"]) == sorted(
        page.data for page in UNUSUAL_DOCUMENTS
    )


def test_standard_input_is_read(app: Flask, exported: bytes) -> None:
    result = app.test_cli_runner().invoke(args=["seed", "import", "-"], input=exported)
    assert (result.exit_code, result.stderr) == (0, "")
    assert export(app) == exported
    result = app.test_cli_runner().invoke(args=["seed", "import", "-"], input=exported)
    assert result.exit_code == 1
    assert result.stderr == (
        "Error: the database is not empty; import into a new database, made by `flask db upgrade`\n"
    )


def test_the_example_of_the_help_runs(
    app: Flask, exported: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"Example: flask (seed import (\S+))", cli.seed.commands["import"].help or "")
    Path(example[1]).write_bytes(exported)
    result = app.test_cli_runner().invoke(args=example[0].split())
    assert result.exit_code == 0, result.output
    assert result.stdout.endswith(" imported\n")


def test_batches_of_any_size_import_the_same(
    app: Flask, exported: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 10_000):
        monkeypatch.setattr("seeds.transfer.importing.BATCH_BYTES", size)
        import_into(app, exported, tmp_path)
        assert export(app) == exported
        clear(app)


def test_a_second_run_waits_for_an_import(
    app: Flask, exported: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refused(Exception):  # noqa: N818 -- not an error, only a signal
        pass

    def announce(message: str) -> None:
        assert message == WAITING_MESSAGE
        raise Refused

    def begin_another() -> bool:
        with pytest.raises(Refused), transactions(db.engine, announce):
            pytest.fail("two runs at once")
        return True

    monkeypatch.setattr("seeds.transfer.importing._is_empty", lambda _: begin_another())
    import_into(app, exported, tmp_path)
    assert export(app) == exported
