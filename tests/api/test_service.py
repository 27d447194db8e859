"""Tests of the service's own routes: the index, health, readiness, icons and robots.txt."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from api.database.base import db
from tests.api.answers import assert_problem
from tests.api.conftest import ClientWith
from tests.conftest import make_app


@pytest.fixture
def unmigrated_app(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """Yield an application with a database that was not migrated."""
    if engine == "sqlite":
        yield from _application(f"sqlite:///{tmp_path}/empty.db")
        return
    server = request.getfixturevalue("postgresql_server")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE briefs_empty")
        yield from _application(server.replace("/postgres?", "/briefs_empty?"))
        connection.execute("DROP DATABASE briefs_empty WITH (FORCE)")


def _application(database_url: str) -> Iterator[Flask]:
    app = make_app(database_url)
    yield app
    with app.app_context():
        db.engine.dispose()


def test_the_index_links_to_existing_resources(client: FlaskClient) -> None:
    response = client.get("/")
    assert response.json
    assert list(response.json) == ["name", "version", "links"]
    assert (response.json["name"], response.json["version"]) == ("Briefs API", "1")
    links = response.json["links"]
    assert links["self"] == "/"
    collections = {"articles", "stories", "takeaways", "entities", "related_links", "trends", "changes"}
    assert {*collections, "documentation", "specification"} <= set(links)
    assert [link for link in links.values() if client.get(link).status_code != 200] == []
    assert '</openapi.json>; rel="service-desc"' in response.headers["Link"]
    assert '</docs>; rel="service-doc"' in response.headers["Link"]


def test_the_links_of_the_index_begin_with_the_base_url(client_with: ClientWith) -> None:
    base = "https://api.example.org/briefs"
    response = client_with(BRIEFS_BASE_URL=base).get("/")
    assert response.json
    assert all(link.startswith(f"{base}/") for link in response.json["links"].values())
    assert f"<{base}/openapi.json>" in response.headers["Link"]


def test_health_and_readiness_are_ok_and_never_cached(client: FlaskClient) -> None:
    for path in ("/healthz", "/readyz"):
        response = client.get(path)
        assert response.json == {"status": "ok"}
        assert response.headers["Cache-Control"] == "no-store"


def test_without_tables_the_service_is_alive_but_not_ready(unmigrated_app: Flask) -> None:
    client = unmigrated_app.test_client()
    assert client.get("/healthz").status_code == 200
    for path in ("/readyz", "/v1/articles", "/v1/entities/china", "/v1/takeaways?limit=1&cursor=x"):
        assert_problem(client.get(path), 503)
    assert client.head("/readyz").status_code == 503


def test_a_database_with_a_different_schema_is_not_ready(app: Flask, client: FlaskClient) -> None:
    assert client.get("/readyz").status_code == 200
    with app.app_context():
        db.session.execute(text("UPDATE alembic_version SET version_num = 'zzzz'"))
        db.session.commit()
    assert_problem(client.get("/readyz"), 503)
    assert client.get("/healthz").status_code == 200
    with app.app_context():
        head = ScriptDirectory(app.extensions["migrate"].directory).get_current_head()
        db.session.execute(text("UPDATE alembic_version SET version_num = :head"), {"head": head})
        db.session.commit()
    assert client.get("/readyz").status_code == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_database_that_comes_back_is_ready_again(
    client: FlaskClient, database_url: str, app: Flask
) -> None:
    path = Path(database_url.removeprefix("sqlite:///"))
    assert client.get("/readyz").status_code == 200
    with app.app_context():
        db.engine.dispose()
    aside = path.with_name("aside.db")
    shutil.move(path, aside)
    path.mkdir()
    assert_problem(client.get("/readyz"), 503)
    path.rmdir()
    shutil.move(aside, path)
    assert client.get("/readyz").status_code == 200


def test_browsers_and_crawlers_find_their_files(client: FlaskClient) -> None:
    icon, robots = client.get("/favicon.ico"), client.get("/robots.txt")
    assert (icon.status_code, icon.mimetype, icon.data[:4]) == (200, "image/x-icon", b"\0\0\1\0")
    assert (robots.status_code, robots.mimetype) == (200, "text/plain")
    assert robots.text == "User-agent: *\nAllow: /\n"
