"""Tests of `flask seed export`, which writes a snapshot of the whole database as JSON lines."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import update

from api.database.base import db
from api.models import Corpus
from seeds.parsing.files import DOCUMENTS_FOLDER
from seeds.transfer.exporting import export_lines
from tests.conftest import make_app
from tests.seeds.documents import ROOT, Page, environment, seed, seed_pages, submit
from tests.seeds.random_histories import export, remove_page, run_random_steps
from tests.seeds.stored_rows import rows


def output(programs: Path, database_url: str, *arguments: str) -> bytes:
    """Run `flask seed` with `arguments` in a new process, and return its standard output.

    The program `flask` is in the folder `programs`.
    """
    command = [str(programs / "flask"), "seed", *arguments]
    done = subprocess.run(command, cwd=ROOT, env=environment(database_url), capture_output=True, check=True)
    return done.stdout


def test_each_line_is_an_object_of_its_kind(app: Flask) -> None:
    pages = [submit("a", Page()), submit("b", Page(title="Other")), submit("a", Page(title="Corrected"))]
    seed_pages(app, pages)
    remove_page(app, "b")
    lines = [orjson.loads(line) for line in export(app).splitlines()]
    kinds = [line["kind"] for line in lines if line["kind"] != "entity"]
    assert kinds == ["corpus", "article", "removed", *["revision"] * 2, *["change"] * 4, "end"]
    assert all(next(iter(line)) == "kind" for line in lines)
    (article,) = (line for line in lines if line["kind"] == "article")
    assert (article["key"], article["title"], article["revision"]) == ("a", "Corrected", 2)
    assert article["document"].encode() == pages[2].data
    documents = {line["document"].encode() for line in lines if line["kind"] == "revision"}
    assert documents == {pages[0].data, pages[1].data}
    assert [line["change"] for line in lines if line["kind"] == "change"] == [
        *("created", "created", "updated", "removed")
    ]


def test_the_export_of_an_empty_database_has_two_lines(app: Flask) -> None:
    key = rows(app)["corpus"][0]["secret_key"]
    first, last = export(app).splitlines()
    numbers = {"last_article": 0, "last_entity": 0}
    assert orjson.loads(first) == {"kind": "corpus", "format": 3, "revision": 0, "secret_key": key} | numbers
    assert orjson.loads(last)["lines"] == 1


def test_chunks_of_any_size_give_the_same_export(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    run_random_steps(app, 9)
    expected = export(app)
    monkeypatch.setattr("seeds.transfer.exporting.CHUNK_BYTES", 1)
    assert export(app) == expected
    chunk = len([line for line in expected.splitlines() if line.startswith(b'{"kind":"change"')]) + 1
    assert chunk < 200, "all in one chunk"


@pytest.mark.slow
def test_a_database_larger_than_a_chunk_is_exported(app: Flask) -> None:
    title = "The Weir Is Closed for Reasons of {}"
    pages = [submit(f"page-{at:03}", Page(title=title.format(at))) for at in range(230)]
    seed_pages(app, [*pages, *(submit(page.key, Page(title="Corrected")) for page in pages)])
    lines = [orjson.loads(line) for line in export(app).splitlines()]
    for kind, count in {"article": 230, "revision": 230, "change": 460}.items():
        assert len([line for line in lines if line["kind"] == kind]) == count
    assert [line["key"] for line in lines if line["kind"] == "article"] == [page.key for page in pages]


@pytest.mark.slow
def test_an_export_is_one_state_of_the_database(app: Flask) -> None:
    seed_pages(app, [submit("a", Page()), submit("b", Page(title="Other"))])
    with app.app_context(), db.engine.connect() as connection:
        whole = [*export_lines(connection)]
        connection.rollback()
        lines = export_lines(connection)
        begun = [next(lines)]
        seed_pages(app, [submit("b", Page(title="Corrected")), submit("c", Page())])
        remove_page(app, "a")
        assert [*begun, *lines] == whole


def test_standard_output_contains_only_the_export(runner: FlaskCliRunner, seeded: None) -> None:  # noqa: ARG001
    result = runner.invoke(args=["seed", "export"])
    assert all(orjson.loads(line)["kind"] for line in result.stdout_bytes.splitlines())
    assert result.stderr == (
        "1 article, 12 entities, 0 removed articles, 0 former revisions, 1 change exported\n"
    )


def test_a_process_writes_the_export_to_a_pipe(
    sqlite_template: Path, tmp_path: Path, forked_programs: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'briefs.db'}"
    (tmp_path / "briefs.db").write_bytes(sqlite_template.read_bytes())
    seed(make_app(url), DOCUMENTS_FOLDER)
    whole = output(forked_programs, url, "export")
    assert orjson.loads(whole.splitlines()[-1])["kind"] == "end"
    assert output(forked_programs, url, "export", "/dev/stdout") == whole
    assert Path("/dev/stdout").is_symlink()


@pytest.mark.usefixtures("seeded")
def test_an_exported_file_is_readable_by_its_owner_only(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    path = tmp_path / "briefs.ndjson"
    path.write_text("an older one", encoding="utf-8")
    path.chmod(0o666)
    result = runner.invoke(args=["seed", "export", str(path)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert path.read_bytes() == export(app)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_export_changes_nothing(app: Flask) -> None:
    seed(app, DOCUMENTS_FOLDER)
    before = rows(app)
    assert export(app) == export(app)
    assert rows(app) == before


def test_an_export_that_fails_keeps_the_older_file(
    app: Flask, runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out" / "briefs.ndjson"
    path.parent.mkdir()
    path.write_text("an older one", encoding="utf-8")
    seed_pages(app, [submit("a", Page())])
    with monkeypatch.context() as cut:
        cut.setattr("seeds.transfer.exporting.read_vector", lambda _: 1 / 0)
        assert isinstance(runner.invoke(args=["seed", "export", str(path)]).exception, ZeroDivisionError)
    assert path.read_text(encoding="utf-8") == "an older one"
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_gives_a_one_line_error(runner: FlaskCliRunner, tmp_path: Path) -> None:
    for path, reason in {
        tmp_path / "no" / "briefs.ndjson": "No such file or directory",
        Path("/dev/full"): "No space left on device",
    }.items():
        result = runner.invoke(args=["seed", "export", str(path)])
        assert (result.exit_code, result.stdout) == (1, "")
        assert result.stderr == f"Error: {path}: cannot be written: {reason}\n"
    assert runner.invoke(args=["seed", "export", str(tmp_path)]).exit_code == 2


def test_a_closed_pipe_gives_a_one_line_error(database_url: str, app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(update(Corpus).values(secret_key="k" * 1_000_000))
    command = [sys.executable, "-m", "flask", "seed", "export"]
    pipe, far_end = os.pipe()
    os.close(pipe)
    with open(far_end, "wb") as out:  # noqa: PTH123 -- no path
        done = subprocess.run(
            command, cwd=ROOT, env=environment(database_url), stdout=out, stderr=subprocess.PIPE, check=False
        )
    assert (done.returncode, done.stderr) == (1, b"Error: standard output: cannot be written: Broken pipe\n")


def test_without_tables_the_error_recommends_a_migration(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        db.drop_all()
    result = app.test_cli_runner().invoke(args=["seed", "export", str(tmp_path / "briefs.ndjson")])
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: database: ")
    assert line.endswith("; run `flask db upgrade` first")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert not (tmp_path / "briefs.ndjson").exists()
