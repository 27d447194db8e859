"""Tests of `flask seed load --report`: the outcome of each document, and what an update changed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson
import pytest
from flask import Flask
from flask.testing import FlaskClient
from jsonschema import Draft202012Validator, FormatChecker

from tests.seeds.documents import ROOT, Page, last_line, seed, submit, write
from tests.seeds.stored_rows import article_row, corpus_revision, rows

SCHEMA = orjson.loads((ROOT / "seeds" / "report.schema.json").read_bytes())
GAUGES = Page()
SIRENS = Page(title="Sirens Tested at Noon", related=((GAUGES.title, None),))


def read_report(text: str | bytes) -> dict[str, Any]:
    """Return a report as a dictionary, after asserting that it matches `report.schema.json`."""
    report: dict[str, Any] = orjson.loads(text)
    Draft202012Validator(SCHEMA, format_checker=FormatChecker()).validate(report)
    assert list(report) == SCHEMA["required"]
    assert list(report["summary"]) == SCHEMA["properties"]["summary"]["required"]
    for document in report["documents"]:
        assert list(document) == SCHEMA["$defs"]["document"]["required"]
    return report


def load(app: Flask, path: Path, *arguments: object) -> dict[str, Any]:
    """Run `flask seed load --report` for `path`, and return the report."""
    file = path.parent / "report.json"
    file.unlink(missing_ok=True)
    result = seed(app, "--report", file, *arguments, path)
    report = read_report(file.read_bytes())
    counts = ", ".join(f"{number} {outcome}" for outcome, number in report["summary"].items())
    assert last_line(result) == counts
    assert list(path.parent.glob(".*.part")) == []
    return report


def test_the_schema_is_valid() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_the_report_lists_each_document_with_its_outcome_in_the_order_of_the_load(
    app: Flask, tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    write(pages, "gone", Page(title="Soon Gone"))
    write(pages, "same", Page(title="The Same"))
    write(pages, "changed", replace(SIRENS, summary="Another."))
    seed(app, pages)
    (pages / "gone.txt").unlink()
    write(pages, "changed", SIRENS)
    write(pages, "new", GAUGES, "url: https://example.org/new")
    write(pages, "odd", Page(title="No List Here", takeaways=()))
    write(pages, "wrong", b"\xff")
    write(pages, "wrong2", GAUGES, "published_at: noon")
    report = load(app, pages, "--prune", "--yes", "--force")
    assert [
        (each["name"], each["key"], each["outcome"], each["revision"]) for each in report["documents"]
    ] == [
        ("changed.txt", "changed", "updated", 2),
        ("new.txt", "https://example.org/new", "created", 1),
        ("odd.txt", "odd", "created", 1),
        ("same.txt", "same", "unchanged", 1),
        ("wrong.txt", "wrong", "rejected", None),
        ("wrong2.txt", None, "rejected", None),
        ("gone.txt", "gone", "removed", 1),
    ]
    assert report["corpus_revision"] == corpus_revision(app)
    for each in report["documents"]:
        if each["outcome"] not in ("rejected", "removed"):
            row = article_row(app, each["key"])
            assert each["article"] == {"id": str(row["id"]), "slug": row["slug"]}


def test_warnings_and_errors_have_their_places(app: Flask, tmp_path: Path) -> None:
    pages = tmp_path / "pages"
    write(pages, "odd", Page(takeaways=()))
    write(pages, "wrong", GAUGES, "published_at: noon")
    write(pages, "wrong2", GAUGES.text[:30].encode() + b"\xff")
    odd, wrong, broken = load(app, pages)["documents"]
    (warning,) = odd["warnings"]
    assert (warning["section"], warning["message"]) == ("takeaways", "no takeaways")
    assert warning["line"] >= 1
    assert wrong["error"]["message"].startswith("sidecar wrong.yaml line 1: 'published_at' must be")
    assert broken["error"] == {"line": None, "message": "byte 30: is not UTF-8"} or (
        broken["error"]["message"].startswith("byte 30: ")
    )
    write(tmp_path / "distant", "a", GAUGES, "published_at: 2999-01-01")
    (distant,) = load(app, tmp_path / "distant")["documents"]
    assert [(each["section"], each["line"]) for each in distant["warnings"]] == [("published_at", None)]
    (strict, *_) = load(app, pages, "--strict")["documents"]
    assert (strict["outcome"], strict["key"], strict["error"]["line"]) == ("rejected", "odd", warning["line"])
    assert strict["warnings"] == odd["warnings"]


def test_an_update_reports_the_changed_fields_before_and_after_as_the_api_serves_them(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    write(pages, "a", GAUGES)
    seed(app, pages)

    def served() -> dict[str, Any]:
        answer: dict[str, Any] = client.get(f"/v1/articles/{article_row(app, 'a')['id']}").json or {}
        return answer

    before = served()
    changed = replace(GAUGES, title="Tide Gauges Shared", caption=None, body=(*GAUGES.body, "And a third."))
    sidecar = "published_at: 2026-04-21T12:00:00Z\nlanguage: de\nslug: tide"
    write(pages, "a", replace(changed, related=(("Sirens Tested", "Apr 21, 2026"),)), sidecar)
    (document,) = load(app, pages)["documents"]
    after, differences = served(), document["changes"]
    related = differences.pop("related")
    assert related == {
        "before": [],
        "after": [{"position": 1, "title": "Sirens Tested", "date": "Apr 21, 2026"}],
    }
    assert set(differences) == {
        *("slug", "title", "language", "image", "published_at", "word_count", "body", "source")
    }
    for name, values in differences.items():
        assert values == {"before": before[name], "after": after[name]}


def test_standard_output_contains_only_the_report(app: Flask, tmp_path: Path) -> None:
    write(tmp_path, "a", GAUGES)
    write(tmp_path, "b", b"")
    result = seed(app, "--report", "-", tmp_path)
    assert read_report(result.stdout)["summary"]["created"] == 1
    assert result.stderr.splitlines()[-1] == "1 created, 0 updated, 0 unchanged, 0 removed, 1 rejected"


def test_a_load_without_documents_has_a_report(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    assert load(app, tmp_path / "pages") == {
        "summary": dict.fromkeys(SCHEMA["properties"]["summary"]["required"], 0),
        "corpus_revision": 0,
        "unread": [],
        "documents": [],
    }


def test_if_the_report_cannot_be_written_nothing_is_loaded(app: Flask, tmp_path: Path) -> None:
    write(tmp_path, "a", GAUGES)
    file = tmp_path / "missing" / "report.json"
    result = seed(app, "--report", file, tmp_path)
    assert result.stderr.startswith(f"Error: {file}: cannot be written: No such file")
    assert (result.stdout, result.exit_code) == ("", 1)
    assert rows(app)["articles"] == []


def test_a_run_that_fails_keeps_the_previous_report(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "pages", "a", GAUGES)
    (tmp_path / "report.json").write_text("before", encoding="utf-8")
    monkeypatch.setattr("seeds.run.load_batch", lambda *_, **__: 1 / 0)
    assert isinstance(
        seed(app, "--report", tmp_path / "report.json", tmp_path / "pages").exception, ZeroDivisionError
    )
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == "before"
    assert list(tmp_path.glob(".*.part")) == []


def test_an_interrupted_run_writes_no_report(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    write(tmp_path / "pages", "a", GAUGES)
    monkeypatch.setattr("seeds.run.load_batch", interrupt)
    result = seed(app, "--report", tmp_path / "report.json", tmp_path / "pages")
    assert (result.stderr, result.exit_code) == ("interrupted; run the command again to finish\n", 1)
    assert [each.name for each in tmp_path.iterdir() if each.name.endswith((".json", ".part"))] == []


def test_an_unprintable_file_name_is_escaped_in_the_report(app: Flask, tmp_path: Path) -> None:
    write(tmp_path / "pages", "a\nb", GAUGES)
    (document,) = load(app, tmp_path / "pages")["documents"]
    assert (document["name"], document["key"]) == ("a\\x0ab.txt", submit("a\nb", GAUGES).key)
