"""Tests of aliases in brackets, as in `Inland Waters Board (IWB)`: which texts in brackets are aliases."""

import pytest

from seeds.extraction.bracketed_aliases import expansion, is_alias
from tests.support.extraction import LEXICON


@pytest.mark.parametrize(
    "inside", ["GDP", "Norway", "Monday", "Norwegian", "Fog 2026", "Fog, Rain", "see below"]
)
def test_some_texts_in_brackets_are_not_aliases(inside: str) -> None:
    assert not is_alias(LEXICON, inside, "Velmora Fog", {})


def test_two_entities_of_the_catalogue_are_not_merged() -> None:
    ports, iwb = object(), object()
    assert not is_alias(LEXICON, "IWB", "Inland Waters Board", {"IWB": iwb, "Inland Waters Board": ports})
    assert is_alias(LEXICON, "IWB", "Inland Waters Board", {"IWB": iwb, "Inland Waters Board": iwb})


@pytest.mark.parametrize(
    ("name", "acronym", "full"),
    [
        ("Inland Waters Board", "IWB", "Inland Waters Board"),
        ("Norland Inland Waters Board", "IWB", "Inland Waters Board"),
        ("Ministry of Ports", "MP", "Ministry of Ports"),
        ("Ministry of Ports", "MOP", "Ministry of Ports"),
        ("Trans-Norland Rail", "TNR", "Trans-Norland Rail"),
        ("DeepQuay Labs", "DQL", "DeepQuay Labs"),
        ("Light Rail Vehicle", "LRVs", "Light Rail Vehicle"),
        ("Norland Telecom", "NTC", "Norland Telecom"),
        ("Norland Telecom", "XYZ", ""),
        ("Norland", "NLD", ""),
    ],
)
def test_an_acronym_expands_to_the_words_that_it_abbreviates(name: str, acronym: str, full: str) -> None:
    assert expansion(name, acronym) == full
