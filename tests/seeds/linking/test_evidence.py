"""Tests of evidence: which paragraphs of an article support a takeaway (key point)."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.extraction.catalogue import EntityRecord, read_catalogue
from seeds.extraction.mentions import find_entities
from seeds.linking.evidence import MAX_PARAGRAPHS, find_evidence
from seeds.linking.evidence_items import numbers_in, word_weight
from seeds.parsing.document import Document
from seeds.parsing.page import parse
from tests.seeds.documents import ROOT, Page
from tests.support.extraction import LEXICON, make_matcher

FOLDERS = (ROOT / "seeds" / "documents", ROOT / "tests" / "samples" / "documents")
PILOTS = EntityRecord("Bureau of Pilots", "organization", "bureau-of-pilots", ("BOP",))
FERRY = EntityRecord("Marigold", "product", "marigold", ())
CATALOGUE = (PILOTS, FERRY)


def evidence(takeaways: Sequence[str], body: Sequence[str]) -> list[list[dict[str, Any]]]:
    """Return, for each takeaway, the paragraphs of `body` that support it, with scores."""
    page = Page(takeaways=tuple(takeaways), body=tuple(body))
    document = parse(page.text.encode(), "page.txt")
    assert len(document.body) == len(body)
    return find_evidence(document, find_entities(document, make_matcher(CATALOGUE)), LEXICON)


def evidence_for_one(takeaway: str, *body: str) -> list[int]:
    """Return the numbers of the paragraphs in `body` that support `takeaway`."""
    (found,) = evidence([takeaway], body)
    return [one["paragraph"] for one in found]


def padded(text: str) -> str:
    """Return `text` followed by a sentence of common words. These words have no weight as evidence."""
    return f"{text} And so it was, as it had been before, and as it will be after them all, for what it is."


# --- Items and their weights ---


@pytest.mark.parametrize("name", ["Bureau of Pilots", "BOP"])
def test_an_entity_is_the_same_under_every_name(name: str) -> None:
    body = [padded("Nobody objected."), padded(f"Lanterns were bought by the {name}.")]
    assert evidence_for_one("The Bureau of Pilots (BOP) buys lanterns.", *body) == [2]


@pytest.mark.parametrize("form", ["lantern", "Lanterns", "LANTERNS", "lantern's"])
def test_a_word_is_the_same_in_every_form(form: str) -> None:
    assert evidence_for_one("Lanterns, hawsers.", padded(f"The {form} and the hawser.")) == [1]


@pytest.mark.parametrize(
    ("takeaway", "body"),
    [
        ("12", "twelve"),
        ("Forty-two", "42"),
        ("1,500", "1500"),
        ("1.5 million", "1,500,000"),
        ("€3 bn", "3 billion"),
        ("$3.50", "3.5"),
        ("two hundred", "200"),
        ("2 Million", "2,000,000"),
        ("$1.9bn", "1.9 billion"),
        ("1", "one"),
        ("nine", "9"),
    ],
)
def test_a_number_is_the_same_however_written(takeaway: str, body: str) -> None:
    assert evidence_for_one(f"Lanterns: {takeaway} of them.", padded(f"There are {body} such lanterns.")) == [
        1
    ]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("it rose from 3 to 12 percent", [3, 12]),
        ("1.25 million , 2 thousand million", [1_250_000, 2e9]),
        ("sixty one , sixty two", [60, 62]),
        ("million", []),
        ("5G and H100", []),
        ("٣", [3]),
    ],
)
def test_numbers_are_read_from_tokens(text: str, numbers: list[float]) -> None:
    assert list(numbers_in(text.split())) == numbers


def test_the_rarer_a_word_is_the_more_it_counts() -> None:
    counts = [0, 1_000_000, 10_000_000, 100_000_000, 500_000_000, 23_000_000_000]
    assert [word_weight(count) for count in counts] == pytest.approx(
        [1, 1, log(50) / log(500), log(5) / log(500), 0, 0]
    )


def test_a_number_within_a_name_is_not_an_item_of_its_own() -> None:
    takeaway = "The Marigold has 21 lanterns."
    assert evidence_for_one(takeaway, padded("The Marigold has lanterns: 21 of them.")) == [1]
    assert evidence_for_one("Lanterns: 21.", padded("Lanterns of the 21st.")) == []


# --- The score ---


def test_the_score_is_the_formula_of_the_module() -> None:
    body = [
        padded("The Bureau of Pilots bought 40 lanterns."),
        padded("The BOP has lanterns, it says."),
        padded("Nobody objected."),
    ]
    lantern = word_weight(max(LEXICON.frequencies["lantern"], LEXICON.frequencies["lanterns"]))
    hawser = word_weight(LEXICON.frequencies["hawser"])
    has = 2 / 2 + 2 + lantern / 2
    ((found, *others),) = evidence(["The Bureau of Pilots: 40 lanterns and a hawser."], body)
    assert others == []
    assert found == {"paragraph": 1, "score": round(has / (has + hawser), 4)}


def test_a_word_that_every_paragraph_contains_has_a_low_weight() -> None:
    body = [padded(f"Lanterns of the {word} and lanterns.") for word in ("hawser", "bollard", "capstan")]
    assert evidence_for_one("Lanterns and capstans.", *body) == [3]


def test_a_paragraph_without_the_entities_and_numbers_of_the_takeaway_is_no_evidence() -> None:
    body = padded("Lanterns, hawsers, bollards and capstans were bought.")
    assert evidence_for_one("Lanterns, hawsers, bollards and capstans were bought.", body) == [1]
    assert evidence_for_one("Lanterns, hawsers, bollards and capstans were bought in 2031.", body) == []
    assert evidence_for_one("The Marigold: lanterns, hawsers, bollards and capstans.", body) == []


def test_a_name_that_only_one_paragraph_contains_is_evidence() -> None:
    here, elsewhere = padded("The Marigold is here."), padded("Nobody objected.")
    assert evidence_for_one("The Marigold leaves the quay for ever.", elsewhere, here) == [2]


def test_a_name_alone_is_no_evidence_if_two_paragraphs_contain_it_or_the_takeaway_has_numbers() -> None:
    here = padded("The Marigold is here.")
    assert evidence_for_one("The Marigold leaves the quay for ever.", here, here) == []
    assert evidence_for_one("The Marigold leaves on the 2nd, or in 14 days.", here) == []


def test_neither_one_word_alone_nor_numbers_alone_are_evidence() -> None:
    assert evidence_for_one("Lanterns.", padded("A lantern is here.")) == []
    assert evidence_for_one("It was 12 to 40.", padded("From 12 to 40.")) == []


@pytest.mark.parametrize("marks", ["“{}”", '"{}"', "«{}»"])
def test_a_paragraph_without_the_quoted_words_of_the_takeaway_is_no_evidence(marks: str) -> None:
    takeaway = (
        f"The Marigold has lanterns, {marks.format('brighter than stars or oil lamps')}, says its captain."
    )
    assert evidence_for_one(takeaway, padded("The Marigold has lanterns, says its captain.")) == []
    quoted = padded(
        "“Brighter than stars or oil lamps,” says the captain of the Marigold, which has lanterns."
    )
    assert evidence_for_one(takeaway, quoted) == [1]


def test_a_definite_noun_refers_to_an_entity_of_earlier_paragraphs_whose_name_contains_it() -> None:
    takeaway = "The Bureau of Pilots withdraws its hawser."
    first, last = padded("The Bureau of Pilots met."), padded("Then the bureau took back the hawser.")
    assert evidence_for_one(takeaway, first, last)[0] == 2
    assert evidence_for_one(takeaway, last, first) == [2]
    assert evidence_for_one(takeaway, last.replace("bureau", "office"), first) == [2]


def test_a_paragraph_that_has_the_other_half_of_the_takeaway_is_evidence_too() -> None:
    halves = padded("The Marigold has 40 lanterns."), padded("The Bureau of Pilots bought 12 hawsers.")
    takeaway = "The Marigold has 40 lanterns, and the Bureau of Pilots has 12 hawsers."
    assert sorted(evidence_for_one(takeaway, *halves)) == [1, 2]


def test_of_paragraphs_with_the_same_score_the_one_that_shares_more_words_is_evidence() -> None:
    takeaway = "The Marigold has lanterns for all of the people on the quay."
    fewer = "The Marigold has lanterns. So it was, as it had been."
    assert evidence_for_one(takeaway, fewer, f"{fewer} They are for the people.") == [2]


def test_at_most_three_paragraphs_are_evidence_the_best_first_and_equal_ones_in_page_order() -> None:
    same = padded("The Marigold has lanterns.")
    best = padded("The Marigold has lanterns and hawsers.")
    assert evidence_for_one("The Marigold has lanterns.", *[same] * 5) == [1, 2, 3]
    assert evidence_for_one("The Marigold has lanterns and hawsers.", same, padded("Nobody."), best)[0] == 3


def test_a_paragraph_far_below_the_best_is_not_returned() -> None:
    takeaway = "The Marigold and the Bureau of Pilots: lanterns."
    rows = evidence([takeaway], [padded("The Marigold, the BOP, lanterns."), padded("The BOP has lanterns.")])
    assert [one["paragraph"] for one in rows[0]] == [1]


def test_a_page_without_body_or_takeaways_has_no_evidence() -> None:
    document = parse(Page().text.encode(), "page.txt")
    assert find_evidence(replace(document, body=()), [], LEXICON) == [[], []]
    assert find_evidence(replace(document, takeaways=()), [], LEXICON) == []


# --- Any text ---

WORDS = st.sampled_from(
    ["lantern", "hawsers", "Marigold", "BOP", "12", "twelve", "3", "million", "the", "of", "海", "n", "5G"]
)
SENTENCES = st.lists(WORDS, min_size=1, max_size=9).map(lambda words: f"It: {' '.join(words)}.")


@given(st.lists(SENTENCES, min_size=1, max_size=4), st.lists(SENTENCES.map(padded), min_size=1, max_size=6))
def test_evidence_is_sorted_by_score_and_does_not_depend_on_other_takeaways(
    takeaways: list[str], body: list[str]
) -> None:
    several = evidence(takeaways, body)
    assert len(several) == len(takeaways)
    for takeaway, found in zip(takeaways, several, strict=True):
        scores, numbers = [one["score"] for one in found], [one["paragraph"] for one in found]
        assert scores == sorted(scores, reverse=True)
        assert len({*numbers}) == len(numbers) <= MAX_PARAGRAPHS
        assert all(number in range(1, len(body) + 1) for number in numbers)
        assert all(0 < score <= 1 for score in scores)
        assert evidence([takeaway], body) == [found]


# --- Pages that were annotated by hand ---

# The paragraphs that support each takeaway, annotated by hand.
NOTED: Mapping[str, Sequence[set[int]]] = {
    "000": [{1}, {2}, {3}, {4}, set()],
    "101": [{2, 3}, set(), {2}, set(), set()],
    "102": [{2}, {2}, {4}, {3}],
    "103": [{2}, {3}, {2}, set()],
    "104": [{2}, {2}, set(), {4}, set()],
    "105": [{2}, {2}, set(), {4}],
    "106": [set(), {1}, {2}, {4}, {4}, set()],
    "107": [{3}, set(), {5}, set(), set()],
    "108": [set(), set(), {3}, {4}, {5}, set()],
    "109": [{2}, {2}, {2}, set(), {4}],
    "110": [{2}, {2}, {3}, {5}, {4}],
    "111": [{1}, {3}, set(), set(), {5}],
    "112": [set(), {3}, {2}, {4}],
}
# Paragraphs that support a part of a takeaway. Returning them is neither right nor wrong.
ARGUABLE: Mapping[tuple[str, int], set[int]] = {
    ("101", 2): {3},
    ("101", 3): {1},
    ("102", 2): {1},
    ("103", 4): {5},
    ("104", 1): {1},
    ("104", 3): {2, 3},
    ("104", 5): {5},
    ("105", 1): {1},
    ("105", 3): {2, 3},
    ("106", 1): {1, 2},
    ("106", 6): {3},
    ("107", 3): {4},
    ("108", 1): {1, 2, 4},
    ("108", 2): {4},
    ("109", 1): {4},
    ("109", 3): {1, 5},
    ("110", 1): {1},
    ("111", 3): {2, 5},
    ("112", 1): {2},
    ("112", 3): {3, 4},
}


def read_document(key: str) -> Document:
    """Return the parsed sample document whose file name begins with `key` and an underscore.

    The file is in `seeds/documents` or in `tests/samples/documents`.
    """
    (path,) = (path for folder in FOLDERS for path in folder.glob(f"{key}_*.txt"))
    return parse(path.read_bytes(), path.name)


def paragraphs(document: Document) -> list[set[int]]:
    """Return, for each takeaway of `document`, the numbers of the paragraphs that support it."""
    several = find_evidence(document, find_entities(document, make_matcher(read_catalogue())), LEXICON)
    return [{one["paragraph"] for one in found} for found in several]


def test_the_first_document_has_a_paragraph_for_each_takeaway_but_the_last() -> None:
    assert paragraphs(read_document("000")) == [{1}, {2}, {3}, {4}, set()]


def test_evidence_nearly_always_agrees_with_the_annotations() -> None:
    pairs = [
        (found - ARGUABLE.get((key, position), set()), noted)
        for key, several in NOTED.items()
        for position, (found, noted) in enumerate(
            zip(paragraphs(read_document(key)), several, strict=True), 1
        )
    ]
    right = sum(len(found & noted) for found, noted in pairs)
    assert right / sum(len(found) for found, _ in pairs) > 0.95
    assert right / sum(len(noted) for _, noted in pairs) > 0.93
    unsupported = [
        paragraphs(read_document(key))[position]
        for key, several in NOTED.items()
        for position, noted in enumerate(several)
        if not noted and (key, position + 1) not in ARGUABLE
    ]
    assert unsupported
    assert not any(unsupported)
