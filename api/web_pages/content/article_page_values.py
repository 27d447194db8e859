"""The values that the page of a brief shows, made from the JSON values of the article and its mentions."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

from api.v1.json_values import Values
from api.web_pages.content.text_marks import MarkedText, mark_text, marks_by_place
from api.web_pages.labels import ENTITY_TYPE_LABELS

# The maximum number of code points that are shown of each text. Most briefs have a few thousand.
MAX_TITLE_LENGTH, MAX_SUMMARY_LENGTH, MAX_TAKEAWAY_LENGTH = 600, 4_000, 1_000
MAX_ANALYSIS_LENGTH, MAX_BODY_LENGTH = 30_000, 60_000
MAX_TAKEAWAYS, MAX_ENTITIES, MAX_RELATED_LINKS = 100, 60, 30
# The stylesheet has rules for the classes `marks-1` to `marks-32`. If the pointer is on an element with one
# of these classes, the elements with the class `marked-by-` and the same number are marked.
MAX_CLASS_NUMBER = 32

# Marks a text of one part of an article, given its number from 1, the text and its maximum length.
MarkText = Callable[[int, str, int], MarkedText]


class EntityGroup(NamedTuple):
    """The entities of one type. `heading` is the plural of the type, such as `People`."""

    type: str
    heading: str
    entities: list[Values]


def article_page_values(article: Values, mentions: Sequence[Any]) -> Values:
    """Return the values that the page of a brief shows.

    Args:
        article: The JSON values of the article.
        mentions: The value of `ArticleMentions.mentions` of the article.
    """
    marks = marks_by_place(article["entities"], mentions)

    def marked(part: str, index: int | None, text: str | None, max_length: int) -> MarkedText:
        return mark_text(text or "", marks.get((part, index), ()), max_length)

    body = _paragraphs([each["text"] for each in article["body"]], partial(marked, "body"), MAX_BODY_LENGTH)
    return {
        "title": marked("title", None, article["title"], MAX_TITLE_LENGTH),
        "summary": marked("summary", None, article["summary"], MAX_SUMMARY_LENGTH),
        "image_url": web_url((article["image"] or {}).get("url")),
        "caption": marked("image", None, (article["image"] or {}).get("caption"), MAX_SUMMARY_LENGTH),
        "takeaways": _takeaways(article["takeaways"], partial(marked, "takeaways"), len(body)),
        "body": body,
        "supports": _supports(article["takeaways"][:MAX_TAKEAWAYS]),
        "analysis": _analysis(article["analysis"], partial(marked, "analysis")),
        "entity_groups": entity_groups(article["entities"][:MAX_ENTITIES]),
        "related": _related(article["related"][:MAX_RELATED_LINKS], article["entities"]),
        "left_out": {
            "takeaways": max(0, len(article["takeaways"]) - MAX_TAKEAWAYS),
            "entities": max(0, len(article["entities"]) - MAX_ENTITIES),
            "related": max(0, len(article["related"]) - MAX_RELATED_LINKS),
            "body_characters": _characters_after(MAX_BODY_LENGTH, (each["text"] for each in article["body"])),
        },
        "max_class_number": MAX_CLASS_NUMBER,
    }


def entity_groups(entities: Iterable[Values]) -> list[EntityGroup]:
    """Return `entities` in groups by their type. A type without entities has no group."""
    found: defaultdict[str, list[Values]] = defaultdict(list)
    for entity in entities:
        found[entity["type"]].append(entity)
    return [
        EntityGroup(each, ENTITY_TYPE_LABELS[each], found[each])
        for each in ENTITY_TYPE_LABELS
        if each in found
    ]


def web_url(address: str | None) -> str | None:
    """Return `address` if a browser can open it without harm (`https` or `http`), otherwise None."""
    return address if address and address.lower().startswith(("https://", "http://")) else None


def _paragraphs(texts: Sequence[str], marked: MarkText, max_length: int) -> list[MarkedText]:
    """Return the beginning of `texts`, at most `max_length` code points, with marked entities.

    Args:
        marked: A function that marks the entities in a paragraph.
        max_length: The maximum length of all paragraphs together. The last paragraph is cut if necessary.
    """
    shown: list[MarkedText] = []
    for number, text in enumerate(texts, 1):
        if max_length <= 0:
            break
        shown.append(marked(number, text, max_length))
        max_length -= len(text)
    return shown


def _characters_after(max_length: int, texts: Iterable[str]) -> int:
    """Return by how many code points the length of all `texts` exceeds `max_length`, or 0."""
    return max(0, sum(map(len, texts)) - max_length)


def _takeaways(takeaways: Sequence[Values], marked: MarkText, shown_paragraphs: int) -> list[Values]:
    """Return the first MAX_TAKEAWAYS takeaways, each as `{position, text, evidence}`.

    `evidence` lists the paragraphs that support the takeaway, each as `(number, is_shown)`.

    Args:
        takeaways: The takeaways in the JSON of the article.
        marked: A function that marks the entities in a takeaway.
        shown_paragraphs: The number of paragraphs that the page shows.
    """
    return [
        {
            "position": each["position"],
            "text": marked(each["position"], each["text"], MAX_TAKEAWAY_LENGTH),
            "evidence": [
                (place["paragraph"], place["paragraph"] <= shown_paragraphs) for place in each["evidence"]
            ],
        }
        for each in takeaways[:MAX_TAKEAWAYS]
    ]


def _supports(takeaways: Iterable[Values]) -> Mapping[int, list[int]]:
    """Return the positions of the takeaways that each paragraph supports.

    The keys of the result are the numbers of paragraphs. Paragraphs that support no takeaway are missing.
    """
    supports: defaultdict[int, list[int]] = defaultdict(list)
    for each in takeaways:
        for place in each["evidence"]:
            supports[place["paragraph"]].append(each["position"])
    return supports


def _analysis(analysis: Values | None, marked: MarkText) -> Values | None:
    if analysis is None:
        return None
    paragraphs = _paragraphs(analysis["paragraphs"], marked, MAX_ANALYSIS_LENGTH)
    left_out = _characters_after(MAX_ANALYSIS_LENGTH, analysis["paragraphs"])
    heading = analysis["heading"] and analysis["heading"][:MAX_TITLE_LENGTH]
    return {
        "desk": analysis["desk"],
        "heading": heading,
        "paragraphs": paragraphs,
        "left_out": left_out,
    }


def _related(links: Sequence[Values], entities: Iterable[Values]) -> list[Values]:
    """Return the related links of a brief as dictionaries for the template.

    The reasons for a link are its keys `is_near_duplicate`, `entities` (shared entities) and `terms` (shared
    terms).

    Args:
        links: The related links in the JSON of the article.
        entities: The entities in the JSON of the article.
    """
    types = {entity["id"]: entity["type"] for entity in entities}
    return [
        {
            "title": link["title"],
            "target": link["target"],
            "is_listed": link["basis"] == "listed",
            "score": link["score"],
            "is_near_duplicate": any(reason["kind"] == "near_duplicate" for reason in link["reasons"]),
            "entities": [
                reason["entity"] | {"type": types.get(reason["entity"]["id"])}
                for reason in link["reasons"]
                if reason["kind"] == "shared_entity"
            ],
            "terms": [reason["term"] for reason in link["reasons"] if reason["kind"] == "shared_term"],
        }
        for link in links
    ]
