"""Tests of the lexicon, the word lists of extraction: the file is sorted and consistent."""

from typing import Any

import pytest
import yaml

from api.models import ENTITY_TYPES
from seeds.extraction.lexicon import LEXICON_FILE, load_lexicon
from tests.support.extraction import LEXICON

READ: dict[str, Any] = yaml.safe_load(LEXICON_FILE.read_bytes())
TYPED = {key: value for key, value in READ.items() if isinstance(value, dict) and key != "place_prepositions"}
# For each list by type, the types in its keys. A key can have two types.
TYPES = {key: {kind for kinds in value for kind in kinds.split()} for key, value in TYPED.items()}
LISTS = {key: value.split() for key, value in READ.items() if isinstance(value, str)} | {
    f"{key} {kind}": words.split() for key, lists in TYPED.items() for kind, words in lists.items()
}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_is_sorted_without_repeated_words(name: str) -> None:
    assert LISTS[name] == sorted(set(LISTS[name]))
    assert all(word == word.lower() for word in LISTS[name])


@pytest.mark.parametrize("name", TYPED)
def test_a_word_has_one_type(name: str) -> None:
    words = [word for kind in TYPED[name].values() for word in kind.split()]
    assert len(words) == len(set(words))
    assert TYPES[name] <= set(ENTITY_TYPES)


def test_an_ambiguous_head_noun_has_its_likelier_type_and_a_legal_form_is_an_organization() -> None:
    assert not LEXICON.head_nouns.keys() & (LEXICON.ambiguous_head_nouns.keys() | LEXICON.legal_forms)
    assert LEXICON.head_types["forum"] == "organization"
    assert LEXICON.head_types["oyj"] == "organization"


def test_no_line_is_longer_than_120_characters() -> None:
    assert max(map(len, LEXICON_FILE.read_text("utf-8").splitlines())) <= 120


def test_a_title_word_is_either_a_rank_or_a_modifier() -> None:
    assert not LEXICON.ranks & LEXICON.title_modifiers
    assert LEXICON.honorifics <= LEXICON.ranks
    assert LEXICON.title_words == LEXICON.ranks | LEXICON.title_modifiers


@pytest.mark.parametrize(
    "name", ["norway", "russia", "cote d'ivoire", "bergen", "kiev", "sao paulo", "guangdong", "middle east"]
)
def test_the_gazetteer_has_names_in_lower_case_and_without_diacritics(name: str) -> None:
    assert name in LEXICON.gazetteer


def test_a_place_is_found_in_any_case_and_with_or_without_diacritics() -> None:
    assert LEXICON.is_place("Reykjavík")
    assert LEXICON.is_place("REYKJAVIK")
    assert not LEXICON.is_place("Velmora")


@pytest.mark.parametrize("name", ["of", "mobile", "reading", "most", "sale", "velmora", ""])
def test_a_town_with_the_name_of_an_english_word_is_not_a_place(name: str) -> None:
    assert name not in LEXICON.gazetteer


def test_a_large_city_is_well_known_and_a_town_is_not() -> None:
    assert LEXICON.gazetteer["london"]
    assert not LEXICON.gazetteer["lillehammer"]


def test_names_of_persons_come_from_many_languages() -> None:
    assert {"anna", "ingrid", "giuseppe", "larry"} <= LEXICON.given_names
    assert {"smith", "müller", "andersson"} <= LEXICON.family_names


def test_an_english_word_that_is_seldom_a_name_is_only_a_possible_name() -> None:
    assert {"atlas", "press", "lo"}.isdisjoint(LEXICON.given_names)
    assert {"atlas", "press"} <= LEXICON.possible_given_names
    assert "fresh" not in LEXICON.family_names


def test_words_have_their_frequencies() -> None:
    assert LEXICON.frequencies["the"] > LEXICON.frequencies["harbour"] > 0
    assert LEXICON.frequencies["harbor"] == LEXICON.frequencies["harbour"]
    assert "velmora" not in LEXICON.frequencies


@pytest.mark.parametrize(
    ("name", "head"),
    [
        ("ministry of ports", "ministry"),
        ("harbour compact", "compact"),
        ("tide war ii", "war"),
        ("harbour championship 2030", "championship"),
        ("design museum oslo", "museum"),
        ("port oslo", "oslo"),
        ("harbour", ""),
    ],
)
def test_the_head_noun_is_the_word_before_of_or_the_last_word(name: str, head: str) -> None:
    assert LEXICON.head_noun(tuple(name.split())) == head


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("singer", "person"),
        ("singers", "person"),
        ("president-elect", "person"),
        ("rock-singer", "person"),
        ("velmora", None),
        ("", None),
    ],
)
def test_a_noun_is_known_in_the_plural_and_in_compounds(word: str, kind: str | None) -> None:
    assert LEXICON.noun_type(word) == kind


@pytest.mark.parametrize(
    ("word", "kind"),
    [("zelltechnik", "organization"), ("velmorabad", "place"), ("anna", None), ("bank", None)],
)
def test_a_suffix_decides_the_type_of_a_word_that_is_not_english(word: str, kind: str | None) -> None:
    assert LEXICON.suffix_type(word) == kind


def test_the_lexicon_is_loaded_without_a_global() -> None:
    other = load_lexicon()
    assert other is not LEXICON
    assert other.head_nouns == LEXICON.head_nouns
