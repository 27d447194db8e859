"""Find faulty terms among the reasons of related links.

A term is the text that a reason shows for a word that two articles share. It is faulty if it is not a whole
word or name of the article, so that a reader would not understand the reason.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from api.search.analyzer import fold

Json = Mapping[str, Any]
Spans = Mapping[tuple[str, int | None], list[tuple[int, int]]]
WORDS = re.compile(r"\w+").findall
# A hyphen or apostrophe that joins a term to a longer word before or after it. A possessive `'s` does not.
JOINED_BEFORE = re.compile(r"\w[-‐‑–&'’]\Z").search
JOINED_AFTER = re.compile(r"[-‐‑–&]\w|['’](?!s\b)\w").match


def term_faults(
    article: Json, entities: Sequence[Json], reasons: Sequence[Json]
) -> Iterator[tuple[str, str | None]]:
    """Yield each term among the reasons for a link, and the fault of the term.

    A reason is a term (a word or compound) or an entity that both linked articles contain. A fault is a text,
    such as `a bare number`, or None if nothing is wrong with the term.

    Args:
        article: The article that has the link, as the API returns it.
        entities: The entities of this article, with their mentions.
        reasons: The reasons for the link.
    """
    texts = dict(_texts(article))
    spans: dict[tuple[str, int | None], list[tuple[int, int]]] = {}
    for entity in entities:
        for each in entity["mentions"]:
            spans.setdefault((each["part"], each["index"]), []).append((each["start"], each["end"]))
    named = [_words(each["entity"]["name"]) for each in reasons if each["kind"] == "shared_entity"]
    for reason in reasons:
        if reason["kind"] == "shared_term":
            yield reason["term"], _fault(reason["term"], texts, spans, named)


def _fault(
    term: str, texts: Mapping[tuple[str, int | None], str], spans: Spans, named: list[set[str]]
) -> str | None:
    if not any(character.isalpha() for character in term):
        return "a bare number"
    if any(_words(term) <= words for words in named):
        return "part of an entity that is a reason too"
    if not any(term in text for text in texts.values()):
        return "not in the text"
    if not any(_is_whole(term, text, spans.get(place, [])) for place, text in texts.items()):
        return "a fragment of a word or name"
    return None


def _is_whole(term: str, text: str, spans: list[tuple[int, int]]) -> bool:
    """Return True if `text` contains `term` as a whole word outside of longer names.

    A part of a compound, such as `ray` in `X-ray`, is not a whole word. `spans` are the positions of names in
    `text`, as pairs of start and end.
    """
    for found in re.finditer(rf"(?<!\w){re.escape(term)}(?!\w)", text):
        start, end = found.span()
        is_in_name = any(
            first <= start and end <= last and (first < start or text[end:last] not in ("", "'s", "’s"))
            for first, last in spans
        )
        if not is_in_name and not JOINED_BEFORE(text[:start]) and not JOINED_AFTER(text[end:]):
            return True
    return False


def _words(text: str) -> set[str]:
    return {*WORDS(fold(text))}


def _texts(article: Json) -> Iterator[tuple[tuple[str, int | None], str]]:
    yield ("title", None), article["title"]
    yield ("summary", None), article["summary"] or ""
    yield ("image", None), (article["image"] or {}).get("caption") or ""
    for takeaway in article["takeaways"]:
        yield ("takeaways", takeaway["position"]), takeaway["text"]
    analysis = article["analysis"] or {"heading": None, "paragraphs": []}
    yield ("heading", None), analysis["heading"] or ""
    for number, paragraph in enumerate(analysis["paragraphs"], 1):
        yield ("analysis", number), paragraph
    for each in article["body"]:
        yield ("body", each["paragraph"]), each["text"]
