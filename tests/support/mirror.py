"""A client that keeps a copy of all articles by following the change feed.

It knows the service only from its OpenAPI document.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.api.specification import get_operations
from tests.support.server import Answer

Get = Callable[..., Answer]
Article = dict[str, Any]
OK, NOT_MODIFIED, GONE = 200, 304, 410


@dataclass
class Mirror:
    """A client of the API that keeps a copy of all articles, for tests of the change feed.

    Attributes:
        get: Sends a GET request for a path, and returns the response.
        articles: The copied articles, by id.
        etags: The ETag of each copied article, by id.
        changes: All changes that were read, in the order of the feed.
        corpus_revision: The revision of the database to which the copy corresponds.
        next: The address of the next page of the change feed.
        article: The path of an article, with a placeholder.
    """

    get: Get
    articles: dict[str, Article] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    changes: list[dict[str, Any]] = field(default_factory=list)
    corpus_revision: int = -1
    next: str = ""
    article: str = ""

    def __post_init__(self) -> None:
        paths = {
            operation["operationId"]: path
            for path, operation in get_operations(orjson.loads(self.get("/openapi.json").body)).items()
        }
        self.next, self.article = paths["listChanges"], paths["getArticle"]

    def follow(self) -> None:
        """Read the change feed to its end, and update the copied articles accordingly."""
        while True:
            page = orjson.loads(self.get(self.next, Cache_Control="no-cache").body)
            for change in page["data"]:
                self._apply(change)
            self.next = page["links"]["next"]
            if not page["data"]:
                self._refresh(page["meta"]["corpus_revision"])
                return

    def _apply(self, change: dict[str, Any]) -> None:
        self.changes.append(change)
        identity = change["article"]["id"]
        if change["kind"] == "removed":
            self._remove(identity)
        else:
            self._fetch(identity)

    def _fetch(self, identity: str) -> None:
        """Copy the article with the id `identity`, if it has changed since it was last copied.

        If the article has been removed from the service (410), remove it from the copy.
        """
        condition = {"If_None_Match": self.etags[identity]} if identity in self.etags else {}
        answer = self.get(self.article.replace("{article}", identity), Cache_Control="no-cache", **condition)
        if answer.status == GONE:
            self._remove(identity)
        elif answer.status != NOT_MODIFIED:
            assert answer.status == OK, answer.body
            self.articles[identity] = orjson.loads(answer.body)
            self.etags[identity] = answer.headers["ETag"]

    def _remove(self, identity: str) -> None:
        self.articles.pop(identity, None)
        self.etags.pop(identity, None)

    def _refresh(self, corpus_revision: int) -> None:
        """Update all copied articles if the corpus revision has changed.

        Every change of the data increases this number. A change of derived data, such as links, can have no
        entry in the change feed.
        """
        if corpus_revision != self.corpus_revision:
            for identity in [*self.articles]:
                self._fetch(identity)
            self.corpus_revision = corpus_revision
