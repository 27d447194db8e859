"""Write the rows of stories, such as their entities and key points, and the redirects of former stories."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import BindParameter, Connection, bindparam, case, delete, func, select, update

from api.database.base import table_of, without_index
from api.models import (
    MAX_TAKEAWAYS,
    UNDATED,
    Article,
    ArticleEntity,
    ArticleFacet,
    Entity,
    FacetCount,
    FacetList,
    FormerStory,
    Rendering,
    Story,
    Takeaway,
    TakeawayEntity,
    span_seconds,
    takeaway_place,
)
from api.v1.part_rows import NUMBERS_PER_ARTICLE
from seeds.bulk_statements import insert_rows, portions, update_rows
from seeds.identifiers import story_id
from seeds.stories.key_points import MAX_KEY_POINTS, KeyPointChooser, StoryTakeaway
from seeds.storing.rendering import delete_renderings

MAX_ENTITIES = 10
# The number of stories that are read together.
BATCH_SIZE = 50
# Key points are chosen from the takeaways of at most this number of articles of a story, those published
# last. Of each article, the first `MAX_KEY_POINTS` takeaways are used.
MAX_COMPARED_ARTICLES = 24
ARTICLES, STORIES, FORMER = table_of(Article), table_of(Story), table_of(FormerStory)
RENDERINGS, FACET_LISTS = table_of(Rendering), table_of(FacetList)
ARTICLE_FACETS, FACET_COUNTS = table_of(ArticleFacet), table_of(FacetCount)
TAKEAWAYS, TAKEAWAY_ENTITIES = table_of(Takeaway), table_of(TakeawayEntity)
MENTIONED, ENTITIES = table_of(ArticleEntity), table_of(Entity)
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
DATED = case((ARTICLES.c.published_key > UNDATED, ARTICLES.c.published_key))
SUMMARIES = (
    select(
        ARTICLES.c.story,
        func.count().label("article_count"),
        func.min(DATED).label("first"),
        func.max(ARTICLES.c.published_key).label("last"),
    )
    .where(ARTICLES.c.story.in_(NUMBERS))
    .group_by(ARTICLES.c.story)
)
_rank = func.row_number().over(
    partition_by=ARTICLES.c.story, order_by=(ARTICLES.c.published_key.desc(), ARTICLES.c.id.desc())
)
_newest = select(ARTICLES.c.number, _rank.label("rank")).where(ARTICLES.c.story.in_(NUMBERS)).subquery()
COMPARED_ARTICLES = (
    select(ARTICLES.c.number, ARTICLES.c.story, ARTICLES.c.published_key, ARTICLES.c.id)
    .join(_newest, _newest.c.number == ARTICLES.c.number)
    .where(_newest.c.rank <= MAX_COMPARED_ARTICLES)
)
# An index of the facets by name would lead to all articles, since every article has a publication.
PUBLICATION_COUNTS = (
    select(ARTICLES.c.story, FACET_COUNTS.c.value, func.count().label("articles"))
    .join_from(ARTICLES, ARTICLE_FACETS, ARTICLE_FACETS.c.article == ARTICLES.c.number)
    .join(FACET_COUNTS, FACET_COUNTS.c.number == ARTICLE_FACETS.c.facet)
    .where(ARTICLES.c.story.in_(NUMBERS), without_index(FACET_COUNTS.c.name == "publication"))
    .group_by(ARTICLES.c.story, FACET_COUNTS.c.value)
)
ENTITY_COUNTS = (
    select(ARTICLES.c.story, MENTIONED.c.entity, ENTITIES.c.id)
    .add_columns(func.count().label("articles"), func.sum(MENTIONED.c.mention_count).label("mentions"))
    .join_from(ARTICLES, MENTIONED, MENTIONED.c.article == ARTICLES.c.number)
    .join(ENTITIES, ENTITIES.c.number == MENTIONED.c.entity)
    .where(ARTICLES.c.story.in_(NUMBERS))
    .group_by(ARTICLES.c.story, MENTIONED.c.entity, ENTITIES.c.id)
)
_first_takeaway = ARTICLES.c.number * NUMBERS_PER_ARTICLE
TAKEAWAY_ROWS = (
    select(TAKEAWAYS.c.number, TAKEAWAYS.c.text)
    .join_from(
        ARTICLES,
        TAKEAWAYS,
        TAKEAWAYS.c.number.between(
            _first_takeaway + MAX_TAKEAWAYS - MAX_KEY_POINTS, _first_takeaway + MAX_TAKEAWAYS
        ),
    )
    .where(ARTICLES.c.number.in_(NUMBERS))
    .order_by(TAKEAWAYS.c.number.desc())
)
ENTITIES_OF_TAKEAWAYS = select(TAKEAWAY_ENTITIES.c.takeaway, TAKEAWAY_ENTITIES.c.entity).where(
    TAKEAWAY_ENTITIES.c.takeaway.in_(NUMBERS)
)
STORED = select(STORIES).where(STORIES.c.number.in_(NUMBERS))
FOUNDERS = select(ARTICLES.c.number, ARTICLES.c.id, ARTICLES.c.key).where(ARTICLES.c.number.in_(NUMBERS))
UPDATE_STORY = update(STORIES).where(STORIES.c.number == bindparam("story_number"))
DELETE_STORIES = delete(STORIES).where(STORIES.c.number.in_(NUMBERS))
SET_STORY = (
    update(ARTICLES)
    .where(ARTICLES.c.number == bindparam("article_number"))
    .values(story=bindparam("new_story"), item_key=None, item_json=None)
)
SET_STORY_OF_FACETS = (
    update(FACET_LISTS)
    .where(FACET_LISTS.c.article == bindparam("article_number"))
    .values(story=bindparam("new_story"))
)
_others_of_story = select(ARTICLES.c.number).where(
    ARTICLES.c.story == bindparam("story"), ARTICLES.c.number != ARTICLES.c.story
)
DELETE_STORY_RENDERINGS = delete(RENDERINGS).where(RENDERINGS.c.article.in_(_others_of_story))
CLEAR_STORY_ITEMS = (
    update(ARTICLES)
    .where(ARTICLES.c.story == bindparam("story_number"), ARTICLES.c.number != ARTICLES.c.story)
    .values(item_key=None, item_json=None)
)
IDS: BindParameter[Any] = bindparam("ids", expanding=True)
DELETE_FORMER = delete(FORMER).where(FORMER.c.id.in_(IDS))
_founder_ids = select(ARTICLES.c.id).where(ARTICLES.c.number.in_(NUMBERS))
REDIRECT_TO_FOUNDER = (
    update(FORMER).where(FORMER.c.founder_id.in_(_founder_ids)).values(article_id=FORMER.c.founder_id)
)


Row = dict[str, Any]


class FormerIds(NamedTuple):
    """A row of the table `former_stories`, which redirects requests for a story that ended.

    Attributes:
        id: The id of the story that ended.
        founder_id: The id of the article that the story was named after.
        article_id: The id of an article. Its story is the target of the redirect.
    """

    id: UUID
    founder_id: UUID
    article_id: UUID


def write_stories(connection: Connection, numbers: Collection[int], key_points: KeyPointChooser) -> int:
    """Write the rows of stories whose articles have changed. Return how many rows were changed.

    Stories without articles are deleted. Requests for them are redirected to the current story of the article
    that the deleted story was named after.

    Args:
        connection: The connection, in a write transaction.
        numbers: The database numbers of the stories.
        key_points: Chooses the key points.
    """
    in_order = sorted(numbers)
    starts = range(0, len(in_order), BATCH_SIZE)
    return sum(_write_batch(connection, in_order[start : start + BATCH_SIZE], key_points) for start in starts)


def _write_batch(connection: Connection, numbers: Sequence[int], key_points: KeyPointChooser) -> int:
    parameters: Row = {"numbers": numbers}
    stored = {row.number: row._asdict() for row in connection.execute(STORED, parameters)}
    rows = _make_rows(connection, parameters, key_points)
    founders = {row.number: row for row in connection.execute(FOUNDERS, parameters)}
    new = [
        {"id": story_id(founders[number].key)} | rows[number]
        for number in sorted(rows.keys() - stored.keys())
    ]
    ended = [number for number in numbers if number not in rows]
    if ended:
        connection.execute(DELETE_STORIES, {"numbers": ended})
    left = [founders[number] for number in ended]
    add_former_stories(connection, [FormerIds(story_id(each.key), each.id, each.id) for each in left])
    if new:
        connection.execute(DELETE_FORMER, {"ids": [row["id"] for row in new]})
    insert_rows(connection, Story, new)
    changed = [
        row | {"story_number": number}
        for number, row in rows.items()
        if number in stored and row | {"id": stored[number]["id"]} != stored[number]
    ]
    update_rows(connection, UPDATE_STORY, changed)
    return len(new) + len(ended) + len(changed)


def move_articles(connection: Connection, stories: Mapping[int, int]) -> None:
    """Put articles into different stories. Their stored JSON, which shows the story, is deleted.

    `stories` maps the database number of each article to the database number of its new story. The rows of
    stories are not written.
    """
    moves = [{"article_number": article, "new_story": story} for article, story in stories.items()]
    update_rows(connection, SET_STORY, moves)
    update_rows(connection, SET_STORY_OF_FACETS, moves)
    delete_renderings(connection, stories.keys())


def forget_story_json(connection: Connection, story: int) -> None:
    """Delete the stored JSON of all articles of a story except its founder, the article that names the story.

    Call this if the founder's slug or title has changed. `story` is the database number of the story, which
    need not exist.
    """
    # The JSON of these articles contains the slug and the title of the founder.
    connection.execute(DELETE_STORY_RENDERINGS, {"story": story})
    connection.execute(CLEAR_STORY_ITEMS, {"story_number": story})


def add_former_stories(connection: Connection, stories: Sequence[FormerIds]) -> None:
    """Store rows that redirect requests for `stories`, which have ended.

    An older row for the same story is replaced.
    """
    rows = [each._asdict() for each in stories]
    if rows:
        connection.execute(DELETE_FORMER, {"ids": [row["id"] for row in rows]})
    insert_rows(connection, FormerStory, rows)


def redirect_to_founders(connection: Connection, articles: Collection[int]) -> None:
    """Redirect requests for former stories to the current stories of their founders.

    Call this for the founders that were removed and are loaded again.

    Args:
        connection: In a write transaction.
        articles: The database numbers of the founders.
    """
    for several in portions(sorted(articles)):
        connection.execute(REDIRECT_TO_FOUNDER, {"numbers": several})


def _make_rows(connection: Connection, parameters: Row, key_points: KeyPointChooser) -> dict[int, Row]:
    """Return the new rows of stories, without their ids, by the database number of the story.

    Stories without articles are left out. `parameters` is `{"numbers": …}` with the database numbers of the
    stories, and `key_points` chooses their key points.
    """
    summaries = {row.story: row for row in connection.execute(SUMMARIES, parameters)}
    if not summaries:
        return {}
    entities = _count_entities(connection, parameters)
    publications = _count_publications(connection, parameters)
    chosen = _choose_key_points(connection, parameters, key_points)
    return {
        number: {
            "number": number,
            "article_count": row.article_count,
            "first_published_key": row.first or UNDATED,
            "last_published_key": row.last,
            "span_seconds": span_seconds(row.first or UNDATED, row.last),
            "takeaways": chosen[number],
            "entities": entities[number],
            "publications": publications[number],
        }
        for number, row in summaries.items()
    }


def _count_entities(connection: Connection, parameters: Row) -> Mapping[int, list[list[int]]]:
    """Return the most frequent entities of each story, by the database number of the story.

    A value has up to `MAX_ENTITIES` items `[number of the entity, number of articles]`, most articles first.
    `parameters` is `{"numbers": …}` with the database numbers of the stories.
    """
    counts: defaultdict[int, list[tuple[int, int, UUID, int]]] = defaultdict(list)
    for row in connection.execute(ENTITY_COUNTS, parameters):
        counts[row.story].append((-row.articles, -row.mentions, row.id, row.entity))
    largest: defaultdict[int, list[list[int]]] = defaultdict(list)
    for story, several in counts.items():
        largest[story] = [[entity, -articles] for articles, _, _, entity in sorted(several)[:MAX_ENTITIES]]
    return largest


def _count_publications(connection: Connection, parameters: Row) -> Mapping[int, list[list[Any]]]:
    """Return the publications of the articles of each story, by the database number of the story.

    A value has items `[name of the publication, number of articles]`, most articles first. `parameters` is
    `{"numbers": …}` with the database numbers of the stories.
    """
    counts: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for story, name, articles in connection.execute(PUBLICATION_COUNTS, parameters):
        counts[story].append((-articles, name))
    sorted_counts: defaultdict[int, list[list[Any]]] = defaultdict(list)
    for story, several in counts.items():
        sorted_counts[story] = [[name, -articles] for articles, name in sorted(several)]
    return sorted_counts


def _choose_key_points(
    connection: Connection, parameters: Row, key_points: KeyPointChooser
) -> Mapping[int, list[int]]:
    """Return the takeaways that are the key points of each story. Keys and values are database numbers.

    `parameters` is `{"numbers": …}` with the database numbers of the stories.
    """
    articles = {row.number: row for row in connection.execute(COMPARED_ARTICLES, parameters)}
    texts = connection.execute(TAKEAWAY_ROWS, {"numbers": list(articles)}).all()
    by_story: defaultdict[int, list[Any]] = defaultdict(list)
    for row in texts:
        by_story[articles[takeaway_place(row.number)[0]].story].append(row)
    sizes = Counter(row.story for row in articles.values())
    compared = [row.number for story, rows in by_story.items() if sizes[story] > 1 for row in rows]
    entities: defaultdict[int, list[int]] = defaultdict(list)
    for row in connection.execute(ENTITIES_OF_TAKEAWAYS, {"numbers": compared}) if compared else ():
        entities[row.takeaway].append(row.entity)
    chosen: defaultdict[int, list[int]] = defaultdict(list)
    for story, rows in by_story.items():
        if sizes[story] == 1:
            chosen[story] = [row.number for row in rows[:MAX_KEY_POINTS]]
        else:
            chosen[story] = key_points.choose(_story_takeaways(rows, articles, entities))
    return chosen


def _story_takeaways(
    rows: Sequence[Any], articles: Mapping[int, Any], entities: Mapping[int, list[int]]
) -> list[StoryTakeaway]:
    found = []
    for row in rows:
        article = articles[takeaway_place(row.number)[0]]
        found.append(
            StoryTakeaway(
                row.number, row.text, entities.get(row.number, []), article.published_key, article.id
            )
        )
    return found
