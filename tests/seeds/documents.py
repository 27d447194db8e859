"""Pages and sidecars for the tests of seeding, functions that load them, and functions that read the rows."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from click.testing import Result
from flask import Flask
from sqlalchemy import Connection, delete, select, update

from api.database.base import db
from api.models import Article, Corpus
from seeds.extraction.catalogue import EntityRecord
from seeds.identifiers import article_id
from seeds.linking.vector_cache import VectorCache
from seeds.parsing.document import Rejection
from seeds.parsing.files import SubmittedDocument
from seeds.parsing.page import parse
from seeds.parsing.sidecar import parse_sidecar
from seeds.preparing.preparation import convert
from seeds.preparing.prepared_article import PreparedArticle, ReadDocument, prepare_article
from seeds.preparing.worker_pool import WorkerPool
from seeds.search_index.search_rows import rebuild_search_index, update_search_index
from seeds.stories.key_points import KeyPointChooser
from seeds.storing.article_batches import load_batch
from seeds.storing.entities.catalogue_update import refresh_entities
from seeds.storing.history import Outcome
from seeds.storing.relink import rederive_articles
from seeds.storing.removal import remove
from seeds.storing.transactions import transactions
from tests.conftest import make_app
from tests.support.extraction import make_matcher

ROOT = Path(__file__).parents[2]
KEY_POINTS = KeyPointChooser()
# The beginnings of progress lines.
PROGRESS = ("Loading: ", "Rendering: ", "Removing: ")


@dataclass(frozen=True)
class Page:
    """The parts of an article page for tests. Its text leaves out parts that are None or empty."""

    title: str = "Harbour Towns Share Their Tide Gauges"
    summary: str | None = "Nine towns will read one another's gauges and warn one another of floods."
    caption: str | None = "A tide gauge on a stone quay."
    takeaways: tuple[str, ...] = ("All gauges report to one public page.", "Each town keeps its own sirens.")
    heading: str = "What It Means"
    analysis: tuple[str, ...] = ("Shared readings cost little, and a town upstream gains an hour.",)
    signature: tuple[str, ...] = ("Coast Desk", "Weather Editor", "The Tide Table")
    body: tuple[str, ...] = (
        "The nine towns signed the agreement on the old quay after two years of talks.",
        "Each gauge is read every minute, and every town sees every reading at once.",
    )
    related: tuple[tuple[str, str | None], ...] = ()

    @property
    def text(self) -> str:
        """Return the text of the page, as it is written to a file. Blank lines separate its blocks."""
        return "\n\n".join(self._blocks()) + "\n"

    def _blocks(self) -> Iterator[str]:
        yield from (block for block in (self.title, self.summary, self.caption) if block)
        if self.takeaways:
            items = (f"  • {number}{text}" for number, text in enumerate(self.takeaways, 1))
            yield from ("Key Takeaways", "\n".join(items))
        if self.analysis:
            yield from ("Editor's\nDesk", self.heading, *self.analysis)
        if self.signature:
            yield "\n".join(self.signature)
        yield from (*self.body, "Share Article", "Related Articles")
        titles = (f"{title}\n{date}" if date else title for title, date in self.related)
        yield from titles if self.related else ("No related articles found",)


def write(folder: Path, name: str, page: Page | bytes, sidecar: str | None = None) -> Path:
    """Write a page to the file NAME.txt in `folder`.

    If `sidecar` is given, write this text to the file NAME.yaml beside it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.txt"
    path.write_bytes(page.text.encode() if isinstance(page, Page) else page)
    if sidecar is not None:
        (folder / f"{name}.yaml").write_text(sidecar, encoding="utf-8")
    return path


def make_unreadable(path: Path) -> Path:
    """Create a file at `path` that even root cannot read."""
    if os.geteuid() == 0:
        path.symlink_to("/proc/self/mem")
    else:
        path.write_text("closed", encoding="utf-8")
        path.chmod(0)
    return path


def submit(name: str, page: Page | bytes, sidecar: str = "") -> SubmittedDocument:
    """Return a page in the form that a load expects, as if it had been read from NAME.txt.

    `sidecar` is the content of the YAML file beside NAME.txt.
    """
    data = page.text.encode() if isinstance(page, Page) else page
    document, beside = parse(data, f"{name}.txt"), parse_sidecar(sidecar.encode(), f"{name}.yaml")
    return SubmittedDocument(data, document, beside, "/pages")


def use_catalogue(app: Flask, path: Path) -> None:
    """Change the settings of `app`, so that its commands read the catalogue at `path`."""
    app.config["BRIEFS_SETTINGS"] = replace(app.config["BRIEFS_SETTINGS"], catalogue=str(path))


def seed(app: Flask, *arguments: object) -> Result:
    """Run `flask seed load` with `arguments`, and return the result."""
    return app.test_cli_runner().invoke(args=["seed", "load", *map(str, arguments)])


def without_progress(stderr: str) -> list[str]:
    """Return the lines of `stderr` without progress lines.

    The number of progress lines depends on the speed of the machine.
    """
    return [line for line in stderr.splitlines() if line and not line.startswith(PROGRESS)]


def last_line(result: Result) -> str:
    """Return the last line that a load printed: the summary with the number of documents by outcome."""
    printed = str(result.stdout).splitlines()
    assert printed, result.stderr
    return printed[-1]


@contextmanager
def comparison_app(sqlite_template: Path, folder: Path) -> Iterator[Flask]:
    """Yield an application with a new database in `folder`, for comparison with a different database."""
    path = folder / "reference.db"
    shutil.copyfile(sqlite_template, path)
    app = make_app(f"sqlite:///{path}")
    try:
        yield app
    finally:
        with app.app_context():
            db.engine.dispose()


def seed_pages(
    app: Flask, submissions: Iterable[SubmittedDocument], catalogue: Iterable[EntityRecord] = ()
) -> list[str]:
    """Load documents like `flask seed load`, but without files, and return the outcome of each.

    An outcome is, for example, `created`. `catalogue` contains the known entities.
    """
    known = tuple(catalogue)
    outcomes: list[str] = []
    with app.app_context(), transactions(db.engine, print) as begin:
        with begin() as connection:
            update_search_index(connection)
            refresh_entities(connection, known)
        for submission in submissions:
            with begin() as connection:
                outcomes.append(load_document(connection, submission, known).kind)
    return outcomes


def load_document(
    connection: Connection, submission: SubmittedDocument, catalogue: Iterable[EntityRecord] = ()
) -> Outcome:
    """Load one document, and return the outcome.

    Raises:
        Rejection: If the document is rejected.
    """
    matcher = make_matcher(catalogue)

    def prepare(documents: Sequence[ReadDocument]) -> list[PreparedArticle]:
        return [prepare_article(each.record, each.data, matcher) for each in documents]

    (outcome,) = load_batch(connection, [convert(submission)], prepare, VectorCache(), KEY_POINTS)
    if isinstance(outcome, Rejection):
        raise outcome
    return outcome


def remove_article(app: Flask, key: str) -> Outcome:
    """Remove the article whose document has `key`."""
    with app.app_context(), transactions(db.engine, print) as begin, begin() as connection:
        return remove(connection, article_id(key), KEY_POINTS)


def rederive_pages(
    app: Flask, submissions: Iterable[SubmittedDocument], catalogue: Iterable[EntityRecord] = ()
) -> list[bool]:
    """Derive the data of loaded articles again, for example after a change of the catalogue.

    The derived data of an article are its entities, its evidence, and its features. Features are the words
    and entities that similar articles share.

    Args:
        app: The application whose database contains the articles.
        submissions: The documents of the articles.
        catalogue: The known entities.

    Returns:
        For each document, True if the data of its article changed.
    """
    known = tuple(catalogue)
    with (
        app.app_context(),
        transactions(db.engine, print) as begin,
        WorkerPool(1, make_matcher, (known,)) as pool,
    ):
        with begin() as connection:
            refresh_entities(connection, known)
            numbers = {row.id: row.number for row in connection.execute(select(Article.id, Article.number))}
        return [
            bool(rederive_articles(begin, [numbers[article_id(each.key)]], pool, VectorCache(), KEY_POINTS))
            for each in submissions
        ]


def clear(app: Flask) -> None:
    """Delete all data in the database of `app`."""
    with app.app_context(), db.engine.begin() as connection:
        for table in reversed(db.metadata.sorted_tables):
            if table.name != Corpus.__tablename__:
                connection.execute(delete(table))
        connection.execute(update(Corpus).values(revision=0, last_article=0, last_entity=0))
        rebuild_search_index(connection)


def environment(database_url: str) -> dict[str, str]:
    """Return the environment variables of a new process that uses the database at `database_url`."""
    ours = ("BRIEFS_", "DATABASE_", "FLASK_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    return kept | {"DATABASE_URL": database_url}


def start_load(database_url: str, *arguments: object) -> "subprocess.Popen[str]":
    """Start `flask seed load` in a separate process, and return the process."""
    command = [sys.executable, "-m", "flask", "seed", "load", *map(str, arguments)]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen(command, cwd=ROOT, env=environment(database_url), text=True, **pipes)
