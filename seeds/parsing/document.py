"""The parsed form of a document, such as an article page in a text file, and the faults found in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from seeds.parsing.metadata import Metadata

# Indexes and cursors contain the title, and their size is limited.
MAX_TITLE_LENGTH = 500
# The rule of a title, for messages.
TITLE_RULE = f"text of 1 to {MAX_TITLE_LENGTH} characters, at least one of them visible"

Span = tuple[int, int]
"""The first and the last line of a part of a document, as line numbers from 1."""


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file of a document.

    Attributes:
        name: The name of the file.
        sha256: The SHA-256 of its bytes, in hexadecimal.
        bytes: Its size in bytes.
    """

    name: str
    sha256: str
    bytes: int


@dataclass(frozen=True, slots=True)
class Takeaway:
    """One key point from the list of takeaways of an article.

    Attributes:
        position: The number of the takeaway in the list, from 1.
        text: The text, without the number.
    """

    position: int
    text: str


@dataclass(frozen=True, slots=True)
class Analysis:
    """The editor's analysis, a section of an article page.

    Attributes:
        desk: The heading of the section as printed ("Editor's Desk").
        heading: The title of the analysis, below the heading of the section.
    """

    desk: str | None
    heading: str | None
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Byline:
    """The signature of an article as printed: its author, the role of the author, and the publication.

    A missing part is None, but at least one part is present.
    """

    author: str | None
    role: str | None
    publication: str | None


@dataclass(frozen=True, slots=True)
class RelatedTitle:
    """An entry in the list of related articles on a page.

    Attributes:
        title: The title of the related article.
        date: The date that is printed below the title, or None if there is no date.
    """

    title: str
    date: str | None


@dataclass(frozen=True, slots=True)
class LoadWarning:
    """A problem of a document that does not prevent the document from being stored.

    Attributes:
        section: The part of the document or its metadata that has the problem, such as `title`.
        line: The number of the line, from 1, if it is known.
        message: The problem, for the operator.
    """

    section: str
    line: int | None
    message: str


@dataclass(frozen=True, slots=True)
class ParseWarning(LoadWarning):
    """A warning of the parser. Its line number is always known.

    `section` is the name of a field of `FieldLines`, or `page` for a line outside all fields.
    """

    line: int


@dataclass(frozen=True, slots=True)
class FieldLines:
    """Where each field of a parsed document is in its file.

    Each attribute is the first and the last line, from 1. Takeaways, body and related articles have such a
    pair for each item. A missing field is None. Two fields can overlap.
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
    """The texts of an article that are searched for entities. Each text is one line with single spaces.

    Attributes:
        takeaways: The takeaways (key points), in order.
        analysis: The editor's analysis.
        body: The paragraphs of the article.
    """

    title: str
    summary: str | None
    image_caption: str | None
    takeaways: tuple[Takeaway, ...]
    analysis: Analysis | None
    body: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Document(ArticleText):
    """A parsed document, such as an article page in a text file.

    Attributes:
        source: The file of the document.
        byline: The signature of the article.
        related: The entries of the list of related articles.
        lines: Where each field is in the file.
        metadata: The metadata that the document itself gives. An article page gives none.
    """

    source: SourceFile
    byline: Byline | None
    related: tuple[RelatedTitle, ...]
    lines: FieldLines
    warnings: tuple[ParseWarning, ...]
    metadata: Metadata = field(default_factory=Metadata)


class Rejection(Exception):  # noqa: N818 -- an outcome of a load like "created", not an error of the program
    """The exception for a document that cannot be stored.

    Attributes:
        message: The reason, on one line.
        line: The number of the line with the fault, from 1, or None.
        byte: For a file that is not text, the offset of the first invalid byte, from 0. For a file that is
            too large, the limit in bytes.
        metadata: The metadata of the document, if it could be read.
    """

    def __init__(self, message: str, *, line: int | None = None, byte: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.byte = byte
        self.metadata: Metadata | None = None

    @property
    def place(self) -> str | None:
        """Where the fault is in the file, such as `line 12` or `byte 17`, or None if that is unknown."""
        if self.line is not None:
            return f"line {self.line}"
        return None if self.byte is None else f"byte {self.byte}"


def document_to_json(document: Document) -> dict[str, Any]:
    """Return `document` as a dictionary of JSON values, in the form that `flask seed parse` prints."""
    caption = document.image_caption
    return {
        "source": _record_to_json(document.source),
        "title": document.title,
        "summary": document.summary,
        "image": None if caption is None else {"caption": caption},
        "takeaways": _records_to_json(document.takeaways),
        "analysis": _record_to_json(document.analysis),
        "byline": _record_to_json(document.byline),
        "body": [{"paragraph": number, "text": text} for number, text in enumerate(document.body, 1)],
        "related": _records_to_json(document.related),
        "metadata": _record_to_json(document.metadata),
        "lines": _record_to_json(document.lines),
        "warnings": _records_to_json(document.warnings),
    }


def _records_to_json(
    records: Sequence[Takeaway | RelatedTitle | ParseWarning],
) -> list[dict[str, Any] | None]:
    return [_record_to_json(record) for record in records]


def _record_to_json(
    record: SourceFile
    | Takeaway
    | Analysis
    | Byline
    | RelatedTitle
    | ParseWarning
    | FieldLines
    | Metadata
    | None,
) -> dict[str, Any] | None:
    if record is None:
        return None
    return {field.name: _value_to_json(getattr(record, field.name)) for field in fields(record)}


def _value_to_json(value: Any) -> Any:
    return [_value_to_json(item) for item in value] if isinstance(value, tuple) else value
