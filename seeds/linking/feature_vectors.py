"""Feature vectors as they are stored and compared: by the hashes of their features, in whole ten-thousandths.

Sums of integers are the same on every machine and in either direction. The names of the features are stored
apart, since all the articles that one is compared with are read for their weights alone.
"""

import struct
from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from itertools import islice
from typing import NamedTuple

UNITS = 10_000
# What a feature takes.
BYTES = 10


class Vector(NamedTuple):
    """An article's features, the weightiest first: what each is, and by its hash what it weighs."""

    names: list[str]
    weights: dict[int, int]

    def weightiest(self, count: int) -> list[tuple[int, int]]:
        """Give hash and weight of the weightiest features."""
        return list(islice(self.weights.items(), count))

    def named(self, shares: Mapping[int, int]) -> dict[str, int]:
        """Give by their names what was found for some of the features."""
        names = dict(zip(self.weights, self.names, strict=True))
        return {names[feature]: share for feature, share in shares.items()}


def make_vector(features: Mapping[str, float]) -> Vector:
    """Make the vector of `features`, whose weights are 0 to 1."""
    weights = {feature_hash(name): round(weight * UNITS) for name, weight in features.items()}
    return Vector(list(features), weights)


@lru_cache(maxsize=200_000)
def feature_hash(name: str) -> int:
    """Give the number under which a feature is filed: 64 bits with a sign."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


def pack(weights: Mapping[int, int]) -> bytes:
    """Give weights by hash as bytes, little-endian: all hashes, 8 bytes each, then all weights, 2 each."""
    return struct.pack(_form(len(weights)), *weights, *weights.values())


def unpack(data: bytes) -> dict[int, int]:
    """Give what `pack` made bytes of."""
    count = len(data) // BYTES
    numbers = struct.unpack(_form(count), data)
    return dict(zip(numbers[:count], numbers[count:], strict=True))


def _form(count: int) -> str:
    return f"<{count}q{count}H"


def shared(one: Mapping[int, int], other: Mapping[int, int]) -> dict[int, int]:
    """Give what each shared feature adds to the cosine of two vectors, in hundred-millionths."""
    return {feature: one[feature] * other[feature] for feature in one.keys() & other.keys()}
