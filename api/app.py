"""The application: settings, database, resources, and what every request goes through."""

import logging.config
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from wsgiref.types import WSGIApplication

import orjson
from flask import Flask, Response
from flask.json.provider import JSONProvider
from flask_cors import CORS
from flask_migrate import Migrate

from api import service
from api.config import Settings, read_settings
from api.db import db, end_session, engine_options
from api.execution import Reader
from api.logs import line_writer, log_config
from api.problems import register_problems
from api.resources.openapi import openapi_command
from api.v1 import articles, changes, entities, related_links, revisions, takeaways
from api.v1.renderings import rendering_key
from api.web.article_shortcut import Shortcut
from api.web.byte_cache import ByteCache
from api.web.representation import register_caching
from api.web.request_ids import Requests, name_route
from api.web.revision_watch import RevisionWatch, SqliteWatch

EXPOSED_HEADERS = ["ETag", "Link", "X-Request-ID"]
BLUEPRINTS = [
    articles.blueprint,
    revisions.blueprint,
    takeaways.blueprint,
    entities.blueprint,
    related_links.blueprint,
    changes.blueprint,
    service.blueprint,
]


class OrjsonProvider(JSONProvider):
    """JSON by orjson: UTF-8 unescaped, keys in the order of the schema."""

    def dumps(self, obj: Any, **_: Any) -> str:
        """Write `obj` as text."""
        return orjson.dumps(obj).decode()

    def loads(self, s: str | bytes, **_: Any) -> Any:
        """Read JSON."""
        return orjson.loads(s)

    def response(self, *args: Any, **kwargs: Any) -> Response:
        """Answer with the bytes themselves."""
        return Response(orjson.dumps(self._prepare_response_obj(args, kwargs)), mimetype="application/json")


def create_app(environ: Mapping[str, str] = os.environ) -> Flask:
    """Make the application from the settings in `environ`; raises SettingError."""
    root = Path(__file__).parent.parent
    # No folder of static files: every rule in the URL map is then one of ours.
    app = Flask(__name__, instance_path=str(root / "instance"), static_folder=None)
    settings = read_settings(environ, app.instance_path)
    Path(app.instance_path).mkdir(exist_ok=True)
    logging.config.dictConfig(log_config(settings.log_format, settings.log_level))
    _configure(app, settings)
    app.before_request(name_route)
    register_problems(app)
    CORS(
        app,
        origins=list(settings.cors_origins),
        methods=["GET", "HEAD", "OPTIONS"],
        expose_headers=EXPOSED_HEADERS,
        send_wildcard=True,
        vary_header=False,
    )
    # Hooks after a request run in the reverse order: caching comes before CORS.
    register_caching(app)
    db.init_app(app)
    # What is registered last runs first: before the library gives the connection back.
    app.teardown_appcontext(end_session)
    Migrate(app, db, directory=str(root / "migrations"))
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.cli.add_command(openapi_command)
    # So Flask's documentation has it.
    app.wsgi_app = _before_routing(app, settings)  # type: ignore[assignment,method-assign]
    return app


def _before_routing(app: Flask, settings: Settings) -> WSGIApplication:
    """Put before the application the id and the log line, what was answered before, what seeding made."""
    with app.app_context():
        engine = db.engine
        reader = Reader(engine)
        shortcut = Shortcut(app.wsgi_app, reader, rendering_key())
    write_line = line_writer(settings.log_format)
    if not settings.cache_bytes:
        return Requests(shortcut, write_line)
    watch = (
        SqliteWatch(str(engine.url.database))
        if engine.dialect.name == "sqlite"
        else RevisionWatch(reader, settings.cache_seconds)
    )
    return Requests(ByteCache(shortcut, watch, settings.cache_bytes), write_line)


def _configure(app: Flask, settings: Settings) -> None:
    app.config |= {
        "BRIEFS_SETTINGS": settings,
        "SQLALCHEMY_DATABASE_URI": settings.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.database_url),
    }
    app.json = OrjsonProvider(app)
    # `//` and `/v1/articles/` are addresses of nothing, not other spellings.
    app.url_map.merge_slashes = False
    app.url_map.redirect_defaults = False
