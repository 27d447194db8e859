"""Build databases of generated articles for benchmarks: `python -m bench.corpus.build --size N`."""

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import click
from sqlalchemy import create_engine, select

from api.database.engines import engine_options
from api.models import Article, Change
from bench.corpus.files import SEED, write_corpus
from bench.databases import ENGINES, FOLDER, ROOT, Store, open_store
from tests.support.server import clean_environ

FLASK: Sequence[str] = (sys.executable, "-m", "flask")
# Number of articles in the small corpus, with which larger corpora are compared.
SMALL_CORPUS = 1000
# A database is rebuilt if one of these files has changed.
SOURCE_PATTERNS = (
    "bench/corpus/words.py",
    "bench/corpus/page.py",
    "seeds/**/*.py",
    "seeds/**/*.yaml",
    "api/database/*.py",
    "api/models/*.py",
    "api/search/analyzer.py",
    "migrations/**/*.py",
)


class Corpus(NamedTuple):
    """A database of generated articles.

    Attributes:
        url: Its `DATABASE_URL`.
        articles: The number of articles.
        slugs: The slugs of all articles.
        second_half_rate: The loading speed in the second half of seeding, divided by that in the first half.
    """

    url: str
    articles: int
    slugs: Sequence[str]
    second_half_rate: float


def read_corpus(url: str, articles: int) -> Corpus:
    """Return a `Corpus` that describes the database at `url`.

    `articles` is the number of its generated articles. The slugs of the articles and the speed of loading are
    read from the database.
    """
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://"), **engine_options(url))
    with engine.connect() as connection:
        slugs = list(connection.scalars(select(Article.slug).order_by(Article.id)))
        times = select(Change.changed_at).order_by(Change.sequence)
        first, middle, last = (
            connection.scalars(times.offset(offset).limit(1)).one()
            for offset in (0, articles // 2, articles - 1)
        )
    engine.dispose()
    return Corpus(url, articles, slugs, (middle - first) / max(last - middle, timedelta(seconds=1)))


def build_corpus(url: str, articles: int, seed: int = SEED) -> None:
    """Migrate the empty database at `url`, and load generated articles with `flask seed load`.

    The same `seed` generates the same articles.
    """
    run_flask(url, "db", "upgrade")
    with tempfile.TemporaryDirectory(prefix="briefs-corpus-") as folder:
        write_corpus(Path(folder), range(1, articles + 1), seed)
        started = time.perf_counter()
        run_flask(url, "seed", "load", "--strict", folder)
        rate = articles / (time.perf_counter() - started)
    click.echo(f"{articles:,} documents, {rate:,.0f} a second", err=True)


def ensure_corpus(store: Store, engine: str, articles: int) -> str:
    """Return the name of a database with this number of generated articles. Build it unless it is up to date.

    `store` contains the databases, and `engine` is `sqlite` or `postgresql`.
    """
    name, digest = f"corpus-{articles}", _digest_of_sources()
    stamp = FOLDER / f"{name}.{engine}.digest"
    if not (store.has(name) and stamp.is_file() and stamp.read_text() == digest):
        stamp.unlink(missing_ok=True)
        store.create(f"{name}-building")
        build_corpus(store.url(f"{name}-building"), articles)
        store.rename(f"{name}-building", name)
        stamp.write_text(digest)
    click.echo(f"{name}: {store.size(name) / 1e6:,.0f} MB, {store.version}", err=True)
    return name


def run_flask(url: str, *arguments: str, accepted: Sequence[int] = (0,)) -> None:
    """Run a `flask` command on the database at `url` without showing its output.

    Raises:
        click.ClickException: The exit status is not one of `accepted`.
    """
    command = [*FLASK, *arguments]
    environ = clean_environ({"DATABASE_URL": url})
    process = subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, check=False)
    if process.returncode not in accepted:
        raise click.ClickException(f"flask {' '.join(arguments)} ended with status {process.returncode}")


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    for path in _source_files():
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _source_files() -> Iterator[Path]:
    for pattern in SOURCE_PATTERNS:
        yield from sorted(ROOT.glob(pattern))


@click.command()
@click.option("--size", default=100_000, show_default=True, help="Number of articles in the large corpus.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Build the small and the large corpus in instance/bench, unless they are up to date.

    `--size` is the number of articles in the large corpus. `--engine` is the database engine of both.
    """
    with open_store(engine) as store:
        for articles in (SMALL_CORPUS, size):
            ensure_corpus(store, engine, articles)


if __name__ == "__main__":
    main()
