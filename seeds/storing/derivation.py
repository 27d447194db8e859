"""Derive the entities, the evidence and the features of an article from its texts, without a database."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from seeds.extraction.mentions import EntityMatcher, FoundEntity, find_entities, sections
from seeds.linking.article_features import extract_features
from seeds.linking.evidence import find_evidence
from seeds.linking.feature_vectors import FeatureVector, make_vector
from seeds.parsing.document import ArticleText


@dataclass(frozen=True)
class DerivedData:
    """The entities of an article, the evidence of each takeaway, and the features with their weights."""

    entities: list[FoundEntity]
    evidence: list[list[dict[str, Any]]]
    features: dict[str, float]

    @cached_property
    def vector(self) -> FeatureVector:
        """The feature vector for the database and for comparisons."""
        return make_vector(self.features)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of the derived data. A different digest shows that the data changed."""
        entities = [
            (found.entity.id, found.own_name, found.own_type, found.salience, found.mentions)
            for found in self.entities
        ]
        everything = [entities, self.evidence, self.features]
        return hashlib.sha256(orjson.dumps(everything, option=orjson.OPT_SORT_KEYS)).hexdigest()


def derive(text: ArticleText, matcher: EntityMatcher) -> DerivedData:
    """Return the data derived from the texts of an article, with the entities that `matcher` finds."""
    entities = find_entities(text, matcher)
    evidence = find_evidence(text, entities, matcher.lexicon)
    return DerivedData(entities, evidence, extract_features(sections(text), entities, matcher.lexicon))
