"""Articles whose documents are gone from the folder that they were last loaded from."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select

from api.models import Article, SourceDocument
from seeds.messages import printable
from seeds.parsing.files import real_path


class Filed(NamedTuple):
    """An article as it was loaded from a folder."""

    id: UUID
    key: str
    source_name: str
    slug: str


@dataclass
class Seen:
    """What a run has seen: keys of documents, files that it could read, and others that it could not."""

    keys: dict[str, Path] = field(default_factory=dict)
    rejected: set[str] = field(default_factory=set)
    # Those whose articles were not there before.
    new: set[str] = field(default_factory=set)
    # Folders by their real names, and names in them.
    read: set[tuple[str, str]] = field(default_factory=set)
    unknown: set[tuple[str, str]] = field(default_factory=set)


class Folder(NamedTuple):
    """A folder's articles: how many there were before the run, and those whose documents are gone.

    `unknown` are files of which nobody can tell whose documents they are.
    """

    size: int
    gone: list[Filed]
    unknown: list[str]

    @property
    def objection(self) -> str:
        """Why nothing of this should be removed unless that is meant; empty where it may."""
        if self.gone and self.unknown:
            one = printable(self.unknown[0])
            return f"; {one} may be the document of one; mend its sidecar or say --force"
        # As when a disk is not mounted.
        is_mostly_gone = len(self.gone) * 2 > self.size
        return ", more than half of them; say --force if that is meant" if is_mostly_gone else ""


def look_into(connection: Connection, folder: Path, seen: Seen) -> Folder:
    """Give what became of the articles of `folder`, of which a run has `seen` all that it takes of it."""
    path = real_path(folder)
    columns = (Article.id, Article.key, Article.source_name, Article.slug)
    rows = (
        select(*columns)
        .join(SourceDocument, SourceDocument.article_id == Article.id)
        .where(SourceDocument.folder == path)
    )
    filed = [Filed(*row) for row in connection.execute(rows.order_by(Article.source_name, Article.key))]
    names = {one.source_name for one in filed}
    return Folder(
        sum(one.key not in seen.new for one in filed),
        [one for one in filed if _is_gone(one, folder, path, seen)],
        sorted(name for parent, name in seen.unknown if parent == path and name not in names),
    )


def _is_gone(filed: Filed, folder: Path, path: str, seen: Seen) -> bool:
    """Tell whether the document of an article is no more: no file has its key, nor its name without a key."""
    if filed.key in seen.keys or filed.key in seen.rejected or (path, filed.source_name) in seen.unknown:
        return False
    # A file that the run does not take, as its name does not end in .txt, is there all the same.
    is_there = os.path.lexists(folder / filed.source_name)
    return not is_there or (path, filed.source_name) in seen.read
