"""The query string of a page, and changed copies of the query for the links of the page.

For example, a link adds or removes the value of a filter.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request

from api.urls import ValueList

Pair = tuple[str, str]


class PageQuery:
    """A query string as an ordered list of (name, value) pairs.

    Attributes:
        pairs: A pair for each value. The parameter `cursor` is left out, because links lead to the first page
            of a list.
    """

    def __init__(self, pairs: Iterable[Pair]) -> None:
        self.pairs = tuple(pair for pair in pairs if pair[0] != "cursor")

    def values(self, name: str) -> list[str]:
        """Return the values of the parameter `name`."""
        return [value for each, value in self.pairs if each == name]

    def adding(self, *pairs: Pair) -> "PageQuery":
        """Return a copy of the query with the (name, value) pairs `pairs` added at the end.

        Pairs that the query already contains are not repeated.
        """
        return PageQuery(dict.fromkeys((*self.pairs, *pairs)))

    def removing(self, *pairs: Pair) -> "PageQuery":
        """Return a copy of the query without the (name, value) pairs `pairs`.

        Pairs that the query does not contain are ignored.
        """
        return PageQuery(pair for pair in self.pairs if pair not in pairs)

    def without(self, *names: str) -> "PageQuery":
        """Return the query without the parameters `names`."""
        return PageQuery(pair for pair in self.pairs if pair[0] not in names)

    def setting(self, *pairs: Pair) -> "PageQuery":
        """Return a copy of the query in which `pairs` replace all values of their parameters."""
        return self.without(*(name for name, _ in pairs)).adding(*pairs)

    def replacing(self, old: Pair, new: Pair) -> "PageQuery":
        """Return the query with `new` in place of `old`. If the query already has `new`, remove `old`."""
        return PageQuery(dict.fromkeys(new if pair == old else pair for pair in self.pairs))


def page_query(parameters: Mapping[str, Any]) -> PageQuery:
    """Return the query of the current request.

    A comma-separated list becomes a (name, value) pair for each of its values.

    Args:
        parameters: The validated query parameters, by name.
    """
    pairs: list[Pair] = []
    for name, values in request.args.lists():
        loaded = parameters.get(name)
        pairs += [(name, value) for value in (loaded if isinstance(loaded, ValueList) else values)]
    return PageQuery(pairs)
