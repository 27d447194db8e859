"""Loads in processes of their own that begin at once, to be killed at any moment.

A new interpreter needs seconds until it loads anything; one that is forked from a server that has read
everything needs none.
"""

import multiprocessing
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess

from seeds.catalogue import read_catalogue
from seeds.content import make_content
from seeds.derived import derive
from seeds.entities import Matcher
from tests.conftest import make_app
from tests.seeds.documents import Page, submit

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload([__name__])


def start(database_url: str, *arguments: str) -> ForkServerProcess:
    """Start `flask seed` with `arguments`; gives the process when the command begins."""
    here, there = CONTEXT.Pipe()
    process = CONTEXT.Process(target=_run, args=(database_url, arguments, there))
    process.start()
    here.recv()
    return process


def _run(database_url: str, arguments: tuple[str, ...], ready: Connection) -> None:
    runner = make_app(database_url).test_cli_runner()
    ready.send("ready")
    result = runner.invoke(args=["seed", *arguments])
    raise SystemExit(result.exit_code)


# Read the lists of words and names once, in the server.
derive(make_content(submit("page", Page()), "page").prose, Matcher(read_catalogue()))
