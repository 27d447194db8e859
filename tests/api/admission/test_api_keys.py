"""API keys: their form, their checksum, and the headers in which requests send them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.admission.api_keys import (
    ALPHABET,
    KEY_CHARACTERS,
    digest_of,
    hide_keys,
    is_well_formed,
    make_key,
    requested_key,
)

# A constant, since it is part of the names of tests, which must be the same in all processes.
KEY = "briefs_0aZ0aZ0aZ0aZ0aZ0aZ0aZ0aZ0aZ0aZ0aZ0aZ0aZ0aZq2nYloH"


def test_keys_are_different_and_have_a_form_that_scanners_recognize() -> None:
    keys = {make_key() for _ in range(200)}
    assert len(keys) == 200
    assert all(re.fullmatch(r"briefs_[0-9A-Za-z]{49}", key) and is_well_formed(key) for key in keys)


def test_only_the_hash_of_a_key_is_stored() -> None:
    assert len(digest_of(KEY)) == 32
    assert KEY.encode() not in digest_of(KEY)


@given(st.integers(0, KEY_CHARACTERS - 1), st.sampled_from(ALPHABET + "_-~é"))
def test_a_key_with_one_wrong_character_is_malformed(position: int, character: str) -> None:
    mistyped = KEY[:position] + character + KEY[position + 1 :]
    assert is_well_formed(mistyped) == (mistyped == KEY)


@given(st.integers(7, KEY_CHARACTERS - 2))
def test_a_key_with_two_characters_swapped_is_malformed(position: int) -> None:
    first, second = KEY[position], KEY[position + 1]
    swapped = KEY[:position] + second + first + KEY[position + 2 :]
    assert is_well_formed(swapped) == (swapped == KEY)


@pytest.mark.parametrize(
    "text", ["", "briefs_", KEY[:-1], f"{KEY}0", KEY.lower(), KEY.removeprefix("briefs_")]
)
def test_texts_that_are_no_keys_are_malformed(text: str) -> None:
    assert not is_well_formed(text)


def test_keys_in_a_text_are_hidden() -> None:
    assert hide_keys(f"/v1?a=b&key={KEY}&{KEY[:20]}") == "/v1?a=b&key=briefs_...&briefs_..."
    assert hide_keys("/v1/articles?q=briefs") == "/v1/articles?q=briefs"


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ({}, None),
        ({"HTTP_AUTHORIZATION": "Bearer abc"}, "abc"),
        ({"HTTP_AUTHORIZATION": "bearer   abc "}, "abc"),
        ({"HTTP_AUTHORIZATION": "Bearer"}, ""),
        ({"HTTP_AUTHORIZATION": "Bearer "}, ""),
        # The credentials of a different scheme are meant for a proxy.
        ({"HTTP_AUTHORIZATION": "Basic abc"}, None),
        ({"HTTP_AUTHORIZATION": "Bearerabc"}, None),
        ({"HTTP_X_API_KEY": "abc"}, "abc"),
        ({"HTTP_X_API_KEY": ""}, ""),
        ({"HTTP_AUTHORIZATION": "Basic abc", "HTTP_X_API_KEY": "def"}, "def"),
        ({"HTTP_AUTHORIZATION": "Bearer abc", "HTTP_X_API_KEY": "abc"}, "abc"),
        # Two different keys are no valid key.
        ({"HTTP_AUTHORIZATION": "Bearer abc", "HTTP_X_API_KEY": "def"}, ""),
    ],
)
def test_a_key_is_read_from_either_header(headers: dict[str, str], key: str | None) -> None:
    assert requested_key(headers) == key
