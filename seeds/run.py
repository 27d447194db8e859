"""The steps of `flask seed load`: store each document, then remove the articles whose documents are gone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import groupby
from pathlib import Path
from sys import intern
from typing import NamedTuple

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from api.models import CORPUS_REVISION, CREATED
from api.resources.fields import rfc3339
from seeds.console import confirm, print_message, progress
from seeds.escaping import printable
from seeds.linking.vector_cache import VectorCache
from seeds.parsing.document import LoadWarning, Rejection
from seeds.parsing.files import RejectedDocument, real_path
from seeds.parsing.folders import FoundFiles
from seeds.parsing.formats.registry import find_format
from seeds.preparing.preparation import FileDocument, Preparation
from seeds.preparing.prepared_article import ReadDocument
from seeds.pruning import FolderArticle, SeenDocuments, compare_folder
from seeds.report import Report
from seeds.stories.key_points import KeyPointChooser
from seeds.storing.article_batches import load_batch
from seeds.storing.history import UNCHANGED, Outcome
from seeds.storing.removal import remove
from seeds.storing.transactions import Transaction

# The class of errors of PostgreSQL for values that exceed a limit.
LIMIT_EXCEEDED = "54"
MAX_BATCH_DOCUMENTS = 100
MAX_BATCH_BYTES = 16 << 20


class BatchEntry(NamedTuple):
    """A document of a batch.

    Attributes:
        path: The file of the document.
        read: The document as it was read, or its rejection.
    """

    path: Path
    read: ReadDocument | RejectedDocument


class Run:
    """One run of `flask seed load`. It prints warnings and rejections, and adds each outcome to a report.

    Args:
        begin: Opens a write transaction.
        report: Receives the outcome of each document.
        strict: Reject documents that have warnings.
        admit_erased: Load documents whose articles were erased.
        latest_date: Warn about documents published after this time, unless it is None.
        is_pruning: True to keep the names of the files for a later call of `prune`.
    """

    def __init__(
        self,
        begin: Transaction,
        report: Report,
        *,
        strict: bool,
        admit_erased: bool,
        latest_date: datetime | None = None,
        is_pruning: bool = False,
    ) -> None:
        self._begin, self._report = begin, report
        self._strict, self._admit_erased, self._is_pruning = strict, admit_erased, is_pruning
        self._latest_date = latest_date
        self._seen = SeenDocuments()
        self._vectors = VectorCache()
        self._key_points = KeyPointChooser()
        self._batch: list[BatchEntry] = []
        self._batch_bytes = 0

    def load(self, found: FoundFiles, preparation: Preparation) -> None:
        """Store the documents in `found`. If a document is rejected, the others are still stored.

        Args:
            found: The documents to store, and the files that are not read. The report names these files and
                the reasons.
            preparation: Reads the documents and prepares their articles.
        """
        for each in found.unread:
            print_message(f"{printable(str(each.path))}: not read: {each.reason}")
            self._report.add_unread(each.path.name, each.reason)
        files = groupby(preparation.read(map(Path, found.documents)), lambda each: each.path)
        for path, documents in progress(files, "Loading", len(found.documents)):
            self._add_documents(path, documents, preparation)
        self._store_batch(preparation)

    def finish(self) -> None:
        """Add the corpus revision to the report of this run. Call this after `load` and `prune`.

        The corpus revision is a number that increases with every change of the data.
        """
        with self._begin() as connection:
            self._report.corpus_revision = connection.scalars(CORPUS_REVISION).one()

    def _add_documents(self, path: Path, documents: Iterable[FileDocument], preparation: Preparation) -> None:
        """Add the documents of the file `path` to the batch, and store the batch whenever it is full."""
        # To save memory, all files of a folder share one string for its path.
        file = (intern(real_path(path.parent)), path.name)
        is_file_rejected = False
        for _, read in documents:
            if isinstance(read, ReadDocument):
                self._add(path, self._check(path, read))
            elif isinstance(read, RejectedDocument):
                # Other lines of a file with a document on each line can be accepted.
                is_file_rejected = not find_format(path.name).is_line
                if read.key is None:
                    self._seen.files_without_key.add(file)
                else:
                    self._seen.rejected_keys.add(read.key)
                self._add(path, read)
            if len(self._batch) >= MAX_BATCH_DOCUMENTS or self._batch_bytes >= MAX_BATCH_BYTES:
                self._store_batch(preparation)
        # If the key of a document in the file is unknown, the file can still contain any of its articles.
        if self._is_pruning and not is_file_rejected and file not in self._seen.files_without_key:
            self._seen.files.add(file)

    def _add(self, path: Path, read: ReadDocument | RejectedDocument) -> None:
        self._batch.append(BatchEntry(path, read))
        self._batch_bytes += len(read.data) if isinstance(read, ReadDocument) else 0

    def _check(self, path: Path, read: ReadDocument) -> ReadDocument | RejectedDocument:
        """Return the document `read` with warnings about its date, or reject the document.

        It is rejected if its key was read before, or if it has a warning and the run is strict. `path` is its
        file, for messages.
        """
        read = read._replace(warnings=(*read.warnings, *self._date_warnings(read)))
        key, warnings = read.record.key, read.warnings
        place = printable(str(path)) + (f" line {read.line}" if read.line else "")
        first = self._seen.places.setdefault(key, place)
        if first != place:
            message = f"has the same key as {first}; change one of the two keys"
            return RejectedDocument(Rejection(message, line=read.line), key, warnings)
        if self._strict and warnings:
            warning = warnings[0]
            message = f"{warning.section}: {warning.message} (--strict)"
            return RejectedDocument(Rejection(message, line=warning.line), key, warnings)
        return read

    def _date_warnings(self, read: ReadDocument) -> list[LoadWarning]:
        published_at = read.record.published_at
        if self._latest_date is None or published_at is None or published_at <= self._latest_date:
            return []
        message = f"{rfc3339(published_at)} in {read.date_source} is more than one day in the future"
        return [LoadWarning("published_at", read.line, message)]

    def _store_batch(self, preparation: Preparation) -> None:
        """Store the documents of the current batch in one transaction, and empty the batch.

        Then report for each document, in order, whether it was stored or rejected. `preparation` prepares the
        articles that are created or updated.
        """
        batch, self._batch, self._batch_bytes = self._batch, [], 0
        documents = [each.read for each in batch if isinstance(each.read, ReadDocument)]
        results = self._load(documents, preparation) if documents else []
        # If most documents are new, the next ones are derived as soon as they are read.
        if results:
            unchanged = sum(isinstance(each, Outcome) and each.kind == UNCHANGED for each in results)
            preparation.is_eager = unchanged * 2 < len(results)
        remaining = iter(results)
        for path, read in batch:
            if isinstance(read, RejectedDocument):
                self._reject(path, read)
            else:
                self._report_result(path, read, next(remaining))

    def _load(self, documents: Sequence[ReadDocument], preparation: Preparation) -> list[Outcome | Rejection]:
        """Store `documents` in one transaction, and return the result for each of them.

        A document that the database refuses is rejected, and the others are stored. `preparation` prepares
        the articles.
        """
        try:
            with self._begin() as connection:
                return load_batch(
                    connection,
                    documents,
                    preparation.prepare,
                    self._vectors,
                    self._key_points,
                    admit_erased=self._admit_erased,
                )
        except StatementError as error:
            self._vectors.clear()
            if not is_refusal(error):
                raise
            if len(documents) == 1:
                reason = str(error.orig).strip().partition("\n")[0]
                return [Rejection(f"the database refuses it: {printable(reason)}")]
        return [result for each in documents for result in self._load([each], preparation)]

    def _report_result(self, path: Path, read: ReadDocument, result: Outcome | Rejection) -> None:
        key, warnings = read.record.key, read.warnings
        for warning in warnings:
            place = f"line {warning.line}: " if warning.line else ""
            message = f"warning: {warning.section}: {warning.message}"
            print_message(f"{printable(str(path))}: {place}{message}")
        if isinstance(result, Rejection):
            # The result of storing does not name the line of a document that is a line of its file.
            result.line = result.line or read.line
            self._reject(path, RejectedDocument(result, key, warnings))
            return
        if self._is_pruning and result.kind == CREATED:
            self._seen.created_keys.add(key)
        self._report.add_outcome(path.name, key, result, warnings)

    def _reject(self, path: Path, rejected: RejectedDocument) -> None:
        print_message(format_rejection(path, rejected.rejection))
        self._report.add_rejection(path.name, rejected.key, rejected.rejection, rejected.warnings)

    def prune(self, folders: Sequence[Path], *, ask: bool, force: bool) -> bool:
        """Remove the articles that were loaded from `folders` and whose documents are gone.

        Args:
            folders: The folders that this run has loaded.
            ask: True to ask for confirmation.
            force: True to remove most articles of a folder, or articles whose document may be a rejected
                file.

        Returns:
            False if articles were kept because `force` is missing or nobody answered. Otherwise True, even if
            the answer was no.
        """
        distinct = {real_path(folder): folder for folder in folders}
        refused = [folder for folder in distinct.values() if not self._prune(folder, ask=ask, force=force)]
        return not refused

    def _prune(self, folder: Path, *, ask: bool, force: bool) -> bool:
        name = printable(str(folder))
        with self._begin() as connection:
            comparison = compare_folder(connection, folder, self._seen)
        for article in comparison.gone:
            place = f"{name}/{printable(article.source_name)}"
            print_message(f"{place}: the document of article {article.slug} is gone")
        amount = f"{len(comparison.gone)} of the {comparison.size} articles of {name}"
        if comparison.objection and not force:
            print_message(f"not removed: {amount}{comparison.objection}")
            return False
        agreed = confirm(f"Remove {amount}?") if comparison.gone and ask else True
        if agreed is None:
            print_message(f"not removed: {amount}; the question was not answered; use --yes to skip it")
            return False
        for article in progress(comparison.gone if agreed else [], "Removing"):
            self._remove(article)
        return True

    def _remove(self, article: FolderArticle) -> None:
        with self._begin() as connection:
            outcome = remove(connection, article.id, self._key_points)
        self._report.add_outcome(article.source_name, article.key, outcome)


def is_refusal(error: StatementError) -> bool:
    """Return True if `error` means that the database or its driver refused the values of a document.

    Other documents can then still be stored. Return False for an error of the database itself, such as a full
    disk.
    """
    if not isinstance(error, DBAPIError) or isinstance(error, DataError | IntegrityError):
        return True
    # A value of PostgreSQL that exceeds a limit, such as the size of an entry of an index.
    return str(getattr(error.orig, "sqlstate", "")).startswith(LIMIT_EXCEEDED)


def format_rejection(path: Path, rejection: Rejection) -> str:
    """Return a message about a rejected document: `a.txt: line 3: rejected: the file is HTML`.

    `path` is the file of the document, and `rejection` has the line and the reason.
    """
    place = f"{rejection.place}: " if rejection.place else ""
    return f"{printable(str(path))}: {place}rejected: {rejection.message}"
