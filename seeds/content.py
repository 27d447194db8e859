"""What a seeding makes of a submission: every stored value of an article, before any database is asked."""

import hashlib
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import orjson

from api.models import published_keys
from seeds.document import Document
from seeds.entities import FoundEntity, Matcher, find_entities, sections
from seeds.evidence import find_evidence
from seeds.features import features
from seeds.files import Submission
from seeds.identity import title_digest
from seeds.vectors import Vector, make_vector


@dataclass(frozen=True)
class Content:
    """All that a seeding makes of an article: the columns of its row, and the rows of its parts."""

    columns: dict[str, Any]
    takeaways: list[str]
    entities: list[FoundEntity]
    related: list[tuple[str, str | None]]
    evidence: list[list[dict[str, Any]]]
    features: dict[str, float]

    @cached_property
    def vector(self) -> Vector:
        """What the article is about, as it is stored and compared."""
        return make_vector(self.features)

    def digest(self) -> str:
        """Give the SHA-256 that tells whether anything differs from what is stored."""
        found = [
            (found.entity.id, found.own_name, found.own_type, found.salience, found.mentions)
            for found in self.entities
        ]
        whole = [self.columns, self.takeaways, found, self.related, self.evidence, self.features]
        return hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()


def make_content(submission: Submission, slug: str, matcher: Matcher) -> Content:
    """Make the content of `submission` under `slug`, its entities found by `matcher`."""
    document, sidecar = submission.document, submission.sidecar
    byline, analysis = document.byline, document.analysis
    columns = {
        "key": submission.key,
        "slug": slug,
        "title": document.title,
        "title_digest": title_digest(document.title),
        "summary": document.summary,
        "language": sidecar.language,
        "author": byline and byline.author,
        "role": byline and byline.role,
        "publication": byline and byline.publication,
        "image_caption": document.image_caption,
        "image_url": sidecar.image_url,
        "published_at": sidecar.published_at,
        "body": list(document.body),
        "analysis": analysis and asdict(analysis),
        "word_count": _word_count(document),
        "source_name": document.source.name,
        "source_sha256": document.source.sha256,
        "source_bytes": document.source.bytes,
    } | published_keys(sidecar.published_at)
    entities = find_entities(document, matcher)
    return Content(
        columns,
        [takeaway.text for takeaway in document.takeaways],
        entities,
        [(link.title, link.date) for link in document.related],
        find_evidence(document, entities),
        features(sections(document), entities),
    )


def _word_count(document: Document) -> int:
    analysis = document.analysis.paragraphs if document.analysis else ()
    return sum(len(text.split()) for text in (*document.body, *analysis))
