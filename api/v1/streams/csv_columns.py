"""The columns of the CSV streams: for each JSON key of an item, such as an article, one or more columns."""

from collections.abc import Callable, Mapping
from typing import Any

# The columns made from one key, by name. Each function takes the value of the key and returns the cell. The
# functions are not called for None.
Columns = Mapping[str, Callable[[Any], Any]]
# The columns of each key of an item, in the order of the CSV.
Table = Mapping[str, Columns]

LINES, PARAGRAPHS, WORDS = "\n", "\n\n", " "


def _same(value: Any) -> Any:
    return value


def _plain(*names: str) -> Table:
    return {name: {name: _same} for name in names}


def _nested(key: str, *names: str) -> Table:
    """Return a table with a column for each of the members `names` of an object.

    `key` is the key of the object in an item. A column is named after both, such as `byline_author`.
    """
    return {key: {f"{key}_{name}": _member(name) for name in names}}


def _member(name: str) -> Callable[[Any], Any]:
    return lambda value: value[name]


def _joined(key: str, member: str | None, separator: str) -> Table:
    """Return a table with one column, whose cells contain the elements of a list as one text.

    Args:
        key: The key of the list in an item, and the name of the column.
        member: The member of each element to use. None for elements that are texts.
    """
    return {key: {key: lambda value: separator.join(str(each[member] if member else each) for each in value)}}


def _targets(links: Any) -> str:
    return WORDS.join(link["target"]["slug"] for link in links if link["target"])


ANALYSIS: Table = {
    "analysis": {
        "analysis_desk": _member("desk"),
        "analysis_heading": _member("heading"),
        "analysis_paragraphs": lambda value: PARAGRAPHS.join(value["paragraphs"]),
    }
}

ARTICLES: Table = {
    **_plain("id", "slug", "title", "summary", "language"),
    **_nested("byline", "author", "role", "publication"),
    **_nested("image", "caption", "url"),
    **_plain("published_at", "created_at", "updated_at", "revision", "word_count", "reading_minutes"),
    **_nested("story", "id", "slug", "title"),
    **_joined("body", "text", PARAGRAPHS),
    **ANALYSIS,
    **_joined("takeaways", "text", LINES),
    **_joined("entities", "slug", WORDS),
    "related": {"related": _targets},
    **_nested("source", "name", "sha256", "bytes"),
    **_nested("links", "self", "takeaways", "entities", "related", "source", "revisions"),
}
STORIES: Table = {
    **_plain("id", "slug", "title", "article_count"),
    **_joined("publications", "name", LINES),
    **_plain("first_published_at", "last_published_at"),
    **_nested("lead", "id", "slug", "title"),
    **_joined("entities", "slug", WORDS),
    **_joined("takeaways", "text", LINES),
    **_nested("links", "self", "articles"),
}
TAKEAWAYS: Table = {
    **_plain("id", "position", "text"),
    **_joined("evidence", "paragraph", WORDS),
    **_joined("entities", "slug", WORDS),
    **_nested("article", "id", "slug", "title"),
    **_nested("links", "self", "article"),
}
ENTITIES: Table = {
    **_plain("id", "slug", "name", "type"),
    **_joined("aliases", None, LINES),
    **_plain("description"),
    **_joined("same_as", None, WORDS),
    **_plain("article_count", "mention_count", "origin"),
    **_nested("links", "self", "articles", "co_mentioned"),
}
