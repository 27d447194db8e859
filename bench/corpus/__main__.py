"""`python -m bench.corpus FOLDER --articles N --seed S`: write a generated corpus as files."""

from pathlib import Path

import click

from bench.corpus.files import SEED, write_corpus


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--articles", default=1000, show_default=True, help="Number of pages to write.")
@click.option("--seed", default=SEED, show_default=True, help="A different seed generates different pages.")
def main(folder: Path, articles: int, seed: int) -> None:
    """Write generated pages into FOLDER for `flask seed load`.

    With the same seed, a larger corpus begins with the pages of a smaller one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    write_corpus(folder, range(1, articles + 1), seed)


if __name__ == "__main__":
    main()
