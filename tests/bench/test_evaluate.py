"""Tests of `python -m bench.evaluate` with the real loader and the API."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench.evaluate.__main__ import main
from tests.api.invented_pages import Page, write_page

LAMPS = Page(title="Lamps Return to the Islands")
LISTED = ("Lamps Return to the Islands\n3 weeks ago", "Nobody’s Title")
SUMMARY = "The quay was dark for a year."
QUAY = Page(title="A Quay Is Lit Again", summary=SUMMARY, related=LISTED)


@pytest.fixture
def folder(tmp_path: Path, forked_flask: None) -> Path:  # noqa: ARG001
    """Return a folder with two pages, and no annotations. The second page lists the first as related."""
    for name in ("documents", "gold"):
        (tmp_path / name).mkdir()
    write_page(tmp_path / "documents", "lamps", LAMPS, slug="quite-another")
    write_page(tmp_path / "documents", "quay", QUAY)
    return tmp_path


def write_gold(folder: Path, name: str, gold: Any) -> None:
    (folder / "gold" / f"{name}.json").write_text(json.dumps(gold), encoding="utf-8")


def entity(name: str, **others: Any) -> dict[str, Any]:
    return {"name": name, "type": "place", "mentions": 1} | others


def page_gold(page: Page, **others: Any) -> dict[str, Any]:
    """Return annotations that agree with the fields of `page`, and further annotations from `others`."""
    return {
        "title": page.title,
        "summary": page.summary,
        "image_caption": page.caption,
        "takeaways": page.takeaways,
        "analysis": {"heading": page.heading, "text": "\n\n".join(page.analysis)},
        "byline": page.signature,
        "body": page.body,
        "related": [listed.partition("\n")[0] for listed in page.related],
        "related_dates": [listed.partition("\n")[2] or None for listed in page.related],
    } | others


def evaluate(folder: Path, *options: str) -> Result:
    result = CliRunner().invoke(main, [str(folder), *options])
    assert result.exit_code == 0, result.output
    return result


def cells(result: Result, first: str) -> list[str]:
    """Find the row whose first cell begins with `first` in a printed table. Return its other cells."""
    rows = [line.strip("| ").split("|") for line in result.stdout.splitlines() if line.startswith("|")]
    (row,) = [[cell.strip() for cell in row] for row in rows if row[0].strip() == first]
    return row[1:]


def test_a_page_is_compared_with_its_annotations(folder: Path) -> None:
    named = [entity("Shanghai"), entity("Guangdong", accept_types=["organization"]), entity("Port Ilse")]
    write_gold(folder, "lamps", page_gold(LAMPS, entities=named))
    write_gold(folder, "quay", page_gold(QUAY, summary="Another."))
    result = evaluate(folder, "--verbose")
    assert cells(result, "parse: fields") == ["0.938", "0.938", "0.938", "15", "1", "1"]
    assert cells(result, "parse: takeaways") == ["1.000", "1.000", "1.000", "4", "0", "0"]
    # The extractor can find further entities in these pages.
    hits, _, missed = cells(result, "entities")[3:]
    assert (hits, missed) == ("1", "2")
    assert cells(result, "lamps.txt")[:6] == cells(result, "entities")
    assert "number of mentions within one: 1.000, 1 of 1 entities" in result.stdout
    assert "mentions with wrong offsets: 0 of" in result.stdout
    assert {
        "lamps.txt: entity missed: Guangdong: expected organization, got place",
        "lamps.txt: entity missed: Port Ilse: expected place, got -",
        "lamps.txt: entity spurious: Guangdong: expected organization, got place",
        f"quay.txt: field: summary: expected Another., got {SUMMARY}",
    } <= {*result.stdout.splitlines()}


def test_related_pages_without_other_annotations_evaluate_only_links(folder: Path) -> None:
    write_gold(folder, "related", {"lamps.txt": [], "quay.txt": ["lamps.txt", "gone.txt"]})
    result = evaluate(folder)
    assert cells(result, "parse: fields") == ["-", "-", "-", "0", "0", "0"]
    assert "entities of" not in result.stdout
    # The second related page is not among the documents.
    hits, _, missed = map(int, cells(result, "links")[3:])
    assert hits + missed == 1
    assert "over 1 documents with relatives" in result.stdout
    assert "ignored: gone.txt" in result.stderr


def test_evidence_is_compared_with_its_annotations(folder: Path) -> None:
    body = ("The pilots bought 40 lanterns.", "Harbour Watch sold 12 hawsers.")
    takeaways = ("Pilots buy 40 lanterns.", "Harbour Watch sells 12 hawsers.", "Nobody sings.", "12 hawsers.")
    write_page(folder / "documents", "lamps", Page(title="Lamps", takeaways=takeaways, body=body))
    evidence = {
        "1": {"required": [1], "acceptable": []},
        "2": {"required": [1], "acceptable": [2]},
        "3": {"required": [], "acceptable": []},
        "4": {"required": [], "acceptable": []},
    }
    annotations = json.dumps({"lamps.txt": evidence, "gone.txt": {}})
    (folder / "evidence.json").write_text(annotations, encoding="utf-8")
    result = evaluate(folder, "--verbose")
    assert [line for line in result.stdout.splitlines() if "evidence" in line] == [
        "- evidence, precision: 0.667, 2 of 3 listed paragraphs",
        "- evidence, recall: 0.500, 1 of 2 required paragraphs",
        "- evidence, first paragraph: 0.500, 1 of 2 takeaways with a required paragraph",
        "- evidence, silence: 0.500, 1 of 2 takeaways that no paragraph supports",
        "lamps.txt: evidence missed: takeaway 2: expected paragraph 1, got -",
        "lamps.txt: evidence spurious: takeaway 4: expected -, got paragraph 2",
    ]
    assert "ignored: gone.txt: has annotations" in result.stderr


def test_annotations_without_a_document_are_ignored_with_a_note(folder: Path) -> None:
    write_gold(folder, "gone", page_gold(LAMPS))
    result = evaluate(folder)
    assert cells(result, "parse: fields")[3:] == ["0", "0", "0"]
    assert "ignored: gone.txt: has annotations, but is not among the documents" in result.stderr


def test_all_annotations_of_a_rejected_page_are_missed(folder: Path) -> None:
    (folder / "documents" / "lamps.txt").write_text("No page.\n", encoding="utf-8")
    write_gold(folder, "lamps", page_gold(LAMPS, entities=[entity("Shanghai")]))
    write_gold(folder, "related", {"lamps.txt": ["quay.txt"]})
    result = evaluate(folder)
    assert cells(result, "parse: fields")[3:] == ["0", "0", "7"]
    assert cells(result, "entities")[3:] == ["0", "0", "1"]
    assert cells(result, "links")[3:] == ["0", "0", "1"]


INVALID_ANNOTATIONS = ["{", "[]", '{"entities": [{"name": "Shanghai"}]}', '{"analysis": {}, "body": 1}']


@pytest.mark.parametrize("text", INVALID_ANNOTATIONS)
def test_an_invalid_file_of_annotations_is_refused_with_its_name(folder: Path, text: str) -> None:
    (folder / "gold" / "lamps.json").write_text(text, encoding="utf-8")
    result = CliRunner().invoke(main, [str(folder)])
    assert result.exit_code == 2
    assert "lamps.json: is not a valid file of annotations" in result.stderr.splitlines()[-1]


def test_a_folder_without_documents_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, [str(tmp_path)])
    assert result.exit_code == 2
    assert "has no documents/*.txt" in result.stderr
