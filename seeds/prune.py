"""Articles whose documents are gone from the folder that they were last loaded from."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select

from api.models import Article, Source


class Filed(NamedTuple):
    """An article as it was loaded from a folder."""

    id: UUID
    key: str
    source_name: str
    slug: str


class Folder(NamedTuple):
    """A folder's articles: how many there are, and those whose documents are gone."""

    size: int
    gone: list[Filed]

    @property
    def is_mostly_gone(self) -> bool:
        """Whether more than half of it is gone, as when a disk is not mounted."""
        return len(self.gone) * 2 > self.size


def look_into(connection: Connection, path: str, keys: Collection[str], unread: Collection[str]) -> Folder:
    """Give what became of the articles of the folder at `path`.

    `keys` are those of the documents that are there, `unread` the names of files whose keys nobody knows.
    """
    columns = (Article.id, Article.key, Article.source_name, Article.slug)
    rows = select(*columns).join(Source, Source.article_id == Article.id).where(Source.folder == path)
    size, gone = 0, []
    for row in connection.execute(rows.order_by(Article.source_name, Article.key)):
        filed = Filed(*row)
        size += 1
        if filed.key not in keys and filed.source_name not in unread:
            gone.append(filed)
    return Folder(size, gone)
