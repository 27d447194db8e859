"""Convert the fields of a brief, from front matter or JSON, to a `Document`.

`docs/brief.schema.json` describes the fields. Messages name the line and the path of a wrong value.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeVar

from seeds.escaping import printable
from seeds.parsing.document import (
    MAX_TITLE_LENGTH,
    TITLE_RULE,
    Analysis,
    Byline,
    Document,
    FieldLines,
    Rejection,
    RelatedTitle,
    SourceFile,
    Span,
    Takeaway,
)
from seeds.parsing.formats.nodes import Node, check_keys, shown
from seeds.parsing.formats.plain_text import PlainTexts
from seeds.parsing.metadata import Metadata
from seeds.parsing.sidecar import MAX_URL_LENGTH, READERS

Value = TypeVar("Value")

METADATA_FIELDS = ("url", "key", "published_at", "language", "image_url", "slug")
BYLINE_FIELDS = ("author", "role", "publication")
TEXT_FIELDS = ("title", "summary", "image_caption", *BYLINE_FIELDS)
FIELDS = (*TEXT_FIELDS, "takeaways", "analysis", "related", *METADATA_FIELDS)
ANALYSIS_FIELDS = ("desk", "heading", "paragraphs")
RELATED_FIELDS = ("title", "date")
# Names that other formats use, which are too different from ours to be recognized as misspellings.
SYNONYMS = {
    **{"date": "published_at", "datePublished": "published_at", "published": "published_at"},
    **{"headline": "title", "description": "summary", "abstract": "summary", "standfirst": "summary"},
    **{"byline": "author", "creator": "author", "publisher": "publication", "source": "publication"},
    **{"lang": "language", "locale": "language", "image": "image_url", "caption": "image_caption"},
    **{"link": "url", "canonical_url": "url", "permalink": "url", "id": "key", "guid": "key"},
    **{"highlights": "takeaways", "key_points": "takeaways", "key_takeaways": "takeaways"},
    **{"text": "body", "content": "body", "paragraphs": "body"},
}


class Paragraph(NamedTuple):
    """A paragraph of the body of an article.

    Attributes:
        text: The text on one line.
        span: The numbers of its first and its last line in the file.
    """

    text: str
    span: Span


def check_fields(root: Node, allowed: Sequence[str]) -> dict[str, Node]:
    """Return the fields of the object `root` that are not null.

    Raises:
        Rejection: If `root` is not an object, or has a field that is not in `allowed`.
    """
    fields = check_keys(root, allowed, "a brief", SYNONYMS)
    return {name: node for name, node in fields.items() if node.value is not None}


def make_document(fields: dict[str, Node], body: Sequence[Paragraph], source: SourceFile) -> Document:
    """Return the document of a brief with the fields `fields` and the paragraphs `body`.

    Args:
        fields: The fields that the brief has, by name (one of `FIELDS`), without the body.
        source: The file of the document.

    Raises:
        Rejection: If a field is invalid, or the title or body is missing. The rejection has the brief's
            metadata if it is valid.
    """
    metadata = read_metadata(fields)
    try:
        return _Brief(fields).document(body, source, metadata)
    except Rejection as rejection:
        rejection.metadata = metadata
        raise


def read_metadata(fields: dict[str, Node]) -> Metadata:
    """Return the metadata of a brief: the values of those `fields` that are in `METADATA_FIELDS`.

    Raises:
        Rejection: If a value is invalid. The message names the place and the expected value.
    """
    readers: dict[str, Callable[[str], object]] = {**READERS, "key": read_key}
    found: dict[str, object] = {}
    for name in METADATA_FIELDS:
        node = fields.get(name)
        if node is None:
            continue
        try:
            found[name] = readers[name](_text_of(node))
        except ValueError as error:
            raise node.rejection(f"{error}; the value is {shown(node)}") from None
    return Metadata(**found)  # type: ignore[arg-type]  # The readers return the type of each field.


def read_key(text: str) -> str:
    """Return `text` if it can be the key of a document.

    Raises:
        ValueError: If `text` is empty, too long or unprintable. The message begins with `must be`, for use
            after the name of the field.
    """
    if not text.strip() or len(text.encode()) > MAX_URL_LENGTH or printable(text) != text:
        raise ValueError(f"must be printable text of at most {MAX_URL_LENGTH} bytes")
    return text


def _text_of(node: Node) -> str:
    if not isinstance(node.value, str):
        raise node.rejection(f"must be text, not {shown(node)}")
    return node.value


def _items_of(node: Node, what: str) -> list[Node]:
    if not isinstance(node.value, list):
        raise node.rejection(f"must be a list of {what}, not {shown(node)}")
    return node.value


class _Brief:
    """Converts the fields of a brief to a `Document`, and collects warnings about unusual characters.

    `fields` are the fields by name, without the body.
    """

    def __init__(self, fields: dict[str, Node]) -> None:
        self._fields = fields
        self._texts = PlainTexts()

    def document(self, body: Sequence[Paragraph], source: SourceFile, metadata: Metadata) -> Document:
        if "title" not in self._fields:
            raise Rejection("the brief has no title; expected the key 'title'", line=1)
        title = self._optional_text("title", "title")
        if title is None or len(title) > MAX_TITLE_LENGTH:
            raise self._fields["title"].rejection(f"must be {TITLE_RULE}")
        takeaways = [self._required_text(node, "takeaways") for node in self._items("takeaways", "texts")]
        analysis, related = self._analysis(), self._related()
        kept = [(self._texts.add(each.text, "body", each.span[0]), each.span) for each in body]
        paragraphs = [(text, span) for text, span in kept if text]
        if not paragraphs:
            line = body[-1].span[1] if body else source_end(self._fields)
            raise Rejection("the brief has no body; expected at least one paragraph", line=line)
        byline = [self._optional_text(name, "byline") for name in BYLINE_FIELDS]
        summary, caption = (
            self._optional_text("summary", "summary"),
            self._optional_text("image_caption", "image"),
        )
        lines = self._lines(tuple(span for _, span in paragraphs))
        return Document(
            source=source,
            title=title,
            summary=summary,
            image_caption=caption,
            takeaways=tuple(Takeaway(position, text) for position, text in enumerate(takeaways, 1)),
            analysis=analysis,
            byline=Byline(*byline) if any(byline) else None,
            body=tuple(text for text, _ in paragraphs),
            related=related,
            lines=lines,
            warnings=tuple(self._texts.warnings()),
            metadata=metadata,
        )

    def _optional_text(self, name: str, section: str) -> str | None:
        node = self._fields.get(name)
        return (self._texts.add(_text_of(node), section, node.span[0]) or None) if node else None

    def _required_text(self, node: Node, section: str) -> str:
        text = self._texts.add(_text_of(node), section, node.span[0])
        if not text:
            raise node.rejection("must have a visible character")
        return text

    def _items(self, name: str, what: str) -> list[Node]:
        node = self._fields.get(name)
        return _items_of(node, what) if node else []

    def _analysis(self) -> Analysis | None:
        node = self._fields.get("analysis")
        if node is None:
            return None
        parts = check_fields(node, ANALYSIS_FIELDS)
        paragraphs = _items_of(parts["paragraphs"], "texts") if "paragraphs" in parts else []
        if not paragraphs:
            raise node.rejection("must have the key 'paragraphs' with at least one text")
        desk, heading = (
            self._required_text(parts[name], "analysis") if name in parts else None
            for name in ("desk", "heading")
        )
        return Analysis(desk, heading, tuple(self._required_text(each, "analysis") for each in paragraphs))

    def _related(self) -> tuple[RelatedTitle, ...]:
        return tuple(
            map(self._related_title, self._items("related", "titles, or of objects with a title and a date"))
        )

    def _related_title(self, node: Node) -> RelatedTitle:
        if not isinstance(node.value, dict):
            return RelatedTitle(self._required_text(node, "related"), None)
        parts = check_fields(node, RELATED_FIELDS)
        if "title" not in parts:
            raise node.rejection("must have the key 'title'")
        date = self._required_text(parts["date"], "related") if "date" in parts else None
        return RelatedTitle(self._required_text(parts["title"], "related"), date)

    def _lines(self, body: tuple[Span, ...]) -> FieldLines:
        fields = self._fields
        return FieldLines(
            title=fields["title"].span,
            summary=_span(fields, ("summary",)),
            image=_span(fields, ("image_caption",)),
            takeaways=tuple(node.span for node in self._items("takeaways", "texts")) or None,
            analysis=_span(fields, ("analysis",)),
            byline=_span(fields, BYLINE_FIELDS),
            body=body,
            related=tuple(node.span for node in self._items("related", "titles")) or None,
        )


def _span(fields: dict[str, Node], names: Iterable[str]) -> Span | None:
    spans = [fields[name].span for name in names if name in fields]
    return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None


def source_end(fields: dict[str, Node]) -> int:
    """Return the number of the last line of the file that belongs to one of `fields`.

    Return 1 if there are no fields.
    """
    return max((node.span[1] for node in fields.values()), default=1)
