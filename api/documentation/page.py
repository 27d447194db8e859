"""The documentation page, its files, and the OpenAPI specification that it shows."""

from typing import Any

import orjson
from flask import Response, abort, current_app, render_template
from sqlalchemy.exc import SQLAlchemyError

from api.database.request_connection import request_connection
from api.documentation.displayed_specification import displayed_specification, with_values
from api.documentation.existing_values import PARAMETER_LOCATIONS, existing_values
from api.media_types import CSS, HTML, JAVASCRIPT, JSON, YAML
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.openapi import TITLE, document, to_yaml
from api.urls import settings
from api.web.prepared_bodies import (
    ASSETS_FOLDER,
    asset_response,
    compressed_response,
    prepared_response,
)

blueprint = Blueprint(
    "documentation",
    __name__,
    template_folder="../templates",
    description="Read this page and download the specification.",
)

# The script of Scalar, which draws the page. `make scalar` writes the file.
SCALAR = "scalar.standalone.js"
# The specification that the page shows.
SPECIFICATION = "specification.json"
ASSETS = {
    SCALAR: JAVASCRIPT,
    SPECIFICATION: JSON,
    "docs.js": JAVASCRIPT,
    "docs.css": CSS,
}
# Scalar adds style elements to the page, so inline styles are allowed. Everything else must come from this
# service.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
ASSET = PathParameter("asset", "The name of the file.", "docs.js")


@blueprint.resource("/docs", {"type": "string"}, content_type=HTML)
def get_docs() -> Response:
    """Browse the documentation.

    Returns an HTML page about every request, with code samples and a console that sends the request.
    """
    page = Response(render_template("docs.html", title=TITLE), mimetype=HTML)
    page.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return page


@blueprint.resource("/docs/<asset>", {"type": "string"}, path=ASSET, content_type="*/*")
def get_docs_asset(asset: str) -> Response:
    """Get a file of the documentation page.

    Returns a script, a style sheet, or the specification in a short form for this page.
    """
    if asset not in ASSETS:
        abort(404)
    if asset == SPECIFICATION:
        return Response(orjson.dumps(_displayed_specification()), mimetype=ASSETS[asset])
    if asset == SCALAR:
        return compressed_response(asset, (ASSETS_FOLDER / f"{asset}.gz").read_bytes, ASSETS[asset])
    return asset_response(asset, ASSETS[asset])


@blueprint.resource("/openapi.json", {"type": "object"})
def get_openapi_json() -> Response:
    """Get the specification as JSON.

    Returns the OpenAPI 3.1 document of this API, generated from its code.
    """
    return prepared_response("openapi.json", _specification_json, JSON)


@blueprint.resource("/openapi.yaml", {"type": "string"}, content_type=YAML)
def get_openapi_yaml() -> Response:
    """Get the specification as YAML.

    Returns the same document as `/openapi.json`.
    """
    return prepared_response("openapi.yaml", _specification_yaml, YAML)


def _specification_json() -> bytes:
    return orjson.dumps(document(current_app))


def _specification_yaml() -> bytes:
    return to_yaml(document(current_app)).encode()


def _displayed_specification() -> dict[str, Any]:
    """Return the specification for the documentation page, with example values of parameters.

    The values come from the database. If the service requires a key, or if the database does not answer,
    fixed values are used instead.
    """
    # The page needs no key, so it must not reveal slugs if the service requires a key.
    displayed = displayed_specification(document(current_app), PARAMETER_LOCATIONS)
    if settings().require_key:
        return displayed
    try:
        return with_values(displayed, existing_values(request_connection()))
    except SQLAlchemyError:
        return displayed
