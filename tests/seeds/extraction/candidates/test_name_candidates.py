"""Tests of name candidates: which words of a text can be a name, and where a name begins and ends."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.text_folding import fold_characters
from seeds.extraction.candidates.name_candidates import NameCandidate, find_candidates
from tests.support.extraction import LEXICON


def candidates(text: str) -> list[NameCandidate]:
    """Return the parts of `text` that can be names. Names in quotation marks come last."""
    return list(find_candidates(LEXICON, fold_characters(text)))


def names(text: str) -> list[str]:
    """Return the parts of `text` that can be names, as texts."""
    return [candidate.text for candidate in candidates(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We met Anna Lindqvist in Bergen.", ["Anna Lindqvist", "Bergen"]),
        ("He lives in The Hague.", ["The Hague"]),
        ("He lives at the Hague Inn.", ["Hague Inn"]),
        ("We saw St. Olave and J. Tarn.", ["St. Olave", "J. Tarn"]),
        ("It left Brevik. Halvorsen stayed.", ["Brevik", "Halvorsen"]),
        ("We saw Marks & Tarn.", ["Marks & Tarn"]),
        ("We heard Ludwig van Moorsel.", ["Ludwig van Moorsel"]),
        ("We crossed the Rio de la Vega.", ["Rio de la Vega"]),
        ("There was Kim Se-hun of Lantern.", ["Kim Se-hun", "Lantern"]),
        ("It was Norland-based.", ["Norland"]),
        ("There was Oh Se-jun of Lantern.", ["Oh Se-jun", "Lantern"]),
        ("He met Salim al-Tarn and Al-Tarn.", ["Salim al-Tarn", "Al-Tarn"]),
        ("She met Jan Tarnovik in April.", ["Jan Tarnovik"]),
        ("She met Anna May there.", ["Anna May"]),
        ("They launched a Long March 7 there.", ["Long March 7"]),
        ("It stood in Hall 3. Brevik stayed.", ["Hall 3", "Brevik"]),
        ("There was Tam Siu-long of Lantern.", ["Tam Siu-long", "Lantern"]),
        ("There was a Low Water-free Lantern.", ["Low Water", "Lantern"]),
        ("There was a Lantern Long-term.", ["Lantern Long"]),
        ("They wrote to the Amis pour le Vieux Tarn there.", ["Amis pour le Vieux Tarn"]),
        ("They wrote to the Verein für Tarn there.", ["Verein für Tarn"]),
        ("She met Ma Jun there.", ["Ma Jun"]),
        ("Then Ma Jun 5 said so.", ["Ma"]),
    ],
)
def test_a_name_is_capitalised_words_and_the_words_that_join_them(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    "name", ["U.S.", "AT&T", "iQuay", "e-KRN", "O'Brien", "O’Brien", "Xi'an", "Graf-Moser"]
)
def test_a_name_can_contain_marks_and_begin_in_lower_case(name: str) -> None:
    assert names(f"They saw {name} again") == [fold_characters(name)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They bought Velmora Inc., which grew.", ["Velmora Inc."]),
        ("They bought Velmora Co. in April.", ["Velmora Co."]),
        ("They bought Velmora Inc. Tarn left.", ["Velmora Inc", "Tarn"]),
        ("They bought Velmora Co., Ltd. of Bergen.", ["Velmora Co., Ltd.", "Bergen"]),
        ("They bought Velmora S.A. of Bergen.", ["Velmora S.A.", "Bergen"]),
        ("They bought Velmora Shipping AS there.", ["Velmora Shipping AS"]),
    ],
)
def test_a_legal_form_and_its_full_stop_are_part_of_the_name(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They skate at the Winter Games there.", ["Winter Games"]),
        ("They skate at the Brevik Winter Games there.", ["Brevik Winter Games"]),
        ("They rest at the Spring Festival.", ["Spring Festival"]),
        ("Last Winter Brevik froze.", ["Brevik"]),
        ("They left Brevik Winter after winter.", ["Brevik"]),
    ],
)
def test_a_season_before_a_head_noun_is_part_of_the_name(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He Weili left.", ["He Weili"]),
        ("You Zhaoyang left.", ["You Zhaoyang"]),
        ("So Ka-long left.", ["So Ka-long"]),
        ("An Weiming left.", ["An Weiming"]),
        ("There was He Weili.", ["He Weili"]),
        ("An Ansteel pilot left.", ["Ansteel"]),
        ("So Weili left.", ["Weili"]),
        ("So Norland-born pilots left.", ["Norland"]),
        ("You Norwegians left.", []),
    ],
)
def test_a_function_word_can_be_a_family_name_before_a_given_name(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize("possessive", ["'s", "’s", "'", "’"])
def test_a_possessive_is_not_part_of_a_name(possessive: str) -> None:
    assert names(f"We heard of Velmoras{possessive} profits.") == ["Velmoras"]


@pytest.mark.parametrize(
    "name",
    [
        "People's Council of Norland",
        "Workers’ Union of Norland",
        "Norland Fishermen's Cooperative",
        "Friends of the Bay",
        "Ministry of Ports",
        "Department of Fisheries, Forestry and Water",
        "Food and Harbour Administration",
        "Bureau of Roads of Bern",
        "Treaty of Brevik",
        "Council for the Tides",
        "Conference on Tides",
        "Act on Fog",
    ],
)
def test_names_of_offices_and_laws_contain_function_words(name: str) -> None:
    assert names(f"They signed the {name} again.") == [fold_characters(name)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We left Halvorsen and Tarn there.", ["Halvorsen", "Tarn"]),
        ("We left Halvorsen, Tarn and Ek.", ["Halvorsen", "Tarn", "Ek"]),
        ("We left Bergen for Brevik.", ["Bergen", "Brevik"]),
        ("We met the people of Brevik.", ["Brevik"]),
        ("We met the President of Norland.", ["Norland"]),
        ("He went to Bergen on Monday.", ["Bergen"]),
        ("Since March Halvorsen sails.", ["Halvorsen"]),
    ],
)
def test_separate_names_are_not_joined(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("before", "title"),
    [
        ("Mr ", "Mr"),
        ("Mr. ", "Mr"),
        ("Dame ", "Dame"),
        ("President ", "President"),
        ("French President ", "President"),
        ("Deputy Governor ", "Deputy Governor"),
        ("Vice-President ", "Vice-President"),
        ("Maître ", "Maître"),
        ("Señora ", "Señora"),
        ("Foreign Minister ", "Foreign Minister"),
        ("the Norwegian ", None),
        ("the singer ", None),
    ],
)
def test_an_office_before_a_name_is_its_title_and_a_demonym_is_dropped(
    before: str, title: str | None
) -> None:
    (name,) = candidates(f"They saw {before}Olave Brekke.")
    assert (name.text, name.title) == ("Olave Brekke", title)


@pytest.mark.parametrize(
    "text",
    [
        "Then Harbour Minister Olave Brekke left.",
        "Then Inland Affairs Secretary Olave Brekke left.",
        "Then the Minister of Harbours Olave Brekke left.",
        "Then the Minister of Harbours, Olave Brekke, left.",
        "Then Chief Olave Brekke left.",
    ],
)
def test_the_portfolio_of_an_office_is_not_a_name(text: str) -> None:
    assert names(text) == ["Olave Brekke"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They met the prime minister of New Zealand.", ["New Zealand"]),
        ("They met the prime minister of New Zealand Olave Brekke.", ["Olave Brekke"]),
        ("They met the prime minister of Norland Olave Brekke.", ["Olave Brekke"]),
    ],
)
def test_the_country_of_an_office_is_not_split(text: str, expected: list[str]) -> None:
    assert names(text) == expected


def test_a_title_after_the_noun_of_a_product_is_part_of_the_name() -> None:
    assert names("They took the ferry Queen Tove.") == ["Queen Tove"]
    assert names("They took the destroyer King Olave.") == ["King Olave"]


def test_a_title_is_found_before_a_family_name_that_is_an_english_word() -> None:
    assert names("They met Harbour Watch Director Ban Weili.") == ["Harbour Watch", "Ban Weili"]


def test_a_title_splits_an_organization_from_a_person() -> None:
    firm, officer = candidates("They met Kestrel Chief Executive Tove Ek.")
    assert (firm.text, officer.text, officer.title) == ("Kestrel", "Tove Ek", "Chief Executive")


@pytest.mark.parametrize("name", ["General Administration of Sport", "Premier League", "Marshal Islands"])
def test_an_organization_that_begins_like_a_title_is_not_split(name: str) -> None:
    assert names(f"They spoke of the {name} again.") == [name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("However, Brevik stayed.", ["Brevik"]),
        ("In Norland it rained.", ["Norland"]),
        ("Although Tarn sank, it rained.", ["Tarn"]),
        ("Drugmaker Biontis fell.", ["Biontis"]),
        ("It rained. “Yes,” they said. The end.", []),
        ("On Monday the Norwegians left.", []),
        ("The GDP rose and the CEO spoke.", []),
        ("Northern Norway stayed.", ["Norway"]),
        ("Northern Ireland stayed.", ["Northern Ireland"]),
        ("Van Tarn Optics stayed.", ["Van Tarn Optics"]),
        ("The Three Harbours Initiative stayed.", ["Three Harbours Initiative"]),
    ],
)
def test_words_that_only_begin_a_sentence_are_not_names(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It came from the Just Harbour Fund.", ["Just Harbour Fund"]),
        ("It was in the First Tidal War.", ["First Tidal War"]),
        ("They live in Can Tarn now.", ["Can Tarn"]),
        ("They watched Formula One.", ["Formula One"]),
        ("It came by the May 9 deadline.", []),
    ],
)
def test_a_capitalised_function_word_in_mid_sentence_is_part_of_a_name(
    text: str, expected: list[str]
) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They sailed the Nordic Lantern.", ["Nordic Lantern"]),
        ("They sailed the Norwegian Velmora.", ["Velmora"]),
        ("They saw Thai Internet and German Greens.", ["Greens"]),
        ("They saw Telefon Nordic and a South Korean.", ["Telefon Nordic"]),
    ],
)
def test_a_demonym_before_an_english_word_is_part_of_the_name(text: str, expected: list[str]) -> None:
    assert names(text) == expected


@pytest.mark.parametrize(
    ("text", "begins_sentence"),
    [
        ("Velmora rose.", True),
        ("It fell. Velmora rose.", True),
        ("It fell! “Velmora rose.”", True),
        ("It fell: Velmora rose.", True),
        ("• Velmora rose.", True),
        ("The Velmora rose.", False),
        ("A ship, Velmora, rose.", False),
        ("It is Velmora.", False),
    ],
)
def test_a_candidate_knows_if_it_begins_a_sentence(text: str, begins_sentence: bool) -> None:
    (name,) = (name for name in candidates(text) if name.text == "Velmora")
    assert name.begins_sentence is begins_sentence


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They bought an Orca-7 again.", ["Orca-7"]),
        ("They bought a Kestrel 300 again.", ["Kestrel 300"]),
        ("They paid Kestrel 300 dollars.", ["Kestrel"]),
        ("They paid Kestrel 3.5 percent.", ["Kestrel"]),
        ("They saw Kestrel 2026 again.", ["Kestrel"]),
        ("They saw Kestrel Lantern 2026 again.", ["Kestrel Lantern"]),
        ("They passed Safe Quays 2030 again.", ["Safe Quays 2030"]),
        ("They saw the 2026 Harbour Games.", ["2026 Harbour Games"]),
        ("In 2026 Tarn won 7 Lanterns.", ["Tarn", "Lanterns"]),
        ("They saw 300 of them.", []),
    ],
)
def test_a_number_after_a_name_is_that_of_a_model_unless_it_counts_something(
    text: str, expected: list[str]
) -> None:
    assert names(text) == expected


@pytest.mark.parametrize("quotes", ["''", '""', "‘’", "“”"])
def test_a_quotation_in_title_case_is_a_name(quotes: str) -> None:
    found = [
        name for name in candidates(f"They call it {quotes[0]}Belt of Fog{quotes[1]} now.") if name.is_quoted
    ]
    assert [name.text for name in found] == ["Belt of Fog"]


@pytest.mark.parametrize(
    "quoted", ["We will not go", "Never", "an Agent", "Fog Is Coming.", "A B C D E F G", "Fog is coming"]
)
def test_a_quotation_of_speech_is_not_a_name(quoted: str) -> None:
    assert not any(name.is_quoted for name in candidates(f"They said “{quoted}” now."))


def test_a_candidate_knows_the_previous_name_of_its_list() -> None:
    first, second, third = candidates("They left Brevik and Velmora for Tarn.")
    assert first.previous is None
    assert second.previous is first
    assert third.previous is None


# Parts of names, and text between names.
NAMES = ["Velmora", "Ministry", "President", "The", "Jan", "2026", "300", "Se-hun", "U.S.", "深企", "İ", "ǅ"]
BETWEEN = ["’s", "'", "“", ". ", ", ", " ", " of ", " and ", " van ", "(", "\n", "-", "&", "+"]
PIECES = st.sampled_from([*NAMES, *BETWEEN])
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))


@given(TEXTS)
@example("A")
@example("İstanbul İş")
@example("’S A’")
def test_a_candidate_is_the_text_at_its_offsets(text: str) -> None:
    for name in candidates(text):
        assert name.text
        assert fold_characters(text)[name.start : name.end] == name.text
        assert name.words


@given(TEXTS)
def test_candidates_outside_quotes_are_in_order_and_do_not_overlap(text: str) -> None:
    reached = 0
    for name in candidates(text):
        if not name.is_quoted:
            assert reached <= name.start
            reached = name.end


@given(TEXTS)
def test_the_same_text_has_the_same_candidates(text: str) -> None:
    assert candidates(text) == candidates(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Then Erik Lund Jr. came.", ["Erik Lund Jr."]),
        ("Then Erik Lund, Sr., came.", ["Erik Lund, Sr."]),
        ("Then Martin Luther King Jr. came.", ["Martin Luther King Jr."]),
        ("Then Erik Lund, III, came.", ["Erik Lund, III"]),
        ("Contractor Haldane Thermal came.", ["Haldane Thermal"]),
        ("They asked Shipbuilder Haldane Marine again.", ["Haldane Marine"]),
        ("They asked Producer Erik Lund again.", ["Erik Lund"]),
        ("They asked the Insurer Board again.", ["Insurer Board"]),
        ("The Velmora Refinery for the Tarn Council is new.", ["Velmora Refinery", "Tarn Council"]),
        ("The Sea Agency for the Tarn Council is new.", ["Sea Agency", "Tarn Council"]),
        ("The Ministry for the Environment is new.", ["Ministry for the Environment"]),
        (
            "They left the University of Bern and University of Basel.",
            ["University of Bern", "University of Basel"],
        ),
        (
            "They left the Society for Marine and Coastal Research.",
            ["Society for Marine and Coastal Research"],
        ),
        ("They saw Washington, D.C. again.", ["Washington, D.C."]),
        ("The Aldmar-Tessin Railway is new.", ["Aldmar-Tessin Railway"]),
    ],
)
def test_a_name_has_its_suffix_but_no_role_and_no_other_name(text: str, expected: list[str]) -> None:
    assert names(text) == expected
