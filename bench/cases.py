"""What is asked: one list of cases, each a name and a path. To measure another request, add it here.

A path may hold `{updated_late}`, `{updated_middle}`, `{updated_early}` and `{article}`: each service is asked
for these first, because it was seeded at a time of its own.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from api.v1.sort_orders import ARTICLE_SORTS, ENTITY_SORTS, RELATED_LINK_SORTS, TAKEAWAY_SORTS
from bench.words import (
    COMMON_ENTITIES,
    HUNDREDTH_WORD,
    PUBLICATIONS,
    RARE_ENTITY,
    RARE_LANGUAGE,
    RARE_PUBLICATION,
    RARE_WORD,
    TENTH_WORD,
)


@dataclass(frozen=True)
class Case:
    """One request under the name that the report shows."""

    name: str
    path: str


def path(collection: str, *pairs: tuple[str, str]) -> str:
    """Give the address of a collection with a query."""
    return f"/v1/{collection}?{urlencode(pairs, safe='{}:,')}" if pairs else f"/v1/{collection}"


def articles(name: str, *pairs: tuple[str, str]) -> Case:
    """Make a case of `/v1/articles`."""
    return Case(name, path("articles", *pairs))


COMMON_ENTITY = COMMON_ENTITIES[0].slug
COMMON_PUBLICATION, *_, LAST_PUBLICATION = PUBLICATIONS.items
DEFAULT_SORT = "-published_at"
SORTS = {
    "articles": ARTICLE_SORTS,
    "takeaways": TAKEAWAY_SORTS,
    "related-links": RELATED_LINK_SORTS,
    "entities": ENTITY_SORTS,
}

UNFILTERED = [
    articles("articles"),
    articles("articles, limit=100", ("limit", "100")),
    articles("articles, total", ("total", "true")),
    *(articles(f"articles, sort={sort}", ("sort", sort)) for sort in ARTICLE_SORTS if sort != DEFAULT_SORT),
    articles("include=takeaways,entities", ("include", "takeaways,entities")),
    articles("fields=slug,title", ("fields", "slug,title")),
    *(Case(collection, path(collection)) for collection in ("takeaways", "related-links", "entities")),
]

# "Rare" is on the same 20 pages at every size.
FILTERS = [
    articles("entity, common", ("entity", COMMON_ENTITY)),
    articles("entity, rare", ("entity", RARE_ENTITY.slug)),
    articles("entity, unknown", ("entity", "no-such-entity")),
    articles("entity, two", ("entity", COMMON_ENTITY), ("entity", COMMON_ENTITIES[1].slug)),
    articles("entity, common and rare", ("entity", COMMON_ENTITY), ("entity", RARE_ENTITY.slug)),
    articles("entity_type, common", ("entity_type", "place")),
    articles("entity_type, less common", ("entity_type", "policy")),
    articles("entity_type, none", ("entity_type", "person")),
    articles("publication, common", ("publication", COMMON_PUBLICATION)),
    articles("publication, less common", ("publication", LAST_PUBLICATION)),
    articles("publication, rare", ("publication", RARE_PUBLICATION)),
    articles("language, common", ("language", "en")),
    articles("language, less common", ("language", "de")),
    articles("language, rare", ("language", RARE_LANGUAGE)),
    articles("published_after, narrow", ("published_after", "2025-12-01T00:00:00Z")),
    articles("published_after, wide", ("published_after", "2017-01-01T00:00:00Z")),
    articles("published_before, narrow", ("published_before", "2016-02-01T00:00:00Z")),
    articles("published_before, wide", ("published_before", "2025-01-01T00:00:00Z")),
    articles("updated_after, narrow", ("updated_after", "{updated_late}")),
    articles("updated_after, wide", ("updated_after", "{updated_middle}")),
    articles("updated_before, narrow", ("updated_before", "{updated_early}")),
    articles("updated_before, wide", ("updated_before", "{updated_middle}")),
]

SORTED_FILTERS = [
    articles(f"entity, {kind}, sort={sort}", ("entity", slug), ("sort", sort))
    for kind, slug in (("common", COMMON_ENTITY), ("rare", RARE_ENTITY.slug))
    for sort in ARTICLE_SORTS
    if sort != DEFAULT_SORT
]

COMBINED = [
    articles("entity and publication", ("entity", COMMON_ENTITY), ("publication", COMMON_PUBLICATION)),
    articles("publication and language", ("publication", COMMON_PUBLICATION), ("language", "de")),
    articles("entity_type and updated_after", ("entity_type", "policy"), ("updated_after", "{updated_late}")),
    articles("q 10 % and language", ("q", TENTH_WORD), ("language", "de")),
    articles("q 10 % and entity, rare", ("q", TENTH_WORD), ("entity", RARE_ENTITY.slug)),
]

SEARCHES = [
    articles("q, rare", ("q", RARE_WORD)),
    articles("q, 1 %", ("q", HUNDREDTH_WORD)),
    articles("q, 10 %", ("q", TENTH_WORD)),
    articles("q, no hit", ("q", "nosuchword")),
    articles("q, phrase 1 %", ("q", f'"the {HUNDREDTH_WORD}"')),
    articles("q, phrase of common words", ("q", '"of the"')),
    articles("q, two words", ("q", f"{TENTH_WORD} {HUNDREDTH_WORD}")),
    articles("q, two common words", ("q", "over about")),
    articles("q, OR", ("q", f"{HUNDREDTH_WORD} OR {RARE_WORD}")),
    articles("q, -not", ("q", f"{TENTH_WORD} -{HUNDREDTH_WORD}")),
    *(
        articles(f"q, {share}, sort={sort}", ("q", word), ("sort", sort))
        for sort in (DEFAULT_SORT, "title")
        for share, word in (("rare", RARE_WORD), ("1 %", HUNDREDTH_WORD), ("10 %", TENTH_WORD))
    ),
    articles("q, 10 %, include", ("q", TENTH_WORD), ("include", "takeaways,entities")),
]

OTHER_COLLECTIONS = [
    Case("takeaways, q rare", path("takeaways", ("q", RARE_WORD))),
    Case("takeaways, q 1 %", path("takeaways", ("q", HUNDREDTH_WORD))),
    Case("takeaways, q 10 %", path("takeaways", ("q", TENTH_WORD))),
    Case("takeaways, entity common", path("takeaways", ("entity", COMMON_ENTITY))),
    Case("takeaways, entity rare", path("takeaways", ("entity", RARE_ENTITY.slug))),
    Case("takeaways, article", path("takeaways", ("article", "{article}"))),
    Case("entities, q prefix", path("entities", ("q", "Ch"))),
    Case("entities, type", path("entities", ("type", "policy"))),
    Case("co-mentioned, common", path(f"entities/{COMMON_ENTITY}/co-mentioned")),
    Case("co-mentioned, rare", path(f"entities/{RARE_ENTITY.slug}/co-mentioned")),
    Case("related-links, article", path("related-links", ("article", "{article}"))),
    Case("related-links, basis listed", path("related-links", ("basis", "listed"))),
    Case("related-links, basis computed", path("related-links", ("basis", "computed"))),
    Case("related-links, resolved", path("related-links", ("resolved", "true"))),
    Case("related-links, unresolved", path("related-links", ("resolved", "false"))),
]

# The sorts whose last pages are held against their first.
DEPTHS = [
    Case(f"{collection} by {sort}", path(collection, ("sort", sort)))
    for collection, sorts in SORTS.items()
    for sort in sorts
]

CASES = [*UNFILTERED, *FILTERS, *SORTED_FILTERS, *COMBINED, *SEARCHES, *OTHER_COLLECTIONS]
