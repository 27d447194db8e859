"""Measure the CPU time of requests that no cache can answer: `python -m bench.first_time`.

The requests are sent in this process, one after the other. Under a server with several threads, they take
longer.
"""

import statistics
from collections.abc import Mapping, Sequence
from itertools import islice
from random import Random

import click

from bench.corpus.build import SMALL_CORPUS, ensure_corpus
from bench.databases import ENGINES, open_store
from bench.local_service import LocalService, local_service
from bench.markdown import markdown_table
from bench.throughput.measure import first_lists, first_searches

ROUNDS = 5
REQUESTS = 40
# Requests that are sent before the measurement, so that statements are compiled.
WARM_UP = 20
ALL_PARTS = "include=body,analysis,takeaways,entities,related"


def first_time_targets(service: LocalService, number: int) -> Mapping[str, Sequence[str]]:
    """Return the URLs of each kind of request, by the name of the kind, such as `takeaways`.

    Each kind has up to `number` different URLs, or fewer if the database is too small.
    """
    lists, searches = (list(islice(first().paths, number)) for first in (first_lists, first_searches))
    listed = service.pages("/v1/articles?fields=slug&limit=100&sort=title")
    slugs = [article["slug"] for page in islice(listed, number // 100 + 1) for article in page["data"]]
    slugs = Random(1).sample(slugs, len(slugs))[:number]
    entities = [entity["slug"] for entity in service.read("/v1/entities?limit=100")["data"]]
    found = service.pages("/v1/stories?min_articles=1&fields=slug&limit=100")
    founders = [story["slug"] for page in islice(found, number // 100 + 1) for story in page["data"]][:number]

    def pages(path: str) -> list[str]:
        walk = islice(service.pages(path), number)
        return [page["links"]["self"] for page in walk]

    def of_articles(suffix: str) -> list[str]:
        return [f"/v1/articles/{slug}{suffix}" for slug in slugs]

    def feeds(form: str, more: str = "") -> list[str]:
        return [f"/v1/feed.{form}?{target.partition('?')[2]}{more}" for target in lists]

    return {
        "article": of_articles(""),
        "article as Markdown": of_articles(".md"),
        "article as JSON-LD": of_articles(".jsonld"),
        "article as ninjs": of_articles(".ninjs"),
        "list": lists,
        "list, any of eight entities": pages(f"/v1/articles?entity_any={','.join(entities[:8])}"),
        "list, none of eight entities": pages(f"/v1/articles?entity_not={','.join(entities[:8])}"),
        "list, first article of each story": pages("/v1/articles?collapse=story"),
        "list, body included": [f"{target}&include=body" for target in lists],
        "list, all parts included": [f"{target}&{ALL_PARTS}" for target in lists],
        "search for two words": searches,
        "search for two words, published before a time": [
            f"{search}&{target.partition('?')[2]}" for search, target in zip(searches, lists, strict=False)
        ],
        "JSON Feed": feeds("json"),
        "JSON Feed, summaries": feeds("json", "&content=summary"),
        "Atom feed": feeds("atom"),
        "stories": pages("/v1/stories?min_articles=1"),
        "articles of a story": [f"/v1/stories/{slug}/articles" for slug in founders],
        "takeaways": pages("/v1/takeaways"),
        "takeaways of an article": of_articles("/takeaways"),
        "entities": pages("/v1/entities"),
        "entities of an article": of_articles("/entities"),
        "articles of an entity": [f"/v1/entities/{slug}/articles" for slug in entities],
        "related links": pages("/v1/related-links"),
        "related links of an article": of_articles("/related"),
    }


def measure_first_time(urls: Mapping[int, str], rounds: int = ROUNDS, requests: int = REQUESTS) -> str:
    """Return a Markdown table with the CPU time of requests that no cache can answer, in microseconds.

    It has a row for each kind of request and a column for each database. A value is the median of all rounds.

    Args:
        urls: The `DATABASE_URL` of each generated database, by its number of articles.
        requests: The number of requests of each kind in a round.
    """
    columns: list[dict[str, float]] = []
    for url in urls.values():
        with local_service(url) as service:
            cases = first_time_targets(service, WARM_UP + rounds * requests)
            columns.append({name: _measure(service, cases[name], rounds) for name in cases})
    rows = [[name, *(f"{column[name]:,.0f}" for column in columns)] for name in columns[0]]
    return markdown_table(["CPU µs of a first-time request", *(f"{size:,} articles" for size in urls)], rows)


def _measure(service: LocalService, targets: Sequence[str], rounds: int) -> float:
    warm_up = min(WARM_UP, len(targets) // 2)
    if warm_up:
        service.cpu_microseconds(targets[:warm_up])
    rest = targets[warm_up:]
    parts = [rest[number::rounds] for number in range(rounds)]
    return statistics.median(service.cpu_microseconds(part) for part in parts if part)


@click.command()
@click.option("--size", default=SMALL_CORPUS, show_default=True, help="Number of articles in the corpus.")
@click.option("--engine", type=click.Choice(ENGINES), default=ENGINES[0], show_default=True)
def main(size: int, engine: str) -> None:
    """Print a Markdown table with the CPU time of each kind of request, such as lists and searches.

    No cache can answer the requests. The generated database is built if it is missing.
    """
    with open_store(engine) as store:
        url = store.url(ensure_corpus(store, engine, size))
        click.echo(f"- {store.version}\n\n{measure_first_time({size: url})}")


if __name__ == "__main__":
    main()
