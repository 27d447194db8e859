"""What a seeding derives from what an article says, before any database is asked."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from seeds.extraction.mentions import EntityMatcher, FoundEntity, find_entities, sections
from seeds.linking.evidence import find_evidence
from seeds.linking.feature_vectors import FeatureVector, make_vector
from seeds.linking.features import features
from seeds.parsing.document import ArticleText


@dataclass(frozen=True)
class DerivedData:
    """Its entities, the evidence of each takeaway, and what it is about."""

    entities: list[FoundEntity]
    evidence: list[list[dict[str, Any]]]
    features: dict[str, float]

    @cached_property
    def vector(self) -> FeatureVector:
        """What the article is about, as it is stored and compared."""
        return make_vector(self.features)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 that tells whether anything differs from what was derived before."""
        found = [
            (found.entity.id, found.own_name, found.own_type, found.salience, found.mentions)
            for found in self.entities
        ]
        whole = [found, self.evidence, self.features]
        return hashlib.sha256(orjson.dumps(whole, option=orjson.OPT_SORT_KEYS)).hexdigest()


def derive(prose: ArticleText, matcher: EntityMatcher) -> DerivedData:
    """Derive all that follows from `prose`, its entities found by `matcher`."""
    entities = find_entities(prose, matcher)
    lexicon = matcher.lexicon
    evidence = find_evidence(prose, entities, lexicon)
    return DerivedData(entities, evidence, features(sections(prose), entities, lexicon))
