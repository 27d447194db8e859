"""Compute the facets that a list of articles must have, by counting in plain Python.

The articles are those of `tests.oracle.model`, a simple implementation of the lists of the API.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import UTC
from typing import Any

from api.models import language_value
from seeds.identifiers import story_id
from tests.oracle.model import Article, Corpus, Item, ordered
from tests.oracle.questions import Question

# The length of each date facet, such as `2026-04-21`.
DATE_LENGTHS = {"year": 4, "month": 7, "day": 10}


def facet_meta(corpus: Corpus, question: Question, max_counted: int) -> dict[str, Any]:
    """Return the members `facets` and `counted` that `meta` must have.

    The result is empty if `question` asks for no facets. If there are filters, at most `max_counted` articles
    are counted: the articles that were published last.
    """
    if "facets" not in question.options:
        return {}
    items = [item for item in corpus.article_items(question.scope) if item.passes(question.filters)]
    counted = items
    if question.filters or question.scope:
        chosen = ordered([item.row("-published_at") for item in items], "-published_at")[:max_counted]
        counted = [item for item in items if item.id in {row.id for row in chosen}]
    names, limit = question.options["facets"].split(","), int(question.options.get("facet_limit", 10))
    return {
        "facets": {name: _facet(corpus, name, counted, limit) for name in names},
        "counted": {"articles": len(counted), "complete": len(counted) == len(items)},
    }


def _facet(corpus: Corpus, name: str, items: Iterable[Item], limit: int) -> list[dict[str, Any]]:
    """Return the expected values of a facet, given the items that are counted."""
    counts = Counter(value for item in items for value in _facet_values(corpus, name, item.facts))
    largest = sorted(counts, key=lambda value: (-counts[value], value))[:limit]
    if name in DATE_LENGTHS:
        largest = sorted(counts)[-limit:]
    shown = [(value[-1], value[-1]) for value in largest]
    if name == "entity":
        stored = [corpus.entities[value[-1]] for value in largest]
        shown = [(entity.slug, entity.name) for entity in stored]
    if name == "story":
        founders = [corpus.articles[value[-1]].submission for value in largest]
        shown = [(founder.sidecar.slug or "", founder.document.title) for founder in founders]
    return [
        {"value": value, "label": label, "count": counts[key]}
        for key, (value, label) in zip(largest, shown, strict=True)
    ]


def _facet_values(corpus: Corpus, name: str, facts: Mapping[str, Any]) -> set[tuple[Any, ...]]:
    """Return the values of the facet `name` that an article has, as tuples.

    The last member of a tuple is the value: the id of an entity, the key of a story's founder (its first
    article), or a text. Values with equal counts are sorted by their tuples. The tuple of an entity or
    story begins with its negated number, so that higher numbers come first.

    Args:
        corpus: All articles.
        name: The facet, such as `language`.
        facts: The values of the article that lists use as filters and sort keys.
    """
    if name == "entity":
        return {(-corpus.entity_numbers[each], each) for each in facts["entity_ids"]}
    if name == "story":
        story, articles = corpus.stories[facts["id"]], corpus.articles.values()
        return {(-each.number, each.submission.key) for each in articles if _story_of(each) == story}
    if name == "entity_type":
        return {(kind,) for kind in facts["types"]}
    if name == "language":
        return {(language_value(facts["language"]),)}
    value = facts["publication"]
    if name in DATE_LENGTHS and facts["published_at"]:
        value = facts["published_at"].astimezone(UTC).isoformat()[: DATE_LENGTHS[name]]
    elif name in DATE_LENGTHS:
        value = None
    return set() if value is None else {(value,)}


def _story_of(founder: Article) -> str:
    """Return the id of the story whose first article is `founder`.

    The id is made from the key of the article. Such a story need not exist.
    """
    return str(story_id(founder.submission.key))
