"""Tests of the syntax of the parameter `q`: how a search text is parsed, and which texts are invalid."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.search.analyzer import analyze
from api.search.query_language import MAX_WORDS, Query, parse_query

WANTS_NOTHING, WANTS_TOO_MUCH = "no word", f"more than {MAX_WORDS}"
# Operators of the language and of the engines, and words.
PIECES = ["a", "lamp", "凌通", "OR", "or", "AND", "NOT", "NEAR", "-", "--", '"', "“", "”", "«", "'", "’", "*"]
PIECES += [
    "(",
    ")",
    ":",
    "^",
    "{",
    "}",
    "[",
    "]",
    "~",
    "\\",
    "&",
    "|",
    "!",
    "<->",
    "\0",
    "😀",
    " ",
    "\n",
    "x" * 70,
]
QUERIES = (
    st.text()
    | st.lists(st.sampled_from(PIECES)).map("".join)
    | st.lists(st.sampled_from(PIECES)).map(" ".join)
)


def terms_of(text: str) -> tuple[str, ...]:
    """Return the search terms (stemmed words) of `text`."""
    return tuple(term.text for term in analyze(text))


def required_query(*choices: str | tuple[str, ...], without: tuple[str, ...] = ()) -> Query:
    """Return a parsed full-text query that requires each of `choices` and excludes `without`.

    A choice is a word, a phrase, or a tuple of alternatives.
    """
    required = [choice if isinstance(choice, tuple) else (choice,) for choice in choices]
    return Query(
        tuple(tuple(terms_of(each) for each in choice) for choice in required),
        tuple(terms_of(each) for each in without),
    )


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("lamp", required_query("lamp")),
        ("  harbour\tlamps\n", required_query("harbour", "lamp")),
        ("lamp lamp", required_query("lamp", "lamp")),
        ("Lamps’", required_query("lamp")),
        ('"harbour lamps"', required_query("harbour lamps")),
        ("“harbour lamps”", required_query("harbour lamps")),
        ("«harbour lamps»", required_query("harbour lamps")),
        ("„harbour lamps“", required_query("harbour lamps")),
        ('quay "harbour lamps" pier', required_query("quay", "harbour lamps", "pier")),
        ('quay"harbour lamps"pier', required_query("quay", "harbour lamps", "pier")),
        ('quay "harbour lamps', required_query("quay", "harbour lamps")),
        ('quay "', required_query("quay")),
        ('quay ""', required_query("quay")),
        ("lamp -quay", required_query("lamp", without=("quay",))),
        ("-quay lamp", required_query("lamp", without=("quay",))),
        ('lamp -"old quay" -pier', required_query("lamp", without=("old quay", "pier"))),
        ("lamp - quay", required_query("lamp", "quay")),
        ("lamp --quay", required_query("lamp", without=("quay",))),
        ("state-of-the-art", required_query("state of the art")),
        ("-state-of-the-art lamp", required_query("lamp", without=("state of the art",))),
        ("凌通", required_query("凌 通")),
        ("凌通 -通凌", required_query("凌 通", without=("通 凌",))),
        ("3.5", required_query("3 5")),
        ("lamp OR quay", required_query(("lamp", "quay"))),
        ("lamp OR quay OR pier", required_query(("lamp", "quay", "pier"))),
        ("a b OR c", required_query("a", ("b", "c"))),
        ("a OR b c", required_query(("a", "b"), "c")),
        ("a OR b c OR d", required_query(("a", "b"), ("c", "d"))),
        ('"old quay" OR pier', required_query(("old quay", "pier"))),
        ("a OR & b", required_query(("a", "b"))),
        ("a OR OR b", required_query("a", "b")),
        ("OR a", required_query("a")),
        ("a OR", required_query("a")),
        ("a OR -b c", required_query("a", "c", without=("b",))),
        ("a -b OR c", required_query("a", "c", without=("b",))),
        ("a or b", required_query("a", "or", "b")),
        ('a "OR" b', required_query("a", "or", "b")),
        ("a AND b", required_query("a", "and", "b")),
        ("a NOT b NEAR(c)", required_query("a", "not", "b", "near c")),
        ("title:lamp*", required_query("title lamp")),
        ("^lamp (quay) & | ! ~ \\ 😀 \0", required_query("lamp", "quay")),
    ],
)
def test_a_query_is_parsed(text: str, query: Query) -> None:
    assert parse_query(text) == query


@pytest.mark.parametrize(
    "text", ["", " ", "-lamp", '-"old quay" -pier', "OR", "OR OR", "&", '"', '""', "-", "😀", "\0"]
)
def test_a_query_without_a_required_word_is_an_error(text: str) -> None:
    with pytest.raises(ValueError, match=WANTS_NOTHING):
        parse_query(text)


def test_a_query_has_a_maximum_number_of_words_and_phrases() -> None:
    assert len(parse_query("a " * MAX_WORDS).required) == MAX_WORDS
    assert parse_query("a OR " * (MAX_WORDS - 1) + "a")
    assert parse_query('"a b" ' * (MAX_WORDS // 2))
    for text in ("a " * (MAX_WORDS + 1), "a " + "-b " * MAX_WORDS, '"a b" ' * (MAX_WORDS // 2) + "c"):
        with pytest.raises(ValueError, match=WANTS_TOO_MUCH):
            parse_query(text)


def test_the_phrases_of_a_query_are_all_phrases_that_a_hit_can_contain() -> None:
    query = parse_query('a b OR "c d" -e')
    assert query.phrases == [terms_of("a"), terms_of("b"), terms_of("c d")]


@given(QUERIES)
def test_parsing_raises_only_value_errors(text: str) -> None:
    try:
        query = parse_query(text)
    except ValueError as error:
        query, said = None, str(error)
    if query is None:
        assert WANTS_NOTHING in said or WANTS_TOO_MUCH in said
        return
    assert query.required
    assert all(query.required)
    assert all(query.phrases)
    assert all(query.excluded)
    assert sum(map(len, [*query.phrases, *query.excluded])) <= MAX_WORDS
    assert {each for found in query.phrases for each in found} <= set(terms_of(text))
