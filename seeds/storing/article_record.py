"""Convert a parsed document and its sidecar (a YAML file with metadata) to the values of the database."""

import hashlib
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import orjson

from api.models import published_keys
from api.v1.article_content import article_content
from seeds.identifiers import title_digest
from seeds.parsing.document import Analysis, ArticleText, Document, Takeaway
from seeds.parsing.files import SubmittedDocument

DEFAULT_LANGUAGE = "en"


@dataclass(frozen=True)
class ArticleRecord:
    """The content of an article in the form in which the database stores it.

    `columns` has the values of the row of the article, by column. `takeaways` are the texts of its key
    points, and `related` the titles in its list of related articles, each with its printed date or None.
    """

    columns: dict[str, Any]
    takeaways: list[str]
    related: list[tuple[str, str | None]]

    @cached_property
    def content(self) -> dict[str, Any]:
        """The fields of the article that come from its document and metadata file, as the API serves them."""
        return article_content(self.columns, self.takeaways, self.related)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of `content`. If a document has a different digest, its article gets a new revision."""
        return hashlib.sha256(orjson.dumps(self.content)).hexdigest()

    @property
    def article_text(self) -> ArticleText:
        """The texts of the article in which entities are found and from which links are computed."""
        columns, analysis = self.columns, self.columns["analysis"]
        return ArticleText(
            columns["title"],
            columns["summary"],
            columns["image_caption"],
            tuple(Takeaway(position, text) for position, text in enumerate(self.takeaways, 1)),
            analysis and Analysis(analysis["desk"], analysis["heading"], tuple(analysis["paragraphs"])),
            tuple(columns["body"]),
        )


def make_record(submission: SubmittedDocument, slug: str) -> ArticleRecord:
    """Convert `submission`, a parsed document with metadata, to the values that the database stores.

    `slug` is the slug of the article.
    """
    document, metadata = submission.document, submission.metadata
    byline, analysis = document.byline, document.analysis
    columns = {
        "key": submission.key,
        "slug": slug,
        "title": document.title,
        "title_digest": title_digest(document.title),
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
    } | published_keys(metadata.published_at)
    return ArticleRecord(
        columns,
        [takeaway.text for takeaway in document.takeaways],
        [(link.title, link.date) for link in document.related],
    )


def _word_count(document: Document) -> int:
    analysis = document.analysis.paragraphs if document.analysis else ()
    return sum(len(text.split()) for text in (*document.body, *analysis))
