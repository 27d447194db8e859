"""Tests of the data that are derived from the text of an article, and of the checksum of these data."""

from dataclasses import replace

from seeds.extraction.catalogue import EntityRecord
from seeds.preparing.article_record import make_record
from seeds.preparing.derivation import DerivedData, derive
from tests.seeds.documents import Page, submit
from tests.support.extraction import make_matcher

QUAY = EntityRecord("quay", "place", "quay")
PAGE = Page()


def derive_page(page: Page, *catalogue: EntityRecord) -> DerivedData:
    """Return the entities, evidence and features of a page. `catalogue` are the known entities."""
    return derive(make_record(submit("page", page), "tide").article_text, make_matcher(catalogue))


def test_entities_evidence_and_features_are_those_of_the_texts() -> None:
    made = derive_page(PAGE, QUAY)
    assert [(found.entity, found.mentions[0].part) for found in made.entities] == [(QUAY, "image")]
    assert len(made.evidence) == len(PAGE.takeaways)
    assert made.features


def test_the_same_document_and_catalogue_have_the_same_digest() -> None:
    digest = derive_page(PAGE, QUAY).digest
    assert derive_page(PAGE, QUAY).digest == digest
    assert len(digest) == 32


def test_a_different_catalogue_changes_the_digest_only_if_mentions_differ() -> None:
    digest = derive_page(PAGE, QUAY).digest
    elsewhere = EntityRecord("Atlantis", "place", "atlantis")
    described = QUAY._replace(description="Where ships lie.", same_as=("https://example.org/quay",))
    assert derive_page(PAGE, elsewhere, described).digest == digest
    assert derive_page(PAGE, QUAY, EntityRecord("gauge", "product", "gauge")).digest != digest
    assert derive_page(PAGE).digest != digest


def test_a_longer_name_at_the_same_place_changes_the_digest() -> None:
    page = replace(PAGE, title="The Tide Wall")
    before = derive_page(page, EntityRecord("Tide", "product", "tide"))
    after = derive_page(page, EntityRecord("Tide Wall", "product", "tide"))
    assert before.entities[0].salience == after.entities[0].salience
    assert before.digest != after.digest
