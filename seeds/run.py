"""One run of a load: each document in its turn, then the articles whose documents are gone."""

from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import select

from api.models import CREATED, Corpus
from seeds.console import print_message, progress
from seeds.extraction.mentions import Matcher
from seeds.messages import printable
from seeds.parsing.document import ParseWarning, Rejection
from seeds.parsing.files import SubmittedDocument, find_document_key, read_with_sidecar, real_path
from seeds.pruning import Filed, Seen, look_into
from seeds.report import Report
from seeds.storing.load import load
from seeds.storing.removal import remove
from seeds.storing.transactions import Transaction


class Run:
    """A run that says on standard error what is odd, and puts into `report` what becomes of each document."""

    def __init__(self, begin: Transaction, report: Report, max_bytes: int, *, strict: bool) -> None:
        self._begin, self._report = begin, report
        self._max_bytes, self._strict = max_bytes, strict
        self._seen = Seen()

    def load(self, files: Sequence[Path], matcher: Matcher) -> None:
        """Load each of `files`; one that is rejected stops no other."""
        for path in progress(files, "Loading"):
            submission = self._read(path)
            if submission:
                self._load(path, submission, matcher)

    def finish(self) -> None:
        """Let the report say at which revision the corpus is now."""
        with self._begin() as connection:
            self._report.corpus_revision = connection.scalars(select(Corpus.revision)).one()

    def _read(self, path: Path) -> SubmittedDocument | None:
        place = (real_path(path.parent), path.name)
        try:
            submission = read_with_sidecar(path, self._max_bytes)
        except Rejection as rejection:
            key = find_document_key(path)
            if key is None:
                self._seen.unknown.add(place)
            else:
                self._seen.rejected.add(key)
            self._reject(path, key, rejection)
            return None
        self._seen.read.add(place)
        return submission

    def _load(self, path: Path, submission: SubmittedDocument, matcher: Matcher) -> None:
        key, warnings = submission.key, submission.document.warnings
        try:
            first = self._seen.keys.setdefault(key, path)
            if first != path:
                raise Rejection(f"has the key of {printable(str(first))}; one of them must change")
            for warning in warnings:
                self._warn(path, warning)
            with self._begin() as connection:
                outcome = load(connection, submission, matcher)
        except Rejection as rejection:
            self._reject(path, key, rejection, warnings)
        else:
            if outcome.kind == CREATED:
                self._seen.new.add(key)
            self._report.done(path.name, key, outcome, warnings)

    def _warn(self, path: Path, warning: ParseWarning) -> None:
        if self._strict:
            raise Rejection(f"{warning.section}: {warning.message} (--strict)", line=warning.line)
        place = f"{printable(str(path))}: line {warning.line}"
        print_message(f"{place}: warning: {warning.section}: {warning.message}")

    def _reject(
        self, path: Path, key: str | None, rejection: Rejection, warnings: Sequence[ParseWarning] = ()
    ) -> None:
        print_message(rejected(path, rejection))
        self._report.rejected(path.name, key, rejection, warnings)

    def prune(self, folders: Sequence[Path], *, ask: bool, force: bool) -> bool:
        """Remove the articles of `folders` whose documents are gone; tells whether none was kept back.

        Those of a folder are shown and, with `ask`, asked about. More than half of them go only with `force`.
        """
        once = {real_path(folder): folder for folder in folders}
        kept_back = [folder for folder in once.values() if not self._prune(folder, ask=ask, force=force)]
        return not kept_back

    def _prune(self, folder: Path, *, ask: bool, force: bool) -> bool:
        name = printable(str(folder))
        with self._begin() as connection:
            found = look_into(connection, folder, self._seen)
        for filed in found.gone:
            place = f"{name}/{printable(filed.source_name)}"
            print_message(f"{place}: gone, and with it its article {filed.slug}")
        number = f"{len(found.gone)} of the {found.size} articles of {name}"
        if found.objection and not force:
            print_message(f"not removed: {number}{found.objection}")
            return False
        agreed = _agree(f"Remove {number}?") if found.gone and ask else True
        if agreed is None:
            print_message(f"not removed: {number}; there was no answer, say --yes where nobody can be asked")
            return False
        for filed in progress(found.gone if agreed else [], "Removing"):
            self._remove(filed)
        return True

    def _remove(self, filed: Filed) -> None:
        with self._begin() as connection:
            outcome = remove(connection, filed.id)
        self._report.done(filed.source_name, filed.key, outcome)


def _agree(question: str) -> bool | None:
    """Ask the operator; None is no answer."""
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        return None


def rejected(path: Path, rejection: Rejection) -> str:
    """Say in one line that the document at `path` was rejected, where, and why."""
    place = f"{rejection.place}: " if rejection.place else ""
    return f"{printable(str(path))}: {place}rejected: {rejection.message}"
