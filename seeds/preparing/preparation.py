"""Read documents and prepare their articles in several processes, before the articles are stored.

Preparing an article means deriving its entities and other data from its texts.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from api.models import MAX_TAKEAWAYS
from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.lexicon import load_lexicon
from seeds.extraction.mentions import EntityMatcher
from seeds.extraction.spacy_recognizer import load_recognizer
from seeds.identifiers import article_id, make_slug
from seeds.parsing.document import Rejection
from seeds.parsing.files import (
    RejectedDocument,
    SubmittedDocument,
    UnparsedLine,
    read_file,
    read_line,
    read_lines,
)
from seeds.parsing.formats.registry import find_format
from seeds.preparing.article_record import make_record
from seeds.preparing.prepared_article import PreparedArticle, ReadDocument, prepare_article
from seeds.preparing.worker_pool import WorkerPool


class FileDocument(NamedTuple):
    """A document that was read from a file, or the end of the file.

    Attributes:
        path: The path of the file.
        read: The document, or its rejection. None means that the file has no further documents.
    """

    path: Path
    read: ReadDocument | RejectedDocument | None


class _Task(NamedTuple):
    path: Path
    source: Path | UnparsedLine | RejectedDocument | None
    max_bytes: int
    is_prepared: bool


class Preparation:
    """Reads documents and prepares their articles (derives entities and other data), in several processes.

    Args:
        pool: The processes, each with an `EntityMatcher`.
        max_bytes: The size of the largest accepted document.
        is_eager: True if `read` also prepares the articles. This is faster if most documents are new.
    """

    def __init__(self, pool: WorkerPool[EntityMatcher], max_bytes: int, *, is_eager: bool) -> None:
        self._pool, self._max_bytes = pool, max_bytes
        self.is_eager = is_eager

    def read(self, paths: Iterable[Path]) -> Iterator[FileDocument]:
        """Yield the documents in the files at `paths`, in order.

        A file has one document, or one in each line. After the documents of each file, yield an item whose
        `read` is None.
        """
        return self._pool.map(_read, self._tasks(paths))

    def prepare(self, documents: Sequence[ReadDocument]) -> list[PreparedArticle]:
        """Prepare the article of each document: derive its entities and other data.

        Return the prepared articles in the order of `documents`.
        """
        return list(self._pool.map(_prepare, documents))

    def _tasks(self, paths: Iterable[Path]) -> Iterator[_Task]:
        for path in paths:
            for source in self._sources(path):
                yield _Task(path, source, self._max_bytes, self.is_eager)

    def _sources(self, path: Path) -> Iterator[Path | UnparsedLine | RejectedDocument | None]:
        if find_format(path.name).is_line:
            yield from read_lines(path, self._max_bytes)
        else:
            yield path
        yield None


def matcher_pool(jobs: int, catalogue: Sequence[EntityRecord], spacy_model: str) -> WorkerPool[EntityMatcher]:
    """Return a pool of `jobs` processes that find the names of entities in articles.

    `catalogue` contains the known entities. Rules find other names, and so does the spaCy pipeline
    `spacy_model` unless it is an empty text.
    """
    return WorkerPool(jobs, make_matcher, (catalogue, spacy_model))


def make_matcher(catalogue: Sequence[EntityRecord], spacy_model: str) -> EntityMatcher:
    return EntityMatcher(catalogue, load_lexicon(), load_recognizer(spacy_model))


def _read(matcher: EntityMatcher, task: _Task) -> FileDocument:
    source = task.source
    if source is None or isinstance(source, RejectedDocument):
        return FileDocument(task.path, source)
    if isinstance(source, UnparsedLine):
        read = read_line(source, task.max_bytes)
    else:
        read = read_file(source, task.max_bytes)
    if isinstance(read, RejectedDocument):
        return FileDocument(task.path, read)
    document = convert(read)
    if len(document.record.takeaways) > MAX_TAKEAWAYS:
        reason = f"the document has more than {MAX_TAKEAWAYS} takeaways"
        return FileDocument(
            task.path, RejectedDocument(Rejection(reason, line=read.line), read.key, document.warnings)
        )
    if task.is_prepared:
        document = document._replace(article=_prepare(matcher, document))
    return FileDocument(task.path, document)


def convert(submission: SubmittedDocument) -> ReadDocument:
    """Make a `ReadDocument` from `submission`, a parsed document with its metadata.

    The result has the content of the article, but no derived data such as entities. A missing slug is made
    from the title.
    """
    requested, key = submission.metadata.slug, submission.key
    slug = requested or make_slug(submission.document.title, f"article-{article_id(key).hex[:8]}")
    return ReadDocument(
        make_record(submission, slug),
        submission.data,
        submission.folder,
        submission.line,
        submission.find_source("published_at"),
        submission.document.warnings,
        slug_source=submission.find_source("slug") if requested else None,
    )


def _prepare(matcher: EntityMatcher, document: ReadDocument) -> PreparedArticle:
    return prepare_article(document.record, document.data, matcher)
