"""The tool `list_changes`: which briefs were added, corrected or removed since an earlier call."""

from api.mcp_server.tools.answers import brief_page_url, limit, read_page
from api.mcp_server.tools.json_schemas import NUMBER, TEXT, array, described, record, text
from api.mcp_server.tools.tool import Tool, Values

DEFAULT_LIMIT = 20


def list_changes(arguments: Values) -> Values:
    """Return the answer of the tool `list_changes`: a page of the change feed, the earliest change first.

    `arguments` are the checked arguments of the call, by name.
    """
    return read_page("/v1/changes", {"limit": DEFAULT_LIMIT} | arguments, "changes", _change)


def _change(change: Values) -> Values:
    article = change["article"]
    return {
        "sequence": change["sequence"],
        "kind": change["kind"],
        "slug": article["slug"],
        "title": article["title"],
        "revision": change["revision"],
        "changed_at": change["changed_at"],
        "fields": change["fields"],
        "page": brief_page_url(article["slug"]),
    }


CHANGE = record(
    {
        "sequence": NUMBER,
        "kind": described(TEXT, "created, updated or removed"),
        "slug": TEXT,
        "title": TEXT,
        "revision": NUMBER,
        "changed_at": TEXT,
        "fields": described(array(TEXT), "The changed parts of the brief, if the kind is updated."),
        "page": TEXT,
    }
)

LIST_CHANGES = Tool(
    "list_changes",
    "List changes",
    "List the briefs that were added, corrected or removed since an earlier call, the earliest change first. "
    "Use it only to keep track of changes: keep `next_cursor` and pass it later as `cursor`. Without "
    "`cursor`, the list begins with the first brief ever loaded. For the newest briefs, use search_briefs.",
    {
        "limit": limit(DEFAULT_LIMIT),
        "cursor": text("`next_cursor` of an earlier answer, however old. Returns the changes after it."),
    },
    record(
        {
            "changes": array(CHANGE),
            "next_cursor": described(TEXT, "The `cursor` for all later changes. It is never null."),
        }
    ),
    list_changes,
)
