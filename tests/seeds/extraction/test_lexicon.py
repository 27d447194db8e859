"""The lexicon: its file is in order, and what it and the lists of names know."""

from typing import Any

import pytest
import yaml

from api.models import ENTITY_TYPES
from seeds.extraction.lexicon import (
    LEXICON,
    family_names,
    frequencies,
    given_names,
    is_place,
    lexicon,
    perhaps_given_names,
    places,
)

READ: dict[str, Any] = yaml.safe_load(LEXICON.read_bytes())
TYPED = {key: value for key, value in READ.items() if isinstance(value, dict) and key != "prepositions"}
# The types that the keys of each name; two in one.
TYPES = {key: {kind for kinds in value for kind in kinds.split()} for key, value in TYPED.items()}
LISTS = {key: value.split() for key, value in READ.items() if isinstance(value, str)} | {
    f"{key} {kind}": words.split() for key, lists in TYPED.items() for kind, words in lists.items()
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_sorted_and_has_no_word_twice(name: str) -> None:
    assert LISTS[name] == sorted(set(LISTS[name]))
    assert all(word == word.lower() for word in LISTS[name])


@pytest.mark.parametrize("name", TYPED)
def test_a_word_has_one_type(name: str) -> None:
    words = [word for kind in TYPED[name].values() for word in kind.split()]
    assert len(words) == len(set(words))
    assert TYPES[name] <= set(ENTITY_TYPES)


def test_a_head_of_two_types_is_none_of_one_and_a_legal_form_is_an_organizations() -> None:
    assert not lexicon().heads.keys() & (lexicon().heads_of_two.keys() | lexicon().legal_forms)
    assert lexicon().head_types["forum"] == "organization"
    assert lexicon().head_types["oyj"] == "organization"


def test_no_line_is_longer_than_120() -> None:
    assert max(map(len, LEXICON.read_text("utf-8").splitlines())) <= 120


def test_words_of_offices_are_ranks_or_stand_before_them() -> None:
    assert not lexicon().ranks & lexicon().modifiers
    assert lexicon().honorifics <= lexicon().ranks
    assert lexicon().titles == lexicon().ranks | lexicon().modifiers


@pytest.mark.parametrize(
    "name", ["norway", "russia", "cote d'ivoire", "bergen", "kiev", "sao paulo", "guangdong", "middle east"]
)
def test_places_are_known_without_case_and_diacritics(name: str) -> None:
    assert name in places()


def test_a_place_is_known_in_any_case_and_with_diacritics_or_without() -> None:
    assert is_place("Reykjavík")
    assert is_place("REYKJAVIK")
    assert not is_place("Velmora")


@pytest.mark.parametrize("name", ["of", "mobile", "reading", "most", "sale", "velmora", ""])
def test_a_town_whose_name_is_a_word_is_no_place(name: str) -> None:
    assert name not in places()


def test_a_large_city_is_famous_and_a_town_is_not() -> None:
    assert places()["london"]
    assert not places()["lillehammer"]


def test_names_of_persons_are_of_many_languages() -> None:
    assert {"anna", "ingrid", "giuseppe", "larry"} <= given_names()
    assert {"smith", "müller", "andersson"} <= family_names()


def test_a_word_of_english_is_no_name_for_standing_in_one_careless_list() -> None:
    assert {"atlas", "press", "lo"}.isdisjoint(given_names())
    assert {"atlas", "press"} <= perhaps_given_names()
    assert "fresh" not in family_names()


def test_words_have_their_frequencies() -> None:
    assert frequencies()["the"] > frequencies()["harbour"] > 0
    assert frequencies()["harbor"] == frequencies()["harbour"]
    assert "velmora" not in frequencies()
