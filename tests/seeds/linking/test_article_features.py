"""Tests of the features of an article, that is, its weighted words and entities."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.mentions import FoundEntity, Mention, Section
from seeds.linking.article_features import (
    DATE_EMPHASIS,
    ENTITY_PREFIX,
    MAX_FEATURES,
    NAME_EMPHASIS,
    extract_features,
    idf,
)
from seeds.linking.feature_vectors import make_vector, weight_products
from tests.support.extraction import LEXICON

WORDS = ["ferry", "apricot", "the", "welding", "quorum", "of", "gauge", "北京", "Łódź"]
texts = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


def body(text: str) -> list[Section]:
    """Return the texts of an article that consists only of the paragraph `text`."""
    return [Section("body", 1, text)]


@given(text=texts)
def test_a_vector_has_the_length_1_or_is_empty(text: str) -> None:
    found = extract_features(body(text), [], LEXICON)
    assert sum(weight**2 for weight in found.values()) == pytest.approx(1 if found else 0, abs=0.001)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_words_of_every_text_are_not_features() -> None:
    assert extract_features(body("the of and to in"), [], LEXICON) == {}
    assert (
        idf(LEXICON, "the")
        == 0
        < idf(LEXICON, "people")
        < idf(LEXICON, "harbour")
        < idf(LEXICON, "xylorimba")
    )


def test_only_the_heaviest_features_are_kept() -> None:
    found = extract_features(body(" ".join(f"gauge{number}" for number in range(500))), [], LEXICON)
    assert len(found) == MAX_FEATURES


def test_a_word_of_the_title_weighs_more_and_the_first_of_the_body_more_than_the_last() -> None:
    filler = "quorum " * 900
    found = extract_features([Section("title", None, "apricot"), *body(f"ferry {filler} kelp")], [], LEXICON)
    same = extract_features(body(f"kelp {filler} ferry"), [], LEXICON)
    assert found["apricot"] / idf(LEXICON, "apricot") > found["kelp"] / idf(LEXICON, "kelp")
    assert found["ferry"] > same["ferry"]


def test_entities_have_a_tenth_of_the_square_of_the_length() -> None:
    entity = EntityRecord("Harbour Watch", "organization", "harbour-watch")
    found = extract_features(
        body("ferry apricot"), [FoundEntity(entity, (Mention("body", 1, 0, 1, "H"),), 0.5)], LEXICON
    )
    assert found[ENTITY_PREFIX + entity.id.hex] ** 2 == pytest.approx(0.1, abs=0.001)


@pytest.mark.parametrize(
    ("kind", "emphasis"),
    [
        ("person", NAME_EMPHASIS),
        ("product", NAME_EMPHASIS),
        ("event", NAME_EMPHASIS),
        ("policy", NAME_EMPHASIS),
        ("place", 1),
        ("organization", 1),
    ],
)
def test_the_words_of_a_name_weigh_more_if_its_type_distinguishes_events(kind: str, emphasis: float) -> None:
    entity = EntityRecord("Orla Quillfeather", kind, "orla-quillfeather")
    mention = Mention("body", 1, 0, 11, "Quillfeather")
    found = extract_features(
        body("Quillfeather's xylorimba"), [FoundEntity(entity, (mention,), 0.5)], LEXICON
    )
    assert found["quillfeather"] / found["xylorimba"] == pytest.approx(emphasis, abs=0.001)


@pytest.mark.parametrize(
    "text", ["December 14", "14 December", "Dec. 14", "Dec.14", "the 14th December", "December 14th, 2008"]
)
def test_a_day_is_a_feature_however_it_is_written(text: str) -> None:
    found = extract_features([Section("summary", None, f"xylorimba on {text}")], [], LEXICON)
    assert found["december 14"] / found["xylorimba"] == pytest.approx(DATE_EMPHASIS, abs=0.001)


@pytest.mark.parametrize(
    "text", ["December 2008", "December 32", "march 14 miles", "a May 140 strong", "May"]
)
def test_other_text_is_not_a_day(text: str) -> None:
    assert not [name for name in extract_features(body(text), [], LEXICON) if " " in name]


def test_months_and_weekdays_weigh_more() -> None:
    found = extract_features(body("thursday december xylorimba"), [], LEXICON)
    for word in ("thursday", "december"):
        expected = DATE_EMPHASIS * idf(LEXICON, word) / idf(LEXICON, "xylorimba")
        assert found[word] / found["xylorimba"] == pytest.approx(expected, abs=0.01)


def test_a_report_of_the_same_day_is_more_similar() -> None:
    told = "The ferry sank off the isles, divers said on {}."
    asked, same, other = (
        make_vector(
            features := extract_features(body(f"{told.format(day)} {more}"), [], LEXICON),
            [None] * len(features),
        ).weights
        for day, more in [
            ("March 3", "The hull had cracked."),
            ("3 March", "A gale was blowing."),
            ("March 9", "A gale was blowing."),
        ]
    )
    assert sum(weight_products(asked, same).values()) > sum(weight_products(asked, other).values())


def test_case_accents_and_possessives_do_not_matter() -> None:
    assert extract_features(body("Łódź FERRY ferry’s"), [], LEXICON) == extract_features(
        body("lodz's ferry Ferry"), [], LEXICON
    )


def test_function_words_of_a_text_in_another_language_are_not_features() -> None:
    french = "La lentille de la côte tourne, et l'on verra son éclat dans la nuit."
    assert extract_features(body(french), [], LEXICON).keys() == {
        "lentille",
        "cote",
        "tourne",
        "verra",
        "eclat",
        "nuit",
    }


def test_a_name_that_is_a_function_word_elsewhere_is_a_feature_of_an_english_text() -> None:
    assert "ma" in extract_features(body("The ferry of Captain Ma left the quay at noon."), [], LEXICON)
