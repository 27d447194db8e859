"""`python -m bench`: measure the service and its commands on a small and on a large database."""

import re

import click

from bench.corpus.build import SMALL_CORPUS, ensure_corpus
from bench.databases import ENGINES, open_store
from bench.first_time import measure_first_time
from bench.latency.cases import CASES, DEPTH_CASES
from bench.latency.measure import measure_latency
from bench.markdown import report_heading
from bench.relevance.agreement import measure_relevance
from bench.seeding import measure_seeding
from bench.storage import storage_table
from bench.streams import measure_streams
from bench.throughput.measure import measure_throughput
from bench.transfer import measure_transfer


@click.command()
@click.option("--size", default=100_000, show_default=True, help="Number of articles in the large corpus.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
@click.option(
    "--rounds", type=click.IntRange(1), default=30, show_default=True, help="Requests for each case."
)
@click.option(
    "--only",
    default="",
    metavar="REGEX",
    help="Measure only matching names: names of cases, `storage`, `first-time`, `relevance`, `throughput`, "
    "`streams`, `seeding`, `transfer`.",
)
@click.option("--seconds", type=click.IntRange(1), default=3, show_default=True, help="Length of each load.")
@click.option("--loads", type=click.IntRange(1), default=5, show_default=True, help="Loads for each server.")
def main(size: int, engine: str, rounds: int, only: str, seconds: int, loads: int) -> None:
    """Measure the service and its commands, and print Markdown tables.

    The measurements use two databases of generated articles, a small and a large one. Missing databases are
    built first.
    """
    cases = [case for case in CASES if re.search(only, case.name)]
    depth_cases = [case for case in DEPTH_CASES if re.search(only, case.name)]
    with open_store(engine) as store:
        names = {articles: ensure_corpus(store, engine, articles) for articles in (SMALL_CORPUS, size)}
        sizes = {articles: store.size(name) for articles, name in names.items()}
        click.echo(report_heading(store.version, sizes, rounds))
        urls = {articles: store.url(name) for articles, name in names.items()}
        if re.search(only, "storage"):
            for articles, url in urls.items():
                click.echo("\n" + storage_table(url, articles))
        if re.search(only, "first-time"):
            click.echo("\n" + measure_first_time(urls))
        if re.search(only, "relevance"):
            for articles, url in urls.items():
                click.echo("\n" + measure_relevance(url, articles))
        for table in measure_latency(urls, cases, depth_cases, rounds):
            click.echo("\n" + table)
        if re.search(only, "throughput"):
            click.echo("\n" + measure_throughput(store, names, seconds, loads))
        if re.search(only, "streams"):
            for articles, url in urls.items():
                click.echo("\n" + measure_streams(url, articles))
        # PostgreSQL cannot copy a database that has connections, so the services must have ended.
        if re.search(only, "seeding"):
            for articles, name in names.items():
                click.echo("\n" + measure_seeding(store, name, articles))
        if re.search(only, "transfer"):
            click.echo("\n" + measure_transfer(store, engine, size))


if __name__ == "__main__":
    main()
