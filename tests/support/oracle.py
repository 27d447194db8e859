"""The lists of version 1 in small: what a query admits and in which order, in plain Python.

Documents come as the loader gets them. Terms, mentions and ids are taken from the modules that make them;
what is searched, filtered, counted, resolved and sorted is said here once more, in the most direct way.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from api.models import link_place
from api.search.analyzer import analyze, fold
from seeds.extraction.catalogue import KnownEntity
from seeds.extraction.mentions import FoundEntity, Matcher, find_entities, sections
from seeds.linking.features import features
from seeds.linking.neighbours import INDEXED_FEATURES, LEAST
from seeds.parsing.files import SubmittedDocument
from seeds.storing.article_entities import slugs_for
from seeds.storing.identifiers import article_id, computed_link_id, related_link_id, takeaway_id

RELEVANCE = "relevance"
# What an answer says of a row in the same words.
SAID = (
    *("title", "publication", "language", "name", "type", "basis"),
    *("article_count", "mention_count", "shared_article_count"),
)
DEFAULT_SORTS = {"entities": "-article_count", "co-mentioned": "-shared_article_count"}
# What there is of one entity; all others are of one article, or of none.
OF_AN_ENTITY = ("articles", "co-mentioned")


@dataclass(frozen=True)
class Search:
    """A full-text query: one word or phrase of each of `required`, none of `excluded`, as they are typed."""

    required: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Type it, with the exclusions in the middle, where they mean the same as elsewhere."""
        first, *others = [" OR ".join(choice) for choice in self.required]
        return " ".join([first, *(f"-{phrase}" for phrase in self.excluded), *others])

    def finds(self, texts: Iterable[str]) -> bool:
        """Tell whether `texts` are those of a hit; no phrase reaches from one into the next."""
        paragraphs = [_terms(text) for text in texts]

        def has(phrase: str) -> bool:
            return any(_stands_in(_terms(phrase), paragraph) for paragraph in paragraphs)

        return all(any(map(has, choice)) for choice in self.required) and not any(map(has, self.excluded))


def _terms(text: str) -> list[str]:
    return [term.text for term in analyze(text)]


def _stands_in(phrase: list[str], paragraph: list[str]) -> bool:
    return any(paragraph[start : start + len(phrase)] == phrase for start in range(len(paragraph)))


@dataclass(frozen=True)
class Question:
    """A collection and what is asked of it; `scope` is the article or entity whose collection it is."""

    kind: str
    scope: str | None = None
    sort: str | None = None
    filters: Mapping[str, Any] = field(default_factory=dict)
    # What says how rows are shown, and not which.
    shown: Mapping[str, str] = field(default_factory=dict)

    @property
    def order(self) -> str:
        """The sort, or the default."""
        if self.kind == "articles" and "q" in self.filters:
            return self.sort or RELEVANCE
        return self.sort or DEFAULT_SORTS.get(self.kind, "-published_at")

    def target(self, limit: int) -> str:
        """Give the path and query of the first page."""
        within = "entities" if self.kind in OF_AN_ENTITY else "articles"
        name = "related" if self.scope and self.kind == "related-links" else self.kind
        path = f"/v1/{within}/{self.scope}/{name}" if self.scope else f"/v1/{name}"
        pairs = {"limit": limit} | ({"sort": self.sort} if self.sort else {}) | dict(self.shown)
        pairs |= {name: _typed(value) for name, value in self.filters.items()}
        return f"{path}?{urlencode(pairs, doseq=True)}"


def _typed(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple):
        return value
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True)
class Row:
    """A row and its place in an order: by value, owner and position; `facts` are what it says."""

    id: UUID
    value: Any
    owner: UUID
    position: int
    facts: Mapping[str, Any] = field(compare=False, repr=False)

    def fits(self, shown: Mapping[str, Any]) -> bool:
        """Tell whether what an answer shows of it is what it says."""
        return all(shown[name] == self.facts[name] for name in SAID if name in shown and name in self.facts)


def ordered(rows: Iterable[Row], sort: str) -> list[Row]:
    """Sort `rows` in the direction of `sort`, but null last and position ascending in either."""
    descending = sort.startswith("-")
    by_position = sorted(rows, key=lambda row: row.position)
    known = [row for row in by_position if row.value is not None]
    unknown = [row for row in by_position if row.value is None]
    known.sort(key=lambda row: (row.value, row.owner), reverse=descending)
    unknown.sort(key=lambda row: row.owner, reverse=descending)
    return known + unknown


@dataclass(frozen=True)
class Item:
    """What a list has a row of; `facts` are what it is sorted and filtered by."""

    id: UUID
    facts: Mapping[str, Any]
    owner: UUID
    position: int = 0

    def admitted(self, filters: Mapping[str, Any]) -> bool:
        """Tell whether each of `filters` admits it."""
        return all(_test(name)(self.facts, value) for name, value in filters.items())

    def row(self, sort: str) -> Row:
        """Give its place in the order `sort`."""
        return Row(self.id, self.facts.get(sort.lstrip("-")), self.owner, self.position, self.facts)


Test = Callable[[Mapping[str, Any], Any], bool]
TESTS: dict[str, Test] = {
    "q": lambda facts, query: query.finds(facts["texts"]),
    "prefix": lambda facts, query: any(fold(name).startswith(fold(query)) for name in facts["names"]),
    "entity": lambda facts, references: set(references) <= facts["entities"],
    "entity_type": lambda facts, kind: kind in facts["types"],
    "article": lambda facts, reference: reference in facts["article"],
}


def _test(name: str) -> Test:
    key, _, bound = name.rpartition("_")
    if bound == "after":
        return lambda facts, at: facts[f"{key}_at"] is not None and facts[f"{key}_at"] >= at
    if bound == "before":
        return lambda facts, at: facts[f"{key}_at"] is not None and facts[f"{key}_at"] < at
    return TESTS.get(name, lambda facts, value: facts[name] == value)


@dataclass(frozen=True)
class Article:
    """An article as its last seeding left it."""

    submission: SubmittedDocument
    created_at: datetime
    updated_at: datetime
    entities: tuple[FoundEntity, ...]
    features: Mapping[str, float]

    @property
    def id(self) -> UUID:
        """The id."""
        return article_id(self.submission.key)

    @property
    def references(self) -> set[str]:
        """What may stand for it in a URL; its slug is the one that the sidecar gives."""
        return {str(self.id), self.submission.sidecar.slug or ""}


class Corpus:
    """All articles, by key, all entities, by id, and the catalogue by which they are found."""

    def __init__(self, catalogue: Iterable[KnownEntity]) -> None:
        self.articles: dict[str, Article] = {}
        self.entities: dict[UUID, KnownEntity] = {}
        self.know(catalogue)

    def know(self, catalogue: Iterable[KnownEntity]) -> None:
        """Change what is known of the entities."""
        known = tuple(catalogue)
        self.matcher = Matcher(known)
        self.entities |= {entity.id: entity for entity in known if entity.id in self.entities}

    def seed(self, submission: SubmittedDocument, now: datetime) -> str:
        """Bring the article of `submission` to what its document says; gives the outcome."""
        before = self.articles.get(submission.key)
        if before and before.submission == submission:
            return "unchanged"
        found = find_entities(submission.document, self.matcher)
        about = features(sections(submission.document), found)
        created_at = before.created_at if before else now
        self.articles[submission.key] = Article(submission, created_at, now, tuple(found), about)
        for each in found:
            self._bring(each.entity)
        mentioned = {each.entity.id for article in self.articles.values() for each in article.entities}
        self.entities = {id_: entity for id_, entity in self.entities.items() if id_ in mentioned}
        return "updated" if before else "created"

    def _bring(self, entity: KnownEntity) -> None:
        """Take in an entity as one article has it: its first name and type stay, its aliases add up."""
        present = self.entities.get(entity.id)
        if present is None:
            taken = {other.slug for other in self.entities.values()}
            slug = next(each for each in slugs_for(entity.slug, entity.type, entity.id) if each not in taken)
            self.entities[entity.id] = replace(entity, slug=slug)
        elif entity.origin == "extracted":
            aliases = tuple({*present.aliases, *entity.names} - {present.name})
            self.entities[entity.id] = replace(present, aliases=aliases)

    def _named(self, article: Article, *takeaways: int) -> set[str]:
        """Give what may stand in a URL for each of its entities, or of those that some `takeaways` name."""
        named = {
            found.entity.id
            for found in article.entities
            for mention in found.mentions
            if not takeaways or (mention.part == "takeaways" and mention.index in takeaways)
        }
        return {*(self.entities[each].slug for each in named), *map(str, named)}

    def has(self, question: Question) -> bool:
        """Tell whether there is the collection that `question` is about."""
        of_entity = question.kind in OF_AN_ENTITY
        articles = self.articles.values()
        known = [self._named(each) if of_entity else each.references for each in articles]
        return question.scope is None or any(question.scope in references for references in known)

    def rows(self, question: Question) -> set[Row]:
        """Give the rows that `question` asks for."""
        items: Iterable[Item] = getattr(self, f"_{question.kind.replace('-', '_')}")(question.scope)
        filters = dict(question.filters)
        if question.kind in ("entities", "co-mentioned") and "q" in filters:
            filters["prefix"] = filters.pop("q")
        return {item.row(question.order) for item in items if item.admitted(filters)}

    def _of(self, scope: str | None) -> list[Article]:
        return [each for each in self.articles.values() if scope is None or scope in each.references]

    def _articles(self, entity: str | None) -> Iterator[Item]:
        for article in self.articles.values():
            named = self._named(article)
            if entity is None or entity in named:
                types = {self.entities[found.entity.id].type for found in article.entities}
                facts = _facts_of(article) | {"entities": named, "types": types}
                yield Item(article.id, facts, article.id)

    def _takeaways(self, scope: str | None) -> Iterator[Item]:
        for article in self._of(scope):
            shared = {"published_at": article.submission.sidecar.published_at, "article": article.references}
            for each in article.submission.document.takeaways:
                facts = shared | {"texts": [each.text], "entities": self._named(article, each.position)}
                yield Item(takeaway_id(article.id, each.position), facts, article.id, each.position)

    def _related_links(self, scope: str | None) -> Iterator[Item]:
        for article in self._of(scope):
            shared = {"published_at": article.submission.sidecar.published_at, "article": article.references}
            near = self._near(article)
            for position, each in enumerate(article.submission.document.related, 1):
                target = self._target(article, each.title)
                score = near.pop(target) if target in near else None
                facts = {**shared, "basis": "listed", "resolved": target is not None, "score": score}
                yield Item(related_link_id(article.id, position), facts, article.id, position)
            for target, score in near.items():
                facts = {**shared, "basis": "computed", "resolved": True, "score": score}
                place = link_place(score=score, target=target)
                yield Item(computed_link_id(article.id, target), facts, article.id, place)

    def _target(self, article: Article, title: str) -> UUID | None:
        others = [each for each in self.articles.values() if each is not article]
        titled = [each.id for each in others if each.submission.document.title.casefold() == title.casefold()]
        return titled[0] if len(titled) == 1 else None

    def _near(self, article: Article) -> dict[UUID, float]:
        """Give the score of each other article that is near; there are never more than a link may lead to."""
        own, near = article.features, {}
        for other in self.articles.values():
            theirs = other.features
            score = round(min(1, sum(own[name] * theirs[name] for name in own.keys() & theirs.keys())), 4)
            if (
                other is not article
                and score >= LEAST
                and {*[*own][:INDEXED_FEATURES]} & {*[*theirs][:INDEXED_FEATURES]}
            ):
                near[other.id] = score
        return near

    def _entities(self, scope: str | None) -> Iterator[Item]:
        return self._counted([found for article in self._of(scope) for found in article.entities])

    def _co_mentioned(self, entity: str | None) -> Iterator[Item]:
        naming = [article for article in self.articles.values() if entity in self._named(article)]
        shared = [found.entity.id for article in naming for found in article.entities]
        for item in self._counted([found for article in self._of(None) for found in article.entities]):
            count = shared.count(item.id)
            if count and entity not in (str(item.id), item.facts["slug"]):
                yield replace(item, facts={**item.facts, "shared_article_count": count})

    def _counted(self, here: list[FoundEntity]) -> Iterator[Item]:
        """Give the entities of `here`, counting its mentions and everybody's articles."""
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
            yield Item(each, facts, each)


def _facts_of(article: Article) -> dict[str, Any]:
    document, sidecar = article.submission.document, article.submission.sidecar
    takeaways = [takeaway.text for takeaway in document.takeaways]
    analysis = [document.analysis.heading or "", *document.analysis.paragraphs] if document.analysis else []
    return {
        "title": document.title,
        "texts": [document.title, document.summary or "", *takeaways, *analysis, *document.body],
        "publication": document.byline and document.byline.publication,
        "language": sidecar.language,
        "published_at": sidecar.published_at,
        "created_at": article.created_at,
        "updated_at": article.updated_at,
    }
