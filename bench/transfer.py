"""Export and import of a whole database, how fast and in how much memory: `python -m bench.transfer`.

The file that is imported is made of the export of a small corpus, of which some pages were corrected: each
article stands in it many times, under other keys, so that it costs minutes and not the hour of a seeding.
Each command is a process of its own, of which the system says how much memory it had at most.
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

from bench.build import SMALL, ensure, flask
from bench.corpus import SEED, write_corpus
from bench.report import table
from bench.stores import ENGINES, FOLDER, ROOT, Store, open_store
from seeds.storing.identifiers import article_id
from seeds.transfer.lines import write_lines
from tests.support.server import clean_environ

# Pages that have a former revision.
CORRECTED = 100
SOURCE, TARGET = "transfer-source", "transfer-target"
# Runs a command and prints what it had in memory at most. A small process of its own, as what a process has
# while it starts another counts as that one's too.
MEASURE = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""

Values = dict[str, Any]
Ids = Mapping[str, str]


class Run(NamedTuple):
    """A command that was run: seconds, and the bytes that it had in memory at most."""

    name: str
    seconds: float
    peak: int


def measure_transfer(store: Store, engine: str, articles: int) -> str:
    """Import so many articles into a database and export them again; gives a table of what that took."""
    base = ensure(store, engine, SMALL)
    with tempfile.TemporaryDirectory(dir=FOLDER, prefix="transfer-") as folder:
        small, large, again = (Path(folder) / f"{name}.ndjson" for name in ("small", "large", "again"))
        _export_corrected(store, base, small)
        copies = -(-articles // SMALL)
        with large.open("wb") as file:
            write_lines(multiplied(small.read_bytes().splitlines(), copies), file)
        store.create(TARGET)
        flask(store.url(TARGET), "db", "upgrade")
        try:
            runs = [
                _run(store.url(TARGET), "import", large),
                _run(store.url(TARGET), "export", again),
            ]
        finally:
            store.drop(TARGET)
        if not filecmp.cmp(large, again, shallow=False):
            raise click.ClickException("what was exported is not what was imported")
        size = large.stat().st_size
    rows = [
        [
            run.name,
            f"{run.seconds:.0f}",
            f"{copies * SMALL / run.seconds:,.0f}",
            f"{run.peak / (1 << 20):.0f}",
        ]
        for run in runs
    ]
    titles = [
        f"{copies * SMALL:,} articles, {size / 1e6:,.0f} MB",
        "seconds",
        "articles a second",
        "peak MiB",
    ]
    return table(titles, rows)


def _export_corrected(store: Store, base: str, path: Path) -> None:
    """Export the corpus, after some of its pages were seeded with other texts."""
    store.copy(base, SOURCE)
    try:
        with tempfile.TemporaryDirectory(prefix="briefs-corpus-") as folder:
            write_corpus(Path(folder), range(1, CORRECTED + 1), SEED + 1)
            flask(store.url(SOURCE), "seed", "load", folder)
        flask(store.url(SOURCE), "seed", "export", str(path))
    finally:
        store.drop(SOURCE)


def multiplied(lines: Sequence[bytes], copies: int) -> Iterator[tuple[str, Values]]:
    """Yield the lines of an export with `copies` of each article and of its history, under other keys."""
    by_kind: dict[str, list[Values]] = {}
    for line in lines:
        values = orjson.loads(line)
        by_kind.setdefault(values.pop("kind"), []).append(values)
    (corpus,) = by_kind["corpus"]
    yield "corpus", corpus | {"revision": corpus["revision"] * copies}
    for entity in by_kind["entity"]:
        yield "entity", entity | {name: entity[name] * copies for name in ("article_count", "mention_count")}
    articles = by_kind["article"]
    last = articles[-1]["number"]
    for copy in range(copies):
        ids = {one["id"]: _id(one, copy) for one in articles}
        for one in articles:
            yield "article", _article(one, copy, ids) | {"number": one["number"] + copy * last}
    revisions = by_kind.get("revision", [])
    placed = [
        (_id(one, copy), one["revision"], copy, at)
        for at, one in enumerate(revisions)
        for copy in range(copies)
    ]
    for identity, _, copy, at in sorted(placed):
        yield "revision", revisions[at] | {"article_id": identity, "key": _key(revisions[at], copy)}
    changes = by_kind["change"]
    for copy in range(copies):
        ids = {one["id"]: _id(one, copy) for one in articles}
        for one in changes:
            told = {"sequence": one["sequence"] + copy * len(changes), "article_id": ids[one["article_id"]]}
            yield "change", one | told | {"slug": _slug(one["slug"], copy)}


def _article(values: Values, copy: int, ids: Ids) -> Values:
    slug = partial(_slug, copy=copy)
    related = [link | {"target_id": ids.get(link["target_id"])} for link in values["related"]]
    # Computed links stand by score, and those of one score by their targets.
    listed = [link for link in related if link["basis"] == "listed"]
    computed = [link for link in related if link["basis"] == "computed"]
    computed.sort(key=lambda link: (-link["score"], link["target_id"]))
    return values | {
        "id": ids[values["id"]],
        "key": _key(values, copy),
        "slug": slug(values["slug"]),
        "slugs": sorted(map(slug, values["slugs"])),
        "related": listed + computed,
    }


def _key(values: Values, copy: int) -> str:
    key: str = values["key"]
    return f"{key}-{copy}" if copy else key


def _id(values: Values, copy: int) -> str:
    return str(article_id(_key(values, copy)))


def _slug(slug: str, copy: int) -> str:
    return f"{slug[:110].rstrip('-')}-{copy}" if copy else slug


def _run(url: str, name: str, file: Path) -> Run:
    """Run `flask seed` with the command `name` on the database at `url`, and wait for it."""
    started = time.perf_counter()
    command = [sys.executable, "-m", "flask", "seed", name, str(file)]
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *command],
        cwd=ROOT,
        env=clean_environ({"DATABASE_URL": url}),
        stdout=subprocess.PIPE,
        check=True,
    )
    # Linux says kibibytes, macOS bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    return Run(name, time.perf_counter() - started, int(done.stdout) * unit)


@click.command()
@click.option("--size", default=100_000, show_default=True, help="Articles, a multiple of 1,000.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Measure import and export and print a Markdown table; build the small corpus if it is missing."""
    with open_store(engine) as store:
        click.echo(f"- {store.version}\n\n{measure_transfer(store, engine, size)}")


if __name__ == "__main__":
    main()
