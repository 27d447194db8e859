"""Tests of the documentation page, its files, and the copy of Scalar's script that the project ships."""

import gzip
import re
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import orjson
import pytest
from flask.testing import FlaskClient

from api.documentation.page import SCALAR
from tests.api.answers import assert_problem
from tools import freeze_scalar


def test_the_documentation_page_loads_only_its_own_files(client: FlaskClient) -> None:
    response = client.get("/docs")
    assert response.mimetype == "text/html"
    loaded = re.findall(r'<(?:script|link)[^>]* (?:src|href)="([^"]+)"', response.text)
    kinds = {
        ".css": "text/css",
        ".js": "text/javascript",
        ".svg": "image/svg+xml",
    }
    assert len(loaded) == 4
    for reference in loaded:
        target = urljoin("http://localhost/docs", reference)
        assert urlsplit(target).netloc == "localhost"
        asset = client.get(urlsplit(target).path)
        assert asset.status_code == 200, reference
        assert asset.mimetype == kinds[Path(reference).suffix]
        assert asset.data
    links = re.findall(r'<a [^>]*href="([^"]+)"', response.text)
    assert {"./", "openapi.json"} <= set(links)
    for reference in links:
        assert client.get(urlsplit(urljoin("http://localhost/docs", reference)).path).status_code == 200
    script = client.get("/docs/docs.js").text
    (specification,) = re.findall(r'url: "([^"]+)"', script)
    assert client.get(urlsplit(urljoin("http://localhost/docs", specification)).path).is_json
    assert "http:" not in script
    # The policy does not allow scripts inside the page.
    assert not re.search(r"<script(?![^>]* src=)|<style|\son\w+=|\sstyle=", response.text)


def test_the_documentation_page_has_a_policy_that_blocks_everything_else(client: FlaskClient) -> None:
    policy = client.get("/docs").headers["Content-Security-Policy"]
    directives = {name: sources for name, *sources in (part.split() for part in policy.split(";"))}
    assert directives["default-src"] == ["'none'"]
    assert directives["script-src"] == directives["connect-src"] == ["'self'"]
    assert directives["base-uri"] == directives["form-action"] == directives["frame-ancestors"] == ["'none'"]
    assert "http" not in policy


@pytest.mark.usefixtures("seeded")
def test_the_page_asks_for_resources_that_exist(client: FlaskClient) -> None:
    specification = client.get("/docs/specification.json")
    assert specification.mimetype == "application/json"
    parameters = orjson.loads(specification.data)["components"]["parameters"]
    values = {name: each["example"] for name, each in parameters.items() if "example" in each}
    assert set(values) == {"article", "story", "entity", "takeaway", "related_link", "min_articles"}
    for name, collection in (("article", "articles"), ("entity", "entities"), ("takeaway", "takeaways")):
        assert client.get(f"/v1/{collection}/{values[name]}").status_code == 200
    assert values["story"] == values["article"]
    assert values["min_articles"] == 1


def test_the_page_shows_the_errors_of_an_operation_as_one_response(client: FlaskClient) -> None:
    shown = orjson.loads(client.get("/docs/specification.json").data)
    complete = orjson.loads(client.get("/openapi.json").data)
    assert set(shown["paths"]) == set(complete["paths"])
    for path, item in complete["paths"].items():
        for method in set(item) - {"parameters"}:
            responses = shown["paths"][path][method]["responses"]
            errors = [status for status in item[method]["responses"] if status >= "400"]
            assert [status for status in responses if status >= "400"] == ["default"]
            assert all(status in responses["default"]["description"] for status in errors)
    names = [tag["x-displayName"] for tag in shown["tags"]]
    assert "Related links" in names
    assert names.index("Changes") < names.index("Documentation") < names.index("Problems")
    assert names[-1] == "Service"


def test_only_the_files_of_the_documentation_page_are_served(client: FlaskClient) -> None:
    for name in (
        "docs.html",
        "index.html",
        "scalar.standalone.js.gz",
        "favicon.ico",
        "..%2Fpage.py",
        "%2e%2e%2fapp.py",
        "DOCS.JS",
        "%00",
    ):
        assert_problem(client.get(f"/docs/{name}"), 404)


def test_the_frozen_script_is_that_of_the_pinned_package(client: FlaskClient) -> None:
    script = freeze_scalar.packaged_script()
    assert gzip.decompress(freeze_scalar.FROZEN_SCRIPT.read_bytes()) == script, "run `make scalar`"
    assert client.get(f"/docs/{SCALAR}").data == script
    compressed = client.get(f"/docs/{SCALAR}", headers={"Accept-Encoding": "gzip"})
    assert compressed.data == freeze_scalar.FROZEN_SCRIPT.read_bytes()


def test_a_frozen_script_that_is_the_same_is_left_untouched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "script.gz"
    monkeypatch.setattr(freeze_scalar, "FROZEN_SCRIPT", path)
    monkeypatch.setattr(freeze_scalar, "packaged_script", lambda: b"run();")
    freeze_scalar.main()
    assert gzip.decompress(path.read_bytes()) == b"run();"
    same = gzip.compress(b"run();", 0)
    path.write_bytes(same)
    freeze_scalar.main()
    assert path.read_bytes() == same
