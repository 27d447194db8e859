"""The files that the pages load: the stylesheet and the icon."""

from flask import Response

from api.media_types import CSS, SVG
from api.web.prepared_bodies import asset_response
from api.web_pages.blueprint import blueprint


@blueprint.resource("/pages.css", {"type": "string"}, content_type=CSS)
def get_stylesheet() -> Response:
    """Get the stylesheet of the pages.

    Returns the only stylesheet that the pages load.
    """
    return asset_response("pages.css", CSS)


@blueprint.resource("/icon.svg", {"type": "string"}, content_type=SVG)
def get_icon() -> Response:
    """Get the icon of the pages.

    Returns a picture that browsers show beside the title of a page.
    """
    return asset_response("icon.svg", SVG)
