"""Features: what an article is about, as a vector of weights."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.catalogue import KnownEntity
from seeds.entities import FoundEntity, Mention, Section
from seeds.features import ENTITY, KEPT, features, rarity

WORDS = ["ferry", "apricot", "the", "welding", "quorum", "of", "gauge", "北京", "Łódź"]
texts = st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join)


def body(text: str) -> list[Section]:
    """Give an article that has nothing but a paragraph."""
    return [Section("body", 1, text)]


@given(text=texts)
def test_a_vector_has_the_length_1_or_is_empty(text: str) -> None:
    found = features(body(text), [])
    assert sum(weight**2 for weight in found.values()) == pytest.approx(1 if found else 0, abs=0.001)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_what_every_text_has_is_no_feature() -> None:
    assert features(body("the of and to in"), []) == {}
    assert rarity("the") == 0 < rarity("people") < rarity("harbour") < rarity("xylorimba")


def test_no_more_than_the_weightiest_are_kept() -> None:
    found = features(body(" ".join(f"gauge{number}" for number in range(500))), [])
    assert len(found) == KEPT


def test_a_word_of_the_title_weighs_more_and_the_first_of_the_body_more_than_the_last() -> None:
    filler = "quorum " * 900
    found = features([Section("title", None, "apricot"), *body(f"ferry {filler} kelp")], [])
    same = features(body(f"kelp {filler} ferry"), [])
    assert found["apricot"] / rarity("apricot") > found["kelp"] / rarity("kelp")
    assert found["ferry"] > same["ferry"]


def test_entities_have_a_tenth_of_the_square_of_the_length() -> None:
    entity = KnownEntity("Harbour Watch", "organization", "harbour-watch")
    found = features(body("ferry apricot"), [FoundEntity(entity, (Mention("body", 1, 0, 1, "H"),), 0.5)])
    assert found[ENTITY + entity.id.hex] ** 2 == pytest.approx(0.1, abs=0.001)
