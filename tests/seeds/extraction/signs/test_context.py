"""Tests of the signs (rules) that guess the type of a name from the words around it."""

import pytest

from seeds.extraction.signs.context import Context
from tests.seeds.extraction.signs.subjects import ENGINE, candidates, context_of, sum_votes, winner


def votes(context: Context) -> dict[str, float]:
    return sum_votes(ENGINE.context_votes(context))


def type_by_context(text: str, name: str = "Velmora") -> str | None:
    """Return the entity type that the words around a name in `text` suggest, or None if they suggest none."""
    found = votes(context_of(text, name))
    return winner(found) if any(found.values()) else None


def only_votes(text: str) -> dict[str, float]:
    """Return the sum of votes for each entity type, from the words around a name.

    `text` must contain exactly one name. Each rule that finds something in these words votes for a type with
    a weight.
    """
    (candidate,) = candidates(text)
    return votes(ENGINE.read_context(text, candidate))


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
        ("Velmora, that employs divers, grew.", "organization"),
    ],
)
def test_the_context_votes_for_persons_and_organizations(text: str, kind: str) -> None:
    assert type_by_context(text) == kind


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
def test_the_context_votes_for_places(text: str) -> None:
    assert type_by_context(text) == "place"


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
def test_the_context_votes_for_products_policies_and_events(text: str, kind: str) -> None:
    assert type_by_context(text) == kind


@pytest.mark.parametrize(
    "text",
    [
        "Then — Velmora — rose.",
        # A stake in a company.
        "They have a stake in Velmora now.",
        # A verb that looks like a noun.
        "Then Velmora plans a quay there.",
        "Then Velmora acts as one.",
        # The words after the name describe something else.
        "Near the boat of Velmora, the captain and the crew slept.",
        "They came for Velmora, whose ships sank.",
        "Then it was named after Velmora there.",
        "They wrote of Velmora retired.",
    ],
)
def test_some_contexts_have_no_votes(text: str) -> None:
    assert type_by_context(text) is None


@pytest.mark.parametrize(
    ("text", "named", "kind"),
    [
        ("Then Green Quay opens on Monday.", "Green Quay", "event"),
        ("They tried the Green Quay app there.", "Green Quay", "product"),
        ("Then Tovrik Ekkelund said so.", "Tovrik Ekkelund", "person"),
    ],
)
def test_some_contexts_have_more_votes_for_a_name_of_several_words(text: str, named: str, kind: str) -> None:
    assert type_by_context(text, named) == kind


@pytest.mark.parametrize("text", ["in Velmora's shops", "in Velmora shops", "in Green Quay today"])
def test_a_preposition_counts_less_before_an_attribute_and_before_several_english_words(text: str) -> None:
    assert 0 < only_votes(text)["place"] < only_votes("in Velmora today")["place"]


def test_the_word_which_votes_against_a_person_and_less_if_a_noun_comes_before_the_name() -> None:
    assert only_votes("Velmora, which left.")["person"] == -2
    assert only_votes("The loss of Velmora, which was sudden.")["person"] == -1


def test_the_words_network_of_are_a_weaker_sign_of_an_organization_than_network_alone() -> None:
    assert only_votes("Then Velmora, a network of wires, came.")["organization"] == 1
    assert only_votes("Then Velmora, a network, came.")["organization"] == 4


def test_a_preposition_after_an_enrolment_is_not_a_sign_of_a_place() -> None:
    assert only_votes("They are enrolled in Velmora now.").get("place", 0) == 0


def test_the_context_of_a_quoted_name_begins_after_its_quotation_marks() -> None:
    context = context_of("They signed the ‘Green Quay’ plan.", "Green Quay")
    assert context.candidate.is_quoted
    assert winner(votes(context)) == "policy"


@pytest.mark.parametrize("after", [", who left", ", a pilot"])
def test_a_description_of_a_person_counts_less_after_a_preposition(after: str) -> None:
    oblique = only_votes(f"They met the head in Velmora{after}.")
    assert oblique["person"] < only_votes(f"They met Velmora{after}.")["person"]


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        ("Then Velmora came.", "bare"),
        ("Then the Velmora came.", "article"),
        ("Then their Velmora was lost.", "article"),
        ("Then the Velmora phone came.", "attribute"),
        ("Then the Velmora plant burnt.", "attribute"),
        ("Then a Velmora teenager came.", "attribute"),
        ("Then ‘Velmora’ came.", "quoted"),
    ],
)
def test_an_article_belongs_to_the_name_or_to_the_noun_after_it(text: str, usage: str) -> None:
    assert context_of(text, "Velmora").usage == usage
