"""The Flask application: settings, database, resources and middleware."""

import logging.config
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import orjson
from flask import Flask
from flask.json.provider import JSONProvider
from flask_cors import CORS
from flask_migrate import Migrate

from api import problem_pages, service
from api.admission.key_lookup import KeyLookup
from api.admission.middleware import Admission
from api.admission.request_counters import make_counters
from api.config import Settings, read_settings
from api.database.base import db
from api.database.deadlines import Watchdog
from api.database.engines import (
    AUTOCOMMIT,
    autocommit_engine,
    autocommit_options,
    close_engines,
    engine_options,
    engine_url,
    make_engines_read_only,
)
from api.database.request_connection import close_request_connection
from api.database.revision_watch import REVISION_WATCH, RevisionWatch
from api.database.sqlite import FILE_VARIABLE
from api.database.statement_reader import BoundedReader, StatementReader
from api.discovery import routes as discovery
from api.documentation import page as documentation_page
from api.logs.configuration import log_config, request_log, stderr_writer
from api.mcp_server import route as mcp_server
from api.mcp_server.origins import named_origins
from api.metrics.address import MetricsAddress, reject_wrong_address
from api.metrics.corpus import CorpusCollector
from api.metrics.exposition import METRICS, Exposition
from api.metrics.measurements import (
    measure_admission,
    measure_cache,
    measure_connections,
    measure_log,
    measure_running,
)
from api.problems import register_problems
from api.resources.openapi import openapi_command
from api.search.term_index import TERM_INDEX_CACHE, TermIndexCache
from api.setting_values import port_of
from api.urls import MCP_PATH
from api.v1.renderings import rendering_key
from api.v1.routes import (
    article_forms,
    articles,
    changes,
    entities,
    feeds,
    related_links,
    revisions,
    stories,
    streams,
    takeaways,
    trends,
)
from api.web.article_shortcut import ArticleShortcut
from api.web.byte_cache import ByteCache
from api.web.client_address import ClientAddresses
from api.web.headers import EXPOSED_HEADERS
from api.web.health_shortcut import HealthShortcut
from api.web.limits.concurrency_limit import limit_for
from api.web.limits.request_deadlines import RequestDeadlines
from api.web.limits.stream_limits import StreamLimits
from api.web.prepared_bodies import PREPARED_BODIES, PreparedBodies
from api.web.representation import register_representation
from api.web.request_records import RequestRecords, record_route
from api.web.trailing_slashes import redirect_trailing_slash
from api.web_pages import registration as web_pages
from api.web_pages.redirects import redirect_to_exact_page

# The key in `app.extensions` of a list of objects with connections outside of the pools of SQLAlchemy.
CONNECTIONS = "briefs-connections"
# The key in `app.extensions` of the `LogWriter`, or of None if each thread writes its own log lines.
LOG_WRITER = "briefs-log-writer"
# The size of the cached lists of articles that contain a term. A common word takes 200 KB in 100,000
# articles.
MAX_TERM_LIST_BYTES = 8 << 20
# How long a browser can use the response to a preflight request.
PREFLIGHT_SECONDS = 86_400
# The order is that of the operations on the documentation page.
BLUEPRINTS = [
    articles.blueprint,
    article_forms.blueprint,
    stories.blueprint,
    takeaways.blueprint,
    entities.blueprint,
    trends.blueprint,
    related_links.blueprint,
    revisions.blueprint,
    changes.blueprint,
    feeds.blueprint,
    mcp_server.blueprint,
    streams.blueprint,
    web_pages.blueprint,
    documentation_page.blueprint,
    discovery.blueprint,
    problem_pages.blueprint,
    service.blueprint,
]


class OrjsonProvider(JSONProvider):
    """A JSON provider for Flask that uses orjson.

    It writes non-ASCII characters as they are, and keeps the order of keys.
    """

    def dumps(self, obj: Any, **_: Any) -> str:
        """Return `obj` as a JSON text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Parse the JSON text `s`."""
        return orjson.loads(s)


def create_app(environ: Mapping[str, str] = os.environ, *, queues_log: bool = False) -> Flask:
    """Return the Flask application, configured by the environment variables in `environ`.

    Args:
        queues_log: If True, a separate thread writes the log. Otherwise, each thread writes its own lines.

    Raises:
        SettingError: A setting is invalid.
    """
    root = Path(__file__).parent.parent
    # Without a static folder, every rule in the URL map is a resource of the API.
    app = Flask(__name__, instance_path=str(root / "instance"), static_folder=None)
    settings = read_settings(environ, app.instance_path)
    app.extensions[LOG_WRITER] = stderr_writer(settings) if queues_log else None
    logging.config.dictConfig(log_config(settings, app.extensions[LOG_WRITER]))
    _configure(app, settings)
    app.before_request(record_route)
    app.before_request(reject_wrong_address)
    app.before_request(service.answer_options_of_server)
    register_problems(app)
    app.before_request(redirect_trailing_slash)
    app.before_request(redirect_to_exact_page)
    CORS(
        app,
        resources={
            MCP_PATH: {"origins": named_origins(settings), "methods": ["POST", "OPTIONS"]},
            "/*": {"origins": list(settings.cors_origins), "methods": list(service.METHODS)},
        },
        expose_headers=list(EXPOSED_HEADERS),
        max_age=PREFLIGHT_SECONDS,
        send_wildcard=True,
        vary_header=False,
        intercept_exceptions=False,
    )
    # `after_request` hooks run in reverse order of registration, so this hook runs before that of Flask-CORS.
    # Flask-CORS skips responses that already have CORS headers. It therefore only adds headers to preflight
    # responses.
    register_representation(app)
    db.init_app(app)
    with app.app_context():
        make_engines_read_only(
            settings.database_url, settings.request_seconds, environ.get(FILE_VARIABLE, "")
        )
    app.teardown_appcontext(close_request_connection)
    Migrate(app, db, directory=str(root / "migrations"))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.cli.add_command(openapi_command)
    # Flask documents this way to add middleware.
    app.wsgi_app = _add_middleware(app, settings)  # type: ignore[assignment,method-assign]
    return app


def _add_middleware(app: Flask, settings: Settings) -> WSGIApplication:
    """Wrap the WSGI application of `app` in middleware, and return the result.

    From the inside out, the middleware is:

    - shortcuts that bypass Flask for plain requests for `/healthz` or an article;
    - the deadline of each request, and the limit on concurrent requests;
    - the limit on concurrent streams, and the deadline of each chunk;
    - the byte cache, unless its size is 0;
    - the check of API keys and rate limits;
    - the separate address of the metrics, if BRIEFS_METRICS_BIND is set;
    - the id and the record of each request.
    """
    exposition = app.extensions[METRICS] = Exposition()
    metrics = exposition.metrics
    measure_log(metrics, app.extensions[LOG_WRITER])
    watchdog = Watchdog()
    with app.app_context():
        engine = autocommit_engine()
        watch = RevisionWatch(engine, settings.cache_seconds, watchdog)
        reader, key_reader = StatementReader(engine), BoundedReader(engine, watch, watchdog)
        application: WSGIApplication = ArticleShortcut(app.wsgi_app, reader, settings, rendering_key())
        application = HealthShortcut(application, settings)
        measure_connections(metrics, db.engines)
    limit = limit_for(settings.threads, settings.request_seconds, engine.dialect.name)
    measure_running(metrics, limit)
    application = deadlines = RequestDeadlines(application, settings, watch, watchdog, limit)
    application = StreamLimits(application, settings, deadlines.limit_time)
    cache = None
    if settings.cache_bytes:
        cache = ByteCache(application, watch, settings.cache_bytes, settings.stale_seconds)
        application = cache
        measure_cache(metrics, cache)
    counters = make_counters(settings.rate_limit_storage)
    keys = KeyLookup(key_reader, settings.stale_seconds)
    application = admission = Admission(application, settings, counters, keys, cache)
    measure_admission(metrics, admission)
    exposition.register([CorpusCollector(key_reader)])
    if settings.metrics_bind:
        application = MetricsAddress(application, app.wsgi_app, port_of(settings.metrics_bind))
    app.extensions[CONNECTIONS] = [reader, key_reader, watch, counters]
    app.extensions[REVISION_WATCH] = watch
    addresses = ClientAddresses(settings.trusted_proxies)
    log_request = request_log(settings, app.extensions[LOG_WRITER])
    return RequestRecords(application, addresses, [log_request, metrics.observe])


def close_app(app: Flask) -> None:
    """Close the idle database connections of `app`, and write its last metrics.

    The application reconnects if it is used again.
    """
    app.extensions[METRICS].metrics.publish()
    for each in app.extensions[CONNECTIONS]:
        each.close()
    with app.app_context():
        close_engines()


def _configure(app: Flask, settings: Settings) -> None:
    app.config |= {
        "BRIEFS_SETTINGS": settings,
        "SQLALCHEMY_DATABASE_URI": engine_url(settings.database_url),
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
        "SQLALCHEMY_BINDS": {AUTOCOMMIT: autocommit_options(settings.database_url)},
    }
    app.extensions[PREPARED_BODIES] = PreparedBodies()
    app.extensions[TERM_INDEX_CACHE] = TermIndexCache(MAX_TERM_LIST_BYTES)
    app.json = OrjsonProvider(app)
    # Answer `//` with 404 instead of a redirect.
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
