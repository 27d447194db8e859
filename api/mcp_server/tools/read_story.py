"""The tool `read_story`: read the key points of a story (one event), and the briefs about it."""

from api.mcp_server.tools.answers import (
    BRIEF_MEMBERS,
    CURSOR,
    MAX_ANSWER_BYTES,
    NEXT_CURSOR,
    STATEMENT,
    brief_page_url,
    brief_values,
    count_fitting,
    json_bytes,
    limit,
    read_page,
    statement,
    takeaway_statement,
)
from api.mcp_server.tools.json_schemas import COUNT, OPTIONAL_TEXT, TEXT, array, described, record, text
from api.mcp_server.tools.reading import read
from api.mcp_server.tools.references import STORIES_PATH, find_story
from api.mcp_server.tools.tool import Tool, Values
from api.urls import page_url, url

DEFAULT_LIMIT = 10
ENTITY_KEYS = ("slug", "name", "type", "article_count")
# Key points can use this share of an answer, and briefs the rest.
KEY_POINTS_SHARE = 0.6
# The number of briefs that are read to find the paragraphs that support key points.
MAX_BRIEFS_WITH_EVIDENCE = 50
MAX_PUBLICATIONS = 10
BRIEF_KEYS = ("slug", "title", "published_at", "publication", "language", "page")


def read_story(arguments: Values) -> Values:
    """Return the answer of the tool `read_story`: a story and a page of its briefs.

    The first page also has the key points of the story. `arguments` are the checked arguments of the call, by
    name.
    """
    story = find_story(arguments["story"])
    path = f"{STORIES_PATH}/{story['slug']}/articles"
    key_points = [] if "cursor" in arguments else _key_points(story, path)
    answer = _story(story)
    max_bytes = int(MAX_ANSWER_BYTES * KEY_POINTS_SHARE) - json_bytes(answer)
    answer["key_points"] = key_points[: count_fitting(key_points, max_bytes)]
    query = {"limit": DEFAULT_LIMIT} | {key: value for key, value in arguments.items() if key != "story"}
    max_bytes = MAX_ANSWER_BYTES - json_bytes(answer)
    return answer | read_page(path, query, "briefs", _brief, max_bytes)


def _story(story: Values) -> Values:
    return {
        "slug": story["slug"],
        "title": story["title"],
        "article_count": story["article_count"],
        "first_published_at": story["first_published_at"],
        "last_published_at": story["last_published_at"],
        "publications": [each["name"] for each in story["publications"][:MAX_PUBLICATIONS]],
        "entities": [{key: each[key] for key in ENTITY_KEYS} for each in story["entities"]],
        "page": page_url("stories", story["slug"]),
        "api": url(f"{STORIES_PATH}/{story['slug']}"),
    }


def _key_points(story: Values, path: str) -> list[Values]:
    """Return the key points of a story, each as a statement: its text with the address to cite.

    The address leads to the paragraph with the best support for the key point, or to the brief if this
    paragraph is not known.

    Args:
        story: The JSON of the story.
        path: The path of the articles of this story in the API. The paragraphs are read from there.
    """
    articles = read(path, {"fields": "slug,takeaways", "limit": MAX_BRIEFS_WITH_EVIDENCE})["data"]
    known = {
        takeaway["id"]: takeaway_statement(article["slug"], takeaway)
        for article in articles
        for takeaway in article["takeaways"]
    }
    return [
        known.get(each["id"]) or statement(each["article"]["slug"], "takeaways", each["text"], None)
        for each in story["takeaways"]
    ]


def _brief(article: Values) -> Values:
    """Return a brief without its summary, which often repeats the key points."""
    values = brief_values(article)
    return {key: values[key] for key in BRIEF_KEYS} | {"page": brief_page_url(article["slug"])}


READ_STORY = Tool(
    "read_story",
    "Read a story",
    "Read a story: the briefs of all publications about one event. Returns the distinct key points with "
    "their sources, who is in the story, and its briefs, newest first. Use it to compare publications or to "
    "summarize an event. A brief in any other answer names its `story`.",
    {
        "story": text("The slug, the id or an address of the story, or the slug of one of its briefs."),
        "limit": limit(DEFAULT_LIMIT),
        "cursor": CURSOR,
    },
    record(
        {
            "slug": TEXT,
            "title": TEXT,
            "article_count": COUNT,
            "first_published_at": OPTIONAL_TEXT,
            "last_published_at": OPTIONAL_TEXT,
            "publications": array(TEXT),
            "entities": array(record({"slug": TEXT, "name": TEXT, "type": TEXT, "article_count": COUNT})),
            "page": TEXT,
            "api": TEXT,
            "key_points": described(array(STATEMENT), "Empty if the call has a `cursor`."),
            "briefs": array(record({key: BRIEF_MEMBERS[key] for key in BRIEF_KEYS})),
            "next_cursor": NEXT_CURSOR,
        }
    ),
    read_story,
    required=("story",),
)
