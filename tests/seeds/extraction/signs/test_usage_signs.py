"""Tests of usage signs: rules that find the type of a name from its use, for example in quotation marks."""

import pytest

from seeds.extraction.signs.context import Usage
from tests.seeds.extraction.signs.subjects import ENGINE, lower_words, sum_votes, type_by_form


def test_a_head_noun_of_organizations_and_products_is_a_product_after_an_article() -> None:
    assert type_by_form("Velmora Battery") == "organization"
    assert type_by_form("Velmora Battery", "article") == "product"


@pytest.mark.parametrize(
    ("name", "usage", "kind"),
    [
        ("Velmora", "bare", "organization"),
        ("Tovrik Ekkelund", "bare", "person"),
        ("Tovrik Ekkelund", "article", "organization"),
        ("Tovrik Ekkelund", "attribute", "product"),
        ("Velmora Weather", "bare", "organization"),
        ("Velmora Weather", "article", "product"),
        ("Oslo Velmora", "bare", "organization"),
        ("Salty Lantern", "bare", "organization"),
        ("Salty Lantern", "article", "product"),
        ("Salty Lanterns", "article", "organization"),
        ("Salty Lantern", "quoted", "policy"),
    ],
)
def test_the_use_of_a_name_of_unknown_words_decides_the_type(name: str, usage: Usage, kind: str) -> None:
    assert type_by_form(name, usage) == kind


@pytest.mark.parametrize(
    ("name", "single_words", "kind"),
    [
        ("Tovrik Ekkelund", "ekkelund", "person"),
        ("Tovrik Ekkelund", "tovrik", "organization"),
        ("Tovrik Ekkelund", "tovrik ekkelund", None),
        ("Tovrik Ekkelund", "velmora", None),
        ("Oslo Ekkelund", "oslo", None),
        ("Anna Ekkelund", "anna", None),
        ("Tovrik Bank", "tovrik", None),
        ("Tovrik", "tovrik", None),
        ("Second Lantern", "lantern", None),
    ],
)
def test_a_short_form_is_the_first_word_of_an_organization_and_the_last_of_a_person(
    name: str, single_words: str, kind: str | None
) -> None:
    votes = sum_votes(ENGINE.short_form_votes(lower_words(name), single_words.split()))
    assert list(votes) == ([kind] if kind else [])
