"""Tests of the report of `bench.throughput`. Measuring is not tested, since it needs an idle machine."""

import click
import pytest

from bench.corpus.build import Corpus
from bench.throughput.goals import Goal, goals
from bench.throughput.load import Load, Targets, read_outcome
from bench.throughput.measure import first_lists, first_searches
from bench.throughput.rounds import Case, Result, results_table
from bench.throughput.servers import RunningServer

LINE = '{"requests":%d,"seconds":2.0,"failed":%d,"broken":%d,"median":1.5,"p99":9.25}\n'
SERVER = RunningServer(0, 0)
CASE_NAMES = [
    *("hot detail", "hot list", "hot filtered list", "hot search", "hot 304", "any detail"),
    *("any detail, no cache", "Datasette", "FastAPI, ORM", "Django REST framework"),
]
FIRST_TIME_NAMES = [
    f"first-time {kind}, {size}" for kind in ("list", "search") for size in ("1,000", "9,000")
]


def result(name: str, rate: float, baseline: str | None = "bare") -> Result:
    return Result(Case(name, SERVER, Targets(["/"]), baseline), [rate], 100, 0.25, 3)


def results(rate: float) -> dict[str, Result]:
    found = {"bare": result("bare", 1_000)} | {
        name: result(name, rate) for name in (*CASE_NAMES, *FIRST_TIME_NAMES)
    }
    return found | {"hot detail, one connection": result("hot detail, one connection", 1, None)}


def corpora(scheme: str) -> tuple[Corpus, Corpus]:
    small, large = (Corpus(f"{scheme}:///briefs", size, [], 0.9) for size in (1_000, 9_000))
    return small, large


def test_the_output_of_wrk_is_parsed() -> None:
    load = read_outcome("Running 2s test\n  2 threads\n" + LINE % (500, 0, 0))
    assert load == Load(500, 2.0, 1.5, 9.25)
    assert load.rate == 250


@pytest.mark.parametrize(
    ("output", "errors", "message"),
    [
        (LINE % (500, 3, 0), "", "of 500 requests 3 got an error and 0 got no response"),
        (LINE % (500, 0, 2), "", "2 got no response"),
        (LINE % (0, 0, 0), "", "of 0 requests"),
        ("", "unable to connect", "unable to connect"),
        ("no such option", "", "no such option"),
    ],
)
def test_a_load_with_errors_raises_an_exception(output: str, errors: str, message: str) -> None:
    with pytest.raises(click.ClickException, match=message):
        read_outcome(output, errors)


def test_the_table_compares_each_case_with_its_baseline() -> None:
    _, _, bare, ours, alone = results_table(
        {
            "bare": result("bare", 2_000, "bare"),
            "ours": result("ours", 1_500),
            "alone": result("alone", 7, None),
        }
    ).split("\n")
    assert [cell.strip() for cell in bare.split("|")[1:4]] == ["bare", "2,000", "1.000"]
    assert [cell.strip() for cell in ours.split("|")[1:7]] == ["ours", "1,500", "0.750", "100", "0.25", "3.0"]
    assert [cell.strip() for cell in alone.split("|")[1:4]] == ["alone", "7", ""]


def test_a_ratio_is_the_median_of_the_ratios_of_all_rounds() -> None:
    ours = result("ours", 1)._replace(rates=[50.0, 500.0, 90.0])
    assert ours.rate == 90
    assert ours.ratio_to(result("bare", 1)._replace(rates=[100.0, 1_000.0, 100.0])) == 0.5


def test_first_time_targets_contain_no_path_twice() -> None:
    for targets in (first_lists(), first_searches()):
        assert len(set(targets.paths)) == len(targets.paths) == 60_000
    assert first_searches() == first_searches()


def test_a_target_is_a_minimum_or_a_maximum() -> None:
    assert Goal("ratio", 0.85, 0.85).row()[2:] == ["at least 0.85", "yes"]
    assert Goal("ratio", 0.849, 0.85).row()[2:] == ["at least 0.85", "no"]
    assert Goal("memory", 200, 200, is_maximum=True).row()[2:] == ["at most 200", "yes"]
    assert Goal("memory", 201, 200, is_maximum=True).row()[2:] == ["at most 200", "no"]


def test_each_engine_has_its_own_targets() -> None:
    found = {each.name: each for each in goals(results(600), *corpora("sqlite"), 150)}
    assert len(found) == 15
    assert found["hot 304 / bare"].value == 0.6
    assert found["hot detail / Datasette"].value == 1
    assert found["first-time list, 9,000 / first-time list, 1,000"].value == 1
    assert found["second half of seeding / first"].value == 0.9
    assert found["MiB of a worker"].value == 150
    elsewhere = {each.name: each.bound for each in goals(results(600), *corpora("postgresql"), 150)}
    assert elsewhere["hot detail / bare"] == 0.8
    assert elsewhere["any detail, no cache / bare"] == 0.15
    assert set(elsewhere) < set(found)
