"""The command `flask seed remove`: remove an article, or erase its text."""

import sys

import click
from flask.cli import with_appcontext
from sqlalchemy import Connection

from api.database.base import db
from seeds.console import confirm, print_message, print_result, reported_failures
from seeds.escaping import printable
from seeds.stories.key_points import KeyPointChooser
from seeds.storing.removal import erase, find_article, purge, remove
from seeds.storing.rendering import render_articles
from seeds.storing.stored_article import erased_slug, find_removed_article
from seeds.storing.transactions import Transaction, transactions


@click.command("remove")
@click.argument("article")
@click.option("--erase", "is_erasing", is_flag=True, help="Delete the text, history, slugs and titles too.")
@click.option("--yes", is_flag=True, help="With --erase: erase without asking.")
@with_appcontext
def remove_command(article: str, is_erasing: bool, yes: bool) -> None:
    """Remove ARTICLE, or erase it.

    ARTICLE is an id or a slug, current or former. The API answers 410 for a removed article. If its document
    is loaded again, the article returns under the same id, with the next revision. The command does not ask
    for confirmation.

    With --erase, the command asks for confirmation. It then deletes the document, all revisions, the slugs
    and the titles, and rewrites the SQLite file, so that no text is left in it. Only the id and the times of
    the changes are kept. `flask seed load` rejects the document from then on, unless you add --admit-erased.
    Earlier exports and backups are not changed.

    Example: flask seed remove --erase --yes f2c8f2a4-e8d6-51a9-9662-e3de69983d26
    """
    if yes and not is_erasing:
        raise click.UsageError("--yes requires --erase")
    with reported_failures(), transactions(db.engine, print_message) as begin:
        result = _erase(begin, article, ask=not yes) if is_erasing else _remove(begin, article)
    if result is None:
        sys.exit(1)
    print_result(result)


def _remove(begin: Transaction, article: str) -> str:
    with begin() as connection:
        identity = find_article(connection, article)
        if identity is None:
            raise _already_removed_error(connection, article) or _no_article(article)
        outcome = remove(connection, identity, KeyPointChooser())
    render_articles(begin)
    return f"removed {outcome.slug} (revision {outcome.revision})"


def _erase(begin: Transaction, article: str, *, ask: bool) -> str | None:
    """Erase an article, and return the result to print.

    Return None if the operator did not confirm.

    Args:
        begin: Opens a write transaction.
        article: The id or a slug.
        ask: True to ask for confirmation first.
    """
    with begin() as connection:
        identity = find_article(connection, article, is_removed=True)
    if identity is None:
        raise _no_article(article)
    if ask:
        agreed = confirm(f"Erase article {identity} with all its revisions? This cannot be undone.")
        if agreed is None:
            print_message("not erased: the question was not answered; use --yes to skip it")
            return None
        if not agreed:
            return "nothing was erased"
    with begin() as connection:
        outcome = erase(connection, identity, KeyPointChooser())
    render_articles(begin)
    # Also if the article was erased before, because that command may have been interrupted here.
    purge(db.engine, print_message)
    return f"erased {identity} (revision {outcome.revision})" if outcome else f"{identity} was already erased"


def _already_removed_error(connection: Connection, article: str) -> click.ClickException | None:
    """Return the error for an article that is already removed. Return None if there is no such article."""
    identity = find_article(connection, article, is_removed=True)
    former = identity and find_removed_article(connection, identity)
    if not identity or not former:
        return None
    if former.slug == erased_slug(identity):
        return click.ClickException(f"the article {printable(article)} was already erased")
    message = f"the article {printable(article)} was already removed; add --erase to erase it"
    return click.ClickException(message)


def _no_article(article: str) -> click.ClickException:
    return click.ClickException(f"there is no article with the id or slug {printable(article)}")
