"""Seeding commands in separate processes, which can run at the same time or be killed at a chosen step.

The processes are forked from a server that has imported all modules and read all word lists. A new
interpreter would need seconds before it loads a document.
"""

import multiprocessing
import signal
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from sqlalchemy import Engine, event

from seeds.extraction.catalogue import read_catalogue
from seeds.preparing.article_record import make_record
from seeds.preparing.derivation import derive
from tests.conftest import make_app
from tests.seeds.documents import Page, submit
from tests.support.extraction import make_matcher

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


def start_commands(database_url: str, *commands: Sequence[str]) -> ForkServerProcess:
    """Run `flask seed` with each of `commands`, one after the other, in a new process.

    Return the process as soon as it begins. Its exit status is 1 if a command raises an exception other than
    SystemExit.
    """
    here, there = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_run, args=(database_url, commands, there))
    process.start()
    here.recv()
    return process


def count_steps(database_url: str, command: Sequence[str]) -> int:
    """Run `flask seed` with `command` to its end, and return how many steps it took in the database.

    A step is a statement or a commit.
    """
    process, connection = _start_stepping(database_url, command, None)
    steps: int = connection.recv()
    process.join()
    assert process.exitcode == 0
    return steps


def kill_before_step(database_url: str, command: Sequence[str], step: int) -> None:
    """Run `flask seed` with `command`, and kill the process before it takes the step `step`.

    A step is a statement or a commit in the database. The first step has the number 1.
    """
    process, connection = _start_stepping(database_url, command, step)
    assert connection.recv() == step - 1
    assert process.is_alive()
    process.kill()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def _start_stepping(
    database_url: str, command: Sequence[str], last: int | None
) -> tuple[ForkServerProcess, Connection]:
    here, there = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_run_steps, args=(database_url, command, last, there))
    process.start()
    # After this, only the child has the other end open, so that reading fails if the child dies.
    there.close()
    return process, here


def _run(database_url: str, commands: Sequence[Sequence[str]], ready: Connection) -> None:
    runner = make_app(database_url).test_cli_runner()
    ready.send("ready")
    for command in commands:
        result = runner.invoke(args=["seed", *command])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception


def _run_steps(database_url: str, command: Sequence[str], last: int | None, parent: Connection) -> None:
    """Run a command in this process, and send the number of finished steps to `parent`.

    A step is a statement or a commit. Before the step `last`, the process waits until it is killed. If `last`
    is None, the command runs to its end.
    """
    runner, steps = make_app(database_url).test_cli_runner(), 0

    def take_step(*_: object) -> None:
        nonlocal steps
        if steps + 1 == last:
            parent.send(steps)
            # The parent never answers: the process waits here until it is killed.
            parent.recv()
        steps += 1

    event.listen(Engine, "before_cursor_execute", take_step)
    event.listen(Engine, "commit", take_step)
    result = runner.invoke(args=["seed", *command])
    assert result.exit_code == 0, result.output
    parent.send(steps)


# The server reads the word lists once for all processes.
derive(make_record(submit("page", Page()), "page").article_text, make_matcher(read_catalogue()))
