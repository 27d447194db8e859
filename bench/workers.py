"""Compare numbers of workers and threads, kinds of workers, and servers: `python -m bench.workers`."""

import importlib.util
import re
from collections.abc import Iterator
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

# The numbers of workers and of threads in each worker. The first pair is the default.
NUMBERS = ((2, 4), (1, 4), (1, 8), (2, 1), (2, 2), (2, 3), (2, 8), (3, 1), (3, 2), (4, 1), (4, 2))
CONNECTIONS = 16
# In the mixed load, one request in this number is sent for the first time.
MIXED = 10


def kinds_of_server(url: str) -> Iterator[Program]:
    """Yield the servers to compare: the service under gunicorn with different workers, and under granian.

    gevent and granian are left out if they are not installed. `url` is the URL of the database.
    """
    program = programs.briefs(url)
    for workers, threads in NUMBERS:
        variables = {"BRIEFS_WORKERS": str(workers), "BRIEFS_THREADS": str(threads)}
        yield Program(f"{workers} × {threads}", program.command, {**program.environ, **variables})
    for kind in ("gthread", "gevent"):
        if kind == "gthread" or importlib.util.find_spec(kind):
            variables = {"GUNICORN_CMD_ARGS": f"--worker-class {kind}"}
            yield Program(f"{kind} of gunicorn", program.command, {**program.environ, **variables})
    if importlib.util.find_spec("granian"):
        program = programs.briefs_with_granian(url)
        for threads in (1, 4):
            variables = {"BRIEFS_THREADS": str(threads)}
            yield Program(f"granian, 2 × {threads}", program.command, {**program.environ, **variables})


def loads() -> dict[str, Targets]:
    """Return the requests to send, by the name of the load, such as `first-time list`.

    There are three loads: a list that the cache answers, lists that are never repeated, and a mixture of
    both.
    """
    cached, first = "/v1/articles", first_lists().paths
    # The load of first-time lists does not come as far as the last paths.
    mixed = [path for last in reversed(first) for path in (last, *[cached] * (MIXED - 1))]
    return {
        "cached list": Targets([cached]),
        "first-time list": Targets(first),
        "mixed": Targets(mixed),
    }


def measure_beside_silent(name: str, server: RunningServer, silent: int, seconds: int) -> list[str]:
    """Send requests from sixteen clients beside `silent` clients that send nothing, and return a row.

    The row has `name`, the requests per second, and the median and the 99th percentile of the response times
    in milliseconds. If a request fails, the row has `name` and the error message.
    """
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
@click.option("--only", default="", metavar="REGEX", help="Compare only servers with matching names.")
def main(seconds: int, rounds: int, silent: int, only: str) -> None:
    """Compare the speed and the memory of several servers, and print Markdown tables.

    The cache answers all, none or some of the requests. Each of these three loads has `--rounds` rounds.
    Last, the speed is measured beside `--silent` clients that send nothing.

    Each measurement takes `--seconds`. `--only` is a regular expression that selects servers by name.
    """
    with open_store("sqlite") as store, ExitStack() as stack:
        corpus = read_corpus(store.url(ensure_corpus(store, "sqlite", SMALL_CORPUS)), SMALL_CORPUS)
        servers = {
            program.name: stack.enter_context(run_server(program, "/readyz"))
            for program in kinds_of_server(corpus.url)
            if re.search(only, program.name)
        }
        for what, targets in loads().items():
            cases = [
                Case(f"{what}, {name}", server, targets, f"{what}, {next(iter(servers))}", CONNECTIONS)
                for name, server in servers.items()
            ]
            results = measure_rounds(cases, seconds, rounds)
            click.echo(results_table(results, next(iter(servers))) + "\n")
        memory = [[name, f"{server.total_memory():.0f}"] for name, server in servers.items()]
        click.echo(markdown_table(["memory of all processes", "MiB"], memory) + "\n")
        if silent:
            rows = [measure_beside_silent(name, server, silent, seconds) for name, server in servers.items()]
            click.echo(markdown_table([f"beside {silent:,} silent", "a second", "median ms", "p99 ms"], rows))


if __name__ == "__main__":
    main()
