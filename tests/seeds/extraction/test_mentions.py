"""Tests of the matcher: names of known entities are found at the right offsets, the longest match first."""

from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from api.text_folding import fold_characters
from seeds.extraction.catalogue import EntityRecord
from tests.seeds.extraction.mention_oracle import CATALOGUE, SEA, find_by_brute_force, straighten
from tests.support.extraction import make_matcher


def found(text: str, catalogue: Iterable[EntityRecord] = CATALOGUE) -> list[tuple[str, str]]:
    """Return each name of an entity in `text`, as a pair of the text and the slug of the entity."""
    return [(text[start:end], entity.slug) for start, end, entity in make_matcher(catalogue).find(text)]


@pytest.mark.parametrize("catalogue", [CATALOGUE, CATALOGUE[::-1]])
def test_the_longest_name_wins(catalogue: tuple[EntityRecord, ...]) -> None:
    assert found("Sea Board, Board, Sea, North Sea Board", catalogue) == [
        ("Sea Board", "sea-board"),
        ("Board", "sea-board"),
        ("Sea", "sea"),
        ("North Sea", "sea"),
        ("Board", "sea-board"),
    ]


@pytest.mark.parametrize("possessive", ["Sea's", "Sea’s", "Sea'", "Sea’"])
def test_a_possessive_is_not_part_of_a_mention(possessive: str) -> None:
    assert found(f"The {possessive} rise") == [("Sea", "sea")]


@pytest.mark.parametrize("name", ["Sailor's Day", "Sailor’s Day", "Sailor‘s Day"])
def test_a_name_is_found_with_straight_and_with_curly_apostrophes(name: str) -> None:
    curly = EntityRecord("Sailor’s Day", "event", "sailors-day")
    assert found(f"On {name}'s eve") == [(name, "sailors-day")]
    assert found(f"On {name}'s eve", [curly]) == [(name, "sailors-day")]


@pytest.mark.parametrize(
    "text",
    [
        "AI+",
        "'AI+'",
        "‘AI+’",
        "“AI+”",
        '"AI+"',
        "(AI+)",
        "AI+.",
        "AI+, too",
        "AI+'s",
        "AI+’s",
        "the AI+ plan",
        "在AI+里",
    ],
)
def test_a_name_that_ends_in_a_sign_is_found_before_any_mark(text: str) -> None:
    assert found(text) == [("AI+", "ai-plus")]


@pytest.mark.parametrize(
    "text",
    [
        "Seaside",
        "OverSea",
        "7Sea",
        "Sea7",
        "Seás",
        "áSea",
        "SEA",
        "sea",
        "AI",
        "XAI+",
        "Boards",
        "Sailors Day",
    ],
)
def test_a_name_is_not_found_inside_a_longer_word_or_in_other_case(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize("text", ["Sea-level", "Sea  Boards", "Sea.", "(Sea)", "Sea/land", "“Sea”", "—Sea—"])
def test_a_name_is_found_next_to_anything_but_letters_and_digits(text: str) -> None:
    assert found(text) == [("Sea", "sea")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("北海海委会说", ["海", "海委会"]),
        ("海委会Sea海", ["海委会", "Sea", "海"]),
        ("在Sea的海", ["Sea", "海"]),
        ("カイ海カイ", ["海"]),
        ("바다海바다", ["海"]),
    ],
)
def test_cjk_names_are_found_without_spaces_around_them(text: str, names: list[str]) -> None:
    assert [words for words, _ in found(text)] == names


def test_offsets_are_code_points() -> None:
    assert [(start, end) for start, end, _ in make_matcher([SEA]).find("🌊🌊 Sea 𠮷 Sea")] == [
        (3, 6),
        (9, 12),
    ]


def test_a_name_that_begins_with_a_sign_is_an_error() -> None:
    with pytest.raises(ValueError, match="begins with a letter or digit"):
        make_matcher([EntityRecord("+AI", "policy", "plus-ai")])


# There are few pieces, so that names often begin, contain or end one another.
PIECES = st.sampled_from(["a", "A", "5", "é", "海", "北", "カ", " ", "+", "-", "'", "’", "“", "."])
NAMES = st.builds(
    lambda first, rest: first + "".join(rest),
    st.sampled_from(["a", "A", "5", "é", "海", "カ"]),
    st.lists(PIECES, max_size=4),
).map(lambda name: " ".join(name.split()))


@st.composite
def catalogues(draw: st.DrawFn) -> list[EntityRecord]:
    """Draw known entities. No two names differ only in their quotation marks."""
    names = draw(st.lists(NAMES, min_size=1, max_size=8, unique_by=straighten))
    pairs = [names[at : at + 2] for at in range(0, len(names), 2)]
    return [EntityRecord(pair[0], "place", f"e{at}", tuple(pair[1:])) for at, pair in enumerate(pairs)]


@st.composite
def texts_and_catalogues(draw: st.DrawFn) -> tuple[str, list[EntityRecord]]:
    """Draw known entities, and a text that contains some of their names."""
    catalogue = draw(catalogues())
    names = st.sampled_from([name for entity in catalogue for name in entity.names])
    pieces = st.lists(st.one_of(names, PIECES, st.text(max_size=3)), max_size=12)
    # Folding removes invisible characters and composes accents, which brute force does not.
    letters = "".join(
        each for each in "".join(draw(pieces)) if each == "’" or fold_characters(f"x{each}x") == f"x{each}x"
    )
    return " ".join(letters.split()), catalogue


@given(texts_and_catalogues())
def test_mentions_are_in_order_do_not_overlap_and_are_names_of_their_entity(
    drawn: tuple[str, list[EntityRecord]],
) -> None:
    text, catalogue = drawn
    reached = 0
    for start, end, entity in make_matcher(catalogue).find(text):
        assert reached <= start < end <= len(text)
        assert straighten(text[start:end]) in [straighten(name) for name in entity.names]
        reached = end


@given(texts_and_catalogues())
@example(("a𠀀", [EntityRecord("a", "place", "a")]))
@example(("a\U00030000", [EntityRecord("a", "place", "a")]))
def test_the_matcher_finds_the_same_as_brute_force(
    drawn: tuple[str, list[EntityRecord]],
) -> None:
    text, catalogue = drawn
    text = text.replace("_", " ")
    assert list(make_matcher(catalogue).find(text)) == list(find_by_brute_force(text, catalogue))
