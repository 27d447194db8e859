"""Tests of batches and worker processes: the same documents give the same rows, however they are loaded."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from flask import Flask

from api.database.base import db
from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.mentions import EntityMatcher
from seeds.parsing.folders import find_files
from seeds.preparing.preparation import Preparation
from seeds.preparing.worker_pool import WorkerPool
from seeds.report import Report
from seeds.run import Run
from seeds.storing.transactions import transactions
from tests.seeds.documents import Page, clear, write
from tests.seeds.random_histories import SENTENCES, TITLES
from tests.seeds.stored_rows import Rows, rows
from tests.support.extraction import make_matcher
from tests.support.properties import random_seeds

CATALOGUE = (EntityRecord("Sea Board", "organization", "sea-board"),)
# Times differ, and numbers of links and folders have no meaning. Those of articles and entities are compared.
DIFFERENT = {"changed_at", "created_at", "updated_at", "secret_key", "item_json", "item_key"}


def write_versions(folder: Path, seed: int) -> None:
    """Write random documents to `folder`. The same `seed` always leads to the same documents.

    Several documents have the same title. The metadata of several documents can contain the same slug or key.
    """
    shutil.rmtree(folder, ignore_errors=True)
    random = Random(seed)  # noqa: S311
    for name in "abcdefghijklm":
        page = Page(
            title=random.choice(TITLES),
            takeaways=tuple(random.sample(SENTENCES, random.randint(0, 2))),
            body=tuple(random.sample(SENTENCES, random.randint(1, 4))),
            related=tuple((title, None) for title in random.sample(TITLES, random.randint(0, 3))),
        )
        sidecars = ["", "", f"published_at: 2026-04-{random.randint(10, 28)}", "slug: wanted", "key: 'a'"]
        write(folder, name, page, random.choice(sidecars) or None)


@pytest.fixture(scope="module")
def pools() -> Iterator[dict[int, WorkerPool[EntityMatcher]]]:
    """Yield a pool of one worker process and a pool of two, by the number of processes."""
    with (
        WorkerPool(1, make_matcher, (CATALOGUE,), min_items=1) as one,
        WorkerPool(2, make_matcher, (CATALOGUE,), min_items=1) as two,
    ):
        yield {1: one, 2: two}


def load(
    app: Flask, folder: Path, batch: int, pool: WorkerPool[EntityMatcher], monkeypatch: pytest.MonkeyPatch
) -> str:
    """Load the documents of `folder` in batches of `batch` in the processes of `pool`. Return the summary."""
    monkeypatch.setattr("seeds.run.MAX_BATCH_DOCUMENTS", batch)
    report = Report(None)
    with app.app_context(), transactions(db.engine, print) as begin:
        run = Run(begin, report, strict=False, admit_erased=False)
        run.load(find_files([folder]), Preparation(pool, 1 << 20, is_eager=True))
    return report.summary


def comparable(found: Rows) -> Rows:
    """Return `found` without values that differ if the same documents are loaded twice, such as times."""
    for row in (*found["related_links"], *found["folders"]):
        del row["number"]
    return {
        table: [{name: value for name, value in row.items() if name not in DIFFERENT} for row in several]
        for table, several in found.items()
    }


@random_seeds(1)
def test_the_rows_do_not_depend_on_the_size_of_batches_or_the_number_of_processes(
    app: Flask,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    pools: dict[int, WorkerPool[EntityMatcher]],
    seed: int,
) -> None:
    results = []
    for batch, jobs in ((1, 1), (3, 1), (100, 1), (4, 2)):
        clear(app)
        summaries = []
        for version in (seed, seed + 10, seed + 10):
            write_versions(tmp_path / "pages", version)
            summaries.append(load(app, tmp_path / "pages", batch, pools[jobs], monkeypatch))
        results.append((summaries, comparable(rows(app))))
    assert "updated" in results[0][0][1]
    (summaries, first), *others = results
    for other_summaries, other in others:
        assert other_summaries == summaries
        assert [name for name in first if other[name] != first[name]] == []
