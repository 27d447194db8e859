"""Schemes whose names are words of English alone."""

import pytest

from seeds.extraction.context_before import surroundings
from seeds.extraction.name_candidates import names
from seeds.extraction.scheme_signs import may_be_scheme, votes_for_scheme


def policy(text: str) -> float:
    """Give the votes for a scheme at the last name of `text`."""
    name = list(names(text))[-1]
    if not may_be_scheme(name.words):
        return 0
    return sum(weight for _, weight in votes_for_scheme(name.words, surroundings(text, name)))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Quiet Lantern", True),
        ("Salty Coast", True),
        ("Lantern", False),
        ("Quiet Velmora", False),
        ("Quiet Bank", False),
        ("Norway Lantern", False),
        ("Quiet Salty Old Warm Lantern", False),
    ],
)
def test_a_scheme_may_be_called_by_words_that_say_nothing_but_a_place(name: str, expected: bool) -> None:
    assert may_be_scheme(tuple(name.lower().split())) is expected


@pytest.mark.parametrize(
    "text",
    [
        "They suspended Quiet Lantern again.",
        "They are enrolled in Quiet Lantern now.",
        "There are households in Quiet Lantern now.",
        "Then Quiet Lantern reimburses them.",
        "Then Quiet Lantern also pays them.",
        "Then Quiet Lantern, which pays them, came.",
        "They joined the Salty Coast scheme.",
        "They joined Salty Coast, a scheme for pilots.",
    ],
)
def test_what_is_done_with_a_scheme_says_that_it_is_one(text: str) -> None:
    assert policy(text) > 0


@pytest.mark.parametrize(
    "text", ["They suspended Velmora again.", "They saw Quiet Lantern.", "The Quiet Lantern scheme came."]
)
def test_the_same_says_nothing_of_other_names_and_the_noun_alone_nothing_more(text: str) -> None:
    assert policy(text) == 0


def test_what_ends_as_places_do_and_has_an_article_is_a_place() -> None:
    assert policy("They swam at the Salty Coast again.") < 0
