"""Find stored articles that were loaded from a folder, but whose documents are gone from the folder.

`flask seed load --prune` removes these articles.
"""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, select

from api.models import Article, ArticleDocument, Folder
from seeds.escaping import printable
from seeds.parsing.files import real_path


class FolderArticle(NamedTuple):
    """A stored article whose document was loaded from the folder that `--prune` examines.

    Attributes:
        id: The id of the article.
        key: Identifies its document across loads.
        source_name: The file name of its document.
        slug: The slug of the article.
    """

    id: UUID
    key: str
    source_name: str
    slug: str


@dataclass
class SeenDocuments:
    """The documents that a run of `flask seed load` has read or rejected, for `--prune`.

    Attributes:
        places: The path and the line where each document was read, by the key of the document.
        rejected_keys: The keys of rejected documents.
        created_keys: The keys of documents whose articles the run created.
        files: The real folder and the name of each file that was read.
        files_without_key: The folder and the name of each file with a rejected document whose key is unknown.
            They are not in `files`.
    """

    places: dict[str, str] = field(default_factory=dict)
    rejected_keys: set[str] = field(default_factory=set)
    created_keys: set[str] = field(default_factory=set)
    files: set[tuple[str, str]] = field(default_factory=set)
    files_without_key: set[tuple[str, str]] = field(default_factory=set)


class FolderComparison(NamedTuple):
    """The result of comparing a folder with the articles that were loaded from it, for `--prune`.

    Attributes:
        size: The number of articles of the folder before the run.
        gone: The articles whose documents are no longer in the folder.
        unidentified: The names of rejected files whose key is unknown. Each may be the renamed document of an
            article in `gone`.
    """

    size: int
    gone: list[FolderArticle]
    unidentified: list[str]

    @property
    def objection(self) -> str:
        """The reason why `--force` is needed to remove the articles in `gone`, as the end of a message.

        The text is empty if at least half of the articles remain, and no rejected file can be the document of
        an article in `gone`.
        """
        if self.gone and self.unidentified:
            name = printable(self.unidentified[0])
            return f"; {name} may be the document of one of these; correct it or use --force"
        # An unmounted disk looks like an empty folder.
        is_mostly_gone = len(self.gone) * 2 > self.size
        return ", which is more than half; use --force to remove them" if is_mostly_gone else ""


def compare_folder(connection: Connection, folder: Path, seen: SeenDocuments) -> FolderComparison:
    """Find the articles that were loaded from `folder`, but whose documents are gone.

    `seen` contains the documents that the current run has read or rejected.
    """
    path = real_path(folder)
    columns = (Article.id, Article.key, ArticleDocument.source_name, Article.slug)
    rows = (
        select(*columns)
        .join(ArticleDocument, ArticleDocument.article == Article.number)
        .join(Folder, Folder.number == ArticleDocument.folder)
        .where(Folder.path == path)
    )
    ordered = rows.order_by(ArticleDocument.source_name, Article.key)
    articles = [FolderArticle(*row) for row in connection.execute(ordered)]
    names = {article.source_name for article in articles}
    return FolderComparison(
        sum(article.key not in seen.created_keys for article in articles),
        [article for article in articles if _is_gone(article, folder, path, seen)],
        sorted(name for parent, name in seen.files_without_key if parent == path and name not in names),
    )


def _is_gone(article: FolderArticle, folder: Path, path: str, seen: SeenDocuments) -> bool:
    """Return True if the document of `article` is no longer in its folder.

    The document is still there if the run has read or rejected a document with its key, or rejected a file
    with its name and an unknown key. Otherwise, the document is gone if its file is missing or now contains
    another document.

    Args:
        article: An article that was loaded from the folder earlier.
        folder: The folder as the operator wrote it.
        path: The real path of the folder.
        seen: The documents that the run has read or rejected.
    """
    file = (path, article.source_name)
    if article.key in seen.places or article.key in seen.rejected_keys or file in seen.files_without_key:
        return False
    # A load of the folder does not read hidden files, so the document can exist although the run did not read
    # it.
    # If the run has read a file with this name, the file now belongs to a different article.
    exists = os.path.lexists(folder / article.source_name)
    return not exists or file in seen.files
