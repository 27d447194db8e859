"""Tests of the analyzer, which converts texts to search terms: terms, their offsets, and what is indexed."""

import re
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.search.analyzer import (
    ASCII_WORD,
    MAX_OCCURRENCES,
    MAX_TERM_LENGTH,
    MAX_TERMS,
    PLACEHOLDER,
    WORD,
    analyze,
    analyze_for_index,
    fold,
    index_text,
    term,
)

ENGINE_SAFE = re.compile(rf"[A-Za-z0-9]{{1,{MAX_TERM_LENGTH}}}")
# Letters of many scripts, marks and punctuation, which random text rarely combines.
AWKWARD = st.text(
    st.sampled_from("aÉé\u0301ßŁøæÆﬁŉİıǆ'’-_.5²½Ⅷ凌通々〇カガ\u3099ｶﾞ한\u1112\u1161م\u064fд й\0\u200d😀Ａ")
)


def terms(text: str) -> list[str]:
    """Return the search terms (stemmed words) of `text`."""
    return [each.text for each in analyze(text)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Lantern", "LANTERN"),
        ("Straße", "STRASSE"),
        ("café", "CAFE"),
        ("Çatalhöyük", "catalhoyuk"),
        ("crème brûlée", "creme brulee"),
        ("Việt Nam", "viet nam"),
        ("Ørsted", "orsted"),
        ("Łódź", "lodz"),
        ("Æther", "aether"),
        ("Œuvre", "oeuvre"),
        ("Þór Ðal", "thor dal"),
        ("Ħamrun Ŧ ı", "hamrun t i"),
        ("İstanbul", "istanbul"),
        ("ﬁne", "fine"),
        ("ＡＩ　２０２６", "ai 2026"),
        ("ｶﾀｶﾅ", "カタカナ"),
        ("МОСКВА", "москва"),
        ("ёлка", "елка"),
        ("ΣΊΣΥΦΟΣ", "σισυφος"),
        ("don’t", "don't"),
        ("China’s", "China"),
        ("China's", "china"),
        ("cities", "city's"),
        ("running", "runs"),
        ("policies", "policy"),
        ("connection", "connected"),
    ],
)
def test_words_that_are_the_same_to_a_reader_have_the_same_terms(one: str, other: str) -> None:
    assert terms(one) == terms(other) != []


@pytest.mark.parametrize(
    "text", ["Ähre", "Đà Nẵng", "ǘ", "Åse", "Йод", "ガラス", "ポスト", "한국", "مُحَمَّد", "نَبِيّ", "שָׁלוֹם"]
)
def test_composed_and_decomposed_text_has_the_same_terms(text: str) -> None:
    composed, decomposed = (terms(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))
    assert composed == decomposed != []


@pytest.mark.parametrize(("marked", "plain"), [("مُحَمَّد", "محمد"), ("שָׁלוֹם", "שלום"), ("ガラス", "カラス")])
def test_marks_of_any_script_are_diacritics(marked: str, plain: str) -> None:
    assert terms(marked) == terms(plain)


@pytest.mark.parametrize(
    ("one", "other"),
    [("5G", "5"), ("2026", "2025"), ("1.5", "15"), ("Москва", "Минск"), ("凌", "通"), ("a", "b")],
)
def test_different_words_have_different_terms(one: str, other: str) -> None:
    assert terms(one) != terms(other)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("5G base-stations, 3.5 GHz", ["5G", "base", "stations", "3", "5", "GHz"]),
        ("state-of-the-art", ["state", "of", "the", "art"]),
        ("rock'n'roll O’Neill's", ["rock'n'roll", "O", "Neill's"]),
        (
            "d'Orsay l’économie dell'Arte qu'il l’U.R.S.S.",
            ["d", "Orsay", "l", "économie", "dell", "Arte", "qu", "il", "l", "U.R.S.S"],
        ),
        ("don't I'm they're Velmora’s Xi'an", ["don't", "I'm", "they're", "Velmora’s", "Xi'an"]),
        ("the U.S. e.g. A.I.-led Ph.D.", ["the", "U.S", "e.g", "A.I", "led", "Ph", "D"]),
        ("1,280 or 12,800,000km 1,2 2019,2020", ["1,280", "or", "12,800,000km", "1", "2", "2019", "2020"]),
        ("\u200binter\u00adnatio\ufeffnal\u200b fair", ["inter\u00adnatio\ufeffnal", "fair"]),
        ("'quoted' words'", ["quoted", "words"]),
        ("snake_case", ["snake", "case"]),
        ("凌通科技 AI芯片", ["凌", "通", "科", "技", "AI", "芯", "片"]),
        ("ひらがなカナ", ["ひ", "ら", "が", "な", "カ", "ナ"]),
        ("인공지능", ["인", "공", "지", "능"]),
        ("\U00020000\U0002a6d6", ["\U00020000", "\U0002a6d6"]),
        ("Привет, мир", ["Привет", "мир"]),
        ("مرحبا بالعالم", ["مرحبا", "بالعالم"]),
        ("100%", ["100"]),
        ("😀 — … & _ ' \0", []),
        ("", []),
    ],
)
def test_a_text_is_split_into_words(text: str, words: list[str]) -> None:
    assert [text[each.start : each.end] for each in analyze(text)] == words


def test_the_first_letter_of_a_term_shows_if_the_word_is_ascii() -> None:
    assert terms("running 5G") == ["arun", "a5g"]
    assert terms("凌 мир") == ["u" + "凌".encode().hex(), "u" + "мир".encode().hex()]
    assert terms("x" * 63) == ["a" + "x" * 63]


def test_a_word_that_is_too_long_has_a_term_of_fixed_length() -> None:
    long = "x" * 5000
    assert terms(long) == terms(long.upper()) == [term(long)]
    assert len(term(long)) == MAX_TERM_LENGTH
    assert term(long) != term(long + "x")


@given(st.text() | AWKWARD)
def test_every_term_is_ascii_letters_and_digits_for_any_text(text: str) -> None:
    for found in analyze(text):
        assert ENGINE_SAFE.fullmatch(found.text), found


@given(st.text() | AWKWARD)
def test_offsets_are_those_of_the_words_in_order_without_overlap(text: str) -> None:
    found = list(analyze(text))
    for each in found:
        assert 0 <= each.start < each.end <= len(text)
        assert term(text[each.start : each.end]) == each.text
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text() | AWKWARD)
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.text() | AWKWARD | st.text(st.sampled_from("aB3é\u0301凌's .,;-_")))
def test_the_pattern_of_ascii_words_matches_like_the_general_pattern(text: str) -> None:
    general = re.compile(WORD.pattern.removeprefix(f"{ASCII_WORD}|"))
    assert general.pattern != WORD.pattern
    assert [word.span() for word in WORD.finditer(text)] == [word.span() for word in general.finditer(text)]


def test_the_group_of_a_joined_word_has_only_words_beside_it() -> None:
    title = "L'Équipe visits the Musée d'Orsay"
    expected = "al aequip avisit athe amuse ad aorsay y alequip avisit athe y athe amuse adorsay"
    assert [each.text for each in analyze_for_index(title)] == expected.split()
    assert index_text({"title": [title]}) == {"title": f"{expected} z0"}


def test_each_paragraph_ends_in_a_break_so_that_no_phrase_matches_across_paragraphs() -> None:
    made = index_text({"title": ["Quay lamps"], "text": ["One lamp", "", "lit"]})
    assert made == {"title": "aquay alamp z0", "text": "aone alamp z0 z1 alit z2"}
    words = {each for text in ("Z0 z1 z", "y") for each in terms(text)}
    assert not words & set(" ".join(made.values()).split())


def test_a_part_without_text_has_no_terms() -> None:
    assert index_text({"title": [], "summary": [""]}) == {"title": "", "summary": "z0"}


def test_a_term_that_occurs_too_often_leaves_a_placeholder() -> None:
    made = index_text({"title": ["lamp"], "text": ["lamp " * MAX_OCCURRENCES + "quay"]})
    assert made["title"] == "alamp z0"
    assert made["text"].split().count("alamp") == MAX_OCCURRENCES - 1
    assert made["text"].split()[-3:] == [PLACEHOLDER, "aquay", "z0"]
    assert terms(PLACEHOLDER) != [PLACEHOLDER]


def test_terms_beyond_the_last_position_are_left_out_over_all_parts() -> None:
    words = [f"w{number}" for number in range(MAX_TERMS)]
    made = index_text({"title": ["first"], "text": [" ".join(words[:-5]), " ".join(words[-5:]), "more"]})
    kept = " ".join(made.values()).split()
    assert len(kept) == MAX_TERMS
    assert kept[-3:] == ["z0", term(words[-5]), term(words[-4])]


def test_the_breaks_between_paragraphs_count_as_terms() -> None:
    made = index_text({"title": ["first"], "text": [*["quay lamp"] * MAX_TERMS], "more": ["last"]})
    assert len(" ".join(made.values()).split()) == MAX_TERMS
    assert made["more"] == ""
