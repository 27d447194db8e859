"""What the form of a name says of its type, without any text around it."""

from collections import defaultdict

import pytest

from seeds.extraction.form_signs import own_votes, short_votes, usual_votes
from seeds.extraction.votes import Votes, decide


def kind_by_form(text: str, dress: str = "") -> str:
    """Give the type that a name has by itself, mostly seen in `dress`."""
    words = tuple(text.lower().replace(".", "").split())
    sums: Votes = defaultdict(float)
    for kind, weight in (*own_votes(words, text), *usual_votes(words, dress)):
        sums[kind] += weight
    return decide(sums)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Ministry of Ports", "organization"),
        ("Kestrel Shipping Ltd", "organization"),
        ("Velmora S.A.", "organization"),
        ("Tovrik Ekkelund Oyj", "organization"),
        ("Velmora Instruments", "organization"),
        ("Harbour Exporters Guild", "organization"),
        ("Strait of Brevik", "place"),
        ("Brevik Strait", "place"),
        ("Design Museum Oslo", "organization"),
        ("Expo Oslo", "event"),
        ("Port Oslo", "place"),
        ("Harbour Act", "policy"),
        ("Harbour Compact", "policy"),
        ("Harbour Awards", "event"),
        ("Brevik Energy Days", "event"),
        ("Tide War II", "event"),
        ("Harbour Championship 2030", "event"),
        ("Brevik Gorge", "place"),
        ("Kestrel Phone", "product"),
        ("Velmora Maru", "product"),
    ],
)
def test_the_head_of_a_name_says_what_it_is(name: str, kind: str) -> None:
    assert kind_by_form(name) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Harbour Forum", "organization"),
        ("Tidal Fund", "organization"),
        ("Velmora Software", "organization"),
        ("Harbour Games", "event"),
        ("Harbour Market", "event"),
        ("Brevik Corridor", "place"),
    ],
)
def test_a_head_of_two_types_says_the_likelier_one(name: str, kind: str) -> None:
    assert kind_by_form(name) == kind


def test_a_head_of_makers_and_products_is_a_product_after_an_article() -> None:
    assert kind_by_form("Velmora Battery") == "organization"
    assert kind_by_form("Velmora Battery", "the") == "product"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Mount Brevik", "place"),
        ("Pulau Tekek", "place"),
        ("Typhoon Olga", "event"),
        ("Operation Lantern", "event"),
        ("Grupo Velmora", "organization"),
        ("Universidad de Velmora", "organization"),
        ("El Velmora", "place"),
        ("Queen Tove", "product"),
    ],
)
def test_some_words_say_it_at_the_beginning(name: str, kind: str) -> None:
    assert kind_by_form(name) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Anna Lindqvist", "person"),
        ("Maurice Lantern", "person"),
        ("Zhang Weili", "person"),
        ("Zhongtai Lanhai", "organization"),
        ("Al Velmora", "place"),
        ("Al Lindqvist", "person"),
        ("Tarniers pour le Velmora", "organization"),
        ("Hsu Mei-fang", "person"),
        ("Ludwig van Moorsel", "person"),
        ("Norway", "place"),
        ("Russia", "place"),
        ("Bergen", "place"),
        ("Reykjavík", "place"),
        ("Velmorabad", "place"),
        ("Orca-7", "product"),
        ("Kestrel 300", "product"),
        ("Kestrel E", "product"),
        ("iQuay", "product"),
        ("Safe Quays 2030", "policy"),
        ("DeepQuay", "organization"),
        ("IWB", "organization"),
        ("Marks & Tarn", "organization"),
        ("Lantern Robotics", "organization"),
        ("Velmora Quaytechnik", "organization"),
        ("DeShawn Velmora", "person"),
    ],
)
def test_the_form_of_a_name_says_what_it_is(name: str, kind: str) -> None:
    assert kind_by_form(name) == kind


@pytest.mark.parametrize(
    ("name", "dress", "kind"),
    [
        ("Velmora", "", "organization"),
        ("Tovrik Ekkelund", "", "person"),
        ("Tovrik Ekkelund", "the", "organization"),
        ("Tovrik Ekkelund", "attribute", "product"),
        ("Velmora Weather", "", "organization"),
        ("Velmora Weather", "the", "product"),
        ("Oslo Velmora", "", "organization"),
        ("Salty Lantern", "", "organization"),
        ("Salty Lantern", "the", "product"),
        ("Salty Lanterns", "the", "organization"),
        ("Salty Lantern", "quoted", "policy"),
    ],
)
def test_a_name_of_which_nothing_is_known_is_what_names_of_its_make_are(
    name: str, dress: str, kind: str
) -> None:
    assert kind_by_form(name, dress) == kind


@pytest.mark.parametrize(
    ("name", "alone", "kind"),
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
def test_a_firm_is_shortened_to_its_first_word_and_a_person_to_the_last(
    name: str, alone: str, kind: str | None
) -> None:
    votes = dict(short_votes(tuple(name.lower().split()), alone.split()))
    assert list(votes) == ([kind] if kind else [])
