"""The routes of the API catalog and of llms.txt."""

import orjson
from flask import Response

from api.discovery.api_catalog import MEDIA_TYPE, api_catalog
from api.discovery.entry_points import CATALOG_PATH, LLMS_PATH
from api.discovery.llms_text import llms_text
from api.media_types import PLAIN_TEXT
from api.resources.blueprint import Blueprint
from api.urls import url

blueprint = Blueprint(
    "discovery", __name__, description="Discover what the service offers, in descriptions for programs."
)


@blueprint.resource(CATALOG_PATH, {"type": "object"}, content_type="application/linkset+json")
def get_api_catalog() -> Response:
    """Get the API catalog.

    Returns links to the collections, the specification and the documentation (RFC 9727), as a linkset
    (RFC 9264).
    """
    headers = {"Link": f'<{url(CATALOG_PATH)}>; rel="api-catalog"'}
    return Response(orjson.dumps(api_catalog()), content_type=MEDIA_TYPE, headers=headers)


@blueprint.resource(LLMS_PATH, {"type": "string"}, content_type=PLAIN_TEXT)
def get_llms_text() -> Response:
    """Get llms.txt.

    Returns a short description of the service for language models, in Markdown.
    """
    return Response(llms_text(), mimetype=PLAIN_TEXT)
