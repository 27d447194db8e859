"""A second, simple implementation of the lists of the API, with which tests compare the real responses.

It takes the same documents as the loader, and tells which rows a request must return, and in which order. It
uses the modules of the project for search terms, mentions and ids, but searches, filters, counts and sorts in
plain Python.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from api.models import language_value, link_precedence
from api.search.analyzer import analyze, analyze_for_index, fold
from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.mentions import FoundEntity, find_entities, sections
from seeds.identifiers import article_id, computed_link_id, related_link_id, takeaway_id
from seeds.linking.article_features import extract_features
from seeds.linking.inverted_index import INDEXED_FEATURES
from seeds.linking.neighbours import MIN_SCORE
from seeds.parsing.files import SubmittedDocument
from seeds.storing.article_entities import slug_choices
from tests.support.extraction import make_matcher

RELEVANCE = "relevance"
# Fields of a response that have the same names as the facts of a row.
COMPARED_FIELDS = (
    *("title", "publication", "language", "name", "type", "basis"),
    *("article_count", "mention_count", "shared_article_count"),
)
DEFAULT_SORTS = {"entities": "-article_count", "co-mentioned": "-shared_article_count"}
# The length of each date facet, such as `2026-04-21`.
DATE_LENGTHS = {"year": 4, "month": 7, "day": 10}
# The collections of an entity. All others are collections of an article.
ENTITY_COLLECTIONS = ("articles", "co-mentioned")
# The parameters whose values can contain commas.
REPEATED = ("publication", "publication_not")


@dataclass(frozen=True)
class Search:
    """A full-text query for tests. Words and phrases are written as in the parameter `q`.

    A text matches if it contains an alternative of each choice in `required`, and no phrase of `excluded`.
    """

    required: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the query as a value of the parameter `q`: `a OR b -"not this" c`."""
        first, *others = [" OR ".join(choice) for choice in self.required]
        return " ".join([first, *(f"-{phrase}" for phrase in self.excluded), *others])

    def finds(self, texts: Iterable[str]) -> bool:
        """Return True if the query matches `texts`. A phrase must be within one of them."""
        paragraphs = [[term.text for term in analyze_for_index(text)] for text in texts]

        def matches(phrase: str) -> bool:
            return any(_contains(paragraph, _terms(phrase)) for paragraph in paragraphs)

        has_required = all(any(map(matches, choice)) for choice in self.required)
        return has_required and not any(map(matches, self.excluded))


def _terms(text: str) -> list[str]:
    return [term.text for term in analyze(text)]


def _contains(paragraph: list[str], phrase: list[str]) -> bool:
    return any(paragraph[start : start + len(phrase)] == phrase for start in range(len(paragraph)))


@dataclass(frozen=True)
class Question:
    """A request for a list of the API, such as `/v1/articles?language=en`.

    Attributes:
        kind: The collection, such as `articles`.
        scope: The id or slug of the article or entity to which the list belongs, or None for the list of all.
        sort: The value of `sort`, or None.
        filters: The filters, as values of query parameters.
        options: Parameters that do not change which rows are returned, such as `fields`.
        is_separated: True if several values are separated by commas, and False if the parameter is repeated.
    """

    kind: str
    scope: str | None = None
    sort: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)
    is_separated: bool = False

    @property
    def order(self) -> str:
        """The value of `sort`, or the default order if there is none."""
        if self.kind == "articles" and "q" in self.filters:
            return self.sort or RELEVANCE
        return self.sort or DEFAULT_SORTS.get(self.kind, "-published_at")

    @property
    def is_in_order_of_article(self) -> bool:
        """True if all rows are of one article and sorted by its date, so that no new date moves them."""
        of_article = self.kind in ("takeaways", "related-links") and (self.scope or "article" in self.filters)
        return bool(of_article) and self.order.endswith("published_at")

    def target(self, limit: int) -> str:
        """Return the path and query of the first page, with `limit` items on each page."""
        within = "entities" if self.kind in ENTITY_COLLECTIONS else "articles"
        name = "related" if self.scope and self.kind == "related-links" else self.kind
        path = f"/v1/{within}/{self.scope}/{name}" if self.scope else f"/v1/{name}"
        pairs = {"limit": limit} | ({"sort": self.sort} if self.sort else {}) | dict(self.options)
        for name, value in self.filters.items():
            is_separated = self.is_separated and isinstance(value, tuple) and name not in REPEATED
            pairs[name] = ",".join(value) if is_separated else _parameter_value(value)
        return f"{path}?{urlencode(pairs, doseq=True)}"


def _parameter_value(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Row:
    """A row that a list must contain.

    Its position in the list follows from `value` (the value of the sort key), `owner` (the number of its
    article, or of the entity) and `position`. `facts` are values that the response must show.
    """

    id: UUID
    value: Any
    owner: int
    position: int
    facts: Mapping[str, Any] = field(compare=False, repr=False)

    def fits(self, shown: Mapping[str, Any]) -> bool:
        """Return True if `shown`, an item of a response, has the values that this row expects."""
        names = [name for name in COMPARED_FIELDS if name in shown and name in self.facts]
        return all(shown[name] == self.facts[name] for name in names)


def ordered(rows: Iterable[Row], sort: str) -> list[Row]:
    """Return `rows` in the order `sort`, such as `-title`.

    Rows without a value come last. Rows with the same value come newest-seeded first, and those of one
    article keep ascending positions, in both directions.
    """
    newest_first = sorted(rows, key=lambda row: (-row.owner, row.position))
    known = [row for row in newest_first if row.value is not None]
    unknown = [row for row in newest_first if row.value is None]
    # `reverse` keeps the order of rows with the same value.
    known.sort(key=lambda row: row.value, reverse=sort.startswith("-"))
    return known + unknown


@dataclass(frozen=True)
class Item:
    """An item that a list can contain. `facts` are the values by which it is filtered and sorted."""

    id: UUID
    facts: Mapping[str, Any]
    owner: int
    position: int = 0

    def passes(self, filters: Mapping[str, Any]) -> bool:
        """Return True if the item matches all `filters`, which are values of query parameters."""
        return all(_filter_test(name)(self.facts, value) for name, value in filters.items())

    def row(self, sort: str) -> Row:
        """Return the item as a row of a list in the order `sort`, such as `-title`."""
        return Row(self.id, self.facts.get(sort.lstrip("-")), self.owner, self.position, self.facts)


FilterTest = Callable[[Mapping[str, Any], Any], bool]
FILTER_TESTS: dict[str, FilterTest] = {
    "q": lambda facts, query: query.finds(facts["texts"]),
    "prefix": lambda facts, query: any(fold(name).startswith(fold(query)) for name in facts["names"]),
    "entity": lambda facts, references: set(references) <= facts["entities"],
    "entity_any": lambda facts, references: bool(set(references) & facts["entities"]),
    "entity_not": lambda facts, references: not set(references) & facts["entities"],
    "entity_type": lambda facts, kinds: set(kinds) <= facts["types"],
    "type": lambda facts, kinds: facts["type"] in kinds,
    "publication": lambda facts, names: facts["publication"] in names,
    "publication_not": lambda facts, names: facts["publication"] not in names,
    "language": lambda facts, tags: facts["language"].lower() in map(str.lower, tags),
    "language_not": lambda facts, tags: facts["language"].lower() not in map(str.lower, tags),
    "article": lambda facts, reference: reference in facts["article"],
}


def _filter_test(name: str) -> FilterTest:
    key, _, bound = name.rpartition("_")
    if bound == "after":
        return lambda facts, at: facts[f"{key}_at"] is not None and facts[f"{key}_at"] >= at
    if bound == "before":
        return lambda facts, at: facts[f"{key}_at"] is not None and facts[f"{key}_at"] < at
    return FILTER_TESTS.get(name, lambda facts, value: facts[name] == value)


@dataclass(frozen=True)
class Article:
    """An article that the test has loaded: its number, its document, its entities, and when it was loaded."""

    number: int
    submission: SubmittedDocument
    created_at: datetime
    updated_at: datetime
    entities: tuple[FoundEntity, ...]
    features: Mapping[str, float]

    @property
    def id(self) -> UUID:
        return article_id(self.submission.key)

    @property
    def references(self) -> set[str]:
        """The texts that identify the article in a URL: its id and the slug of its sidecar."""
        return {str(self.id), self.submission.sidecar.slug or ""}


class Corpus:
    """All articles and entities that a test has loaded, held in memory. It computes the expected lists.

    `articles` has the articles by key, and `entities` the entities by id.
    """

    def __init__(self, catalogue: Iterable[EntityRecord]) -> None:
        self.articles: dict[str, Article] = {}
        self.entities: dict[UUID, EntityRecord] = {}
        # The numbers of all entities that were ever stored, by id, in the order of their first mention.
        self.entity_numbers: dict[UUID, int] = {}
        self.last_entity = 0
        self.set_catalogue(catalogue)

    def set_catalogue(self, catalogue: Iterable[EntityRecord]) -> None:
        known = tuple(catalogue)
        self.matcher = make_matcher(known)
        self.entities |= {entity.id: entity for entity in known if entity.id in self.entities}

    def seed(self, submission: SubmittedDocument, now: datetime) -> str:
        """Do what loading a document does: create or update its article.

        Return `created`, `updated` or `unchanged`. `now` is the time of the load.
        """
        before = self.articles.get(submission.key)
        if before and before.submission == submission:
            return "unchanged"
        found = find_entities(submission.document, self.matcher)
        about = extract_features(sections(submission.document), found, self.matcher.lexicon)
        created_at = before.created_at if before else now
        number = before.number if before else len(self.articles) + 1
        self.articles[submission.key] = Article(number, submission, created_at, now, tuple(found), about)
        for each in found:
            self._add_entity(each.entity)
        mentioned = {each.entity.id for article in self.articles.values() for each in article.entities}
        self.entities = {id_: entity for id_, entity in self.entities.items() if id_ in mentioned}
        return "updated" if before else "created"

    def _add_entity(self, entity: EntityRecord) -> None:
        """Store an entity of an article. A stored entity keeps its name and type, and gets more aliases."""
        present = self.entities.get(entity.id)
        if present is None:
            taken = {other.slug for other in self.entities.values()}
            slug = next(
                each for each in slug_choices(entity.slug, entity.type, entity.id) if each not in taken
            )
            self.entities[entity.id] = entity._replace(slug=slug)
            self.last_entity += 1
            self.entity_numbers[entity.id] = self.last_entity
        elif entity.origin == "extracted":
            aliases = tuple({*present.aliases, *entity.names} - {present.name})
            self.entities[entity.id] = present._replace(aliases=aliases)

    def _entity_references(self, article: Article, *takeaways: int) -> set[str]:
        """Return the slugs and ids of the entities that an article mentions.

        If `takeaways` are given, only entities that are mentioned in the takeaways with these numbers are
        returned.
        """
        ids = {
            found.entity.id
            for found in article.entities
            for mention in found.mentions
            if not takeaways or (mention.part == "takeaways" and mention.index in takeaways)
        }
        return {*(self.entities[each].slug for each in ids), *map(str, ids)}

    def has_collection(self, question: Question) -> bool:
        """Return True if the requested list exists. For example, the list of an unknown entity does not."""
        belongs_to_entity = question.kind in ENTITY_COLLECTIONS
        articles = self.articles.values()
        references = [
            self._entity_references(each) if belongs_to_entity else each.references for each in articles
        ]
        return question.scope is None or any(question.scope in each for each in references)

    def rows(self, question: Question) -> set[Row]:
        """Return the rows that the requested list must contain, on all its pages together."""
        items: Iterable[Item] = getattr(self, f"_{question.kind.replace('-', '_')}")(question.scope)
        filters = dict(question.filters)
        if question.kind in ("entities", "co-mentioned") and "q" in filters:
            filters["prefix"] = filters.pop("q")
        order = "" if question.is_in_order_of_article else question.order
        return {item.row(order) for item in items if item.passes(filters)}

    def facet_meta(self, question: Question, max_counted: int) -> dict[str, Any]:
        """Return the members `facets` and `counted` of `meta`, if the question asks for them.

        If there are filters, at most `max_counted` articles are counted: those published last.
        """
        if "facets" not in question.options:
            return {}
        items = [item for item in self._articles(question.scope) if item.passes(question.filters)]
        counted = items
        if question.filters or question.scope:
            chosen = ordered([item.row("-published_at") for item in items], "-published_at")[:max_counted]
            counted = [item for item in items if item.id in {row.id for row in chosen}]
        names, limit = question.options["facets"].split(","), int(question.options.get("facet_limit", 10))
        return {
            "facets": {name: self._facet(name, counted, limit) for name in names},
            "counted": {"articles": len(counted), "complete": len(counted) == len(items)},
        }

    def _facet(self, name: str, items: Iterable[Item], limit: int) -> list[dict[str, Any]]:
        """Return the expected values of a facet, given the items that are counted."""
        counts = Counter(value for item in items for value in self._facet_values(name, item.facts))
        largest = sorted(counts, key=lambda value: (-counts[value], value))[:limit]
        if name in DATE_LENGTHS:
            largest = sorted(counts)[-limit:]
        shown = [(value[-1], value[-1]) for value in largest]
        if name == "entity":
            stored = [self.entities[value[-1]] for value in largest]
            shown = [(entity.slug, entity.name) for entity in stored]
        return [
            {"value": value, "label": label, "count": counts[key]}
            for key, (value, label) in zip(largest, shown, strict=True)
        ]

    def _facet_values(self, name: str, facts: Mapping[str, Any]) -> set[tuple[Any, ...]]:
        """Return the values of a facet that an article has, as tuples by which equal counts are sorted.

        The last value of each tuple is the value or, for an entity, its id.
        """
        if name == "entity":
            return {(-self.entity_numbers[each], each) for each in facts["entity_ids"]}
        if name == "entity_type":
            return {(kind,) for kind in facts["types"]}
        if name == "language":
            return {(language_value(facts["language"]),)}
        value = facts["publication"]
        if name in DATE_LENGTHS and facts["published_at"]:
            value = facts["published_at"].astimezone(UTC).isoformat()[: DATE_LENGTHS[name]]
        elif name in DATE_LENGTHS:
            value = None
        return set() if value is None else {(value,)}

    def _of(self, scope: str | None) -> list[Article]:
        return [each for each in self.articles.values() if scope is None or scope in each.references]

    def _articles(self, entity: str | None) -> Iterator[Item]:
        for article in self.articles.values():
            references = self._entity_references(article)
            if entity is None or entity in references:
                types = {self.entities[found.entity.id].type for found in article.entities}
                ids = {found.entity.id for found in article.entities}
                facts = _facts_of(article) | {"entities": references, "types": types, "entity_ids": ids}
                yield Item(article.id, facts, article.number)

    def _takeaways(self, scope: str | None) -> Iterator[Item]:
        for article in self._of(scope):
            shared = {"published_at": article.submission.sidecar.published_at, "article": article.references}
            for each in article.submission.document.takeaways:
                facts = shared | {
                    "texts": [each.text],
                    "entities": self._entity_references(article, each.position),
                }
                yield Item(takeaway_id(article.id, each.position), facts, article.number, each.position)

    def _related_links(self, scope: str | None) -> Iterator[Item]:
        for article in self._of(scope):
            shared = {"published_at": article.submission.sidecar.published_at, "article": article.references}
            scores = self._similar(article)
            for position, each in enumerate(article.submission.document.related, 1):
                target = self._target(article, each.title)
                score = scores.pop(target, None) if target else None
                facts = {**shared, "basis": "listed", "resolved": target is not None, "score": score}
                place = -link_precedence(position)
                yield Item(related_link_id(article.id, position), facts, article.number, place)
            for target, score in scores.items():
                facts = {**shared, "basis": "computed", "resolved": True, "score": score}
                place = -link_precedence(score=score, target=target)
                yield Item(computed_link_id(article.id, target), facts, article.number, place)

    def _target(self, article: Article, title: str) -> UUID | None:
        others = [each for each in self.articles.values() if each is not article]
        titled = [each.id for each in others if each.submission.document.title.casefold() == title.casefold()]
        return titled[0] if len(titled) == 1 else None

    def _similar(self, article: Article) -> dict[UUID, float]:
        """Return the articles that must have a computed link from `article`, by id, with the scores.

        A test has so few articles that the limit of links for each article never applies.
        """
        own, scores = article.features, {}
        for other in self.articles.values():
            theirs = other.features
            score = round(min(1, sum(own[name] * theirs[name] for name in own.keys() & theirs.keys())), 4)
            are_compared = {*[*own][:INDEXED_FEATURES]} & {*[*theirs][:INDEXED_FEATURES]}
            if other is not article and score >= MIN_SCORE and are_compared:
                scores[other.id] = score
        return scores

    def _entities(self, scope: str | None) -> Iterator[Item]:
        return self._counted([found for article in self._of(scope) for found in article.entities])

    def _co_mentioned(self, entity: str | None) -> Iterator[Item]:
        mentioning = [
            article for article in self.articles.values() if entity in self._entity_references(article)
        ]
        shared = [found.entity.id for article in mentioning for found in article.entities]
        for item in self._counted([found for article in self._of(None) for found in article.entities]):
            count = shared.count(item.id)
            if count and entity not in (str(item.id), item.facts["slug"]):
                yield replace(item, facts={**item.facts, "shared_article_count": count})

    def _counted(self, here: list[FoundEntity]) -> Iterator[Item]:
        """Yield the entities in `here`, each with its mentions in `here` and the number of its articles."""
        everywhere = [found for article in self.articles.values() for found in article.entities]
        for each in {found.entity.id for found in here}:
            entity = self.entities[each]
            facts = {
                "slug": entity.slug,
                "name": entity.name,
                "names": entity.names,
                "type": entity.type,
                "article_count": sum(found.entity.id == each for found in everywhere),
                "mention_count": sum(len(found.mentions) for found in here if found.entity.id == each),
            }
            yield Item(each, facts, self.entity_numbers[each])


def _facts_of(article: Article) -> dict[str, Any]:
    document, sidecar = article.submission.document, article.submission.sidecar
    takeaways = [takeaway.text for takeaway in document.takeaways]
    analysis = [document.analysis.heading or "", *document.analysis.paragraphs] if document.analysis else []
    return {
        "title": document.title,
        "texts": [document.title, document.summary or "", *takeaways, *analysis, *document.body],
        "publication": document.byline and document.byline.publication,
        "language": sidecar.language or "en",
        "published_at": sidecar.published_at,
        "created_at": article.created_at,
        "updated_at": article.updated_at,
    }
