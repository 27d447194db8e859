"""Entities that no catalogue has: which names of a document are one thing, and which are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.models import ENTITY_TYPES
from seeds.extraction.bracketed_aliases import expansion, is_alias
from seeds.extraction.coreference import Thing
from seeds.extraction.extractor import Candidate, _small_words, extract, is_headline


def things(*prose: str, headline: str = "", known: "dict[str, object] | None" = None) -> dict[str, Thing]:
    """Give what `prose` names by its main name."""
    return {thing.name: thing for thing in extract(prose, known or {}, headline)}


def forms(*prose: str) -> dict[str, set[str]]:
    """Give the forms of each by its main name."""
    return {name: set(thing.forms) for name, thing in things(*prose).items()}


# --- Forms of one thing. ---


@pytest.mark.parametrize(
    ("text", "name", "others"),
    [
        ("They met Anna Lindqvist. Later Lindqvist left.", "Anna Lindqvist", {"Lindqvist"}),
        ("They met Zhang Weili. Then Mr Zhang left.", "Zhang Weili", {"Zhang"}),
        (
            "They met Anna Vik Brekke. Then Vik Brekke left, and Brekke.",
            "Anna Vik Brekke",
            {"Vik Brekke", "Brekke"},
        ),
        ("At Velmora Shipping Ltd. Then Velmora sold it.", "Velmora Shipping Ltd", {"Velmora"}),
        (
            "The Maritime Safety Board met. A Maritime Board is new.",
            "Maritime Safety Board",
            {"Maritime Board"},
        ),
        ("In the Strait of Brevik. The Brevik Strait is wide.", "Strait of Brevik", {"Brevik Strait"}),
        ("He lives in The Quill. From Quill he left.", "The Quill", {"Quill"}),
        ("They met Anna Vik Brekke. Then Vik left.", "Anna Vik Brekke", {"Vik"}),
        ("At Velmora Bank Ltd. Then Velmora Bank sold it.", "Velmora Bank Ltd", {"Velmora Bank"}),
        ("At Velmora Inc., and at Velmora Inc.", "Velmora Inc", {"Velmora Inc."}),
        ("Then Typhoon Olga came. By dawn Olga had gone.", "Typhoon Olga", {"Olga"}),
        ("By the Harbour Bank of Norway. Ask the Harbour Bank.", "Harbour Bank of Norway", {"Harbour Bank"}),
        ("At Velmora Corporation of Norway. So Velmora grew.", "Velmora Corporation of Norway", {"Velmora"}),
        ("In the Strait of Brevik. Ships left the Strait.", "Strait of Brevik", {"Strait"}),
    ],
)
def test_a_shorter_form_is_the_same_thing(text: str, name: str, others: set[str]) -> None:
    assert forms(text) == {name: {name} | others}


@pytest.mark.parametrize(
    "text",
    [
        "They met Anna Lindqvist. They met Anna Brekke.",
        "The Ministry of Ports and the Ministry of Roads met.",
        "They met Olave Bergen in Bergen, near Bergen.",
        "The Bank of Velmora lent to the Port of Velmora.",
        "They live in North Brevik and in Brevik.",
        "They asked the Norland Harbour Board and the Norland Harbour.",
        "They bought from Velmora Tides and Harbour Textiles.",
    ],
)
def test_two_things_with_a_word_in_common_stay_two(text: str) -> None:
    assert len(things(text)) == 2


@pytest.mark.parametrize(
    ("text", "name", "other"),
    [
        ("The Inland Waters Board (IWB) met. The IWB said so.", "Inland Waters Board", "IWB"),
        ("The Norland Inland Waters Board (IWB) met.", "Inland Waters Board", "IWB"),
        ("They saw Deepquay (深企) there. 深企 grew.", "Deepquay", "深企"),
        ("They saw Deepquay（深企）there.", "Deepquay", "深企"),
        ("The Carriage Act (Tram Law) passed. The Tram Law is old.", "Carriage Act", "Tram Law"),
    ],
)
def test_what_stands_in_brackets_after_a_name_is_another_name(text: str, name: str, other: str) -> None:
    assert other in forms(text)[name]
    assert other not in forms(text)


@pytest.mark.parametrize(
    "inside", ["GDP", "Norway", "Monday", "Norwegian", "Fog 2026", "Fog, Rain", "see below"]
)
def test_not_all_in_brackets_is(inside: str) -> None:
    assert not is_alias(inside, "Velmora Fog", {})


def test_two_entries_of_the_catalogue_stay_two() -> None:
    ports, iwb = object(), object()
    assert not is_alias("IWB", "Inland Waters Board", {"IWB": iwb, "Inland Waters Board": ports})
    assert is_alias("IWB", "Inland Waters Board", {"IWB": iwb, "Inland Waters Board": iwb})


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
def test_an_acronym_expands_to_the_words_that_it_spells(name: str, acronym: str, full: str) -> None:
    assert expansion(name, acronym) == full


# --- What is an entity, and of what type. ---


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
def test_a_word_that_begins_sentences_as_names_do_is_one(text: str, found: list[str]) -> None:
    assert list(things(text)) == found


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
def test_an_entity_has_the_type_that_its_form_and_the_text_say(text: str, name: str, kind: str) -> None:
    assert {thing: each.type for thing, each in things(text).items()} == {name: kind}


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
def test_a_word_with_a_capital_is_not_yet_a_name(text: str) -> None:
    assert things(text) == {}


def test_a_word_that_also_stands_in_small_letters_is_none() -> None:
    assert things("They told the Watchers so.") != {}
    assert things("They told the Watchers so. Some watchers left.") == {}


def test_of_a_sign_that_is_repeated_each_next_one_counts_less() -> None:
    once = things("They slept in Velmora.")["Velmora"].votes["place"]
    thrice = things("They slept in Velmora. They sat in Velmora. They ate in Velmora.")["Velmora"].votes[
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
def test_a_word_in_small_letters_is_a_whole_one(word: str, expected: bool) -> None:
    assert (word in _small_words(["fog, mid-bay", "log; it's o'rain", "Snow"])) is expected


def test_names_of_the_catalogue_are_kept_whatever_their_form() -> None:
    known: dict[str, object] = {"Storm": object()}
    assert things("Storm came.", known=known).keys() == {"Storm"}


def test_a_name_of_the_catalogue_is_no_short_form() -> None:
    known: dict[str, object] = {"Velmora": object()}
    found = things("At Velmora Shipping Ltd. Then Velmora sold it.", known=known)
    assert found.keys() == {"Velmora", "Velmora Shipping Ltd"}


def test_a_recognizer_has_a_say_in_what_is_a_name_and_of_what_type() -> None:
    prose = ["They left it to lanterns of Brevik there, and to Fog."]

    def recognize(text: str) -> list[Candidate]:
        return [Candidate(16, 34, "organization"), Candidate(text.index("Fog"), len(text) - 1, "policy")]

    assert [thing.name for thing in extract(prose, {})] == ["Brevik"]
    with_it = {thing.name: thing.type for thing in extract(prose, {}, recognize=recognize)}
    assert with_it["lanterns of Brevik"] == "organization"
    assert with_it["Fog"] == "policy"


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
def test_a_headline_has_capitals_at_most_of_its_words(text: str, expected: bool) -> None:
    assert is_headline(text) is expected


def test_of_a_headline_only_places_are_told() -> None:
    found = things(headline="Storm Drowns Tram Lines of Bergen and New York")
    assert {name: thing.type for name, thing in found.items()} == {"Bergen": "place", "New York": "place"}


def test_a_place_of_a_headline_is_none_if_it_is_a_word_of_the_text() -> None:
    assert things("It was nice.", headline="Storm Drowns Nice Tram Lines").keys() == set()


def test_what_a_headline_has_in_quotes_is_no_person_and_no_place() -> None:
    prose = "They watched Tovrik Ekkel again."
    assert things(prose)["Tovrik Ekkel"].type == "person"
    found = things(prose, headline="‘Tovrik Ekkel’, a Film About Fog, Sells Out")
    assert found["Tovrik Ekkel"].type == "product"


# --- Whatever the text. ---


NAMES = ["Velmora", "Velmora Bank", "Tarn", "Osric Tarn", "Ministry of Ports", "MOP", "Bergen", "İ"]
BETWEEN = [" (MOP)", " (深企)", " said", ". ", ", a town", "’s shares", " in ", " and ", "The ", "President "]
PIECES = st.sampled_from([*NAMES, *BETWEEN])
PROSE = st.lists(st.one_of(st.text(), st.lists(PIECES).map("".join)), max_size=4)


@given(PROSE)
def test_extraction_is_the_same_each_time(prose: list[str]) -> None:
    assert extract(prose, {}) == extract(prose, {})


@given(PROSE)
def test_every_thing_has_a_type_and_no_form_is_two_things(prose: list[str]) -> None:
    found = extract(prose, {})
    every = [form for thing in found for form in thing.forms]
    assert all(thing.type in ENTITY_TYPES and thing.name in thing.forms for thing in found)
    assert len(every) == len(set(every))
