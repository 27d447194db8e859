"""The command `flask seed demo`: load or remove the demonstration briefs, which are invented."""

import sys
from collections.abc import Iterable
from pathlib import Path

import click
from flask.cli import with_appcontext
from sqlalchemy import Connection, select

from api.database.base import db
from api.models import Article
from api.urls import settings
from seeds.command_setup import prepare_pool
from seeds.console import print_message, print_result, reported_failures
from seeds.parsing.files import DOCUMENTS_FOLDER, read_file
from seeds.parsing.folders import FoundFiles, find_documents
from seeds.preparing.preparation import Preparation
from seeds.report import REJECTED, Report
from seeds.run import Run
from seeds.stories.key_points import KeyPointChooser
from seeds.storing.removal import remove
from seeds.storing.rendering import render_articles
from seeds.storing.transactions import Transaction, transactions

DEMO_FOLDER = Path(__file__).parent / "demo"
# The first versions of briefs that were corrected later.
FIRST_VERSIONS_FOLDER = DEMO_FOLDER / "before-correction"
SOURCE_DOCUMENT = DOCUMENTS_FOLDER / "000_873f17470df679e4.txt"
NOTICE = (
    "note: the demonstration briefs are invented; their publications, people, firms and places do not exist"
)


@click.command("demo")
@click.option("--remove", "is_removing", is_flag=True, help="Remove the demonstration briefs.")
@click.option(
    "--yes", is_flag=True, help="Load the briefs even if the database contains articles of your own."
)
@with_appcontext
def demo_command(is_removing: bool, yes: bool) -> None:
    """Load the demonstration briefs into the database.

    The 18 briefs in seeds/demo are invented. They contain three stories, and one brief has two revisions.
    Loading them again changes nothing.

    If the database contains articles of your own, add --yes. With --remove, the command removes the briefs
    and keeps all other articles. The API then answers 410 for the briefs.

    Example: flask seed demo
    """
    if is_removing and yes:
        raise click.UsageError("--yes cannot be used with --remove, which does not ask")
    report = Report(None)
    with reported_failures(), transactions(db.engine, print_message) as begin:
        if is_removing:
            _remove(begin, report)
        else:
            _load(begin, report, is_mixing_allowed=yes)
        render_articles(begin)
    print_result(report.summary)
    sys.exit(1 if report.counts[REJECTED] else 0)


def _load(begin: Transaction, report: Report, *, is_mixing_allowed: bool) -> None:
    """Load the demonstration briefs. Load a corrected brief twice, so that it has two revisions.

    If a corrected brief is stored already, load only its current version.

    Args:
        begin: Opens a write transaction.
        report: Receives the outcome of each brief.
        is_mixing_allowed: True to load the briefs into a database with other articles.

    Raises:
        click.ClickException: The database contains other articles and `is_mixing_allowed` is False.
    """
    documents = find_documents([DEMO_FOLDER])
    with begin() as connection:
        other = _find_other_slug(connection, [*documents, SOURCE_DOCUMENT])
        stored = set(connection.scalars(select(Article.key).where(Article.key.in_(map(_key_of, documents)))))
    if other is not None and not is_mixing_allowed:
        raise click.ClickException(
            f"the database contains other articles, such as {other}; use an empty database, or add --yes to "
            "load the demonstration briefs beside them"
        )
    print_message(NOTICE)
    corrected = [each for each in documents if _first_version(each).exists() and _key_of(each) not in stored]
    first = [_first_version(each) if each in corrected else each for each in documents]
    with prepare_pool(begin, 1) as pool:
        for paths in (first, corrected):
            run = Run(begin, report, strict=False, admit_erased=False)
            preparation = Preparation(pool, settings().max_document_bytes, is_eager=False)
            run.load(FoundFiles([str(path) for path in paths], []), preparation)


def _first_version(document: Path) -> Path:
    """Return the path of the first version of a demonstration brief.

    The file exists only if the brief was corrected. `document` is the path of the current version.
    """
    return FIRST_VERSIONS_FOLDER / document.name


def _remove(begin: Transaction, report: Report) -> None:
    """Remove the stored articles of the demonstration briefs, and add each removal to `report`.

    `begin` opens a write transaction.
    """
    key_points = KeyPointChooser()
    for path in find_documents([DEMO_FOLDER]):
        key = _key_of(path)
        with begin() as connection:
            identity = connection.scalar(select(Article.id).where(Article.key == key))
            if identity is not None:
                report.add_outcome(path.name, key, remove(connection, identity, key_points))


def _find_other_slug(connection: Connection, documents: Iterable[Path]) -> str | None:
    """Return the slug of an article that was not made from one of `documents`, or None if there is none."""
    keys = list(map(_key_of, documents))
    others = select(Article.slug).where(Article.key.not_in(keys)).order_by(Article.number).limit(1)
    return connection.scalar(others)


def _key_of(document: Path) -> str:
    """Return the key that identifies the document file `document` across loads.

    If the key is unknown because the file is rejected, return the file name without its extension.
    """
    return read_file(document, settings().max_document_bytes).key or document.stem
