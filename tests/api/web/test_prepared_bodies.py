"""Tests of bodies that each process makes once: the OpenAPI document and the documentation page's files."""

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from unittest.mock import Mock

import pytest

from api.documentation import page
from api.resources import openapi
from api.web import prepared_bodies, representation
from tests.conftest import make_app

PATHS = ("/openapi.json", "/openapi.yaml", "/docs/scalar.standalone.js")
CACHE_SETTINGS: tuple[dict[str, str], ...] = ({}, {"BRIEFS_CACHE_BYTES": "0"})
# Requests that the byte cache does not answer, or for which it asks the database for changes.
HEADERS: tuple[dict[str, str], ...] = (
    {},
    {"Accept-Encoding": "gzip"},
    {"Cache-Control": "no-cache"},
    {"If-Match": '"other"'},
)


@pytest.mark.parametrize("environ", CACHE_SETTINGS)
def test_the_specification_is_made_once_for_each_format(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document, compress = Mock(wraps=openapi.document), Mock(wraps=representation.compress)
    monkeypatch.setattr(page, "document", document)
    monkeypatch.setattr(prepared_bodies, "compress", compress)
    app = make_app("sqlite:////nowhere/briefs.db", **environ)

    def ask(number: int) -> int:
        headers = HEADERS[number % len(HEADERS)]
        return app.test_client().get(f"/openapi.{('json', 'yaml')[number % 2]}", headers=headers).status_code

    with ThreadPoolExecutor(16) as clients:
        assert set(clients.map(ask, range(64))) == {200, 412}
    assert document.call_count == compress.call_count == 2


@pytest.mark.parametrize("path", PATHS)
def test_each_coding_of_a_prepared_body_has_its_own_etag(path: str) -> None:
    client = make_app("sqlite:////nowhere/briefs.db").test_client()
    plain = client.get(path)
    compressed = client.get(path, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(compressed.data) == plain.data
    assert "Content-Encoding" not in plain.headers
    assert compressed.headers["Content-Encoding"] == "gzip"
    assert plain.headers["ETag"] != compressed.headers["ETag"]
    for coding, answer in (("identity", plain), ("gzip", compressed)):
        headers = {"Accept-Encoding": coding, "If-None-Match": answer.headers["ETag"]}
        again = client.get(path, headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]


def test_short_and_binary_files_are_sent_uncompressed() -> None:
    client = make_app("sqlite:////nowhere/briefs.db").test_client()
    for path in ("/docs/docs.css", "/favicon.ico"):
        answer = client.get(path, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200
        assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("environ", CACHE_SETTINGS)
def test_prepared_bodies_are_served_without_a_database(environ: dict[str, str], tmp_path: Path) -> None:
    client = make_app(f"sqlite:///{tmp_path}/none/briefs.db", **environ).test_client()
    for path in (*PATHS, "/docs"):
        assert client.get(path).status_code == 200
        assert client.get(path, headers={"Cache-Control": "no-cache"}).status_code == 200
