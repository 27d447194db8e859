"""Tests of the JSON of a parsed document, and of the line or byte that a rejection names."""

import json
from pathlib import Path

from seeds.parsing.document import Rejection, document_to_json
from seeds.parsing.page import parse
from tests.seeds.pages import BODY, TITLE, PageParts, page_bytes, parse_blocks

DOCUMENTS = Path(__file__).parents[3] / "seeds" / "documents"


def test_a_document_as_json_has_its_keys_in_order() -> None:
    made = document_to_json(parse(page_bytes(PageParts()), "lift.txt"))
    assert [*made] == [
        *("source", "title", "summary", "image", "takeaways", "analysis", "byline", "body", "related"),
        *("metadata", "lines", "warnings"),
    ]
    assert made["source"] == {
        "name": "lift.txt",
        "sha256": made["source"]["sha256"],
        "bytes": len(page_bytes(PageParts())),
    }
    assert made["image"] == {"caption": "A red barge waits below a steel gate."}
    assert made["takeaways"][2] == {"position": 3, "text": "5 barges fit at once."}
    assert [*made["analysis"]] == ["desk", "heading", "paragraphs"]
    assert [*made["byline"].items()] == [
        ("author", "Ines Calloway"),
        ("role", "Canal Correspondent"),
        ("publication", "The Aldemar Ledger"),
    ]
    assert made["body"][1] == {"paragraph": 2, "text": BODY[1]}
    assert made["related"][0] == {"title": "Gravel Prices Sink With the Canal", "date": "3 weeks ago"}
    assert made["warnings"] == []
    assert json.loads(json.dumps(made)) == made


def test_a_document_as_json_has_null_for_missing_parts() -> None:
    made = document_to_json(parse_blocks(TITLE, "The Ledger", *BODY))
    absent = ("summary", "image", "analysis")
    assert all(made[key] is None and made["lines"][key] is None for key in absent)
    assert made["takeaways"] == made["related"] == []
    assert made["lines"] == {
        **{"title": [1, 1], "summary": None, "image": None, "takeaways": None, "analysis": None},
        **{"byline": [3, 3], "body": [[5, 5], [7, 7]], "related": None},
    }
    assert made["warnings"][0] == {"section": "summary", "line": 1, "message": "no summary"}


def test_the_source_document_parses_without_a_warning() -> None:
    path = DOCUMENTS / "000_873f17470df679e4.txt"
    made = document_to_json(parse(path.read_bytes(), path.name))
    assert made["warnings"] == []
    assert made["lines"] == {
        **{"title": [1, 1], "summary": [3, 3], "image": [5, 5]},
        "takeaways": [[9, 9], [10, 10], [11, 11], [12, 12], [13, 13]],
        **{"analysis": [15, 20], "byline": [22, 24]},
        "body": [[26, 26], [28, 28], [30, 30], [32, 32]],
        "related": None,
    }


def test_a_rejection_names_its_line_or_byte() -> None:
    assert Rejection("x", line=12).place == "line 12"
    assert Rejection("x", byte=0).place == "byte 0"
    assert Rejection("x").place is None
