"""Assign articles to stories while they are loaded.

Only the story of a changed article and the stories of linked articles are recomputed.
`seeds.stories.regrouping` can recompute all stories.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, select

from api.database.base import table_of
from api.models import Article
from seeds.bulk_statements import portions
from seeds.linking.link_table import LinkTable
from seeds.stories.clustering import MIN_STORY_SCORE, StoryArticle, find_stories
from seeds.stories.story_rows import move_articles, redirect_to_founders

# If the stories to which an article has links have more articles than this in total, they can be merged, but
# are not divided.
MAX_DIVIDED_ARTICLES = 300
ARTICLES = table_of(Article)
NUMBERS: BindParameter[Any] = bindparam("numbers", expanding=True)
_members = ARTICLES.alias("members")
STORY_ARTICLES = (
    select(_members.c.number, _members.c.id, _members.c.key, _members.c.published_key, _members.c.story)
    .join_from(ARTICLES, _members, _members.c.story == ARTICLES.c.story)
    .where(ARTICLES.c.number.in_(NUMBERS))
    .distinct()
)


class StoryAssignment:
    """Keeps in memory which story each article is in. `assign` changes the stories, and `write` stores them.

    Args:
        connection: The connection, in a write transaction.
        articles: The database numbers of articles. The other articles of their stories are read as well.
        new: Those of `articles` that have no story yet.
    """

    def __init__(self, connection: Connection, articles: Collection[int], new: Collection[int]) -> None:
        self._connection = connection
        self._new = set(new)
        self._ended: set[int] = set()
        self._articles: dict[int, StoryArticle] = {}
        self._stories: dict[int, int] = {}
        self._members: defaultdict[int, set[int]] = defaultdict(set)
        for several in portions(sorted(articles)):
            for *columns, story in connection.execute(STORY_ARTICLES, {"numbers": several}):
                article = StoryArticle(*columns)
                self._articles[article.number] = article
                self._stories[article.number] = story
                self._members[story].add(article.number)
        self._stored = dict(self._stories)

    @property
    def articles(self) -> Collection[int]:
        """The database numbers of all articles that this object keeps in memory.

        These are the articles given to the constructor, and all other articles of their stories.
        """
        return self._articles.keys()

    def story_of(self, article: int) -> int:
        """Return the database number of the story of an article. `article` is a database number, too."""
        return self._stories[article]

    def assign(self, article: int, similar: Iterable[int], links: LinkTable) -> None:
        """Recompute the story of an article and the stories of linked articles, in memory.

        Args:
            article: The database number of the article.
            similar: The database numbers of articles that can have links with `article`.
            links: The links between articles. A link with a score below `MIN_STORY_SCORE` selects no story,
                but counts for the linkage of the selected stories.
        """
        own = links.scores(article)
        linked = {
            other
            for other in similar
            if max(own.get(other, 0), links.scores(other).get(article, 0)) >= MIN_STORY_SCORE
        }
        former = sorted({self._stories[article], *(self._stories[other] for other in linked)})
        if len(former) == 1 and len(self._members[former[0]]) == 1:
            return
        members = [[self._articles[number] for number in sorted(self._members[story])] for story in former]
        if sum(map(len, members)) <= MAX_DIVIDED_ARTICLES:
            members = [[each] for several in members for each in several]
        scores = {each.number: links.scores(each.number) for several in members for each in several}
        sizes = {story: len(self._members.pop(story)) for story in former}
        if article in self._new:
            # Until it is assigned, a new article has a story of its own, which is not a former story.
            del sizes[article]
        present = {self._set_story(several, sizes) for several in find_stories(members, scores)}
        self._ended |= sizes.keys() - present
        self._ended -= present

    def write(self) -> set[int]:
        """Store the story of each article, and return the database numbers of stories that changed or ended.

        Only changes since the last call count. The caller must pass the numbers to `write_stories`.
        """
        moved = {number for number, story in self._stories.items() if story != self._stored[number]}
        move_articles(self._connection, {number: self._stories[number] for number in sorted(moved)})
        redirect_to_founders(self._connection, moved & self._new)
        changed = {self._stories[number] for number in moved}
        changed |= {self._stored[number] for number in moved} - (moved & self._new)
        # Stories that formed and ended since the last call are included, so that the results together do not
        # depend on how often `write` is called.
        changed |= self._ended
        self._stored, self._ended = dict(self._stories), set()
        return changed

    def _set_story(self, articles: Collection[StoryArticle], sizes: dict[int, int]) -> int:
        """Put `articles` into one story, and return the database number of the story.

        The founder of a story is the article that names it. The largest former story whose founder is in
        `articles` is kept, or else a new story begins.

        `sizes` has the number of articles of each former story, by its database number.
        """
        founders = [each for each in articles if each.number in sizes]
        if founders:
            founder = min(founders, key=lambda each: (-sizes[each.number], each.founder_rank))
        else:
            founder = min(articles, key=lambda each: each.founder_rank)
        self._members[founder.number] = {each.number for each in articles}
        self._stories |= dict.fromkeys(self._members[founder.number], founder.number)
        return founder.number
