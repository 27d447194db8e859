"""The requests whose response times are measured. To measure one more request, add a case.

Paths can contain the placeholders `{updated_late}`, `{updated_middle}`, `{updated_early}` and `{article}`.
Each measured service is asked for their values: times, and the slug of an article.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from api.v1.sort_orders import ARTICLE_SORTS, ENTITY_SORTS, RELATED_LINK_SORTS, STORY_SORTS, TAKEAWAY_SORTS
from bench.corpus.words import (
    COMMON_ENTITIES,
    HUNDREDTH_WORD,
    PUBLICATIONS,
    RARE_ENTITY,
    RARE_LANGUAGE,
    RARE_PUBLICATION,
    RARE_WORD,
    TENTH_WORD,
)
from seeds.extraction.catalogue import EntityRecord


@dataclass(frozen=True)
class Case:
    """A request to measure, and its name in the report."""

    name: str
    path: str


def collection_path(collection: str, *pairs: tuple[str, str]) -> str:
    """Return the path of a collection of the API. `pairs` are the names and values of query parameters."""
    return f"/v1/{collection}?{urlencode(pairs, safe='{}:,')}" if pairs else f"/v1/{collection}"


def article_case(name: str, *pairs: tuple[str, str]) -> Case:
    """Return a benchmark case for the list of articles.

    `name` is the name of the case in the report, and `pairs` are the names and values of query parameters.
    """
    return Case(name, collection_path("articles", *pairs))


def story_case(name: str, *pairs: tuple[str, str]) -> Case:
    """Return a benchmark case for the list of stories, including stories with a single article.

    `name` is the name of the case in the report. `pairs` are the names and values of more query parameters.
    """
    return Case(name, collection_path("stories", ("min_articles", "1"), *pairs))


def slugs(entities: Iterable[EntityRecord]) -> str:
    """Return the slugs of `entities`, joined by commas, as the value of a query parameter."""
    return ",".join(entity.slug for entity in entities)


COMMON_ENTITY = COMMON_ENTITIES[0].slug
COMMON_PUBLICATION, *_, LAST_PUBLICATION = PUBLICATIONS.items
DEFAULT_SORT = "-published_at"
SORTS_BY_COLLECTION = {
    "articles": ARTICLE_SORTS,
    "takeaways": TAKEAWAY_SORTS,
    "related-links": RELATED_LINK_SORTS,
    "entities": ENTITY_SORTS,
}

UNFILTERED = [
    article_case("articles"),
    article_case("articles, limit=100", ("limit", "100")),
    article_case("articles, total", ("total", "true")),
    *(
        article_case(f"articles, sort={sort}", ("sort", sort))
        for sort in ARTICLE_SORTS
        if sort != DEFAULT_SORT
    ),
    article_case("include=takeaways,entities", ("include", "takeaways,entities")),
    article_case("fields=slug,title", ("fields", "slug,title")),
    *(
        Case(collection, collection_path(collection))
        for collection in ("takeaways", "related-links", "entities")
    ),
]

# Rare values are on the same 20 pages in each corpus.
FILTERS = [
    article_case("entity, common", ("entity", COMMON_ENTITY)),
    article_case("entity, rare", ("entity", RARE_ENTITY.slug)),
    article_case("entity, unknown", ("entity", "no-such-entity")),
    article_case("entity, two", ("entity", COMMON_ENTITY), ("entity", COMMON_ENTITIES[1].slug)),
    article_case("entity, common and rare", ("entity", COMMON_ENTITY), ("entity", RARE_ENTITY.slug)),
    article_case("entity_type, common", ("entity_type", "place")),
    article_case("entity_type, less common", ("entity_type", "policy")),
    article_case("entity_type, none", ("entity_type", "person")),
    article_case("publication, common", ("publication", COMMON_PUBLICATION)),
    article_case("publication, less common", ("publication", LAST_PUBLICATION)),
    article_case("publication, rare", ("publication", RARE_PUBLICATION)),
    article_case("language, common", ("language", "en")),
    article_case("language, less common", ("language", "de")),
    article_case("language, rare", ("language", RARE_LANGUAGE)),
    article_case("published_after, narrow", ("published_after", "2025-12-01T00:00:00Z")),
    article_case("published_after, wide", ("published_after", "2017-01-01T00:00:00Z")),
    article_case("published_before, narrow", ("published_before", "2016-02-01T00:00:00Z")),
    article_case("published_before, wide", ("published_before", "2025-01-01T00:00:00Z")),
    article_case("updated_after, narrow", ("updated_after", "{updated_late}")),
    article_case("updated_after, wide", ("updated_after", "{updated_middle}")),
    article_case("updated_before, narrow", ("updated_before", "{updated_early}")),
    article_case("updated_before, wide", ("updated_before", "{updated_middle}")),
]

SETS = [
    article_case("entity_any, two common", ("entity_any", slugs(COMMON_ENTITIES[:2]))),
    article_case("entity_any, eight common", ("entity_any", slugs(COMMON_ENTITIES[:8]))),
    article_case("entity_any, sort=title", ("entity_any", slugs(COMMON_ENTITIES[:8])), ("sort", "title")),
    article_case("entity_any, rare and unknown", ("entity_any", f"{RARE_ENTITY.slug},no-such-entity")),
    article_case("entity_not, common", ("entity_not", COMMON_ENTITY)),
    article_case("entity_not, eight common", ("entity_not", slugs(COMMON_ENTITIES[:8]))),
    article_case("publication, two", ("publication", COMMON_PUBLICATION), ("publication", LAST_PUBLICATION)),
    article_case("publication_not, common", ("publication_not", COMMON_PUBLICATION)),
    article_case("language, two", ("language", "en,de")),
    article_case("language_not, common", ("language_not", "en")),
    article_case("language_not, all", ("language_not", f"en,de,zh,{RARE_LANGUAGE}")),
    article_case("q 10 % and entity_any", ("q", TENTH_WORD), ("entity_any", slugs(COMMON_ENTITIES[:8]))),
    article_case("q 10 % and entity_not", ("q", TENTH_WORD), ("entity_not", COMMON_ENTITY)),
    article_case(
        "q 10 % and entity_any, newest",
        *(("q", TENTH_WORD), ("entity_any", slugs(COMMON_ENTITIES[:8])), ("sort", DEFAULT_SORT)),
    ),
    article_case("collapse", ("collapse", "story")),
    article_case("collapse, sort=title", ("collapse", "story"), ("sort", "title")),
    article_case("collapse and entity, common", ("collapse", "story"), ("entity", COMMON_ENTITY)),
    article_case("collapse and q 10 %", ("collapse", "story"), ("q", TENTH_WORD)),
    Case("takeaways, entity_any", collection_path("takeaways", ("entity_any", slugs(COMMON_ENTITIES[:8])))),
    Case("takeaways, entity_not", collection_path("takeaways", ("entity_not", COMMON_ENTITY))),
]

SORTED_FILTERS = [
    article_case(f"entity, {kind}, sort={sort}", ("entity", slug), ("sort", sort))
    for kind, slug in (("common", COMMON_ENTITY), ("rare", RARE_ENTITY.slug))
    for sort in ARTICLE_SORTS
    if sort != DEFAULT_SORT
]

COMBINED = [
    article_case("entity and publication", ("entity", COMMON_ENTITY), ("publication", COMMON_PUBLICATION)),
    article_case("publication and language", ("publication", COMMON_PUBLICATION), ("language", "de")),
    article_case(
        "entity_type and updated_after", ("entity_type", "policy"), ("updated_after", "{updated_late}")
    ),
    article_case("q 10 % and language", ("q", TENTH_WORD), ("language", "de")),
    article_case("q 10 % and entity, rare", ("q", TENTH_WORD), ("entity", RARE_ENTITY.slug)),
]

SEARCHES = [
    article_case("q, rare", ("q", RARE_WORD)),
    article_case("q, 1 %", ("q", HUNDREDTH_WORD)),
    article_case("q, 10 %", ("q", TENTH_WORD)),
    article_case("q, no hit", ("q", "nosuchword")),
    article_case("q, phrase 1 %", ("q", f'"the {HUNDREDTH_WORD}"')),
    article_case("q, phrase of common words", ("q", '"of the"')),
    article_case("q, two words", ("q", f"{TENTH_WORD} {HUNDREDTH_WORD}")),
    article_case("q, two common words", ("q", "over about")),
    article_case("q, OR", ("q", f"{HUNDREDTH_WORD} OR {RARE_WORD}")),
    article_case("q, -not", ("q", f"{TENTH_WORD} -{HUNDREDTH_WORD}")),
    *(
        article_case(f"q, {share}, sort={sort}", ("q", word), ("sort", sort))
        for sort in (DEFAULT_SORT, "title")
        for share, word in (("rare", RARE_WORD), ("1 %", HUNDREDTH_WORD), ("10 %", TENTH_WORD))
    ),
    article_case("q, 10 %, include", ("q", TENTH_WORD), ("include", "takeaways,entities")),
]

ALL_FACETS = ("facets", "entity,entity_type,publication,language,story,year,month,day")
# Counts of all matching articles, or of the 10,000 published last.
FACETS = [
    article_case("facets", ALL_FACETS),
    article_case("facets, facet_limit=100", ALL_FACETS, ("facet_limit", "100")),
    article_case("facets, entity common", ALL_FACETS, ("entity", COMMON_ENTITY)),
    article_case("facets, entity rare", ALL_FACETS, ("entity", RARE_ENTITY.slug)),
    article_case(
        "facets, two entities", ALL_FACETS, ("entity", COMMON_ENTITY), ("entity", COMMON_ENTITIES[1].slug)
    ),
    article_case("facets, publication common", ALL_FACETS, ("publication", COMMON_PUBLICATION)),
    article_case("facets, language common", ALL_FACETS, ("language", "en")),
    article_case("facets, published_after wide", ALL_FACETS, ("published_after", "2017-01-01T00:00:00Z")),
    article_case("facets, q 1 %", ALL_FACETS, ("q", HUNDREDTH_WORD)),
    article_case("facets, q 10 %", ALL_FACETS, ("q", TENTH_WORD)),
    article_case("facets, q common words", ALL_FACETS, ("q", "over about")),
    article_case("facets, q 10 % and language", ALL_FACETS, ("q", TENTH_WORD), ("language", "en")),
]

OTHER_COLLECTIONS = [
    Case("takeaways, q rare", collection_path("takeaways", ("q", RARE_WORD))),
    Case("takeaways, q 1 %", collection_path("takeaways", ("q", HUNDREDTH_WORD))),
    Case("takeaways, q 10 %", collection_path("takeaways", ("q", TENTH_WORD))),
    Case("takeaways, entity common", collection_path("takeaways", ("entity", COMMON_ENTITY))),
    Case("takeaways, entity rare", collection_path("takeaways", ("entity", RARE_ENTITY.slug))),
    Case("takeaways, article", collection_path("takeaways", ("article", "{article}"))),
    Case("entities, q prefix", collection_path("entities", ("q", "Ch"))),
    Case("entities, type", collection_path("entities", ("type", "policy"))),
    Case("co-mentioned, common", collection_path(f"entities/{COMMON_ENTITY}/co-mentioned")),
    Case("co-mentioned, rare", collection_path(f"entities/{RARE_ENTITY.slug}/co-mentioned")),
    Case("trends", collection_path("trends")),
    Case("trends, window=30d", collection_path("trends", ("window", "30d"))),
    Case("trends, window=365d", collection_path("trends", ("window", "365d"))),
    Case("related-links, article", collection_path("related-links", ("article", "{article}"))),
    Case("related-links, basis listed", collection_path("related-links", ("basis", "listed"))),
    Case("related-links, basis computed", collection_path("related-links", ("basis", "computed"))),
    Case("related-links, resolved", collection_path("related-links", ("resolved", "true"))),
    Case("related-links, unresolved", collection_path("related-links", ("resolved", "false"))),
]

# The collections whose first page is compared with the last page. To find the last page takes minutes, so
# only one sort of each collection is measured.
DEPTH_CASES = [
    Case(f"{collection} by {sort}", collection_path(collection, ("sort", sort)))
    for collection, (sort, *_) in SORTS_BY_COLLECTION.items()
]
DEPTH_CASES.append(story_case(f"stories by {STORY_SORTS[0]}", ("sort", STORY_SORTS[0])))

STORIES = [
    Case("stories with two articles", collection_path("stories")),
    story_case("stories, all"),
    story_case("stories, all, total", ("total", "true")),
    story_case("stories, all, limit=100", ("limit", "100")),
    story_case("stories, all, fields=slug,title", ("fields", "slug,title")),
    *(story_case(f"stories, all, sort={sort}", ("sort", sort)) for sort in STORY_SORTS),
    story_case("stories, entity common", ("entity", COMMON_ENTITY)),
    story_case("stories, entity rare", ("entity", RARE_ENTITY.slug)),
    story_case("stories, entity_any", ("entity_any", slugs(COMMON_ENTITIES[:8]))),
    story_case("stories, entity_not", ("entity_not", COMMON_ENTITY)),
    story_case("stories, q rare", ("q", RARE_WORD)),
    story_case("stories, q 10 %", ("q", TENTH_WORD)),
    story_case("stories, q 10 % and entity common", ("q", TENTH_WORD), ("entity", COMMON_ENTITY)),
    story_case("stories, published_after wide", ("published_after", "2017-01-01T00:00:00Z")),
    story_case("stories, published_before narrow", ("published_before", "2017-01-01T00:00:00Z")),
    story_case(
        "stories, published_before narrow, largest first",
        ("published_before", "2017-01-01T00:00:00Z"),
        ("sort", "-article_count"),
    ),
]

CASES = [
    *UNFILTERED,
    *FILTERS,
    *SETS,
    *SORTED_FILTERS,
    *COMBINED,
    *SEARCHES,
    *FACETS,
    *OTHER_COLLECTIONS,
    *STORIES,
]
