"""Pack feature vectors for the database, and compare them.

A feature is a word or entity of an article. A vector maps the 64-bit hash of a feature to its weight, an
integer from 0 to 10,000. Sums of integers are the same on every machine and in any order, so the similarity
of two articles is symmetric. The names of the features are stored in a separate column, because a comparison
with many articles needs only the weights.
"""

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

from seeds.linking.written_terms import WrittenTerm

# The integer that represents the weight 1.
WEIGHT_SCALE = 10_000
# A hash takes 8 bytes and a weight takes 2.
BYTES_PER_FEATURE = 10


class FeatureVector(NamedTuple):
    """The features of an article: its most distinctive words and entities, heaviest first.

    `names` are the names of the features. `weights` maps the hash of each name to the weight of the feature,
    an integer from 0 to `WEIGHT_SCALE`. `terms` says how the article writes each feature (see
    `written_terms`). All three have the same order.
    """

    names: list[str]
    weights: dict[int, int]
    terms: Sequence[WrittenTerm | None]

    def heaviest(self, count: int) -> list[tuple[int, int]]:
        """Return pairs of hash and weight for the `count` features with the greatest weights."""
        return list(islice(self.weights.items(), count))

    def by_name(self, values: Mapping[int, int]) -> dict[str, int]:
        """Replace the keys of `values`, hashes of features in this vector, by the names of the features."""
        names = dict(zip(self.weights, self.names, strict=True))
        return {names[feature]: value for feature, value in values.items()}


def make_vector(features: Mapping[str, float], terms: Sequence[WrittenTerm | None]) -> FeatureVector:
    """Return the feature vector of an article, in which weights are integers and names also have hashes.

    `features` maps the name of each feature, a word or entity, to its weight from 0 to 1. The heaviest
    feature comes first, and the vector keeps this order. `terms` says how the article writes each feature,
    in the same order.
    """
    weights = {hash_feature(name): round(weight * WEIGHT_SCALE) for name, weight in features.items()}
    return FeatureVector(list(features), weights, terms)


@lru_cache(maxsize=200_000)
def hash_feature(name: str) -> int:
    """Return the signed 64-bit hash under which the feature `name`, a word or entity, is stored."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def pack(weights: Mapping[int, int]) -> bytes:
    """Convert the weights of features to the bytes that the database stores.

    `weights` maps hashes of features to integer weights. All hashes come first, 8 bytes each, and then all
    weights, 2 bytes each, in little-endian order. `unpack` is the reverse.
    """
    return struct.pack(_struct_format(len(weights)), *weights, *weights.values())


def unpack(data: bytes) -> dict[int, int]:
    """Convert `data`, the result of `pack`, back to a mapping from hashes of features to integer weights."""
    count = len(data) // BYTES_PER_FEATURE
    numbers = struct.unpack(_struct_format(count), data)
    return dict(zip(numbers[:count], numbers[count:], strict=True))


def _struct_format(count: int) -> str:
    return f"<{count}q{count}H"


def weight_products(first: Mapping[int, int], second: Mapping[int, int]) -> dict[int, int]:
    """Return, for each feature that two articles share, the product of its weights in the two articles.

    `first` and `second` map hashes of features to weights, and the keys of the result are also hashes. The
    vectors have length 1, so the sum of the products, divided by `WEIGHT_SCALE` squared, is the cosine
    similarity of the articles.
    """
    return {feature: first[feature] * second[feature] for feature in first.keys() & second.keys()}
