"""One run of a load: each document in its turn, then the articles whose documents are gone."""

from collections.abc import Sequence
from pathlib import Path

import click
from sqlalchemy import select

from api.models import Corpus
from seeds.console import progress, say
from seeds.document import ParseWarning, Rejection
from seeds.entities import Matcher
from seeds.files import Submission, read_submission, real_name
from seeds.load import load
from seeds.messages import printable
from seeds.prune import Filed, look_into
from seeds.remove import remove
from seeds.report import Report
from seeds.transactions import Transaction


class Run:
    """A run that says on standard error what is odd, and puts into `report` what becomes of each document."""

    def __init__(self, begin: Transaction, report: Report, max_bytes: int, *, strict: bool) -> None:
        self._begin, self._report = begin, report
        self._max_bytes, self._strict = max_bytes, strict
        self._keys: dict[str, Path] = {}
        self._unread: set[tuple[str, str]] = set()

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

    def _read(self, path: Path) -> Submission | None:
        try:
            return read_submission(path, self._max_bytes)
        except Rejection as rejection:
            self._unread.add((real_name(path.parent), path.name))
            self._reject(path, None, rejection)
            return None

    def _load(self, path: Path, submission: Submission, matcher: Matcher) -> None:
        key, warnings = submission.key, submission.document.warnings
        try:
            if self._keys.setdefault(key, path) != path:
                raise Rejection(f"has the key of {printable(str(self._keys[key]))}; one of them must change")
            for warning in warnings:
                self._warn(path, warning)
            with self._begin() as connection:
                outcome = load(connection, submission, matcher)
        except Rejection as rejection:
            self._reject(path, key, rejection, warnings)
        else:
            self._report.done(path.name, key, outcome, warnings)

    def _warn(self, path: Path, warning: ParseWarning) -> None:
        if self._strict:
            raise Rejection(f"{warning.section}: {warning.message} (--strict)", line=warning.line)
        say(f"{printable(str(path))}: line {warning.line}: warning: {warning.section}: {warning.message}")

    def _reject(
        self, path: Path, key: str | None, rejection: Rejection, warnings: Sequence[ParseWarning] = ()
    ) -> None:
        say(rejected(path, rejection))
        self._report.rejected(path.name, key, rejection, warnings)

    def prune(self, folders: Sequence[Path], *, ask: bool, force: bool) -> bool:
        """Remove the articles of `folders` whose documents are gone; tells whether none was kept back.

        Those of a folder are shown and, with `ask`, asked about. More than half of them go only with `force`.
        """
        kept_back = [folder for folder in folders if not self._prune(folder, ask=ask, force=force)]
        return not kept_back

    def _prune(self, folder: Path, *, ask: bool, force: bool) -> bool:
        name, real = printable(str(folder)), real_name(folder)
        unread = {file for parent, file in self._unread if parent == real}
        with self._begin() as connection:
            found = look_into(connection, real, self._keys, unread)
        for filed in found.gone:
            say(f"{name}/{printable(filed.source_name)}: gone, and with it its article {filed.slug}")
        number = f"{len(found.gone)} of the {found.size} articles of {name}"
        if found.is_mostly_gone and not force:
            say(f"not removed: {number}, more than half of them; say --force if that is meant")
            return False
        if found.gone and ask:
            try:
                if not click.confirm(f"Remove {number}?", err=True):
                    return True
            except click.Abort:
                say(f"not removed: {number}; nobody answered, say --yes")
                return False
        for filed in progress(found.gone, "Removing"):
            self._remove(filed)
        return True

    def _remove(self, filed: Filed) -> None:
        with self._begin() as connection:
            outcome = remove(connection, filed.id)
        self._report.done(filed.source_name, filed.key, outcome)


def rejected(path: Path, rejection: Rejection) -> str:
    """Say in one line that the document at `path` was rejected, where, and why."""
    place = f"{rejection.place}: " if rejection.place else ""
    return f"{printable(str(path))}: {place}rejected: {rejection.message}"
