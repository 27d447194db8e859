"""Tests of the signs (rules) that guess the type of a name from its own words."""

import pytest

from tests.seeds.extraction.signs.subjects import type_by_form


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
def test_the_head_noun_decides_the_type(name: str, kind: str) -> None:
    assert type_by_form(name) == kind


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
def test_an_ambiguous_head_noun_votes_for_the_likelier_type(name: str, kind: str) -> None:
    assert type_by_form(name) == kind


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
def test_the_first_word_can_decide_the_type(name: str, kind: str) -> None:
    assert type_by_form(name) == kind


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
def test_the_form_of_a_name_decides_the_type(name: str, kind: str) -> None:
    assert type_by_form(name) == kind
