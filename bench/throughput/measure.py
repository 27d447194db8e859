"""Measure the requests per second of the service, a minimal WSGI application and other frameworks."""

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

from bench.corpus.build import read_corpus
from bench.corpus.words import COMMON_ENTITIES, TENTH_WORD, WORDS
from bench.databases import Store
from bench.peers.datasette import write_datasette_table
from bench.peers.plain_models import write_plain_tables
from bench.throughput import programs
from bench.throughput.goals import HOT_CASES, goals_table
from bench.throughput.load import Targets, find_wrk, put_load
from bench.throughput.rounds import Case, measure_rounds, results_table
from bench.throughput.servers import Program, RunningServer, run_server

Article = Mapping[str, Any]
# The number of paths. It exceeds the number of requests in all rounds, so that no path is requested twice.
FIRST_TIME_PATHS = 60_000
# Number of articles. Together, their responses exceed the default size of the cache of responses.
FILLING_ARTICLES = 8_000
SEARCH = urlencode({"q": TENTH_WORD})
FILTERED = urlencode({"entity": COMMON_ENTITIES[0].slug})


def first_lists() -> Targets:
    """Return requests for many different lists of articles.

    Each request is sent only once, so that no cache answers. Each list has the articles that were published
    before a random time.
    """
    random, start = Random(1), datetime(2016, 2, 1, tzinfo=UTC)
    offsets = random.sample(range(300_000_000), FIRST_TIME_PATHS)
    times = (start + timedelta(seconds=offset) for offset in offsets)
    return Targets([f"/v1/articles?published_before={each:%Y-%m-%dT%H:%M:%SZ}" for each in times])


def first_searches() -> Targets:
    """Return requests for many different searches.

    Each request is sent only once, so that no cache answers. Each search is for two words, drawn at random.
    Words that are frequent in the articles are drawn more often.
    """
    random, pairs = Random(1), dict[str, None]()
    while len(pairs) < FIRST_TIME_PATHS:
        pairs[" ".join(WORDS.draw(random, 2))] = None
    return Targets([f"/v1/articles?q={quote(pair)}" for pair in pairs])


def hot_paths(slug: str) -> dict[str, str]:
    """Return paths whose responses come from the cache of the service, by the name of the measurement.

    A name is, for example, `hot list`. `slug` is the slug of an article.
    """
    detail = f"/v1/articles/{slug}"
    lists = ("/v1/articles", f"/v1/articles?{FILTERED}", f"/v1/articles?{SEARCH}")
    return dict(zip(HOT_CASES, (detail, *lists), strict=True))


def hot_cases(server: RunningServer, paths: Mapping[str, str], bare: RunningServer) -> list[Case]:
    """Return the cases that measure the service when it answers from its cache of complete responses.

    A case is a server and the requests to send. Each path gives one case for `server` and one for `bare`.

    Args:
        paths: The path to request, by the name of the case.
        bare: A minimal WSGI application that returns the same bytes, for comparison.
    """
    cases = []
    for number, (name, path) in enumerate(paths.items()):
        same = f"bare WSGI, bytes of {name[4:]}"
        cases += [Case(same, bare, Targets([f"/{number}"]), same), Case(name, server, Targets([path]), same)]
    detail, baseline = paths["hot detail"], cases[0].name
    etag = server.get(detail)[1]["ETag"]
    return [
        *cases,
        Case("hot 304", server, Targets([detail], headers={"If-None-Match": etag}), baseline),
        Case("hot gzip", server, Targets([detail], headers={"Accept-Encoding": "gzip"}), baseline),
        Case("hot detail, one connection", server, Targets([detail]), baseline, connections=1),
    ]


def peer_cases(
    stack: ExitStack, server: RunningServer, folder: Path, article: Article, baseline: str
) -> list[Case]:
    """Start the programs that are compared with the service, and return a case for each program.

    A case is a server and the requests to send.

    Args:
        stack: Ends the programs when it is closed.
        server: The service. Some of its articles are copied to the databases of the programs.
        folder: A folder for temporary files.
        article: The article that each case requests.
        baseline: The name of the case that all results are compared with.
    """
    database, briefs = folder / "plain.db", folder / "briefs.db"
    write_plain_tables(_articles(server, article), database)
    write_datasette_table(database, briefs)
    parts = "&".join(f"_json={name}" for name in ("body", "analysis", "takeaways", "entities", "related"))
    started = [
        (programs.datasette(briefs), f"/briefs/articles/{article['slug']}.json?_shape=array&{parts}"),
        (programs.flask_orm(database), f"/articles/{article['slug']}"),
        (programs.fastapi(database), f"/articles/{article['slug']}"),
        (programs.django(database), f"/articles/{article['slug']}"),
    ]
    cases = [
        Case(program.name, _start(stack, program, path), Targets([path]), baseline)
        for program, path in started
    ]
    for case in cases:
        _check_content(case, article)
    return cases


def _articles(server: RunningServer, article: Article) -> list[Article]:
    """Return `article`, the articles that it links to, and the 100 newest articles, each of them once.

    All articles except `article` are fetched from `server`, with body, takeaways, entities and links.
    """
    parts = "body,analysis,takeaways,entities,related,source"
    newest = orjson.loads(server.get(f"/v1/articles?limit=100&include={parts}")[2])["data"]
    targets = [each["target"]["slug"] for each in article["related"] if each["target"]]
    linked = [orjson.loads(server.get(f"/v1/articles/{slug}")[2]) for slug in targets]
    return list({each["id"]: each for each in (article, *linked, *newest)}.values())


def _fill_cache(server: RunningServer, slugs: Sequence[str]) -> None:
    """Request the articles with the given slugs until the response cache of each worker is full."""
    targets = Targets([f"/v1/articles/{slug}" for slug in slugs[:FILLING_ARTICLES]])
    requested = 0
    while requested < 8 * FILLING_ARTICLES:
        requested += put_load(server.port, targets, 5, start=requested).requests


def _check_content(case: Case, article: Article) -> None:
    """Check that the program of `case` answers with all values of `article`, so that the comparison is fair.

    Raises:
        click.ClickException: A value is missing.
    """
    response = case.server.get(case.targets.paths[0])[2].decode()
    values = [article["title"], *(each["text"] for each in (*article["body"], *article["takeaways"]))]
    values += [each["name"] for each in article["entities"]]
    values += [each["id"] for part in ("takeaways", "entities", "related") for each in article[part]]
    values += [each["target"]["title"] for each in article["related"] if each["target"]]
    missing = [text for text in values if orjson.dumps(text).decode()[1:-1] not in response]
    if missing:
        raise click.ClickException(f"{case.name} does not contain {missing[0]!r}")


def _start(stack: ExitStack, program: Program, path: str) -> RunningServer:
    return stack.enter_context(run_server(program, path))


def measure_throughput(store: Store, names: Mapping[int, str], seconds: int, rounds: int) -> str:
    """Measure requests per second, and return tables of the results and of the performance targets.

    Args:
        store: The databases.
        names: The name of each database, by its number of articles.
        seconds: The time of each case (a server and requests) in a round.
        rounds: How often each case is measured.
    """
    find_wrk()
    small, large = (read_corpus(store.url(names[size]), size) for size in (min(names), max(names)))
    any_article = Targets([f"/v1/articles/{slug}" for slug in large.slugs], is_random=True)
    paths = hot_paths(large.slugs[0])
    detail = paths["hot detail"]
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="briefs-bench-")))
        # Use one server for all cases of the cache, and two servers that never get the same request twice.
        server, on_small, on_large = (
            _start(stack, programs.briefs(each.url), "/readyz") for each in (large, small, large)
        )
        with_granian = _start(stack, programs.briefs_with_granian(large.url), "/readyz")
        uncached = _start(stack, programs.briefs(large.url, 0), "/readyz")
        bodies = folder / "bodies"
        bodies.mkdir()
        for number, path in enumerate(paths.values()):
            (bodies / str(number)).write_bytes(server.get(path)[2])
        cases = hot_cases(server, paths, _start(stack, programs.bare(bodies), "/0"))
        baseline = cases[0].name
        gthread = _start(stack, programs.bare_in_gthread(bodies), "/0")
        cases += [
            Case("bare WSGI, bytes of detail, gthread of gunicorn", gthread, Targets(["/0"]), baseline),
            Case("hot detail, granian", with_granian, Targets([detail]), baseline),
            Case("any detail", server, any_article, baseline),
            Case("any detail, no cache", uncached, any_article, baseline),
            *(
                Case(f"first-time {kind}, {articles:,}", server_, first, baseline)
                for kind, first in (("list", first_lists()), ("search", first_searches()))
                for articles, server_ in ((small.articles, on_small), (large.articles, on_large))
            ),
        ]
        article = orjson.loads(server.get(detail)[2])
        cases += peer_cases(stack, server, folder, article, baseline)
        results = measure_rounds(cases, seconds, rounds)
        _fill_cache(server, large.slugs)
        memory = server.memory()
    return f"{results_table(results)}\n\n{goals_table(results, small, large, memory)}"
