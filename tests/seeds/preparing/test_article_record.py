"""Tests of the stored form of an article's content, and of the checksum that shows if it has changed."""

from dataclasses import replace
from datetime import UTC, datetime

import orjson
import pytest

from api.v1.article_content import CONTENT_FIELDS
from seeds.extraction.catalogue import EntityRecord
from seeds.parsing.files import SubmittedDocument
from seeds.preparing.article_record import ArticleRecord, make_record
from seeds.transfer.line_fields import REVISION_CONTENT
from tests.seeds.documents import ROOT, Page, submit
from tests.support.extraction import make_matcher

QUAY = EntityRecord("quay", "place", "quay")
MATCHER = make_matcher([QUAY])
PAGE = Page(related=(("Sirens Tested", "Apr 21, 2026"), ("A Wall Is Raised", None)))
SIDECAR = "published_at: 2026-04-21T12:00:00Z\nimage_url: https://example.org/g.jpg\nlanguage: de"
CHANGES: dict[str, Page] = {
    "title": replace(PAGE, title="Other Towns"),
    "summary": replace(PAGE, summary="Another summary of the same thing."),
    "no summary, no caption": replace(PAGE, summary=None, caption=None),
    "caption": replace(PAGE, caption="A gauge."),
    "no caption": replace(PAGE, caption=None),
    "takeaway": replace(PAGE, takeaways=("All gauges report to one page.", PAGE.takeaways[1])),
    "order of takeaways": replace(PAGE, takeaways=PAGE.takeaways[::-1]),
    "no takeaways": replace(PAGE, takeaways=()),
    "heading": replace(PAGE, heading="What It Does Not Mean"),
    "analysis": replace(PAGE, analysis=("Shared readings cost nothing at all, in the end.",)),
    "no analysis": replace(PAGE, analysis=()),
    "signature": replace(PAGE, signature=("Coast Desk", "The Tide Table")),
    "body": replace(PAGE, body=(PAGE.body[0],)),
    "related": replace(PAGE, related=(("Sirens Tested", "Apr 22, 2026"), ("A Wall Is Raised", None))),
    "order of related": replace(PAGE, related=PAGE.related[::-1]),
}


def record_of(submission: SubmittedDocument, slug: str = "tide") -> ArticleRecord:
    """Return the content of a document in the form in which the database stores it."""
    return make_record(submission, slug)


def test_the_content_is_that_of_the_page_and_the_sidecar() -> None:
    submission = submit("page", PAGE, SIDECAR)
    made = record_of(submission)
    assert (made.key, made.published_at) == ("page", datetime(2026, 4, 21, 12, tzinfo=UTC))
    assert made.content == {
        "slug": "tide",
        "title": PAGE.title,
        "summary": PAGE.summary,
        "language": "de",
        "byline": {"author": "Coast Desk", "role": "Weather Editor", "publication": "The Tide Table"},
        "image": {"caption": PAGE.caption, "url": "https://example.org/g.jpg"},
        "published_at": "2026-04-21T12:00:00Z",
        "word_count": 15 + 14 + 11,
        "reading_minutes": 1,
        "body": [{"paragraph": number, "text": text} for number, text in enumerate(PAGE.body, 1)],
        "analysis": {"desk": "Editor's Desk", "heading": "What It Means", "paragraphs": list(PAGE.analysis)},
        "takeaways": [
            {"position": position, "text": text} for position, text in enumerate(PAGE.takeaways, 1)
        ],
        "related": [
            {"position": position, "title": title, "date": date}
            for position, (title, date) in enumerate(PAGE.related, 1)
        ],
        "source": {
            "name": "page.txt",
            "sha256": submission.document.source.sha256,
            "bytes": len(submission.data),
        },
    }
    assert made.takeaways == list(PAGE.takeaways)
    assert made.related == list(PAGE.related)


def test_the_content_has_the_fields_of_responses_reports_and_exports() -> None:
    report = orjson.loads((ROOT / "seeds" / "report.schema.json").read_bytes())
    named = report["$defs"]["document"]["properties"]["changes"]["propertyNames"]["enum"]
    assert (
        list(record_of(submit("page", PAGE)).content)
        == list(CONTENT_FIELDS)
        == list(REVISION_CONTENT)
        == named
    )


def test_a_missing_part_of_a_page_is_null() -> None:
    bare = Page(caption=None, analysis=(), signature=())
    record = record_of(submit("page", bare))
    absent = ("byline", "image", "published_at", "analysis")
    assert {name: record.content[name] for name in absent} == dict.fromkeys(absent)
    assert record.published_at is None
    assert record.content["language"] == "en"
    assert record.content["word_count"] == 15 + 14


def test_the_same_submission_has_the_same_digest() -> None:
    digest = record_of(submit("page", PAGE, SIDECAR)).digest
    assert record_of(submit("page", PAGE, SIDECAR)).digest == digest
    assert len(digest) == 32


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_any_part_changes_the_digest(change: str) -> None:
    before, after = record_of(submit("page", PAGE)), record_of(submit("page", CHANGES[change]))
    # The bytes differ in every case. The digest must also depend on the changed part.
    same_source = after.content | {"source": before.content["source"]}
    assert replace(after, content=same_source).digest != before.digest


@pytest.mark.parametrize("end", ["\n", " ", "\n\n\n"])
def test_a_change_of_bytes_alone_changes_the_digest(end: str) -> None:
    changed = record_of(submit("page", (PAGE.text + end).encode()))
    assert changed.content["title"] == PAGE.title
    assert changed.digest != record_of(submit("page", PAGE)).digest


@pytest.mark.parametrize(
    "sidecar",
    ["published_at: 2026-04-21T12:00:00.5Z", "language: fr", "image_url: https://example.org/h.jpg"],
)
def test_a_change_of_the_sidecar_changes_the_digest(sidecar: str) -> None:
    assert record_of(submit("page", PAGE, sidecar)).digest != record_of(submit("page", PAGE)).digest


def test_a_different_slug_changes_the_digest() -> None:
    submission = submit("page", PAGE)
    assert record_of(submission, "tide").digest != record_of(submission, "gauge").digest


def test_the_same_time_in_a_different_zone_has_the_same_digest() -> None:
    utc, local = "published_at: 2026-04-21T12:00:00Z", "published_at: 2026-04-21T20:00:00+08:00"
    assert record_of(submit("page", PAGE, utc)).digest == record_of(submit("page", PAGE, local)).digest
