"""`flask seed import`: a database with the same rows and responses, or a one-line error and no change."""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import event

from api.db import db
from seeds import cli
from seeds.extraction.catalogue import read_catalogue
from seeds.parsing.files import SubmittedDocument, read_with_sidecar
from seeds.storing.transactions import WAITING_MESSAGE, transactions
from tests.conftest import make_app
from tests.seeds.documents import ROOT, Page, clear, reference, rows, seed_pages, submit
from tests.seeds.random_histories import (
    KNOWN,
    answers,
    export,
    kept_rows,
    read_back,
    relink_pages,
    remove_page,
    run_random_steps,
)

SAMPLES = [read_with_sidecar(path, 2**21) for path in sorted(ROOT.glob("tests/samples/documents/*.txt"))]
Line = dict[str, Any]


@pytest.fixture
def other(sqlite_template: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application with its own SQLite database."""
    (tmp_path / "other").mkdir()
    with reference(sqlite_template, tmp_path / "other") as app:
        yield app


def assert_same(imported: Flask, original: Flask, data: bytes) -> None:
    """Assert that two databases are equal; `data` is the export of `original`."""
    assert export(imported) == data
    assert kept_rows(imported) == kept_rows(original)
    is_ranked = engine_of(imported) == engine_of(original)
    expected = answers(original, is_ranked=is_ranked)
    assert answers(imported, is_ranked=is_ranked) == expected
    assert {200, 308} <= {status for status, _, _ in expected.values()}


def engine_of(app: Flask) -> str:
    with app.app_context():
        return db.engine.dialect.name


def moved(app: Flask, data: bytes, folder: Path) -> None:
    """Import `data` into the database of `app`."""
    result = read_back(app, data, folder)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("seed", [1, 2])
def test_a_database_moves_to_sqlite(app: Flask, other: Flask, tmp_path: Path, seed: int) -> None:
    run_random_steps(app, seed)
    data = export(app)
    moved(other, data, tmp_path)
    assert_same(other, app, data)


@pytest.mark.parametrize("seed", [4, 5])
def test_a_database_moves_from_sqlite(app: Flask, other: Flask, tmp_path: Path, seed: int) -> None:
    run_random_steps(other, seed)
    data = export(other)
    moved(app, data, tmp_path)
    assert_same(app, other, data)


def test_a_database_moves_within_its_engine(app: Flask, tmp_path: Path) -> None:
    run_random_steps(app, 8)
    data, before, told = export(app), kept_rows(app), answers(app)
    clear(app)
    moved(app, data, tmp_path)
    assert (export(app), kept_rows(app), answers(app)) == (data, before, told)


def test_real_pages_move(app: Flask, other: Flask, tmp_path: Path) -> None:
    seed_pages(app, SAMPLES, read_catalogue())
    relink_pages(app, list(read_catalogue()))
    moved(other, export(app), tmp_path)
    assert export(other) == export(app)
    assert kept_rows(other) == kept_rows(app)


def test_the_summary_counts_what_is_there(app: Flask, other: Flask, tmp_path: Path) -> None:
    pages = [submit("a", Page()), submit("b", Page(title="Other")), submit("a", Page(title="Corrected"))]
    seed_pages(other, [*pages, submit("c", Page(title="Gone"))])
    remove_page(other, "c")
    result = read_back(app, export(other), tmp_path)
    entities = len(rows(app)["entities"])
    assert result.stdout == (
        f"2 articles, {entities} entities, 1 removed article, 2 former revisions, 5 changes imported\n"
    )


def test_an_empty_database_moves_with_its_key(app: Flask, other: Flask, tmp_path: Path) -> None:
    moved(app, export(other), tmp_path)
    assert rows(app) == rows(other)


@pytest.mark.parametrize("seed", [10, 11])
def test_an_imported_database_develops_like_the_original(
    app: Flask, other: Flask, tmp_path: Path, seed: int
) -> None:
    run_random_steps(other, seed)
    moved(app, export(other), tmp_path)
    for one in (app, other):
        run_random_steps(one, seed + 100, steps=12)
        relink_pages(one, KNOWN)
    assert without_clock(export(app)) == without_clock(export(other))


def without_clock(data: bytes) -> list[Line]:
    """Return the lines of an export except the last, without the times of seeding."""
    clock = ("created_at", "updated_at", "changed_at")
    lines = [orjson.loads(line) for line in data.splitlines()][:-1]
    return [{name: value for name, value in line.items() if name not in clock} for line in lines]


def test_the_same_documents_are_unchanged_after_an_import(app: Flask, other: Flask, tmp_path: Path) -> None:
    pages = {page.key: page for page in [*SAMPLES, *KEPT]}
    seed_pages(other, pages.values(), read_catalogue())
    moved(app, export(other), tmp_path)
    before = rows(app)
    assert set(seed_pages(app, pages.values(), read_catalogue())) == {"unchanged"}
    relink_pages(other, list(read_catalogue()))
    relink_pages(app, list(read_catalogue()))
    assert export(app) == export(other)
    assert before["articles"] == rows(app)["articles"]


# Documents with bytes that are easily changed by reading and writing.
KEPT: list[SubmittedDocument] = [
    submit("mark", ("\ufeff" + Page(title="Mark").text).encode()),
    submit("lines", Page(title="Lines").text.replace("\n", "\r\n").encode()),
    submit(
        "signs", Page(title='"\\ \u2028 \u0007\u007f 🌊 \ufffd\uffff a\u0301', body=("%s :a {} ' " * 30,))
    ),
    submit("early", Page(title="Early"), "published_at: 0002-01-01T00:00:00Z"),
    submit("late", Page(title="Late"), "published_at: 9998-12-31T23:59:59.999999Z"),
]


def test_every_byte_of_every_document_is_kept(app: Flask, other: Flask, tmp_path: Path) -> None:
    seed_pages(other, KEPT)
    moved(app, export(other), tmp_path)
    assert rows(app)["sources"] == rows(other)["sources"]
    assert sorted(row["content"] for row in rows(app)["sources"]) == sorted(page.data for page in KEPT)


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


def test_batches_of_any_size_make_the_same(
    app: Flask, exported: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for size in (1, 10_000):
        monkeypatch.setattr("seeds.transfer.importing.BATCH_BYTES", size)
        moved(app, exported, tmp_path)
        assert export(app) == exported
        clear(app)


# --- refused exports ---


def changed(data: bytes, kind: str, change: Callable[[list[Line], int], object]) -> bytes:
    """Change the first line of a kind in an export, and correct its last line."""
    lines = [orjson.loads(line) for line in data.splitlines()]
    change(lines, next(at for at, line in enumerate(lines) if line["kind"] == kind))
    body = b"".join(orjson.dumps(line) + b"\n" for line in lines[:-1])
    end = {"kind": "end", "lines": len(lines) - 1, "sha256": hashlib.sha256(body).hexdigest()}
    return body + orjson.dumps(end) + b"\n"


def set_in(path: list[str | int], value: Any) -> Callable[[list[Line], int], object]:
    """Return a change that sets the value at `path` of a line."""

    def change(lines: list[Line], at: int) -> None:
        *above, last = path
        place: Any = lines[at]
        for name in above:
            place = place[name]
        place[last] = value

    return change


def same_in_next(name: str) -> Callable[[list[Line], int], object]:
    """Return a change that copies a value to the next line."""
    return lambda lines, at: lines[at + 1].update({name: lines[at][name]})


NOBODY = "f2c8f2a4-e8d6-51a9-9662-e3de69983d26"
LINK: Line = {
    "basis": "listed",
    "title": "A",
    "printed_date": None,
    "target_id": None,
    "score": None,
    "reasons": [],
}
COMPUTED = LINK | {"basis": "computed", "title": None, "target_id": NOBODY, "score": 0.5}
REFUSED: list[tuple[str, Callable[[list[Line], int], object], int | None, str]] = [
    ("entity", set_in(["slugs"], []), 0, "slugs: must contain the current slug "),
    ("entity", same_in_next("slugs"), 1, "slugs: must contain the current slug "),
    (
        "entity",
        lambda lines, at: [same_in_next(name)(lines, at) for name in ("slug", "slugs")],
        1,
        "conflicts with the lines above: ",
    ),
    (
        "entity",
        lambda lines, at: lines.pop(at),
        None,
        ".id: must be the id of a line of kind entity",
    ),
    (
        "entity",
        lambda lines, at: [each.update(old_ids=[NOBODY]) for each in lines[at : at + 2]],
        1,
        "conflicts with the lines above: ",
    ),
    ("article", set_in(["key"], "other"), 0, "id: must be "),
    ("article", set_in(["slug"], "other"), 0, "slugs: must contain the current slug other"),
    ("article", same_in_next("slug"), 1, "slugs: must contain the current slug "),
    (
        "article",
        lambda lines, at: [same_in_next(name)(lines, at) for name in ("slug", "slugs")],
        1,
        "conflicts with the lines above: ",
    ),
    ("article", set_in(["related"], [LINK | {"title": None}]), 0, "related[0].title: must not be null if"),
    (
        "article",
        set_in(["related"], [COMPUTED | {"score": None}]),
        0,
        "related[0].score: must not be null if",
    ),
    (
        "article",
        set_in(["related"], [LINK, COMPUTED | {"title": "A"}]),
        0,
        "related[1].title: must be null if",
    ),
    (
        "article",
        set_in(["related"], [COMPUTED]),
        0,
        "related: must lead to articles of this export; none has",
    ),
    (
        "article",
        set_in(["related"], [LINK | {"target_id": NOBODY}] * 2),
        0,
        "conflicts with the lines above: ",
    ),
    ("article", set_in(["features"], [["a", 1], ["a", 2]]), 0, "features: must not repeat a feature"),
    (
        "article",
        lambda lines, at: lines[at]["entities"].append(lines[at]["entities"][0]),
        0,
        "conflicts with the lines above: ",
    ),
    (
        "removed",
        lambda lines, at: lines[at].update(slugs=lines[at - 1]["slugs"]),
        0,
        "conflicts with the lines above: ",
    ),
]


@pytest.mark.parametrize(("kind", "change", "further", "message"), REFUSED)
def test_inconsistent_lines_are_refused_with_their_number_and_leave_nothing(
    app: Flask,
    exported: bytes,
    tmp_path: Path,
    kind: str,
    change: Callable[[list[Line], int], object],
    further: int | None,
    message: str,
) -> None:
    before = rows(app)
    first = next(
        at
        for at, line in enumerate(exported.splitlines(), 1)
        if line.startswith(b'{"kind":"%b"' % kind.encode())
    )
    result = read_back(app, changed(exported, kind, change), tmp_path)
    place = f"{tmp_path / 'export.ndjson'}: line "
    (line,) = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (1, "")
    number, _, said = line.removeprefix(place).partition(": ")
    assert message in said
    assert further is None or (said.startswith(message) and int(number) == first + further), line
    assert rows(app) == before


def test_a_file_that_is_cut_or_altered_is_refused_and_leaves_nothing(
    app: Flask, exported: bytes, tmp_path: Path
) -> None:
    before = rows(app)
    for data in (b"", exported[: len(exported) // 2], exported[:-1], exported.replace(b"river", b"brook")):
        result = read_back(app, data, tmp_path)
        (line,) = result.stderr.splitlines()
        assert (result.exit_code, result.stdout) == (1, "")
        number = len(data.splitlines()) or 1
        assert line.startswith(f"{tmp_path / 'export.ndjson'}: line {number}: ")
        assert rows(app) == before


@pytest.mark.parametrize("removed", [False, True])
def test_a_database_with_anything_in_it_is_refused(
    app: Flask, exported: bytes, tmp_path: Path, removed: bool
) -> None:
    seed_pages(app, [submit("a", Page())])
    if removed:
        remove_page(app, "a")
    before = rows(app)
    result = read_back(app, exported, tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: the database is not empty; import into a new database, made by `flask db upgrade`\n"
    )
    assert rows(app) == before


def test_a_longer_line_than_the_settings_allow_is_refused(
    database_url: str, exported: bytes, tmp_path: Path
) -> None:
    app = make_app(database_url, BRIEFS_MAX_DOCUMENT_BYTES="10")
    result = read_back(app, exported, tmp_path)
    with app.app_context():
        db.engine.dispose()
    assert result.exit_code == 1
    assert "more than 1280 bytes; if the line is right, increase BRIEFS_MAX_DOCUMENT_BYTES" in result.stderr


def test_without_tables_the_error_recommends_a_migration(app: Flask, exported: bytes, tmp_path: Path) -> None:
    with app.app_context():
        db.drop_all()
    result = read_back(app, exported, tmp_path)
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: database: ")
    assert line.endswith("; run `flask db upgrade` first")
    assert (result.stdout, result.exit_code) == ("", 1)


def test_a_file_that_is_not_there_is_a_wrong_call(runner: FlaskCliRunner, tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        result = runner.invoke(args=["seed", "import", str(path)])
        assert (result.exit_code, result.stdout) == (2, "")


def test_a_file_that_cannot_be_read_is_one_line(runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "unreadable"
    path.symlink_to("/proc/self/mem")
    result = runner.invoke(args=["seed", "import", str(path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {path}: cannot be read: Input/output error\n"


def test_a_full_disk_is_one_line_and_leaves_nothing(other: Flask, exported: bytes, tmp_path: Path) -> None:
    before = rows(other)
    with other.app_context():
        db.engine.dispose()
        # SQLite reports a file at its size limit like a full disk.
        event.listen(db.engine, "connect", lambda made, _: made.execute("PRAGMA max_page_count = 110"))
    result = read_back(other, exported, tmp_path)
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: database: database or disk is full; the current document ")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert rows(other) == before


def test_a_second_run_waits_for_an_import(
    app: Flask, exported: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Refused(Exception):  # noqa: N818 -- only to see who is in
        pass

    def announce(message: str) -> None:
        assert message == WAITING_MESSAGE
        raise Refused

    def begin_another() -> None:
        with pytest.raises(Refused), transactions(db.engine, announce):
            pytest.fail("let in")

    monkeypatch.setattr("seeds.transfer.importing._check_targets", lambda *_: begin_another())
    moved(app, exported, tmp_path)
    assert export(app) == exported
