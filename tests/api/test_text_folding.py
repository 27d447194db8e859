"""Tests of text folding: which texts become equal, and where each folded character is in the original."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.text_folding import APOSTROPHES, DASHES, IGNORABLE, QUOTATION_MARKS, FoldedText, fold_characters

# Characters that folding changes, among others.
MIXED = st.text(st.sampled_from("aé\u0301E'’`\u00ad\u200b\ufe0f –-\u2003\t“\"\u1100\u1161\u11a8\u0958한x"))
TEXTS = st.text() | MIXED


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("plain text", "plain text"),
        ("inter\u00adnatio\u200bnal", "international"),
        ("\ufeffLondon\u2060", "London"),
        ("Editor’s Editor´s Editor`s Editorʼs", "Editor's Editor's Editor's Editor's"),
        ("„Yes“ «No» “Or”", '"Yes" "No" "Or"'),
        ("Jean‑Luc 5−3 a—b", "Jean-Luc 5-3 a-b"),
        ("  two \t\u00a0 words \u200b ", "two words"),
        ("Cafe\u0301", "Café"),
        ("\u1112\u1161\u11ab", "한"),
        ("✔\ufe0f", "✔"),
        ("", ""),
        ("\u200b", ""),
    ],
)
def test_a_text_is_folded(written: str, folded: str) -> None:
    assert fold_characters(written) == folded


@pytest.mark.parametrize(("variants", "plain"), [(APOSTROPHES, "'"), (QUOTATION_MARKS, '"'), (DASHES, "-")])
def test_every_variant_of_a_mark_becomes_plain(variants: str, plain: str) -> None:
    assert {fold_characters(f"a{variant}b") for variant in variants} == {f"a{plain}b"}


def test_the_ignorable_characters_are_those_of_unicode() -> None:
    # Every format character is ignorable, except those that are visible or annotate other text.
    formats = {chr(point) for point in range(0x110000) if unicodedata.category(chr(point)) == "Cf"}
    visible = {chr(point) for point in (*range(0x600, 0x606), 0x6DD, 0x70F, 0x890, 0x891, 0x8E2)}
    annotations = {chr(point) for point in range(0xFFF9, 0xFFFC)}
    others = {each for each in formats if 0x11000 <= ord(each) < 0x14000}
    assert formats - IGNORABLE == visible | annotations | others
    assert {unicodedata.category(each) for each in IGNORABLE - formats} == {"Cn", "Lo", "Mn"}


def test_a_range_has_the_ignorable_characters_inside_it() -> None:
    view = FoldedText("the \u200bLon\u00addon\u200b fair")
    start = view.text.index("London")
    assert view.written(start, start + 6) == "Lon\u00addon"
    assert view.rest(start).original == "Lon\u00addon\u200b fair"


def test_a_range_has_complete_letters() -> None:
    view = FoldedText("Cafe\u0301 bar")
    assert view.original_range(0, 4) == (0, 5)
    assert view.original_range(5, 8) == (6, 9)


@given(TEXTS)
def test_folding_is_idempotent(text: str) -> None:
    assert fold_characters(fold_characters(text)) == fold_characters(text)


@given(TEXTS)
def test_each_character_of_the_folded_text_has_a_place(text: str) -> None:
    view = FoldedText(text)
    places = [view.original_range(place, place + 1) for place in range(len(view.text))]
    assert places == sorted(places)
    for character, (start, end) in zip(view.text, places, strict=True):
        assert character in fold_characters(text[start:end]) or character == " "


@given(TEXTS, st.data())
def test_any_part_of_the_folded_text_is_in_the_folding_of_its_original_range(
    text: str, data: st.DataObject
) -> None:
    view = FoldedText(text)
    start = data.draw(st.integers(0, len(view.text)))
    end = data.draw(st.integers(start, len(view.text)))
    first, last = view.original_range(start, end)
    assert 0 <= first <= last <= len(text)
    # A letter can be folded to two characters that have the same place.
    assert view.text[start:end].strip() in fold_characters(view.written(start, end))


@given(TEXTS, st.sampled_from(sorted(IGNORABLE)), st.integers(0))
def test_an_ignorable_character_changes_nothing(text: str, ignorable: str, place: int) -> None:
    place %= len(text) + 1
    assert fold_characters(text[:place] + ignorable + text[place:]) == fold_characters(text)
