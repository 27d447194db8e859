"""Compare the service's ranking with the function bm25() of SQLite: `python -m bench.relevance.fts5`.

The table shows how often the first 20 articles are the same, and the CPU times. One row is for searches that
find at most MAX_EXACT articles, one for the others. A query is one to three random words of a title.
"""

import random
import re
import time
from collections.abc import Iterator, Sequence
from statistics import mean

import click
from sqlalchemy import Connection, create_engine, select, text

from api.models import ARTICLE_INDEX, Article
from api.models.search_index import FTS5_OPTIONS
from api.search.engines import match_text
from api.search.query_language import Query, parse_query
from api.search.term_index import Hit, TermIndex
from api.search.term_lists import PART_WEIGHTS
from bench.corpus.build import ensure_corpus
from bench.databases import open_store
from seeds.search_index.search_rows import read_search_terms

QUERIES, MAX_WORDS, COMPARED = 500, 3, 20
# The specification requires the exact order up to this number of hits.
MAX_EXACT = 20_000
READ_TOGETHER = 100
LONG_QUERIES = ("the of and to in", "there would over about more", "have from were their which")
# FTS5 needs the lengths of the texts to compute bm25().
WITH_LENGTHS = FTS5_OPTIONS.replace("columnsize=0, ", "")
COLUMNS = ", ".join(ARTICLE_INDEX.columns)
CREATE = f"CREATE VIRTUAL TABLE article_search USING fts5({COLUMNS}, {WITH_LENGTHS})"
INSERT = text(
    f"INSERT INTO article_search (rowid, {COLUMNS})"  # noqa: S608 -- names of this project
    f" VALUES (:number, {', '.join(f':{name}' for name in ARTICLE_INDEX.columns)})"
)
DISTANCE = f"bm25(article_search, {', '.join(map(str, PART_WEIGHTS.values()))})"
SEARCH = text(
    f"SELECT {DISTANCE}, rowid FROM article_search WHERE article_search MATCH :match"  # noqa: S608
    " ORDER BY 1, 2 DESC LIMIT :count"
)
TITLES = select(Article.title).order_by(Article.number)
NUMBERS = select(Article.number).order_by(Article.number)


def draw_queries(titles: Sequence[str], count: int = QUERIES) -> Iterator[Query]:
    """Yield `count` queries of one to MAX_WORDS words of a title. The same titles give the same queries."""
    rng = random.Random("relevance")
    while count:
        words = re.findall(r"\w+", rng.choice(titles))
        query = _parse(rng.sample(words, min(len(words), rng.randint(1, MAX_WORDS))))
        # A word such as `5g-blue` is a phrase, which is ranked by its words.
        if query and all(len(phrase) == 1 for phrase in query.phrases):
            count -= 1
            yield query


def _parse(words: Sequence[str]) -> Query | None:
    try:
        return parse_query(" ".join(words))
    except ValueError:
        return None


def index_by_fts5(source: Connection, target: Connection) -> None:
    """Write the search terms of all articles in `source` to a new FTS5 table in `target`."""
    target.execute(text(CREATE))
    numbers = source.scalars(NUMBERS).all()
    for start in range(0, len(numbers), READ_TOGETHER):
        terms = read_search_terms(source, numbers[start : start + READ_TOGETHER])
        target.execute(INSERT, [{"number": number, **each.article} for number, each in terms.items()])


def best_hits(connection: Connection, query: Query) -> tuple[list[Hit], int]:
    """Return the first 20 hits of `query` in the service's ranking, and the number of all hits.

    A hit is a pair: the distance from the query (lower is better) and the internal number of the article.
    """
    scores = TermIndex(connection).find(connection, query)
    return next(scores.best_first(None, COMPARED), []), len(scores.numbers)


def report(source: Connection, exhaustive: Connection) -> str:
    """Send queries to the service and to FTS5, and return a Markdown table of agreement and CPU times.

    Args:
        source: A database of the service.
        exhaustive: A database with the table that `index_by_fts5` writes.
    """
    rows: dict[bool, list[tuple[bool, float, float]]] = {True: [], False: []}
    for query in draw_queries(source.scalars(TITLES).all()):
        started = time.process_time()
        hits, count = best_hits(source, query)
        ranked = time.process_time()
        values = {"match": match_text(query, "sqlite"), "count": COMPARED}
        expected = [tuple(row) for row in exhaustive.execute(SEARCH, values)]
        row = (hits == expected, ranked - started, time.process_time() - ranked)
        rows[count <= MAX_EXACT].append(row)
    lines = [
        "| hits | queries | identical | CPU, mean | CPU, highest | CPU of bm25(), mean | highest |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for is_exact, name in ((True, f"at most {MAX_EXACT:,}"), (False, "more")):
        if several := rows[is_exact]:
            same, own, other = zip(*several, strict=True)
            times = " | ".join(
                f"{1000 * each:.1f} ms" for each in (mean(own), max(own), mean(other), max(other))
            )
            lines.append(f"| {name} | {len(several)} | {mean(same):.1%} | {times} |")
    for words in LONG_QUERIES:
        started = time.process_time()
        _, count = best_hits(source, parse_query(words))
        lines.append(f"\n`{words}`: {count:,} hits, {1000 * (time.process_time() - started):.1f} ms of CPU")
    return "\n".join(lines)


@click.command()
@click.option("--size", default=100_000, show_default=True, help="Number of articles in the corpus.")
@click.option("--url", help="An SQLite database to use instead of a generated corpus.")
def main(size: int, url: str | None) -> None:
    """Compare the first 20 results and the CPU time of the service with SQLite's function bm25().

    The database is `--url` or, if it is missing, a generated one with `--size` articles.
    """
    if url is None:
        with open_store("sqlite") as store:
            url = store.url(ensure_corpus(store, "sqlite", size))
    engines = [create_engine(url), create_engine("sqlite:///")]
    with engines[0].connect() as source, engines[1].connect() as exhaustive:
        index_by_fts5(source, exhaustive)
        click.echo(report(source, exhaustive))


if __name__ == "__main__":
    main()
