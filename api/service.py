"""The resources about the service itself: index, health, metrics, icon and robots.txt."""

from functools import cache
from pathlib import Path
from typing import Any

from alembic.script import ScriptDirectory
from flask import Response, current_app, request
from marshmallow import fields

from api.database.failures import Failure
from api.database.revision_watch import REVISION_WATCH, RevisionWatch
from api.discovery.api_catalog import service_links
from api.media_types import PLAIN_TEXT
from api.metrics.exposition import METRICS
from api.problems import database_problem
from api.resources.blueprint import Blueprint
from api.resources.fields import Link
from api.resources.openapi import MAJOR_VERSION, TITLE
from api.resources.serialization import Shape
from api.urls import HEALTH_PATH, url
from api.web.prepared_bodies import asset_response, prepared_response
from api.web_pages.blueprint import is_from_browser
from api.web_pages.start_page import start_page

blueprint = Blueprint(
    "service",
    __name__,
    description="Find the entry points, and check the state of the service.",
)

MIGRATIONS = Path(__file__).parent.parent / "migrations"
METHODS = ("GET", "HEAD", "OPTIONS")
# How long `/readyz` waits for the database.
MAX_READINESS_SECONDS = 0.5
# RFC 9309. All content can be read.
ROBOTS = b"User-agent: *\nAllow: /\n"


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
    "json_feed": "/v1/feed.json",
    "atom_feed": "/v1/feed.atom",
    "documentation": "/docs",
    "specification": "/openapi.json",
}


class IndexLinks(Shape):
    """The `links` of the resource `/`: the URLs of the collections and the documentation."""

    self = Link()
    articles = Link()
    stories = Link()
    takeaways = Link()
    entities = Link()
    related_links = Link()
    trends = Link()
    changes = Link()
    json_feed = Link()
    atom_feed = Link()
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

    Returns links to the collections, the documentation and the specification. The `Link` header links to the
    specification, the documentation, the API catalog and llms.txt (RFC 8631 and RFC 9727). A request that
    prefers HTML, such as that of a browser, gets the start page.
    """
    if is_from_browser():
        return start_page()
    links = {name: url(path) for name, path in INDEX_PATHS.items()}
    return {"name": TITLE, "version": MAJOR_VERSION, "links": links}, {
        "Link": service_links(),
        "Vary": "Accept",
    }


@blueprint.resource(HEALTH_PATH, Health)
def get_health() -> Any:
    """Check that the process is alive.

    Does not access the database.
    """
    # `api.web.health_shortcut` answers plain requests in the same way.
    return {"status": "ok"}, {"Cache-Control": "no-store"}


@blueprint.resource("/metrics", {"type": "string"}, content_type=PLAIN_TEXT)
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


@blueprint.resource("/favicon.ico", {"type": "string", "format": "binary"}, content_type="image/x-icon")
def get_favicon() -> Response:
    """Get the icon.

    Returns `/icon.svg` in three sizes, for browsers that ask for this address.
    """
    return asset_response("favicon.ico", "image/x-icon")


@blueprint.resource("/robots.txt", {"type": "string"}, content_type=PLAIN_TEXT)
def get_robots() -> Response:
    """Get the rules for crawlers.

    Crawlers can read everything (RFC 9309).
    """
    return prepared_response("robots.txt", lambda: ROBOTS, PLAIN_TEXT)


@cache
def _expected_migration() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()
