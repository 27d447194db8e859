"""The tool `read_brief`: read a brief, or parts of it, with the paragraphs that support its takeaways."""

from collections.abc import Callable, Mapping

from api.mcp_server.tools.answers import (
    BRIEF_MEMBERS,
    FRAME_BYTES,
    MAX_ANSWER_BYTES,
    brief_page_url,
    brief_values,
    count_fitting,
    json_bytes,
    shorten,
)
from api.mcp_server.tools.json_schemas import (
    COUNT,
    NUMBER,
    OPTIONAL_TEXT,
    SCORE,
    TEXT,
    array,
    described,
    integer,
    record,
    text,
    texts,
)
from api.mcp_server.tools.references import find_brief
from api.mcp_server.tools.tool import Tool, ToolError, Values
from api.urls import page_url

# The keys of an article that are read for every answer.
BRIEF_KEYS = ("slug", "title", "summary", "language", "byline", "published_at", "revision", "story")
DEFAULT_PARTS = ("takeaways", "body")
# Longer takeaways and paragraphs are cut. The HTTP API returns them whole.
MAX_TEXT_CHARACTERS = 5_000


def read_brief(arguments: Values) -> Values:
    """Return the answer of the tool `read_brief`: a brief with the requested parts.

    A part, such as the takeaways, is a list of entries. If the answer would be larger than MAX_ANSWER_BYTES,
    entries are left out, except for the first entry of the first part. For each shortened part, `next` in the
    answer has the number of the first missing entry.

    Args:
        arguments: The arguments of the call, by name. They match the JSON Schema of the tool.

    Raises:
        ToolError: There is no such brief, or the arguments `first` and `last` are invalid.
    """
    parts = list(dict.fromkeys(arguments.get("parts") or DEFAULT_PARTS))
    first, last = arguments.get("first", 1), arguments.get("last")
    if len(parts) != 1 and ("first" in arguments or "last" in arguments):
        raise ToolError("`first` and `last` count the entries of one part. Name exactly one part in `parts`.")
    if first < 1 or (last is not None and last < first):
        raise ToolError("`first` must be at least 1, and `last` must be at least `first`.")
    article = find_brief(arguments["brief"], [*BRIEF_KEYS, *parts])
    answer = brief_values(article) | {"revision": article["revision"], "next": {}}
    for part in parts:
        entries = _selected(part, ENTRIES[part](article), first, last)
        count = count_fitting(entries, MAX_ANSWER_BYTES - FRAME_BYTES - json_bytes(answer))
        if part == parts[0]:
            # The first text can be too long, since a character can have several bytes. If the text were left
            # out, a client that follows `next` would get the same answer forever.
            count = max(1, count)
        answer[part] = entries[:count]
        if count < len(entries):
            answer["next"][part] = first + count
    return answer


def _selected(part: str, entries: list[Values], first: int, last: int | None) -> list[Values]:
    """Return the entries of a part of a brief from number `first` to number `last`.

    Args:
        part: The name of the part, such as `body`.
        entries: All entries of the part.
        first: The number of the first entry to return, from 1.
        last: The number of the last entry to return, or None to return all entries from `first`.

    Raises:
        ToolError: `first` is above 1, and above the number of entries.
    """
    if first > max(1, len(entries)):
        raise ToolError(
            f"`first` must be at most {max(1, len(entries))}. The number of entries in `{part}` of this "
            f"brief is {len(entries)}."
        )
    return entries[first - 1 : last]


def _takeaways(article: Values) -> list[Values]:
    return [_takeaway(article["slug"], each) for each in article["takeaways"]]


def _takeaway(slug: str, takeaway: Values) -> Values:
    """Return a takeaway for JSON: its number, its text, and the paragraphs that support it.

    The `source` of a paragraph is its address. The `source` of the takeaway is the address of the paragraph
    with the best support, or of the brief if no paragraph supports the takeaway. `slug` is the slug of the
    brief.
    """
    evidence = [each | {"source": brief_page_url(slug, each["paragraph"])} for each in takeaway["evidence"]]
    return {
        "takeaway": takeaway["position"],
        "text": shorten(takeaway["text"], MAX_TEXT_CHARACTERS),
        "evidence": evidence,
        "source": evidence[0]["source"] if evidence else brief_page_url(slug),
    }


def _body(article: Values) -> list[Values]:
    slug = article["slug"]
    return [_paragraph(**each, source=brief_page_url(slug, each["paragraph"])) for each in article["body"]]


def _analysis(article: Values) -> list[Values]:
    paragraphs = article["analysis"]["paragraphs"] if article["analysis"] else []
    source = brief_page_url(article["slug"])
    return [_paragraph(number, each, source) for number, each in enumerate(paragraphs, 1)]


def _paragraph(paragraph: int, text: str, source: str) -> Values:
    return {"paragraph": paragraph, "text": shorten(text, MAX_TEXT_CHARACTERS), "source": source}


def _entities(article: Values) -> list[Values]:
    keys = ("slug", "name", "type", "mention_count")
    return [
        {key: each[key] for key in keys} | {"page": page_url("entities", each["slug"])}
        for each in article["entities"]
    ]


def _related(article: Values) -> list[Values]:
    return [_related_link(each) for each in article["related"]]


def _related_link(link: Values) -> Values:
    slug = link["target"] and link["target"]["slug"]
    return {
        "slug": slug,
        "title": link["title"],
        "score": link["score"],
        "reasons": [_reason(each) for each in link["reasons"]],
        "page": slug and brief_page_url(slug),
    }


def _reason(reason: Values) -> str:
    """Return a reason of a related link as a short text."""
    if reason["kind"] == "shared_entity":
        return f"both mention {reason['entity']['name']}"
    return f"both contain {reason['term']}" if reason["kind"] == "shared_term" else "nearly the same text"


# The function that returns the entries of each part of an article.
ENTRIES: Mapping[str, Callable[[Values], list[Values]]] = {
    "takeaways": _takeaways,
    "body": _body,
    "analysis": _analysis,
    "entities": _entities,
    "related": _related,
}
PARAGRAPHS = array(record({"paragraph": NUMBER, "text": TEXT, "source": TEXT}))
EVIDENCE = array(record({"paragraph": NUMBER, "score": SCORE, "source": TEXT}))
OUTPUT = record(
    BRIEF_MEMBERS
    | {
        "revision": NUMBER,
        "takeaways": array(record({"takeaway": NUMBER, "text": TEXT, "evidence": EVIDENCE, "source": TEXT})),
        "body": PARAGRAPHS,
        "analysis": PARAGRAPHS,
        "entities": array(
            record({"slug": TEXT, "name": TEXT, "type": TEXT, "mention_count": COUNT, "page": TEXT})
        ),
        "related": array(
            record(
                {
                    "slug": OPTIONAL_TEXT,
                    "title": TEXT,
                    "score": SCORE,
                    "reasons": array(TEXT),
                    "page": OPTIONAL_TEXT,
                }
            )
        ),
        "next": described(
            {"type": "object", "additionalProperties": NUMBER},
            "For each part that is not complete: the `first` of the next call. Empty if nothing is left out.",
        ),
    },
    optional=tuple(ENTRIES),
)

READ_BRIEF = Tool(
    "read_brief",
    "Read a brief",
    "Read one brief that you know by slug. By default returns its takeaways, each with the paragraphs of the "
    "body that support it (`evidence`), and then the body as far as it fits. Use it to check what a brief "
    "says and where, to quote it, or to list its entities or related briefs. If `next` names a part, call "
    "again with that part and `first`.",
    {
        "brief": text("The slug, the id or an address of the brief."),
        "parts": texts("The parts to return. The default is takeaways and body.", tuple(ENTRIES)),
        "first": integer(
            "The number of the first paragraph, takeaway or other entry to return. Requires one part in "
            "`parts`.",
            minimum=1,
        ),
        "last": integer("The number of the last entry to return. Requires one part in `parts`.", minimum=1),
    },
    OUTPUT,
    read_brief,
    required=("brief",),
)
