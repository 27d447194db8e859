"""Tests that a copy which follows the change feed equals the server, even with several writers."""

from pathlib import Path
from random import Random
from typing import Any

import orjson
import pytest
from flask import Flask

from tests.seeds.documents import Page, write
from tests.seeds.processes import start_commands
from tests.seeds.stored_rows import rows
from tests.support.mirror import Article, Mirror
from tests.support.server import Server, running_gunicorn

pytestmark = pytest.mark.slow

WRITERS, PAUSES = 4, 8
NAMES = "abcdefghijkl"
TOWNS = ("China", "Guangdong", "Shanghai", "the Inland Waters Board")


def page(random: Random, name: str) -> Page:
    """Return the document `name` with random texts."""
    one, other = random.sample(TOWNS, 2)
    return Page(
        title=f"Gauge {name} Reports from {random.choice(TOWNS[:2])}",
        takeaways=tuple(f"{town} reads the gauge." for town in random.sample(TOWNS, 2)),
        body=(f"Inspectors said on Monday that {one} reads it.", f"{other} shares {random.randint(2, 9)}."),
        related=((f"Gauge {random.choice(NAMES)} Reports from {random.choice(TOWNS[:2])}", None),),
    )


def commands(random: Random, folder: Path) -> list[list[str]]:
    """Return random commands for a process that writes to the database: loads of documents, and removals."""
    several: list[list[str]] = []
    for number in range(random.randint(2, 4)):
        pages = folder / f"{number}"
        for name in random.sample(NAMES, 3):
            write(pages, name, page(random, name), random.choice((None, None, f"slug: gauge-{name}")))
        several.append(["load", str(pages)])
        several.append(["remove", f"gauge-{random.choice(NAMES)}"])
    return several


def served_articles(server: Server) -> dict[str, Article]:
    """Return the JSON of every article that the server lists, by id."""
    articles: dict[str, Article] = {}
    target = "/v1/articles?limit=100&fields=id"
    while target:
        listed = orjson.loads(server.get(target, Cache_Control="no-cache").body)
        for one in listed["data"]:
            answer = server.get(f"/v1/articles/{one['id']}", Cache_Control="no-cache")
            articles[one["id"]] = orjson.loads(answer.body)
        target = listed["links"]["next"]
    return articles


def comparable(change: dict[str, Any]) -> tuple[Any, ...]:
    """Return the values of a change, in a form that is the same for a database row and for a response."""
    return change["sequence"], change["kind"], change["revision"], change["fields"]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_a_copy_equals_the_server_at_every_pause_of_several_writers(
    app: Flask, database_url: str, tmp_path: Path
) -> None:
    random = Random(5)  # noqa: S311
    with running_gunicorn(database_url, tmp_path) as server:
        mirror = Mirror(server.get)
        for pause in range(PAUSES):
            work = [commands(random, tmp_path / f"{pause}-{writer}") for writer in range(WRITERS)]
            writers = [start_commands(database_url, *each) for each in work]
            while any(writer.is_alive() for writer in writers):
                mirror.follow()
            assert [writer.exitcode for writer in writers] == [0] * WRITERS
            mirror.follow()
            assert mirror.articles == served_articles(server)
            happened = rows(app)["changes"]
            assert [comparable(one) for one in mirror.changes] == [comparable(one) for one in happened]
    kinds = [change["kind"] for change in mirror.changes]
    back = [change for change in mirror.changes if change["kind"] == "created" and change["revision"] > 1]
    assert len(kinds) > 200
    assert min(kinds.count(kind) for kind in ("created", "updated", "removed")) > 10
    assert back
