"""Tests of feature vectors, the weighted words of articles: how they are stored and compared."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.linking.article_features import extract_features
from seeds.linking.feature_vectors import (
    WEIGHT_SCALE,
    FeatureVector,
    hash_feature,
    make_vector,
    pack,
    unpack,
    weight_products,
)
from seeds.linking.written_terms import bare_terms
from tests.seeds.linking.test_article_features import body, texts
from tests.support.extraction import LEXICON

hashes = st.integers(-(2**63), 2**63 - 1)


def vector(text: str) -> FeatureVector:
    """Return the feature vector (weighted words) of an article that consists only of the paragraph `text`."""
    features = extract_features(body(text), [], LEXICON)
    return make_vector(features, bare_terms(features))


@given(one=texts, other=texts)
def test_the_products_of_two_vectors_are_symmetric(one: str, other: str) -> None:
    there, back = vector(one).weights, vector(other).weights
    assert weight_products(there, back) == weight_products(back, there)
    assert sum(weight_products(there, there).values()) / WEIGHT_SCALE**2 == pytest.approx(
        1 if there else 0, abs=0.001
    )


@given(weights=st.dictionaries(hashes, st.integers(0, WEIGHT_SCALE)))
def test_packed_weights_are_unpacked_in_their_order(weights: dict[int, int]) -> None:
    assert list(unpack(pack(weights)).items()) == list(weights.items())
    assert len(pack(weights)) == 10 * len(weights)


def test_packed_bytes_are_little_endian() -> None:
    assert pack({1: 2, -1: 3}) == bytes.fromhex("0100000000000000 ffffffffffffffff 0200 0300")


def test_values_are_returned_by_the_names_of_their_features() -> None:
    one = vector("ferry apricot gauge")
    assert one.by_name({hash_feature("gauge"): 5}) == {"gauge": 5}
    assert [feature for feature, _ in one.heaviest(2)] == [hash_feature(name) for name in one.names[:2]]


@given(name=st.text())
def test_a_hash_has_64_bits(name: str) -> None:
    assert -(2**63) <= hash_feature(name) < 2**63
    assert hash_feature(name) == hash_feature(str(name))
