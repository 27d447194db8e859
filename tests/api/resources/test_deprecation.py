"""Tests of how the API announces a deprecated resource. Only these tests define the deprecated route."""

from datetime import UTC, datetime
from typing import Any

from flask import Flask

from api.resources.blueprint import Blueprint
from api.resources.deprecation import Deprecation
from api.resources.openapi import document
from api.resources.serialization import Shape
from tests.conftest import make_app

INFORMATION = "https://briefs.example.org/changes"
SINCE, REMOVAL = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 7, 1, tzinfo=UTC)


class Nothing(Shape):
    """An object without keys."""


def app_with(deprecation: Deprecation) -> Flask:
    """Return an application with the route `/v1/old`, which is deprecated as `deprecation` says."""
    app = make_app("sqlite:////nowhere/briefs.db")
    blueprint = Blueprint("old", __name__, url_prefix="/v1", description="Deprecated resources.")

    @blueprint.resource("/old", Nothing, deprecation=deprecation)
    def get_old() -> Any:
        """Get nothing.

        Returns an empty object.
        """
        return {}

    app.register_blueprint(blueprint)
    return app


def test_a_deprecated_resource_says_since_when_and_until_when() -> None:
    client = app_with(Deprecation(SINCE, REMOVAL, INFORMATION)).test_client()
    first = client.get("/v1/old")
    again = client.get("/v1/old", headers={"If-None-Match": first.headers["ETag"]})
    assert (first.status_code, again.status_code) == (200, 304)
    for response in (first, again):
        # RFC 9745 writes a date as a structured field, and RFC 8594 as an HTTP date.
        assert response.headers["Deprecation"] == "@1767225600"
        assert response.headers["Sunset"] == "Wed, 01 Jul 2026 00:00:00 GMT"
        assert response.headers["Link"] == f'<{INFORMATION}>; rel="deprecation"; type="text/html"'
    assert {"Deprecation", "Sunset"} <= set(first.headers["Access-Control-Expose-Headers"].split(", "))


def test_a_deprecated_resource_without_a_planned_removal_has_no_sunset() -> None:
    response = app_with(Deprecation(SINCE)).test_client().get("/v1/old")
    assert "Deprecation" in response.headers
    assert "Sunset" not in response.headers
    assert "Link" not in response.headers


def test_the_specification_marks_a_deprecated_resource() -> None:
    app = app_with(Deprecation(SINCE, REMOVAL))
    with app.app_context():
        paths = document(app)["paths"]
    assert paths["/v1/old"]["get"]["deprecated"] is True
    assert {"Deprecation", "Sunset"} <= set(paths["/v1/old"]["get"]["responses"]["200"]["headers"])
    assert [path for path, item in paths.items() if item.get("get", {}).get("deprecated")] == ["/v1/old"]


def test_no_other_resource_is_deprecated() -> None:
    client = make_app("sqlite:////nowhere/briefs.db").test_client()
    assert "Deprecation" not in client.get("/llms.txt").headers
