"""`python -m bench`: how long the service takes on a large corpus, held against a small one."""

import re
from contextlib import ExitStack

import click

from bench.build import SMALL, ensure
from bench.cases import CASES, DEPTHS
from bench.depth import Ends, measure_depths
from bench.measure import measure_cases
from bench.report import cases_table, depths_table, heading
from bench.seeding import measure_seeding
from bench.service import serve
from bench.stores import ENGINES, FOLDER, open_store
from bench.throughput import measure_throughput
from bench.transfer import measure_transfer


@click.command()
@click.option("--size", default=100_000, show_default=True, help="Articles of the large corpus.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
@click.option("--rounds", type=click.IntRange(1), default=30, show_default=True, help="Requests a case.")
@click.option(
    "--only",
    default="",
    metavar="REGEX",
    help="Only what has this in its name: a case, `seeding`, `throughput`, `transfer`.",
)
@click.option("--seconds", type=click.IntRange(1), default=3, show_default=True, help="Of each load.")
@click.option("--loads", type=click.IntRange(1), default=5, show_default=True, help="Loads of throughput.")
def main(size: int, engine: str, rounds: int, only: str, seconds: int, loads: int) -> None:
    """Measure the service over HTTP and print the times as Markdown tables; build what is missing."""
    cases, depths = ([case for case in each if re.search(only, case.name)] for each in (CASES, DEPTHS))
    with open_store(engine) as store:
        names = {articles: ensure(store, engine, articles) for articles in (SMALL, size)}
        with ExitStack() as stack:
            services = [
                stack.enter_context(serve(store.url(name), articles)) for articles, name in names.items()
            ]
            sizes = {articles: store.size(name) for articles, name in names.items()}
            click.echo(heading(store.version, sizes, rounds))
            if cases:
                click.echo("\n" + cases_table(services, measure_cases(services, cases, rounds)))
            if depths:
                ends = Ends(FOLDER / f"{names[size]}.{engine}.ends.json")
                click.echo(
                    "\n" + depths_table(services[-1], measure_depths(services[-1], depths, ends, rounds))
                )
        if re.search(only, "throughput"):
            click.echo("\n" + measure_throughput(store, names, seconds, loads))
        # Only now, since PostgreSQL copies no database that somebody is connected to.
        if re.search(only, "seeding"):
            for articles, name in names.items():
                click.echo("\n" + measure_seeding(store, name, articles).report())
        if re.search(only, "transfer"):
            click.echo("\n" + measure_transfer(store, engine, size))


if __name__ == "__main__":
    main()
