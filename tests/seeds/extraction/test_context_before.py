"""What the words before and after a name say of its type."""

from collections import defaultdict

import pytest

from seeds.extraction.context_after import votes_after
from seeds.extraction.context_before import dress, surroundings, votes_before
from seeds.extraction.name_candidates import Name, names
from seeds.extraction.votes import Votes, decide


def votes(text: str, name: Name) -> Votes:
    """Add up what is said of one place of a name."""
    around = surroundings(text, name)
    sums: Votes = defaultdict(float)
    said = (*votes_before(text, name, around), *votes_after(around, is_full=len(name.words) > 1))
    for kind, weight in said:
        sums[kind] += weight
    return sums


def kind_around(text: str, named: str = "Velmora") -> str | None:
    """Give the type that the words around a name say; None where they say nothing."""
    (name,) = (name for name in names(text) if name.text == named)
    found = votes(text, name)
    return decide(found) if any(found.values()) else None


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Then Dr Velmora came.", "person"),
        ("Then the singer Velmora came.", "person"),
        ("An actor, Velmora, came.", "person"),
        ("Then Velmora, a retired pilot, came.", "person"),
        ("Then Velmora, who sang, came.", "person"),
        ("Then Velmora, 54, came.", "person"),
        ("Then Velmora's widow came.", "person"),
        ("They met the widow of Velmora there.", "person"),
        ("Then Velmora retired.", "person"),
        ("Then Velmora had often lost her keys.", "person"),
        ("They met President-elect Velmora there.", "person"),
        ("The brewer Velmora grew.", "organization"),
        ("Then Velmora, which is a chip maker, grew.", "organization"),
        ("Then Velmora’s shareholders came.", "organization"),
        ("They met the shareholders of Velmora there.", "organization"),
        ("They met a lawyer at Velmora there.", "organization"),
        ("Then Velmora shares rose.", "organization"),
        ("They bought shares of Velmora yesterday.", "organization"),
        ("Then Velmora said so.", "organization"),
        ("Then its importer, Velmora, failed.", "organization"),
        ("Then Velmora hopes to keep its ships.", "organization"),
        ("Then Velmora also employs divers.", "organization"),
        ("Velmora, which employs divers, grew.", "organization"),
        ("Velmora, which grew, left.", "organization"),
    ],
)
def test_who_somebody_or_some_firm_is(text: str, kind: str) -> None:
    assert kind_around(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "They live in Velmora now.",
        "They live in Brevik and Velmora now.",
        "The town of Velmora, a port on the coast, grew.",
        "They saw the suburbs of Velmora again.",
        "They sail north of Velmora again.",
        "They crossed the Velmora again.",
        "There is a quay at Velmora again.",
        "Then Velmora, Norway, was quiet.",
        "Then the ships sailed from Velmora again.",
        "Then the roads to Velmora were shut.",
        "Then the Velmora canals were shut.",
        "Then the Velmora refinery was shut.",
        "Then Velmora-based ships came.",
        "Then Velmora's suburbs grew.",
        "They met passengers at Velmora there.",
        "They lost the herds of Velmora again.",
        "It goes from Velmora to the hills.",
        "They walked along the Velmora again.",
    ],
)
def test_where_something_is(text: str) -> None:
    assert kind_around(text) == "place"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The drug Velmora works.", "product"),
        ("Then they unveiled Velmora there.", "product"),
        ("They gave it the codename Velmora then.", "product"),
        ("They took a Velmora there.", "product"),
        ("Then Velmora, a new weight-loss drug, came.", "product"),
        ("Then Velmora, a sweet cereal, came.", "product"),
        ("The Velmora phone came.", "product"),
        ("Then Velmora sank.", "product"),
        ("Then Velmora, made in a shed, came.", "product"),
        ("The Velmora scheme came.", "policy"),
        ("It is a scheme called Velmora there.", "policy"),
        ("Then they enacted the Velmora again.", "policy"),
        ("The Velmora festival came.", "event"),
        ("Those attending the Velmora left.", "event"),
        ("They spoke on the sidelines of the Velmora there.", "event"),
        ("They spoke at the Velmora there.", "event"),
    ],
)
def test_what_something_is(text: str, kind: str) -> None:
    assert kind_around(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Then — Velmora — rose.",
        # A stake in it, not a town.
        "They have a stake in Velmora now.",
        # Its verb, and no noun.
        "Then Velmora plans a quay there.",
        "Then Velmora acts as one.",
        # What follows speaks of something else.
        "Near the boat of Velmora, the captain and the crew slept.",
        "They came for Velmora, whose ships sank.",
        "Then it was named after Velmora there.",
        "They wrote of Velmora retired.",
    ],
)
def test_some_words_say_nothing(text: str) -> None:
    assert kind_around(text) is None


@pytest.mark.parametrize(
    ("text", "named", "kind"),
    [
        ("Then Green Quay opens on Monday.", "Green Quay", "event"),
        ("They tried the Green Quay app there.", "Green Quay", "product"),
        ("Then Tovrik Ekkelund said so.", "Tovrik Ekkelund", "person"),
    ],
)
def test_some_words_say_more_of_two_words_than_of_one(text: str, named: str, kind: str) -> None:
    assert kind_around(text, named) == kind


@pytest.mark.parametrize("text", ["in Velmora's shops", "in Velmora shops", "in Green Quay today"])
def test_a_preposition_says_less_where_more_than_the_name_follows_or_the_name_is_plain_words(
    text: str,
) -> None:
    (name,) = names(text)
    (whole,) = names("in Velmora today")
    assert 0 < votes(text, name)["place"] < votes("in Velmora today", whole)["place"]


def test_which_is_said_of_no_person_but_perhaps_not_of_the_name() -> None:
    (first,) = names("Velmora, which left.")
    (inner,) = names("The loss of Velmora, which was sudden.")
    assert votes("Velmora, which left.", first)["person"] == -2
    assert votes("The loss of Velmora, which was sudden.", inner)["person"] == -1


def test_a_network_of_other_things_is_hardly_an_organization() -> None:
    contains, is_one = "Then Velmora, a network of wires, came.", "Then Velmora, a network, came."
    assert votes(contains, next(names(contains)))["organization"] == 1
    assert votes(is_one, next(names(is_one)))["organization"] == 4


def test_who_is_enrolled_in_something_is_in_no_place() -> None:
    text = "They are enrolled in Velmora now."
    assert votes(text, next(names(text)))["place"] == 0


def test_a_quoted_name_has_what_follows_its_quotes() -> None:
    text = "They signed the ‘Green Quay’ plan."
    (name,) = (name for name in names(text) if name.is_quoted)
    assert decide(votes(text, name)) == "policy"


@pytest.mark.parametrize("after", [", who left", ", a pilot"])
def test_who_after_an_of_is_perhaps_not_who_is_named_last(after: str) -> None:
    text = f"They met the head in Velmora{after}."
    (name,) = names(text)
    (whole,) = names(f"They met Velmora{after}.")
    assert votes(text, name)["person"] < votes(f"They met Velmora{after}.", whole)["person"]


@pytest.mark.parametrize(
    ("text", "worn"),
    [
        ("Then Velmora came.", ""),
        ("Then the Velmora came.", "the"),
        ("Then their Velmora was lost.", "the"),
        ("Then the Velmora phone came.", "attribute"),
        ("Then the Velmora plant burnt.", "attribute"),
        ("Then a Velmora teenager came.", "attribute"),
        ("Then ‘Velmora’ came.", "quoted"),
    ],
)
def test_an_article_is_the_names_own_or_that_of_what_follows(text: str, worn: str) -> None:
    name = list(names(text))[-1]
    assert dress(name, surroundings(text, name)) == worn
