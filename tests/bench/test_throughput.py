"""What is said of measured throughput; the measuring itself needs a quiet machine and no test."""

import click
import pytest

from bench.corpus import Corpus
from bench.goals import Goal, goals
from bench.load import Load, Targets, read_outcome
from bench.rounds import Case, Result, results_table
from bench.servers import Running
from bench.throughput import first_lists, first_searches

LINE = '{"requests":%d,"seconds":2.0,"failed":%d,"broken":%d,"median":1.5,"p99":9.25}\n'
SERVER = Running(0, 0)
NAMES = [
    *("hot detail", "hot list", "hot filtered list", "hot search", "hot 304", "any detail"),
    *("any detail, no cache", "Datasette", "FastAPI, ORM", "Django REST framework"),
]
FIRST = [f"first-time {what}, {size}" for what in ("list", "search") for size in ("1,000", "9,000")]


def result(name: str, rate: float, against: str | None = "bare") -> Result:
    return Result(Case(name, SERVER, Targets(["/"]), against), [rate], 100, 0.25, 3)


def results(rate: float) -> dict[str, Result]:
    found = {"bare": result("bare", 1_000)} | {name: result(name, rate) for name in (*NAMES, *FIRST)}
    return found | {"hot detail, one connection": result("hot detail, one connection", 1, None)}


def corpora(scheme: str) -> tuple[Corpus, Corpus]:
    small, large = (Corpus(f"{scheme}:///briefs", size, [], 0.9) for size in (1_000, 9_000))
    return small, large


def test_what_wrk_says_is_read() -> None:
    load = read_outcome("Running 2s test\n  2 threads\n" + LINE % (500, 0, 0))
    assert load == Load(500, 2.0, 1.5, 9.25)
    assert load.rate == 250


@pytest.mark.parametrize(
    ("output", "errors", "said"),
    [
        (LINE % (500, 3, 0), "", "of 500 requests 3 were answered with errors and 0 not at all"),
        (LINE % (500, 0, 2), "", "2 not at all"),
        (LINE % (0, 0, 0), "", "of 0 requests"),
        ("", "unable to connect", "unable to connect"),
        ("no such option", "", "no such option"),
    ],
)
def test_a_load_with_errors_is_no_measurement(output: str, errors: str, said: str) -> None:
    with pytest.raises(click.ClickException, match=said):
        read_outcome(output, errors)


def test_the_table_holds_each_case_against_its_own() -> None:
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


def test_a_ratio_is_of_each_round_by_itself() -> None:
    ours = result("ours", 1)._replace(rates=[50.0, 500.0, 90.0])
    assert ours.rate == 90
    assert ours.over(result("bare", 1)._replace(rates=[100.0, 1_000.0, 100.0])) == 0.5


def test_what_is_asked_for_the_first_time_is_asked_for_once() -> None:
    for targets_ in (first_lists(), first_searches()):
        assert len(set(targets_.paths)) == len(targets_.paths) == 60_000
    assert first_searches() == first_searches()


def test_a_target_is_reached_from_its_own_side() -> None:
    assert Goal("ratio", 0.85, 0.85).row()[2:] == ["at least 0.85", "yes"]
    assert Goal("ratio", 0.849, 0.85).row()[2:] == ["at least 0.85", "no"]
    assert Goal("memory", 200, 200, is_most=True).row()[2:] == ["at most 200", "yes"]
    assert Goal("memory", 201, 200, is_most=True).row()[2:] == ["at most 200", "no"]


def test_every_target_of_an_engine_is_held_against_the_results() -> None:
    found = {each.name: each for each in goals(results(600), *corpora("sqlite"), 150)}
    assert len(found) == 15
    assert found["hot 304 / bare"].value == 0.6
    assert found["hot detail / Datasette"].value == 1
    assert found["first-time list, 9,000 / first-time list, 1,000"].value == 1
    assert found["second half of seeding / first"].value == 0.9
    assert found["MiB of a worker"].value == 150
    elsewhere = {each.name: each.wanted for each in goals(results(600), *corpora("postgresql"), 150)}
    assert elsewhere["hot detail / bare"] == 0.8
    assert elsewhere["any detail, no cache / bare"] == 0.15
    assert set(elsewhere) < set(found)
