"""Describe requests for lists of the API.

Tests send each request to the API, and compare the response with the list that the simple implementation in
`tests.oracle.model` returns.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from api.search.analyzer import analyze, analyze_for_index

RELEVANCE = "relevance"
DEFAULT_SORTS = {
    "stories": "-last_published_at",
    "entities": "-article_count",
    "co-mentioned": "-shared_article_count",
}
# The collections of an entity. All others are collections of an article.
ENTITY_COLLECTIONS = ("articles", "co-mentioned")
ARTICLE_LISTS = ("articles", "story-articles")
# The parameters whose values can contain commas.
REPEATED = ("publication", "publication_not")


@dataclass(frozen=True)
class Search:
    """A full-text query for tests. Words and phrases are written as in the parameter `q`.

    A member of `required` is a choice, such as `a OR b`. A text matches if it contains at least one
    alternative of each choice, and no phrase of `excluded`.
    """

    required: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the query as a value of the parameter `q`: `a OR b -"not this" c`."""
        first, *others = [" OR ".join(choice) for choice in self.required]
        return " ".join([first, *(f"-{phrase}" for phrase in self.excluded), *others])

    def finds(self, texts: Iterable[str]) -> bool:
        """Return True if the query matches `texts`. A phrase must be within one of them."""
        paragraphs = [[term.text for term in analyze_for_index(text)] for text in texts]

        def matches(phrase: str) -> bool:
            return any(_contains(paragraph, _terms(phrase)) for paragraph in paragraphs)

        has_required = all(any(map(matches, choice)) for choice in self.required)
        return has_required and not any(map(matches, self.excluded))


def _terms(text: str) -> list[str]:
    return [term.text for term in analyze(text)]


def _contains(paragraph: list[str], phrase: list[str]) -> bool:
    return any(paragraph[start : start + len(phrase)] == phrase for start in range(len(paragraph)))


@dataclass(frozen=True)
class Question:
    """A request for a list of the API, such as `/v1/articles?language=en`.

    Attributes:
        kind: The collection, such as `articles`. `story-articles` are the articles of a story.
        scope: The id or slug of the article, entity or story whose list is requested. None for a list over
            the whole corpus, such as `/v1/entities`.
        sort: The value of `sort`, or None for the default order.
        filters: The filters, as values of query parameters.
        options: Parameters that do not change which rows are returned, such as `fields`.
        is_collapsed: True if only the first article of each story is listed.
        is_separated: True if several values of a filter are separated by commas, and False if the parameter
            is repeated.
    """

    kind: str
    scope: str | None = None
    sort: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    is_separated: bool = False
    is_collapsed: bool = False

    @property
    def order(self) -> str:
        """The value of `sort`, or the default order if there is none."""
        if self.kind in ARTICLE_LISTS and "q" in self.filters:
            return self.sort or RELEVANCE
        return self.sort or DEFAULT_SORTS.get(self.kind, "-published_at")

    @property
    def is_in_order_of_article(self) -> bool:
        """True if the list has rows of a single article and is sorted by the date of this article.

        All rows then have the same date, so a corrected date does not change their order.
        """
        of_article = self.kind in ("takeaways", "related-links") and (self.scope or "article" in self.filters)
        return bool(of_article) and self.order.endswith("published_at")

    def target(self, limit: int) -> str:
        """Return the path and query of the first page, with `limit` items on each page."""
        within = "entities" if self.kind in ENTITY_COLLECTIONS else "articles"
        name = "related" if self.scope and self.kind == "related-links" else self.kind
        path = f"/v1/{within}/{self.scope}/{name}" if self.scope else f"/v1/{name}"
        if self.kind == "story-articles":
            path = f"/v1/stories/{self.scope}/articles"
        pairs = {"limit": limit} | ({"sort": self.sort} if self.sort else {}) | dict(self.options)
        pairs |= {"collapse": "story"} if self.is_collapsed else {}
        for name, value in self.filters.items():
            is_separated = self.is_separated and isinstance(value, tuple) and name not in REPEATED
            pairs[name] = ",".join(value) if is_separated else _parameter_value(value)
        return f"{path}?{urlencode(pairs, doseq=True)}"


def _parameter_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)
