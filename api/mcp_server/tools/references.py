"""Find the brief or story that a tool call names, and suggest slugs if there is none."""

import re
from collections.abc import Sequence

from api.mcp_server.tools.reading import NotFoundError, read
from api.mcp_server.tools.tool import ToolError, Values

ARTICLES_PATH, STORIES_PATH = "/v1/articles", "/v1/stories"
# How many words of an unknown slug are used to search for similar briefs, and how many slugs are suggested.
MAX_WORDS, MAX_SUGGESTIONS = 8, 3
WORD = re.compile(r"\w{3,}")
SCHEME_AND_HOST = re.compile(r"https?://[^/?#]*", re.IGNORECASE)
# The other forms of a brief, at the address of the brief with a suffix.
FORM_SUFFIX = re.compile(r"\.(?:md|jsonld|ninjs)$")


def find_brief(reference: str, keys: Sequence[str]) -> Values:
    """Return the JSON of an article, with only the keys `keys`.

    `reference` is the id, the slug or an address of the article.

    Raises:
        NotFoundError: There is no such article. The message suggests the slugs of similar articles.
    """
    slug = _id_or_slug(reference)
    try:
        return read(f"{ARTICLES_PATH}/{slug}", {"fields": ",".join(keys)})
    except NotFoundError as error:
        raise _with_suggestions(error, [each["slug"] for each in _similar(slug, "slug")]) from None


def find_story(reference: str) -> Values:
    """Return the JSON of a story. `reference` is the id, the slug or an address of the story.

    Raises:
        NotFoundError: There is no such story. The message suggests the slugs of similar stories.
    """
    slug = _id_or_slug(reference)
    try:
        return read(f"{STORIES_PATH}/{slug}")
    except NotFoundError as error:
        slugs = [each["story"]["slug"] for each in _similar(slug, "story")]
        raise _with_suggestions(error, slugs) from None


def last_segment(reference: str) -> str:
    """Return the id or slug in an address, or `reference` itself if it is not an address.

    If the address has no path, such as `/` or `https://host`, return an empty text.
    """
    path = re.split("[?#]", SCHEME_AND_HOST.sub("", reference.strip(), 1), maxsplit=1)[0]
    return FORM_SUFFIX.sub("", path.rstrip("/").rpartition("/")[2])


def _id_or_slug(reference: str) -> str:
    """Return the id or slug in `reference`, which is an address, an id or a slug.

    Raises:
        NotFoundError: `reference` is an address without an id or slug, such as `/`.
    """
    segment = last_segment(reference)
    if not segment:
        raise NotFoundError("The address contains no id or slug. Find the slug with search_briefs.")
    return segment


def _similar(slug: str, key: str) -> list[Values]:
    """Return at most MAX_SUGGESTIONS articles that contain words of `slug`, best first.

    `key` is a key of the JSON of an article, such as `slug`. Each item of the result is a dictionary with
    only this key and its value. If `slug` cannot be used for a search, the result is empty.
    """
    query = {"q": " OR ".join(WORD.findall(slug)[:MAX_WORDS]), "fields": key, "limit": MAX_SUGGESTIONS}
    try:
        return list(read(ARTICLES_PATH, query)["data"])
    except ToolError:
        # The error names the query parameters of the search, which are not arguments of the tool.
        return []


def _with_suggestions(error: NotFoundError, slugs: Sequence[str]) -> NotFoundError:
    """Return a copy of `error` whose message suggests `slugs`, the slugs that were probably meant.

    If `slugs` is empty, the message suggests a search with the tool `search_briefs`.
    """
    similar = ", ".join(f"`{each}`" for each in dict.fromkeys(slugs))
    hint = f"Did you mean one of: {similar}?" if similar else "Find the slug with search_briefs."
    return NotFoundError(f"{error} {hint}")
