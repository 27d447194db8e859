"""The databases of the corpora, made as an operator makes one: `python -m bench.build --size N`."""

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from bench.corpus import SEED, write_corpus
from bench.stores import ENGINES, FOLDER, ROOT, Store, open_store
from tests.support.server import clean_environ

# The corpus that every other one is held against.
SMALL = 1000
# What decides how a corpus's database comes out.
SOURCES = (
    "bench/words.py",
    "bench/page.py",
    "seeds/**/*.py",
    "seeds/**/*.yaml",
    "api/db.py",
    "api/models/*.py",
    "api/search/analyzer.py",
    "migrations/**/*.py",
)


def build(url: str, articles: int, seed: int = SEED) -> None:
    """Migrate the empty database at `url` and load a corpus into it, each by its own `flask` process."""
    flask(url, "db", "upgrade")
    with tempfile.TemporaryDirectory(prefix="briefs-corpus-") as folder:
        write_corpus(Path(folder), range(1, articles + 1), seed)
        started = time.perf_counter()
        flask(url, "seed", "load", "--strict", folder)
        speed = articles / (time.perf_counter() - started)
    click.echo(f"{articles:,} documents, {speed:,.0f} a second", err=True)


def ensure(store: Store, engine: str, articles: int) -> str:
    """Give the name of the corpus's database; it is built unless one of the same sources is there."""
    name, digest = f"corpus-{articles}", _digest()
    stamp = FOLDER / f"{name}.{engine}.digest"
    if not (store.has(name) and stamp.is_file() and stamp.read_text() == digest):
        stamp.unlink(missing_ok=True)
        store.create(f"{name}-building")
        build(store.url(f"{name}-building"), articles)
        store.rename(f"{name}-building", name)
        stamp.write_text(digest)
    click.echo(f"{name}: {store.size(name) / 1e6:,.0f} MB, {store.version}", err=True)
    return name


def flask(url: str, *arguments: str, accepted: Sequence[int] = (0,)) -> None:
    """Run a `flask` command, mute, on the database at `url`; its status must be among `accepted`."""
    command = [sys.executable, "-m", "flask", *arguments]
    environ = clean_environ({"DATABASE_URL": url})
    done = subprocess.run(command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, check=False)
    if done.returncode not in accepted:
        raise click.ClickException(f"flask {' '.join(arguments)} ended with status {done.returncode}")


def _digest() -> str:
    digest = hashlib.sha256()
    for path in _sources():
        digest.update(f"{path.relative_to(ROOT)}\n".encode() + path.read_bytes())
    return digest.hexdigest()


def _sources() -> Iterator[Path]:
    for pattern in SOURCES:
        yield from sorted(ROOT.glob(pattern))


@click.command()
@click.option("--size", default=100_000, show_default=True, help="Articles of the large corpus.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Build the large corpus and the small one in instance/bench, unless they are there."""
    with open_store(engine) as store:
        for articles in (SMALL, size):
            ensure(store, engine, articles)


if __name__ == "__main__":
    main()
