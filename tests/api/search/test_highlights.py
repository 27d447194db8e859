"""Tests of highlights: which passages of an article a search shows, and which characters it marks."""

from itertools import count, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.search.analyzer import MAX_TERMS, analyze
from api.search.highlights import MAX_PASSAGE_LENGTH, MAX_PASSAGES, find_ranges, highlight
from api.search.query_language import parse_query

FILLER = "the tide went out over grey sand and came back again "
# Few words, so that matches are frequent.
WORDS = st.sampled_from(
    ["lamp", "Lamps", "quay", "quays’", "凌", "通", "caf\u0301e", "-", ".", "<b>", "\n", "x" * 60]
)
TEXTS = st.lists(WORDS, min_size=1, max_size=60).map(" ".join) | st.lists(WORDS, min_size=1).map("".join)
QUERIES = st.sampled_from(["lamp", "lamp quay", '"lamp quay"', "凌通", "凌 OR 通", "quay -lamp", "lamp-quay"])


def matched_texts(query: str, text: str) -> list[str]:
    """Return the parts of `text` that a search for `query` highlights."""
    ranges = find_ranges(parse_query(query).phrases, text, count())
    return [text[start:end] for start, end in ranges]


def passage_of(query: str, text: str) -> tuple[str, list[str]]:
    """Return the passage of `text` that a search for `query` shows, and the highlighted parts in it."""
    (made,) = highlight(parse_query(query), {"body": [text]})
    assert list(made) == ["part", "text", "ranges"]
    return made["text"], [made["text"][start:end] for start, end in made["ranges"]]


@pytest.mark.parametrize(
    ("query", "text", "words"),
    [
        ("lamp", "Lamps light a lamp's LAMP.", ["Lamps", "lamp's", "LAMP"]),
        ("lamp quay", "The quay has a lamp.", ["quay", "lamp"]),
        ("lamp OR quay", "The quay.", ["quay"]),
        ('"old quay"', "old lamps, the old quays, quay old", ["old quays"]),
        ('"old quay"', "the old — quay", ["old — quay"]),
        ("state-of-the-art", "a state of the art lamp", ["state of the art"]),
        ("凌通", "通凌、凌通科技和凌 通", ["凌通", "凌 通"]),
        ("cafe", "Café, cafe\u0301 and CAFÉ", ["Café", "cafe\u0301", "CAFÉ"]),
        ("москва", "В Москва", ["Москва"]),
        ("lamp -quay", "lamp and quay", ["lamp"]),
        ("lamp", "lamplight", []),
        ('lamp "lamp light"', "a lamp light", ["lamp light"]),
        ('"a b" "b c"', "a b c", ["a b c"]),
        ('"a b c" b', "a b c", ["a b c"]),
        ("凌 通", "凌通", ["凌", "通"]),
        ("lamp", "😀 lamp", ["lamp"]),
    ],
)
def test_ranges_cover_the_words_of_the_query(query: str, text: str, words: list[str]) -> None:
    assert matched_texts(query, text) == words


def test_a_short_text_is_one_passage() -> None:
    text = "x" * 200 + ' <em>lamp</em> & "quay"'
    assert passage_of("lamp quay", text) == (text, ["lamp", "quay"])


def test_a_long_text_is_cut_between_words_around_the_match() -> None:
    text = FILLER * 20 + "one lamp alone " + FILLER * 20
    cut, words = passage_of("lamp", text)
    assert words == ["lamp"]
    assert MAX_PASSAGE_LENGTH - 20 <= len(cut) <= MAX_PASSAGE_LENGTH
    assert f" {cut} " in text
    before, _, after = cut.partition("lamp")
    assert abs(len(before) - len(after)) < 20


@pytest.mark.parametrize("text", ["lamp " + FILLER * 20, FILLER * 20 + "lamp"])
def test_a_passage_at_the_beginning_or_end_of_the_text_has_full_length(text: str) -> None:
    cut, words = passage_of("lamp", text)
    assert words == ["lamp"]
    assert MAX_PASSAGE_LENGTH - 20 <= len(cut) <= MAX_PASSAGE_LENGTH
    assert text.startswith(cut) or text.endswith(cut)


def test_a_text_without_spaces_is_cut_to_the_length() -> None:
    text = "潮" * 500 + "凌通" + "汐" * 500
    cut, words = passage_of("凌通", text)
    assert words == ["凌通"]
    assert len(cut) == MAX_PASSAGE_LENGTH
    assert cut in text


def test_a_passage_is_longer_only_if_a_phrase_is_longer() -> None:
    long = " ".join(["lanterns"] * 40)
    cut, words = passage_of(f'"{long}"', FILLER * 9 + long + " " + FILLER * 9)
    assert words == [long] == [cut]


def test_all_matches_within_a_passage_are_in_its_ranges_and_none_is_cut() -> None:
    text = "lamp " * 500
    cut, words = passage_of("lamp", text)
    assert words == ["lamp"] * len(cut.split())
    assert len(words) >= 40


def test_the_number_of_passages_is_limited_and_the_part_of_highest_weight_comes_first() -> None:
    parts = {
        "title": ["a lamp"],
        "summary": ["no light"],
        "takeaways": ["lamp one", "lamp two"],
        "body": ["lamp"] * 9,
    }
    made = highlight(parse_query("lamp"), parts)
    assert [each["part"] for each in made] == ["title", "takeaways", "takeaways", "body", "body"]
    assert len(made) == MAX_PASSAGES
    assert [each["text"] for each in made][:3] == ["a lamp", "lamp one", "lamp two"]


def test_only_words_of_the_index_are_highlighted() -> None:
    texts = ["quay"] * (MAX_TERMS // 2 - 1)
    assert highlight(parse_query("lamp"), {"body": [*texts, "one lamp"]})
    assert not highlight(parse_query("lamp"), {"body": [*texts, "one", "lamp"]})


def test_a_text_without_a_match_has_no_passage() -> None:
    assert highlight(parse_query("lamp"), {"title": [""], "body": ["quay"]}) == []


@given(QUERIES, TEXTS)
def test_every_range_is_within_its_text_and_matches_a_phrase(query: str, text: str) -> None:
    phrases = parse_query(query).phrases
    for made in highlight(parse_query(query), {"body": [text]}):
        assert made["text"] in text
        assert made["ranges"]
        for start, end in made["ranges"]:
            assert 0 <= start < end <= len(made["text"])
            terms = tuple(term.text for term in analyze(made["text"][start:end]))
            assert any(
                terms[place : place + len(phrase)] == phrase
                for phrase in phrases
                for place in range(len(terms))
            )
        assert all(one[1] <= other[0] for one, other in pairwise(made["ranges"]))
        longest = max(end - start for start, end in find_ranges(phrases, text, count()))
        assert len(made["text"]) <= max(MAX_PASSAGE_LENGTH, longest)


@given(QUERIES, TEXTS)
def test_there_is_a_passage_if_the_text_contains_a_phrase(query: str, text: str) -> None:
    terms = [term.text for term in analyze(text)]
    is_there = any(
        tuple(terms[place : place + len(phrase)]) == phrase
        for phrase in parse_query(query).phrases
        for place in range(len(terms))
    )
    assert bool(highlight(parse_query(query), {"body": [text]})) == is_there
