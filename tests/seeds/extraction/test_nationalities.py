"""Tests of nationalities that are in no list, such as Velmoran."""

import pytest

from tests.seeds.extraction.clusters import clusters


@pytest.mark.parametrize(
    "text",
    [
        "The Velmoran government met the Velmorans.",
        "A Tessinese ferry left. Two Tessinese officers stayed.",
        "They met Velmoran President Anna Lindqvist.",
        "The Aldmarian navy left. The Aldmarians stayed.",
        "They sailed to Velmora. Velmorans came.",
    ],
)
def test_a_nationality_is_no_entity(text: str) -> None:
    assert {"Velmora", "Anna Lindqvist"} >= set(clusters(text))


@pytest.mark.parametrize(
    "text",
    ["They met Dr Velmoran there.", "They met Velmoran. Then Velmoran left.", "They joined Velmoran."],
)
def test_a_word_with_the_same_ending_is_an_entity_if_it_is_used_like_a_name(text: str) -> None:
    assert list(clusters(text)) == ["Velmoran"]
