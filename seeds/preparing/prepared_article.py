"""Prepare an article for the database, without using the database.

This is most of the work of loading a document, so several processes can do it for different documents.
"""

import zlib
from collections.abc import Iterable
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from api.database.column_types import Compressed
from api.v1.article_content import pack_content
from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.mentions import EntityMatcher, Mention
from seeds.linking.feature_vectors import FeatureVector
from seeds.parsing.document import LoadWarning
from seeds.preparing.article_record import ArticleRecord
from seeds.preparing.derivation import DerivedData, derive
from seeds.preparing.search_terms import SearchTerms, search_terms


class PreparedEntity(NamedTuple):
    """An entity that an article mentions.

    Attributes:
        id: The id of the entity.
        record: Its name and type.
        mention_count: The number of its mentions in the article.
        salience: Its importance in the article, from 0 to 1.
    """

    id: UUID
    record: EntityRecord
    mention_count: int
    salience: float

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what `pickle` stores: bytes and a tuple, since a UUID and a record are slower to pickle."""
        return _load_entity, (self.id.bytes, tuple(self.record), self.mention_count, self.salience)

    @property
    def own_name(self) -> str | None:
        """The name that this article uses for the entity, or None for an entity of the catalogue.

        An entity of the catalogue (the file of known entities) has the same name in all articles.
        """
        return self.record.own_name

    @property
    def own_type(self) -> str | None:
        """The type that this article suggests for the entity, or None for an entity of the catalogue.

        An entity of the catalogue (the file of known entities) has the same type in all articles.
        """
        return self.record.own_type


def _load_entity(
    identity: bytes, record: tuple[Any, ...], mention_count: int, salience: float
) -> PreparedEntity:
    return PreparedEntity(UUID(bytes=identity), EntityRecord(*record), mention_count, salience)


class PreparedData(NamedTuple):
    """Data derived from the texts of an article, in the form in which the database stores it.

    Attributes:
        entities: The entities that the article mentions, the most salient first.
        mentions: The value of the column `article_mentions.mentions`.
        takeaway_entities: Pairs: the position of a takeaway (key point), from 1, and an index in `entities`.
        evidence: The paragraphs that support each takeaway, as `find_evidence` returns them.
        vector: The weighted words and entities, for finding similar articles.
        digest: The SHA-256 of the derived data.
    """

    entities: list[PreparedEntity]
    mentions: Compressed
    takeaway_entities: list[tuple[int, int]]
    evidence: list[list[dict[str, Any]]]
    vector: FeatureVector
    digest: bytes

    @property
    def mention_texts(self) -> list[list[str]]:
        """For each item of `entities`, the texts of its mentions, as the article writes them."""
        return [[each[-1] for each in several] for several in orjson.loads(zlib.decompress(self.mentions))]


class PackedContent(NamedTuple):
    """The content of an article in the form in which the database stores it.

    Attributes:
        slug: The slug in `content`. If this slug is taken, the content must be packed again.
        digest: The SHA-256 of the content.
        document: The bytes of the document, compressed.
        content: The content, compressed.
        terms: The search terms.
    """

    slug: str
    digest: bytes
    document: Compressed
    content: bytes
    terms: SearchTerms


class PreparedArticle(NamedTuple):
    """An article that can be stored.

    Attributes:
        content: The content, in the form that the database stores.
        data: The data derived from the content, in the form that the database stores.
    """

    content: PackedContent
    data: PreparedData


class ReadDocument(NamedTuple):
    """A document that was read from a file.

    Attributes:
        record: The content of the article in the document.
        data: The bytes of the document.
        folder: The real path of the folder with the file.
        line: The line number of the document, or None if the whole file is the document.
        date_source: Where the publication time is given, for messages, such as `the sidecar`.
        warnings: The warnings of the parser.
        slug_source: Where the slug is given, for messages. None if it was made from the title.
        article: The article in the form to be stored, or None if it is not prepared yet.
    """

    record: ArticleRecord
    data: bytes
    folder: str
    line: int | None
    date_source: str
    warnings: tuple[LoadWarning, ...]
    slug_source: str | None
    article: PreparedArticle | None = None


def prepare_article(record: ArticleRecord, document: bytes, matcher: EntityMatcher) -> PreparedArticle:
    """Derive the data of an article, and convert everything to the form that the database stores.

    Args:
        record: The content of the article.
        document: The bytes of its document.
        matcher: Finds the entities.
    """
    return PreparedArticle(pack_record(record, document), prepare_data(derive(record.article_text, matcher)))


def pack_record(record: ArticleRecord, document: bytes) -> PackedContent:
    """Return the content of an article, and its document, in the form that the database stores."""
    return PackedContent(
        record.content["slug"],
        record.digest,
        Compressed(zlib.compress(document)),
        pack_content(record.content, document),
        search_terms(record.content),
    )


def prepare_data(derived: DerivedData) -> PreparedData:
    """Convert `derived`, the data derived from an article, to the form that the database stores."""
    mentions = [found.mentions for found in derived.entities]
    return PreparedData(
        [
            PreparedEntity(each.id, each.entity, len(each.mentions), each.salience)
            for each in derived.entities
        ],
        compress_mentions(mentions),
        find_takeaway_entities(mentions),
        derived.evidence,
        derived.vector,
        derived.digest,
    )


def compress_mentions(mentions: Iterable[Iterable[Mention]]) -> Compressed:
    """Return the value of the column `article_mentions.mentions`, compressed.

    `mentions` has the mentions of each entity of the article.
    """
    values = [
        [[each.part, each.index, each.start, each.end, each.text] for each in several] for several in mentions
    ]
    return Compressed(zlib.compress(orjson.dumps(values)))


def find_takeaway_entities(mentions: Iterable[Iterable[Mention]]) -> list[tuple[int, int]]:
    """Return which entities each takeaway (key point) of an article mentions, as pairs.

    A pair is the position of a takeaway, from 1, and the index of an entity in `mentions`. `mentions` has the
    mentions of each entity.
    """
    pairs = {
        (mention.index or 0, at): None
        for at, several in enumerate(mentions)
        for mention in several
        if mention.part == "takeaways"
    }
    return [*pairs]
