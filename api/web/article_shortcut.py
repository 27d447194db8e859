"""A shortcut for plain requests of an article: send its stored rendering without calling Flask.

A rendering is the JSON of an article, stored in the database. A plain request is a GET that accepts JSON,
and has no query string and no `If-Match`.
"""

import re
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from sqlalchemy.exc import SQLAlchemyError

from api.config import Settings
from api.database.statement_reader import StatementReader
from api.media_types import JSON
from api.v1.forms.alternates import alternate_links
from api.v1.renderings import RenderedArticle, select_rendering
from api.web.buffered_responses import BufferedResponse, requested_variant
from api.web.headers import ResponseTraits, response_headers
from api.web.negotiation import accepts
from api.web.representation import MIN_COMPRESSED_BYTES, etag_of

ARTICLE_ROUTE = "/v1/articles/<article>"
ARTICLES_PATH = "/v1/articles/"
ARTICLE_PATH = re.compile(rf"{ARTICLES_PATH}([a-z0-9-]+)")


class ArticleShortcut:
    """WSGI middleware that answers plain GET requests for an article with its stored JSON (a rendering).

    Args:
        application: Handles all other requests.
        reader: Reads renderings from the database.
        rendering_key: The key of current renderings. Others are not served.
    """

    def __init__(
        self, application: WSGIApplication, reader: StatementReader, settings: Settings, rendering_key: int
    ) -> None:
        self.application = application
        self._reader, self._settings, self._rendering_key = reader, settings, rendering_key

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Send the stored JSON of the requested article if possible, otherwise call the application."""
        rendering = self._find_rendering(environ)
        if rendering is None:
            return self.application(environ, start_response)
        variant, content_encoding = requested_variant(environ), ""
        if variant.content_encoding and rendering.byte_count >= MIN_COMPRESSED_BYTES:
            body, content_encoding = rendering.json_gzip, variant.content_encoding
            etag = etag_of(body)
        else:
            body, etag = rendering.article_json(), rendering.etag
        traits = ResponseTraits("GET", 200, variant.origin, JSON, content_encoding)
        headers = response_headers(self._settings, traits, etag)
        links = alternate_links(self._settings.base_url, environ["PATH_INFO"][len(ARTICLES_PATH) :])
        headers += [("Link", links), ("Content-Length", str(len(body)))]
        return BufferedResponse("200 OK", headers, body, ARTICLE_ROUTE).send(environ, start_response)

    def _find_rendering(self, environ: WSGIEnvironment) -> RenderedArticle | None:
        """Return the stored JSON of the requested article, or None if the application must answer.

        None means that the request is not plain (see the module), or that no current JSON could be read.
        """
        path = environ["PATH_INFO"]
        article_path = ARTICLE_PATH.fullmatch(path)
        is_plain = environ["REQUEST_METHOD"] == "GET" and "HTTP_IF_MATCH" not in environ
        # Compare with RAW_URI, since PATH_INFO has neither the query nor the escapes of the request.
        if not (article_path and is_plain and environ.get("RAW_URI") == path):
            return None
        if not accepts(environ.get("HTTP_ACCEPT", ""), JSON):
            return None
        statement, reference = select_rendering(article_path[1])
        parameters = {"reference": reference, "rendering_key": self._rendering_key}
        try:
            row = self._reader.fetch_one(statement, parameters)
        except SQLAlchemyError:
            # The application tries again, and reports an error if the database still fails.
            return None
        return RenderedArticle(row.etag, row.part_ends, row.json_gzip) if row else None
