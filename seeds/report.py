"""What became of each document of a load: in a JSON file, and counted in the load's last line.

The file's form is `report.schema.json`. It is written whole at the end of the run or not at all; until then
its documents wait on disk, so that memory does not grow with their number.
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
from seeds.messages import printable
from seeds.parsing.document import ParseWarning, Rejection
from seeds.storing.history import UNCHANGED, Outcome
from seeds.streams import StreamError, open_output

REJECTED = "rejected"
OUTCOMES = (CREATED, UPDATED, UNCHANGED, REMOVED, REJECTED)


class Report:
    """The outcomes of a run, counted; each document in full where a file is to have them."""

    def __init__(self, documents: IO[bytes] | None) -> None:
        self.counts: Counter[str] = Counter()
        self.corpus_revision = 0
        self._documents = documents

    @property
    def summary(self) -> str:
        """The load's last line."""
        return ", ".join(f"{self.counts[outcome]} {outcome}" for outcome in OUTCOMES)

    def done(self, name: str, key: str, outcome: Outcome, warnings: Sequence[ParseWarning] = ()) -> None:
        """Take in what became of a document or, where that is gone, of its article."""
        article = {"id": outcome.identity, "slug": outcome.slug}
        became = {"article": article, "revision": outcome.revision, "changes": outcome.differences}
        self._add(name, key, outcome.kind, became | {"warnings": warnings, "error": None})

    def rejected(
        self, name: str, key: str | None, rejection: Rejection, warnings: Sequence[ParseWarning] = ()
    ) -> None:
        """Take in why a document was rejected; `key` is None where it could not be told."""
        # An offset in bytes has no field of its own.
        at = f"{rejection.place}: " if rejection.byte is not None else ""
        error = {"line": rejection.line, "message": f"{at}{rejection.message}"}
        became: dict[str, Any] = {"article": None, "revision": None, "changes": {}}
        self._add(name, key, REJECTED, became | {"warnings": warnings, "error": error})

    def _add(self, name: str, key: str | None, outcome: str, became: dict[str, Any]) -> None:
        self.counts[outcome] += 1
        if self._documents is not None:
            comma = b",\n" if self.counts.total() > 1 else b""
            entry = {"name": printable(name), "key": key, "outcome": outcome} | became
            self._documents.write(comma + orjson.dumps(entry))

    def write(self, file: IO[bytes]) -> None:
        """Write the whole report."""
        if self._documents is None:
            raise ValueError("a report without documents cannot be written")
        counts = {outcome: self.counts[outcome] for outcome in OUTCOMES}
        head = orjson.dumps({"summary": counts, "corpus_revision": self.corpus_revision})
        file.write(head.removesuffix(b"}") + b',"documents":[\n')
        self._documents.seek(0)
        shutil.copyfileobj(self._documents, file)
        file.write(b"\n]}\n")


@contextmanager
def reporting(path: Path | None) -> Iterator[Report]:
    """Give a report that is written to `path` at the end, if there is one; `-` is standard output.

    Raises StreamError, at the beginning where there can be no file at `path`.
    """
    if path is None:
        yield Report(None)
        return
    try:
        with tempfile.TemporaryFile() as documents, open_output(path) as file:
            report = Report(documents)
            yield report
            report.write(file)
    except OSError as error:
        folder = printable(tempfile.gettempdir())
        raise StreamError(f"{folder}: the report cannot be put together there: {error.strerror}") from None
