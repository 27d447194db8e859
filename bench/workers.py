"""`python -m bench.workers`: compare gunicorn's kinds of worker and numbers of threads."""

import importlib.util
from collections.abc import Mapping
from contextlib import ExitStack

import click

from bench.connections import bad_clients
from bench.corpus.build import SMALL_CORPUS, ensure_corpus, read_corpus
from bench.databases import open_store
from bench.markdown import markdown_table
from bench.throughput import programs
from bench.throughput.load import Targets, put_load
from bench.throughput.measure import first_lists
from bench.throughput.rounds import Case, measure_rounds, results_table
from bench.throughput.servers import Program, RunningServer, run_server

THREADS = (1, 2, 4, 8, 16)
CONNECTIONS = 16


def kinds_of_worker() -> dict[str, Mapping[str, str]]:
    """Return the environment variables of each kind of worker. gevent must be installed to be compared."""
    kinds: dict[str, Mapping[str, str]] = {
        f"threads: {number}": {"BRIEFS_THREADS": str(number)} for number in THREADS
    }
    kinds["gthread of gunicorn"] = {"GUNICORN_CMD_ARGS": "--worker-class gthread"}
    if importlib.util.find_spec("gevent"):
        kinds["gevent"] = {"GUNICORN_CMD_ARGS": "--worker-class gevent"}
    return kinds


def measure_beside_silent(name: str, server: RunningServer, silent: int, seconds: int) -> list[str]:
    """Return a row of the table: sixteen clients beside connections that send nothing."""
    with bad_clients(server.port, silent=silent, slow=0, unread=0):
        try:
            load = put_load(server.port, Targets(["/v1/articles"]), seconds, connections=CONNECTIONS)
        except click.ClickException as error:
            return [name, error.message, "", ""]
    return [name, f"{load.rate:,.0f}", f"{load.median:.2f}", f"{load.p99:.1f}"]


@click.command()
@click.option("--seconds", type=click.IntRange(1), default=3, show_default=True, help="Length of each load.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Loads for each case.")
@click.option("--silent", default=1_500, show_default=True, help="Connections that send nothing.")
def main(seconds: int, rounds: int, silent: int) -> None:
    """Measure cached lists, lists that are requested for the first time, and silent connections.

    Print Markdown tables for a corpus of 1,000 articles. The first case is the baseline.
    """
    with open_store("sqlite") as store, ExitStack() as stack:
        corpus = read_corpus(store.url(ensure_corpus(store, "sqlite", SMALL_CORPUS)), SMALL_CORPUS)
        _, command, environ = programs.briefs(corpus.url)
        servers = {
            name: stack.enter_context(run_server(Program(name, command, {**environ, **variables}), "/readyz"))
            for name, variables in kinds_of_worker().items()
        }
        for what, targets in (("cached list", Targets(["/v1/articles"])), ("first-time list", first_lists())):
            cases = [
                Case(f"{what}, {name}", server, targets, f"{what}, threads: 4", connections=CONNECTIONS)
                for name, server in servers.items()
            ]
            click.echo(results_table(measure_rounds(cases, seconds, rounds)) + "\n")
        rows = [measure_beside_silent(name, server, silent, seconds) for name, server in servers.items()]
        click.echo(markdown_table([f"beside {silent:,} silent", "a second", "median ms", "p99 ms"], rows))


if __name__ == "__main__":
    main()
