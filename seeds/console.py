"""Output of the commands: messages, progress, results and one-line errors."""

import errno
import logging
import os
import sys
import time
from collections.abc import Iterable, Iterator, Sized
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar

import click
from flask.cli import AppGroup
from psycopg.errors import UndefinedTable
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text
from sqlalchemy.exc import DBAPIError

from seeds.command_files import StreamError
from seeds.escaping import printable
from seeds.preparing.worker_pool import WorkerError
from seeds.storing.transactions import LockError
from seeds.storing.write_ahead_log import LogFullError

Item = TypeVar("Item")

# After a lost connection, these loggers report that the clean-up failed. The commands already report the lost
# connection.
CLEANUP_LOGGERS = ("psycopg", "sqlalchemy.pool.impl.QueuePool")
CLEANUP_MESSAGES = ("error ignored", "Exception during reset")
# The beginnings of the errors of SQLite for a database that was never migrated.
NOT_MIGRATED = ("no such table", "there is no database file")
# Seconds between two lines of progress if standard error is not a terminal.
PROGRESS_INTERVAL = 10.0

console = Console(stderr=True)


class CommandGroup(AppGroup):
    """A group of commands that report Ctrl-C in one line and end with the exit status 1.

    Args:
        name: The name of the group.
        after_interrupt: What to do after Ctrl-C, for the message.
        options: The other arguments of a group of Click.
    """

    def __init__(
        self,
        name: str | None = None,
        *,
        after_interrupt: str = "run the command again to finish",
        **options: Any,
    ) -> None:
        super().__init__(name, **options)
        self._after_interrupt = after_interrupt

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command that `ctx` contains, and return its result."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            print_message(f"interrupted; {self._after_interrupt}")
            sys.exit(1)


class _RateColumn(ProgressColumn):
    """A column of the progress bar that shows the number of items processed per second."""

    def render(self, task: Task) -> Text:
        """Return the average number of items per second, or an empty text before the first measurement."""
        return Text(f"{task.completed / task.elapsed:,.0f}/s" if task.elapsed else "")


def print_message(message: str) -> None:
    """Print `message` to standard error, above a progress bar if one is shown."""
    console.print(message, markup=False, highlight=False, emoji=False, soft_wrap=True)


def progress(items: Iterable[Item], verb: str, total: int | None = None) -> Iterator[Item]:
    """Yield `items`, and show on standard error how many are done, their rate and the remaining time.

    Args:
        verb: The label, such as "Loading".
        total: The number of items, if `items` has no length.
    """
    count = len(items) if isinstance(items, Sized) else total or 0
    if not console.is_terminal:
        yield from _progress_lines(items, verb, count)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _RateColumn())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        yield from bar.track(items, count, description=verb)


def _progress_lines(items: Iterable[Item], verb: str, total: int) -> Iterator[Item]:
    started = printed = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - printed >= PROGRESS_INTERVAL:
            printed, rate = now, done / (now - started)
            remaining = timedelta(seconds=round((total - done) / rate))
            print_message(f"{verb}: {done:,} of {total:,}, {rate:,.0f}/s, {remaining} left")


def print_result(text: str | bytes) -> None:
    """Print `text`, the result of a command, to standard output.

    A failure, such as a full disk, becomes a one-line error.
    """
    try:
        click.echo(text)
    except OSError as error:
        # The reader closed the pipe. Click then exits without a message.
        if error.errno == errno.EPIPE:
            raise
        # Python flushes the rest of the buffer at exit. Redirect it, so that the flush does not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.ClickException(f"standard output: cannot be written: {error.strerror}") from None


def confirm(question: str) -> bool | None:
    """Ask the operator the yes-or-no question `question`, and return True if the answer is yes.

    Return None if the input ends without an answer.
    """
    try:
        return click.confirm(question, err=True)
    except click.Abort:
        return None


def count_of(count: int, singular: str, plural: str) -> str:
    """Return a count with its noun: `count_of(1, "article", "articles")` returns `1 article`.

    The noun is `singular` if `count` is 1, and otherwise `plural`.
    """
    return f"{count} {singular if count == 1 else plural}"


@contextmanager
def reported_failures(consequence: str = "") -> Iterator[None]:
    """Turn an error in the `with` body into a one-line message that says what to do.

    Args:
        consequence: What a database error means for the command, such as "nothing was stored".

    Raises:
        click.ClickException: The body raised a database error, `LockError`, `LogFullError`, `StreamError` or
            `WorkerError`.
    """
    for name in CLEANUP_LOGGERS:
        logging.getLogger(name).addFilter(_is_not_cleanup)
    try:
        yield
    except (LockError, LogFullError, StreamError, WorkerError) as error:
        raise click.ClickException(str(error)) from None
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        advice = "; ".join(filter(None, [consequence, "correct the cause and run the command again"]))
        if reason.startswith(NOT_MIGRATED) or isinstance(error.orig, UndefinedTable):
            advice = "run `flask db upgrade` first"
        raise click.ClickException(printable(f"database: {reason}; {advice}")) from None


def _is_not_cleanup(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(CLEANUP_MESSAGES)
