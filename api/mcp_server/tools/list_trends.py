"""The tool `list_trends`: the entities that briefs mention more often than before."""

from api.mcp_server.tools.answers import CURSOR, NEXT_CURSOR, limit, read_page
from api.mcp_server.tools.json_schemas import COUNT, SCORE, TEXT, array, described, record, text, texts
from api.mcp_server.tools.tool import Tool, Values
from api.models import ENTITY_TYPES
from api.resources.parameters import DEFAULT_WINDOW
from api.urls import page_url

DEFAULT_LIMIT = 10


def list_trends(arguments: Values) -> Values:
    """Return the answer of the tool `list_trends`: a page of the trends, the highest score first.

    `arguments` are the checked arguments of the call, by name.
    """
    return read_page("/v1/trends", {"limit": DEFAULT_LIMIT} | arguments, "trends", _trend)


def _trend(trend: Values) -> Values:
    entity = trend["entity"]
    return {
        "slug": entity["slug"],
        "name": entity["name"],
        "type": entity["type"],
        "article_count": trend["article_count"],
        "previous_article_count": trend["previous_article_count"],
        "score": trend["score"],
        "page": page_url("entities", entity["slug"]),
        "api": trend["links"]["articles"],
    }


TREND = record(
    {
        "slug": described(TEXT, "The value for `entity` of search_briefs."),
        "name": TEXT,
        "type": TEXT,
        "article_count": described(COUNT, "The number of briefs in the window that mention it."),
        "previous_article_count": described(
            COUNT, "The number of briefs in the four windows before that mention it."
        ),
        "score": described(
            SCORE, "`article_count` divided by 1 + the number expected from the four windows before."
        ),
        "page": TEXT,
        "api": described(TEXT, "The address of the briefs in the window as JSON."),
    }
)

LIST_TRENDS = Tool(
    "list_trends",
    "List trends",
    "List the people, organizations, places and other entities that briefs mention more often than before, "
    "the strongest trend first. Use it for questions such as who or what is in the news. Then pass a `slug` "
    "as `entity` to search_briefs.",
    {
        "window": text("The length of the window of time in days, such as 30d.", default=DEFAULT_WINDOW),
        "until": text("The end of the window, a date or time. The default is the time of the newest brief."),
        "type": texts("Only entities of these types.", tuple(ENTITY_TYPES)),
        "limit": limit(DEFAULT_LIMIT),
        "cursor": CURSOR,
    },
    record({"trends": array(TREND), "next_cursor": NEXT_CURSOR}),
    list_trends,
)
