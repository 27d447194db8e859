"""Tests of links in batches: they are the same as if each document had been loaded in its own transaction."""

from collections.abc import Sequence
from pathlib import Path
from random import Random

from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.database.base import db
from api.models import Article
from seeds.identifiers import article_id
from seeds.linking.computed_links import MAX_SCORED_LINKS
from seeds.linking.vector_cache import VectorCache
from seeds.parsing.document import Rejection
from seeds.parsing.files import SubmittedDocument
from seeds.preparing.preparation import convert
from seeds.preparing.prepared_article import PreparedArticle, ReadDocument, prepare_article
from seeds.storing.article_batches import load_batch
from seeds.storing.relink import relink_articles
from seeds.storing.removal import remove
from seeds.storing.transactions import transactions
from tests.seeds.documents import KEY_POINTS, Page, clear, comparison_app, submit
from tests.seeds.stored_rows import Rows, rows, without_volatile_columns
from tests.support.extraction import make_matcher
from tests.support.properties import database_property

KEYS = [f"page-{number}" for number in range(14)]
TITLES = ["Ferry Sinks off the Isles", "Why the Ferry Sank", "A Short Season for Jam"]
# Documents with some of these sentences are similar, so that most have more neighbours than links.
SENTENCES = [
    "The ferry Tern Sound sank off the Marrow Isles on Sunday, and divers of Harbour Watch found nobody.",
    "Harbour Watch said the hull of the ferry had cracked where it was welded during the winter.",
    "An inquiry into the ferry Tern Sound, which sank off the Marrow Isles, opened with divers as witnesses.",
    "Welders told Harbour Watch that the cracked hull had been refused twice by inspectors.",
    "Growers picked the earliest apricots in living memory and sold them by the roadside before breakfast.",
]
LINKING_TABLES = ("related_links", "article_features", "postings")

Step = tuple[str, list[SubmittedDocument]]
"""`load` or `remove`, and the documents that are loaded or removed, no two with the same key."""


def random_steps(seed: int) -> list[Step]:
    """Return random steps that load, correct and remove documents. The same `seed` gives the same steps."""
    random = Random(seed)  # noqa: S311
    steps = [("load", random.sample(KEYS, len(KEYS))), ("remove", random.sample(KEYS, 3))]
    steps += [("load", random.sample(KEYS, 6)), ("remove", random.sample(KEYS, 1)), ("load", KEYS)]
    return [(action, [random_page(random, key) for key in keys]) for action, keys in steps]


def random_page(random: Random, key: str) -> SubmittedDocument:
    """Return a random version of the document with `key`."""
    page = Page(
        title=random.choice(TITLES),
        summary=None,
        takeaways=("See below.",),
        analysis=(),
        signature=(),
        body=tuple(random.sample(SENTENCES, random.randint(1, 3))),
        related=tuple((title, None) for title in random.sample(TITLES, random.randint(0, 2))),
    )
    day = random.choice(["", f"published_at: 2026-04-{random.randint(1, 9):02}T12:00:00Z"])
    return submit(key, page, day)


def run(app: Flask, steps: Sequence[Step], batch_size: int, max_vectors: int) -> None:
    """Load and remove the documents of `steps`, in transactions of `batch_size` documents.

    `max_vectors` is the number of feature vectors that are kept in memory.
    """
    matcher, vectors = make_matcher(()), VectorCache(max_vectors)

    def prepare(documents: Sequence[ReadDocument]) -> list[PreparedArticle]:
        return [prepare_article(each.record, each.data, matcher) for each in documents]

    with app.app_context(), transactions(db.engine, print) as begin:
        for action, documents in steps:
            for start in range(0, len(documents), batch_size):
                batch = documents[start : start + batch_size]
                with begin() as connection:
                    if action == "load":
                        outcomes = load_batch(
                            connection, [convert(each) for each in batch], prepare, vectors, KEY_POINTS
                        )
                        assert not any(isinstance(each, Rejection) for each in outcomes)
                        continue
                    for each in batch:
                        if connection.scalar(select(Article.id).where(Article.id == article_id(each.key))):
                            remove(connection, article_id(each.key), KEY_POINTS)
                vectors.clear()


def relink(app: Flask) -> None:
    """Compute the links of all articles again."""
    with app.app_context(), transactions(db.engine, print) as begin:
        with begin() as connection:
            numbers = connection.scalars(select(Article.number).order_by(Article.id)).all()
        relink_articles(begin, numbers, VectorCache(3))


def linking_rows(app: Flask) -> Rows:
    """Return the rows of links, features and the inverted index."""
    found = without_volatile_columns(rows(app))
    return {name: sorted(found[name], key=repr) for name in LINKING_TABLES}


@database_property(2)
@given(seed=st.integers(0, 10_000), batch_size=st.integers(2, 20), max_vectors=st.integers(1, 30))
def test_links_do_not_depend_on_the_size_of_batches(
    app: Flask, sqlite_template: Path, tmp_path: Path, seed: int, batch_size: int, max_vectors: int
) -> None:
    clear(app)
    steps = random_steps(seed)
    run(app, steps, batch_size, max_vectors)
    with comparison_app(sqlite_template, tmp_path) as other:
        run(other, steps, 1, 100)
        expected = linking_rows(other)
        assert linking_rows(app) == expected
        relink(other)
        relink(app)
        assert linking_rows(app) == linking_rows(other)
        clear(other)
        run(other, [("load", steps[-1][1][::-1])], 5, 100)
        relink(other)
        assert linking_rows(app) == linking_rows(other)
    scored = [row["article"] for row in expected["related_links"] if row["score_key"] > 0]
    assert max(map(scored.count, scored)) == MAX_SCORED_LINKS
