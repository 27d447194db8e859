"""The reasons for a link between two similar articles: the words and entities that both share.

What a shared word or entity contributes to the score is the product of its weights in the two articles.

Words that belong to the same name are merged into one reason. If both articles mention an entity, the words
of its name are merged with the entity. The words of another name or compound become one term: `xr` and `5`
become `XR-5` (see `written_terms`). Terms are written as in the article where the link starts.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from seeds.linking.article_features import ENTITY_PREFIX
from seeds.linking.feature_vectors import WEIGHT_SCALE
from seeds.linking.written_terms import WrittenTerm, normalized_words

MAX_REASONS = 8
# Articles with at least this similarity are versions of the same text.
NEAR_DUPLICATE_SCORE = 0.8

Reasons = list[list[Any]]
"""Reasons in the form of the column `RelatedLink.reasons`."""


class SharedEntity(NamedTuple):
    """The database number and the name of an entity that two articles share."""

    number: int
    name: str


Entities = Mapping[str, SharedEntity]
WrittenTerms = Mapping[str, WrittenTerm | None]


def explain(score: float, products: Mapping[str, int], terms: WrittenTerms, entities: Entities) -> Reasons:
    """Return why two articles are similar: the shared terms and entities, most important first.

    There are at most `MAX_REASONS`. A reason is `[term, weight]` or `[database number of the entity,
    weight]`. Near duplicates have only the reason `[None, score]`. The list is empty if the shared words tell
    readers nothing.

    Args:
        score: The similarity, from 0 to 1. The weights of the returned reasons add up to it.
        products: The product of the two weights of each shared feature (word or entity), by its name.
        terms: The spelling of each feature in the article where the link starts, by the feature's name. None
            for a feature that tells readers nothing.
        entities: The shared entities, by the name of their feature.
    """
    if score >= NEAR_DUPLICATE_SCORE:
        return [[None, score]]
    groups = _group(products, terms, entities)
    largest = sorted(groups.items(), key=lambda group: (-group[1], group[0]))[:MAX_REASONS]
    total, sum_of_products = round(score * WEIGHT_SCALE), sum(product for _, product in largest)
    if not sum_of_products:
        return []
    units = [total * product // sum_of_products for _, product in largest]
    # Add the remainder from rounding down to the first reason.
    units[0] += total - sum(units)
    return [
        _reason(label, unit / WEIGHT_SCALE, entities)
        for (label, _), unit in zip(largest, units, strict=True)
        if unit
    ]


def _group(products: Mapping[str, int], terms: WrittenTerms, entities: Entities) -> dict[str, int]:
    """Return how much each possible reason contributes to the similarity of two articles.

    A reason is a term such as `XR-5`, or `=` and the id of an entity.

    Args:
        products: The product of the two weights of each shared feature (word or entity), by its name.
        terms: The spelling of each feature in the article where the link starts, by the feature's name. None
            for a feature that tells readers nothing.
        entities: The shared entities, by the name of their feature.
    """
    shared_in_part = {term.text for name, term in terms.items() if term and name not in products}
    labels: dict[str, str] = {}
    for name in products:
        written = terms.get(name)
        if name in entities:
            labels[name] = name
        elif written and written.entity and ENTITY_PREFIX + written.entity in products:
            labels[name] = ENTITY_PREFIX + written.entity
        # If a part of the name or compound is not shared, the other article has a different one.
        elif written and written.text not in shared_in_part:
            labels[name] = written.text
    if not labels:
        labels = {name: written.text for name in products if (written := terms.get(name))}
    owners = _owners(products, labels, entities)
    groups: defaultdict[str, int] = defaultdict(int)
    for name, label in labels.items():
        groups[_owner(label, owners)] += products[name]
    return groups


def _owners(products: Mapping[str, int], labels: Mapping[str, str], entities: Entities) -> dict[str, str]:
    """Map each word to the label of the entity or compound that contains the word.

    A label is a term such as `XR-5`, or `=` and the id of an entity. The term `XR-5` gives the items `"xr":
    "XR-5"` and `"5": "XR-5"`. An entity has precedence over a term. Otherwise, the greater contribution to
    the score decides.

    Args:
        products: The contribution of each shared word or entity, by its name.
        labels: The label of each shared word or entity, by its name.
        entities: The shared entities, by their label.
    """
    owners: dict[str, str] = {}
    named = [(name, entities[name].name) for name in labels if name in entities]
    compounds = [(name, label) for name, label in labels.items() if name not in entities]
    for texts in (named, compounds):
        for name, text in sorted(texts, key=lambda each: (-products[each[0]], each[0])):
            words = normalized_words(text)
            if name in entities or len(words) > 1:
                for word in words:
                    owners.setdefault(word, labels[name])
    return owners


def _owner(label: str, owners: Mapping[str, str]) -> str:
    """Return the label of the entity or compound that contains all words of the term `label`.

    If there is none, return `label`. A label is a term such as `XR-5`, or `=` and the id of an entity.
    `owners` maps each word to the label of the entity or compound that contains the word.
    """
    containing = {owners.get(word) for word in normalized_words(label)}
    return (containing.pop() or label) if len(containing) == 1 else label


def _reason(label: str, weight: float, entities: Entities) -> list[Any]:
    return [entities[label].number if label in entities else label, weight]
