"""Compute the lists that the API must return, with a second, simple implementation.

Tests compare the real responses with these lists. The implementation takes the same documents as the loader.
It uses the modules of the project for search terms, mentions and ids, but searches, filters, counts and sorts
in plain Python.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from api.models import link_precedence
from api.search.analyzer import fold
from seeds.extraction.catalogue import EntityRecord
from seeds.extraction.mentions import FoundEntity, find_entities, sections
from seeds.identifiers import article_id, computed_link_id, related_link_id, story_id, takeaway_id
from seeds.linking.article_features import extract_features
from seeds.linking.inverted_index import INDEXED_FEATURES
from seeds.linking.neighbours import MIN_SIMILARITY
from seeds.parsing.files import SubmittedDocument
from seeds.storing.entities.entity_slugs import entity_slug_choices
from tests.oracle.questions import ENTITY_COLLECTIONS, Question
from tests.support.extraction import make_matcher

# Fields of a response that have the same names as the facts of a row.
COMPARED_FIELDS = (
    *("title", "publication", "language", "name", "type", "basis"),
    *("article_count", "mention_count", "shared_article_count"),
)


@dataclass(frozen=True)
class Row:
    """A row that a list must contain.

    The order of rows depends on `value` (the value of the sort key), `owner` (the number of the article,
    entity or story) and `position` (within an article). `facts` are values that the response must show.
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

    Rows without a value come last. If rows have equal values, the row of the newest article or entity comes
    first. If these rows also belong to the same article, the row with the lowest position comes first. These
    three rules also hold for a descending order.
    """
    newest_first = sorted(rows, key=lambda row: (-row.owner, row.position))
    known = [row for row in newest_first if row.value is not None]
    unknown = [row for row in newest_first if row.value is None]
    # `reverse` keeps the order of rows with the same value.
    known.sort(key=lambda row: row.value, reverse=sort.startswith("-"))
    return known + unknown


@dataclass(frozen=True)
class Item:
    """An item that a list can contain. Lists filter and sort the item by its values `facts`."""

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


@dataclass(frozen=True)
class StoryItem(Item):
    """A story that a list can contain.

    `members` has the values of each of its articles, in the form of `Item.facts`.
    """

    members: Sequence[Mapping[str, Any]] = ()

    def passes(self, filters: Mapping[str, Any]) -> bool:
        """Return True if the story matches all `filters`.

        The story must have at least as many articles as the filter `min_articles` says, or two if this filter
        is missing. One of its articles must match all filters except `min_articles`.
        """
        others = {name: value for name, value in filters.items() if name != "min_articles"}
        is_large = len(self.members) >= filters.get("min_articles", 2)
        return is_large and any(Item(self.id, facts, 0).passes(others) for facts in self.members)


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
    "story": lambda facts, references: bool(set(references) & facts["story"]),
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
        # The id of the story of each article, by the id of the article, as the API shows them.
        self.stories: dict[UUID, str] = {}
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
                each for each in entity_slug_choices(entity.slug, entity.type, entity.id) if each not in taken
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
        if question.kind == "story-articles":
            return any(question.scope in self._names_of(each) for each in self._members())
        belongs_to_entity = question.kind in ENTITY_COLLECTIONS
        articles = self.articles.values()
        references = [
            self._entity_references(each) if belongs_to_entity else each.references for each in articles
        ]
        return question.scope is None or any(question.scope in each for each in references)

    def rows(self, question: Question) -> set[Row]:
        """Return the rows that match the request, before the list is collapsed to one row per story."""
        name = question.kind.replace("-", "_")
        find = self.article_items if name == "articles" else getattr(self, f"_{name}")
        items: Iterable[Item] = find(question.scope)
        filters = dict(question.filters)
        if question.kind in ("entities", "co-mentioned") and "q" in filters:
            filters["prefix"] = filters.pop("q")
        order = "" if question.is_in_order_of_article else question.order
        return {item.row(order) for item in items if item.passes(filters)}

    def shown_rows(self, question: Question) -> set[Row]:
        """Return the rows that the pages of the requested list must contain.

        A collapsed list has only the first row of each story. The list must not be sorted by relevance.
        """
        rows = self.rows(question)
        if not question.is_collapsed:
            return rows
        return set(self.first_of_stories(ordered(rows, question.order)))

    def first_of_stories(self, rows: Iterable[Row]) -> list[Row]:
        """Return the first article of each story in `rows`, the articles of a list, in their order."""
        first: dict[str, Row] = {}
        for row in rows:
            first.setdefault(self.stories[row.id], row)
        return [*first.values()]

    def story_references(self, article: Article) -> set[str]:
        """Return all ids and slugs that lead to the story of `article`.

        Each article of the story can have had a story of its own before stories were merged. Therefore the
        result has a story id and a slug for each article.
        """
        story = self.stories[article.id]
        members = [each for each in self.articles.values() if self.stories[each.id] == story]
        return {
            reference
            for each in members
            for reference in (str(story_id(each.submission.key)), each.submission.sidecar.slug or "")
        }

    def _members(self) -> list[list[Article]]:
        """Return the articles of each story, as one list for each story.

        A list begins with the founder, the article that gives the story its id.
        """
        stories: dict[str, list[Article]] = {}
        for article in self.articles.values():
            stories.setdefault(self.stories[article.id], []).append(article)
        for story, members in stories.items():
            members.sort(key=lambda each: str(story_id(each.submission.key)) != story)
        return [*stories.values()]

    def _names_of(self, members: Sequence[Article]) -> set[str]:
        """Return the id and the current slug of a story, given its articles."""
        return {self.stories[members[0].id], members[0].submission.sidecar.slug or ""}

    def _stories(self, _: None) -> Iterator[Item]:
        facts = {item.id: item.facts for item in self.article_items(None)}
        for members in self._members():
            founder = members[0]
            times = [each.submission.sidecar.published_at for each in members]
            own = {
                "title": founder.submission.document.title,
                "article_count": len(members),
                "last_published_at": max((time for time in times if time), default=None),
            }
            identity = story_id(founder.submission.key)
            yield StoryItem(identity, own, founder.number, members=[facts[each.id] for each in members])

    def _story_articles(self, story: str) -> Iterator[Item]:
        own = [each.id for members in self._members() if story in self._names_of(members) for each in members]
        return (item for item in self.article_items(None) if item.id in own)

    def _of(self, scope: str | None) -> list[Article]:
        return [each for each in self.articles.values() if scope is None or scope in each.references]

    def article_items(self, entity: str | None) -> Iterator[Item]:
        """Yield all articles, or only articles that mention `entity`, which is an id or a slug."""
        for article in self.articles.values():
            references = self._entity_references(article)
            if entity is None or entity in references:
                types = {self.entities[found.entity.id].type for found in article.entities}
                ids = {found.entity.id for found in article.entities}
                facts = _facts_of(article) | {
                    "entities": references,
                    "types": types,
                    "entity_ids": ids,
                    "id": article.id,
                }
                facts["story"] = self.story_references(article)
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
        """Return the score of each article that must have a computed link from `article`, by id.

        A test has so few articles that the limit of links for each article never applies.
        """
        own, scores = article.features, {}
        for other in self.articles.values():
            theirs = other.features
            score = round(min(1, sum(own[name] * theirs[name] for name in own.keys() & theirs.keys())), 4)
            are_compared = {*[*own][:INDEXED_FEATURES]} & {*[*theirs][:INDEXED_FEATURES]}
            if other is not article and score >= MIN_SIMILARITY and are_compared:
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
        """Yield an item with counts for each entity in `here`.

        An entity occurs in `here` once for each article that mentions it. The count `mention_count` is the
        sum of the mentions in these articles. The count `article_count` is the number of articles in the
        whole corpus that mention the entity.
        """
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
