"""Tests of the table of signs (rules for the type of a name): each sign applies to its own example."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

import pytest

from api.models import ENTITY_TYPES
from seeds.extraction.signs.engine import SIGNS
from seeds.extraction.signs.sign import Found, Sign
from tests.seeds.extraction.signs.subjects import ENGINE, marked_context, subject_of, sum_votes


@pytest.mark.parametrize("sign", SIGNS, ids=[sign.name for sign in SIGNS])
def test_an_example_has_its_sign_with_the_expected_votes(sign: Sign[Any]) -> None:
    present = dict(ENGINE.find_signs(subject_of(sign)))
    assert sign in present
    assert sum_votes(sign.votes_for(present[sign])) == (sign.expected or sign.votes)


def test_each_sign_has_its_own_name() -> None:
    assert len({sign.name for sign in SIGNS}) == len(SIGNS)


def test_the_signs_of_a_group_are_adjacent_and_have_the_same_scope() -> None:
    groups = [list(group) for name, group in groupby(SIGNS, lambda sign: sign.group) if name]
    assert len({group[0].group for group in groups}) == len(groups)
    assert all(len({sign.scope for sign in group}) == 1 for group in groups)


def test_votes_are_for_types_of_entities() -> None:
    votes = [sign.votes if isinstance(sign.votes, Mapping) else sign.expected for sign in SIGNS]
    assert all(each and set(each) <= set(ENTITY_TYPES) for each in votes)


def test_only_the_first_sign_of_a_group_votes() -> None:
    names = [
        sign.name for sign, _ in ENGINE.find_signs(marked_context("They met [Velmora] employees there."))
    ]
    assert "noun of companies" in names
    assert "person of an organization" not in names


@pytest.mark.parametrize(
    ("votes", "found", "expected"),
    [
        ({"place": 3, "person": -1}, True, (("place", 3), ("person", -1))),
        ({"place": 3, "person": -1}, 0.5, (("place", 1.5), ("person", -0.5))),
        (2, "event", (("event", 2),)),
    ],
)
def test_the_result_of_the_test_decides_the_votes(
    votes: Mapping[str, float] | float, found: Found, expected: tuple[tuple[str, float], ...]
) -> None:
    sign: Sign[object] = Sign("sign", "capitals", lambda _: found, votes, "Velmora")
    assert sign.votes_for(found) == expected
