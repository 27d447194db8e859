"""Names in text: what is one, where it begins and ends, and what before it is no part of it."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from seeds.extraction.name_candidates import names


def named(text: str) -> list[str]:
    """Give the names in `text`, those in quotes last."""
    return [name.text for name in names(text)]


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
def test_a_name_is_capitalised_words_and_what_stands_between_them(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    "name", ["U.S.", "AT&T", "iQuay", "e-KRN", "O'Brien", "O’Brien", "Xi'an", "Graf-Moser"]
)
def test_signs_and_small_letters_are_inside_some_names(name: str) -> None:
    assert named(f"They saw {name} again") == [name]


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
def test_what_firms_end_in_belongs_to_the_name_with_its_full_stop(text: str, expected: list[str]) -> None:
    assert named(text) == expected


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
def test_a_season_before_a_head_is_a_part_of_a_name(text: str, expected: list[str]) -> None:
    assert named(text) == expected


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
def test_some_small_words_are_family_names_before_a_given_one(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize("possessive", ["'s", "’s", "'", "’"])
def test_a_possessive_is_no_part_of_a_name(possessive: str) -> None:
    assert named(f"We heard of Velmoras{possessive} profits.") == ["Velmoras"]


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
def test_offices_and_laws_have_small_words_inside(name: str) -> None:
    assert named(f"They signed the {name} again.") == [name]


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
def test_several_names_are_not_one(text: str, expected: list[str]) -> None:
    assert named(text) == expected


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
def test_an_office_before_a_name_is_its_title_and_a_people_is_nothing(before: str, title: str | None) -> None:
    (name,) = names(f"They saw {before}Olave Brekke.")
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
def test_the_field_of_an_office_is_no_name(text: str) -> None:
    assert named(text) == ["Olave Brekke"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They met the prime minister of New Zealand.", ["New Zealand"]),
        ("They met the prime minister of New Zealand Olave Brekke.", ["Olave Brekke"]),
        ("They met the prime minister of Norland Olave Brekke.", ["Olave Brekke"]),
    ],
)
def test_the_country_of_an_office_is_whole(text: str, expected: list[str]) -> None:
    assert named(text) == expected


def test_a_ship_holds_no_office() -> None:
    assert named("They took the ferry Queen Tove.") == ["Queen Tove"]
    assert named("They took the destroyer King Olave.") == ["King Olave"]


def test_an_office_stands_before_a_family_name_that_is_a_word_too() -> None:
    assert named("They met Harbour Watch Director Ban Weili.") == ["Harbour Watch", "Ban Weili"]


def test_an_office_parts_a_firm_from_its_officer() -> None:
    firm, officer = names("They met Kestrel Chief Executive Tove Ek.")
    assert (firm.text, officer.text, officer.title) == ("Kestrel", "Tove Ek", "Chief Executive")


@pytest.mark.parametrize("name", ["General Administration of Sport", "Premier League", "Marshal Islands"])
def test_a_name_that_begins_as_an_office_does_is_whole(name: str) -> None:
    assert named(f"They spoke of the {name} again.") == [name]


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
def test_words_that_begin_a_sentence_are_no_names(text: str, expected: list[str]) -> None:
    assert named(text) == expected


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
def test_in_mid_sentence_small_words_with_capitals_belong_to_names(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("They sailed the Nordic Lantern.", ["Nordic Lantern"]),
        ("They sailed the Norwegian Velmora.", ["Velmora"]),
        ("They saw Thai Internet and German Greens.", ["Greens"]),
        ("They saw Telefon Nordic and a South Korean.", ["Telefon Nordic"]),
    ],
)
def test_a_people_is_a_part_of_a_name_before_a_word_of_english(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize(
    ("text", "is_start"),
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
def test_a_name_knows_whether_a_sentence_begins_with_it(text: str, is_start: bool) -> None:
    (name,) = (name for name in names(text) if name.text == "Velmora")
    assert name.is_start is is_start


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
        ("In 2026 Tarn won 7 Lanterns.", ["2026 Tarn", "Lanterns"]),
        ("They saw 300 of them.", []),
    ],
)
def test_a_number_after_a_name_is_its_model_unless_it_counts(text: str, expected: list[str]) -> None:
    assert named(text) == expected


@pytest.mark.parametrize("quotes", ["''", '""', "‘’", "“”"])
def test_what_is_written_as_a_title_in_quotes_is_a_name(quotes: str) -> None:
    found = [name for name in names(f"They call it {quotes[0]}Belt of Fog{quotes[1]} now.") if name.is_quoted]
    assert [name.text for name in found] == ["Belt of Fog"]


@pytest.mark.parametrize(
    "quoted", ["We will not go", "Never", "an Agent", "Fog Is Coming.", "A B C D E F G", "Fog is coming"]
)
def test_what_somebody_says_in_quotes_is_none(quoted: str) -> None:
    assert not any(name.is_quoted for name in names(f"They said “{quoted}” now."))


def test_a_name_knows_the_one_before_it_in_a_list() -> None:
    first, second, third = names("They left Brevik and Velmora for Tarn.")
    assert first.after is None
    assert second.after is first
    assert third.after is None


# What names are made of and what stands between them.
NAMES = ["Velmora", "Ministry", "President", "The", "Jan", "2026", "300", "Se-hun", "U.S.", "深企", "İ", "ǅ"]
BETWEEN = ["’s", "'", "“", ". ", ", ", " ", " of ", " and ", " van ", "(", "\n", "-", "&", "+"]
PIECES = st.sampled_from([*NAMES, *BETWEEN])
TEXTS = st.one_of(st.text(), st.lists(PIECES).map("".join))


@given(TEXTS)
@example("A")
@example("İstanbul İş")
@example("’S A’")
def test_a_name_is_the_text_at_its_place(text: str) -> None:
    for name in names(text):
        assert name.text
        assert text[name.start : name.end] == name.text
        assert name.words


@given(TEXTS)
def test_names_outside_quotes_come_in_order_and_never_overlap(text: str) -> None:
    reached = 0
    for name in names(text):
        if not name.is_quoted:
            assert reached <= name.start
            reached = name.end


@given(TEXTS)
def test_the_same_text_has_the_same_names(text: str) -> None:
    assert list(names(text)) == list(names(text))
