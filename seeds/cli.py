"""`flask seed`: documents into the database, and what an operator asks about them."""

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import click
import orjson
from flask.cli import AppGroup
from sqlalchemy import func, select

from api.db import db
from api.models import Article, Change, Corpus, Entity, RelatedLink, Rendering, Takeaway
from api.urls import settings
from api.v1.renderings import rendering_key
from seeds.console import count_of, print_message, print_result, progress, reported_failures
from seeds.extraction.catalogue import CatalogueError, read_catalogue
from seeds.extraction.mentions import Matcher
from seeds.extraction.spacy_recognizer import ModelError, recognizer
from seeds.messages import printable
from seeds.parsing.document import Rejection, document_to_json
from seeds.parsing.files import DOCUMENTS_FOLDER, find_documents, read_document
from seeds.report import REJECTED, reporting
from seeds.run import Run, rejected
from seeds.storing.catalogue_update import cede_slugs, refresh_entities
from seeds.storing.entity_merging import settle_entities
from seeds.storing.relink import relink, reread
from seeds.storing.removal import find_article, remove
from seeds.storing.rendering import render_articles
from seeds.storing.transactions import Transaction, transactions
from seeds.streams import STANDARD, input_name, open_input, open_output
from seeds.transfer.exporting import export_lines
from seeds.transfer.importing import NotEmptyError, import_lines
from seeds.transfer.lines import InvalidExportError, counted, write_lines

ANY_PATH = click.Path(exists=True, path_type=Path)
REPORT_PATH = click.Path(dir_okay=False, allow_dash=True, path_type=Path)


def _stop_alike() -> None:
    """Let an end that the system asks for be as orderly as one by Ctrl-C."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


seed = AppGroup(
    "seed",
    callback=_stop_alike,
    help="Seed the database from documents, and look at what is there.\n\n"
    "Exit status: 0 done, 1 something was rejected, 2 called wrongly.\n\n"
    "Example: flask seed load --dry-run",
)


@seed.command("load")
@click.argument("paths", nargs=-1, type=ANY_PATH)
@click.option("--dry-run", is_flag=True, help="Do all the work, print the same, then roll it back.")
@click.option("--strict", is_flag=True, help="Reject a document that has warnings.")
@click.option("--prune", is_flag=True, help="Then remove what the folders have no document of.")
@click.option("--yes", is_flag=True, help="With --prune: do not ask before that.")
@click.option("--force", is_flag=True, help="With --prune: remove more than half of a folder, too.")
@click.option(
    "--report",
    type=REPORT_PATH,
    metavar="FILE",
    help="Write a JSON file that says what became of each document and what differs; - is standard output.",
)
def load_command(
    paths: tuple[Path, ...],
    dry_run: bool,
    strict: bool,
    prune: bool,
    yes: bool,
    force: bool,
    report: Path | None,
) -> None:
    """Load documents into the database.

    PATHS are files, or folders whose *.txt are taken; without any, the project's own documents. A document
    is in whole or not at all, a bad one never stops the others, and loading twice changes nothing. What is
    pruned is shown and asked about; to say no is no failure.

    Example: flask seed load --dry-run --prune --report report.json seeds/documents
    """
    given = paths or (DOCUMENTS_FOLDER,)
    _check_prune(given, prune=prune, yes=yes, force=force)
    with (
        reported_failures(),
        reporting(report) as told,
        transactions(db.engine, print_message, dry_run=dry_run) as begin,
    ):
        run = Run(begin, told, settings().max_document_bytes, strict=strict)
        # Only now: while another run was waited for, files may have come and gone.
        files = find_documents(given)
        if not files:
            print_message("warning: there is no *.txt to load")
        run.load(files, _knowledge(begin))
        is_pruned = not prune or run.prune(given, ask=not (yes or dry_run), force=force)
        run.finish()
        render_articles(begin)
    (print_message if report == STANDARD else print_result)(told.summary)
    sys.exit(0 if is_pruned and not told.counts[REJECTED] else 1)


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
        print_message(rejected(file, rejection))
        sys.exit(1)
    print_result(orjson.dumps(document_to_json(document), option=orjson.OPT_INDENT_2))


@seed.command("remove")
@click.argument("article")
def remove_command(article: str) -> None:
    """Remove ARTICLE, an id or a slug, old ones too, without asking.

    Its pages answer 410 from then on. Its history stays, and its slugs stay its own: seeded again, it comes
    back under its old id with the next revision.

    Example: flask seed remove f2c8f2a4-e8d6-51a9-9662-e3de69983d26
    """
    with reported_failures(), transactions(db.engine, print_message) as begin:
        with begin() as connection:
            identity = find_article(connection, article)
            if identity is None:
                raise click.ClickException(f"no article has the id or slug {printable(article)}")
            outcome = remove(connection, identity)
        render_articles(begin)
    print_result(f"removed {outcome.slug}, which was at revision {outcome.revision}")


@seed.command("relink")
def relink_command() -> None:
    """Derive entities, evidence and computed links anew from the articles that are stored.

    After a change of the catalogue: what it has by now takes the place of what was extracted, under whose
    old addresses it is found. The computed links are afterwards the same whatever the order of seeding. No
    article gets a new revision. A run that was interrupted is finished by running it again.

    Example: flask seed relink
    """
    with reported_failures(), transactions(db.engine, print_message) as begin:
        matcher = _knowledge(begin)
        with begin() as connection:
            articles = list(connection.scalars(select(Article.id).order_by(Article.id)))
        reread_count = sum(_each(begin, "Reading", articles, reread, matcher))
        settled_count = settle_entities(begin)
        linked_count = sum(_each(begin, "Linking", articles, relink))
        render_articles(begin)
    print_result(
        f"{count_of(len(articles), 'article', 'articles')}, {reread_count} read anew, "
        f"{count_of(settled_count, 'entity', 'entities')} settled, "
        f"{count_of(linked_count, 'article', 'articles')} with other links"
    )


def _each(
    begin: Transaction, verb: str, articles: list[UUID], step: Callable[..., bool], *rest: Any
) -> Iterator[bool]:
    """Do `step` for each article, in a transaction of its own."""
    for article in progress(articles, verb):
        with begin() as connection:
            yield step(connection, article, *rest)


@seed.command("render")
def render_command() -> None:
    """Make the stored answers of all articles anew, with BRIEFS_BASE_URL as the service has it.

    For another BRIEFS_BASE_URL, and for another version of this program: until then all is answered as it
    should be, but each request for an article makes its answer for itself. Other commands make at their end
    the answers of the articles that they changed.

    Example: flask seed render
    """
    with reported_failures(), transactions(db.engine, print_message) as begin:
        count = render_articles(begin, anew=True)
    print_result(f"{count_of(count, 'article', 'articles')} rendered")


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
        "changes": Change,
    }
    with reported_failures():
        for name, table in tables.items():
            print_result(f"{name} {db.session.scalar(select(func.count()).select_from(table))}")
        current = select(func.count()).where(Rendering.rendering_key == rendering_key())
        print_result(f"rendered {db.session.scalar(current)}")
        print_result(f"revision {db.session.scalar(select(Corpus.revision))}")
        print_result(f"engine {db.engine.dialect.name}")


@seed.command("export")
@click.argument("file", default="-", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
def export_command(file: Path) -> None:
    """Write the whole database to FILE, or to standard output: one JSON object a line.

    Every article whole, with history and removals: a backup, fit to be read back by `flask seed import` on
    either engine. FILE is there whole or not at all, and readable by its owner alone, as the key that signs
    cursors is in it. Seeding may go on meanwhile: all of the export is one state.

    Example: flask seed export briefs.ndjson
    """
    with reported_failures(), db.engine.connect() as connection, open_output(file) as output:
        counts = write_lines(export_lines(connection), output)
    print_message(f"{counted(counts)} exported")


@seed.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
def import_command(file: Path) -> None:
    """Read what `flask seed export` wrote into an empty database, from FILE or, as -, standard input.

    It may be of the other engine. All is in, or nothing: a file that was cut off or altered is refused with
    the line where that shows. Its digest tells accidents, not intent: one that was made to fit is taken in.

    Example: flask seed import briefs.ndjson
    """
    try:
        with reported_failures(), transactions(db.engine, print_message) as begin:
            with begin() as connection, open_input(file) as lines:
                counts = import_lines(connection, lines, settings().max_document_bytes)
            render_articles(begin)
    except NotEmptyError as error:
        raise click.ClickException(str(error)) from None
    except InvalidExportError as fault:
        print_message(f"{input_name(file)}: line {fault.line}: {fault.message}")
        sys.exit(1)
    print_result(f"{counted(counts)} imported")


def _check_prune(paths: tuple[Path, ...], *, prune: bool, yes: bool, force: bool) -> None:
    if (yes or force) and not prune:
        raise click.UsageError(f"--{'yes' if yes else 'force'} goes with --prune")
    files = [path for path in paths if prune and not path.is_dir()]
    if files:
        raise click.UsageError(f"--prune wants folders, and {printable(str(files[0]))} is a file")


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
