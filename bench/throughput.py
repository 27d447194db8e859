"""`python -m bench.throughput`: requests a second, ours against a bare application and against the peers."""

import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote, urlencode

import click
import orjson

from bench import programs
from bench.build import SMALL, ensure
from bench.corpus import read_corpus
from bench.goals import HOT, goals_table
from bench.load import Targets, find_wrk, put_load
from bench.peers.datasette import make_table
from bench.report import heading
from bench.rounds import Case, measure, results_table
from bench.servers import Program, Running, running
from bench.stores import ENGINES, Store, open_store
from bench.words import COMMON_ENTITIES, TENTH_WORD, WORDS

Article = Mapping[str, Any]
# Targets of which each is asked for once, more than are answered in all rounds together.
FIRST_TIME = 60_000
# Articles whose answers are together more than the usual cache.
FILLING = 8_000
SEARCH = urlencode({"q": TENTH_WORD})
FILTERED = urlencode({"entity": COMMON_ENTITIES[0].slug})


def first_lists() -> Targets:
    """Make lists of 20 of which each is asked for once: those before one moment or another."""
    random, since = Random(1), datetime(2016, 2, 1, tzinfo=UTC)
    moments = random.sample(range(300_000_000), FIRST_TIME)
    times = (since + timedelta(seconds=moment) for moment in moments)
    return Targets([f"/v1/articles?published_before={each:%Y-%m-%dT%H:%M:%SZ}" for each in times])


def first_searches() -> Targets:
    """Make searches for two words of which each is asked for once, the words as frequent as in the pages."""
    random, pairs = Random(1), dict[str, None]()
    while len(pairs) < FIRST_TIME:
        pairs[" ".join(WORDS.draw(random, 2))] = None
    return Targets([f"/v1/articles?q={quote(pair)}" for pair in pairs])


def hot_paths(slug: str) -> dict[str, str]:
    """Give what is asked for again and again, by the name of its case."""
    detail = f"/v1/articles/{slug}"
    lists = ("/v1/articles", f"/v1/articles?{FILTERED}", f"/v1/articles?{SEARCH}")
    return dict(zip(HOT, (detail, *lists), strict=True))


def hot_cases(server: Running, paths: Mapping[str, str], bare: Running) -> list[Case]:
    """Make the cases that the cache answers, each beside the bare application's same bytes."""
    cases = []
    for at, (name, path) in enumerate(paths.items()):
        same = f"bare WSGI, bytes of {name[4:]}"
        cases += [Case(same, bare, Targets([f"/{at}"]), same), Case(name, server, Targets([path]), same)]
    detail, against = paths["hot detail"], cases[0].name
    etag = server.get(detail)[1]["ETag"]
    return [
        *cases,
        Case("hot 304", server, Targets([detail], headers={"If-None-Match": etag}), against),
        Case("hot gzip", server, Targets([detail], headers={"Accept-Encoding": "gzip"}), against),
        Case("hot detail, one connection", server, Targets([detail]), against, connections=1),
    ]


def peer_cases(stack: ExitStack, database: Path, folder: Path, article: Article, against: str) -> list[Case]:
    """Start the peers on the SQLite file `database`, and make a case of each: the article of hot detail."""
    briefs = folder / "briefs.db"
    make_table(database, briefs)
    parts = "&".join(f"_json={name}" for name in ("body", "analysis", "takeaways", "entities", "related"))
    started = [
        (programs.datasette(briefs), f"/briefs/articles/{article['slug']}.json?_shape=array&{parts}"),
        (programs.fastapi(database), f"/articles/{article['slug']}"),
        (programs.django(database), f"/articles/{article['slug']}"),
    ]
    cases = [
        Case(program.name, _start(stack, program, path), Targets([path]), against)
        for program, path in started
    ]
    for case in cases:
        _check(case, article)
    return cases


def _fill(server: Running, slugs: Sequence[str]) -> None:
    """Have each worker keep as much as it may: all of these are asked for some times over."""
    targets = Targets([f"/v1/articles/{slug}" for slug in slugs[:FILLING]])
    asked = 0
    while asked < 8 * FILLING:
        asked += put_load(server.port, targets, 5, start=asked).requests


def _check(case: Case, article: Article) -> None:
    """See that a peer answers all that our answer says."""
    answered = case.server.get(case.targets.paths[0])[2].decode()
    said = [article["title"], *(each["text"] for each in (*article["body"], *article["takeaways"]))]
    said += [each["name"] for each in article["entities"]]
    said += [each["id"] for part in ("takeaways", "entities", "related") for each in article[part]]
    said += [each["target"]["title"] for each in article["related"] if each["target"]]
    missing = [text for text in said if orjson.dumps(text).decode()[1:-1] not in answered]
    if missing:
        raise click.ClickException(f"{case.name} does not say {missing[0]!r}")


def _start(stack: ExitStack, program: Program, path: str) -> Running:
    return stack.enter_context(running(program, path))


def measure_throughput(store: Store, names: Mapping[int, str], seconds: int, rounds: int) -> str:
    """Measure everything on the corpora `names`, by their sizes; gives the two tables."""
    find_wrk()
    small, large = (read_corpus(store.url(names[size]), size) for size in (min(names), max(names)))
    uniform = Targets([f"/v1/articles/{slug}" for slug in large.slugs], is_drawn=True)
    paths = hot_paths(large.slugs[0])
    detail = paths["hot detail"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="briefs-bench-")))
        # The one that is asked for everything, and two of which nothing is asked twice.
        server, few, many = (
            _start(stack, programs.ours(each.url), "/readyz") for each in (large, small, large)
        )
        uncached = _start(stack, programs.ours(large.url, 0), "/readyz")
        bodies = folder / "bodies"
        bodies.mkdir()
        for at, path in enumerate(paths.values()):
            (bodies / str(at)).write_bytes(server.get(path)[2])
        cases = hot_cases(server, paths, _start(stack, programs.bare(bodies), "/0"))
        against = cases[0].name
        ordinary = _start(stack, programs.ordinary(large.url), detail)
        cases += [
            Case("any detail", server, uniform, against),
            Case("any detail, no cache", uncached, uniform, against),
            *(
                Case(f"first-time {what}, {articles:,}", asked, first, against)
                for what, first in (("list", first_lists()), ("search", first_searches()))
                for articles, asked in ((small.articles, few), (large.articles, many))
            ),
            Case("Flask, ORM and schema", ordinary, Targets([detail]), against),
        ]
        if large.url.startswith("sqlite"):
            database = Path(large.url.removeprefix("sqlite:///"))
            article = orjson.loads(server.get(detail)[2])
            cases += peer_cases(stack, database, folder, article, against)
        results = measure(cases, seconds, rounds)
        _fill(server, large.slugs)
        memory = server.memory()
    return f"{results_table(results)}\n\n{goals_table(results, small, large, memory)}"


@click.command()
@click.option(
    "--size", type=click.IntRange(SMALL + 1), default=100_000, show_default=True, help="Of the large corpus."
)
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
@click.option("--seconds", type=click.IntRange(1), default=3, show_default=True, help="Of each load.")
@click.option("--rounds", type=click.IntRange(1), default=5, show_default=True, help="Loads of each case.")
def main(size: int, engine: str, seconds: int, rounds: int) -> None:
    """Measure throughput alone; the corpora are built where they are missing.

    Example: python -m bench.throughput --size 2000 --seconds 1 --rounds 1
    """
    with open_store(engine) as store:
        names = {articles: ensure(store, engine, articles) for articles in (SMALL, size)}
        sizes = {articles: store.size(name) for articles, name in names.items()}
        click.echo(f"{heading(store.version, sizes, rounds)}\n")
        click.echo(measure_throughput(store, names, seconds, rounds))


if __name__ == "__main__":
    main()
