"""Measure the time and the memory of importing and exporting a database: `python -m bench.transfer`.

The imported file repeats the export of a small corpus many times under different keys. Each command runs in
its own process, whose peak memory the operating system reports.
"""

import filecmp
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import click
import orjson

from bench.corpus.build import FLASK, SMALL_CORPUS, ensure_corpus, run_flask
from bench.corpus.files import SEED, write_corpus
from bench.databases import ENGINES, FOLDER, ROOT, Store, open_store
from bench.markdown import markdown_table
from seeds.identifiers import article_id
from seeds.transfer.export_file import write_lines
from tests.support.server import clean_environ

# Number of pages with an archived revision.
CORRECTED_PAGES = 100
SOURCE_NAME, TARGET_NAME = "transfer-source", "transfer-target"
# Runs a command and prints its peak memory. A small process starts the command, because the operating system
# counts the memory of the parent at the start as memory of the child.
PEAK_MEMORY_PROGRAM = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""

Values = dict[str, Any]
Ids = Mapping[str, str]


class CommandRun(NamedTuple):
    """One run of `flask seed import` or `flask seed export`.

    Attributes:
        name: The name of the command: `import` or `export`.
        seconds: How long the command took.
        peak: The peak memory of the command in bytes.
    """

    name: str
    seconds: float
    peak: int


def measure_transfer(store: Store, engine: str, articles: int) -> str:
    """Import a generated export and export it again, and return a Markdown table of time and memory.

    Args:
        store: The databases.
        engine: The name of the database engine, such as `sqlite`.
        articles: The number of articles in the export.
    """
    base = ensure_corpus(store, engine, SMALL_CORPUS)
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix="transfer-") as folder:
        small, large, again = (Path(folder) / f"{name}.ndjson" for name in ("small", "large", "again"))
        _export_corrected(store, base, small)
        # Repeating an export is faster than seeding a large corpus, which would take an hour.
        copies = -(-articles // SMALL_CORPUS)
        with large.open("wb") as file:
            write_lines(multiply_export(small.read_bytes().splitlines(), copies), file)
        store.create(TARGET_NAME)
        run_flask(store.url(TARGET_NAME), "db", "upgrade")
        try:
            runs = [
                _run(store.url(TARGET_NAME), "import", large),
                _run(store.url(TARGET_NAME), "export", again),
            ]
        finally:
            store.drop(TARGET_NAME)
        if not filecmp.cmp(large, again, shallow=False):
            raise click.ClickException("the exported file differs from the imported file")
        size = large.stat().st_size
    rows = [
        [
            run.name,
            f"{run.seconds:.0f}",
            f"{copies * SMALL_CORPUS / run.seconds:,.0f}",
            f"{run.peak / (1 << 20):.0f}",
        ]
        for run in runs
    ]
    titles = [
        f"{copies * SMALL_CORPUS:,} articles, {size / 1e6:,.0f} MB",
        "seconds",
        "articles a second",
        "peak MiB",
    ]
    return markdown_table(titles, rows)


def _export_corrected(store: Store, base: str, path: Path) -> None:
    """Copy the database `base`, correct some articles in the copy, and export the copy to `path`.

    A corrected article has two revisions.
    """
    store.copy(base, SOURCE_NAME)
    try:
        with tempfile.TemporaryDirectory(prefix="briefs-corpus-") as folder:
            write_corpus(Path(folder), range(1, CORRECTED_PAGES + 1), SEED + 1)
            run_flask(store.url(SOURCE_NAME), "seed", "load", folder)
        run_flask(store.url(SOURCE_NAME), "seed", "export", str(path))
    finally:
        store.drop(SOURCE_NAME)


def multiply_export(lines: Sequence[bytes], copies: int) -> Iterator[tuple[str, Values]]:
    """Yield the lines of a large export, made from a small one by repeating each article under new keys.

    The items are pairs: the kind of a line, such as `article`, and its values. `lines` is the small export.
    `copies` is how often each article is repeated.
    """
    by_kind: dict[str, list[Values]] = {}
    for line in lines:
        values = orjson.loads(line)
        by_kind.setdefault(values.pop("kind"), []).append(values)
    (corpus,) = by_kind["corpus"]
    last = corpus["last_article"]
    yield "corpus", corpus | {"revision": corpus["revision"] * copies, "last_article": last * copies}
    for entity in by_kind["entity"]:
        yield "entity", entity | {name: entity[name] * copies for name in ("article_count", "mention_count")}
    articles = by_kind["article"]
    for copy in range(copies):
        ids = {article["id"]: _id(article, copy) for article in articles}
        for article in articles:
            yield "article", _article(article, copy, ids) | {"number": article["number"] + copy * last}
    revisions = by_kind.get("revision", [])
    ordered = sorted(
        (_id(values, copy), values["revision"], copy, index)
        for index, values in enumerate(revisions)
        for copy in range(copies)
    )
    for identity, _, copy, index in ordered:
        yield "revision", revisions[index] | {"article_id": identity, "key": _key(revisions[index], copy)}
    changes = by_kind["change"]
    for copy in range(copies):
        ids = {one["id"]: _id(one, copy) for one in articles}
        for one in changes:
            changed = {
                "sequence": one["sequence"] + copy * len(changes),
                "article_id": ids[one["article_id"]],
            }
            yield "change", one | changed | {"slug": _slug(one["slug"], copy)}


def _article(values: Values, copy: int, ids: Ids) -> Values:
    slug = partial(_slug, copy=copy)
    related = [link | {"target_id": ids.get(link["target_id"])} for link in values["related"]]
    # An export lists computed links by descending score, then by target.
    listed = [link for link in related if link["basis"] == "listed"]
    computed = [link for link in related if link["basis"] == "computed"]
    computed.sort(key=lambda link: (-link["score"], link["target_id"]))
    return values | {
        "id": ids[values["id"]],
        "key": _key(values, copy),
        "slug": slug(values["slug"]),
        "slugs": sorted(map(slug, values["slugs"])),
        "story": ids[values["story"]],
        "related": listed + computed,
    }


def _key(values: Values, copy: int) -> str:
    key: str = values["key"]
    return f"{key}-{copy}" if copy else key


def _id(values: Values, copy: int) -> str:
    return str(article_id(_key(values, copy)))


def _slug(slug: str, copy: int) -> str:
    return f"{slug[:110].rstrip('-')}-{copy}" if copy else slug


def _run(url: str, name: str, file: Path) -> CommandRun:
    """Run `flask seed NAME FILE` on the database at `url`, and measure its time and its peak memory."""
    started = time.perf_counter()
    command = [*FLASK, "seed", name, str(file)]
    done = subprocess.run(
        [sys.executable, "-c", PEAK_MEMORY_PROGRAM, *command],
        cwd=ROOT,
        env=clean_environ({"DATABASE_URL": url}),
        stdout=subprocess.PIPE,
        check=True,
    )
    # Linux reports kibibytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return CommandRun(name, time.perf_counter() - started, int(done.stdout) * unit)


@click.command()
@click.option("--size", default=100_000, show_default=True, help="Number of articles, a multiple of 1,000.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Measure import and export and print a Markdown table. Build the small corpus first if it is missing."""
    with open_store(engine) as store:
        click.echo(f"- {store.version}\n\n{measure_transfer(store, engine, size)}")


if __name__ == "__main__":
    main()
