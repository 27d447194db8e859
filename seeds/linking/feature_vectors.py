"""Feature vectors: their form in the database, and the comparison of two vectors.

A vector maps the features of an article, its words and entities, to weights from 0 to 10,000. Weights are
integers, so that the similarity of two articles is the same on every machine.
"""

import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate, islice, pairwise
from sys import intern
from typing import Any, NamedTuple, overload

import orjson

from api.database.column_types import Compressed
from seeds.linking.written_terms import WrittenTerm

# The integer that represents the weight 1.
WEIGHT_SCALE = 10_000
HASH_BYTES = 6


class FeatureVector(NamedTuple):
    """The features of an article: its most distinctive words and entities, heaviest first.

    Attributes:
        weights: The weight of each feature, from 0 to `WEIGHT_SCALE`, by name.
        written_terms: The word or name that readers see for each feature, in the same order. None for an
            entity, and for a word that tells readers nothing.
        packed: The compressed form for the database. None if the vector is stored already.
    """

    weights: dict[str, int]
    written_terms: Sequence[WrittenTerm | None]
    packed: Compressed | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what `pickle` stores: only `packed` if it is not None, otherwise all attributes.

        Pickling `packed` is faster than pickling each feature.
        """
        return (unpack_vector, (self.packed,)) if self.packed else (FeatureVector, tuple(self))

    def heaviest(self, count: int) -> list[tuple[int, int]]:
        """Return the `count` heaviest features, heaviest first, as pairs of a hash and a weight."""
        return [(hash_feature(name), weight) for name, weight in islice(self.weights.items(), count)]

    def written_term_by_name(self) -> dict[str, WrittenTerm | None]:
        """Return the term of each feature, by the name of the feature.

        A term is a word or name as the article writes it, such as `XR-5` for the feature `xr`. It is None for
        an entity or a word that tells readers nothing.
        """
        return dict(zip(self.weights, self.written_terms, strict=True))


def make_vector(features: Mapping[str, float], terms: Sequence[WrittenTerm | None]) -> FeatureVector:
    """Return the feature vector of an article, with weights as integers.

    Args:
        features: The weight of each word or entity, from 0 to 1, heaviest first.
        terms: The words and names as the article writes them, in the same order. None for a feature without a
            term.
    """
    weights = {name: round(weight * WEIGHT_SCALE) for name, weight in features.items()}
    return pack_vector(FeatureVector(weights, terms))


def pack_vector(vector: FeatureVector) -> FeatureVector:
    """Return a copy of `vector` with `packed`, the compressed form for the database."""
    return vector._replace(packed=Compressed(zlib.compress(orjson.dumps(stored_vector(vector)))))


def unpack_vector(packed: Compressed) -> FeatureVector:
    """Return a feature vector from `packed`, its compressed form in the database."""
    return read_vector(orjson.loads(zlib.decompress(packed)))._replace(packed=packed)


@lru_cache(maxsize=16_384)
def hash_feature(name: str) -> int:
    """Return the hash of the feature `name`, a word or entity: a signed integer of 48 bits."""
    return int.from_bytes(blake2b(name.encode(), digest_size=HASH_BYTES).digest(), "big", signed=True)


def stored_vector(vector: FeatureVector) -> list[Any]:
    """Return `vector` in the form for the database: the names, weights and terms of its features.

    A weight is stored as the difference from the previous weight. A term is stored as 0 (equal to the name),
    null (no term), a text, or a pair of the name and the id of an entity.
    """
    weights = [0, *vector.weights.values()]
    terms = zip(vector.weights, vector.written_terms, strict=True)
    return [
        list(vector.weights),
        [weight - before for before, weight in pairwise(weights)],
        [_stored_term(name, term) for name, term in terms],
    ]


def _stored_term(name: str, term: WrittenTerm | None) -> int | str | tuple[str, str] | None:
    if term is None or term.entity is None:
        return term and (0 if term.text == name else term.text)
    return term.text, term.entity


class StoredTerms(Sequence[WrittenTerm | None]):
    """The terms of an article's features: words and names as the article writes them.

    The feature `xr` can have the term `XR-5`. A feature without a term has None.

    Args:
        names: The names of the features.
        terms: The stored form of each term (see `stored_vector`).
    """

    __slots__ = ("_names", "_terms")

    def __init__(self, names: Collection[str], terms: Sequence[Any]) -> None:
        self._names = names
        self._terms = terms

    def __len__(self) -> int:
        return len(self._terms)

    def __iter__(self) -> Iterator[WrittenTerm | None]:
        for name, term in zip(self._names, self._terms, strict=True):
            if isinstance(term, list):
                yield WrittenTerm(*term)
            else:
                yield None if term is None else WrittenTerm(term or name, None)

    @overload
    def __getitem__(self, index: int) -> WrittenTerm | None: ...
    @overload
    def __getitem__(self, index: slice) -> list[WrittenTerm | None]: ...
    def __getitem__(self, index: int | slice) -> WrittenTerm | list[WrittenTerm | None] | None:
        return [*self][index]


def read_vector(stored: Sequence[Any]) -> FeatureVector:
    """Return the feature vector that `stored_vector` converted to `stored`."""
    names, differences, terms = stored
    # Most names occur in many vectors, which share the strings.
    weights = dict(zip(map(intern, names), accumulate(differences), strict=True))
    return FeatureVector(weights, StoredTerms(weights.keys(), terms))


def weight_products(first: Mapping[str, int], second: Mapping[str, int]) -> dict[str, int]:
    """Return, for each feature that two articles share, the product of its two weights.

    The sum of the products, divided by `WEIGHT_SCALE` squared, is the cosine similarity of the articles. The
    arguments map names of features to weights.
    """
    return {feature: first[feature] * second[feature] for feature in first.keys() & second.keys()}
