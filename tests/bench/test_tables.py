"""Tests of the tables that benchmarks print: disk space, CPU time and relevance.

The benchmarks run on a small database of generated articles.
"""

import shutil
from pathlib import Path

import pytest

from bench.corpus.files import write_corpus
from bench.first_time import measure_first_time
from bench.local_service import local_service
from bench.relevance.agreement import Agreement, agreement_table, compare
from bench.storage import storage_table, table_sizes
from tests.conftest import make_app
from tests.seeds.documents import seed

DOCUMENTS = 30


@pytest.fixture(scope="module")
def corpus(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the URL of a database of generated articles."""
    folder = tmp_path_factory.mktemp("corpus")
    (folder / "pages").mkdir()
    write_corpus(folder / "pages", range(1, DOCUMENTS + 1))
    shutil.copyfile(sqlite_template, folder / "corpus.db")
    url = f"sqlite:///{folder / 'corpus.db'}"
    assert seed(make_app(url), folder / "pages").exit_code == 0
    return url


def test_the_sizes_of_all_tables_are_the_size_of_the_file(corpus: str) -> None:
    with local_service(corpus) as service:
        assert service.read("/readyz") == {"status": "ok"}
    total = sum(size.total for size in table_sizes(corpus))
    assert total == Path(corpus.removeprefix("sqlite:///")).stat().st_size
    first, _, all_tables, *rows = storage_table(corpus, DOCUMENTS).splitlines()
    assert first.startswith(f"| bytes for each of {DOCUMENTS} articles ")
    assert all_tables.split("|")[1].strip() == "all"
    assert {"articles", "renderings"} <= {row.split("|")[1].strip() for row in rows}


def test_the_cpu_time_of_each_collection_is_measured(corpus: str) -> None:
    _, _, *rows = measure_first_time({DOCUMENTS: corpus}, rounds=1, requests=2).splitlines()
    assert len(rows) == 24
    assert all(float(row.split("|")[2].replace(",", "")) > 0 for row in rows)


def test_the_order_of_the_service_is_that_of_exhaustive_bm25(corpus: str) -> None:
    with local_service(corpus) as service:
        agreements = compare(service, 40)
    assert len(agreements) == 40
    assert all(agreement.is_same for agreement in agreements)
    assert any(agreement.matches > 20 for agreement in agreements)


def test_queries_with_many_matches_are_counted_separately() -> None:
    agreements = [
        Agreement(5, 1.0, True, 2.0),
        Agreement(30_000, 0.9, False, 4.0),
        Agreement(40_000, 1.0, True, 6.0),
    ]
    rows = [row.split("|")[1:7] for row in agreement_table(agreements, 100_000).splitlines()]
    assert [[cell.strip() for cell in row] for row in rows[2:]] == [
        ["at most 20,000", "1", "1.000", "1.000", "2.0", "2.0"],
        ["more than 20,000", "2", "0.500", "0.950", "5.0", "6.0"],
    ]
