"""`python -m bench.throughput`: run only the measurements of requests per second."""

import click

from bench.corpus.build import SMALL_CORPUS, ensure_corpus
from bench.databases import ENGINES, open_store
from bench.markdown import report_heading
from bench.throughput.measure import measure_throughput


@click.command()
@click.option(
    "--size",
    type=click.IntRange(SMALL_CORPUS + 1),
    default=100_000,
    show_default=True,
    help="Number of articles in the large corpus.",
)
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
@click.option("--seconds", type=click.IntRange(1), default=3, show_default=True, help="Length of each load.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Loads for each case.")
def main(size: int, engine: str, seconds: int, rounds: int) -> None:
    """Measure the requests per second, with a small and a large database, and print Markdown tables.

    The large database has `--size` articles. Missing databases are built first.

    Example: python -m bench.throughput --size 2000 --seconds 1 --rounds 1
    """
    with open_store(engine) as store:
        names = {articles: ensure_corpus(store, engine, articles) for articles in (SMALL_CORPUS, size)}
        sizes = {articles: store.size(name) for articles, name in names.items()}
        click.echo(f"{report_heading(store.version, sizes, rounds)}\n")
        click.echo(measure_throughput(store, names, seconds, rounds))


if __name__ == "__main__":
    main()
