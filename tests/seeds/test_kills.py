"""Tests of loads that are killed at some step and then run again.

Afterwards, the database must be the same as after a load that was not killed.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import psycopg
import pytest
from flask import Flask
from sqlalchemy import make_url

from api.database.base import db
from tests.seeds.documents import Page, seed, write
from tests.seeds.processes import count_steps, kill_before_step
from tests.seeds.stored_rows import Rows, recount_entities, rows, without_volatile_columns

pytestmark = pytest.mark.slow

KILLS = 50
LOAD = ("load", "--prune", "--yes")
# The pages contain names of the catalogue and other names.
NAMES = ("China", "Guangdong", "the Inland Waters Board", "Shanghai")


def page(number: int, word: str) -> Page:
    """Return a version of the page with this number. `word` differs between versions."""
    one, other = NAMES[number % 4], NAMES[(number + 1) % 4]
    return Page(
        title=f"Gauge {number} Reports from {one}",
        takeaways=(f"{one} reads gauge {number} {word}.", f"{other} does so too."),
        body=(f"Inspectors said on Monday that {one} reads its gauge {word}.", f"{other} shares it, {word}."),
        related=((f"Gauge {number + 1} Reports from {NAMES[(number + 1) % 4]}", None),),
    )


# A function that saves the database, and a function that restores it.
Rewind = tuple[Callable[[], None], Callable[[], None]]


@pytest.fixture
def rewind(app: Flask, database_url: str) -> Iterator[Rewind]:
    """Yield two functions: one saves the database of `app`, and the other restores it."""

    def close() -> None:
        with app.app_context():
            db.engine.dispose()

    if database_url.startswith("sqlite"):
        path = Path(database_url.removeprefix("sqlite:///"))

        def copy(source: Path, target: Path) -> None:
            close()
            for log in path.parent.glob(f"{path.name}-*"):
                log.unlink()
            shutil.copyfile(source, target)

        saved = path.with_suffix(".saved")
        yield lambda: copy(path, saved), lambda: copy(saved, path)
        return
    server = make_url(database_url).set(database="postgres").render_as_string(hide_password=False)
    with psycopg.connect(server, autocommit=True) as session:

        def create(name: str, template: str) -> None:
            close()
            session.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            session.execute(f"CREATE DATABASE {name} TEMPLATE {template}")

        yield lambda: create("briefs_saved", "briefs_test"), lambda: create("briefs_test", "briefs_saved")
        session.execute("DROP DATABASE briefs_saved")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder of eight documents. `change_documents` later changes them."""
    for number in range(8):
        write(tmp_path / "pages", f"{number}", page(number, "weekly"))
    return tmp_path / "pages"


def change_documents(folder: Path) -> None:
    """Correct some documents in `folder`, delete others, and add new ones, before the next load."""
    for number in (0, 2, 3):
        write(folder, f"{number}", page(number, "daily"), f"slug: gauge-{number}" if number == 2 else None)
    for number in (5, 6):
        (folder / f"{number}.txt").unlink()
    for number in (8, 9):
        write(folder, f"{number}", page(number, "daily"))


def check_articles(found: Rows, before: Rows, after: Rows) -> None:
    """Assert that after a killed load, each article is as before the load or as after a complete load.

    The arguments are the rows of all tables after the killed load, before it, and after a complete load. The
    story of an article is left out, because it depends on the articles that are loaded already.
    """
    own = ("articles", "article_slugs", "documents", "takeaways", "article_entities", "revisions")
    present = without_volatile_columns(found)
    states = [
        {name: [{key: row[key] for key in row if key != "story"} for row in state[name]] for name in own}
        for state in (present, before, after)
    ]
    for article in found["articles"]:
        now, *whole = [
            {name: [row for row in state[name] if article["id"] in row.values()] for name in own}
            for state in states
        ]
        assert now in whole
    assert found["entities"] == recount_entities(found)
    count = len(found["changes"])
    assert [row["sequence"] for row in found["changes"]] == [*range(1, count + 1)]
    assert found["corpus"][0]["revision"] == count
    assert present["changes"] == after["changes"][:count]


def test_a_killed_load_that_is_run_again_ends_like_a_load_that_was_not_killed(
    app: Flask, database_url: str, rewind: Rewind, folder: Path
) -> None:
    save, restore = rewind
    seed(app, folder)
    before = without_volatile_columns(rows(app))
    change_documents(folder)
    save()
    steps = count_steps(database_url, (*LOAD, str(folder)))
    after = without_volatile_columns(rows(app))
    assert len(after["changes"]) == 8 + 3 + 2 + 2
    committed = set()
    for step in Random(0).sample(range(1, steps + 1), KILLS):  # noqa: S311
        restore()
        kill_before_step(database_url, (*LOAD, str(folder)), step)
        found = rows(app)
        check_articles(found, before, after)
        committed.add(len(found["changes"]))
        again = app.test_cli_runner().invoke(args=["seed", *LOAD, str(folder)])
        assert again.exit_code == 0, again.output
        assert without_volatile_columns(rows(app)) == after, step
    assert committed - {len(before["changes"]), len(after["changes"])}, "no kill left half of the changes"
