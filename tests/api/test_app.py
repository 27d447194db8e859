"""Tests of closing an application: its database connections are closed, too."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from api.app import close_app
from api.database.base import db
from tests.api.rows import corpus_rows, insert_rows, render


def test_a_closed_application_has_no_connection_and_connects_again_at_the_next_request(
    app: Flask, client: FlaskClient
) -> None:
    insert_rows(app, corpus_rows(articles=2, entities=1))
    render(app)
    close_app(app)
    connections = set()
    with app.app_context():
        for engine in db.engines.values():
            event.listen(engine, "connect", lambda connection, _: connections.add(connection))
            event.listen(engine, "close", lambda connection, _: connections.discard(connection))
    for _ in range(2):
        for target in ("/v1/articles", "/v1/articles/slug-0", "/readyz"):
            assert client.get(target).status_code == 200
        assert connections
        close_app(app)
        assert not connections
