"""Count the outcomes of a load, and write the outcome of each document to a JSON report.

`report.schema.json` describes the report. Until the end of the load, its entries are in a temporary file.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import orjson

from api.models import CREATED, REMOVED, UPDATED
from seeds.command_files import StreamError, open_output
from seeds.escaping import printable
from seeds.parsing.document import LoadWarning, Rejection
from seeds.storing.history import UNCHANGED, Outcome

REJECTED = "rejected"
OUTCOMES = (CREATED, UPDATED, UNCHANGED, REMOVED, REJECTED)


class Report:
    """The report of a load: an entry for each document, and the number of documents with each outcome.

    An outcome is created, updated, unchanged, removed or rejected.

    Args:
        entries: An empty temporary file for the entries, or None to count only.
    """

    def __init__(self, entries: IO[bytes] | None) -> None:
        self.counts: Counter[str] = Counter()
        self.corpus_revision = 0
        self.unread: list[dict[str, str]] = []
        self._entries = entries

    @property
    def summary(self) -> str:
        """The number of documents with each outcome as text, such as `24 created, 1 updated, …`."""
        return ", ".join(f"{self.counts[outcome]} {outcome}" for outcome in OUTCOMES)

    def add_outcome(
        self, name: str, key: str, outcome: Outcome, warnings: Sequence[LoadWarning] = ()
    ) -> None:
        """Add the outcome for a stored document or a removed article.

        Args:
            name: The file name of the document.
            key: Identifies the document across loads.
            outcome: The result of the load or removal.
        """
        article = {"id": outcome.identity, "slug": outcome.slug}
        result = {"article": article, "revision": outcome.revision, "changes": outcome.differences}
        self._add(name, key, outcome.kind, result | {"warnings": warnings, "error": None})

    def add_rejection(
        self, name: str, key: str | None, rejection: Rejection, warnings: Sequence[LoadWarning] = ()
    ) -> None:
        """Add a document that was rejected.

        Args:
            name: The file name of the document.
            key: The key that identifies the document across loads, or None if it is unknown.
            rejection: The reason.
            warnings: The warnings about the document.
        """
        # The report has no field for a byte offset, so the message contains the offset.
        place = f"{rejection.place}: " if rejection.byte is not None else ""
        error = {"line": rejection.line, "message": f"{place}{rejection.message}"}
        result: dict[str, Any] = {"article": None, "revision": None, "changes": {}}
        self._add(name, key, REJECTED, result | {"warnings": warnings, "error": error})

    def add_unread(self, name: str, reason: str) -> None:
        """Add a file of a folder that was not read as a document.

        `name` is the name of the file, and `reason` says why it was not read.
        """
        self.unread.append({"name": printable(name), "reason": reason})

    def _add(self, name: str, key: str | None, outcome: str, result: dict[str, Any]) -> None:
        self.counts[outcome] += 1
        if self._entries is not None:
            comma = b",\n" if self.counts.total() > 1 else b""
            entry = {"name": printable(name), "key": key, "outcome": outcome} | result
            self._entries.write(comma + orjson.dumps(entry))

    def write(self, file: IO[bytes]) -> None:
        """Write the complete report to `file` as JSON.

        Raises:
            ValueError: If the report was created with `entries=None`, so that it contains only numbers.
        """
        if self._entries is None:
            raise ValueError("a report without a file for its entries cannot be written")
        counts = {outcome: self.counts[outcome] for outcome in OUTCOMES}
        head = orjson.dumps(
            {"summary": counts, "corpus_revision": self.corpus_revision, "unread": self.unread}
        )
        file.write(head.removesuffix(b"}") + b',"documents":[\n')
        self._entries.seek(0)
        shutil.copyfileobj(self._entries, file)
        file.write(b"\n]}\n")


@contextmanager
def open_report(path: Path | None) -> Iterator[Report]:
    """Yield an empty report, and write it to `path` when the `with` body ends without an error.

    Args:
        path: The file, `-` for standard output, or None to count only.

    Raises:
        StreamError: The file cannot be written. An invalid path is reported before the body runs.
    """
    if path is None:
        yield Report(None)
        return
    try:
        collected = tempfile.TemporaryFile()  # noqa: SIM115 -- the `with` statement below closes it
    except OSError as error:
        folder = printable(tempfile.gettempdir())
        raise StreamError(f"{folder}: the report cannot be collected here: {error.strerror}") from None
    with collected as entries, open_output(path) as file:
        report = Report(entries)
        yield report
        report.write(file)
