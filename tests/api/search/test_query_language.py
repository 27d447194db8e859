"""The query language: a text is a valid query, or it has no required word or too many words."""

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


def phrase(text: str) -> tuple[str, ...]:
    """Return the terms of `text`."""
    return tuple(term.text for term in analyze(text))


def wanting(*choices: str | tuple[str, ...], without: tuple[str, ...] = ()) -> Query:
    """Return a query of required words or phrases. A tuple contains alternatives."""
    required = [choice if isinstance(choice, tuple) else (choice,) for choice in choices]
    return Query(
        tuple(tuple(phrase(each) for each in choice) for choice in required),
        tuple(phrase(each) for each in without),
    )


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("lamp", wanting("lamp")),
        ("  harbour\tlamps\n", wanting("harbour", "lamp")),
        ("lamp lamp", wanting("lamp", "lamp")),
        ("Lamps’", wanting("lamp")),
        ('"harbour lamps"', wanting("harbour lamps")),
        ("“harbour lamps”", wanting("harbour lamps")),
        ("«harbour lamps»", wanting("harbour lamps")),
        ("„harbour lamps“", wanting("harbour lamps")),
        ('quay "harbour lamps" pier', wanting("quay", "harbour lamps", "pier")),
        ('quay"harbour lamps"pier', wanting("quay", "harbour lamps", "pier")),
        ('quay "harbour lamps', wanting("quay", "harbour lamps")),
        ('quay "', wanting("quay")),
        ('quay ""', wanting("quay")),
        ("lamp -quay", wanting("lamp", without=("quay",))),
        ("-quay lamp", wanting("lamp", without=("quay",))),
        ('lamp -"old quay" -pier', wanting("lamp", without=("old quay", "pier"))),
        ("lamp - quay", wanting("lamp", "quay")),
        ("lamp --quay", wanting("lamp", without=("quay",))),
        ("state-of-the-art", wanting("state of the art")),
        ("-state-of-the-art lamp", wanting("lamp", without=("state of the art",))),
        ("凌通", wanting("凌 通")),
        ("凌通 -通凌", wanting("凌 通", without=("通 凌",))),
        ("3.5", wanting("3 5")),
        ("lamp OR quay", wanting(("lamp", "quay"))),
        ("lamp OR quay OR pier", wanting(("lamp", "quay", "pier"))),
        ("a b OR c", wanting("a", ("b", "c"))),
        ("a OR b c", wanting(("a", "b"), "c")),
        ("a OR b c OR d", wanting(("a", "b"), ("c", "d"))),
        ('"old quay" OR pier', wanting(("old quay", "pier"))),
        ("a OR & b", wanting(("a", "b"))),
        ("a OR OR b", wanting("a", "b")),
        ("OR a", wanting("a")),
        ("a OR", wanting("a")),
        ("a OR -b c", wanting("a", "c", without=("b",))),
        ("a -b OR c", wanting("a", "c", without=("b",))),
        ("a or b", wanting("a", "or", "b")),
        ('a "OR" b', wanting("a", "or", "b")),
        ("a AND b", wanting("a", "and", "b")),
        ("a NOT b NEAR(c)", wanting("a", "not", "b", "near c")),
        ("title:lamp*", wanting("title lamp")),
        ("^lamp (quay) & | ! ~ \\ 😀 \0", wanting("lamp", "quay")),
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
    assert query.phrases == [phrase("a"), phrase("b"), phrase("c d")]


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
    assert {each for found in query.phrases for each in found} <= set(phrase(text))
