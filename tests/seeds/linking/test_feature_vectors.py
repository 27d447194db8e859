"""Tests of feature vectors, the weighted words of articles: how they are stored and compared."""

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from seeds.linking.article_features import MAX_FEATURES, extract_features
from seeds.linking.feature_vectors import (
    WEIGHT_SCALE,
    FeatureVector,
    hash_feature,
    make_vector,
    read_vector,
    stored_vector,
    weight_products,
)
from seeds.linking.written_terms import WrittenTerm
from tests.seeds.linking.test_article_features import body, texts
from tests.support.extraction import LEXICON

TERMS = st.one_of(
    st.none(),
    st.builds(WrittenTerm, st.text("ab", min_size=1, max_size=2), st.sampled_from([None, "0f" * 16])),
)
FEATURES = st.dictionaries(
    st.text("ab", min_size=1, max_size=2), st.tuples(st.integers(0, WEIGHT_SCALE), TERMS)
)


def vector(text: str) -> FeatureVector:
    """Return the feature vector (weighted words) of an article that consists only of the paragraph `text`."""
    features = extract_features(body(text), [], LEXICON)
    return make_vector(features, [WrittenTerm(name, None) for name in features])


@given(one=texts, other=texts)
def test_the_products_of_two_vectors_are_symmetric(one: str, other: str) -> None:
    there, back = vector(one).weights, vector(other).weights
    assert weight_products(there, back) == weight_products(back, there)
    assert sum(weight_products(there, there).values()) / WEIGHT_SCALE**2 == pytest.approx(
        1 if there else 0, abs=0.001
    )


@given(features=FEATURES)
def test_a_stored_vector_is_read_in_its_order_with_its_terms(
    features: dict[str, tuple[int, WrittenTerm | None]],
) -> None:
    weights = {name: weight for name, (weight, _) in features.items()}
    terms = [term for _, term in features.values()]
    read = read_vector(orjson.loads(orjson.dumps(stored_vector(FeatureVector(weights, terms)))))
    assert list(read.weights.items()) == list(weights.items())
    assert [*read.written_terms] == terms
    assert [read.written_terms[at] for at in range(len(read.written_terms))] == terms
    assert read.written_term_by_name() == dict(zip(weights, terms, strict=True))


def test_the_heaviest_features_are_hashes_with_weights() -> None:
    one = vector("ferry apricot gauge")
    assert one.heaviest(2) == [(hash_feature(name), weight) for name, weight in [*one.weights.items()][:2]]
    assert len(one.heaviest(MAX_FEATURES)) == 3


@given(name=st.text())
def test_a_hash_has_48_bits(name: str) -> None:
    assert -(2**47) <= hash_feature(name) < 2**47
    assert hash_feature(name) == hash_feature(str(name))
