"""Derive data from the texts of an article, without a database.

The derived data are the entities, the evidence (the paragraphs that support a takeaway), and the features.
Features are weighted words and entities, for finding similar articles.
"""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from seeds.extraction.mentions import EntityMatcher, FoundEntity, find_entities, sections
from seeds.linking.article_features import extract_features
from seeds.linking.evidence import find_evidence
from seeds.linking.feature_vectors import FeatureVector, make_vector
from seeds.linking.written_terms import WrittenTerm, written_terms
from seeds.parsing.document import ArticleText


@dataclass(frozen=True)
class DerivedData:
    """The data that is derived from the texts of an article.

    Attributes:
        entities: The entities that the article mentions.
        evidence: The paragraphs that support each takeaway (key point), as `find_evidence` returns them.
        features: Words and entities for the comparison of articles, each with its weight from 0 to 1.
        terms: What readers see for each of `features`, in the same order: a word, a name or None.
    """

    entities: list[FoundEntity]
    evidence: list[list[dict[str, Any]]]
    features: dict[str, float]
    terms: list[WrittenTerm | None]

    @cached_property
    def vector(self) -> FeatureVector:
        """The features (weighted words and entities) as a vector, for storing and for comparing articles."""
        return make_vector(self.features, self.terms)

    @cached_property
    def digest(self) -> bytes:
        """The SHA-256 of the derived data. `flask seed relink` uses this digest to detect a change."""
        entities = [
            (found.id, found.entity.own_name, found.entity.own_type, found.salience, found.mentions)
            for found in self.entities
        ]
        everything = [entities, self.evidence, self.features, self.terms]
        data = orjson.dumps(everything, default=tuple, option=orjson.OPT_SORT_KEYS)
        return hashlib.sha256(data).digest()


def derive(text: ArticleText, matcher: EntityMatcher) -> DerivedData:
    """Derive the entities, the evidence and the features (weighted words and entities) of an article.

    Evidence is the paragraphs that support a takeaway (key point). `matcher` finds the entities in `text`.
    """
    entities = find_entities(text, matcher)
    evidence = find_evidence(text, entities, matcher.lexicon)
    features = extract_features(sections(text), entities, matcher.lexicon)
    return DerivedData(entities, evidence, features, written_terms(features, sections(text), entities))
