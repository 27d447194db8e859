"""A corpus of invented pages as files: `python -m bench.corpus FOLDER --articles N --seed S`.

And what is read of it where it was seeded.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import click
from sqlalchemy import create_engine, select

from api.db import engine_options
from api.models import Article, Change
from bench.page import Page

SEED = 1


def write_corpus(folder: Path, numbers: Iterable[int], seed: int = SEED) -> None:
    """Write the pages with `numbers`, from 1, and their sidecars into `folder`."""
    for number in numbers:
        page = Page(seed, number)
        path = folder / f"page-{number:07}.txt"
        path.write_bytes(page.text().encode())
        path.with_suffix(".yaml").write_bytes(page.sidecar().encode())


class Corpus(NamedTuple):
    """A corpus as it is asked for: its URL, how many articles, all slugs, its second half's seeding rate."""

    url: str
    articles: int
    slugs: Sequence[str]
    second_half: float


def read_corpus(url: str, articles: int) -> Corpus:
    """Read the slugs of a corpus, and how long each half of it took to seed."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), **engine_options(url))
    with engine.connect() as connection:
        slugs = list(connection.scalars(select(Article.slug).order_by(Article.id)))
        at = select(Change.changed_at).order_by(Change.sequence)
        first, middle, last = (
            connection.scalars(at.offset(place).limit(1)).one() for place in (0, articles // 2, articles - 1)
        )
    engine.dispose()
    return Corpus(url, articles, slugs, (middle - first) / max(last - middle, timedelta(seconds=1)))


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--articles", default=1000, show_default=True, help="How many pages to write.")
@click.option("--seed", default=SEED, show_default=True, help="Another seed makes other pages.")
def main(folder: Path, articles: int, seed: int) -> None:
    """Write invented pages into FOLDER for `flask seed load`.

    The same seed gives the same pages, and those of a small corpus are the first of a larger one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_corpus(folder, range(1, articles + 1), seed)


if __name__ == "__main__":
    main()
