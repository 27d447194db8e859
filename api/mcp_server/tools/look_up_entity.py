"""The tool `look_up_entity`: find a person, organization, place or other entity, and its newest briefs."""

from api.mcp_server.tools.answers import (
    BRIEF,
    FRAME_BYTES,
    MAX_ANSWER_BYTES,
    brief_values,
    count_fitting,
    json_bytes,
    read_page,
    shorten,
    takeaway_statement,
)
from api.mcp_server.tools.json_schemas import COUNT, OPTIONAL_TEXT, TEXT, array, described, record, text
from api.mcp_server.tools.reading import NotFoundError, read
from api.mcp_server.tools.references import last_segment
from api.mcp_server.tools.tool import Tool, Values
from api.resources.lookup import SLUG_PATTERN, UUID_PATTERN
from api.resources.suggestions import likely_entity
from api.search.analyzer import fold
from api.urls import page_url, url

ENTITIES_PATH = "/v1/entities"
MAX_MATCHES = MAX_CO_MENTIONED = MAX_BRIEFS = 5
MAX_STATEMENTS = 2
# If there are briefs, matches can use this share of an answer, and the other lists the rest.
MATCHES_SHARE = 0.6
# A catalogue can have many aliases and long descriptions.
MAX_ALIASES, MAX_DESCRIPTION_CHARACTERS = 10, 500


def look_up_entity(arguments: Values) -> Values:
    """Return the answer of the tool `look_up_entity`: the entities that match a name.

    If a single entity matches, or if the best match has exactly this name, the answer has two more lists: the
    newest briefs of this entity, and the entities mentioned with it.

    Args:
        arguments: The checked arguments of the call, by name.
    """
    name = arguments["entity"].strip()
    found = _by_reference(name) or _by_name(name)
    is_clear = len(found) == 1 or fold(found[0]["name"]) == fold(name)
    matches = [_entity(each) for each in found]
    max_bytes = int(MAX_ANSWER_BYTES * MATCHES_SHARE) if is_clear else MAX_ANSWER_BYTES - FRAME_BYTES
    matches = matches[: max(1, count_fitting(matches, max_bytes))]
    answer = {"matches": matches, "co_mentioned": [], "briefs": []}
    return answer | (_context(found[0]["slug"], json_bytes(matches)) if is_clear else {})


def _by_reference(name: str) -> list[Values]:
    """Return the entity whose id, slug or address is `name`, in a list that can be empty."""
    reference = last_segment(name)
    if not (SLUG_PATTERN.fullmatch(reference) or UUID_PATTERN.fullmatch(reference)):
        return []
    try:
        return [read(f"{ENTITIES_PATH}/{reference}")]
    except NotFoundError:
        return []


def _by_name(name: str) -> list[Values]:
    """Return the entities with a name or alias that begins with `name`.

    The entities that the most articles mention come first.

    Raises:
        NotFoundError: There is no such entity. The message suggests the slug of a similar entity.
    """
    found: list[Values] = read(ENTITIES_PATH, {"q": name, "limit": MAX_MATCHES}, {"q": "entity"})["data"]
    if not found:
        likely = likely_entity(name)
        hint = f"Did you mean `{likely}`?" if likely else "Search the texts for it: search_briefs with `q`."
        raise NotFoundError(f"No name or alias of an entity begins with this text. {hint}")
    return found


def _context(slug: str, used_bytes: int) -> Values:
    """Return the newest briefs that mention an entity, and the entities mentioned most often with it.

    Args:
        slug: The slug of the entity.
        used_bytes: The size of the rest of the answer. The lists are cut, so that the whole answer has at
            most MAX_ANSWER_BYTES.

    Returns:
        A dictionary with the keys `co_mentioned` and `briefs`.
    """
    path = f"{ENTITIES_PATH}/{slug}/articles"
    # The facet also contains the entity itself.
    counts = read(path, {"limit": 1, "facets": "entity", "facet_limit": MAX_CO_MENTIONED + 1})
    others = [each for each in counts["meta"]["facets"]["entity"] if each["value"] != slug]
    co_mentioned = [
        {"slug": each["value"], "name": each["label"], "article_count": each["count"]}
        for each in others[:MAX_CO_MENTIONED]
    ]
    max_bytes = MAX_ANSWER_BYTES - used_bytes
    co_mentioned = co_mentioned[: count_fitting(co_mentioned, max_bytes - FRAME_BYTES)]
    max_bytes -= json_bytes(co_mentioned)
    page = read_page(path, {"limit": MAX_BRIEFS, "include": "takeaways"}, "briefs", _brief, max_bytes)
    # A page has at least one brief, even if the brief does not fit.
    count = count_fitting(page["briefs"], max_bytes - FRAME_BYTES)
    return {"co_mentioned": co_mentioned, "briefs": page["briefs"][:count]}


def _brief(article: Values) -> Values:
    takeaways = article["takeaways"][:MAX_STATEMENTS]
    return brief_values(article) | {
        "statements": [takeaway_statement(article["slug"], each) for each in takeaways]
    }


def _entity(entity: Values) -> Values:
    return {
        "slug": entity["slug"],
        "name": entity["name"],
        "type": entity["type"],
        "aliases": entity["aliases"][:MAX_ALIASES],
        "description": shorten(entity["description"], MAX_DESCRIPTION_CHARACTERS),
        "same_as": entity["same_as"][:MAX_ALIASES],
        "article_count": entity["article_count"],
        "page": page_url("entities", entity["slug"]),
        "api": url(f"{ENTITIES_PATH}/{entity['slug']}"),
    }


ENTITY = record(
    {
        "slug": described(TEXT, "The value for `entity` of search_briefs."),
        "name": TEXT,
        "type": described(TEXT, "person, organization, place, policy, product or event"),
        "aliases": array(TEXT),
        "description": OPTIONAL_TEXT,
        "same_as": described(array(TEXT), "Addresses of the same entity elsewhere."),
        "article_count": described(COUNT, "The number of briefs that mention it."),
        "page": TEXT,
        "api": TEXT,
    }
)

LOOK_UP_ENTITY = Tool(
    "look_up_entity",
    "Look up an entity",
    "Find a person, organization, place, policy, product or event by name, and get its slug for "
    "search_briefs. If one entity matches, or if the first match has exactly this name, also returns its "
    "newest briefs and the entities that are mentioned together with it. If several entities match, choose "
    "one and pass its slug to this tool or to search_briefs.",
    {"entity": text("A name, the beginning of a name, an alias, a slug or an id, such as Sunrise.")},
    record(
        {
            "matches": array(ENTITY),
            "co_mentioned": described(
                array(record({"slug": TEXT, "name": TEXT, "article_count": COUNT})),
                "The entities that the most briefs mention together with it.",
            ),
            "briefs": described(array(BRIEF), "The newest briefs that mention it."),
        }
    ),
    look_up_entity,
    required=("entity",),
)
