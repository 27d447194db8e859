"""`python -m bench.throughput`: requests a second, ours against a bare application and against the peers.

All servers run at once and are asked in turn, so that whatever else the machine does hits them alike.
"""

import statistics
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import click
import orjson
from rich.progress import track
from sqlalchemy import create_engine, select

from api.db import engine_options
from api.models import Article as ArticleModel
from api.models import Change
from bench import programs
from bench.build import SMALL, ensure
from bench.load import Load, Targets, find_wrk, put_load
from bench.measure import console
from bench.peers.datasette import make_table
from bench.report import heading, table
from bench.servers import Program, Running, running
from bench.stores import ENGINES, Store, open_store
from bench.words import COMMON_ENTITIES, TENTH_WORD, WORDS

Article = Mapping[str, Any]
# Targets of which each is asked for once, more than are answered in all rounds together.
FIRST_TIME = 60_000
SEARCH = urlencode({"q": TENTH_WORD})
FILTERED = urlencode({"entity": COMMON_ENTITIES[0].slug})
NAMES = ("hot detail", "hot list", "hot filtered list", "hot search")


class Case(NamedTuple):
    """What one row of the table says: which server is asked for what, the case that it is held against."""

    name: str
    server: Running
    targets: Targets
    against: str | None = None
    connections: int = 32


class Result(NamedTuple):
    """A case over all rounds: requests a second of each; of CPU microseconds and milliseconds the median."""

    case: Case
    rates: Sequence[float]
    cpu: float
    median: float
    p99: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return statistics.median(self.rates)

    def over(self, other: "Result") -> float:
        """Give the ratio of the rates, each round by itself: what else the machine did hit both."""
        return statistics.median(own / its for own, its in zip(self.rates, other.rates, strict=True))


class Target(NamedTuple):
    """What is to be reached: the least, or the most, of a figure."""

    name: str
    value: float
    wanted: float
    is_most: bool = False

    def row(self) -> list[str]:
        """Give the row of the table."""
        is_reached = self.value <= self.wanted if self.is_most else self.value >= self.wanted
        bound = "at most" if self.is_most else "at least"
        return [self.name, f"{self.value:.2f}", f"{bound} {self.wanted:g}", "yes" if is_reached else "no"]


def measure(cases: Sequence[Case], seconds: int, rounds: int) -> dict[str, Result]:
    """Put load on each case in turn, `rounds` times after one that warms up; gives the results by name.

    Every other round goes backwards.
    """
    loads: dict[str, list[tuple[Load, float]]] = {case.name: [] for case in cases}
    starts = dict.fromkeys(loads, 0)
    for number in track(range(rounds + 1), "Throughput", console=console, transient=True):
        for case in cases if number % 2 else cases[::-1]:
            before = case.server.cpu_seconds()
            load = put_load(
                case.server.port,
                case.targets,
                seconds if number else 1,
                connections=case.connections,
                start=starts[case.name],
            )
            starts[case.name] += load.requests + case.connections
            if number:
                taken = (case.server.cpu_seconds() - before) / load.requests
                loads[case.name].append((load, taken * 1e6))
    return {case.name: _result(case, loads[case.name]) for case in cases}


def _result(case: Case, loads: Sequence[tuple[Load, float]]) -> Result:
    figures = [(cpu, load.median, load.p99) for load, cpu in loads]
    rates = [load.rate for load, _ in loads]
    return Result(case, rates, *map(statistics.median, zip(*figures, strict=True)))


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
        slugs = list(connection.scalars(select(ArticleModel.slug).order_by(ArticleModel.id)))
        at = select(Change.changed_at).order_by(Change.sequence)
        first, middle, last = (
            connection.scalars(at.offset(place).limit(1)).one() for place in (0, articles // 2, articles - 1)
        )
    engine.dispose()
    return Corpus(url, articles, slugs, (middle - first) / max(last - middle, timedelta(seconds=1)))


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
    return dict(zip(NAMES, (detail, *lists), strict=True))


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
        memory = server.memory()
    return f"{results_table(results)}\n\n{targets_table(results, small, large, memory)}"


def results_table(results: Mapping[str, Result]) -> str:
    """Give a row for each case."""
    rows = [
        [
            result.case.name,
            f"{result.rate:,.0f}",
            f"{result.over(results[result.case.against]):.3f}" if result.case.against else "",
            f"{result.cpu:,.0f}",
            f"{result.median:.2f}",
            f"{result.p99:.1f}",
        ]
        for result in results.values()
    ]
    return table(["what", "a second", "of bare", "CPU µs", "median ms", "p99 ms"], rows)


def targets(results: Mapping[str, Result], small: Corpus, large: Corpus, memory: float) -> list[Target]:
    """Hold the results against what is to be reached."""

    def ratio(name: str, other: str) -> float:
        return results[name].over(results[other])

    def of_bare(name: str) -> float:
        return ratio(name, results[name].case.against or name)

    is_sqlite = large.url.startswith("sqlite")
    hot = [*NAMES, "hot 304"] if is_sqlite else ["hot detail"]
    found = [Target(f"{name} / bare", of_bare(name), 0.85 if is_sqlite else 0.8) for name in hot]
    found.append(
        Target("any detail, no cache / bare", of_bare("any detail, no cache"), 0.3 if is_sqlite else 0.15)
    )
    if is_sqlite:
        found.append(Target("any detail / bare", of_bare("any detail"), 0.4))
    for what in ("list", "search"):
        names = [f"first-time {what}, {each.articles:,}" for each in (large, small)]
        found.append(Target(" / ".join(names), ratio(*names), 0.5))
    if is_sqlite:
        for peer, wanted in (("Datasette", 4), ("FastAPI, ORM", 20), ("Django REST framework", 20)):
            found.append(Target(f"hot detail / {peer}", ratio("hot detail", peer), wanted))
    single = results["hot detail, one connection"].median
    return [
        *found,
        Target("hot detail, one connection, median ms", single, 0.5, is_most=True),
        Target("second half of seeding / first", large.second_half, 0.8),
        Target("MiB of a worker", memory, 200, is_most=True),
    ]


def targets_table(results: Mapping[str, Result], small: Corpus, large: Corpus, memory: float) -> str:
    """Give a row for each target."""
    rows = [each.row() for each in targets(results, small, large, memory)]
    return table(["target", "measured", "wanted", "reached"], rows)


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
