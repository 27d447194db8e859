"""Print how far the service's ranking of search results agrees with BM25: `python -m bench.relevance`."""

import click

from bench.corpus.build import SMALL_CORPUS, ensure_corpus
from bench.databases import ENGINES, open_store
from bench.relevance.agreement import measure_relevance


@click.command()
@click.option("--size", default=SMALL_CORPUS, show_default=True, help="Number of articles in the corpus.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Print a Markdown table that compares the service's ranking of search results with BM25.

    The database has `--size` generated articles in the engine `--engine`. It is built if it is missing.
    """
    with open_store(engine) as store:
        url = store.url(ensure_corpus(store, engine, size))
        click.echo(f"- {store.version}\n\n{measure_relevance(url, size)}")


if __name__ == "__main__":
    main()
