"""Tests of the rules for names of persons, such as a given name before a family name."""

import pytest

from seeds.extraction.person_names import (
    begins_with_given_name,
    is_chinese_firm,
    is_chinese_name,
    is_function_word_surname,
    is_western_name,
)
from tests.support.extraction import LEXICON


@pytest.mark.parametrize(
    "name",
    [
        "Anna Lindqvist",
        "Jean-Paul Moreau",
        "Maria Graf-Moser",
        "Olga Xyzzyva",
        "Larry Xyzzyva",
        "Reggie Wayne",
    ],
)
def test_a_western_name_is_a_given_name_and_a_family_name(name: str) -> None:
    assert is_western_name(LEXICON, name.lower().split())


@pytest.mark.parametrize(
    "name", ["Harbour Authority", "Lantern Robotics", "Grace Hospital", "Atlas Xyzzyva", "Lo Xyzzyva"]
)
def test_a_name_with_a_head_noun_or_an_unusual_given_name_is_not_western(name: str) -> None:
    assert not is_western_name(LEXICON, name.lower().split())


def test_a_person_can_have_a_given_name_before_an_english_word() -> None:
    assert begins_with_given_name(LEXICON, ["maurice", "lantern"])
    assert not begins_with_given_name(LEXICON, ["maurice", "foundation"])
    assert not begins_with_given_name(LEXICON, ["paris", "lantern"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Zhang Weili", True),
        ("Ouyang Xiu", True),
        ("Weili Zhang", False),
        ("Zhang", False),
        ("Wang Bank", False),
        ("Wang Jun", True),
        ("Wang Dan", True),
        ("Wang Can", False),
    ],
)
def test_a_chinese_name_is_a_family_name_and_one_or_two_syllables(name: str, expected: bool) -> None:
    assert is_chinese_name(LEXICON, name.lower().split()) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Zhongtai Lanhai", True),
        ("Zhuge Lanhai", False),
        ("Zhang Lanhai", False),
        ("Zhongtai Zhang", False),
        ("Kenji Lanhai", False),
        ("Tovrik Lanhai", False),
    ],
)
def test_two_words_of_two_pinyin_syllables_are_an_organization(name: str, expected: bool) -> None:
    assert is_chinese_firm(LEXICON, name.lower().split()) is expected


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("he", "Weili", True),
        ("he", "Said", False),
        ("so", "Ka-long", True),
        ("so", "Weili", False),
        ("an", "Weiming", True),
        ("an", "Aolong", False),
        ("an", "MRI", False),
        ("the", "Ka-long", False),
    ],
)
def test_a_function_word_is_a_family_name_before_a_given_name(
    first: str, second: str, expected: bool
) -> None:
    assert is_function_word_surname(LEXICON, first, second) is expected
