"""Make example queries for the start page from its briefs and stories, so that most find something."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from api.urls import BROWSE_PATH
from api.web_pages.page_query import Pair

Values = Mapping[str, Any]


class ExampleQuery(NamedTuple):
    """A query for visitors of the start page to try.

    Attributes:
        text: A description of the results, shown to visitors.
        page_path: The path of the web page with the results.
        api_path: The path of the API resource with the same results.
        query: The names and values of the query string for both paths.
    """

    text: str
    page_path: str
    api_path: str
    query: tuple[Pair, ...]


def example_queries(briefs: Sequence[Values], stories: Sequence[Values]) -> Iterator[ExampleQuery]:
    """Yield the queries that the start page shows as examples, at most five.

    Args:
        briefs: The newest briefs, as items of `/v1/articles` with their entities.
        stories: The newest stories, as items of `/v1/stories`.
    """
    if not briefs:
        return
    newest, entities = briefs[0], _entities(briefs, stories)
    for each in entities[:1]:
        yield _search(f"Briefs that mention {each['name']}", ("entity", each["slug"]))
        yield _search(f"Briefs that contain the phrase “{each['name']}”", ("q", f'"{each["name"]}"'))
    pair = newest["entities"][:2]
    if len(pair) > 1:
        names = " and ".join(each["name"] for each in pair)
        yield _search(f"Briefs that mention {names} together", *(("entity", each["slug"]) for each in pair))
    publication = (newest["byline"] or {}).get("publication")
    if publication:
        text = f"The newest of {publication}, one brief for each story"
        yield _search(text, ("publication", publication), ("collapse", "story"))
    yield ExampleQuery(
        "What is mentioned more in the last 30 days than before",
        f"{BROWSE_PATH}/trends",
        "/v1/trends",
        (("window", "30d"),),
    )


def _entities(briefs: Sequence[Values], stories: Sequence[Values]) -> list[Values]:
    """Return the entities of the first story or, if there is no story, the entities of all briefs."""
    if stories:
        return list(stories[0]["entities"])
    return [each for brief in briefs for each in brief["entities"]]


def _search(text: str, *query: Pair) -> ExampleQuery:
    return ExampleQuery(text, BROWSE_PATH, "/v1/articles", query)
