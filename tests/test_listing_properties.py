"""Tests that request random lists on SQLite and PostgreSQL, and compare them with a simple implementation."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import psycopg
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from api.listing import plans
from api.search import ranking
from api.v1 import filters, story_filters
from seeds.identifiers import article_id
from seeds.parsing.files import SubmittedDocument
from tests.api.answers import get
from tests.conftest import TEMPLATE, make_app
from tests.oracle.facets import facet_meta
from tests.oracle.model import Corpus, Row, ordered
from tests.oracle.questions import RELEVANCE, Question
from tests.oracle.strategies import (
    CATALOGUE,
    DEFAULT_PARTS,
    KEYS,
    NOON,
    DocumentParts,
    DrawnChange,
    changes,
    complete_documents,
    questions,
)
from tests.seeds.documents import Page, clear, seed_pages, submit
from tests.support.properties import database_property

# In this test, facets are counted over at most this many articles that match filters.
MAX_COUNTED = 3
SETTINGS = settings(database_property(5), stateful_step_count=20)
MAX_SORTED = plans.MAX_SORTED_ROWS
STORIES = "/v1/articles?fields=id,story&limit=100"
# Both applications have the same key, so that their cursors are equal.
SECRET_KEY = "the-same-key-for-both"  # noqa: S105


class Clock:
    """A replacement for `datetime` in the loader.

    A test sets `time`, the time at which documents are loaded.
    """

    time = NOON

    def now(self, _: Any) -> datetime:
        return self.time


def forget_statements() -> None:
    """Discard all prepared statements, so that the next statements use the current `MAX_SORTED_ROWS`."""
    plans.forget_plans()
    ranking.forget_statements()
    story_filters.forget_forms()


class Walk:
    """A walk through all pages of one list. It compares each page with the expected rows.

    The list can change during the walk. `moments` has the set of expected rows after each change.
    """

    def __init__(self, question: Question, corpus: Corpus) -> None:
        self.question, self.corpus = question, corpus
        self.moments: list[set[Row]] = []
        self.total = 0
        self.look()
        self.seen: list[Row] = []
        self.shown: list[Any] = []

    def look(self) -> None:
        """Compute the set of rows that the list must have now, and add it to `moments`.

        Call this method after each change of the list.
        """
        matching = self.corpus.rows(self.question)
        self.total = len(matching)
        is_ranked = self.question.order == RELEVANCE
        self.moments.append(matching if is_ranked else self.corpus.shown_rows(self.question))

    def next_page(self, limit: int) -> tuple[list[Row], bool]:
        """Return the rows that the next page must contain, and True if a further page must follow."""
        # The last row can have changed since. The next page begins after its earlier sort key.
        rows = ordered({*self.moments[-1], *self.seen[-1:]}, self.question.order)
        rest = rows[rows.index(self.seen[-1]) + 1 :] if self.seen else rows
        return rest[:limit], len(rest) > limit

    def check_page(self, body: Any, limit: int) -> None:
        """Assert that `body`, a response, is the next page of the list, with at most `limit` rows."""
        ids = [UUID(item["id"]) for item in body["data"]]
        self.shown += body["data"]
        assert len(self.shown) < 200, "the walk does not end"
        assert body["meta"].get("total", self.total) == self.total
        now = {row.id: row for row in self.moments[-1]}
        assert set(ids) <= set(now)
        rows = [now[each] for each in ids]
        if self.question.order != RELEVANCE:
            assert (rows, body["links"]["next"] is not None) == self.next_page(limit)
        assert all(row.fits(item) for row, item in zip(rows, body["data"], strict=True))
        self.seen += rows

    def check(self) -> None:
        """Assert, after the last page, that no row was lost, repeated, invented or out of order."""
        permanent = set.intersection(*self.moments)
        assert len(self.seen) == len(set(self.seen))
        ranked = ordered(permanent, self.question.order)
        seen = [row for row in self.seen if row in permanent]
        assert seen == ranked if self.question.order != RELEVANCE else set(seen) == permanent
        assert set(self.seen) <= set.union(*self.moments)


class Lists(RuleBasedStateMachine):
    """A Hypothesis test that compares the lists of the API with a second, simple implementation.

    The simple implementation is `tests.oracle.model`. There is an application for each database engine. All
    have the same documents as the simple implementation.
    """

    def __init__(self, apps: list[Flask], clock: Clock) -> None:
        super().__init__()
        self.apps, self.clock = apps, clock
        self.clients = [app.test_client() for app in apps]
        self.clock.time = NOON
        self.drawn: dict[str, DocumentParts] = {}
        self.catalogue = {entity.slug: entity for entity in CATALOGUE}
        self.corpus = Corpus(CATALOGUE)
        self.stories: dict[UUID, Any] = {}

    def teardown(self) -> None:
        for app in self.apps:
            clear(app)

    @initialize(
        drawn=st.tuples(*[complete_documents] * (len(KEYS) - 1)), most=st.sampled_from([0, 2, MAX_SORTED])
    )
    def begin(self, drawn: tuple[DocumentParts, ...], most: int) -> None:
        """Load all documents but the last of KEYS, in two loads at different times.

        Args:
            drawn: The random parts of each document.
            most: The maximum number of rows that a query sorts. If more rows match, the query scans an index.
        """
        plans.MAX_SORTED_ROWS = most
        # With a share of 1, filters that exclude languages or publications become filters for all others.
        filters.FEW_SHARE = 0.1 if most else 1
        forget_statements()
        submissions = [self._submission(key, parts) for key, parts in zip(KEYS, drawn, strict=False)]
        self._load(submissions[::2])
        self.clock.time += timedelta(seconds=1)
        self._load(submissions[1::2])

    @rule(question=questions(), limit=st.integers(1, 5))
    def walk(self, question: Question, limit: int) -> None:
        """Read all pages of a list that does not change, and compare both engines with the expected rows."""
        question = self._with_stories(question)
        walks = self._walks(question, limit, [])
        shown = [sorted(map(orjson.dumps, walk.shown)) for walk in walks]
        assert shown[0] == shown[-1]
        if question.order == RELEVANCE and question.is_collapsed:
            all_walks = self._walks(replace(question, is_collapsed=False), limit, [])
            for collapsed, walk in zip(walks, all_walks, strict=True):
                assert collapsed.seen == self.corpus.first_of_stories(walk.seen)
            walks = all_walks
        for walk in walks:
            walk.check()

    @rule(
        question=questions(),
        limit=st.integers(1, 5),
        drawn=st.lists(changes, min_size=1, max_size=3),
    )
    def walk_while_it_changes(self, question: Question, limit: int, drawn: list[DrawnChange]) -> None:
        """Read all pages of a list that changes in the meantime.

        After each page, the next change in `drawn` is made until none is left.
        """
        # A change can merge two stories, whose addresses then redirect.
        drawn = [] if question.kind == "story-articles" else drawn
        for walk in self._walks(self._with_stories(question), limit, drawn):
            # Relevance has no stable order.
            if question.order != RELEVANCE:
                walk.check()

    def _walks(self, question: Question, limit: int, drawn: list[DrawnChange]) -> list[Walk]:
        """Read all pages of a list on both databases, and return the walks.

        A walk reads the whole list on both databases, and compares their pages. If the list is sorted by
        relevance, the databases can have different orders, and each has its own walk. The changes in `drawn`
        are made during each walk.
        """
        groups = [self.clients] if question.order != RELEVANCE else [[client] for client in self.clients]
        return [self._follow(clients, question, limit, drawn) for clients in groups]

    def _follow(
        self, clients: list[FlaskClient], question: Question, limit: int, drawn: list[DrawnChange]
    ) -> Walk:
        walk, between = Walk(question, self.corpus), iter(drawn)
        following: str | None = question.target(limit)
        while following:
            following = self._page(clients, walk, following, limit)
            if following:
                for change in islice(between, 1):
                    self._change(*change)
                walk.look()
        for change in between:
            self._change(*change)
        return walk

    def _page(self, clients: list[FlaskClient], walk: Walk, target: str, limit: int) -> str | None:
        """Read the page at `target` on each engine, and assert that it has the expected rows.

        Return the URL of the next page, or None after the last page.
        """
        answers = [client.get(target) for client in clients]
        expected = 200 if self.corpus.has_collection(walk.question) else 404
        assert [answer.status_code for answer in answers] == [expected] * len(clients), target
        if expected == 404:
            return None
        assert answers[0].data == answers[-1].data, target
        body = orjson.loads(answers[0].data)
        walk.check_page(body, limit)
        facets = {name: body["meta"][name] for name in ("facets", "counted") if name in body["meta"]}
        assert facets == facet_meta(self.corpus, walk.question, MAX_COUNTED), target
        following: str | None = body["links"]["next"]
        return following

    def _change(self, name: str, change: DocumentParts | str) -> None:
        """Load a document, or change the type of a known entity.

        Args:
            name: The key of the document, or the slug of the entity.
            change: The changed parts of the document, or the new type of the entity.
        """
        self.clock.time += timedelta(seconds=1)
        if not isinstance(change, str):
            self._load([self._submission(name, change)])
            return
        self.catalogue[name] = self.catalogue[name]._replace(type=change)
        self.corpus.set_catalogue(self.catalogue.values())
        self._load([])

    def _load(self, submissions: list[SubmittedDocument]) -> None:
        expected = [self.corpus.seed(each, self.clock.time) for each in submissions]
        for app in self.apps:
            assert seed_pages(app, submissions, self.catalogue.values()) == expected
        found = [
            {UUID(each["id"]): each["story"] for each in get(client, STORIES)["data"]}
            for client in self.clients
        ]
        assert found[0] == found[-1]
        self.stories = found[0]
        self.corpus.stories = {article: story["id"] for article, story in found[0].items()}

    def _with_stories(self, question: Question) -> Question:
        """Return `question` with slugs for the stories in its scope and its filter `story`.

        The argument `question` has the key of an article in place of each slug.
        """
        if question.kind == "story-articles":
            story = self.stories.get(article_id(str(question.scope)), {"slug": question.scope})
            return replace(question, scope=story["slug"])
        if "story" not in question.filters:
            return question
        named = [self.stories.get(article_id(key), {"slug": key}) for key in question.filters["story"]]
        filters = {**question.filters, "story": tuple(story["slug"] for story in named)}
        return replace(question, filters=filters)

    def _submission(self, key: str, parts: DocumentParts) -> SubmittedDocument:
        """Replace `parts` of the document with `key`, and return the whole document.

        The other parts stay as in the last load.
        """
        self.drawn[key] = DEFAULT_PARTS | self.drawn.get(key, {}) | parts
        drawn = dict(self.drawn[key])
        published_at, language = drawn.pop("published_at"), drawn.pop("language")
        publication = drawn.pop("publication")
        drawn["signature"] = ("Coast Desk", "Weather Editor", publication) if publication else ()
        drawn["related"] = tuple((title, None) for title in drawn["related"])
        sidecar = f"slug: {key}\nlanguage: {language}\n"
        sidecar += f"published_at: {published_at.isoformat()}\n" if published_at else ""
        return submit(key, Page(**drawn), sidecar)


@pytest.fixture
def both(sqlite_template: Path, postgresql_template: str, tmp_path: Path) -> Iterator[list[Flask]]:
    """Yield an application on SQLite and an application on PostgreSQL, both without documents."""
    name = "briefs_lists"
    shutil.copyfile(sqlite_template, tmp_path / "briefs.db")
    with psycopg.connect(postgresql_template, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        urls = [f"sqlite:///{tmp_path}/briefs.db", postgresql_template.replace("/postgres?", f"/{name}?")]
        apps = [make_app(url, BRIEFS_SECRET_KEY=SECRET_KEY) for url in urls]
        yield apps
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.hypothesis
def test_all_lists_agree_with_the_oracle_on_both_engines(
    both: list[Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr("seeds.storing.article_batches.datetime", clock)
    monkeypatch.setattr(plans, "MAX_SORTED_ROWS", MAX_SORTED)
    monkeypatch.setattr(filters, "FEW_SHARE", filters.FEW_SHARE)
    monkeypatch.setattr("api.v1.facet_lists.MAX_COUNTED_ARTICLES", MAX_COUNTED)
    # The parameter is annotated as a class, but any function that makes a machine works.
    try:
        run_state_machine_as_test(lambda: Lists(both, clock), settings=SETTINGS)  # type: ignore[arg-type]
    finally:
        forget_statements()
