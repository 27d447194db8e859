"""A corpus of invented pages as files: `python -m bench.corpus FOLDER --articles N --seed S`."""

from collections.abc import Iterable
from pathlib import Path

import click

from bench.page import Page

SEED = 1


def write_corpus(folder: Path, numbers: Iterable[int], seed: int = SEED) -> None:
    """Write the pages with `numbers`, from 1, and their sidecars into `folder`."""
    for number in numbers:
        page = Page(seed, number)
        path = folder / f"page-{number:07}.txt"
        path.write_bytes(page.text().encode())
        path.with_suffix(".yaml").write_bytes(page.sidecar().encode())


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
