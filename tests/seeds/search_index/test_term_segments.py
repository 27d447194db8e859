"""Tests of the term index: it has the same terms as the articles, however they were added and removed."""

import random
from collections.abc import Iterator, Mapping

import pytest
from sqlalchemy import Connection, create_engine, event, func, select, text, update

from api.database.base import table_of
from api.models import ARTICLE_INDEX, Corpus, PendingTerms, TermBucket, TermSegment
from api.models.search_index import create_statements
from api.search.engines import match_text
from api.search.query_language import parse_query
from api.search.term_index import Hit, TermIndex, TermIndexCache
from api.search.term_lists import PART_WEIGHTS, pack_terms
from seeds.search_index import term_segments
from seeds.search_index.term_segments import add_terms, clear_terms, remove_terms

WORDS = [f"a{letter}" for letter in "abcdefghijkl"]
QUERIES = ("a", "l", "a b", "a OR l", "b l -c", "c OR d e", "a a", "f g h i", "nothing", "a OR nothing")
INSERTION = text(
    "INSERT INTO article_search (rowid, title, summary, takeaways, text)"
    " VALUES (:number, :title, :summary, :takeaways, :text)"
)
SEARCH = text(
    "SELECT bm25(article_search, 10, 5, 3, 1), rowid FROM article_search WHERE article_search MATCH :q"
    " ORDER BY 1, 2 DESC"
)
TABLES = [table_of(model) for model in (PendingTerms, TermSegment, TermBucket)]


@pytest.fixture
def connection(database_url: str) -> Iterator[Connection]:
    """Yield a connection, in a transaction, to a database with an empty term index."""
    engine = create_engine(database_url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        yield connection
        connection.rollback()
    engine.dispose()


@pytest.fixture
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lower the limits of segments (parts of the term index), so that small tests reach all levels.

    A segment then has five articles, and three segments of a level are merged into one segment of the next
    level.
    """
    monkeypatch.setattr(term_segments, "SEGMENT_ARTICLES", 5)
    monkeypatch.setattr(term_segments, "COUNT_INTERVAL", 3)
    monkeypatch.setattr(term_segments, "MERGED_SEGMENTS", 3)


def article(rng: random.Random) -> dict[str, str]:
    """Return random terms for each indexed part of an article. The first words of WORDS are the likeliest."""
    weights = [1 / rank for rank in range(1, len(WORDS) + 1)]
    return {part: " ".join([*rng.choices(WORDS, weights, k=rng.randrange(9)), "z0"]) for part in PART_WEIGHTS}


def ranked(connection: Connection, query: str) -> list[Hit]:
    """Return all hits of `query` that a new `TermIndex` finds, best first.

    A hit is a pair: the distance of an article from the query, and the number (internal key) of the article.
    A smaller distance is better.
    """
    return ranked_by(TermIndex(connection), connection, query)


def ranked_by(index: TermIndex, connection: Connection, query: str) -> list[Hit]:
    """Return all hits of `query` that `index` finds, best first.

    A hit is a pair: the distance of an article from the query, and the number (internal key) of the article.
    A smaller distance is better.
    """
    scores = index.find(connection, parse_query(query))
    return [hit for hits in scores.best_first(None, 4) for hit in hits]


def ranked_by_fts5(articles: Mapping[int, Mapping[str, str]], query: str) -> list[Hit]:
    """Return all hits of `query` that FTS5, the full-text search of SQLite, finds, best first.

    A hit is a pair: the value of bm25(), and the number of the article.
    """
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text(create_statements(ARTICLE_INDEX, "sqlite")[0].replace("columnsize=0, ", "")))
        rows = [{"number": number, **parts} for number, parts in articles.items()]
        connection.execute(INSERTION, rows)
        hits = connection.execute(SEARCH, {"q": match_text(parse_query(query), "sqlite")}).all()
    engine.dispose()
    return [(row[0], row[1]) for row in hits]


@pytest.mark.usefixtures("small_segments")
@pytest.mark.parametrize("together", [1, 7, 40])
def test_all_hits_have_the_scores_and_the_order_of_bm25(connection: Connection, together: int) -> None:
    rng = random.Random(together)  # noqa: S311
    articles: dict[int, dict[str, str]] = {}
    last = 0
    for _ in range(160 // together):
        added = {number: article(rng) for number in range(last + 1, last + 1 + together)}
        last += together
        removed = rng.sample([*articles], min(len(articles), rng.choice((0, 0, together // 2, together))))
        # Some of the removed articles return under the same number, as corrected articles do.
        added |= {number: article(rng) for number in removed[: together // 4 + 1]}
        if removed:
            remove_terms(connection, removed)
        for number in removed:
            del articles[number]
        add_terms(connection, {number: pack_terms(parts) for number, parts in sorted(added.items())})
        articles |= added
    levels = connection.scalars(select(table_of(TermSegment).c.level).distinct()).all()
    assert max(levels) >= 3
    for query in QUERIES:
        assert ranked(connection, query) == ranked_by_fts5(articles, query), query
    remove_terms(connection, [*articles])
    assert ranked(connection, "a OR b OR c") == []


@pytest.mark.usefixtures("small_segments")
@pytest.mark.parametrize(("max_bytes", "most_reads"), [(0, 10), (1500, 10), (100_000, 0)])
def test_lists_are_kept_up_to_a_size_and_find_the_same_hits(
    connection: Connection, max_bytes: int, most_reads: int
) -> None:
    rng = random.Random(2)  # noqa: S311
    add_terms(connection, {number: pack_terms(article(rng)) for number in range(1, 72)})
    remove_terms(connection, [3, 40, 71])
    expected = {query: ranked(connection, query) for query in QUERIES}
    reads: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *arguments: reads.append(arguments[2]))
    index = TermIndex(connection, max_bytes)
    for _ in range(2):
        reads.clear()
        for query, hits in expected.items():
            assert ranked_by(index, connection, query) == hits, query
    assert len(reads) <= most_reads


@pytest.mark.usefixtures("small_segments")
def test_an_index_is_read_again_after_the_revision_of_the_corpus_has_changed(connection: Connection) -> None:
    rng, cache = random.Random(3), TermIndexCache(100_000)  # noqa: S311
    add_terms(connection, {number: pack_terms(article(rng)) for number in range(1, 20)})
    index = cache.read(connection)
    assert cache.read(connection) is index
    add_terms(connection, {number: pack_terms(article(rng)) for number in range(20, 40)})
    corpus = table_of(Corpus)
    connection.execute(update(corpus).values(revision=corpus.c.revision + 1))
    assert cache.read(connection) is not index
    hits = ranked_by(cache.read(connection), connection, "a OR b OR c OR d")
    assert max(number for _, number in hits) > 20


@pytest.mark.usefixtures("small_segments")
def test_a_segment_without_articles_is_deleted(connection: Connection) -> None:
    rng = random.Random(1)  # noqa: S311
    add_terms(connection, {number: pack_terms(article(rng)) for number in range(1, 31)})
    remove_terms(connection, range(1, 31))
    assert [connection.scalar(select(func.count()).select_from(table)) for table in TABLES] == [0, 0, 0]


@pytest.mark.usefixtures("small_segments")
def test_an_index_is_empty_after_it_is_cleared(connection: Connection) -> None:
    rng = random.Random(1)  # noqa: S311
    add_terms(connection, {number: pack_terms(article(rng)) for number in range(1, 31)})
    clear_terms(connection)
    assert [connection.scalar(select(func.count()).select_from(table)) for table in TABLES] == [0, 0, 0]
    assert ranked(connection, "a") == []
