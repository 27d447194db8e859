"""Tests of `flask seed load`: which files are loaded, and the outcome of each document."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import orjson
import pytest
from flask import Flask

from api.database.base import db
from seeds.parsing.page import parse
from tests.conftest import make_app
from tests.seeds.commands.results import (
    GAUGES,
    NO_TAKEAWAYS,
    SIRENS,
    SOURCE,
    WALL,
    assert_predicted,
    message_lines,
    summary_line,
)
from tests.seeds.documents import last_line, seed, use_catalogue, write
from tests.seeds.stored_rows import article_row, rows, stored_content


def test_a_folder_is_loaded(app: Flask, tmp_path: Path) -> None:
    for name, page in (("a", GAUGES), ("b", SIRENS), ("c", WALL)):
        write(tmp_path, name, page)
    result = seed(app, tmp_path)
    assert (result.stdout, result.stderr, result.exit_code) == (f"{summary_line(created=3)}\n", "", 0)
    assert {row["key"] for row in rows(app)["articles"]} == {"a", "b", "c"}


def test_only_the_named_files_are_loaded(app: Flask, tmp_path: Path) -> None:
    for name, page in (("a", GAUGES), ("b", SIRENS), ("c", WALL)):
        write(tmp_path, name, page)
    result = seed(app, tmp_path / "c.txt", tmp_path / "a.txt")
    assert (last_line(result), result.exit_code) == (summary_line(created=2), 0)
    assert {row["key"] for row in rows(app)["articles"]} == {"a", "c"}


def test_files_and_folders_are_loaded_together_and_each_file_once(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path / "one", "a", GAUGES)
    write(tmp_path / "two", "b", SIRENS)
    result = seed(app, path, tmp_path / "one", tmp_path / "two")
    assert (last_line(result), result.stderr) == (summary_line(created=2), "")


def test_without_arguments_the_projects_own_documents_are_loaded(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = seed(app)
    number = len(list(SOURCE.parent.glob("*.txt")))
    assert (result.stdout, result.stderr, result.exit_code) == (f"{summary_line(created=number)}\n", "", 0)
    assert stored_content(app, SOURCE.stem)["source"]["bytes"] == SOURCE.stat().st_size
    assert seed(app).stdout == f"{summary_line(unchanged=number)}\n"


def test_a_folder_without_documents_gives_a_warning(app: Flask, tmp_path: Path) -> None:
    result = seed(app, tmp_path)
    assert message_lines(result) == ["warning: there are no documents to load"]
    assert (result.stdout, result.exit_code) == (f"{summary_line()}\n", 0)


def test_nothing_is_loaded_if_one_of_the_paths_is_missing(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "a", GAUGES)
    assert seed(app, path, tmp_path / "missing").exit_code == 2
    assert rows(app)["articles"] == []


def test_the_last_line_counts_every_outcome(app: Flask, mixed_folder: Path) -> None:
    result = seed(app, mixed_folder)
    assert last_line(result) == "2 created, 1 updated, 1 unchanged, 0 removed, 3 rejected"
    assert result.exit_code == 1


def test_a_rejected_document_leaves_no_rows_and_does_not_stop_the_others(
    app: Flask, mixed_folder: Path
) -> None:
    seed(app, mixed_folder)
    found = rows(app)
    keys = {"changed", "known", "new", "odd"}
    assert {row["key"] for row in found["articles"]} == keys
    ids = {row["id"] for row in found["articles"]}
    for table in ("documents", "article_entities", "related_links"):
        assert {row["article"] for row in found[table]} <= ids
    assert {row["article_id"] for row in found["article_slugs"]} == ids


def test_an_article_stays_unchanged_if_its_document_becomes_invalid(app: Flask, tmp_path: Path) -> None:
    write(tmp_path, "a", GAUGES)
    seed(app, tmp_path)
    before = rows(app)
    write(tmp_path, "a", GAUGES.text[:60].encode())
    result = seed(app, tmp_path)
    assert (last_line(result), result.exit_code) == (summary_line(rejected=1), 1)
    assert rows(app) == before


def test_a_dry_run_prints_the_same_as_the_load_and_changes_no_row(app: Flask, mixed_folder: Path) -> None:
    before = rows(app)
    dry = seed(app, "--dry-run", mixed_folder)
    assert rows(app) == before
    real = seed(app, mixed_folder)
    assert_predicted(dry, real)
    assert rows(app) != before


def test_a_strict_dry_run_prints_the_same_as_a_strict_run(app: Flask, mixed_folder: Path) -> None:
    before = rows(app)
    dry = seed(app, "--dry-run", "--strict", mixed_folder)
    assert rows(app) == before
    real = seed(app, "--strict", mixed_folder)
    assert_predicted(dry, real)
    assert last_line(real) == summary_line(created=1, updated=1, unchanged=1, rejected=4)


def test_a_dry_run_prints_the_same_rejection_of_a_repeated_slug(app: Flask, tmp_path: Path) -> None:
    write(tmp_path, "a", GAUGES, "slug: tide")
    write(tmp_path, "b", SIRENS, "slug: tide")
    write(tmp_path, "c", WALL)
    dry, real = seed(app, "--dry-run", tmp_path), seed(app, tmp_path)
    assert_predicted(dry, real)
    assert last_line(real) == summary_line(created=2, rejected=1)


def test_a_document_with_a_warning_is_stored_and_the_warning_is_printed(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "a", NO_TAKEAWAYS)
    result = seed(app, path)
    (warning,) = parse(path.read_bytes(), "a.txt").warnings
    place = f"line {warning.line}: warning: {warning.section}"
    assert message_lines(result) == [f"{path}: {place}: {warning.message}"]
    assert (last_line(result), result.exit_code) == (summary_line(created=1), 0)


def test_strict_rejects_a_document_with_a_warning(app: Flask, tmp_path: Path) -> None:
    path = write(tmp_path, "a", NO_TAKEAWAYS)
    write(tmp_path, "b", GAUGES)
    result = seed(app, "--strict", tmp_path)
    (warning,) = parse(path.read_bytes(), "a.txt").warnings
    reason = f"rejected: {warning.section}: {warning.message} (--strict)"
    assert message_lines(result) == [f"{path}: line {warning.line}: {reason}"]
    assert (last_line(result), result.exit_code) == (summary_line(created=1, rejected=1), 1)
    assert [row["key"] for row in rows(app)["articles"]] == ["b"]


def write_distant_dates(folder: Path) -> None:
    """Write documents that were published in 2999. Each date is written in a different place.

    The first date is in a sidecar (a YAML file of metadata), the second in a manifest (a CSV file of
    metadata), and the third in the second line of a file of JSON lines. The first line of this file has a
    date in 2024.
    """
    write(folder, "a", GAUGES, "published_at: 2999-01-01")
    write(folder, "b", SIRENS)
    (folder / "manifest.csv").write_text("file,published_at\nb.txt,2999-02-01\n")
    lines = [
        orjson.dumps({"key": f"c{year}", "title": "A", "body": ["It rose."], "published_at": f"{year}-03-01"})
        for year in (2024, 2999)
    ]
    (folder / "c.jsonl").write_bytes(b"\n".join(lines))


DISTANT_DATES = (
    ("a.txt: ", "2999-01-01T00:00:00Z in the sidecar"),
    ("b.txt: ", "2999-02-01T00:00:00Z in manifest.csv"),
    ("c.jsonl: line 2: ", "2999-03-01T00:00:00Z in the document"),
)


def test_a_date_in_the_future_is_a_warning(app: Flask, tmp_path: Path) -> None:
    write_distant_dates(tmp_path)
    for summary in (summary_line(created=4), summary_line(unchanged=4)):
        result = seed(app, tmp_path)
        assert message_lines(result) == [
            f"{tmp_path}/{place}warning: published_at: {date} is more than one day in the future"
            for place, date in DISTANT_DATES
        ]
        assert (last_line(result), result.exit_code) == (summary, 0)


def test_strict_rejects_a_date_in_the_future(app: Flask, tmp_path: Path) -> None:
    write_distant_dates(tmp_path)
    result = seed(app, "--strict", tmp_path)
    assert message_lines(result) == [
        f"{tmp_path}/{place}rejected: published_at: {date} is more than one day in the future (--strict)"
        for place, date in DISTANT_DATES
    ]
    assert [row["key"] for row in rows(app)["articles"]] == ["c2024"]


def test_a_date_within_a_day_is_no_warning(app: Flask, tmp_path: Path) -> None:
    write(
        tmp_path, "a", GAUGES, f"published_at: {datetime.now(UTC) + timedelta(hours=23):%Y-%m-%dT%H:%M:%SZ}"
    )
    result = seed(app, "--strict", tmp_path)
    assert (message_lines(result), last_line(result)) == ([], summary_line(created=1))


def test_the_second_of_two_files_with_the_same_key_is_rejected(app: Flask, tmp_path: Path) -> None:
    first = write(tmp_path / "one", "a", GAUGES)
    second = write(tmp_path / "two", "a", SIRENS)
    result = seed(app, tmp_path / "one", tmp_path / "two")
    (line,) = message_lines(result)
    assert line.startswith(f"{second}: rejected: has the same key as {first};")
    assert (last_line(result), result.exit_code) == (summary_line(created=1, rejected=1), 1)
    assert article_row(app, "a")["title"] == GAUGES.title


def test_the_second_of_two_documents_with_the_same_url_is_rejected(app: Flask, tmp_path: Path) -> None:
    for name, page in (("a", GAUGES), ("b", SIRENS), ("c", WALL)):
        write(tmp_path, name, page, "url: https://example.org/tide" if name != "c" else None)
    result = seed(app, tmp_path)
    (line,) = message_lines(result)
    assert line.startswith(f"{tmp_path}/b.txt: rejected: has the same key as {tmp_path}/a.txt;")
    assert {row["key"] for row in rows(app)["articles"]} == {"https://example.org/tide", "c"}


def test_a_document_at_the_limit_is_loaded_and_one_byte_over_is_rejected(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    path = write(tmp_path, "a", GAUGES)
    size = path.stat().st_size
    for limit, expected in ((size - 1, summary_line(rejected=1)), (size, summary_line(created=1))):
        limited = make_app(database_url, BRIEFS_MAX_DOCUMENT_BYTES=str(limit))
        result = seed(limited, path)
        assert last_line(result) == expected
        with limited.app_context():
            db.engine.dispose()
        if limit < size:
            assert message_lines(result) == [
                f"{path}: byte {limit}: rejected: the file is larger than the limit of {limit} bytes"
            ]
    assert [row["key"] for row in rows(app)["articles"]] == ["a"]


def test_an_invalid_catalogue_stops_the_load_with_one_line(app: Flask, tmp_path: Path) -> None:
    known = tmp_path / "known.yaml"
    known.write_text("- {name: Sea, type: planet}", encoding="utf-8")
    use_catalogue(app, known)
    before = rows(app)
    result = seed(app, SOURCE)
    (line,) = message_lines(result)
    assert line.startswith(f"Error: {known}: line 1: $[0].type must be one of person,")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert rows(app) == before


def test_a_changed_catalogue_applies_to_unchanged_documents_only_after_relink(
    app: Flask, tmp_path: Path
) -> None:
    known = tmp_path / "known.yaml"
    use_catalogue(app, known)
    write(tmp_path, "a", GAUGES)
    write(tmp_path, "b", SIRENS)
    known.write_text("- {name: Harbour Towns, type: place}", encoding="utf-8")
    assert last_line(seed(app, tmp_path)) == summary_line(created=2)
    known.write_text(
        "- {name: Harbour Towns, type: place}\n- {name: Sirens, type: product}", encoding="utf-8"
    )
    assert last_line(seed(app, tmp_path)) == summary_line(unchanged=2)
    assert {row["slug"] for row in rows(app)["entities"]} == {"harbour-towns"}
    relinked = app.test_cli_runner().invoke(args=["seed", "relink"])
    assert str(relinked.stdout).startswith("2 articles, 1 rederived, ")
    assert {row["slug"] for row in rows(app)["entities"]} == {"harbour-towns", "sirens"}
    assert [row["revision"] for row in rows(app)["articles"]] == [1, 1]
