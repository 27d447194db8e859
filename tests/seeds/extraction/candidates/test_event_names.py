"""Tests of events whose names end in lower case, such as elections and summits."""

import pytest

from tests.seeds.extraction.clusters import clusters


@pytest.mark.parametrize(
    ("text", "event"),
    [
        ("They lost the 2014 Velmora general election.", "2014 Velmora general election"),
        ("They lost the 2019 general election there.", "2019 general election"),
        ("They met at the 2026 Tarn Sea summit.", "2026 Tarn Sea summit"),
        ("In the February 1974 Velmora by-election they won.", "February 1974 Velmora by-election"),
        ("The 2009 Velmora Board election in Norway is over.", "2009 Velmora Board election in Norway"),
        ("They won the Norwegian parliamentary elections.", "Norwegian parliamentary elections"),
        ("They fear a Norway independence referendum.", "Norway independence referendum"),
        ("They swam at the 1980 Winter Olympics.", "1980 Winter Olympics"),
    ],
)
def test_an_election_or_a_summit_with_a_year_or_a_place_is_an_event(text: str, event: str) -> None:
    found = clusters(text)
    assert found[event].type == "event"
    assert len(found) == 1


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("They asked Tarn Board election officers.", ["Tarn Board"]),
        ("They lost the 2014 Velmora election-night vote.", ["2014 Velmora"]),
        ("In 1974 Anna Lindqvist won.", ["Anna Lindqvist"]),
        ("The Velmora Board won an election in Norway.", ["Velmora Board", "Norway"]),
    ],
)
def test_other_nouns_and_years_are_no_part_of_the_name(text: str, names: list[str]) -> None:
    assert list(clusters(text)) == names
