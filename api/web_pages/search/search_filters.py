"""The filters of the search page: the facets to click, and the chips that remove a filter."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from api.resources.references import ENTITY_PARAMETERS
from api.web_pages.labels import ENTITY_TYPE_LABELS, MONTH_NAMES, language_name
from api.web_pages.page_query import PageQuery, Pair
from api.web_pages.search.filter_names import ENTITY, STORY, FilterNames

# The last month that has dates (`datetime.MAXYEAR`).
LAST_MONTH = (9999, 12)
MONTH = "month"
# The facets in the order of the page, with their headings.
FACET_HEADINGS = {
    "publication": "Publications",
    ENTITY: "People, places and organizations",
    STORY: "Stories",
    MONTH: "Months",
    "language": "Languages",
    "entity_type": "Kinds of entities",
}
# What the filter of a parameter does, for the chips.
FILTER_LABELS = {
    "q": "Search",
    ENTITY: "Mentions",
    "entity_any": "Mentions any of",
    "entity_not": "Without",
    "entity_type": "Mentions a kind",
    "publication": "From",
    "publication_not": "Not from",
    "language": "In",
    "language_not": "Not in",
    STORY: "Story",
    "collapse": "One brief for each",
    "published_after": "Since",
    "published_before": "Before",
    "updated_after": "Changed since",
    "updated_before": "Changed before",
}

Facets = Mapping[str, Sequence[Mapping[str, Any]]]


class FacetLink(NamedTuple):
    """A link on the search page that adds or removes a filter by one value of a facet.

    Attributes:
        label: The value as visitors see it, such as `April 2026`.
        article_count: The number of articles with the value.
        query: The query that the link leads to.
        is_selected: True if the page is filtered by this value, so that the link removes the filter.
    """

    label: str
    article_count: int
    query: PageQuery
    is_selected: bool


class FacetList(NamedTuple):
    """A facet of the search page: its name, the heading that visitors see, and links for its values."""

    name: str
    heading: str
    links: list[FacetLink]


class FilterChip(NamedTuple):
    """A filter of the current query, which visitors can remove.

    Attributes:
        label: The name of the filter as visitors see it, such as `Mentions`.
        value: The value as visitors see it.
        query: The query without this filter.
    """

    label: str
    value: str
    query: PageQuery


def facet_lists(query: PageQuery, facets: Facets) -> list[FacetList]:
    """Return the facets of a list of articles, with links for the search page.

    A facet with no link, or only one that is not selected, is left out.

    Args:
        facets: `meta.facets` of the list.
    """
    lists = (
        FacetList(name, heading, list(_facet_links(query, name, facets)))
        for name, heading in FACET_HEADINGS.items()
    )
    return [each for each in lists if len(each.links) > 1 or any(link.is_selected for link in each.links)]


def _facet_links(query: PageQuery, name: str, facets: Facets) -> Iterator[FacetLink]:
    # The API lists months in ascending order. People look for the newest first.
    for each in reversed(facets[name]) if name == MONTH else facets[name]:
        value, article_count = each["value"], each["count"]
        pairs = _month_pairs(value) if name == MONTH else [(name, value)]
        is_selected = all(pair in query.pairs for pair in pairs)
        # Most stories have a single article and would not shorten the list.
        if name == STORY and article_count == 1 and not is_selected:
            continue
        if is_selected:
            target = query.removing(*pairs)
        else:
            target = query.setting(*pairs) if name == MONTH else query.adding(*pairs)
        yield FacetLink(
            value_label(name, value, {(name, value): each["label"]}), article_count, target, is_selected
        )


def filter_chips(query: PageQuery, names: FilterNames) -> list[FilterChip]:
    """Return a chip (a removable filter) for each filter of `query`, in the order of the query string.

    `names` has the names of entities and stories, as `filter_names` returns them.
    """
    return [
        FilterChip(FILTER_LABELS[name], value_label(name, value, names), query.removing((name, value)))
        for name, value in query.pairs
        if name in FILTER_LABELS
    ]


def value_label(name: str, value: str, names: FilterNames) -> str:
    """Return the text that shows a value to visitors, such as `April 2026` for the month `2026-04`.

    Args:
        name: The name of the parameter or facet.
        value: The value to show.
        names: The names of entities and stories, as `filter_names` returns them.
    """
    if name == MONTH:
        year, number = value.split("-")
        return f"{MONTH_NAMES[int(number) - 1]} {int(year)}"
    if name in ("language", "language_not"):
        return language_name(value)
    if name == "entity_type":
        return ENTITY_TYPE_LABELS.get(value, value)
    return names.get((ENTITY if name in ENTITY_PARAMETERS else name, value), value)


def _month_pairs(month: str) -> list[Pair]:
    """Return the query parameters that select the articles of a month, a text such as `2026-04`.

    The parameters are `published_after` and `published_before`. December of the year 9999 has only
    `published_after`.
    """
    year, number = map(int, month.split("-"))
    after = ("published_after", f"{month}-01")
    if (year, number) == LAST_MONTH:
        return [after]
    following = (year + 1, 1) if number == len(MONTH_NAMES) else (year, number + 1)
    return [after, ("published_before", "{:04}-{:02}-01".format(*following))]
