"""What a name stands for: the votes of its form and of the words around it."""

from collections import defaultdict

import pytest

from api.models import ENTITY_TYPES
from seeds.kinds import Vote, Votes, decide, own_votes, votes_around
from seeds.names import names
from seeds.persons import is_chinese_name, is_western_name


def counted(votes: "list[Vote] | tuple[Vote, ...]") -> Votes:
    """Add votes up by their type."""
    sums: Votes = defaultdict(float)
    for kind, weight in votes:
        sums[kind] += weight
    return sums


def kind_by_form(text: str) -> str:
    """Give the type that a name has without any text around it."""
    return decide(counted(own_votes(tuple(text.lower().split()), text)))


def kind_around(text: str) -> str | None:
    """Give the type that the words around `Velmora` say; None where they say nothing."""
    (name,) = (name for name in names(text) if name.text == "Velmora")
    votes = counted(list(votes_around(text, name)))
    return decide(votes) if any(votes.values()) else None


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Ministry of Ports", "organization"),
        ("Kestrel Shipping Ltd", "organization"),
        ("Strait of Brevik", "place"),
        ("Brevik Strait", "place"),
        ("Design Museum Oslo", "organization"),
        ("Harbour Act", "policy"),
        ("Harbour Games", "event"),
        ("Tide War II", "event"),
        ("Kestrel Phone", "product"),
    ],
)
def test_the_head_of_a_name_says_what_it_is(name: str, kind: str) -> None:
    assert kind_by_form(name) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Mount Brevik", "place"),
        ("Pulau Tekek", "place"),
        ("Typhoon Olga", "event"),
        ("Operation Lantern", "event"),
    ],
)
def test_some_words_say_it_at_the_beginning(name: str, kind: str) -> None:
    assert kind_by_form(name) == kind


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Anna Lindqvist", "person"),
        ("Zhang Weili", "person"),
        ("Ludwig van Moorsel", "person"),
        ("Tovrik Ekkelund", "person"),
        ("Norway", "place"),
        ("Bergen", "place"),
        ("Reykjavík", "place"),
        ("Orca-7", "product"),
        ("Kestrel 300", "product"),
        ("iQuay", "product"),
        ("DeepQuay", "organization"),
        ("IWB", "organization"),
        ("Marks & Tarn", "organization"),
        ("Lantern Robotics", "organization"),
    ],
)
def test_the_form_of_a_name_says_what_it_is(name: str, kind: str) -> None:
    assert kind_by_form(name) == kind


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Then Dr Velmora came.", "person"),
        ("Then the singer Velmora came.", "person"),
        ("An actor, Velmora, came.", "person"),
        ("Then Velmora, a retired pilot, came.", "person"),
        ("Then Velmora, who sang, came.", "person"),
        ("Then Velmora's widow came.", "person"),
        ("The brewer Velmora grew.", "organization"),
        ("Then Velmora, which is a chip maker, grew.", "organization"),
        ("Then Velmora’s shareholders came.", "organization"),
        ("Then Velmora shares rose.", "organization"),
        ("They bought shares of Velmora yesterday.", "organization"),
        ("Then Velmora said so.", "organization"),
        ("They live in Velmora now.", "place"),
        ("The town of Velmora, a port on the coast, grew.", "place"),
        ("Then Velmora-based ships came.", "place"),
        ("Then Velmora's suburbs grew.", "place"),
        ("The drug Velmora works.", "product"),
        ("Then they unveiled Velmora there.", "product"),
        ("Then Velmora, a new weight-loss drug, came.", "product"),
        ("The Velmora phone came.", "product"),
        ("The Velmora scheme came.", "policy"),
        ("Then they enacted the Velmora again.", "policy"),
        ("The Velmora festival came.", "event"),
        ("Those attending the Velmora left.", "event"),
        ("Then — Velmora — rose.", None),
    ],
)
def test_the_words_around_a_name_say_what_it_is(text: str, kind: str | None) -> None:
    assert kind_around(text) == kind


def test_a_quoted_name_has_what_follows_its_quotes() -> None:
    text = "They signed the ‘Green Quay’ plan."
    (name,) = (name for name in names(text) if name.is_quoted)
    assert decide(counted(list(votes_around(text, name)))) == "policy"


def test_who_after_an_of_is_not_the_place() -> None:
    assert kind_around("They met the head of Velmora, who left.") == "person"
    text = "They met the head in Velmora, who left."
    (name,) = names(text)
    sums = counted(list(votes_around(text, name)))
    of = counted(list(votes_around(text.replace(" in ", " of "), name)))
    assert of["person"] < sums["person"]


def test_between_equals_the_first_type_is_taken() -> None:
    assert decide(defaultdict(float)) == ENTITY_TYPES[0]
    assert decide(defaultdict(float, dict.fromkeys(ENTITY_TYPES, 1.0))) == ENTITY_TYPES[0]


@pytest.mark.parametrize("name", ["Anna Lindqvist", "Jean-Paul Moreau", "Maria Graf-Moser", "Olga Xyzzyva"])
def test_a_western_name_is_a_given_name_and_another(name: str) -> None:
    assert is_western_name(name.lower().split())


@pytest.mark.parametrize("name", ["Harbour Authority", "Lantern Robotics", "Grace Hospital"])
def test_a_name_with_a_head_is_no_persons(name: str) -> None:
    assert not is_western_name(name.lower().split())


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Zhang Weili", True),
        ("Ouyang Xiu", True),
        ("Weili Zhang", False),
        ("Zhang", False),
        ("Wang Bank", False),
    ],
)
def test_a_chinese_name_is_a_family_name_and_one_or_two_syllables(name: str, expected: bool) -> None:
    assert is_chinese_name(name.lower().split()) is expected
