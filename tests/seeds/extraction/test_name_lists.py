"""Tests of lists of names, in which an uncertain name takes the type of the others."""

import pytest

from tests.seeds.extraction.clusters import clusters


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("They saw Norway, Velmora and Sweden.", "Velmora", "place"),
        ("They met Anna Lindqvist, Erik Lund and Velmora.", "Velmora", "person"),
        ("They asked the Tarn Board, the Sea Council and Velmora.", "Velmora", "organization"),
        ("They know villages such as Velmora and Tovrik.", "Tovrik", "place"),
    ],
)
def test_an_uncertain_name_takes_the_type_of_its_list(text: str, name: str, kind: str) -> None:
    assert clusters(text)[name].type == kind


@pytest.mark.parametrize(
    "text",
    [
        "They saw Norway, and Velmora grew.",
        "They met Anna Lindqvist, Norway and Velmora.",
        "They asked at the Harbour Games, the Sea Festival and Velmora.",
        "They saw Norway. Velmora and the crew left.",
    ],
)
def test_other_names_decide_nothing_if_they_are_no_list_or_have_several_types(text: str) -> None:
    assert clusters(text)["Velmora"].type == "organization"
