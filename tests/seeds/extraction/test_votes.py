"""Votes for what a name stands for."""

from collections import defaultdict

from api.models import ENTITY_TYPES
from seeds.extraction.votes import decide


def test_the_type_of_most_votes_is_taken() -> None:
    assert decide(defaultdict(float, {"place": 2.0, "event": 2.5, "person": -1.0})) == "event"


def test_between_equals_the_first_type_is_taken() -> None:
    assert decide(defaultdict(float)) == ENTITY_TYPES[0]
    assert decide(defaultdict(float, dict.fromkeys(ENTITY_TYPES, 1.0))) == ENTITY_TYPES[0]
