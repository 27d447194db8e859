"""The tool `search_briefs`: find briefs by words, entities, story, publication and time."""

from collections.abc import Iterator

from api.mcp_server.tools.answers import (
    BRIEF,
    CURSOR,
    NEXT_CURSOR,
    WARNINGS,
    brief_values,
    limit,
    read_page,
    statement,
    takeaway_statement,
)
from api.mcp_server.tools.json_schemas import array, record, text, texts
from api.mcp_server.tools.references import ARTICLES_PATH
from api.mcp_server.tools.tool import Tool, Values
from api.v1.query_parameters import RELEVANCE
from api.v1.sort_orders import ARTICLE_SORTS

DEFAULT_LIMIT = 5
# With more statements, fewer briefs would fit into an answer.
MAX_STATEMENTS = 3


def search_briefs(arguments: Values) -> Values:
    """Return the answer of the tool `search_briefs`: the briefs that match, each with a few statements.

    A statement is a text of the brief with the address to cite. The statements are the passages that match
    the search or, without a search, the first takeaways (key points). `arguments` are the checked arguments
    of the call, by name.
    """
    has_search = "q" in arguments
    query: Values = {"limit": DEFAULT_LIMIT} | arguments
    # The body is needed to find the paragraphs of the passages.
    query["include"] = "highlights,takeaways,body" if has_search else "takeaways"
    if query.pop("one_per_story", False):
        query["collapse"] = "story"
    return read_page(ARTICLES_PATH, query, "briefs", _brief)


def _brief(article: Values) -> Values:
    """Return a brief (an article in short form) with at most MAX_STATEMENTS statements.

    A statement is a text of the article with the address to cite. The statements are the passages that match
    the search or, without a search, the first takeaways. Statements whose body paragraph is known come first.
    `article` is the JSON of the article. It contains `highlights` if there is a search.
    """
    found = list(_passages(article) if "highlights" in article else _takeaways(article))
    found.sort(key=lambda each: each["paragraph"] is None)
    return brief_values(article) | {"statements": found[:MAX_STATEMENTS]}


def _takeaways(article: Values) -> Iterator[Values]:
    """Yield at most MAX_STATEMENTS takeaways (key points) of an article, in their order.

    `article` is the JSON of the article. Each result is a dictionary with the text, and `part`, `paragraph`
    and `source`: where in the brief the text is, and its URL.
    """
    for takeaway in article["takeaways"][:MAX_STATEMENTS]:
        yield takeaway_statement(article["slug"], takeaway)


def _passages(article: Values) -> Iterator[Values]:
    """Yield the passages of an article that match the search, except for passages of the title.

    `article` is the JSON of the article, with its `highlights`. Each result is a dictionary with the text,
    and `part`, `paragraph` and `source`: where in the brief the text is, and its URL.
    """
    slug = article["slug"]
    for passage in article["highlights"]:
        part, found = passage["part"], passage["text"]
        if part == "takeaways":
            takeaway = next(each for each in article["takeaways"] if found in each["text"])
            yield takeaway_statement(slug, takeaway)
        elif part == "body":
            paragraph = next(each["paragraph"] for each in article["body"] if found in each["text"])
            yield statement(slug, part, found, paragraph)
        elif part != "title":
            yield statement(slug, part, found, None)


SEARCH_BRIEFS = Tool(
    "search_briefs",
    "Search briefs",
    "Find news briefs by words, entities, publication and time. Returns each brief with its summary, its "
    "addresses and up to three statements: with `q` the passages that match, otherwise the first takeaways. "
    "Each statement has a `source` to cite, and names its paragraph if it is known. Use this tool first for "
    "any question about the news. Without `q`, the newest briefs come first; for what is new about somebody, "
    "pass only `entity`.",
    {
        "q": text(
            'Words to find; all are required. "a phrase" matches consecutive words, -word excludes a word, '
            "OR between two words requires either."
        ),
        "entity": texts(
            "Only briefs that mention all of these people, organizations, places or products: slugs such as "
            "sunrise, from look_up_entity or an earlier answer."
        ),
        "story": texts("Only briefs of one of these stories, by slug."),
        "publication": texts("Only briefs of one of these publications, by exact name."),
        "language": texts("Only briefs in one of these languages, such as en."),
        "published_after": text("Only briefs published at or after this date or time, such as 2026-04-21."),
        "published_before": text("Only briefs published before this date or time."),
        "updated_after": text("Only briefs added or corrected at or after this date or time."),
        "sort": text(
            "The order of the briefs, descending with a leading `-`. relevance requires `q`. The default is "
            "relevance with `q`, and -published_at without.",
            enum=[*ARTICLE_SORTS, RELEVANCE],
        ),
        "one_per_story": {
            "type": "boolean",
            "description": "true returns only the first brief of each story, so that no event is repeated.",
        },
        "limit": limit(DEFAULT_LIMIT),
        "cursor": CURSOR,
    },
    record(
        {"briefs": array(BRIEF), "next_cursor": NEXT_CURSOR, "warnings": WARNINGS}, optional=("warnings",)
    ),
    search_briefs,
)
