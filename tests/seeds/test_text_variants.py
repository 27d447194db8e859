"""Tests that invisible characters and unusual quotation marks, apostrophes or dashes change no results.

Tests put such characters into a page. The stored texts keep the characters. The structure of the page, its
search terms and its entities stay the same. To compare texts, tests fold them: folding removes invisible
characters, and replaces quotation marks, apostrophes and dashes by plain ones.
"""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.search.analyzer import analyze, analyze_for_index
from api.search.highlights import find_ranges
from api.search.query_language import parse_query
from api.text_folding import APOSTROPHES, DASHES, IGNORABLE, QUOTATION_MARKS, fold_characters
from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.mentions import find_entities
from seeds.identifiers import make_slug, title_hash
from seeds.parsing.document import Document, document_to_json
from seeds.parsing.page import parse
from tests.support.extraction import make_matcher

PAGE = """\
Rolls-Royce Yard Wins the Tender of the Aldmar-Tessin Railway

Liam O'Brien signed a state-owned deal in Damascus on Monday. Work starts in June.

A crane over the old quay.

Key Takeaways

  • 1The council approved the plan.
  • 2Work starts in June.
  • 35 cranes will be built.

Editor's
Desk

What "Old Quay" Means

Emmanuel Marlon's office says that the plan is sound. It will need "money and patience" - and three councils.

Ann Other
Harbour Desk
The Daily Quay

The engineers of Rolls-Royce met Ahmed al-Shamri in the Musee d'Orsay on Tuesday.
They paid the Aldmar-Tessin Railway 1,280 dollars, or HK$9.
Erik Lund Jr. of the Inland Waters Board (IWB) won the 2014 Aldmar-Tessin general election.
ALL OF THE IWB CAME TO IT.

Jean-Luc Perard of the U.S. Harbour Board spoke. "We will build it," said Emmanuel Marlon.

Share Article

Related Articles

State-Owned Yard Sold To Rival
May 3, 2026

- Old Quay Reopens
3 weeks ago
"""
CATALOGUE = (
    EntityRecord("U.S. Harbour Board", "organization", "harbour-board"),
    EntityRecord("Musee d’Orsay", "place", "orsay"),
)
MATCHER = make_matcher(CATALOGUE)
VARIANTS = {"'": APOSTROPHES, '"': QUOTATION_MARKS, "-": DASHES}
PLACES_OF_MARKS = [place for place, character in enumerate(PAGE) if character in VARIANTS]
QUERIES = [
    "orsay",
    '"met ahmed al-shamri"',
    "US",
    "1280",
    "o'brien",
    '"state-owned deal"',
    "oneill OR obrien",
]
ignorable = st.sampled_from(sorted(IGNORABLE))
insertions = st.lists(st.tuples(st.integers(0, len(PAGE)), ignorable), min_size=1, max_size=5)


@st.composite
def replacements(draw: st.DrawFn) -> str:
    """Draw the text PAGE, with some apostrophes, quotation marks and dashes in other Unicode forms."""
    characters = list(PAGE)
    for place in draw(st.lists(st.sampled_from(PLACES_OF_MARKS), min_size=1, unique=True)):
        characters[place] = draw(st.sampled_from(VARIANTS[characters[place]]))
    return "".join(characters)


def insert(text: str, inserted: list[tuple[int, str]]) -> str:
    """Return `text` with the characters `inserted`, each given as a pair of its offset and the character."""
    for place, character in sorted(inserted, reverse=True):
        text = text[:place] + character + text[place:]
    return text


def read(text: str) -> Document:
    return parse(text.encode(), "page.txt")


def folded(value: Any) -> Any:
    """Return the JSON `value` with all texts in it folded.

    Folding removes invisible characters, and replaces quotation marks, apostrophes and dashes by plain ones.
    """
    if isinstance(value, str):
        return fold_characters(value)
    if isinstance(value, dict):
        return {key: folded(each) for key, each in value.items()}
    return [folded(each) for each in value] if isinstance(value, list | tuple) else value


def parsed(document: Document) -> dict[str, Any]:
    """Return the fields of `document` in a form that does not depend on variants of characters.

    All texts are folded: without invisible characters, and with plain quotation marks and dashes. The field
    `source` is None, because it describes the bytes of the file. Warnings about characters that change the
    direction of text are left out.
    """
    fields: dict[str, Any] = folded(document_to_json(document))
    warnings = [each for each in fields["warnings"] if "direction-changing" not in each["message"]]
    return fields | {"source": None, "warnings": warnings}


def found(document: Document) -> list[tuple[str, str, str, list[tuple[str, int | None, str]]]]:
    """Return the name, type, slug and mentions of each entity of `document`.

    The name and the texts of mentions are folded: without invisible characters, and with plain quotation
    marks and dashes. A mention is the part of the document, the index in this part, and the text.
    """
    return [
        (
            fold_characters(each.entity.name),
            each.entity.type,
            each.entity.slug,
            [(mention.part, mention.index, fold_characters(mention.text)) for mention in each.mentions],
        )
        for each in sorted(find_entities(document, MATCHER), key=lambda found: found.entity.slug)
    ]


def hits(document: Document) -> list[list[str]]:
    """Return, for each query of QUERIES, the passages of `document` that it highlights.

    The passages are folded: without invisible characters, and with plain quotation marks and dashes.
    """
    texts = [document.title, document.summary or "", *document.body]
    return [
        [
            fold_characters(text[start:end])
            for text in texts
            for start, end in find_ranges(parse_query(query).phrases, text, iter(range(1_000)))
        ]
        for query in QUERIES
    ]


PLAIN = read(PAGE)
PARSED, FOUND, HITS = parsed(PLAIN), found(PLAIN), hits(PLAIN)


def test_the_page_has_all_that_the_properties_examine() -> None:
    assert [each.text for each in PLAIN.takeaways][2] == "5 cranes will be built."
    assert [each.date for each in PLAIN.related] == ["May 3, 2026", "3 weeks ago"]
    assert all(HITS[:-1])
    names = {name for name, *_ in FOUND}
    assert names >= {"Aldmar-Tessin Railway", "Rolls-Royce", "Jean-Luc Perard", "Ahmed al-Shamri"}
    assert names >= {"Erik Lund Jr.", "Inland Waters Board", "2014 Aldmar-Tessin general election"}
    assert names >= {"Liam O'Brien", "Musee d'Orsay", "U.S. Harbour Board", "Emmanuel Marlon"}


@pytest.mark.parametrize("ignorable", ["\u00ad", "\u200b", "\ufeff", "\u200e", "\ufe0f", "\u3164"])
def test_an_ignorable_character_anywhere_leaves_the_parse_as_it_is(ignorable: str) -> None:
    for place in range(1, len(PAGE) + 1):
        assert parsed(read(insert(PAGE, [(place, ignorable)]))) == PARSED, PAGE[:place][-20:]


@given(insertions)
@example([(0, "\ufeff"), (1, "\u00ad")])
def test_ignorable_characters_leave_parse_hits_and_entities_as_they_are(
    inserted: list[tuple[int, str]],
) -> None:
    document = read(insert(PAGE, inserted))
    assert parsed(document) == PARSED
    assert found(document) == FOUND
    assert hits(document) == HITS


@given(replacements())
@example(PAGE.replace("-", "—").replace("'", "‘").replace('"', "„"))
def test_variants_of_marks_leave_parse_hits_and_entities_as_they_are(page: str) -> None:
    document = read(page)
    assert parsed(document) == PARSED
    assert found(document) == FOUND
    assert hits(document) == HITS


@given(insertions, replacements())
def test_offsets_of_mentions_are_those_of_the_text_as_written(
    inserted: list[tuple[int, str]], page: str
) -> None:
    document = read(insert(page, inserted))
    texts = {("body", number): text for number, text in enumerate(document.body, 1)}
    for each in find_entities(document, MATCHER):
        for mention in each.mentions:
            text = texts.get((mention.part, mention.index or 0))
            assert text is None or text[mention.start : mention.end] == mention.text


@given(st.text(st.sampled_from("aO'D- .,1é\u0301凌")), st.integers(0), ignorable)
def test_a_query_with_an_ignorable_character_or_a_variant_has_the_same_terms(
    query: str, place: int, character: str
) -> None:
    place %= len(query) + 1
    written = (query[:place] + character + query[place:]).replace("'", "’").replace("-", "‑")
    assert [each.text for each in analyze(written)] == [each.text for each in analyze(query)]
    assert [each.text for each in analyze_for_index(written)] == [
        each.text for each in analyze_for_index(query)
    ]


@given(ignorable, st.integers(0, 28), st.sampled_from(DASHES))
def test_titles_that_differ_in_characters_only_are_equal(character: str, place: int, dash: str) -> None:
    title = 'State-Owned Yard\'s "Old" Quay'
    written = (title[:place] + character + title[place:]).replace("-", dash).replace("'", "’")
    assert title_hash(written) == title_hash(title)
    assert make_slug(written, "") == make_slug(title, "")
