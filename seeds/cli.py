"""The `flask seed` commands: load documents, and maintain or inspect the database."""

import signal
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import orjson
from sqlalchemy import func, select

from api.database.base import db
from api.models import CORPUS_REVISION, Article, Change, Entity, RelatedLink, Rendering, Story, Takeaway
from api.urls import settings
from api.v1.renderings import rendering_key
from seeds.command_files import STANDARD_STREAM, input_name, open_input, open_output
from seeds.command_setup import JOBS_OPTION, is_empty, prepare_pool
from seeds.console import CommandGroup, console, count_of, print_message, print_result, reported_failures
from seeds.demo_command import demo_command
from seeds.escaping import printable
from seeds.garbage_collection import rare_collections
from seeds.linking.vector_cache import VectorCache
from seeds.parsing.document import Rejection, document_to_json
from seeds.parsing.files import DOCUMENTS_FOLDER, parse_documents
from seeds.parsing.folders import find_files
from seeds.parsing.formats.registry import find_format
from seeds.preparing.preparation import Preparation
from seeds.remove_command import remove_command
from seeds.report import REJECTED, open_report
from seeds.run import Run, format_rejection
from seeds.stories.key_points import KeyPointChooser
from seeds.stories.regrouping import regroup_articles
from seeds.storing.entities.entity_names import update_names_and_slugs
from seeds.storing.relink import rederive_articles, relink_articles
from seeds.storing.rendering import render_articles
from seeds.storing.transactions import transactions
from seeds.transfer.export_file import InvalidExportError, format_counts, write_lines
from seeds.transfer.exporting import export_lines
from seeds.transfer.importing import NotEmptyError, import_lines

ANY_PATH = click.Path(exists=True, path_type=Path)
REPORT_PATH = click.Path(dir_okay=False, allow_dash=True, path_type=Path)
# How far a time of publication can be in the future without a warning, since clocks and zones differ.
MAX_FUTURE = timedelta(days=1)


def _stop_on_sigterm() -> None:
    """Handle SIGTERM like Ctrl-C, so that a stopped command ends cleanly."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.default_int_handler)


seed = CommandGroup(
    "seed",
    callback=_stop_on_sigterm,
    help="Load documents into the database, and maintain it.\n\n"
    "Exit status: 0 on success, 1 if something was rejected or failed, 2 for a usage error.\n\n"
    "Example: flask seed load --dry-run",
)


seed.add_command(demo_command)
seed.add_command(remove_command)


@seed.command("load")
@click.argument("paths", nargs=-1, type=ANY_PATH)
@click.option("--dry-run", is_flag=True, help="Do the same work and print the same messages, then roll back.")
@click.option("--strict", is_flag=True, help="Reject documents that have warnings.")
@click.option("--admit-erased", is_flag=True, help="Also load documents whose articles were erased.")
@click.option("--prune", is_flag=True, help="After loading, remove articles whose document is gone.")
@click.option("--yes", is_flag=True, help="With --prune: remove without asking.")
@click.option("--force", is_flag=True, help="With --prune: allow removing more than half of a folder.")
@click.option(
    "--report",
    "report_path",
    type=REPORT_PATH,
    metavar="FILE",
    help="Write the outcome of each document to FILE as JSON. Use - for standard output.",
)
@JOBS_OPTION
def load_command(  # noqa: PLR0913, PLR0917 -- a parameter for each option
    paths: tuple[Path, ...],
    dry_run: bool,
    strict: bool,
    admit_erased: bool,
    prune: bool,
    yes: bool,
    force: bool,
    report_path: Path | None,
    jobs: int,
) -> None:
    """Load documents into the database.

    Each of PATHS is a file or a folder. The default is seeds/documents. The formats are .txt, .md, .html,
    .json and .jsonl; other files are named and left out.

    A rejected document does not stop the others. Loading the same documents again changes nothing.

    With --prune, the command lists the articles whose document is gone from the folder, asks for
    confirmation, and removes them.

    Example: flask seed load --dry-run --prune --report report.json seeds/documents
    """
    paths = paths or (DOCUMENTS_FOLDER,)
    _check_prune(paths, prune=prune, yes=yes, force=force)
    with (
        rare_collections(),
        reported_failures("the current batch was not stored"),
        open_report(report_path) as report,
        transactions(db.engine, print_message, dry_run=dry_run) as begin,
    ):
        run = Run(
            begin,
            report,
            strict=strict,
            admit_erased=admit_erased,
            latest_date=datetime.now(UTC) + MAX_FUTURE,
            is_pruning=prune,
        )
        # List the files after waiting for other runs, because files can appear or disappear meanwhile.
        found = find_files(paths)
        if not found.documents:
            print_message("warning: there are no documents to load")
        with prepare_pool(begin, jobs) as pool:
            run.load(found, Preparation(pool, settings().max_document_bytes, is_eager=is_empty(begin)))
        is_pruned = not prune or run.prune(paths, ask=not (yes or dry_run), force=force)
        run.finish()
        render_articles(begin)
    if console.is_terminal:
        print_message(f"Database: {db.engine.url.render_as_string(hide_password=True)}")
    summary = f"{report.summary} (dry run)" if dry_run else report.summary
    (print_message if report_path == STANDARD_STREAM else print_result)(summary)
    sys.exit(0 if is_pruned and not report.counts[REJECTED] else 1)


@seed.command("parse")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def parse_command(file: Path) -> None:
    """Parse FILE, and print the result as JSON.

    The output has the fields of the document, the first and last line of each field, and the warnings. The
    metadata beside FILE is not read. A file with a document on each line gives a JSON object on each line.
    The command needs no database.

    Example: flask seed parse seeds/documents/000_873f17470df679e4.txt
    """
    option = orjson.OPT_UTC_Z if find_format(file.name).is_line else orjson.OPT_UTC_Z | orjson.OPT_INDENT_2
    is_rejected = False
    for parsed in parse_documents(file, settings().max_document_bytes):
        if isinstance(parsed, Rejection):
            is_rejected = True
            print_message(format_rejection(file, parsed))
        else:
            print_result(orjson.dumps(document_to_json(parsed), option=option))
    sys.exit(1 if is_rejected else 0)


@seed.command("relink")
@JOBS_OPTION
def relink_command(jobs: int) -> None:
    """Derive entities, evidence, links and stories again.

    Run this after changing the catalogue. A catalogue entry then replaces the extracted entity of the same
    name, and takes over its id and slugs. No article gets a new revision. If the command is interrupted, run
    it again to finish.

    Example: flask seed relink
    """
    vectors, key_points = VectorCache(), KeyPointChooser()
    with rare_collections(), reported_failures(), transactions(db.engine, print_message) as begin:
        with prepare_pool(begin, jobs) as pool:
            # In the order of the ids, so that the result does not depend on the order of loading.
            with begin() as connection:
                articles = list(connection.scalars(select(Article.number).order_by(Article.id)))
            rederived_count = rederive_articles(begin, articles, pool, vectors, key_points)
        updated_count = update_names_and_slugs(begin)
        relinked_count = relink_articles(begin, articles, vectors)
        regrouped_count = regroup_articles(begin, key_points)
        render_articles(begin)
    print_result(
        f"{count_of(len(articles), 'article', 'articles')}, {rederived_count} rederived, "
        f"{count_of(updated_count, 'entity', 'entities')} updated, {relinked_count} relinked, "
        f"{regrouped_count} in a different story"
    )


@seed.command("render")
def render_command() -> None:
    """Render the stored JSON of all articles again.

    Run this after changing BRIEFS_BASE_URL (use the value of the service) and after upgrading the program.
    Until then the service answers correctly but more slowly.

    Example: flask seed render
    """
    with rare_collections(), reported_failures(), transactions(db.engine, print_message) as begin:
        count = render_articles(begin, all_articles=True)
    print_result(f"{count_of(count, 'article', 'articles')} rendered")


@seed.command("status")
def status_command() -> None:
    """Print row counts, the corpus revision and the database engine.

    Each line is a name and a value.

    Example: flask seed status
    """
    tables = {
        "articles": Article,
        "takeaways": Takeaway,
        "entities": Entity,
        "stories": Story,
        "related_links": RelatedLink,
        "changes": Change,
    }
    with reported_failures():
        for name, table in tables.items():
            print_result(f"{name} {db.session.scalar(select(func.count()).select_from(table))}")
        current = select(func.count()).where(Rendering.rendering_key == rendering_key())
        print_result(f"rendered {db.session.scalar(current)}")
        print_result(f"revision {db.session.scalar(CORPUS_REVISION)}")
        print_result(f"engine {db.engine.dialect.name}")


@seed.command("export")
@click.argument("file", default="-", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
def export_command(file: Path) -> None:
    """Write the database to FILE as JSON lines. The default is standard output.

    An export contains articles, history and removed articles, but no API keys. `flask seed import` reads an
    export into SQLite or PostgreSQL. Other commands can change the database meanwhile. FILE appears when the
    export is complete. Only its owner can read it, because it contains the key that signs cursors.

    Example: flask seed export briefs.ndjson
    """
    with reported_failures(), db.engine.connect() as connection, open_output(file) as output:
        counts = write_lines(export_lines(connection), output)
    print_message(f"{format_counts(counts)} exported")


@seed.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path))
@JOBS_OPTION
def import_command(file: Path, jobs: int) -> None:
    """Read an export from FILE into an empty database. Use - for standard input.

    The export can come from SQLite or PostgreSQL. If FILE is truncated or was altered, the command names the
    line and writes nothing. The checksum detects accidental changes, but not forgery.

    Example: flask seed import briefs.ndjson
    """
    try:
        with rare_collections(), reported_failures(), transactions(db.engine, print_message) as begin:
            with begin() as connection, open_input(file) as lines:
                counts = import_lines(connection, lines, settings().max_document_bytes, jobs=jobs)
            render_articles(begin)
    except NotEmptyError as error:
        raise click.ClickException(str(error)) from None
    except InvalidExportError as error:
        print_message(f"{input_name(file)}: line {error.line}: {error.message}")
        sys.exit(1)
    print_result(f"{format_counts(counts)} imported")


def _check_prune(paths: tuple[Path, ...], *, prune: bool, yes: bool, force: bool) -> None:
    if (yes or force) and not prune:
        raise click.UsageError(f"--{'yes' if yes else 'force'} requires --prune")
    files = [path for path in paths if prune and not path.is_dir()]
    if files:
        raise click.UsageError(f"--prune requires folders, but {printable(str(files[0]))} is a file")
