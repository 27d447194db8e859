"""Names of persons: a given name and a family name, in the order of their language."""

import pytest

from seeds.extraction.person_names import (
    begins_as_person,
    is_chinese_firm,
    is_chinese_name,
    is_small_surname,
    is_western_name,
)


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
def test_a_western_name_is_a_given_name_and_another(name: str) -> None:
    assert is_western_name(name.lower().split())


@pytest.mark.parametrize(
    "name", ["Harbour Authority", "Lantern Robotics", "Grace Hospital", "Atlas Xyzzyva", "Lo Xyzzyva"]
)
def test_what_has_a_head_or_a_first_word_that_hardly_anybody_is_called_is_no_persons(name: str) -> None:
    assert not is_western_name(name.lower().split())


def test_a_given_name_before_a_word_of_english_begins_as_a_person_does() -> None:
    assert begins_as_person(["maurice", "lantern"])
    assert not begins_as_person(["maurice", "foundation"])
    assert not begins_as_person(["paris", "lantern"])


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
    assert is_chinese_name(name.lower().split()) is expected


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
def test_two_words_of_two_syllables_of_pinyin_are_no_person(name: str, expected: bool) -> None:
    assert is_chinese_firm(name.lower().split()) is expected


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
def test_a_small_word_is_a_family_name_where_no_sentence_would_go_on_so(
    first: str, second: str, expected: bool
) -> None:
    assert is_small_surname(first, second) is expected
