"""The records that a document is read into. They know no text format and no database."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

Span = tuple[int, int]
"""First and last line, from 1."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file that a document was read from; `sha256` in hex, of its bytes as they are."""

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Takeaway:
    """One key point; `position` is its place in the list, 1 to n without gaps."""

    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """The editor's part; `desk` and `heading` as printed."""

    desk: str | None
    heading: str | None
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Byline:
    """The signature block."""

    author: str | None
    role: str | None
    publication: str


@dataclass(frozen=True, slots=True)
class RelatedTitle:
    """A title that the page lists; `date` as printed."""

    title: str
    date: str | None


@dataclass(frozen=True, slots=True)
class ParseWarning:
    """What is odd but readable. `section` names a field of `Lines`, or is `page` for lines in no field."""

    section: str
    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Lines:
    """Where each field stands; None where the page does not have it.

    Takeaways below the Editor's Desk may stand between the first and the last line of the analysis or the
    byline, which do not hold them.
    """

    title: Span
    summary: Span | None
    image: Span | None
    takeaways: tuple[Span, ...] | None
    analysis: Span | None
    byline: Span | None
    body: tuple[Span, ...]
    related: tuple[Span, ...] | None


@dataclass(frozen=True, slots=True)
class ArticleText:
    """The texts of a page in which it says something; on one line each, their white space collapsed."""

    title: str
    summary: str | None
    image_caption: str | None
    takeaways: tuple[Takeaway, ...]
    analysis: Analysis | None
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document(ArticleText):
    """One page, read."""

    source: SourceFile
    byline: Byline | None
    related: tuple[RelatedTitle, ...]
    lines: Lines
    warnings: tuple[ParseWarning, ...]


class Rejection(Exception):  # noqa: N818 -- an outcome beside "created" and "unchanged", not a fault of ours
    """The bytes are not a document; `line` counts from 1, `byte` is an offset from 0."""

    def __init__(self, message: str, *, line: int | None = None, byte: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.byte = byte

    @property
    def place(self) -> str | None:
        """`line 12`, `byte 17` or None."""
        if self.line is not None:
            return f"line {self.line}"
        return None if self.byte is None else f"byte {self.byte}"


def document_to_json(document: Document) -> dict[str, Any]:
    """The document as `flask seed parse` prints it."""
    caption = document.image_caption
    return {
        "source": _record(document.source),
        "title": document.title,
        "summary": document.summary,
        "image": None if caption is None else {"caption": caption},
        "takeaways": _records(document.takeaways),
        "analysis": _record(document.analysis),
        "byline": _record(document.byline),
        "body": [{"paragraph": number, "text": text} for number, text in enumerate(document.body, 1)],
        "related": _records(document.related),
        "lines": _record(document.lines),
        "warnings": _records(document.warnings),
    }


def _records(records: Sequence[Takeaway | RelatedTitle | ParseWarning]) -> list[dict[str, Any] | None]:
    return [_record(record) for record in records]


def _record(
    record: SourceFile | Takeaway | Analysis | Byline | RelatedTitle | ParseWarning | Lines | None,
) -> dict[str, Any] | None:
    if record is None:
        return None
    return {field.name: _lists(getattr(record, field.name)) for field in fields(record)}


def _lists(value: Any) -> Any:
    return [_lists(item) for item in value] if isinstance(value, tuple) else value
