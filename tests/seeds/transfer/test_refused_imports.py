"""Tests of exports that `flask seed import` refuses: a one-line error, and an unchanged database."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy import event

from api.database.base import db
from tests.conftest import make_app
from tests.seeds.documents import Page, seed_pages, submit
from tests.seeds.random_histories import (
    import_file,
    remove_page,
)
from tests.seeds.stored_rows import rows

Line = dict[str, Any]


def change_export(data: bytes, kind: str, change: Callable[[list[Line], int], object]) -> bytes:
    """Return the export `data` with one change, and with a corrected checksum.

    `change` is called with the lines and the index of the first line of this kind, and changes the lines.
    """
    lines = [orjson.loads(line) for line in data.splitlines()]
    change(lines, next(at for at, line in enumerate(lines) if line["kind"] == kind))
    body = b"".join(orjson.dumps(line) + b"\n" for line in lines[:-1])
    end = {"kind": "end", "lines": len(lines) - 1, "sha256": hashlib.sha256(body).hexdigest()}
    return body + orjson.dumps(end) + b"\n"


def set_value(path: list[str | int], value: Any) -> Callable[[list[Line], int], object]:
    """Return a function for `change_export` that sets a value in a line.

    `path` leads to the value, such as `["slugs", 0]` for the first slug.
    """

    def change(lines: list[Line], at: int) -> None:
        *above, last = path
        place: Any = lines[at]
        for name in above:
            place = place[name]
        place[last] = value

    return change


def slugs_of_article(lines: list[Line]) -> list[str]:
    """Return the slugs of the first article in `lines`, the lines of an export."""
    slugs: list[str] = next(line["slugs"] for line in lines if line["kind"] == "article")
    return slugs


def copy_to_next_line(name: str) -> Callable[[list[Line], int], object]:
    """Return a function for `change_export` that copies a value from one line to the line below.

    The value has the key `name` in the line at the given index.
    """
    return lambda lines, at: lines[at + 1].update({name: lines[at][name]})


UNKNOWN_ID = "f2c8f2a4-e8d6-51a9-9662-e3de69983d26"
LINK: Line = {
    "basis": "listed",
    "title": "A",
    "printed_date": None,
    "target_id": None,
    "score": None,
    "reasons": [],
}
COMPUTED = LINK | {"basis": "computed", "title": None, "target_id": UNKNOWN_ID, "score": 0.5}
REFUSED_CHANGES: list[tuple[str, Callable[[list[Line], int], object], int | None, str]] = [
    ("entity", set_value(["slugs"], []), 0, "slugs: must contain the current slug "),
    ("entity", copy_to_next_line("slugs"), 1, "slugs: must contain the current slug "),
    (
        "entity",
        lambda lines, at: [copy_to_next_line(name)(lines, at) for name in ("slug", "slugs")],
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
        lambda lines, at: [each.update(old_ids=[UNKNOWN_ID]) for each in lines[at : at + 2]],
        1,
        "conflicts with the lines above: ",
    ),
    ("article", set_value(["key"], "other"), 0, "id: must be "),
    ("article", set_value(["slug"], "other"), 0, "slugs: must contain the current slug other"),
    ("article", copy_to_next_line("slug"), 1, "slugs: must contain the current slug "),
    (
        "article",
        lambda lines, at: [copy_to_next_line(name)(lines, at) for name in ("slug", "slugs")],
        1,
        "conflicts with the lines above: ",
    ),
    ("article", set_value(["related"], [LINK | {"title": None}]), 0, "related[0].title: must not be null if"),
    (
        "article",
        set_value(["related"], [COMPUTED | {"score": None}]),
        0,
        "related[0].score: must not be null if",
    ),
    (
        "article",
        set_value(["related"], [LINK, COMPUTED | {"title": "A"}]),
        0,
        "related[1].title: must be null if",
    ),
    (
        "article",
        set_value(["related"], [COMPUTED]),
        0,
        "related: must lead to articles of this export; no article has",
    ),
    (
        "article",
        set_value(["related"], [LINK | {"target_id": UNKNOWN_ID}] * 2),
        0,
        "related: must not have two links to the same article",
    ),
    (
        "article",
        set_value(["related"], [COMPUTED, LINK]),
        0,
        "related: must have listed links first, and then computed links by score",
    ),
    (
        "article",
        set_value(["features"], {"names": ["a", "a"], "weights": [2, 1], "terms": [None, None]}),
        0,
        "features.names: must not repeat a feature",
    ),
    (
        "article",
        set_value(["features", "weights"], []),
        0,
        "features: must be three lists of the same length",
    ),
    (
        "article",
        set_value(["takeaways"], [{"text": "a", "evidence": []}] * 4096),
        0,
        "takeaways: must have at most 4095 values",
    ),
    ("corpus", set_value(["last_article"], 0), None, "number: must be at most 0, the last_article of the"),
    (
        "article",
        set_value(["story"], str(UUID(int=1))),
        0,
        "story: must be the id of the founder",
    ),
    ("corpus", set_value(["last_entity"], 0), None, "number: must be at most 0, the last_entity of the"),
    ("entity", copy_to_next_line("number"), 1, "conflicts with the lines above: "),
    (
        "article",
        lambda lines, at: lines[at]["entities"].append(lines[at]["entities"][0]),
        0,
        "conflicts with the lines above: ",
    ),
    (
        "removed",
        lambda lines, at: lines[at].update(slugs=slugs_of_article(lines)),
        0,
        "conflicts with the lines above: ",
    ),
]


@pytest.mark.parametrize(("kind", "change", "line_offset", "message"), REFUSED_CHANGES)
def test_an_inconsistent_line_is_refused_with_its_number_and_nothing_is_imported(
    app: Flask,
    exported: bytes,
    tmp_path: Path,
    kind: str,
    change: Callable[[list[Line], int], object],
    line_offset: int | None,
    message: str,
) -> None:
    before = rows(app)
    first = next(
        at
        for at, line in enumerate(exported.splitlines(), 1)
        if line.startswith(b'{"kind":"%b"' % kind.encode())
    )
    result = import_file(app, change_export(exported, kind, change), tmp_path)
    place = f"{tmp_path / 'export.ndjson'}: line "
    (line,) = result.stderr.splitlines()
    assert (result.exit_code, result.stdout) == (1, "")
    number, _, said = line.removeprefix(place).partition(": ")
    assert message in said
    assert line_offset is None or (said.startswith(message) and int(number) == first + line_offset), line
    assert rows(app) == before


def test_a_truncated_or_altered_file_is_refused_and_imports_nothing(
    app: Flask, exported: bytes, tmp_path: Path
) -> None:
    before = rows(app)
    for data in (b"", exported[: len(exported) // 2], exported[:-1], exported.replace(b"river", b"brook")):
        result = import_file(app, data, tmp_path)
        (line,) = result.stderr.splitlines()
        assert (result.exit_code, result.stdout) == (1, "")
        number = len(data.splitlines()) or 1
        assert line.startswith(f"{tmp_path / 'export.ndjson'}: line {number}: ")
        assert rows(app) == before


@pytest.mark.parametrize("removed", [False, True])
def test_a_database_that_is_not_empty_is_refused(
    app: Flask, exported: bytes, tmp_path: Path, removed: bool
) -> None:
    seed_pages(app, [submit("a", Page())])
    if removed:
        remove_page(app, "a")
    before = rows(app)
    result = import_file(app, exported, tmp_path)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == (
        "Error: the database is not empty; import into a new database, made by `flask db upgrade`\n"
    )
    assert rows(app) == before


def test_a_line_over_the_limit_is_refused(database_url: str, exported: bytes, tmp_path: Path) -> None:
    app = make_app(database_url, BRIEFS_MAX_DOCUMENT_BYTES="10")
    result = import_file(app, exported, tmp_path)
    with app.app_context():
        db.engine.dispose()
    assert result.exit_code == 1
    assert "more than 1280 bytes; if the line is right, increase BRIEFS_MAX_DOCUMENT_BYTES" in result.stderr


def test_without_tables_the_error_recommends_a_migration(app: Flask, exported: bytes, tmp_path: Path) -> None:
    with app.app_context():
        db.drop_all()
    result = import_file(app, exported, tmp_path)
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: database: ")
    assert line.endswith("; run `flask db upgrade` first")
    assert (result.stdout, result.exit_code) == ("", 1)


def test_a_missing_file_is_a_usage_error(runner: FlaskCliRunner, tmp_path: Path) -> None:
    for path in (tmp_path / "nothing", tmp_path):
        result = runner.invoke(args=["seed", "import", str(path)])
        assert (result.exit_code, result.stdout) == (2, "")


def test_a_file_that_cannot_be_read_gives_a_one_line_error(runner: FlaskCliRunner, tmp_path: Path) -> None:
    path = tmp_path / "unreadable"
    path.symlink_to("/proc/self/mem")
    result = runner.invoke(args=["seed", "import", str(path)])
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == f"Error: {path}: cannot be read: Input/output error\n"


def limit_pages(connection: Any) -> None:
    """Let the SQLite file grow by two pages only. SQLite reports the same error as for a full disk."""
    ((pages,),) = connection.execute("PRAGMA page_count").fetchall()
    connection.execute(f"PRAGMA max_page_count = {pages + 2}")


def test_a_full_disk_gives_a_one_line_error_and_nothing_is_imported(
    sqlite_app: Flask, exported: bytes, tmp_path: Path
) -> None:
    before = rows(sqlite_app)
    with sqlite_app.app_context():
        db.engine.dispose()
        event.listen(db.engine, "connect", lambda made, _: limit_pages(made))
    result = import_file(sqlite_app, exported, tmp_path)
    (line,) = result.stderr.splitlines()
    assert line.startswith("Error: database: database or disk is full; correct the cause and run ")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert rows(sqlite_app) == before
