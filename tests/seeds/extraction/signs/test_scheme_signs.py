"""Tests of scheme signs: rules that recognize policies named with ordinary words, such as Quiet Shore."""

import pytest

from seeds.extraction.signs import scheme_signs
from seeds.extraction.signs.scheme_signs import can_be_scheme
from tests.seeds.extraction.signs.subjects import ENGINE, candidates, lower_words
from tests.support.extraction import LEXICON


def policy_votes(text: str) -> float:
    """Return how strongly scheme signs suggest that a name is a policy.

    If `text` contains several names, the name is the last of them. A scheme sign is a rule that recognizes
    the name of a policy by the words around the name.
    """
    context = ENGINE.read_context(text, candidates(text)[-1])
    found = [(sign, result) for sign, result in ENGINE.find_signs(context) if sign in scheme_signs.SIGNS]
    return sum(weight for sign, result in found for _, weight in sign.votes_for(result))


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
def test_the_words_of_a_scheme_are_english_and_can_only_suggest_a_place(name: str, expected: bool) -> None:
    assert can_be_scheme(LEXICON, lower_words(name)) is expected


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
def test_the_context_can_show_a_scheme(text: str) -> None:
    assert policy_votes(text) > 0


@pytest.mark.parametrize(
    "text", ["They suspended Velmora again.", "They saw Quiet Lantern.", "The Quiet Lantern scheme came."]
)
def test_other_names_and_other_contexts_have_no_scheme_signs(text: str) -> None:
    assert policy_votes(text) == 0


def test_an_article_before_the_head_noun_of_a_place_votes_against_a_scheme() -> None:
    assert policy_votes("They swam at the Salty Coast again.") < 0
