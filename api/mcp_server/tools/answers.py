"""Common parts of the answers of tools: briefs, statements with their sources, and pages of limited size."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from api.mcp_server.tools.json_schemas import (
    OPTIONAL_NUMBER,
    OPTIONAL_TEXT,
    TEXT,
    Schema,
    array,
    described,
    integer,
    record,
    text,
)
from api.mcp_server.tools.reading import read
from api.mcp_server.tools.references import ARTICLES_PATH
from api.mcp_server.tools.tool import Values
from api.resources.parameters import MAX_LIMIT
from api.urls import page_url, url

# The maximum size of an answer as JSON in UTF-8. English JSON has about 3.5 bytes per token of a language
# model, so that an answer has about 2,000 tokens.
MAX_ANSWER_BYTES = 7_000
# The space for the members of an answer beside its list, such as the cursor.
FRAME_BYTES = 400
MAX_SUMMARY_CHARACTERS = 300

STATEMENT: Schema = record(
    {
        "text": TEXT,
        "part": described(TEXT, "The part of the brief: takeaways, body, analysis or summary."),
        "paragraph": described(
            OPTIONAL_NUMBER, "The number of the body paragraph that says or supports the text, if known."
        ),
        "source": described(TEXT, "The address to cite: the brief and, if known, the paragraph."),
    }
)
BRIEF_MEMBERS: Schema = {
    "slug": TEXT,
    "title": TEXT,
    "published_at": OPTIONAL_TEXT,
    "publication": OPTIONAL_TEXT,
    "language": TEXT,
    "story": described(TEXT, "The slug of its story, which groups the briefs about one event."),
    "summary": OPTIONAL_TEXT,
    "page": described(TEXT, "The address of the web page for people."),
    "api": described(TEXT, "The address of the whole brief as JSON."),
}
BRIEF: Schema = record(BRIEF_MEMBERS | {"statements": array(STATEMENT)})
NEXT_CURSOR = described(OPTIONAL_TEXT, "The `cursor` of the next page, or null on the last page.")
WARNINGS = described(array(TEXT), "What is probably wrong with the arguments.")
CURSOR = text("`next_cursor` of the previous answer. Repeat all other arguments.")


def limit(default: int) -> Schema:
    """Return the JSON Schema of the argument `limit` of a tool: the maximum number of items to return.

    `default` is the number of items if a call has no `limit`.
    """
    more = "An answer that would be too long has fewer items."
    return integer(f"The maximum number of items. {more}", minimum=1, maximum=MAX_LIMIT, default=default)


def json_bytes(value: Any) -> int:
    """Return the number of bytes of `value` as JSON."""
    return len(orjson.dumps(value))


def count_fitting(items: Sequence[Any], max_bytes: int) -> int:
    """Return how many items from the start of `items` fit into `max_bytes` of JSON."""
    used = 0
    for number, item in enumerate(items):
        used += json_bytes(item) + 1
        if used > max_bytes:
            return number
    return len(items)


def shorten(long_text: str | None, max_characters: int) -> str | None:
    """Return `long_text`, cut between words and ended by an ellipsis if it is longer than `max_characters`.

    If `long_text` is None, return None.
    """
    if long_text is None or len(long_text) <= max_characters:
        return long_text
    begin = long_text[: max_characters - 1]
    return f"{begin.rpartition(' ')[0] or begin}…"


def brief_page_url(slug: str, paragraph: int | None = None) -> str:
    """Return the address of the web page of a brief, or of a paragraph of its body on this page.

    Args:
        slug: The slug of the brief.
        paragraph: The number of the paragraph, from 1, or None for the page itself.
    """
    return page_url("articles", slug) + (f"#paragraph-{paragraph}" if paragraph else "")


def statement(slug: str, part: str, statement_text: str, paragraph: int | None) -> Values:
    """Return a statement as a dictionary for JSON: a text from a brief and the address to cite.

    Args:
        slug: The slug of the brief.
        part: The part of the brief that contains the text, such as `takeaways` or `body`.
        statement_text: The text.
        paragraph: The number of the body paragraph to cite, from 1, or None to cite the brief as a whole.
    """
    return {
        "text": statement_text,
        "part": part,
        "paragraph": paragraph,
        "source": brief_page_url(slug, paragraph),
    }


def takeaway_statement(slug: str, takeaway: Values) -> Values:
    """Return a takeaway (key point) as a statement: its text and the address to cite.

    The address leads to the body paragraph with the best support for the takeaway, or to the brief if no
    paragraph supports it. `slug` is the slug of the brief, and `takeaway` is the takeaway in the JSON of the
    HTTP API. The result is a dictionary for JSON.
    """
    evidence = takeaway["evidence"]
    return statement(slug, "takeaways", takeaway["text"], evidence[0]["paragraph"] if evidence else None)


def brief_values(article: Values) -> Values:
    """Return a brief in the short form that tools answer with: slug, title, summary, addresses and so on.

    BRIEF_MEMBERS is the schema of the result. `article` is the JSON of the article from the HTTP API.
    """
    return {
        "slug": article["slug"],
        "title": article["title"],
        "published_at": article["published_at"],
        "publication": article["byline"] and article["byline"]["publication"],
        "language": article["language"],
        "story": article["story"]["slug"],
        "summary": shorten(article["summary"], MAX_SUMMARY_CHARACTERS),
        "page": brief_page_url(article["slug"]),
        "api": url(f"{ARTICLES_PATH}/{article['slug']}"),
    }


def read_page(
    path: str,
    query: Values,
    name: str,
    item: Callable[[Values], Values],
    max_bytes: int = MAX_ANSWER_BYTES,
) -> Values:
    """Return a page of a collection of the HTTP API, with as many items as fit into `max_bytes`.

    The result is a dictionary with the items, `next_cursor` and, if there are any, `warnings`.

    Args:
        path: The path of the collection.
        query: The query parameters. `limit` is required.
        name: The key of the items in the result.
        item: A function that converts an item of the collection to an item of the answer.
        max_bytes: The maximum size of the page as JSON. A single item can be larger.
    """
    page = read(path, query)
    items = [item(each) for each in page["data"]]
    _drop_statements(items, max_bytes - FRAME_BYTES)
    count = max(1, count_fitting(items, max_bytes - FRAME_BYTES))
    if count < len(items):
        # The cursor of a page follows the last item of the page, so the shorter page is read too.
        page, items = read(path, query | {"limit": count}), items[:count]
    warnings = [warning_text(each) for each in page["meta"].get("warnings", [])]
    return {name: items, "next_cursor": page["meta"]["next_cursor"]} | (
        {"warnings": warnings} if warnings else {}
    )


def _drop_statements(items: list[Values], max_bytes: int) -> None:
    """Shorten the list `statements` of each item, in place, until all items fit into `max_bytes` of JSON.

    An item is a brief, and a statement is a text from the brief with its address. The last statements are
    removed first. Each list keeps at least one statement, even if the items do not fit.
    """
    max_count = max((len(each.get("statements", ())) for each in items), default=0)
    while max_count > 1 and count_fitting(items, max_bytes) < len(items):
        max_count -= 1
        for each in items:
            del each["statements"][max_count:]


def warning_text(warning: Values) -> str:
    """Return a warning of the HTTP API as text."""
    hint = f" Did you mean `{warning['suggestion']}`?" if warning["suggestion"] else ""
    return f"`{warning['parameter']}`: {warning['message']}{hint}"
