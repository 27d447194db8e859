"""A plain request for a whole article, answered from its rendering before Flask has any part in it.

Such a request costs a single statement. The headers of the answer are those that the application gave when it
was first asked in this way: but for ETag and length they are the same for every article.
"""

import re
from collections.abc import Iterable
from uuid import UUID
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from api.execution import Reader
from api.resources.lookup import UUID_FORM
from api.v1.renderings import SELECT_BY_ID, SELECT_BY_SLUG
from api.web.answers import Answer, Headers, Kind, ask, kind_of
from api.web.representation import MIN_COMPRESSED_BYTES, compress, etag_of

ARTICLE = re.compile(r"/v1/articles/([a-z0-9-]+)")
OF_THE_ARTICLE = ("ETag", "Content-Length")
# Kinds of request whose headers are kept; clients make up what they accept and where they come from.
MOST_KINDS = 100


class Shortcut:
    """Answers in the place of `application` where the rendering of an article is what is asked for.

    `rendering_key` says which renderings are to be answered (`api.v1.renderings.rendering_key`).
    """

    def __init__(self, application: WSGIApplication, reader: Reader, rendering_key: str) -> None:
        self.application = application
        self._reader, self._rendering_key = reader, rendering_key
        names = ("reference", "rendering_key")
        self._of_id, self._of_slug = (reader.prepare(each, names) for each in (SELECT_BY_ID, SELECT_BY_SLUG))
        self._known: dict[Kind, tuple[Headers, str | None]] = {}

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, or have it answered."""
        rendered = self._read(environ)
        if rendered is None:
            return self.application(environ, start_response)
        etag, body = rendered
        kind = kind_of(environ)
        if kind.coding:
            if len(body) < MIN_COMPRESSED_BYTES:
                return self.application(environ, start_response)
            body = compress(body)
            etag = etag_of(body)
        known = self._known.get(kind)
        if known is None:
            answer = self._learn(kind, ask(self.application, environ))
        else:
            headers, route = known
            own = [("ETag", etag), ("Content-Length", str(len(body)))]
            answer = Answer("200 OK", headers + own, body, route)
        return answer.send(environ, start_response)

    def _learn(self, kind: Kind, answer: Answer) -> Answer:
        if answer.status == "200 OK":
            if len(self._known) >= MOST_KINDS:
                self._known.clear()
            headers = [pair for pair in answer.headers if pair[0] not in OF_THE_ARTICLE]
            self._known[kind] = (headers, answer.route)
        return answer

    def _read(self, environ: WSGIEnvironment) -> tuple[str, bytes] | None:
        """Give the ETag and the bytes of the article that is asked for, and nothing but that."""
        target = environ["PATH_INFO"]
        found = ARTICLE.fullmatch(target)
        is_plain = environ["REQUEST_METHOD"] == "GET" and "HTTP_IF_MATCH" not in environ
        if not (found and is_plain and environ.get("RAW_URI") == target):
            return None
        reference = found[1]
        is_id = UUID_FORM.fullmatch(reference)
        statement, named = (self._of_id, UUID(reference)) if is_id else (self._of_slug, reference)
        rows = self._reader.read(statement, {"reference": named, "rendering_key": self._rendering_key})
        return (rows[0].etag, rows[0].article_json) if rows else None
