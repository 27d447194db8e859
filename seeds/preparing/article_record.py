"""Convert a parsed document and its metadata to the content that the database stores."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson

from api.v1.article_content import article_content
from seeds.parsing.document import Analysis, ArticleText, Document, Takeaway
from seeds.parsing.files import SubmittedDocument

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class ArticleRecord:
    """The content of an article, made from its document or read from the database.

    Attributes:
        key: Identifies the document across loads.
        content: The fields of the article, as `api.v1.article_content` returns them.
        published_at: When the article was published, or None.
    """

    key: str
    content: dict[str, Any]
    published_at: datetime | None

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what `pickle` stores: the content as JSON, which is faster than pickling its values."""
        return _load_record, (self.key, orjson.dumps(self.content), self.published_at)

    @cached_property
    def digest(self) -> bytes:
        """The SHA-256 of `content`. If a document has a different digest, its article gets a new revision."""
        return hashlib.sha256(orjson.dumps(self.content)).digest()

    def with_slug(self, slug: str) -> "ArticleRecord":
        """Return the same content with the slug `slug`, or this record if it has this slug."""
        if slug == self.content["slug"]:
            return self
        return ArticleRecord(self.key, self.content | {"slug": slug}, self.published_at)

    @property
    def takeaways(self) -> list[str]:
        """The texts of the takeaways (key points), in order."""
        return [takeaway["text"] for takeaway in self.content["takeaways"]]

    @property
    def related(self) -> list[tuple[str, str | None]]:
        """The titles in the list of related articles, each with its printed date or None."""
        return [(link["title"], link["date"]) for link in self.content["related"]]

    @property
    def article_text(self) -> ArticleText:
        """The texts of the article, for finding entities and computing links."""
        content, analysis = self.content, self.content["analysis"]
        return ArticleText(
            content["title"],
            content["summary"],
            content["image"] and content["image"]["caption"],
            tuple(Takeaway(position, text) for position, text in enumerate(self.takeaways, 1)),
            analysis and Analysis(analysis["desk"], analysis["heading"], tuple(analysis["paragraphs"])),
            tuple(paragraph["text"] for paragraph in content["body"]),
        )


def _load_record(key: str, content: bytes, published_at: datetime | None) -> ArticleRecord:
    return ArticleRecord(key, orjson.loads(content), published_at)


def make_record(submission: SubmittedDocument, slug: str) -> ArticleRecord:
    """Convert `submission`, a parsed document with metadata, to the content that the database stores.

    `slug` is the slug of the article.
    """
    document, metadata = submission.document, submission.metadata
    byline, analysis = document.byline, document.analysis
    values = {
        "slug": slug,
        "title": document.title,
        "summary": document.summary,
        "language": metadata.language or DEFAULT_LANGUAGE,
        "author": byline and byline.author,
        "role": byline and byline.role,
        "publication": byline and byline.publication,
        "image_caption": document.image_caption,
        "image_url": metadata.image_url,
        "published_at": metadata.published_at,
        "body": list(document.body),
        "analysis": analysis and asdict(analysis) | {"paragraphs": list(analysis.paragraphs)},
        "word_count": _word_count(document),
        "source_name": document.source.name,
        "source_sha256": document.source.sha256,
        "source_bytes": document.source.bytes,
    }
    takeaways = [takeaway.text for takeaway in document.takeaways]
    related = [(link.title, link.date) for link in document.related]
    return ArticleRecord(submission.key, article_content(values, takeaways, related), metadata.published_at)


def _word_count(document: Document) -> int:
    analysis = document.analysis.paragraphs if document.analysis else ()
    return sum(len(text.split()) for text in (*document.body, *analysis))
