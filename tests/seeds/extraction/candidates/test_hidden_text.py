"""Tests of text in which the extractor does not search for names, such as addresses and amounts of money."""

import pytest

from seeds.extraction.candidates.hidden_text import FILLER, hide_parts_without_names
from seeds.extraction.catalogue import EntityRecord
from tests.seeds.documents import Page
from tests.seeds.extraction.mention_oracle import entities
from tests.support.extraction import LEXICON

BODY = "The crew worked there until the end of the day, and the boats came back at night."
OSLO = EntityRecord("Oslo", "place", "oslo")


def names_in(sentence: str, title: str = "A quiet day at the old quay", *known: EntityRecord) -> list[str]:
    """Return the sorted names of all entities in an article whose body contains `sentence`.

    `known` are the entities of the catalogue.
    """
    page = Page(
        title=title, summary="It was quiet.", caption=None, takeaways=("It was.",), body=(BODY, sentence)
    )
    return sorted(found.entity.name for found in entities(page, known))


@pytest.mark.parametrize(
    "sentence",
    [
        "They paid HK$2 billion, NT$1 billion, US$5bn, S$9, A$3, R$4, C$5, NZ$7 and Z$8 more.",
        "They paid €40, 40 €, £5m, ¥300, ₹20 crore, ₩5,000 and 5₪ more.",
        "They paid 40 GBP, EUR 30, SGD 5 million and 5 million HKD more.",
        "They paid in Euros, and not in Rupees or Yen.",
    ],
)
def test_money_is_no_entity(sentence: str) -> None:
    assert names_in(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "See https://example.org/Oslo/Paris?x=China there.",
        "See www.Paris.com or Oslo.example.org there.",
        "See example.com/Oslo, oslo.no/Paris and Oslo.org there.",
        "They wrote to Oslo@example.org and to paris.Beijing@mail.Oslo.no again.",
        "They followed @Oslo and @Paris.Oslo there.",
        "They opened ftp://Oslo:21/Paris and mailto:Oslo@Paris.no there.",
    ],
)
def test_an_address_is_no_entity(sentence: str) -> None:
    assert names_in(sentence, "A quiet day at the old quay", OSLO) == []


def test_the_name_of_a_company_can_end_like_an_address() -> None:
    assert names_in("They asked Quayline.com and the town of Visp.In the end, it paid.") == [
        "Quayline",
        "Visp",
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "It was 20 degrees Celsius, or 68 Fahrenheit, then.",
        "They made 300 Kilowatts, then 5 MW, 7GWh and 20 kHz, at 30 °C.",
        "They unloaded 4,000 TEU and 5 GB there.",
    ],
)
def test_a_unit_is_no_entity(sentence: str) -> None:
    assert names_in(sentence) == []


def test_the_label_of_a_part_of_a_page_is_no_entity() -> None:
    assert names_in("See the Key Takeaways, Related Articles and Share Article there.") == []


def test_in_a_sentence_in_capitals_only_names_from_elsewhere_are_found() -> None:
    shouted = "THE MAYOR TOLD ANNA LINDQVIST IN OSLO AND VISP THAT IT WAS OVER."
    assert names_in(shouted) == []
    assert names_in(shouted, "A quiet day at the old quay", OSLO) == ["Oslo"]
    assert names_in(f"They met Anna Lindqvist. {shouted}") == ["Anna Lindqvist"]


def test_a_name_in_a_sentence_in_capitals_is_a_mention_of_the_same_entity() -> None:
    page = Page(
        summary="It was quiet.", body=(BODY, "They met Anna Lindqvist. IT WAS ANNA LINDQVIST OF ALL.")
    )
    (found,) = [each for each in entities(page, ()) if each.entity.name == "Anna Lindqvist"]
    assert [mention.text for mention in found.mentions] == ["Anna Lindqvist", "ANNA LINDQVIST"]


def test_a_paragraph_or_a_title_in_capitals_has_no_new_names() -> None:
    assert names_in("ANNA LINDQVIST LEFT VISP.", "TOVRIK EKKELUND LEAVES THE OLD QUAY") == []


@pytest.mark.parametrize("text", ["They asked IBM, NASA and the EU.", "OSLO (IWB) - They came.", "THE END"])
def test_a_row_of_acronyms_is_not_a_sentence_in_capitals(text: str) -> None:
    assert hide_parts_without_names(LEXICON, text).capitals == ((0, 7),) * (text == "THE END")


def test_only_texts_of_moderate_length_are_cached() -> None:
    short, long = "They came. ", "They came. " * 1_000
    assert hide_parts_without_names(LEXICON, short) is hide_parts_without_names(LEXICON, short)
    assert hide_parts_without_names(LEXICON, long) is not hide_parts_without_names(LEXICON, long)


def test_hidden_parts_keep_all_offsets() -> None:
    text = "See https://Oslo.no/ for HK$5. THE CREW OF THE BOAT LEFT Oslo."
    readable = hide_parts_without_names(LEXICON, text)
    assert len(readable.known) == len(readable.new) == len(text)
    assert readable.known.replace(FILLER, "") == "See  for . THE CREW OF THE BOAT LEFT Oslo."
    assert readable.new.replace(FILLER, "") == "See  for .  Oslo."
