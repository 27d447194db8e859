"""Every list against the oracle, on both engines at once, over any documents, filters, orders and pages."""

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

from api.db import db
from seeds.parsing.files import SubmittedDocument
from tests.conftest import TEMPLATE, make_app
from tests.seeds.documents import Page, clear, seed_pages, submit
from tests.support.drawing import CATALOGUE, DEFAULT, KEYS, NOON, Change, Drawn, changes, questions, wholes
from tests.support.oracle import RELEVANCE, Corpus, Question, Row, ordered
from tests.support.properties import database_property

SETTINGS = settings(database_property(12), stateful_step_count=20)
# The same for both applications, so that their cursors are the same.
SECRET = "the-same-key-for-both"  # noqa: S105


class Clock:
    """The time at which the loader seeds."""

    at = NOON

    def now(self, _: Any) -> datetime:
        """Stand in for `datetime.now`."""
        return self.at


class Walk:
    """The pages of one walk: the rows that they had, and those that they might have had at each moment."""

    def __init__(self, question: Question, now: set[Row]) -> None:
        self.question = question
        self.moments = [now]
        self.seen: list[Row] = []
        self.shown: list[Any] = []

    def expects(self, limit: int) -> tuple[list[Row], bool]:
        """Give the rows of the next page, and whether there is one after it."""
        # The row last seen may have changed or gone since; its place is where it was.
        rows = ordered({*self.moments[-1], *self.seen[-1:]}, self.question.order)
        rest = rows[rows.index(self.seen[-1]) + 1 :] if self.seen else rows
        return rest[:limit], len(rest) > limit

    def check_page(self, body: Any, limit: int) -> None:
        """Assert that `body` is the next page, to the row."""
        ids = [UUID(item["id"]) for item in body["data"]]
        self.shown += body["data"]
        assert len(self.shown) < 200, "a walk without end"
        assert body["meta"].get("total", len(self.moments[-1])) == len(self.moments[-1])
        now = {row.id: row for row in self.moments[-1]}
        assert set(ids) <= set(now)
        rows = [now[each] for each in ids]
        if self.question.order != RELEVANCE:
            assert (rows, body["links"]["next"] is not None) == self.expects(limit)
        assert all(row.fits(item) for row, item in zip(rows, body["data"], strict=True))
        self.seen += rows

    def check(self) -> None:
        """Assert at the end of it that nothing was dropped, repeated, invented or out of order."""
        lasting = set.intersection(*self.moments)
        assert len(self.seen) == len(set(self.seen))
        ranked = ordered(lasting, self.question.order)
        seen = [row for row in self.seen if row in lasting]
        assert seen == ranked if self.question.order != RELEVANCE else set(seen) == lasting
        assert set(self.seen) <= set.union(*self.moments)


class Lists(RuleBasedStateMachine):
    """Two applications, one an engine, and the oracle, all with the same documents."""

    def __init__(self, apps: list[Flask], clock: Clock) -> None:
        super().__init__()
        self.apps, self.clock = apps, clock
        self.clients = [app.test_client() for app in apps]
        self.clock.at = NOON
        self.drawn: dict[str, Drawn] = {}
        self.catalogue = {entity.slug: entity for entity in CATALOGUE}
        self.corpus = Corpus(CATALOGUE)

    def teardown(self) -> None:
        """Leave the databases empty."""
        for app in self.apps:
            clear(app)

    @initialize(drawn=st.tuples(*[wholes] * (len(KEYS) - 1)))
    def begin(self, drawn: tuple[Drawn, ...]) -> None:
        """Seed all documents but one, half of them a second after the others."""
        submissions = [self._submission(key, parts) for key, parts in zip(KEYS, drawn, strict=False)]
        self._load(submissions[::2])
        self.clock.at += timedelta(seconds=1)
        self._load(submissions[1::2])

    @rule(question=questions(), limit=st.integers(1, 5))
    def walk(self, question: Question, limit: int) -> None:
        """Read a list to its end while nothing changes: it is the oracle's, and the same on both engines."""
        walks = self._walks(question, limit, [])
        shown = [sorted(map(orjson.dumps, walk.shown)) for walk in walks]
        assert shown[0] == shown[-1]
        for walk in walks:
            walk.check()

    @rule(
        question=questions(),
        limit=st.integers(1, 5),
        drawn=st.lists(changes, min_size=1, max_size=3),
    )
    def walk_while_it_changes(self, question: Question, limit: int, drawn: list[Change]) -> None:
        """Read a list to its end, with a change after each of the first pages."""
        for walk in self._walks(question, limit, drawn):
            # Relevance is the order of the moment.
            if question.order != RELEVANCE:
                walk.check()

    def _walks(self, question: Question, limit: int, drawn: list[Change]) -> list[Walk]:
        """Walk on both engines at once; one after the other where each has pages of its own."""
        together = [self.clients] if question.order != RELEVANCE else [[client] for client in self.clients]
        return [self._follow(clients, question, limit, drawn) for clients in together]

    def _follow(
        self, clients: list[FlaskClient], question: Question, limit: int, drawn: list[Change]
    ) -> Walk:
        walk, between = Walk(question, self.corpus.rows(question)), iter(drawn)
        following: str | None = question.target(limit)
        while following:
            following = self._page(clients, walk, following, limit)
            if following:
                for change in islice(between, 1):
                    self._change(*change)
                walk.moments.append(self.corpus.rows(question))
        for change in between:
            self._change(*change)
        return walk

    def _page(self, clients: list[FlaskClient], walk: Walk, target: str, limit: int) -> str | None:
        """Read one page and hold it against the oracle; gives the next one's address."""
        answers = [client.get(target) for client in clients]
        expected = 200 if self.corpus.has(walk.question) else 404
        assert [answer.status_code for answer in answers] == [expected] * len(clients), target
        if expected == 404:
            return None
        assert answers[0].data == answers[-1].data, target
        body = orjson.loads(answers[0].data)
        walk.check_page(body, limit)
        following: str | None = body["links"]["next"]
        return following

    def _change(self, name: str, change: Drawn | str) -> None:
        """Seed one more article, or one again, corrected or as it was; or call an entity something else."""
        self.clock.at += timedelta(seconds=1)
        if not isinstance(change, str):
            self._load([self._submission(name, change)])
            return
        self.catalogue[name] = replace(self.catalogue[name], type=change)
        self.corpus.know(self.catalogue.values())
        self._load([])

    def _load(self, submissions: list[SubmittedDocument]) -> None:
        expected = [self.corpus.seed(each, self.clock.at) for each in submissions]
        for app in self.apps:
            assert seed_pages(app, submissions, self.catalogue.values()) == expected

    def _submission(self, key: str, parts: Drawn) -> SubmittedDocument:
        """Make the document of `key`, with what was drawn of it before where `parts` says nothing."""
        self.drawn[key] = DEFAULT | self.drawn.get(key, {}) | parts
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
    """Two applications on empty databases, SQLite's and PostgreSQL's."""
    name = "briefs_lists"
    shutil.copyfile(sqlite_template, tmp_path / "briefs.db")
    with psycopg.connect(postgresql_template, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        urls = [f"sqlite:///{tmp_path}/briefs.db", postgresql_template.replace("/postgres?", f"/{name}?")]
        apps = [make_app(url, BRIEFS_SECRET_KEY=SECRET) for url in urls]
        yield apps
        for app in apps:
            with app.app_context():
                db.engine.dispose()
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.mark.hypothesis
def test_every_list_is_what_the_documents_say_on_both_engines(
    both: list[Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()
    monkeypatch.setattr("seeds.storing.load.datetime", clock)
    # The parameter is annotated as a class, but any function that makes a machine works.
    run_state_machine_as_test(lambda: Lists(both, clock), settings=SETTINGS)  # type: ignore[arg-type]
