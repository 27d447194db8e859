"""Commands in processes of their own that begin at once, many beside one another or to be killed.

A new interpreter needs seconds until it loads anything; one that is forked from a server that has read
everything needs none.
"""

import multiprocessing
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from seeds.extraction.catalogue import read_catalogue
from seeds.extraction.mentions import Matcher
from seeds.storing.article_record import make_content
from seeds.storing.derivation import derive
from tests.conftest import make_app
from tests.seeds.documents import Page, submit

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


def start(database_url: str, *commands: Sequence[str]) -> ForkServerProcess:
    """Start `flask seed` with each of `commands` in turn; gives the process when the first begins.

    Its exit status is 1 where a command has failed otherwise than by saying so.
    """
    here, there = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_run, args=(database_url, commands, there))
    process.start()
    here.recv()
    return process


def _run(database_url: str, commands: Sequence[Sequence[str]], ready: Connection) -> None:
    runner = make_app(database_url).test_cli_runner()
    ready.send("ready")
    for command in commands:
        result = runner.invoke(args=["seed", *command])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception


# Read the lists of words and names once, in the server.
derive(make_content(submit("page", Page()), "page").prose, Matcher(read_catalogue()))
