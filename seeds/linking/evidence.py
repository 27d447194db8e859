"""Evidence: the paragraphs of the body that support each takeaway (key point) of an article, with a score.

A text is reduced to its items: the entities that it mentions, its numbers, and its other words (see
`evidence_items`). The score of a paragraph is the weighted share of the takeaway's items that the paragraph
contains, from 0 to 1:

    score(takeaway, paragraph) = sum(weight(i) for shared items i) / sum(weight(i) for items i of takeaway)
    weight(i)                  = base(i) / max(1, number of paragraphs that contain i)

The base weight is 2 for an entity or a number, 1 for a whole number below ten, and 0 to 1 for a word. A word
that is rare in English has a higher weight (`word_weight`).

A paragraph can be evidence if all of the following hold:

- Its score is at least `MIN_EVIDENCE_SCORE`, and it shares at least two items with the takeaway. A single
  shared entity suffices if no other paragraph contains the entity and the takeaway has no number.
- It contains at least `MIN_SPECIFIC_SHARE` of the takeaway's entities and numbers, by weight.
- The weights of the shared items that are not numbers add up to at least `MIN_WEIGHT_WITHOUT_NUMBERS`.
- It contains at least half of the words of each quotation in the takeaway. Function words are not counted.
  Quotations of fewer than `MIN_QUOTED_WORDS` words are ignored.

The paragraph with the highest score is evidence. If scores are equal, the paragraph that shares more words
with the takeaway is better. A further paragraph is evidence if it is equally good, or if it adds a large part
of the takeaway (`MIN_ADDED_SHARE`). At most `MAX_PARAGRAPHS` paragraphs are returned for a takeaway.
"""

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from seeds.extraction.lexicon import Lexicon
from seeds.extraction.mentions import FoundEntity
from seeds.linking.evidence_items import (
    ENTITY,
    NUMBER,
    ShortForms,
    Weights,
    base_weights,
    cached_key_finder,
    cached_weigher,
    items_in,
    mention_spans,
    quotations,
    search_terms_in,
)
from seeds.parsing.document import ArticleText

# These values were chosen on pages with hand-annotated evidence. See docs/numbers.md.
MIN_EVIDENCE_SCORE, MIN_SPECIFIC_SHARE = 0.25, 0.25
# Any two texts can share a few numbers by chance.
MIN_WEIGHT_WITHOUT_NUMBERS = 0.3
MIN_SHARE_OF_QUOTATION = 0.5
# What a further paragraph contains and better paragraphs do not, as a share of the takeaway.
MIN_ADDED_SHARE = 0.35
MAX_PARAGRAPHS = 3


class Passage(NamedTuple):
    """A paragraph that can support a takeaway (key point) of its article.

    The items of a text are its entities, numbers and other words.

    Attributes:
        number: The number of the paragraph, from 1.
        score: The weight of the shared items as a share of all items of the takeaway.
        shared: The items that paragraph and takeaway share, with their weights.
        shared_words: The number of shared words if any two passages have the same score, otherwise 0.
    """

    number: int
    score: float
    shared: Weights
    shared_words: int = 0


def find_evidence(
    text: ArticleText, entities: Sequence[FoundEntity], lexicon: Lexicon
) -> list[list[dict[str, Any]]]:
    """Return, for each takeaway (key point) of an article, the paragraphs that support it, best first.

    Each paragraph has the form `{"paragraph": 1, "score": 0.75}`. The list is empty if no paragraph supports
    the takeaway.

    Args:
        text: The texts of the article.
        entities: The entities that the texts mention.
        lexicon: The frequencies of English words, and the function words.
    """
    if not text.takeaways:
        return []
    spans, weigh, short_forms = mention_spans(entities), cached_weigher(lexicon), ShortForms()
    find_key = cached_key_finder(lexicon)
    body: list[set[str]] = []
    for number, paragraph in enumerate(text.body, 1):
        here = spans.get(("body", number), [])
        body.append(items_in(find_key, paragraph, here) | short_forms.find(paragraph, here))
    paragraph_counts = Counter(chain.from_iterable(body))
    return [
        _best_paragraphs(
            takeaway.text,
            quotations(takeaway.text, lexicon),
            base_weights(weigh, takeaway.text, spans.get(("takeaways", takeaway.position), [])),
            text.body,
            body,
            paragraph_counts,
        )
        for takeaway in text.takeaways
    ]


def _best_paragraphs(
    takeaway: str,
    quoted: Sequence[frozenset[str]],
    items: Weights,
    paragraphs: Sequence[str],
    body: Sequence[set[str]],
    paragraph_counts: Mapping[str, int],
) -> list[dict[str, Any]]:
    """Return the paragraphs that support a takeaway (key point), best first.

    The form is `[{"paragraph": 1, "score": 0.75}]`. Items are entities, numbers and words.

    Args:
        quoted: The search terms of each quotation in the takeaway.
        items: The base weight of each item of the takeaway.
        paragraphs: The texts of the paragraphs.
        body: The items of each paragraph.
        paragraph_counts: The number of paragraphs that contain each item.
    """
    # The division is an inverse document frequency within the article: an item that most paragraphs contain
    # does not distinguish them.
    weights = {item: base / (paragraph_counts[item] or 1) for item, base in items.items() if base}
    specific_weight = _specific_weight(weights)
    found = [
        _compare(weights, specific_weight, content, paragraph_counts, number)
        for number, content in enumerate(body, 1)
        if not content.isdisjoint(weights)
    ]
    passages = [each for each in found if each]
    for quotation in quoted:
        least = MIN_SHARE_OF_QUOTATION * len(quotation)
        passages = [
            each
            for each in passages
            if len(quotation & search_terms_in(paragraphs[each.number - 1])) >= least
        ]
    if len({each.score for each in passages}) < len(passages):
        terms = search_terms_in(takeaway)
        passages = [
            each._replace(shared_words=len(terms & search_terms_in(paragraphs[each.number - 1])))
            for each in passages
        ]
    passages.sort(key=lambda each: (*_rank(each), each.number))
    return [{"paragraph": each.number, "score": each.score} for each in _select(passages, weights)]


def _compare(
    takeaway: Weights,
    specific_weight: float,
    paragraph: Container[str],
    paragraph_counts: Mapping[str, int],
    number: int,
) -> Passage | None:
    """Return a paragraph as a passage that can support a takeaway (key point).

    Return None if the paragraph does not support the takeaway. Items are words, numbers and entities.

    Args:
        takeaway: The items of the takeaway with their weights.
        specific_weight: The weight of all entities and numbers of the takeaway.
        paragraph: The items of the paragraph.
        paragraph_counts: The number of paragraphs that contain each item.
        number: The number of the paragraph, from 1.
    """
    shared = {item: weight for item, weight in takeaway.items() if item in paragraph}
    without_numbers = sum(weight for item, weight in shared.items() if not item.startswith(NUMBER))
    if without_numbers < MIN_WEIGHT_WITHOUT_NUMBERS:
        return None
    if _specific_weight(shared) < MIN_SPECIFIC_SHARE * specific_weight:
        return None
    score = round(sum(shared.values()) / sum(takeaway.values()), 4)
    if len(shared) == 1:
        (item,) = shared
        is_rare_name = item.startswith(ENTITY) and paragraph_counts[item] == 1
        is_enough = is_rare_name and not any(each.startswith(NUMBER) for each in takeaway)
    else:
        is_enough = score >= MIN_EVIDENCE_SCORE
    return Passage(number, score, shared) if is_enough else None


def _specific_weight(weights: Weights) -> float:
    """Return the sum of the weights of the entities and numbers in `weights`, which also contains words."""
    return sum(weight for item, weight in weights.items() if item.startswith((ENTITY, NUMBER)))


def _rank(passage: Passage) -> tuple[float, int]:
    """Return a sort key for paragraphs that can support a key point. Better paragraphs come first."""
    return -passage.score, -passage.shared_words


def _select(passages: Sequence[Passage], takeaway: Weights) -> list[Passage]:
    """Return the paragraphs among `passages` that are evidence for a takeaway (key point).

    The best passage and its equals are evidence. Another passage is evidence if it adds at least
    `MIN_ADDED_SHARE` of the takeaway's weight. At most `MAX_PARAGRAPHS` are returned.

    Args:
        passages: From best to worst.
        takeaway: The weights of its entities, numbers and words.
    """
    selected: list[Passage] = []
    covered: set[str] = set()
    total = sum(takeaway.values())
    for each in passages:
        added = sum(weight for item, weight in each.shared.items() if item not in covered)
        is_as_good = not selected or _rank(each) == _rank(selected[0])
        if is_as_good or added >= MIN_ADDED_SHARE * total:
            selected.append(each)
            covered.update(each.shared)
    return selected[:MAX_PARAGRAPHS]
