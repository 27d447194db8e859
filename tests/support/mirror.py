"""A client that keeps a copy of all articles, written from the OpenAPI document and nothing else.

The document says under which path each operation is; the feed says what to fetch, and where to go on.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from tests.support.server import Answer

Get = Callable[..., Answer]
Article = dict[str, Any]
OK, NOT_MODIFIED, GONE = 200, 304, 410


@dataclass
class Mirror:
    """A copy of the articles, by id, with the ETag of each; `get` sends a request for a path."""

    get: Get
    articles: dict[str, Article] = field(default_factory=dict)
    etags: dict[str, str] = field(default_factory=dict)
    # Every change that was seen, in that order.
    changes: list[dict[str, Any]] = field(default_factory=list)
    corpus_revision: int = -1
    next: str = ""
    article: str = ""

    def __post_init__(self) -> None:
        """Find out where the operations are."""
        paths = {
            item["get"]["operationId"]: path
            for path, item in orjson.loads(self.get("/openapi.json").body)["paths"].items()
        }
        self.next, self.article = paths["listChanges"], paths["getArticle"]

    def follow(self) -> None:
        """Take in all changes until there are no more."""
        while True:
            page = orjson.loads(self.get(self.next, Cache_Control="no-cache").body)
            for change in page["data"]:
                self._take(change)
            self.next = page["links"]["next"]
            if not page["data"]:
                self._refresh(page["meta"]["corpus_revision"])
                return

    def _take(self, change: dict[str, Any]) -> None:
        self.changes.append(change)
        identity = change["article"]["id"]
        if change["kind"] == "removed":
            self._drop(identity)
        else:
            self._fetch(identity)

    def _fetch(self, identity: str) -> None:
        """Fetch an article unless it is as it was; it may have gone meanwhile, as a later change will say."""
        known = {"If_None_Match": self.etags[identity]} if identity in self.etags else {}
        answer = self.get(self.article.replace("{article}", identity), Cache_Control="no-cache", **known)
        if answer.status == GONE:
            self._drop(identity)
        elif answer.status != NOT_MODIFIED:
            assert answer.status == OK, answer.body
            self.articles[identity] = orjson.loads(answer.body)
            self.etags[identity] = answer.headers["ETag"]

    def _drop(self, identity: str) -> None:
        self.articles.pop(identity, None)
        self.etags.pop(identity, None)

    def _refresh(self, corpus_revision: int) -> None:
        """Ask of each article whether what is derived has changed with others, where anything has."""
        if corpus_revision != self.corpus_revision:
            for identity in [*self.articles]:
                self._fetch(identity)
            self.corpus_revision = corpus_revision
