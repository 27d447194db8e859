"""Tests of `flask seed load` with documents in all formats."""

import shutil
import subprocess
import sys
from pathlib import Path

import orjson
from flask import Flask
from flask.testing import FlaskClient

from api.models import MAX_TAKEAWAYS
from tests.seeds.commands.results import invoke, message_lines, summary_line
from tests.seeds.documents import ROOT, Page, clear, last_line, seed, write
from tests.seeds.random_histories import export
from tests.seeds.stored_rows import rows, stored_content

EXAMPLES = ROOT / "docs" / "examples"
KEY = "https://ledger.example.org/briefs/canal-lift"
# Columns that depend on the file, and not on the brief.


def brief(key: str, **fields: object) -> bytes:
    """Return a brief as a line of a JSON lines file.

    `fields` override its title and body, or add other fields.
    """
    return orjson.dumps({"key": key, "title": f"The Tide of {key}", "body": ["It rose."]} | fields)


def test_one_brief_in_five_formats_gives_the_same_article(app: Flask, tmp_path: Path) -> None:
    lines = (EXAMPLES / "formats" / "briefs.jsonl").read_bytes().splitlines()
    (tmp_path / "canal-lift.jsonl").write_bytes(lines[0])
    for name in ("canal-lift.txt", "canal-lift.yaml"):
        shutil.copy(EXAMPLES / name, tmp_path)
    articles = []
    for file in (
        tmp_path / "canal-lift.txt",
        *(EXAMPLES / "formats" / f"canal-lift.{ending}" for ending in ("md", "html", "json")),
        tmp_path / "canal-lift.jsonl",
    ):
        clear(app)
        result = seed(app, "--strict", file)
        assert (last_line(result), result.stderr) == (summary_line(created=1), ""), file
        found = rows(app)
        assert [row["key"] for row in found["articles"]] == [KEY]
        takeaways = [row["text"] for row in found["takeaways"]]
        related = [(row["title"], row["printed_date"]) for row in found["related_links"]]
        articles.append((stored_content(app, KEY) | {"source": None}, takeaways, related))
    assert articles[1:] == articles[:-1]


def test_the_documents_and_examples_of_the_guide_are_loaded(app: Flask) -> None:
    result = seed(app, EXAMPLES / "formats" / "briefs.jsonl")
    assert last_line(result) == summary_line(created=2)
    assert [row["key"] for row in rows(app)["articles"]] == sorted((KEY, "gravel-prices"))


def test_other_files_are_named_without_failing_the_load(app: Flask, tmp_path: Path) -> None:
    write(tmp_path, "a", Page())
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    (tmp_path / "b.yaml").write_text("language: de")
    report = tmp_path / ".report.json"
    result = seed(app, "--report", report, tmp_path)
    sidecar, notes = message_lines(result)
    assert sidecar.startswith(f"{tmp_path}/b.yaml: not read: a sidecar without its document; ")
    assert notes.startswith(f"{tmp_path}/notes.pdf: not read: no document format has this ending; ")
    assert (last_line(result), result.exit_code) == (summary_line(created=1), 0)
    assert [each["name"] for each in orjson.loads(report.read_bytes())["unread"]] == ["b.yaml", "notes.pdf"]


def test_two_files_that_differ_only_in_their_suffix_have_the_same_key(app: Flask, tmp_path: Path) -> None:
    write(tmp_path, "a", Page())
    (tmp_path / "a.md").write_text("---\ntitle: Tide\n---\nIt rose.")
    result = seed(app, tmp_path)
    assert message_lines(result)[0] == (
        f"{tmp_path}/a.txt: rejected: has the same key as {tmp_path}/a.md; change one of the two keys"
    )
    assert (last_line(result), result.exit_code) == (summary_line(created=1, rejected=1), 1)


def test_each_line_of_a_json_lines_file_is_a_document(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    path = tmp_path / "briefs.jsonl"
    path.write_bytes(b"\n".join([brief("a"), b"", brief("b"), b"{", brief("a"), brief("c")]) + b"\r\n")
    result = seed(app, path)
    invalid, repeated = message_lines(result)
    assert invalid.startswith(f"{path}: line 4: rejected: not JSON: ")
    assert (
        repeated == f"{path}: line 5: rejected: has the same key as {path} line 1; change one of the two keys"
    )
    assert last_line(result) == summary_line(created=3, rejected=2)
    content = stored_content(app, "b")
    assert (content["source"]["name"], content["source"]["bytes"]) == ("briefs.jsonl", len(brief("b")))
    source = client.get(f"/v1/articles/{content['slug']}/source")
    assert (source.data, source.mimetype) == (brief("b"), "text/plain")


def test_prune_removes_the_article_of_a_line_that_is_gone(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "briefs.jsonl"
    path.write_bytes(b"\n".join(map(brief, "abcde")))
    seed(app, tmp_path)
    path.write_bytes(b"\n".join([*map(brief, "abc"), b"{", brief("e")]))
    kept = seed(app, "--prune", "--yes", tmp_path)
    assert last_line(kept) == summary_line(unchanged=4, rejected=1)
    path.write_bytes(b"\n".join(map(brief, "abce")))
    assert last_line(seed(app, "--prune", "--yes", tmp_path)) == summary_line(unchanged=4, removed=1)
    path.unlink()
    assert last_line(seed(app, "--prune", "--yes", "--force", tmp_path)) == summary_line(removed=4)


def test_a_line_that_is_too_long_is_rejected_alone(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "briefs.jsonl"
    path.write_bytes(brief("a", summary="x" * 2_200_000) + b"\n" + brief("b"))
    result = seed(app, path)
    assert message_lines(result) == [
        f"{path}: line 1: rejected: the line is longer than the limit of 2097152 bytes"
    ]
    assert last_line(result) == summary_line(created=1, rejected=1)


def test_an_author_without_a_publication_is_served(app: Flask, client: FlaskClient, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(brief("a", author="Ines"))
    seed(app, tmp_path / "a.jsonl")
    article = client.get("/v1/articles/the-tide-of-a").get_json()
    assert article["byline"] == {"author": "Ines", "role": None, "publication": None}


def test_a_document_that_is_not_utf_8_is_served_and_exported_unchanged(
    app: Flask, client: FlaskClient, tmp_path: Path
) -> None:
    name = "17-french-windows-1252.html"
    page = ROOT / "tests" / "seeds" / "parsing" / "web_pages" / "pages" / name
    seed(app, page)
    article = client.get("/v1/articles").get_json()["data"][0]
    response = client.get(article["links"]["source"])
    assert response.data == page.read_bytes()
    assert response.content_type == "text/plain"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    exported = export(app)
    assert b'"document":{"base64":"' in exported
    (tmp_path / ".copy.ndjson").write_bytes(exported)
    clear(app)
    result = invoke(app, "seed", "import", tmp_path / ".copy.ndjson")
    assert result.exit_code == 0, result.stderr
    assert export(app) == exported


def test_parse_prints_a_line_of_json_for_each_valid_line(app_without_database: Flask, tmp_path: Path) -> None:
    path = tmp_path / "briefs.jsonl"
    path.write_bytes(brief("a", published_at="2026-04-21") + b"\n{\n" + brief("b"))
    result = invoke(app_without_database, "seed", "parse", path)
    assert result.exit_code == 1
    assert message_lines(result)[0].startswith(f"{path}: line 2: rejected: not JSON")
    printed = [orjson.loads(line) for line in result.stdout.splitlines()]
    assert [each["metadata"]["key"] for each in printed] == ["a", "b"]
    assert printed[0]["metadata"]["published_at"] == "2026-04-21T00:00:00Z"


def test_a_rejected_document_with_metadata_has_its_key_in_the_report(app: Flask, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("---\nkey: tide\n---\nText.")
    (tmp_path / "b.md").write_text("---\nkey: [\n---\nText.")
    report = tmp_path / ".report.json"
    seed(app, "--report", report, tmp_path)
    assert [each["key"] for each in orjson.loads(report.read_bytes())["documents"]] == ["tide", None]


def test_the_service_and_a_load_of_pages_import_no_package_for_other_formats() -> None:
    packages = ["trafilatura", "lxml", "frontmatter", "htmldate"]
    program = f"import sys, wsgi, seeds.run; print([each for each in {packages} if each in sys.modules])"
    result = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)
    assert result.stdout == b"[]\n"


def test_a_document_with_too_many_takeaways_is_rejected_with_one_line(app: Flask, tmp_path: Path) -> None:
    path = tmp_path / "briefs.jsonl"
    path.write_bytes(brief("a", takeaways=["It rose."] * (MAX_TAKEAWAYS + 1)) + b"\n" + brief("b"))
    result = seed(app, path)
    assert message_lines(result) == [
        f"{path}: line 1: rejected: the document has more than {MAX_TAKEAWAYS} takeaways"
    ]
    assert last_line(result) == summary_line(created=1, rejected=1)
