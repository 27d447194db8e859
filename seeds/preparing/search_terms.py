"""Make the search terms of an article, without using the database."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from api.search.analyzer import index_text
from api.search.term_lists import pack_terms


class SearchTerms(NamedTuple):
    """The search terms of an article, as the full-text index and the term index contain them.

    Attributes:
        article: The terms for each column of `ARTICLE_INDEX`, separated by spaces.
        takeaways: The terms of each takeaway (key point), separated by spaces.
        packed: The terms for the term index, as `api.search.term_lists.pack_terms` returns them.
    """

    article: dict[str, str]
    takeaways: list[str]
    packed: tuple[int, bytes]


def search_terms(content: Mapping[str, Any]) -> SearchTerms:
    """Return the search terms of an article.

    `content` is its content, as `api.v1.article_content.article_content` returns it.
    """
    analysis = content["analysis"] or {"heading": None, "paragraphs": []}
    takeaways = [takeaway["text"] for takeaway in content["takeaways"]]
    body = [paragraph["text"] for paragraph in content["body"]]
    article = index_text(
        {
            "title": [content["title"]],
            "summary": [content["summary"] or ""],
            "takeaways": takeaways,
            "text": [analysis["heading"] or "", *analysis["paragraphs"], *body],
        }
    )
    takeaway_terms = [index_text({"text": [takeaway]})["text"] for takeaway in takeaways]
    return SearchTerms(article, takeaway_terms, pack_terms(article))
