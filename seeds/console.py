"""Output of the commands: messages, progress and results, and one-line reports of failures."""

import errno
import logging
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

import click
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

from seeds.messages import printable
from seeds.storing.transactions import LockError
from seeds.streams import StreamError

Item = TypeVar("Item")

# The driver and the pool log what they cannot tidy up after a connection was cut. The error itself is raised
# as well, and said in one line.
CLEANERS = ("psycopg", "sqlalchemy.pool.impl.QueuePool")
UNTIDY = ("error ignored", "Exception during reset")
# Seconds between two lines of progress where there is no terminal.
TELL_EVERY = 10.0

console = Console(stderr=True)


class _Rate(ProgressColumn):
    """How many are done a second."""

    def render(self, task: Task) -> Text:
        """Give the rate since the beginning, as soon as there is one."""
        return Text(f"{task.completed / task.elapsed:,.0f}/s" if task.elapsed else "")


def print_message(message: str) -> None:
    """Print `message`, above the progress bar where there is one."""
    console.print(message, markup=False, highlight=False, emoji=False, soft_wrap=True)


def progress(items: Sequence[Item], verb: str) -> Iterator[Item]:
    """Yield `items`, showing how many are done, how fast, and how long the rest will take.

    On a terminal that is a bar; elsewhere a line now and then.
    """
    if not console.is_terminal:
        yield from _told(items, verb)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), _Rate())
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        yield from bar.track(items, description=verb)


def _told(items: Sequence[Item], verb: str) -> Iterator[Item]:
    started = told = time.monotonic()
    for done, item in enumerate(items, 1):
        yield item
        now = time.monotonic()
        if now - told >= TELL_EVERY:
            told, rate = now, done / (now - started)
            left = timedelta(seconds=round((len(items) - done) / rate))
            print_message(f"{verb}: {done:,} of {len(items):,}, {rate:,.0f}/s, {left} left")


def print_result(text: str | bytes) -> None:
    """Print what was asked for to standard output."""
    try:
        click.echo(text)
    except OSError as error:
        # Who reads no further has what was wanted; click ends without a word then.
        if error.errno == errno.EPIPE:
            raise
        # What is left in the buffer would fail once more at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.ClickException(f"standard output: cannot be written: {error.strerror}") from None


def count_of(count: int, one: str, several: str) -> str:
    """Say how many there are."""
    return f"{count} {one if count == 1 else several}"


@contextmanager
def reported_failures() -> Iterator[None]:
    """Turn a failure of the database or of a file into one line that says what to do."""
    for name in CLEANERS:
        logging.getLogger(name).addFilter(_tells_more)
    try:
        yield
    except (LockError, StreamError) as error:
        raise click.ClickException(str(error)) from None
    except DBAPIError as error:
        reason = str(error.orig).strip().partition("\n")[0]
        advice = "nothing of the document at hand was written; mend the cause and run this again"
        if "no such table" in reason or isinstance(error.orig, UndefinedTable):
            advice = "run `flask db upgrade` first"
        raise click.ClickException(printable(f"database: {reason}; {advice}")) from None
    except KeyboardInterrupt:
        print_message("stopped; run this again to finish")
        raise


def _tells_more(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(UNTIDY)
