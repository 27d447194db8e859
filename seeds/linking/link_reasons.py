"""The reasons for a link between two similar articles: the words and entities that both share.

A feature is a word or entity of an article, with a weight. What a shared feature contributes to the score is
its weight in one article, multiplied by its weight in the other article.

Features that belong to the same name are merged into one reason. If both articles mention an entity, the
words of its name are merged with the entity. The words of any other name or compound become one term: the
features `xr` and `5` become the term `XR-5` (see `written_terms`). A link leads from a first article to a
second. Terms are written as in the first article.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any, NamedTuple

from seeds.linking.article_features import ENTITY_PREFIX
from seeds.linking.feature_vectors import WEIGHT_SCALE
from seeds.linking.written_terms import WrittenTerm, term_words

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
Terms = Mapping[str, WrittenTerm | None]


def explain(score: float, products: Mapping[str, int], terms: Terms, entities: Entities) -> Reasons:
    """Return why two articles are similar: the shared terms and entities, most important first.

    There are at most `MAX_REASONS`. A reason is `[term, weight]` or `[internal number of the entity,
    weight]`. If the similarity is at least `NEAR_DUPLICATE_SCORE`, the only reason is `[None, score]`. If the
    articles share only features that tell readers nothing, such as numbers, the list is empty.

    Args:
        score: The similarity, from 0 to 1. The weights of the reasons add up to it.
        products: Maps the name of each shared feature (word or entity) to the product of its weights in the
            two articles.
        terms: The term of each feature of the first article, by the name of the feature. The link leads from
            the first article to the second. A term is a word or name as the article writes it. The value is
            None for a feature without a term.
        entities: The shared entities, by the name of their feature.
    """
    if score >= NEAR_DUPLICATE_SCORE:
        return [[None, score]]
    groups = _group(products, terms, entities)
    largest = sorted(groups.items(), key=lambda group: (-group[1], group[0]))[:MAX_REASONS]
    total, sum_of_products = round(score * WEIGHT_SCALE), sum(product for _, product in largest)
    units = [total * product // sum_of_products for _, product in largest]
    if units:
        # Add the remainder from rounding down to the first reason.
        units[0] += total - sum(units)
    return [
        _reason(label, unit / WEIGHT_SCALE, entities)
        for (label, _), unit in zip(largest, units, strict=True)
        if unit
    ]


def _group(products: Mapping[str, int], terms: Terms, entities: Entities) -> dict[str, int]:
    """Return how much each possible reason contributes to the similarity of two articles.

    Args:
        products: Maps the name of each shared feature (word or entity) to the product of its weights in the
            two articles.
        terms: The term of each feature of the first article, by the name of the feature. The link leads from
            the first article to the second. A term is a word or name as the article writes it. The value is
            None for a feature without a term.
        entities: The shared entities, by the name of their feature.

    Returns:
        Maps each possible reason to the sum of the products of its features. A reason is a term, such as
        `XR-5`, or the name of an entity's feature: `=` and the id of the entity.
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

    A label is a term such as `XR-5`, or `=` and the id of an entity. The term `XR-5` gives the items
    `"xr": "XR-5"` and `"5": "XR-5"`. An entity `=1a2b` with the name `Red Cross` gives `"red": "=1a2b"` and
    `"cross": "=1a2b"`. A term of one word gives no item.

    If an entity and a term contain the same word, the word gets the label of the entity. Between two entities
    or two terms, the greater contribution to the score decides.

    Args:
        products: The contribution of each shared feature to the score, by the name of the feature.
        labels: The label that each shared feature belongs to, by the name of the feature.
        entities: The shared entities, by their label.
    """
    owners: dict[str, str] = {}
    named = [(name, entities[name].name) for name in labels if name in entities]
    compounds = [(name, label) for name, label in labels.items() if name not in entities]
    for texts in (named, compounds):
        for name, text in sorted(texts, key=lambda each: (-products[each[0]], each[0])):
            words = term_words(text)
            if name in entities or len(words) > 1:
                for word in words:
                    owners.setdefault(word, labels[name])
    return owners


def _owner(label: str, owners: Mapping[str, str]) -> str:
    """Return the label of the entity or compound that contains all words of the term `label`.

    If there is none, return `label` itself. The label of an entity is returned unchanged, too. A label is a
    term such as `XR-5`, or `=` and the id of an entity. `owners` maps a word to the label of the entity or
    compound that contains the word.
    """
    containing = {owners.get(word) for word in term_words(label)}
    return (containing.pop() or label) if len(containing) == 1 else label


def _reason(label: str, weight: float, entities: Entities) -> list[Any]:
    return [entities[label].number if label in entities else label, weight]
