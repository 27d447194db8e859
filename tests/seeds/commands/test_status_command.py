"""Tests of `flask seed status`, which prints the numbers of rows in the database."""

import re
from dataclasses import replace
from pathlib import Path

from flask import Flask

from tests.seeds.commands.results import GAUGES, SIRENS, SOURCE, WALL, invoke
from tests.seeds.documents import seed, write
from tests.seeds.stored_rows import rows


def test_status_prints_a_name_and_a_value_on_each_line(app: Flask, engine: str, tmp_path: Path) -> None:
    for name, page in (("a", GAUGES), ("b", SIRENS), ("c", replace(WALL, title="China Raises a Wall"))):
        write(tmp_path, name, page)
    seed(app, tmp_path)
    result = invoke(app, "seed", "status")
    assert (result.stderr, result.exit_code) == ("", 0)
    assert all(re.fullmatch(r"[a-z_]+ \S+", line) for line in result.stdout.splitlines())
    status = dict(line.split() for line in result.stdout.splitlines())
    expected = {
        "articles": 3,
        "takeaways": 6,
        "entities": 1,
        # The articles differ only in their titles, so each is linked to both others.
        "related_links": 6,
        "revision": 3,
        "engine": engine,
    }
    assert {name: status[name] for name in expected} == {name: str(value) for name, value in expected.items()}


def test_status_of_an_empty_database_shows_zeros(app: Flask, engine: str) -> None:
    status = dict(line.split() for line in invoke(app, "seed", "status").stdout.splitlines())
    assert status.pop("engine") == engine
    assert set(status.values()) == {"0"}


def test_status_changes_nothing(app: Flask) -> None:
    seed(app, SOURCE)
    before = rows(app)
    invoke(app, "seed", "status")
    assert rows(app) == before
