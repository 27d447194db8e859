"""Tests of `Repr-Digest`, the digest of source documents (RFC 9530)."""

from base64 import b64encode
from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient, FlaskCliRunner

from api.web.representation import MIN_COMPRESSED_BYTES
from tests.api.answers import get
from tests.api.invented_pages import Page, load, write_page


@pytest.mark.parametrize("engine", ["sqlite"])
def test_the_digest_is_that_of_the_bytes_in_their_content_coding(
    client: FlaskClient, runner: FlaskCliRunner, tmp_path: Path
) -> None:
    path = tmp_path / "harbour.txt"
    for summary in ("First.", "Second."):
        write_page(
            tmp_path, "harbour", Page(summary=summary, body=(("A long body. " * 90).strip(),)), slug="harbour"
        )
        load(runner, tmp_path)
    assert path.stat().st_size > MIN_COMPRESSED_BYTES
    for address in ("/v1/articles/harbour", "/v1/articles/harbour/revisions/1"):
        digests = set()
        for headers in ({}, {"Accept-Encoding": "gzip"}, {"Range": "bytes=0-9"}):
            response = client.get(f"{address}/source", headers=headers)
            digest = b64encode(sha256(response.data).digest()).decode()
            assert response.status_code == 200
            assert response.headers["Repr-Digest"] == f"sha-256=:{digest}:"
            assert "Repr-Digest" in response.headers["Access-Control-Expose-Headers"]
            assert (
                client.head(f"{address}/source", headers=headers).headers["Repr-Digest"]
                == f"sha-256=:{digest}:"
            )
            digests.add(digest)
        uncompressed = bytes.fromhex(get(client, address)["source"]["sha256"])
        assert digests > {b64encode(uncompressed).decode()}
        assert len(digests) == 2
