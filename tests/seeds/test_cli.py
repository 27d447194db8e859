"""The `flask seed` commands: output, exit status, and rejected documents among accepted documents."""

import functools
import os
import pty
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskCliRunner

from api.db import db
from seeds import cli
from seeds.escaping import printable
from seeds.extraction.catalogue import read_catalogue
from seeds.parsing.document import document_to_json
from seeds.parsing.page import parse
from tests.conftest import make_app
from tests.seeds.documents import (
    ROOT,
    Page,
    article,
    environment,
    rows,
    seed,
    seed_pages,
    submit,
    summary,
    unreadable,
    write,
)

SOURCE = ROOT / "seeds" / "documents" / "000_873f17470df679e4.txt"

OUTCOMES = ("created", "updated", "unchanged", "removed", "rejected")
GAUGES = Page()
SIRENS = Page(title="Sirens Tested at Noon", related=((GAUGES.title, None),))
WALL = Page(title="A Wall Is Raised", related=((SIRENS.title, "Apr 21, 2026"),))
NO_TAKEAWAYS = replace(GAUGES, title="No List Here", takeaways=())


def counts(**outcomes: int) -> str:
    """Return the summary line with `outcomes`, and 0 for the others."""
    return ", ".join(f"{outcomes.get(outcome, 0)} {outcome}" for outcome in OUTCOMES)


def invoke(app: Flask, *arguments: object) -> Result:
    """Run `flask` with `arguments`."""
    return app.test_cli_runner().invoke(args=[str(argument) for argument in arguments])


def lines(result: Result) -> list[str]:
    """Return the messages of a load, and check that each is one printable line."""
    assert result.stderr == "" or result.stderr.endswith("\n")
    several = str(result.stderr).split("\n")[:-1]
    assert several == [printable(line) for line in several]
    return several


@pytest.fixture
def without_database() -> Iterator[Flask]:
    """An application whose database cannot be opened, for commands that need no database."""
    app = make_app("sqlite:////nowhere/at/all.db")
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def mixed(app: Flask, tmp_path: Path) -> Path:
    """A folder with two new documents, a changed one, an unchanged one and three invalid ones."""
    folder = tmp_path / "mixed"
    earlier = [submit("changed", replace(SIRENS, summary="Another.")), submit("known", GAUGES)]
    seed_pages(app, earlier, read_catalogue())
    write(folder, "changed", SIRENS)
    write(folder, "known", GAUGES)
    write(folder, "new", WALL)
    write(folder, "odd", NO_TAKEAWAYS)
    write(folder, "wrong1", b"")
    write(folder, "wrong2", Page(title="Quite Another"), "slug: sirens-tested-at-noon")
    write(folder, "wrong3", Page(title="One More"), "published_at: noon")
    return folder


# --- load ---


def test_a_folder_is_loaded(app: Flask, tmp_path: Path) -> None:
    for name, page in (("a", GAUGES), ("b", SIRENS), ("c", WALL)):
        write(tmp_path, name, page)
    result = seed(app, tmp_path)
    assert (result.stdout, result.stderr, result.exit_code) == (f"{counts(created=3)}\n", "", 0)
    assert {row["key"] for row in rows(app)["articles"]} == {"a", "b", "c"}


def test_files_are_loaded_and_no_others(app: Flask, tmp_path: Path) -> None:
    for name, page in (("a", GAUGES), ("b", SIRENS), ("c", WALL)):
        write(tmp_path, name, page)
    result = seed(app, tmp_path / "c.txt", tmp_path / "a.txt")
    assert (summary(result), result.exit_code) == (counts(created=2), 0)
    assert {row["key"] for row in rows(app)["articles"]} == {"a", "c"}


def test_files_and_folders_are_loaded_together_and_no_file_twice(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path / "one", "a", GAUGES)
    write(tmp_path / "two", "b", SIRENS)
    result = seed(app, path, tmp_path / "one", tmp_path / "two")
    assert (summary(result), result.stderr) == (counts(created=2), "")


def test_without_arguments_the_projects_own_documents_are_loaded(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = seed(app)
    number = len(list(SOURCE.parent.glob("*.txt")))
    assert (result.stdout, result.stderr, result.exit_code) == (f"{counts(created=number)}\n", "", 0)
    assert article(app, SOURCE.stem)["source_bytes"] == SOURCE.stat().st_size
    assert seed(app).stdout == f"{counts(unchanged=number)}\n"


def test_the_last_line_counts_every_outcome(app: Flask, mixed: Path) -> None:
    result = seed(app, mixed)
    assert summary(result) == "2 created, 1 updated, 1 unchanged, 0 removed, 3 rejected"
    assert result.exit_code == 1


def test_messages_name_the_file_the_line_and_the_reason(app: Flask, mixed: Path) -> None:
    odd, empty, taken, time = lines(seed(app, mixed))
    assert re.fullmatch(rf"{re.escape(str(mixed))}/odd\.txt: line \d+: warning: takeaways: no takeaways", odd)
    assert empty == f"{mixed}/wrong1.txt: line 1: rejected: the file is empty; expected a title and a body"
    assert taken.startswith(
        f"{mixed}/wrong2.txt: rejected: sidecar: the slug 'sirens-tested-at-noon' belongs"
    )
    assert time.startswith(
        f"{mixed}/wrong3.txt: rejected: sidecar wrong3.yaml line 1: 'published_at' must be"
    )


def test_one_bad_document_never_stops_the_others_and_leaves_nothing(app: Flask, mixed: Path) -> None:
    seed(app, mixed)
    found = rows(app)
    keys = {"changed", "known", "new", "odd"}
    assert {row["key"] for row in found["articles"]} == keys
    ids = {row["id"] for row in found["articles"]}
    for table in ("sources", "takeaways", "article_slugs", "article_entities", "related_links"):
        assert {row["article_id"] for row in found[table]} <= ids


def test_a_document_that_is_now_wrong_keeps_its_article_as_it_was(app: Flask, tmp_path: Path) -> None:
    write(tmp_path, "a", GAUGES)
    seed(app, tmp_path)
    before = rows(app)
    write(tmp_path, "a", GAUGES.text[:60].encode())
    result = seed(app, tmp_path)
    assert (summary(result), result.exit_code) == (counts(rejected=1), 1)
    assert rows(app) == before


def test_a_dry_run_prints_the_same_and_changes_no_row(app: Flask, mixed: Path) -> None:
    before = rows(app)
    dry = seed(app, "--dry-run", mixed)
    assert rows(app) == before
    real = seed(app, mixed)
    assert (dry.stdout, dry.stderr, dry.exit_code) == (real.stdout, real.stderr, real.exit_code)
    assert rows(app) != before


def test_a_strict_dry_run_prints_the_same_as_a_strict_run(app: Flask, mixed: Path) -> None:
    before = rows(app)
    dry = seed(app, "--dry-run", "--strict", mixed)
    assert rows(app) == before
    real = seed(app, "--strict", mixed)
    assert (dry.stdout, dry.stderr, dry.exit_code) == (real.stdout, real.stderr, real.exit_code)
    assert summary(dry) == counts(created=1, updated=1, unchanged=1, rejected=4)


def test_a_dry_run_in_which_two_documents_want_one_slug_prints_the_same(app: Flask, tmp_path: Path) -> None:
    write(tmp_path, "a", GAUGES, "slug: tide")
    write(tmp_path, "b", SIRENS, "slug: tide")
    write(tmp_path, "c", WALL)
    dry, real = seed(app, "--dry-run", tmp_path), seed(app, tmp_path)
    assert (dry.stdout, dry.stderr, dry.exit_code) == (real.stdout, real.stderr, real.exit_code)
    assert summary(real) == counts(created=2, rejected=1)


def test_a_warning_is_printed_and_the_document_stored(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "a", NO_TAKEAWAYS)
    result = seed(app, path)
    (warning,) = parse(path.read_bytes(), "a.txt").warnings
    place = f"line {warning.line}: warning: {warning.section}"
    assert lines(result) == [f"{path}: {place}: {warning.message}"]
    assert (summary(result), result.exit_code) == (counts(created=1), 0)


def test_strict_rejects_a_document_with_a_warning(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "a", NO_TAKEAWAYS)
    write(tmp_path, "b", GAUGES)
    result = seed(app, "--strict", tmp_path)
    (warning,) = parse(path.read_bytes(), "a.txt").warnings
    reason = f"rejected: {warning.section}: {warning.message} (--strict)"
    assert lines(result) == [f"{path}: line {warning.line}: {reason}"]
    assert (summary(result), result.exit_code) == (counts(created=1, rejected=1), 1)
    assert [row["key"] for row in rows(app)["articles"]] == ["b"]


def test_two_files_with_one_key_are_one_article_and_a_rejection(app: Flask, tmp_path: Path) -> None:
    first = write(tmp_path / "one", "a", GAUGES)
    second = write(tmp_path / "two", "a", SIRENS)
    result = seed(app, tmp_path / "one", tmp_path / "two")
    (line,) = lines(result)
    assert line.startswith(f"{second}: rejected: has the same key as {first};")
    assert (summary(result), result.exit_code) == (counts(created=1, rejected=1), 1)
    assert article(app, "a")["title"] == GAUGES.title


def test_two_sidecars_with_one_url_are_one_article_and_a_rejection(app: Flask, tmp_path: Path) -> None:
    for name, page in (("a", GAUGES), ("b", SIRENS), ("c", WALL)):
        write(tmp_path, name, page, "url: https://example.org/tide" if name != "c" else None)
    result = seed(app, tmp_path)
    (line,) = lines(result)
    assert line.startswith(f"{tmp_path}/b.txt: rejected: has the same key as {tmp_path}/a.txt;")
    assert {row["key"] for row in rows(app)["articles"]} == {"https://example.org/tide", "c"}


def test_an_unreadable_file_is_rejected_by_its_name(app: Flask, tmp_path: Path) -> None:
    write(tmp_path, "document", GAUGES)
    unreadable(tmp_path / "closed.txt")
    (tmp_path / "folder.txt").mkdir()
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "link.txt").symlink_to(tmp_path / "nothing")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.txt")).write_bytes(SIRENS.text.encode())
    result = seed(app, tmp_path)
    closed, *others = sorted(lines(result), key=lambda line: "closed.txt" not in line)
    assert re.match(
        rf"{re.escape(str(tmp_path))}/closed\.txt: rejected: the file cannot be read: [IP]", closed
    )
    assert others == [
        f"{tmp_path}/caf\\udce9.txt: rejected: the file name is not UTF-8",
        f"{tmp_path}/folder.txt: rejected: the path is not a regular file",
        f"{tmp_path}/link.txt: rejected: the path is not a regular file",
        f"{tmp_path}/pipe.txt: rejected: the path is not a regular file",
    ]
    assert (summary(result), result.exit_code) == (counts(created=1, rejected=5), 1)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\n \n",
        b"\0",
        b"PK\x03\x04\0\0",
        b"\xff\xfe",
        b"<!DOCTYPE html><p>",
        b'{"title": 1}',
        b"A Title Alone",
    ],
)
def test_bytes_that_are_not_a_document_are_rejected_with_one_line(
    app: Flask, tmp_path: Path, data: bytes
) -> None:
    path = write(tmp_path, "a", data)
    (line,) = lines(seed(app, tmp_path))
    assert re.match(rf"{re.escape(str(path))}: (line|byte) \d+: rejected: \S", line)
    assert rows(app)["articles"] == []


def test_file_names_cannot_break_or_colour_a_line(app: Flask, tmp_path: Path) -> None:
    name = "two\nlines\x1b[31m\u202ered\r"
    write(tmp_path, name, NO_TAKEAWAYS)
    write(tmp_path, f"{name}2", b"")
    shown = f"{tmp_path}/two\\x0alines\\x1b[31m\\u202ered\\x0d"
    warning, rejection = lines(seed(app, tmp_path))
    assert warning.startswith(f"{shown}.txt: line ")
    assert rejection == f"{shown}2.txt: line 1: rejected: the file is empty; expected a title and a body"
    assert article(app, name)["source_name"] == f"{name}.txt"


def test_markup_of_rich_is_printed_unchanged(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "[red]a :smile: [link=x]b", b"")
    assert lines(seed(app, path)) == [
        f"{path}: line 1: rejected: the file is empty; expected a title and a body"
    ]


def test_a_long_message_stays_on_one_line(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path / ("long" * 50) / ("name" * 50), "a", b"")
    assert lines(seed(app, path)) == [
        f"{path}: line 1: rejected: the file is empty; expected a title and a body"
    ]


def test_control_characters_of_a_document_reach_no_message(app: Flask, tmp_path: Path) -> None:
    odd = "\x1b[31m\x07\u202e"
    page = replace(
        GAUGES, title=f"A {odd}Title", takeaways=(f"One{odd}.", f"7{odd}seven."), related=((f"{odd}x", None),)
    )
    write(tmp_path, "stored", page)
    write(tmp_path, "html", f"<b{odd}>".encode())
    write(tmp_path, "sidecar", GAUGES, f'"{odd.encode("unicode_escape").decode()}": x')
    write(tmp_path, "url", GAUGES, 'url: "http://a\\u2100\\x1b"')
    result = seed(app, tmp_path)
    assert len(lines(result)) > 4
    assert (summary(result), result.exit_code) == (counts(created=1, rejected=3), 1)
    assert "\x1b" not in article(app, "stored")["title"]


def test_a_document_at_the_limit_is_loaded_and_one_byte_over_is_rejected(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    path = write(tmp_path, "a", GAUGES)
    size = path.stat().st_size
    for limit, expected in ((size - 1, counts(rejected=1)), (size, counts(created=1))):
        limited = make_app(database_url, BRIEFS_MAX_DOCUMENT_BYTES=str(limit))
        result = seed(limited, path)
        assert summary(result) == expected
        with limited.app_context():
            db.engine.dispose()
        if limit < size:
            assert lines(result) == [
                f"{path}: byte {limit}: rejected: the file is larger than the limit of {limit} bytes"
            ]
    assert [row["key"] for row in rows(app)["articles"]] == ["a"]


def test_a_folder_without_documents_gives_a_warning(app: Flask, tmp_path: Path) -> None:
    result = seed(app, tmp_path)
    assert lines(result) == ["warning: there are no *.txt files to load"]
    assert (result.stdout, result.exit_code) == (f"{counts()}\n", 0)


def test_a_catalogue_that_is_wrong_stops_the_load_with_one_line(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "known.yaml").write_text("- {name: Sea, type: planet}", encoding="utf-8")
    monkeypatch.setattr(cli, "read_catalogue", functools.partial(read_catalogue, tmp_path / "known.yaml"))
    before = rows(app)
    result = seed(app, SOURCE)
    (line,) = lines(result)
    assert line.startswith("Error: known.yaml: entry 1, type: Must be one of: person,")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert rows(app) == before


def test_a_changed_catalogue_changes_what_is_loaded_with_it_and_the_rest_at_relink(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = tmp_path / "known.yaml"
    monkeypatch.setattr(cli, "read_catalogue", functools.partial(read_catalogue, known))
    write(tmp_path, "a", GAUGES)
    write(tmp_path, "b", SIRENS)
    known.write_text("- {name: Harbour Towns, type: place}", encoding="utf-8")
    assert summary(seed(app, tmp_path)) == counts(created=2)
    known.write_text(
        "- {name: Harbour Towns, type: place}\n- {name: Sirens, type: product}", encoding="utf-8"
    )
    assert summary(seed(app, tmp_path)) == counts(unchanged=2)
    assert {row["slug"] for row in rows(app)["entities"]} == {"harbour-towns"}
    relinked = app.test_cli_runner().invoke(args=["seed", "relink"])
    assert str(relinked.stdout).startswith("2 articles, 1 rederived, ")
    assert {row["slug"] for row in rows(app)["entities"]} == {"harbour-towns", "sirens"}
    assert [row["revision"] for row in rows(app)["articles"]] == [1, 1]


@pytest.mark.parametrize(
    "arguments",
    [
        *(("load", "missing.txt"), ("load", "--nonsense"), ("load", "-"), ("load", "--strict=yes")),
        *(
            ("parse",),
            ("parse", "missing.txt"),
            ("parse", "."),
            ("parse", "a", "b"),
            ("parse", "--strict", "a"),
        ),
        *(("status", "a"), ("status", "--json"), ("nonsense",)),
    ],
)
def test_a_wrong_call_exits_with_2_and_prints_nothing_on_stdout(
    without_database: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    result = invoke(without_database, "seed", *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert re.search(r"^Error: .+", result.stderr, re.MULTILINE)


def test_a_missing_path_among_others_loads_nothing(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "a", GAUGES)
    assert seed(app, path, tmp_path / "missing").exit_code == 2
    assert rows(app)["articles"] == []


def read_terminal(terminal: int) -> str:
    """Read the output of a terminal until its other end is closed."""
    pieces = []
    try:
        while piece := os.read(terminal, 4096):
            pieces.append(piece)
    except OSError:  # How Linux says that the other end is closed.
        pass
    return b"".join(pieces).decode()


def test_a_terminal_shows_a_progress_bar_and_a_pipe_does_not(sqlite_template: Path, tmp_path: Path) -> None:
    folder = write(tmp_path / "pages", "a", GAUGES).parent
    write(folder, "b", b"")
    (tmp_path / "briefs.db").write_bytes(sqlite_template.read_bytes())
    command = [sys.executable, "-m", "flask", "seed", "load", str(folder)]
    environ = environment(f"sqlite:///{tmp_path / 'briefs.db'}") | {"TERM": "xterm", "COLUMNS": "300"}
    terminal, child = pty.openpty()
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdout=subprocess.PIPE, stderr=child) as process:
        os.close(child)
        shown = read_terminal(terminal)
        os.close(terminal)
        assert process.stdout
        assert process.stdout.read().decode() == f"{counts(created=1, rejected=1)}\n"
    rejection = f"{folder / 'b.txt'}: line 1: rejected: the file is empty; expected a title and a body"
    assert "Loading" in shown
    assert rejection in shown
    piped = subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, check=False)
    assert piped.stdout.decode() == f"{counts(unchanged=1, rejected=1)}\n"
    assert piped.stderr.decode() == f"{rejection}\n"


@pytest.mark.parametrize("command", [("load",), ("parse", SOURCE), ("status",)], ids=lambda each: each[0])
def test_output_that_cannot_be_written_gives_a_one_line_error(
    sqlite_template: Path, tmp_path: Path, command: tuple[object, ...]
) -> None:
    (tmp_path / "briefs.db").write_bytes(sqlite_template.read_bytes())
    with Path("/dev/full").open("w") as full:
        process = subprocess.run(
            [sys.executable, "-m", "flask", "seed", *map(str, command)],
            cwd=ROOT,
            env=environment(f"sqlite:///{tmp_path / 'briefs.db'}"),
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert process.stderr.decode() == "Error: standard output: cannot be written: No space left on device\n"
    assert process.returncode == 1


def test_a_lock_file_that_cannot_be_written_is_named(app: Flask, engine: str, tmp_path: Path) -> None:
    if engine == "sqlite":
        (tmp_path / "briefs.db.lock").mkdir()
        result = seed(app)
        assert result.stderr == (
            f"Error: {tmp_path}/briefs.db.lock: cannot be opened: Is a directory; "
            "who loads must be able to write this file, and to its folder\n"
        )
        assert result.exit_code == 1


# --- parse ---


@pytest.mark.parametrize("page", [GAUGES, WALL, NO_TAKEAWAYS, Page(caption=None, analysis=(), signature=())])
def test_parse_prints_the_parse_as_json_and_nothing_else(
    without_database: Flask, tmp_path: Path, page: Page
) -> None:
    path = write(tmp_path, "a\nb", page, "nonsense: true")
    result = invoke(without_database, "seed", "parse", path)
    assert (result.stderr, result.exit_code) == ("", 0)
    assert orjson.loads(result.stdout) == document_to_json(parse(path.read_bytes(), "a\nb.txt"))


def test_parse_prints_the_fields_in_their_order(without_database: Flask) -> None:
    result = invoke(without_database, "seed", "parse", SOURCE)
    printed = orjson.loads(result.stdout)
    expected = "source title summary image takeaways analysis byline body related lines warnings"
    assert list(printed) == expected.split()
    assert printed["source"]["name"] == SOURCE.name
    assert printed["lines"]["title"] == [1, 1]
    assert all(len(span) == 2 for span in printed["lines"]["takeaways"])


def test_parse_prints_text_as_it_is(without_database: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "a", replace(GAUGES, title="北海 “Tide” 🌊"))
    assert '"title": "北海 “Tide” 🌊"' in invoke(without_database, "seed", "parse", path).stdout


@pytest.mark.parametrize("data", [b"", b"\0", b"\xff", b"A Title Alone"])
def test_parse_rejects_with_one_line_and_exits_with_1(
    without_database: Flask, tmp_path: Path, data: bytes
) -> None:
    path = write(tmp_path, "a\x1b", data)
    result = invoke(without_database, "seed", "parse", path)
    (line,) = lines(result)
    assert re.match(rf"{re.escape(str(tmp_path))}/a\\x1b\.txt: (line|byte) \d+: rejected: ", line)
    assert (result.stdout, result.exit_code) == ("", 1)


def test_parse_rejects_a_pipe_and_what_is_over_the_limit(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    path = write(tmp_path, "a", GAUGES)
    limited = make_app("sqlite:////nowhere/at/all.db", BRIEFS_MAX_DOCUMENT_BYTES="100")
    for refused, reason in (
        (tmp_path / "pipe", "the path is not a regular file"),
        (path, "the file is larger than the limit of 100 bytes"),
    ):
        result = invoke(limited, "seed", "parse", refused)
        assert lines(result)[0].endswith(f"rejected: {reason}")
        assert (result.stdout, result.exit_code) == ("", 1)


# --- status ---


def test_status_prints_a_name_and_a_value_a_line(app: Flask, engine: str, tmp_path: Path) -> None:
    for name, page in (("a", GAUGES), ("b", SIRENS), ("c", replace(WALL, title="China Raises a Wall"))):
        write(tmp_path, name, page)
    seed(app, tmp_path)
    result = invoke(app, "seed", "status")
    assert (result.stderr, result.exit_code) == ("", 0)
    assert all(re.fullmatch(r"[a-z_]+ \S+", line) for line in result.stdout.splitlines())
    status = dict(line.split() for line in result.stdout.splitlines())
    expected = {
        "articles": 3,
        "takeaways": 6,
        "entities": 1,
        # The articles differ only in their titles, so each is linked to both others.
        "related_links": 6,
        "revision": 3,
        "engine": engine,
    }
    assert {name: status[name] for name in expected} == {name: str(value) for name, value in expected.items()}


def test_status_of_an_empty_database_is_zeros(app: Flask, engine: str) -> None:
    status = dict(line.split() for line in invoke(app, "seed", "status").stdout.splitlines())
    assert status.pop("engine") == engine
    assert set(status.values()) == {"0"}


def test_status_changes_nothing(app: Flask) -> None:
    seed(app, SOURCE)
    before = rows(app)
    invoke(app, "seed", "status")
    assert rows(app) == before


# --- help ---


def commands() -> list[str]:
    """Return the names of all commands of `flask seed`."""
    return sorted(cli.seed.commands)


def test_the_group_lists_its_commands_with_what_they_do(without_database: Flask) -> None:
    result = invoke(without_database, "seed", "--help")
    assert result.exit_code == 0
    assert {"load", "parse", "remove", "relink", "status"} <= set(commands())
    for name in commands():
        assert re.search(rf"^  {name} +[A-Z].+\.$", result.stdout, re.MULTILINE)


@pytest.mark.parametrize("name", commands())
def test_every_command_and_option_has_help(without_database: Flask, name: str) -> None:
    result = invoke(without_database, "seed", name, "--help")
    assert result.exit_code == 0
    assert f"Example: flask seed {name}" in " ".join(result.stdout.split())
    for option in re.findall(r"^  (?:-\w, )?--[\w-]+.*$", result.stdout, re.MULTILINE):
        assert re.search(r"\S {2,}[A-Z].*", option), option


# An import needs a file and an empty database; see `test_importing`.
@pytest.mark.parametrize("name", [name for name in commands() if name != "import"])
@pytest.mark.usefixtures("seeded")
def test_every_example_of_the_help_runs(
    runner: FlaskCliRunner, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    # Keep the files that an example writes out of the project.
    (tmp_path / "seeds").symlink_to(ROOT / "seeds")
    monkeypatch.chdir(tmp_path)
    examples = re.findall(r"Example: (flask seed .+)", cli.seed.commands[name].help or "")
    assert examples
    for example in examples:
        result = runner.invoke(args=shlex.split(example)[1:])
        assert result.exit_code == 0, result.output
        assert result.stdout or (tmp_path / "briefs.ndjson").stat().st_size


# --- missing, broken and outdated databases ---


@pytest.mark.parametrize(
    "arguments", [("load",), ("load", "--dry-run"), ("load", "--strict"), ("status",)], ids=" ".join
)
def test_without_tables_the_error_recommends_a_migration(app: Flask, arguments: tuple[str, ...]) -> None:
    with app.app_context():
        db.drop_all()
    result = invoke(app, "seed", *arguments)
    (line,) = lines(result)
    assert line.startswith("Error: database: ")
    assert line.endswith("; run `flask db upgrade` first")
    assert (result.stdout, result.exit_code) == ("", 1)


@pytest.mark.parametrize("arguments", [("load",), ("load", "--dry-run"), ("status",)], ids=" ".join)
def test_a_database_that_cannot_be_opened_gives_a_one_line_error(
    without_database: Flask, arguments: tuple[str, ...]
) -> None:
    result = invoke(without_database, "seed", *arguments)
    assert lines(result)[0].startswith("Error: database: unable to open database file; ")
    assert (len(lines(result)), result.stdout, result.exit_code) == (1, "", 1)


@pytest.mark.parametrize("command", ["load", "status"])
def test_a_file_that_is_not_a_database_gives_a_one_line_error(tmp_path: Path, command: str) -> None:
    (tmp_path / "briefs.db").write_text("No database at all. " * 100, encoding="utf-8")
    app = make_app(f"sqlite:///{tmp_path / 'briefs.db'}")
    result = invoke(app, "seed", command)
    assert lines(result)[0].startswith("Error: database: file is not a database; ")
    assert (len(lines(result)), result.stdout, result.exit_code) == (1, "", 1)


@pytest.mark.parametrize("command", ["load", "status"])
def test_an_unreachable_server_gives_a_one_line_error_without_the_password(command: str) -> None:
    app = make_app("postgresql://tide:Very-Secret-1@127.0.0.1:1/briefs")
    result = invoke(app, "seed", command)
    (line,) = lines(result)
    assert line.startswith("Error: database: ")
    assert "Very-Secret-1" not in result.output
    assert (result.stdout, result.exit_code) == ("", 1)


def test_for_a_missing_database_the_error_recommends_no_migration(postgresql_server: str) -> None:
    app = make_app(postgresql_server.replace("/postgres?", "/nowhere?"))
    result = invoke(app, "seed", "status")
    (line,) = lines(result)
    assert 'database "nowhere" does not exist' in line
    assert "flask db upgrade" not in line
