"""Tests of extraction: which names in a document are entities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.models import ENTITY_TYPES
from seeds.extraction.extractor import EntityExtractor, RecognizedName, _lowercase_words, is_headline
from tests.seeds.extraction.clusters import EXTRACTOR, clusters
from tests.support.extraction import LEXICON

# --- Which names are entities, and of what type. ---


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lantern, which lent, left. Lantern was old.", ["Lantern"]),
        ("Lantern, which lent, left. It was old.", []),
        ("Lanterns, which lent, left. Lanterns had oil.", []),
        ("Lantern, which lent, left. Lantern was no lantern.", []),
        ("Greenpeace said so.", ["Greenpeace"]),
        ("Management said so.", []),
    ],
)
def test_a_word_that_begins_sentences_like_a_name_is_an_entity(text: str, found: list[str]) -> None:
    assert list(clusters(text)) == found


@pytest.mark.parametrize(
    ("text", "name", "kind"),
    [
        ("They met Osric Tarn, a retired pilot.", "Osric Tarn", "person"),
        ("They fled from Visp, a town in the hills.", "Visp", "place"),
        ("They took Velatide, a new drug. Velatide works.", "Velatide", "product"),
        ("They sold the Orca-7 phone.", "Orca-7", "product"),
        ("They passed the Harbour Act again.", "Harbour Act", "policy"),
        ("They signed the ‘Green Quay’ plan.", "Green Quay", "policy"),
        ("They won the Harbour Games again.", "Harbour Games", "event"),
        ("They bought Velmora's shares. The brewer Velmora grew.", "Velmora", "organization"),
        ("Then Tovrik Ekkelund sold its quay. So Tovrik grew.", "Tovrik Ekkelund", "organization"),
        ("Then Tovrik Ekkelund grew. So Ekkelund sold it.", "Tovrik Ekkelund", "person"),
        ("Then Velmora watched it.", "Velmora", "organization"),
        ("The plant at Tovrik Ekkel, the only place of its kind, is shut.", "Tovrik Ekkel", "place"),
    ],
)
def test_the_form_and_the_context_decide_the_type(text: str, name: str, kind: str) -> None:
    assert {each: cluster.type for each, cluster in clusters(text).items()} == {name: kind}


@pytest.mark.parametrize(
    "text",
    [
        "Harbour walls are thick. The harbour is old.",
        "Storm came. They saw it.",
        "Officials met. Residents left.",
        "Critics of the plan met on Monday.",
        "The CEO spoke of GDP.",
        "",
    ],
)
def test_a_capital_alone_does_not_make_a_name(text: str) -> None:
    assert clusters(text) == {}


def test_a_word_that_also_occurs_in_lower_case_is_not_an_entity() -> None:
    assert clusters("They told the Watchers so.") != {}
    assert clusters("They told the Watchers so. Some watchers left.") == {}


def test_a_repeated_vote_counts_less_each_time() -> None:
    once = clusters("They slept in Velmora.")["Velmora"].votes["place"]
    thrice = clusters("They slept in Velmora. They sat in Velmora. They ate in Velmora.")["Velmora"].votes[
        "place"
    ]
    assert once < thrice < 2 * once


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("fog", True),
        ("log", True),
        ("fo", False),
        ("bay", False),
        ("rain", False),
        ("snow", False),
        ("", False),
    ],
)
def test_a_word_in_lower_case_counts_only_from_its_beginning(word: str, expected: bool) -> None:
    assert (word in _lowercase_words(["fog, mid-bay", "log; it's o'rain", "Snow"])) is expected


def test_a_name_of_the_catalogue_in_any_form_is_an_entity() -> None:
    known: dict[str, object] = {"Storm": object()}
    assert clusters("Storm came.", known=known).keys() == {"Storm"}


def test_a_name_of_the_catalogue_is_not_a_short_form() -> None:
    known: dict[str, object] = {"Velmora": object()}
    found = clusters("At Velmora Shipping Ltd. Then Velmora sold it.", known=known)
    assert found.keys() == {"Velmora", "Velmora Shipping Ltd"}


def test_the_names_and_types_of_a_recognizer_count() -> None:
    prose = ["They left it to lanterns of Brevik there, and to Fog."]

    def recognize(text: str) -> list[RecognizedName]:
        return [
            RecognizedName(16, 34, "organization"),
            RecognizedName(text.index("Fog"), len(text) - 1, "policy"),
        ]

    assert clusters(*prose).keys() == {"Brevik"}
    extractor = EntityExtractor(LEXICON, recognize)
    types = {cluster.name: cluster.type for cluster in extractor.extract(prose, {})}
    assert types["lanterns of Brevik"] == "organization"
    assert types["Fog"] == "policy"


# --- Headlines. ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Storm Drowns the Streets of Bergen", True),
        ("Sirens Tested at Noon", True),
        ("Storm drowns the streets of Bergen", False),
        ("Velmora wins", False),
        ("Bergen", False),
        ("", False),
        ("海委会", False),
    ],
)
def test_in_a_headline_most_words_are_capitalised(text: str, expected: bool) -> None:
    assert is_headline(text) is expected


def test_only_places_are_extracted_from_a_headline() -> None:
    found = clusters(headline="Storm Drowns Tram Lines of Bergen and New York")
    assert {name: cluster.type for name, cluster in found.items()} == {"Bergen": "place", "New York": "place"}


def test_a_place_in_a_headline_is_dropped_if_it_is_a_word_of_the_text() -> None:
    assert clusters("It was nice.", headline="Storm Drowns Nice Tram Lines").keys() == set()


def test_a_quoted_name_in_a_headline_is_neither_a_person_nor_a_place() -> None:
    prose = "They watched Tovrik Ekkel again."
    assert clusters(prose)["Tovrik Ekkel"].type == "person"
    found = clusters(prose, headline="‘Tovrik Ekkel’, a Film About Fog, Sells Out")
    assert found["Tovrik Ekkel"].type == "product"


# --- Properties. ---


NAMES = ["Velmora", "Velmora Bank", "Tarn", "Osric Tarn", "Ministry of Ports", "MOP", "Bergen", "İ"]
BETWEEN = [" (MOP)", " (深企)", " said", ". ", ", a town", "’s shares", " in ", " and ", "The ", "President "]
PIECES = st.sampled_from([*NAMES, *BETWEEN])
PROSE = st.lists(st.one_of(st.text(), st.lists(PIECES).map("".join)), max_size=4)


@given(PROSE)
def test_extraction_is_the_same_each_time(prose: list[str]) -> None:
    assert EXTRACTOR.extract(prose, {}) == EXTRACTOR.extract(prose, {})


@given(PROSE)
def test_each_entity_has_a_type_and_each_form_belongs_to_one_entity(prose: list[str]) -> None:
    found = EXTRACTOR.extract(prose, {})
    every_form = [form for cluster in found for form in cluster.forms]
    assert all(each.type in ENTITY_TYPES and each.name in each.forms for each in found)
    assert len(every_form) == len(set(every_form))
