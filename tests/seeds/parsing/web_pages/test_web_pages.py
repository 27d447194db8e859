"""Tests of saved web pages in the shapes of common publishing systems, each with its expected fields."""

from pathlib import Path
from typing import Any

import orjson
import pytest

from seeds.parsing.document import Document
from seeds.parsing.formats.registry import parse

PAGES = sorted((Path(__file__).parent / "pages").glob("*.html"))


def fields_of(document: Document) -> dict[str, Any]:
    """Return the fields of a document. The keys are the same as in the JSON files in the folder `pages`."""
    byline, analysis, metadata = document.byline, document.analysis, document.metadata
    assert byline
    time = metadata.published_at
    return {
        "title": document.title,
        "summary": document.summary,
        "author": byline.author,
        "role": byline.role,
        "publication": byline.publication,
        "published_at": time and time.isoformat().replace("+00:00", "Z"),
        "body": list(document.body),
        "takeaways": [takeaway.text for takeaway in document.takeaways],
        "related": [link.title for link in document.related],
        "caption": document.image_caption,
        "language": metadata.language,
        "url": metadata.url,
        "image_url": metadata.image_url,
        "analysis": analysis
        and {
            "desk": analysis.desk,
            "heading": analysis.heading,
            "paragraphs": list(analysis.paragraphs),
        },
    }


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_page_of_a_publishing_system_has_its_fields(path: Path) -> None:
    expected = orjson.loads(path.with_suffix(".json").read_bytes())
    found = fields_of(parse(path.read_bytes(), path.name))
    assert {name: found[name] for name in expected} == expected


def test_there_are_twenty_pages() -> None:
    assert len(PAGES) == 20


# The paragraphs of the other pages have no elements of their own, or their encoding is not UTF-8.
PAGES_WITH_LINES = [path for path in PAGES if path.stem[:2] not in ("07", "08", "13", "17")]


@pytest.mark.parametrize("path", PAGES_WITH_LINES, ids=lambda path: path.stem)
def test_each_paragraph_is_on_the_lines_that_the_parse_names(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").split("\n")
    document = parse(path.read_bytes(), path.name)
    for text, (first, last) in zip(document.body, document.lines.body, strict=True):
        words = text.partition(",")[0].replace("“", "")
        assert words in "\n".join(lines[first - 1 : last]).replace("“", "").replace("&amp;", "&")
