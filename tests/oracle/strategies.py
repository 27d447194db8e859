"""Hypothesis strategies for documents, and for requests for lists.

They use few words and values, so that many rows match a filter and have equal sort keys.
"""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from hypothesis import strategies as st

from api.models import ENTITY_TYPES
from seeds.extraction.catalogue import EntityRecord
from seeds.identifiers import article_id, entity_id
from tests.oracle.questions import ARTICLE_LISTS, ENTITY_COLLECTIONS, RELEVANCE, Question, Search
from tests.seeds.documents import Page

KEYS = [f"page-{number}" for number in range(8)]
CATALOGUE = (
    EntityRecord("Sunrise", "organization", "sunrise", ("凌通",)),
    EntityRecord("Łódź", "place", "lodz", ("Lodz",)),
    EntityRecord("北京", "place", "beijing"),
    EntityRecord("apple Fair", "event", "apple-fair"),
    EntityRecord("Café Plan", "policy", "cafe-plan"),
    EntityRecord("Zoë O'Neill", "person", "zoe-o-neill", ("O'Neill",)),
)
WORDS = ["Sunrise", "凌通", "北京", "凌", "Łódź", "Lodz", "apple Fair", "Café Plan", "café", "cafe", "Run"]
WORDS += [
    "running",
    "runs",
    "O'Neill",
    "O’Neill",
    "state-backed",
    "state",
    "5",
    "1,280",
    "1280",
    "oneill",
    "don't",
]
# A listed title matches no article, one article or several articles. Two titles differ only in case.
TITLES = [
    "The Café Runs",
    "The cafe runs",
    "The Café runs",
    "Sunrise in 北京",
    "Łódź Is State-Backed",
    "Zebra 5",
]
PUBLICATIONS = ["The Ledger", "The ledger", "Canal, Post"]
LANGUAGES = ["en", "EN", "zh-Hans"]
NOON = datetime(2026, 4, 21, 12, tzinfo=UTC)
INSTANTS = [NOON, NOON.astimezone(timezone(timedelta(hours=2))), NOON + timedelta(microseconds=1)]
INSTANTS += [NOON - timedelta(days=1), NOON + timedelta(days=1)]

# These are frequent, so that a phrase of two words can also span the end of a paragraph.
FREQUENT_WORDS = ["Sunrise", "凌通", "Łódź", "Café Plan", "run", "O'Neill"]
words = st.sampled_from(WORDS + FREQUENT_WORDS * 5)
some_words = st.lists(words, min_size=1, max_size=3).map(" ".join)
takeaways = st.lists(words, min_size=1, max_size=5).map(" ".join).map(lambda drawn: f"The {drawn}.")
# A phrase must not match the last words of a paragraph and the first words of the next paragraph.
paragraphs = st.tuples(some_words, some_words).map(
    lambda drawn: (
        f"{drawn[0][0].upper()}{drawn[0][1:]} is what the nine towns of the coast have read on the gauges of "
        f"the old quay, and every one of them sees at once {drawn[1]}."
    )
)
PART_STRATEGIES: dict[str, st.SearchStrategy[Any]] = {
    "title": st.sampled_from(TITLES),
    "summary": st.none() | paragraphs,
    "takeaways": st.lists(takeaways, min_size=1, max_size=4).map(tuple),
    "heading": st.sampled_from(["What It Means", "Running Łódź", "State"]),
    "analysis": st.lists(paragraphs, max_size=2).map(tuple),
    "publication": st.none() | st.sampled_from(PUBLICATIONS),
    "body": st.lists(paragraphs, min_size=1, max_size=3).map(tuple),
    "related": st.lists(st.sampled_from(TITLES), max_size=4, unique_by=str.casefold).map(tuple),
    "published_at": st.none() | st.sampled_from(INSTANTS),
    "language": st.sampled_from(LANGUAGES),
}
# Parts of a document by name.
DocumentParts = dict[str, Any]
# The key of an article with changed parts, or the slug of an entity with its new type.
DrawnChange = tuple[str, DocumentParts | str]
DEFAULT_PARTS: DocumentParts = {"publication": None, "published_at": None, "language": "en"} | {
    name: getattr(Page(), name)
    for name in ("title", "summary", "takeaways", "heading", "analysis", "body", "related")
}
complete_documents = st.fixed_dictionaries(PART_STRATEGIES)
corrections = st.lists(st.sampled_from(list(PART_STRATEGIES)), max_size=3, unique=True).flatmap(
    lambda names: st.fixed_dictionaries({name: PART_STRATEGIES[name] for name in names})
)
types = st.sampled_from(ENTITY_TYPES)
seedings = st.tuples(st.sampled_from(KEYS), complete_documents | corrections | corrections)
retypings = st.tuples(st.sampled_from([entity.slug for entity in CATALOGUE]), types)
changes = seedings | seedings | seedings | retypings

single = words.filter(lambda word: " " not in word)
pairs = st.lists(st.sampled_from(FREQUENT_WORDS), min_size=2, max_size=2)
phrases = single | (pairs | st.lists(words, min_size=2, max_size=3)).map(lambda drawn: f'"{" ".join(drawn)}"')
choices = st.lists(phrases, min_size=1, max_size=2).map(tuple)
searches = st.builds(
    Search,
    st.tuples(choices) | st.tuples(choices, choices),
    st.just(()) | st.just(()) | st.tuples(phrases),
)
article_references = st.sampled_from([*KEYS, *(str(article_id(key)) for key in KEYS)])
entity_references = st.sampled_from(
    [entity.slug for entity in CATALOGUE] + [str(entity_id("lodz")), "nobody"]
)


def several(values: st.SearchStrategy[str], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    """Return a strategy that draws tuples of one to `most` values, each from the strategy `values`."""
    return st.lists(values, min_size=1, max_size=most).map(tuple)


entities = several(entity_references)
entity_sets = {"entity": entities, "entity_any": several(entity_references, 4), "entity_not": entities}
moments = st.integers(0, 5).map(lambda seconds: NOON + timedelta(seconds=seconds / 2))
published = {f"published_{bound}": st.sampled_from(INSTANTS) for bound in ("after", "before")}
updated = {f"updated_{bound}": moments for bound in ("after", "before")}
publications = several(st.sampled_from(PUBLICATIONS))
languages = several(st.sampled_from([*LANGUAGES, "ZH-hans", "de"]))
exact = {"publication": publications, "publication_not": publications}
exact |= {"language": languages, "language_not": languages}
names_and_types = {
    "q": st.sampled_from(["a", "LO", "cafe p", "凌", "o’neill", "z"]),
    "type": several(types, 3),
}
FILTERS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    # Replaced by the slugs of the stories of these articles.
    "articles": {
        "story": several(st.sampled_from([*KEYS, "nobody"]), 3),
        "q": searches,
        "entity_type": several(types),
    }
    | entity_sets
    | exact
    | published
    | updated,
    "stories": {"q": searches, "min_articles": st.sampled_from([1, 1, 2, 3])} | entity_sets | published,
    "story-articles": {"q": searches} | entity_sets | exact | published,
    "takeaways": {"q": searches, "article": article_references} | entity_sets,
    "entities": names_and_types,
    "co-mentioned": names_and_types,
    "related-links": {
        "article": article_references,
        "basis": st.sampled_from(["listed", "computed"]),
        "resolved": st.booleans(),
    },
}
# Sort keys that a correction changes are more frequent.
SORTS = {
    "articles": ["updated_at", "updated_at", "published_at", "created_at", "title"],
    "stories": ["last_published_at", "last_published_at", "article_count"],
    "story-articles": ["published_at", "title"],
    "takeaways": ["published_at"],
    "entities": ["article_count", "mention_count", "name"],
    "co-mentioned": ["shared_article_count", "shared_article_count", "name"],
    "related-links": ["published_at", "score"],
}
RESPONSE_OPTIONS = [{}, {}, {"total": "true"}, {"total": "true"}, {"fields": "id,links"}]
# All facets, and few values of each.
FACET_OPTIONS = [
    {"facets": "entity,entity_type,publication,language,story,year,month,day"},
    {"facets": "day,language,publication", "facet_limit": "1"},
    {"facets": "entity,story,month", "facet_limit": "3", "total": "true"},
]
SEARCH_RESPONSE_OPTIONS = [{"include": "highlights"}, {"include": "highlights,body,entities,related"}]
SEARCH_RESPONSE_OPTIONS += [{"fields": "id,takeaways,analysis,source"}]


@st.composite
def questions(draw: st.DrawFn) -> Question:
    """Draw a request for a list: a collection, an order, and a few filters. For use with Hypothesis."""
    kind = draw(st.sampled_from(["articles", "articles", *FILTERS]))
    scopes = entity_references if kind in ENTITY_COLLECTIONS else article_references
    # Some lists exist only for an entity or a story. The keys are replaced by the slugs of their stories.
    scopes = st.sampled_from(KEYS) if kind == "story-articles" else scopes
    scope = draw(scopes if kind in ("co-mentioned", "story-articles") else st.none() | scopes)
    scope = None if kind == "stories" else scope
    available = {name: each for name, each in FILTERS[kind].items() if not (scope and name == "article")}
    names = {*draw(st.lists(st.sampled_from(sorted(available)), max_size=3)), *["q"] * draw(st.booleans())}
    filters = {name: draw(available[name]) for name in sorted(names & set(available))}
    is_search = kind in ARTICLE_LISTS and "q" in filters
    sorts = [sort for key in SORTS[kind] for sort in (key, f"-{key}")] + [RELEVANCE] * is_search
    options = RESPONSE_OPTIONS + SEARCH_RESPONSE_OPTIONS * is_search
    options += FACET_OPTIONS * (kind == "articles")
    shown = draw(st.sampled_from(options))
    sort, is_separated = draw(st.sampled_from([None, *sorts])), draw(st.booleans())
    is_collapsed = kind == "articles" and draw(st.booleans())
    return Question(kind, scope, sort, filters, shown, is_separated, is_collapsed)
