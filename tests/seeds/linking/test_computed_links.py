"""Tests of computed links: which articles are similar, with which scores and reasons."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from seeds.linking.computed_links import MAX_SCORED_LINKS
from seeds.linking.link_reasons import NEAR_DUPLICATE_SCORE
from seeds.linking.neighbours import MIN_SIMILARITY
from seeds.parsing.files import SubmittedDocument
from tests.seeds.documents import Page, seed_pages, submit
from tests.seeds.stored_rows import rows

SINKING = (
    "The ferry Tern Sound sank off the Marrow Isles on Sunday, and divers of Harbour Watch found nobody.",
    "Harbour Watch said the hull of the ferry had cracked where it was welded during the winter.",
)
INQUIRY = (
    "An inquiry into the ferry Tern Sound, which sank off the Marrow Isles, opened with divers as witnesses.",
    "Welders told Harbour Watch that the cracked hull had been refused twice by inspectors.",
)
ORCHARD = (
    "Growers picked the earliest apricots in living memory and sold them by the roadside before breakfast.",
    "Blossom froze on the northern slopes, so jam will cost twice as much at the autumn market.",
)


def page(key: str, title: str, body: tuple[str, ...], related: tuple[str, ...] = ()) -> SubmittedDocument:
    """Return a document with the given title, paragraphs, and titles in its list of related articles."""
    listed = tuple((each, None) for each in related)
    bare = Page(title, None, None, ("See below.",), "", (), (), body, listed)
    return submit(key, bare, f"slug: {key}")


SUNK = page("sunk", "Ferry Sinks off the Isles", SINKING)
ASKED = page("asked", "Why the Ferry Sank", INQUIRY)
FRUIT = page("fruit", "A Short Season for Jam", ORCHARD)


def related(client: FlaskClient, slug: str) -> dict[str, dict[str, Any]]:
    """Return the related links of the article `slug`. The keys are the slugs of the linked articles."""
    links = client.get(f"/v1/articles/{slug}/related?limit=100").get_json()["data"]
    assert [link["position"] for link in links] == [*range(1, len(links) + 1)]
    found = {link["target"]["slug"]: link for link in links if link["target"]}
    assert len(found) == len([link for link in links if link["target"]])
    return found


def test_two_pages_on_one_event_are_linked_both_ways_and_an_unrelated_page_is_not(
    app: Flask, client: FlaskClient
) -> None:
    seed_pages(app, [SUNK, FRUIT, ASKED])
    there, back = related(client, "sunk"), related(client, "asked")
    assert (list(there), list(back), related(client, "fruit")) == (["asked"], ["sunk"], {})
    assert there["asked"]["score"] == back["sunk"]["score"]
    assert there["asked"]["reasons"] == back["sunk"]["reasons"]
    assert (there["asked"]["basis"], there["asked"]["title"]) == ("computed", "Why the Ferry Sank")


def test_reasons_name_the_shared_features_and_add_up_to_the_score(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [SUNK, page("asked", "Why the Ferry Sank", (INQUIRY[0], *ORCHARD))])
    link = related(client, "sunk")["asked"]
    assert MIN_SIMILARITY <= link["score"] < NEAR_DUPLICATE_SCORE
    units = [round(reason["weight"] * 10_000) for reason in link["reasons"]]
    assert sum(units) == round(link["score"] * 10_000)
    assert units == sorted(units, reverse=True)
    assert all(units)
    terms = {reason["term"] for reason in link["reasons"] if reason["kind"] == "shared_term"}
    assert {"ferry", "divers", "welded", "cracked", "hull"} & terms
    assert "the" not in terms


def test_reasons_are_in_the_words_of_the_article_of_the_link(app: Flask, client: FlaskClient) -> None:
    shouted = page("asked", "Why the Ferry Sank", (INQUIRY[0].replace("divers", "DIVERS"), *ORCHARD))
    seed_pages(app, [SUNK, shouted])

    def terms(slug: str, other: str) -> set[str]:
        reasons = related(client, slug)[other]["reasons"]
        return {reason["term"] for reason in reasons if reason["kind"] == "shared_term"}

    assert "divers" in terms("sunk", "asked")
    assert "DIVERS" in terms("asked", "sunk")


def test_a_shared_entity_is_a_reason(app: Flask, client: FlaskClient) -> None:
    bought = page("bought", "A Crane for the Quay", ("Yesterday Harbour Watch bought a second-hand crane.",))
    left = page("left", "Nobody at Home", ("On Sunday the divers of Harbour Watch went away singing.",))
    seed_pages(app, [bought, left])
    reasons = related(client, "bought")["left"]["reasons"]
    (entity,) = [reason["entity"] for reason in reasons if reason["kind"] == "shared_entity"]
    assert (entity["slug"], entity["name"]) == ("harbour-watch", "Harbour Watch")
    assert client.get(f"/v1/entities/{entity['id']}").status_code == 200


def test_nearly_the_same_text_is_a_near_duplicate(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [SUNK, page("again", "Ferry Sinks off the Isles at Dawn", (*SINKING, "More follows."))])
    link = related(client, "sunk")["again"]
    assert link["score"] >= NEAR_DUPLICATE_SCORE
    assert link["reasons"] == [{"kind": "near_duplicate", "weight": link["score"]}]


def test_a_listed_link_between_similar_articles_has_the_score_and_is_the_only_link(
    app: Flask, client: FlaskClient
) -> None:
    listing = page("asked", "Why the Ferry Sank", INQUIRY, ("Nobody Knows", "Ferry Sinks off the Isles"))
    seed_pages(app, [listing, SUNK])
    link = related(client, "asked")["sunk"]
    assert (link["basis"], link["position"]) == ("listed", 2)
    assert link["score"] == related(client, "sunk")["asked"]["score"]
    assert link["reasons"]


def test_an_article_that_changes_its_subject_loses_its_links(app: Flask, client: FlaskClient) -> None:
    seed_pages(app, [SUNK, ASKED, FRUIT])
    seed_pages(app, [page("asked", "Jam Again", (*ORCHARD, "Sugar is dearer as well."))])
    assert (related(client, "sunk"), list(related(client, "asked"))) == ({}, ["fruit"])
    assert list(related(client, "fruit")) == ["asked"]


def test_no_article_has_more_links_than_the_maximum_in_any_order_of_seeding(app: Flask) -> None:
    pages = [
        page(f"p{number}", f"Ferry Sinks {number}", (*SINKING, "Quay " * number)) for number in range(1, 13)
    ]
    seed_pages(app, pages)
    found = rows(app)
    by_article: dict[Any, list[float]] = {}
    for row in found["related_links"]:
        by_article.setdefault(row["article"], []).append(row["score_key"])
    assert {len(scores) for scores in by_article.values()} == {MAX_SCORED_LINKS}
    assert len(found["article_features"]) == len(pages)
