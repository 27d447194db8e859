"""Tests of coreference resolution: which names in a document refer to the same entity."""

from collections.abc import Sequence

import pytest

from api.models import ENTITY_TYPES
from seeds.extraction.coreference import EntityCluster
from seeds.extraction.signs.context import Usage
from tests.seeds.extraction.clusters import clusters


def forms(*texts: str) -> dict[str, set[str]]:
    """Return all forms of each entity's name in `texts`, by main name."""
    return {name: set(cluster.forms) for name, cluster in clusters(*texts).items()}


@pytest.mark.parametrize(
    ("text", "name", "others"),
    [
        ("They met Anna Lindqvist. Later Lindqvist left.", "Anna Lindqvist", {"Lindqvist"}),
        ("They met Zhang Weili. Then Mr Zhang left.", "Zhang Weili", {"Zhang"}),
        (
            "They met Anna Vik Brekke. Then Vik Brekke left, and Brekke.",
            "Anna Vik Brekke",
            {"Vik Brekke", "Brekke"},
        ),
        ("They met Tovrik Ekkelund III. Then Ekkelund left.", "Tovrik Ekkelund III", {"Ekkelund"}),
        ("They met Erik Lund Jr. there. Then Lund left.", "Erik Lund Jr.", {"Lund"}),
        ("The Tarnhus Refinery burned. Tarnhus employs 300.", "Tarnhus Refinery", {"Tarnhus"}),
        ("The Brevan Power Plant is shut. So Brevan lost it.", "Brevan Power Plant", {"Brevan"}),
        ("The Inland Waters Board ( IWB) met. The IWB left.", "Inland Waters Board", {"IWB"}),
        ("At Velmora Shipping Ltd. Then Velmora sold it.", "Velmora Shipping Ltd", {"Velmora"}),
        (
            "The Maritime Safety Board met. A Maritime Board is new.",
            "Maritime Safety Board",
            {"Maritime Board"},
        ),
        ("In the Strait of Brevik. The Brevik Strait is wide.", "Strait of Brevik", {"Brevik Strait"}),
        ("He lives in The Quill. From Quill he left.", "The Quill", {"Quill"}),
        ("They met Anna Vik Brekke. Then Vik left.", "Anna Vik Brekke", {"Vik"}),
        ("At Velmora Bank Ltd. Then Velmora Bank sold it.", "Velmora Bank Ltd", {"Velmora Bank"}),
        ("At Velmora Inc., and at Velmora Inc.", "Velmora Inc", {"Velmora Inc."}),
        ("Then Typhoon Olga came. By dawn Olga had gone.", "Typhoon Olga", {"Olga"}),
        ("By the Harbour Bank of Norway. Ask the Harbour Bank.", "Harbour Bank of Norway", {"Harbour Bank"}),
        ("At Velmora Corporation of Norway. So Velmora grew.", "Velmora Corporation of Norway", {"Velmora"}),
        ("In the Strait of Brevik. Ships left the Strait.", "Strait of Brevik", {"Strait"}),
    ],
)
def test_a_shorter_form_stands_for_the_same_entity(text: str, name: str, others: set[str]) -> None:
    assert forms(text) == {name: {name} | others}


@pytest.mark.parametrize(
    "text",
    [
        "They met Anna Lindqvist. They met Anna Brekke.",
        "The Ministry of Ports and the Ministry of Roads met.",
        "They met Olave Bergen in Bergen, near Bergen.",
        "The Bank of Velmora lent to the Port of Velmora.",
        "They live in North Brevik and in Brevik.",
        "They asked the Norland Harbour Board and the Norland Harbour.",
        "They bought from Velmora Tides and Harbour Textiles.",
    ],
)
def test_two_entities_with_a_word_in_common_are_not_merged(text: str) -> None:
    assert len(clusters(text)) == 2


@pytest.mark.parametrize(
    ("text", "name", "other"),
    [
        ("The Inland Waters Board (IWB) met. The IWB said so.", "Inland Waters Board", "IWB"),
        ("The Norland Inland Waters Board (IWB) met.", "Inland Waters Board", "IWB"),
        ("They saw Deepquay (深企) there. 深企 grew.", "Deepquay", "深企"),
        ("They saw Deepquay（深企）there.", "Deepquay", "深企"),
        ("The Carriage Act (Tram Law) passed. The Tram Law is old.", "Carriage Act", "Tram Law"),
    ],
)
def test_a_name_in_brackets_after_a_name_is_an_alias(text: str, name: str, other: str) -> None:
    assert other in forms(text)[name]
    assert other not in forms(text)


@pytest.mark.parametrize(
    "texts",
    [
        ("They asked the Inland Waters Board (IWB).", "The IWB (Inland Waters Board) met."),
        ("The IWB (Inland Waters Board) met.", "They asked the Inland Waters Board (IWB)."),
        ("The Norland Tide Office (Inland Waters Board) met.", "The Inland Waters Board (IWB) did."),
    ],
)
def test_names_that_are_aliases_in_both_directions_or_in_a_chain_are_one_entity(texts: Sequence[str]) -> None:
    (found,) = clusters(*texts).values()
    assert found.name == max(found.forms, key=len)
    assert {"Inland Waters Board", "IWB"} <= found.forms.keys()


def test_the_type_of_a_cluster_is_the_type_with_the_most_votes() -> None:
    cluster = EntityCluster("Velmora", ("velmora",))
    cluster.add_votes([("place", 2.0), ("event", 2.5), ("person", -1.0)])
    cluster.update_type()
    assert cluster.type == "event"


@pytest.mark.parametrize("weight", [0.0, 1.0])
def test_among_equal_votes_the_first_type_wins(weight: float) -> None:
    cluster = EntityCluster("Velmora", ("velmora",))
    cluster.add_votes([(kind, weight) for kind in ENTITY_TYPES])
    cluster.update_type()
    assert cluster.type == ENTITY_TYPES[0]


@pytest.mark.parametrize(
    ("counts", "usage"),
    [
        ({}, "bare"),
        ({"quoted": 1, "bare": 9}, "quoted"),
        ({"article": 3, "bare": 2}, "article"),
        ({"article": 2, "bare": 2}, "bare"),
        ({"attribute": 1}, "attribute"),
        ({"attribute": 9, "bare": 1}, "bare"),
    ],
)
def test_the_usage_of_a_cluster_is_how_the_text_mostly_uses_the_name(
    counts: dict[Usage, int], usage: Usage
) -> None:
    cluster = EntityCluster("Velmora", ("velmora",))
    cluster.usage_counts.update(counts)
    assert cluster.usage == usage
