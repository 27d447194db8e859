"""The resources about the service itself: index, specification, documentation page and health."""

from functools import cache, partial
from importlib.resources import files
from pathlib import Path
from typing import Any

import orjson
from alembic.script import ScriptDirectory
from flask import Response, abort, current_app, render_template, request
from marshmallow import fields

from api.database.failures import Failure
from api.database.revision_watch import REVISION_WATCH, RevisionWatch
from api.metrics.exposition import METRICS
from api.problems import database_problem
from api.resources.blueprint import Blueprint, PathParameter
from api.resources.fields import Link
from api.resources.openapi import MAJOR_VERSION, TITLE, document, to_yaml
from api.resources.serialization import Shape
from api.urls import HEALTH_PATH, url
from api.web.prepared_bodies import prepared_response

blueprint = Blueprint(
    "service",
    __name__,
    template_folder="templates",
    description="The index, the specification, the documentation and the health of the service.",
)

MIGRATIONS = Path(__file__).parent.parent / "migrations"
OWN_ASSETS = Path(__file__).parent / "assets"
# The files of Swagger UI. They are served from here, since the content security policy allows the
# documentation page to load only files of this service.
SWAGGER_UI = files("flask_swagger_ui") / "dist"
ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
    "docs.js": "text/javascript",
    "docs.css": "text/css",
    "problems.css": "text/css",
}
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
METHODS = ("GET", "HEAD", "OPTIONS")
# How long `/readyz` waits for the database.
MAX_READINESS_SECONDS = 0.5

ASSET = PathParameter("asset", "The name of the file.", "swagger-ui.css")


def answer_options_of_server() -> Response | None:
    """Answer `OPTIONS *`, which asks for the methods of the whole service (RFC 9110, 9.3.7).

    This hook of Flask runs before each request. It returns None for all other requests.
    """
    if request.method != "OPTIONS" or request.environ.get("RAW_URI") != "*":
        return None
    response = Response()
    response.allow.update(METHODS)
    return response


# The `links` of the index, with their paths.
INDEX_PATHS = {
    "self": "/",
    "articles": "/v1/articles",
    "stories": "/v1/stories",
    "takeaways": "/v1/takeaways",
    "entities": "/v1/entities",
    "related_links": "/v1/related-links",
    "trends": "/v1/trends",
    "changes": "/v1/changes",
    "documentation": "/docs",
    "specification": "/openapi.json",
}


class IndexLinks(Shape):
    """The `links` of the index: the URLs of the collections and the documentation."""

    self = Link()
    articles = Link()
    stories = Link()
    takeaways = Link()
    entities = Link()
    related_links = Link()
    trends = Link()
    changes = Link()
    documentation = Link()
    specification = Link()


class Index(Shape):
    """The name and version of the API and its entry points."""

    name = fields.String()
    version = fields.String(metadata={"description": "The version of the API, as in `/v1`."})
    links = fields.Nested(IndexLinks)


class Health(Shape):
    """The status of a healthy service."""

    status = fields.String(metadata={"description": "Always `ok`. A failure is returned as a problem."})


@blueprint.resource("/", Index)
def get_index() -> Any:
    """Get the index.

    Returns links to the collections, the documentation and the specification. The `Link` header has the
    relations of RFC 8631.
    """
    links = {name: url(path) for name, path in INDEX_PATHS.items()}
    relations = f'<{url("/openapi.json")}>; rel="service-desc", <{url("/docs")}>; rel="service-doc"'
    return {"name": TITLE, "version": MAJOR_VERSION, "links": links}, {"Link": relations}


@blueprint.resource("/openapi.json", {"type": "object"})
def get_openapi_json() -> Response:
    """Get the specification as JSON.

    Returns the OpenAPI 3.1 document of this API, generated from its code.
    """
    return prepared_response("openapi.json", _specification_json, "application/json")


@blueprint.resource("/openapi.yaml", {"type": "object"}, content_type="application/yaml")
def get_openapi_yaml() -> Response:
    """Get the specification as YAML.

    Returns the same document as `/openapi.json`.
    """
    return prepared_response("openapi.yaml", _specification_yaml, "application/yaml")


@blueprint.resource("/docs", {"type": "string"}, content_type="text/html")
def get_docs() -> Response:
    """Browse the documentation.

    Returns Swagger UI for `/openapi.json`, where you can try every request.
    """
    page = Response(render_template("docs.html", title=TITLE), mimetype="text/html")
    page.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return page


@blueprint.resource("/docs/<asset>", {"type": "string"}, path=ASSET, content_type="*/*")
def get_docs_asset(asset: str) -> Response:
    """Get a file of the documentation page.

    Returns a script, a style sheet or the icon.
    """
    if asset not in ASSETS:
        abort(404)
    return prepared_response(asset, partial(_read_asset, asset), ASSETS[asset])


@blueprint.resource(HEALTH_PATH, Health)
def get_health() -> Any:
    """Check that the process is alive.

    Does not access the database.
    """
    # `api.web.health_shortcut` answers plain requests in the same way.
    return {"status": "ok"}, {"Cache-Control": "no-store"}


@blueprint.resource("/metrics", {"type": "string"}, content_type="text/plain")
def get_metrics() -> Response:
    """Get the metrics.

    Returns the metrics of all processes in the text format of Prometheus, or in the OpenMetrics format if
    `Accept` prefers this format. Returns 404 if the operator serves the metrics at a separate address.
    """
    text, content_type = current_app.extensions[METRICS].text(request.headers.get("Accept", ""))
    return Response(text, content_type=content_type, headers={"Cache-Control": "no-store"})


@blueprint.resource("/readyz", Health)
def get_readiness() -> Any:
    """Check that the service can answer requests.

    Returns 503 unless the database answers within half a second and has the schema that this version expects.
    """
    watch: RevisionWatch = current_app.extensions[REVISION_WATCH]
    observation = watch.probe(MAX_READINESS_SECONDS)
    failure = observation.failure if observation else Failure.SILENT
    if observation and not failure and observation.migration != _expected_migration():
        failure = Failure.OTHER_SCHEMA
    if failure:
        raise database_problem(failure)
    return {"status": "ok"}, {"Cache-Control": "no-store"}


def _specification_json() -> bytes:
    return orjson.dumps(document(current_app))


def _specification_yaml() -> bytes:
    return to_yaml(document(current_app)).encode()


def _read_asset(name: str) -> bytes:
    own = OWN_ASSETS / name
    return own.read_bytes() if own.is_file() else (SWAGGER_UI / name).read_bytes()


@cache
def _expected_migration() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
