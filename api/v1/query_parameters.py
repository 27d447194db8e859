"""Schemas of the query parameters that the routes of version 1 accept."""

from typing import Any

from flask import request
from marshmallow import Schema, validates_schema

from api.models import ENTITY_TYPES
from api.problems import InvalidParameters, parameter_error
from api.resources.documented_parameters import NAMED_EXAMPLES
from api.resources.multi_value_parameters import Names, Texts
from api.resources.parameters import (
    MAX_LIMIT,
    Choice,
    Flag,
    Instant,
    PageParameters,
    Prefix,
    Search,
    Text,
    WholeNumber,
    Window,
    sort_parameter,
)
from api.v1 import schemas
from api.v1.sort_orders import (
    ARTICLE_SORTS,
    CO_MENTIONED_SORTS,
    ENTITY_SORTS,
    RELATED_LINK_SORTS,
    REVISION_ORDERS,
    STORY_SORTS,
    TAKEAWAY_SORTS,
)

RELEVANCE = "relevance"
DEFAULT_FACET_LIMIT = 10
STORY_EXAMPLE = (
    "efficiency-over-excess-beijing-reimagines-the-ai-arms-race-through-green-computing-and"
    "-vertical-integration"
)
# Single articles are stories, too, but most readers look for events that several articles report.
DEFAULT_MIN_ARTICLES = 2
MAX_MIN_ARTICLES = 1_000_000
SEARCH_DESCRIPTION = (
    'A full-text query of at most 50 words. All words are required. `"a phrase"` matches consecutive words, '
    "`-word` excludes a word, and `OR` between two words requires either of them. `OR` "
    "has no effect next to an excluded word. "
    "English words match by stem. Case and diacritics are ignored. Chinese, Japanese and Korean text matches "
    "by character."
)


def _fields(shape: type[Schema]) -> Names:
    names = list(shape().fields)
    return Names(names, "The keys to return. Keys keep their usual order.")


def _search() -> Search:
    examples = {
        "words": "flood OR computing",
        "phrase": '"lower town" OR "green ai"',
        "excluded_word": "energy -coal",
    }
    return Search(SEARCH_DESCRIPTION, **{NAMED_EXAMPLES: examples})


def _entities(description: str) -> Texts:
    return Texts("An id or a slug.", description, {"one": ["sunrise"], "two": ["dunminster", "hallowick"]})


def _publications(description: str) -> Texts:
    more = " Repeat the parameter for several publications, because a name can contain a comma."
    return Texts(
        "The name of a publication.", description + more, {"one": ["China Daily Brief"]}, is_separated=False
    )


def _languages(description: str) -> Texts:
    return Texts("A BCP 47 tag.", description, {"one": ["en"], "two": ["en", "fr"]})


def _article(items: str) -> Text:
    description = f"Only {items} of this article, given by its id or slug."
    return Text(description, **{NAMED_EXAMPLES: {"slug": STORY_EXAMPLE}})


class ArticleFields(Schema):
    """Query parameters of the resource of one article: `fields` selects the keys of the response."""

    fields = _fields(schemas.Article)  # type: ignore[assignment]  # The name hides an attribute of Schema.


class StoryFields(Schema):
    """Query parameters of the resource of one story: `fields` selects the keys of the response."""

    fields = _fields(schemas.Story)  # type: ignore[assignment]


class TakeawayFields(Schema):
    """Query parameters of the resource of one takeaway: `fields` selects the keys of the response."""

    fields = _fields(schemas.Takeaway)  # type: ignore[assignment]


class EntityFields(Schema):
    """Query parameters of the resource of one entity: `fields` selects the keys of the response."""

    fields = _fields(schemas.Entity)  # type: ignore[assignment]


class RelatedLinkFields(Schema):
    """Query parameters of the resource of one related link: `fields` selects the keys of the response."""

    fields = _fields(schemas.RelatedLink)  # type: ignore[assignment]


class ArticleFilters(PageParameters):
    """Query parameters that lists and feeds of articles share: filters, full-text search and page."""

    q = _search()
    entity = _entities("Only articles that mention all of these entities.")
    entity_any = _entities("Only articles that mention at least one of these entities.")
    entity_not = _entities("Only articles that mention none of these entities.")
    entity_type = Names(ENTITY_TYPES, "Only articles that mention an entity of each of these types.")
    publication = _publications("Only articles whose byline has exactly one of these publications.")
    publication_not = _publications("Only articles whose byline has none of these publications.")
    language = _languages("Only articles in one of these languages. Case is ignored.")
    language_not = _languages("Only articles in none of these languages. Case is ignored.")
    story = Texts("An id or a slug.", "Only articles of one of these stories.", {"one": [STORY_EXAMPLE]})
    collapse = Choice(
        ["story"], "`story` returns only the first article of each story, in the order of the list."
    )
    published_after = Instant("Only articles published at or after this time.")
    published_before = Instant("Only articles published before this time.")
    updated_after = Instant("Only articles last changed at or after this time.")
    updated_before = Instant("Only articles last changed before this time.")


class ArticleParameters(ArticleFields, ArticleFilters):
    """Query parameters of lists of articles: filters, full-text search, order, page, and keys to return."""

    sort = sort_parameter(
        [*ARTICLE_SORTS, RELEVANCE],
        " `relevance` requires `q` and returns the best matches first. The default is `relevance` with `q`, "
        "otherwise `-published_at`.",
    )
    include = Names(
        schemas.EXTRAS,
        "Parts to add to each article. Cannot be combined with `fields`. `highlights` "
        "requires `q` and returns the passages that match.",
    )

    facets = Names(
        schemas.FACETS,
        "Properties whose values are counted in `meta.facets`, separated by commas. If more than 10,000 "
        "articles match a filter or `q`, only the 10,000 published last are counted.",
    )
    facet_limit = WholeNumber(
        1,
        MAX_LIMIT,
        load_default=DEFAULT_FACET_LIMIT,
        metadata={
            "description": "The maximum number of values of each facet. Without `facets`, it has no effect."
        },
    )

    @validates_schema
    def check_combinations(self, given: dict[str, Any], **_: Any) -> None:
        """Check that `given`, the parsed parameters of the request, is an allowed combination.

        Raises:
            InvalidParameters: `sort=relevance` or `include=highlights` is given without `q`, or `include` is
                combined with `fields`.
        """
        include, has_query = given.get("include", []), "q" in given
        errors: dict[str, tuple[str, list[str] | None]] = {}
        if given.get("sort") == RELEVANCE and not has_query:
            errors["sort"] = ("`relevance` requires `q`.", list(ARTICLE_SORTS))
        if "highlights" in include and not has_query:
            errors["include"] = ("`highlights` requires `q`.", list(schemas.PARTS))
        if include and "fields" in given:
            errors["include"] = (
                "`include` cannot be combined with `fields`. List the parts in `fields`.",
                None,
            )
        if errors:
            in_order = [name for name in request.args if name in errors]
            raise InvalidParameters([parameter_error(name, *errors[name]) for name in in_order])

    def default_sort(self, given: dict[str, Any]) -> str:
        """Return the default of `sort`: `relevance` if `given` has a search `q`, otherwise `-published_at`.

        `given` has the parsed parameters of the request. `-published_at` means newest first.
        """
        return RELEVANCE if "q" in given else "-published_at"


class FeedParameters(ArticleFilters):
    """Query parameters of feeds of articles: filters, full-text search, page, and the length of entries."""

    content = Choice(
        ["full", "summary"],
        "`full`: entries have the takeaways, the body and the analysis. `summary`: entries have the summary "
        "and the takeaways.",
        default="full",
    )

    class Meta:
        exclude = ("total",)

    def default_sort(self, given: dict[str, Any]) -> str:  # noqa: ARG002
        """Return the order of all feeds: newest first."""
        return "-published_at"


class StoryParameters(StoryFields, PageParameters):
    """Query parameters of the list of stories: filters, full-text search, order, page, and keys to return.

    A story matches if at least one of its articles matches both the search and all filters on articles.
    """

    sort = sort_parameter(STORY_SORTS, default="-last_published_at")
    q = _search()
    entity = _entities("Only stories with an article that mentions all of these entities.")
    entity_any = _entities("Only stories with an article that mentions at least one of these entities.")
    entity_not = _entities("Only stories with an article that mentions none of these entities.")
    published_after = Instant("Only stories with an article published at or after this time.")
    published_before = Instant("Only stories with an article published before this time.")
    min_articles = WholeNumber(
        1,
        MAX_MIN_ARTICLES,
        load_default=DEFAULT_MIN_ARTICLES,
        metadata={
            "description": "Only stories with at least this number of articles, whether or not they match "
            "the other filters. `1` includes the articles that are alone in their story.",
            NAMED_EXAMPLES: {"all_stories": 1, "large_stories": 5},
        },
    )


class TakeawayParameters(TakeawayFields, PageParameters):
    """Query parameters of the takeaways of one article: full-text search, entities, order and page."""

    sort = sort_parameter(TAKEAWAY_SORTS, default="-published_at")
    q = _search()
    entity = _entities("Only takeaways that mention all of these entities.")
    entity_any = _entities("Only takeaways that mention at least one of these entities.")
    entity_not = _entities("Only takeaways that mention none of these entities.")


class AllTakeawayParameters(TakeawayParameters):
    """Query parameters of the list of the takeaways of all articles.

    They are the parameters of TakeawayParameters, plus the filter `article`.
    """

    article = _article("takeaways")


class EntityParameters(EntityFields, PageParameters):
    """Query parameters of lists of entities: name prefix (`q`), type, order, page, and keys to return."""

    sort = sort_parameter(ENTITY_SORTS, default="-article_count")
    q = Prefix(
        "The beginning of a name or alias. Case and diacritics are ignored.",
        **{NAMED_EXAMPLES: {"beginning": "sun"}},
    )
    type = Names(ENTITY_TYPES, "Only entities of one of these types.")


class MentionedEntityParameters(EntityParameters):
    """Query parameters of the list of entities that an article mentions; `fields` also accepts `mentions`."""

    fields = _fields(schemas.MentionedEntity)  # type: ignore[assignment]


class CoMentionedEntityParameters(EntityParameters):
    """Query parameters of the list of entities that articles mention together with a given entity."""

    fields = _fields(schemas.CoMentionedEntity)  # type: ignore[assignment]
    sort = sort_parameter(CO_MENTIONED_SORTS, default="-shared_article_count")


class RelatedLinkParameters(RelatedLinkFields, PageParameters):
    """Query parameters of the related links of one article.

    `basis` selects listed or computed links. `resolved` selects links with (true) or without (false) a target
    article.
    """

    sort = sort_parameter(RELATED_LINK_SORTS, default="-published_at")
    basis = Choice(schemas.BASES, "Only links with this basis.")
    resolved = Flag(
        "`true` returns only links whose target is in the database, `false` only links without a target."
    )


class AllRelatedLinkParameters(RelatedLinkParameters):
    """Query parameters of the list of the related links of all articles.

    They are the parameters of RelatedLinkParameters, plus the filter `article`.
    """

    article = _article("links")


class RevisionParameters(PageParameters):
    """Query parameters of the list of revisions of an article: order and page."""

    sort = sort_parameter(REVISION_ORDERS, default="-revision")


class ChangeParameters(PageParameters):
    """Query parameters of the change feed: the page, and `sort`, which has only the value `sequence`."""

    sort = Choice(
        ["sequence"], "Changes are always in the order in which they were committed.", default="sequence"
    )


class TrendParameters(PageParameters):
    """Query parameters of the list of trends: the window of time, the types of the entities, and the page."""

    window = Window("The length of the window in days, from `1d` to `365d`.")
    until = Instant(
        "The end of the window, inclusive. The default is the time of publication of the newest article.",
        is_last=True,
    )
    type = Names(ENTITY_TYPES, "Only entities of one of these types, separated by commas.")
    sort = Choice(["-score"], "The highest score is always first.", default="-score")
