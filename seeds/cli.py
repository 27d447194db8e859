"""`flask seed`: documents into the database, and what an operator asks about them."""

import logging
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import orjson
from flask.cli import AppGroup
from psycopg.errors import UndefinedTable
from rich.console import Console
from rich.progress import track
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from api.db import db
from api.models import CREATED, REMOVED, UPDATED, Article, Corpus, Entity, RelatedLink, Takeaway
from api.urls import settings
from seeds.catalogue import CatalogueError, read_catalogue
from seeds.document import ParseWarning, Rejection, as_json
from seeds.entities import Matcher
from seeds.export import export_lines
from seeds.files import DOCUMENTS, find_documents, read_document, read_submission
from seeds.history import UNCHANGED
from seeds.imports import NotEmptyError, import_lines
from seeds.lines import ImportFault, counted, write_lines
from seeds.load import load
from seeds.messages import printable
from seeds.refresh import cede_slugs, refresh_entities
from seeds.relink import relink, reread
from seeds.settling import settle_entities
from seeds.spacy import ModelError, recognizer
from seeds.streams import StreamError, input_name, open_input, open_output
from seeds.transactions import Transaction, transactions

REJECTED = "rejected"
OUTCOMES = (CREATED, UPDATED, UNCHANGED, REMOVED, REJECTED)
# The driver and the pool log what they cannot tidy up after a connection was cut. The error itself is raised
# as well, and said in one line.
CLEANERS = ("psycopg", "sqlalchemy.pool.impl.QueuePool")
UNTIDY = ("error ignored", "Exception during reset")
ANY_PATH = click.Path(exists=True, path_type=Path)

seed = AppGroup("seed", help="Seed the database from documents, and look at what is there.")
console = Console(stderr=True)


@seed.command("load")
@click.argument("paths", nargs=-1, type=ANY_PATH)
@click.option("--dry-run", is_flag=True, help="Do all the work, print the same, then roll it back.")
@click.option("--strict", is_flag=True, help="Reject a document that has warnings.")
def load_command(paths: tuple[Path, ...], dry_run: bool, strict: bool) -> None:
    """Load documents into the database.

    PATHS are files, or folders whose *.txt are taken; without any, the project's own documents. A document
    is in whole or not at all, a bad one never stops the others, and loading twice changes nothing.

    Example: flask seed load --dry-run seeds/documents
    """
    files = find_documents(paths or (DOCUMENTS,))
    if not files:
        _say("warning: there is no *.txt to load")
    outcomes: Counter[str] = Counter()
    with _database_errors(), transactions(db.engine, _say, dry_run=dry_run) as begin:
        matcher = _knowledge(begin)
        keys: dict[str, Path] = {}
        for path in track(files, "Loading", console=console, transient=True, disable=not console.is_terminal):
            outcomes[_load_file(path, begin, matcher, keys, strict=strict)] += 1
    click.echo(", ".join(f"{outcomes[outcome]} {outcome}" for outcome in OUTCOMES))
    sys.exit(1 if outcomes[REJECTED] else 0)


@seed.command("parse")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def parse_command(file: Path) -> None:
    """Print the parse of FILE as JSON, without a database.

    The article's fields of the document, the first and last line of each, and the warnings.

    Example: flask seed parse seeds/documents/000_873f17470df679e4.txt
    """
    try:
        document, _ = read_document(file, settings().max_document_bytes)
    except Rejection as rejection:
        _say(_place(file, rejection))
        sys.exit(1)
    click.echo(orjson.dumps(as_json(document), option=orjson.OPT_INDENT_2))


@seed.command("relink")
def relink_command() -> None:
    """Derive entities, evidence and computed links anew from the documents that are stored.

    After a change of the catalogue: what it has by now takes the place of what was extracted, under whose
    old addresses it is found. The computed links are afterwards the same whatever the order of seeding. No
    article gets a new revision. A run that was interrupted is finished by running it again.

    Example: flask seed relink
    """
    with _database_errors(), transactions(db.engine, _say) as begin:
        matcher = _knowledge(begin)
        with begin() as connection:
            articles = list(connection.scalars(select(Article.id).order_by(Article.id)))
        reread_count = sum(_each(begin, "Reading", articles, reread, matcher))
        settled_count = settle_entities(begin)
        linked_count = sum(_each(begin, "Linking", articles, relink))
    click.echo(
        f"{len(articles)} articles, {reread_count} read anew, "
        f"{settled_count} entities settled, {linked_count} articles with other links"
    )


def _each(
    begin: Transaction, verb: str, articles: list[UUID], step: Callable[..., bool], *rest: Any
) -> Iterator[bool]:
    """Do `step` for each article, in a transaction of its own."""
    for article in track(articles, verb, console=console, transient=True, disable=not console.is_terminal):
        with begin() as connection:
            yield step(connection, article, *rest)


@seed.command("status")
def status_command() -> None:
    """Print how much is there, one name and value a line.

    Example: flask seed status
    """
    tables = {
        "articles": Article,
        "takeaways": Takeaway,
        "entities": Entity,
        "related_links": RelatedLink,
    }
    with _database_errors():
        for name, table in tables.items():
            click.echo(f"{name} {db.session.scalar(select(func.count()).select_from(table))}")
        click.echo(f"revision {db.session.scalar(select(Corpus.revision))}")
        click.echo(f"engine {db.engine.dialect.name}")


@seed.command("export")
@click.argument("file", default="-", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
def export_command(file: Path) -> None:
    """Write the whole database to FILE, or to standard output: one JSON object a line.

    Every article whole, with history and removals: a backup, fit to be read back by `flask seed import` on
    either engine. FILE is there whole or not at all, and readable by its owner alone, as the key that signs
    cursors is in it. Seeding may go on meanwhile: all of the export is one state.

    Example: flask seed export
    """
    try:
        with _database_errors(), db.engine.connect() as connection, open_output(file) as output:
            counts = write_lines(export_lines(connection), output)
    except StreamError as error:
        raise click.ClickException(str(error)) from None
    _say(f"{counted(counts)} exported")


@seed.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
def import_command(file: Path) -> None:
    """Read what `flask seed export` wrote into an empty database, from FILE or, as -, standard input.

    It may be of the other engine. All is in, or nothing: a file that was cut off or altered is refused with
    the line where that shows.

    Example: flask seed import briefs.ndjson
    """
    try:
        with (
            _database_errors(),
            transactions(db.engine, _say) as begin,
            begin() as connection,
            open_input(file) as lines,
        ):
            counts = import_lines(connection, lines, settings().max_document_bytes)
    except (StreamError, NotEmptyError) as error:
        raise click.ClickException(str(error)) from None
    except ImportFault as fault:
        _say(f"{input_name(file)}: line {fault.line}: {fault.message}")
        sys.exit(1)
    click.echo(f"{counted(counts)} imported")


def _knowledge(begin: Transaction) -> Matcher:
    """Read the catalogue, and bring what is there of its entities to it."""
    try:
        catalogue, recognize = read_catalogue(), recognizer(settings().spacy_model)
    except (CatalogueError, ModelError) as error:
        raise click.ClickException(str(error)) from None
    with begin() as connection:
        cede_slugs(connection, catalogue)
        refresh_entities(connection, catalogue)
    return Matcher(catalogue, recognize)


def _load_file(
    path: Path,
    begin: Transaction,
    matcher: Matcher,
    keys: dict[str, Path],
    *,
    strict: bool,
) -> str:
    try:
        submission = read_submission(path, settings().max_document_bytes)
        if keys.setdefault(submission.key, path) != path:
            raise Rejection(f"has the key of {printable(str(keys[submission.key]))}; one of them must change")
        for warning in submission.document.warnings:
            _warn(path, warning, strict=strict)
        with begin() as connection:
            return load(connection, submission, matcher).kind
    except Rejection as rejection:
        _say(_place(path, rejection))
        return REJECTED


def _warn(path: Path, warning: ParseWarning, *, strict: bool) -> None:
    if strict:
        raise Rejection(f"{warning.section}: {warning.message} (--strict)", line=warning.line)
    _say(f"{printable(str(path))}: line {warning.line}: warning: {warning.section}: {warning.message}")


def _place(path: Path, rejection: Rejection) -> str:
    place = f"{rejection.place}: " if rejection.place else ""
    return f"{printable(str(path))}: {place}rejected: {rejection.message}"


@contextmanager
def _database_errors() -> Iterator[None]:
    """Turn a failure of the database into one line that says what to do."""
    for name in CLEANERS:
        logging.getLogger(name).addFilter(_tells_more)
    try:
        yield
    except OSError as error:
        raise click.ClickException(printable(f"database: cannot be locked: {error.strerror}")) from None
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        advice = "nothing of the document at hand was written; mend the cause and run this again"
        if "no such table" in reason or isinstance(error.orig, UndefinedTable):
            advice = "run `flask db upgrade` first"
        raise click.ClickException(printable(f"database: {reason}; {advice}")) from None


def _tells_more(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(UNTIDY)


def _say(message: str) -> None:
    # Standard error, above the progress bar where there is one.
    console.print(message, markup=False, highlight=False, emoji=False, soft_wrap=True)
