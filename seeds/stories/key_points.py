"""Choose the key points of a story: takeaways of its articles, without takeaways that repeat others.

Two takeaways are compared by their items: entities, numbers and words. Items have the weights of
`seeds.linking.evidence_items`.

    similarity(a, b) = 2 * sum(weight(i) for shared items i) / (sum of all weights of a and of b)

This is the weighted coefficient of Dice (1945). Takeaways repeat each other if their similarity is at least
`MIN_SIMILARITY`. A takeaway without weighted items, such as `It is what it is.`, repeats only equal texts.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from api.models import takeaway_place
from api.text_folding import fold_characters
from seeds.extraction.lexicon import load_lexicon
from seeds.linking.evidence_items import ENTITY, ENTITY_WEIGHT, Weigher, base_weights, make_weigher

MIN_SIMILARITY = 0.6
MAX_KEY_POINTS = 12


class StoryTakeaway(NamedTuple):
    """A takeaway (key point) of an article in a story.

    Attributes:
        number: Its database number, which contains that of its article (see `takeaway_place`).
        text: Its text.
        entities: The database numbers of the entities that it mentions.
        published_key: When the article was published, or `UNDATED`.
        article_id: The id of the article.
    """

    number: int
    text: str
    entities: Sequence[int]
    published_key: datetime
    article_id: UUID


class KeyPointChooser:
    """Chooses the key points of a story among the takeaways of its articles.

    The first use loads lists of words.
    """

    def choose(self, takeaways: Iterable[StoryTakeaway]) -> list[int]:
        """Return the database numbers of a story's key points: at most `MAX_KEY_POINTS` of its takeaways.

        Of takeaways that repeat each other, only the newest is chosen. It ranks higher if more articles
        contain one of them. Among equals, newer takeaways come first.
        """
        key_points: list[_KeyPoint] = []
        for takeaway in sorted(takeaways, key=_recency, reverse=True):
            weights = self._weights_of(takeaway)
            repeated = next((each for each in key_points if each.is_repeated_by(weights)), None)
            if repeated:
                repeated.articles.add(takeaway.article_id)
            else:
                key_points.append(_KeyPoint(takeaway, weights))
        # The sort is stable, so key points of equally many articles stay in the order of their newest
        # takeaways.
        key_points.sort(key=lambda each: -len(each.articles))
        return [each.takeaway.number for each in key_points[:MAX_KEY_POINTS]]

    def _weights_of(self, takeaway: StoryTakeaway) -> Mapping[str, float]:
        weights = base_weights(self._weigh, takeaway.text, [])
        weights |= {f"{ENTITY}{entity}": ENTITY_WEIGHT for entity in takeaway.entities}
        # Without weighted items, the whole text is the only item. No other item begins with a space.
        return weights if any(weights.values()) else {f" {fold_characters(takeaway.text).casefold()}": 1.0}

    @cached_property
    def _weigh(self) -> Weigher:
        return make_weigher(load_lexicon())


class _KeyPoint:
    """Takeaways of a story that repeat each other.

    Attributes:
        takeaway: The newest of these takeaways, which is shown.
        articles: The ids of the articles that contain one of these takeaways.
    """

    def __init__(self, takeaway: StoryTakeaway, weights: Mapping[str, float]) -> None:
        self.takeaway, self.articles = takeaway, {takeaway.article_id}
        self._weights, self._total = weights, sum(weights.values())

    def is_repeated_by(self, weights: Mapping[str, float]) -> bool:
        """Return True if another takeaway repeats this key point.

        `weights` are the weights of the items (entities, numbers and words) of the other takeaway.
        """
        shared = sum(weight for item, weight in self._weights.items() if item in weights)
        return 2 * shared >= MIN_SIMILARITY * (self._total + sum(weights.values()))


def _recency(takeaway: StoryTakeaway) -> tuple[datetime, UUID, int]:
    """Return a sort key for a takeaway, a key point of an article.

    Takeaways of newer articles have higher keys. Within an article, earlier takeaways have higher keys.
    """
    return takeaway.published_key, takeaway.article_id, -takeaway_place(takeaway.number)[1]
