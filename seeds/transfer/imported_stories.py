"""Put imported articles into their stories after all articles are imported."""

from sqlalchemy import Column, MetaData, Table, bindparam, or_, select, update

from api.database.base import table_of
from api.database.column_types import Id, Number
from api.models import Article, FacetList
from seeds.stories.key_points import KeyPointChooser
from seeds.stories.story_rows import write_stories
from seeds.transfer.export_file import InvalidExportError
from seeds.transfer.waiting_rows import WaitingRows

# The number of stories whose rows are written together.
BATCH_SIZE = 500
ARTICLES, FACET_LISTS = table_of(Article), table_of(FacetList)
FOUNDERS = ARTICLES.alias("founders")
WAITING = Table(
    "imported_stories",
    MetaData(),
    Column("article", Number, primary_key=True, autoincrement=False),
    Column("founder_id", Id),
    prefixes=["TEMPORARY"],
)
OTHERS = WAITING.alias("others")
# The first article whose founder does not exist, or is in the story of a different founder.
WRONG_FOUNDER = (
    select(WAITING.c.article, WAITING.c.founder_id)
    .select_from(
        WAITING.outerjoin(FOUNDERS, FOUNDERS.c.id == WAITING.c.founder_id).outerjoin(
            OTHERS, OTHERS.c.article == FOUNDERS.c.number
        )
    )
    .where(or_(FOUNDERS.c.number.is_(None), OTHERS.c.article.is_not(None)))
    .order_by(WAITING.c.article)
    .limit(1)
)
SET_STORIES = [
    update(table)
    .where(number == WAITING.c.article, FOUNDERS.c.id == WAITING.c.founder_id)
    .values(story=FOUNDERS.c.number)
    for table, number in ((ARTICLES, ARTICLES.c.number), (FACET_LISTS, FACET_LISTS.c.article))
]
NEXT_STORIES = (
    select(ARTICLES.c.story)
    .where(ARTICLES.c.story > bindparam("after"))
    .distinct()
    .order_by(ARTICLES.c.story)
    .limit(BATCH_SIZE)
)


class ImportedStories(WaitingRows):
    """The stories of imported articles, which wait in a temporary table until all articles are imported.

    Use this class as a context manager. `add` takes rows like `LineRows.story_members`: an article, and the
    article that its story is named after. `insert` then puts the articles into their stories.
    """

    table = WAITING

    def insert(self, entities: int, key_points: KeyPointChooser) -> None:
        """Put the articles into their stories, and insert the rows of all stories.

        Args:
            entities: The number of entities in the export, to compute line numbers in error messages.
            key_points: Chooses the key points of the stories.

        Raises:
            InvalidExportError: The founder of a story (the article that it is named after) is missing or in a
                different story.
        """
        wrong = self._connection.execute(WRONG_FOUNDER).one_or_none()
        if wrong:
            message = (
                f"story: must be the id of the founder of the story; {wrong.founder_id} is not a founder"
            )
            raise InvalidExportError(self._line_of(wrong.article, entities), message)
        for statement in SET_STORIES:
            self._connection.execute(statement)
        after = 0
        while numbers := self._connection.scalars(NEXT_STORIES, {"after": after}).all():
            write_stories(self._connection, numbers, key_points)
            after = numbers[-1]
