"""The files that the pages load: the stylesheet and the icon."""

from functools import partial
from pathlib import Path

from flask import Response

from api.pages.blueprint import blueprint
from api.web.prepared_bodies import prepared_response

ASSETS_FOLDER = Path(__file__).parent.parent / "assets"


@blueprint.resource("/pages.css", {"type": "string"}, content_type="text/css")
def get_stylesheet() -> Response:
    """Get the stylesheet of the pages.

    Returns the only stylesheet that the pages load.
    """
    return _asset("pages.css", "text/css")


@blueprint.resource("/icon.svg", {"type": "string"}, content_type="image/svg+xml")
def get_icon() -> Response:
    """Get the icon of the pages.

    Returns a picture that browsers show beside the title of a page.
    """
    return _asset("icon.svg", "image/svg+xml")


def _asset(name: str, mimetype: str) -> Response:
    return prepared_response(name, partial(Path.read_bytes, ASSETS_FOLDER / name), mimetype)
